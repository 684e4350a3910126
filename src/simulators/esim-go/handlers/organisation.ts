// The API's own description, the organisation and its inventory.
import { grouped } from '../../../state/collection.ts'
import { reply } from '../../simulator.ts'
import { usableLots } from '../inventory.ts'
import * as wire from '../wire.ts'
import type { EsimGoHandlers } from './esim-go-handlers.ts'

export const organisationHandlers: EsimGoHandlers = {
  getApiDetails({ endpoints }) {
    return reply(200, [...endpoints])
  },

  getOrganisation(_call, world) {
    return reply(200, { organisations: [wire.organisation(world)] })
  },

  /** Lots with something left, until they expire. */
  getInventory(_call, world) {
    const byBundle = grouped(usableLots(world), ({ bundle }) => bundle)
    return reply(200, { bundles: [...byBundle].map(([name, available]) => wire.inventoryBundle(world, name, available)) })
  },
}
