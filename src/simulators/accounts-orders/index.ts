// accounts-orders: an enterprise provider's API of accounts, orders, subscriptions and itemised use, with hypermedia; clients poll.
import { SEPARATOR } from '../../state/collection.ts'
import { authenticate, presented } from '../client-credentials.ts'
import { findNetwork } from '../countries.ts'
import type { Handler, Simulator } from '../simulator.ts'
import { word } from './errors.ts'
import { handlers } from './handlers.ts'
import { settle } from './ordering.ts'
import { SLUG, subscriptions } from './records.ts'
import { seeds } from './seeds.ts'
import { settings } from './settings.ts'
import { renew, terminateProduct } from './subscriptions.ts'
import { carried, isCovered } from './usage.ts'

export const accountsOrders: Simulator = {
  slug: SLUG,
  title: 'Enterprise APIs (accounts-orders)',
  // One spec for both: the API below /enterprise, the token endpoint where its realm has it.
  mounts: [{ spec: 'accounts-orders.yaml', basePath: '', api: '/enterprise' }],
  settings,
  // Each handler is typed by its operation; the server calls all of them alike, with what the spec has validated.
  handlers: handlers as unknown as Record<string, Handler>,
  gaps: {},
  refusalReply: word,
  credentialIn: presented,
  tokenPath: () => '/auth/realms/enterprise-apis/protocol/openid-connect/token',
  authenticate: authenticate(SLUG),
  seeds,
  tasks: { 'settle-order': settle, 'terminate-product': terminateProduct },
  react: renew,
  usage: {
    covers: (_world, { extra }, country) => isCovered(country, extra?.countries),
    thresholds: [],
    overage: true,
    services: ['voice', 'sms'],
    onUsage: carried,
  },
  homeCountry: (world, { iccid }) =>
    world.in(subscriptions).matching('iccid', iccid + SEPARATOR)[0]?.country,
  network: findNetwork,
  /** None is known: clients poll. */
  callbacks: { sign: () => ({}), schedule: () => [], versions: [] },
}
