// Mails and SMS that providers sent to people.
import { reply } from '../simulators/call.ts'
import { messages } from '../state/messages.ts'
import { type ControlHandlers, providerFilter } from './call.ts'
import { find } from './filter.ts'
import { messageShown } from './wire.ts'

export const messageHandlers = {
  listMessages(call) {
    const { channel, iccid, order = 'newest', limit } = call.query
    const asked = { provider: providerFilter(call), channel, iccid }
    const all = call.hosted.world.in(messages)
    const { total, records } = find(all, { index: 'sent', asked, order, limit })
    return reply(200, { total, messages: records.map(messageShown) })
  },
} satisfies Partial<ControlHandlers>
