// The API's own description, the organisation and its inventory.
import { grouped } from '../../../state/collection.ts'
import { reply } from '../../simulator.ts'
import { lots } from '../records.ts'
import { topUp } from '../topping-up.ts'
import * as wire from '../wire.ts'
import type { EsimGoHandlers } from './esim-go-handlers.ts'

export const organisationHandlers: EsimGoHandlers = {
  getApiDetails({ endpoints }) {
    return reply(200, [...endpoints])
  },

  getOrganisation(_call, world) {
    return reply(200, { organisations: [wire.organisation(world)] })
  },

  topUpBalance({ query: { amount } }, world) {
    const { holder, payment } = topUp(world, amount)
    return reply(200, { amount, balance: wire.wholeUnits(holder.balance), ref: payment })
  },

  /** Lots with something left, until they expire. */
  getInventory({ now }, world) {
    const kept = world.in(lots)
    const usable = kept.page('bundle', {}, 0, kept.size).filter(({ remaining, expiresAt }) => remaining > 0 && now < expiresAt)
    const byBundle = grouped(usable, ({ bundle }) => bundle)
    return reply(200, { bundles: [...byBundle].map(([name, available]) => wire.inventoryBundle(world, name, available)) })
  },
}
