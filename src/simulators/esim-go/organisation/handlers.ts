// The API's own description, and the organisation: what it is, and money for its balance.
import { reply } from '../../call.ts'
import type { EsimGoHandlers } from '../settings.ts'
import { topUp } from './top-up.ts'
import * as wire from './wire.ts'

export const organisationHandlers: EsimGoHandlers = {
  getApiDetails({ endpoints }) {
    return reply(200, [...endpoints])
  },

  getOrganisation(_call, world) {
    return reply(200, { organisations: [wire.organisation(world)] })
  },

  topUpBalance({ query: { amount } }, world) {
    const payment = topUp(world, amount)
    return reply(200, { amount, balance: wire.shownBalance(world), ref: payment })
  },
}
