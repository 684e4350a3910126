// Mails and SMS that providers sent to people.
import { reply } from '../simulators/call.ts'
import { messages } from '../state/messages.ts'
import { type ControlHandlers, providerFilter } from './call.ts'
import { newest } from './filter.ts'
import { messageShown } from './wire.ts'

export const messageHandlers = {
  listMessages(call) {
    const { channel, iccid } = call.query
    const asked = { provider: providerFilter(call), channel, iccid }
    const all = call.hosted.world.in(messages)
    const found = newest(all, { index: 'sent', asked, limit: call.query.limit })
    return reply(200, { messages: found.map(messageShown) })
  },
} satisfies Partial<ControlHandlers>
