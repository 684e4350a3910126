// Mails and SMS that providers sent to people.
import { messages } from '../state/messages.ts'
import { type ControlHandlers, providerFilter, reply } from './call.ts'
import { newest } from './filter.ts'
import { messageShown } from './wire.ts'

export const messageHandlers = {
  listMessages(call) {
    const asked = { provider: providerFilter(call), iccid: call.query.iccid }
    const all = call.hosted.world.in(messages)
    const found = newest(all, { index: 'sent', asked, limit: call.query.limit })
    return reply(200, { messages: found.map(messageShown) })
  },
} satisfies Partial<ControlHandlers>
