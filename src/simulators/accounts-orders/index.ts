// accounts-orders: an enterprise provider's API of accounts, orders, subscriptions and itemised use, with hypermedia; clients poll.
import { SEPARATOR } from '../../state/collection.ts'
import { clientAuthentication } from '../client-credentials.ts'
import { defineSimulator } from '../simulator.ts'
import { refusalReply } from './errors.ts'
import { handlers } from './handlers.ts'
import { settleOrder } from './ordering.ts'
import { SLUG, subscriptions } from './records.ts'
import { seeds } from './seeds.ts'
import { settings } from './settings.ts'
import type { operations } from './spec.d.ts'
import { renew, terminateProduct } from './subscriptions.ts'
import { carried, isCovered } from './usage.ts'

export const accountsOrders = defineSimulator<operations, typeof settings.table>({
  slug: SLUG,
  title: 'Enterprise APIs (accounts-orders)',
  // One spec for both: the API below /enterprise, the token endpoint where its realm has it.
  mounts: [{ spec: 'accounts-orders.yaml', basePath: '', api: '/enterprise' }],
  settings,
  handlers,
  refusalReply,
  auth: clientAuthentication(
    SLUG,
    () => '/auth/realms/enterprise-apis/protocol/openid-connect/token',
  ),
  seeds,
  tasks: [settleOrder, terminateProduct],
  react: renew,
  device: {
    usage: {
      covers: (_world, { extra }, country) => isCovered(country, extra?.countries),
      thresholds: [],
      overage: true,
      services: ['voice', 'sms'],
      onUsage: carried,
    },
    homeCountry: (world, { iccid }) =>
      world.in(subscriptions).matching('iccid', iccid + SEPARATOR)[0]?.country,
  },
})
