// The API's own description, and the organisation: what it is, and money for its balance.
import { reply } from '../../call.ts'
import { onSale } from '../catalogue/on-sale.ts'
import { bundleGroups } from '../catalogue/search.ts'
import type { EsimGoHandlers } from '../settings.ts'
import { isSince, V25 } from '../versions.ts'
import { bundleGroup } from './groups.ts'
import { topUp } from './top-up.ts'
import * as wire from './wire.ts'

export const organisationHandlers: EsimGoHandlers = {
  getApiDetails({ endpoints }) {
    return reply(200, [...endpoints])
  },

  getOrganisation({ basePath, settings }, world) {
    const isDay = settings.wire === 'documented' && isSince(V25, basePath)
    return reply(200, { organisations: [wire.organisation(world, { isDay })] })
  },

  listBundleGroups({ basePath, settings }, world) {
    const groups = bundleGroups(onSale(world)).map((name) => bundleGroup(name, basePath))
    const byVersion = isSince(V25, basePath) ? 'object' : 'array'
    const shape = settings.groups === 'auto' ? byVersion : settings.groups
    return reply(200, shape === 'object' ? { groups } : groups)
  },

  topUpBalance({ query: { amount } }, world) {
    const payment = topUp(world, amount)
    return reply(200, { amount, balance: wire.shownBalance(world), ref: payment })
  },
}
