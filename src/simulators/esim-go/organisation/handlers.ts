// The API's own description, the organisation and its inventory.
import { grouped } from '../../../state/collection.ts'
import { reply } from '../../call.ts'
import { usableLots } from '../bundles/inventory.ts'
import * as wire from '../esims/wire.ts'
import * as wire25 from '../esims/wire-v25.ts'
import type { EsimGoHandlers } from '../handlers.ts'
import { since25 } from '../versions.ts'
import { topUp } from './top-up.ts'

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
  getInventory({ basePath }, world) {
    const byBundle = grouped(usableLots(world), ({ bundle }) => bundle)
    const bundles = [...byBundle].map(([name, available]) => ({
      ...wire.inventoryBundle(world, name, available),
      ...since25(basePath, () => wire25.inventoryBundle(world, name)),
    }))
    return reply(200, { bundles })
  },
}
