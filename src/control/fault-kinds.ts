// The kinds of faults there are, and what callbacks they can be of.
import { callbackNames, namesOf } from '../server/faults/provider-names.ts'
import { reply } from '../simulators/call.ts'
import type { ControlHandlers } from './call.ts'
import { kindsShown } from './kinds-shown.ts'

export const faultKindHandlers = {
  async listFaultKinds({ server }) {
    const callbacks: Record<string, string[]> = {}
    for (const { simulator } of server.providers.values())
      if (simulator.callbacks) callbacks[simulator.slug] = callbackNames(await namesOf(simulator))
    return reply(200, { kinds: kindsShown(), callbacks })
  },
} satisfies Partial<ControlHandlers>
