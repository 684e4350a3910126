// Mails and SMS that providers sent to people.
import { reply } from '../simulators/call.ts'
import { iso } from '../state/instant.ts'
import { messages } from '../state/messages.ts'
import { type ControlHandlers, fits, providerFilter } from './call.ts'

export const messageHandlers: ControlHandlers = {
  listMessages(call) {
    const provider = providerFilter(call)
    const { iccid, limit = 100 } = call.query as { iccid?: string; limit?: number }
    const all = call.hosted.world.in(messages)
    const found = all
      .page('sent', { descending: true }, 0, all.size)
      .filter((each) => fits(each, { provider, iccid }))
      .slice(0, limit)
    return reply(200, { messages: found.map((message) => ({ ...message, at: iso(message.at) })) })
  },
}
