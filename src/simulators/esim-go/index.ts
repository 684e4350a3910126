// eSIM Go: a reseller's API of bundles, eSIMs and orders.

import { bundlesOf } from '../../state/bundles.ts'
import { credentials } from '../../state/credentials.ts'
import { Refusal } from '../../state/refusal.ts'
import { findNetwork } from '../countries.ts'
import type { Handler, HeaderOf, Simulator } from '../simulator.ts'
import { applyHandlers } from './bundles/apply-handlers.ts'
import { inventoryHandlers } from './bundles/inventory-handlers.ts'
import { lapse } from './bundles/lapse.ts'
import { revokeHandlers } from './bundles/revoke-handlers.ts'
import { react, sign, UTILISATION, VERSIONS } from './callbacks.ts'
import { catalogueHandlers } from './catalogue/handlers.ts'
import { lookUp } from './catalogue/on-sale.ts'
import { word } from './errors.ts'
import { esimHandlers } from './esims/handlers.ts'
import { idleTasks } from './esims/idle.ts'
import { assignmentHandlers } from './esims/install-details.ts'
import { registerAgain } from './esims/refresh.ts'
import { concludeReturn } from './esims/returns.ts'
import { suspensionHandlers } from './esims/suspension.ts'
import { troubleshootingHandlers } from './esims/troubleshooting.ts'
import { orderHandlers } from './orders/handlers.ts'
import { deliverOrder } from './orders/ordering.ts'
import { apiKey } from './organisation/account.ts'
import { tellInsufficient } from './organisation/balance-alerts.ts'
import { organisationHandlers } from './organisation/handlers.ts'
import { admit } from './rate-limit.ts'
import { orders, SLUG } from './records.ts'
import { stock } from './seed-file.ts'
import { seeds } from './seeds.ts'
import { settings, settingsOf } from './settings.ts'
import { V24, V25 } from './versions.ts'

const handlers = {
  ...organisationHandlers,
  ...catalogueHandlers,
  ...orderHandlers,
  ...applyHandlers,
  ...esimHandlers,
  ...assignmentHandlers,
  ...troubleshootingHandlers,
  ...revokeHandlers,
  ...inventoryHandlers,
  ...suspensionHandlers,
}

const presented = (header: HeaderOf) => header('x-api-key')

export const esimGo: Simulator = {
  slug: SLUG,
  title: 'eSIM Go',
  mounts: [
    { spec: 'esim-go.yaml', basePath: V24 },
    { spec: 'esim-go-v2.5.yaml', basePath: V25 },
  ],
  settings,
  // Each handler is typed by its operation; the server calls all of them alike, with what the spec has validated.
  handlers: handlers as unknown as Record<string, Handler>,
  gaps: {},
  refusalReply: word,
  countRequest: admit,
  afterRefusal(refusal, world) {
    if (refusal.code === 'insufficient-balance') tellInsufficient(world)
  },
  credentialIn: presented,
  authenticate(header, world) {
    const key = presented(header)
    if (key === undefined) throw new Refusal('unauthorized', 'the header X-API-Key is missing')
    if (world.in(credentials).get(`${SLUG}/${key}`)?.kind !== 'api-key')
      throw new Refusal('unauthorized', `the X-API-Key is not the key of the world "${world.name}"`)
  },
  seeds,
  applySeedFile: stock,
  tasks: {
    ...idleTasks,
    'register-again': (world, { data }) =>
      registerAgain(world, data.iccid ?? '', Number(data.lost)),
    'deliver-order': (world, task) => {
      const order = world.in(orders).get(task.data.order ?? '')
      if (order?.status === 'processing') deliverOrder(world, order)
    },
    'lapse-bundle': lapse,
    'return-esim': concludeReturn,
  },
  react,
  usage: {
    covers: (world, bundle, country) =>
      lookUp(world, bundle.name)?.countries.includes(country) === true,
    thresholds: UTILISATION,
  },
  homeCountry(world, sim) {
    const next = bundlesOf(world, SLUG, sim.iccid).find(
      ({ state }) => state === 'active' || state === 'queued' || state === 'processing',
    )
    return next && lookUp(world, next.name)?.countries[0]
  },
  network: findNetwork,
  callbacks: {
    sign,
    secret: apiKey,
    schedule: (world) => settingsOf(world).retrySchedule,
    versions: VERSIONS,
  },
}
