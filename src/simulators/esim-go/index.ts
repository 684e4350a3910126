// eSIM Go: a reseller's API of bundles, eSIMs and orders.
import { bundlesOf } from '../../state/bundles.ts'
import { credentials } from '../../state/credentials.ts'
import { Refusal } from '../../state/refusal.ts'
import type { HeaderOf } from '../call.ts'
import { defineSimulator } from '../simulator.ts'
import { takenOff } from './assignments.ts'
import { applyHandlers } from './bundles/apply-handlers.ts'
import { bundleHandlers } from './bundles/handlers.ts'
import { inventoryHandlers } from './bundles/inventory-handlers.ts'
import { lapseBundle } from './bundles/lapse.ts'
import { revokeHandlers } from './bundles/revoke-handlers.ts'
import { compose, otherSecret, sign, TYPES, UTILISATION } from './callbacks.ts'
import { catalogueHandlers } from './catalogue/handlers.ts'
import { magicValues } from './catalogue/magic-bundles.ts'
import { lookUpBought } from './catalogue/on-sale.ts'
import { advice, refusalCodes, refusalReply } from './errors.ts'
import { esimHandlers } from './esims/handlers.ts'
import { history } from './esims/history.ts'
import { idleTasks } from './esims/idle.ts'
import { installDetailsHandlers } from './esims/install-details-handlers.ts'
import { registerAgain } from './esims/refresh.ts'
import { concludeReturn, returning } from './esims/returns.ts'
import { suspensionHandlers } from './esims/suspension-handlers.ts'
import { troubleshootingHandlers } from './esims/troubleshooting-handlers.ts'
import { react } from './events.ts'
import { machines } from './lifecycles.ts'
import { orderHandlers } from './orders/handlers.ts'
import { deliverLate } from './orders/ordering.ts'
import { apiKey } from './organisation/account.ts'
import { alertInsufficient } from './organisation/balance-alerts.ts'
import { organisationHandlers } from './organisation/handlers.ts'
import { countRequest, windows } from './rate-limit.ts'
import { accounts, esims, lots, orders, SLUG, userBundles } from './records.ts'
import { applySeedFile, stockShown } from './seed-file.ts'
import { seeds, seedTexts } from './seeds.ts'
import { settingMends, settings } from './settings.ts'
import type { operations } from './spec.d.ts'
import { states } from './states.ts'
import { CALLBACK_VERSIONS, V22, V23, V24, V25 } from './versions.ts'

const handlers = {
  ...organisationHandlers,
  ...catalogueHandlers,
  ...orderHandlers,
  ...bundleHandlers,
  ...applyHandlers,
  ...esimHandlers,
  ...installDetailsHandlers,
  ...troubleshootingHandlers,
  ...revokeHandlers,
  ...inventoryHandlers,
  ...suspensionHandlers,
}

const credentialIn = (header: HeaderOf) => header('x-api-key')

export const esimGo = defineSimulator<operations, typeof settings.table>({
  slug: SLUG,
  title: 'eSIM Go',
  mounts: [
    { spec: 'esim-go.yaml', basePath: V24 },
    { spec: 'esim-go-v2.5.yaml', basePath: V25 },
    { spec: 'esim-go.yaml', basePath: V23, isUnlisted: true },
    { spec: 'esim-go-v2.2.yaml', basePath: V22, isUnlisted: true },
  ],
  hosts: [{ name: 'api.esim-go.com', provenance: 'documented' }],
  settings,
  settingMends,
  collections: [esims, orders, lots, accounts, userBundles, takenOff, history, returning, windows],
  handlers,
  refusalReply,
  refusalCodes,
  advice,
  auth: {
    kind: 'api-key',
    credentialIn,
    authenticate(header, world) {
      const key = credentialIn(header)
      if (key === undefined) throw new Refusal('unauthorized', 'the header X-API-Key is missing')
      if (world.in(credentials).get(`${SLUG}/${key}`)?.kind !== 'api-key')
        throw new Refusal(
          'unauthorized',
          `the X-API-Key is no key of the world "${world.name}": --key ${SLUG}=... chooses one`,
        )
    },
  },
  requests: {
    count: countRequest,
    afterRefusal(refusal, world) {
      if (refusal.code === 'insufficient-balance') alertInsufficient(world)
    },
  },
  seeds,
  seedTexts,
  states,
  applySeedFile,
  stockShown,
  importPlan: async () => (await import('./import.ts')).importPlan,
  tasks: [...idleTasks, registerAgain, deliverLate, lapseBundle, concludeReturn],
  react,
  machines,
  magicValues,
  searchedBy: (world, { iccid }) => [world.in(esims).get(iccid)?.customerRef],
  device: {
    usage: {
      covers: (world, bundle, country) =>
        lookUpBought(world, bundle.name)?.countries.includes(country) === true,
      thresholds: UTILISATION,
    },
    homeCountry(world, sim) {
      const next = bundlesOf(world, SLUG, sim.iccid).find(
        ({ state }) => state === 'active' || state === 'queued' || state === 'processing',
      )
      return next && lookUpBought(world, next.name)?.countries[0]
    },
  },
  callbacks: {
    types: TYPES,
    seed: 'an assigned bundle',
    compose,
    sign,
    secret: apiKey,
    otherSecret,
    schedule: (world) => world.settings(settings).retrySchedule,
    versions: CALLBACK_VERSIONS,
  },
})
