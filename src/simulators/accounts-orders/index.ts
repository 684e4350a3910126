// accounts-orders: an enterprise's accounts, orders, subscriptions and itemised use; clients poll.
import { SEPARATOR } from '../../state/collection.ts'
import { covers } from '../../state/coverage.ts'
import { clientAuthentication } from '../client-credentials.ts'
import { defineSimulator } from '../simulator.ts'
import { advice, refusalCodes, refusalReply } from './errors.ts'
import { handlers } from './handlers.ts'
import { completeOrder } from './ordering.ts'
import {
  accounts,
  keptReplies,
  orders,
  products,
  SLUG,
  subscribers,
  subscriptions,
  templates,
  usageItems,
} from './records.ts'
import { applySeedFile, stockShown } from './seed-file.ts'
import { seeds, seedTexts } from './seeds.ts'
import { settingMends, settings } from './settings.ts'
import type { operations } from './spec.d.ts'
import { states } from './states.ts'
import { renewMonth, terminateProduct } from './subscriptions.ts'
import { addTraffic } from './usage.ts'

export const accountsOrders = defineSimulator<operations, typeof settings.table>({
  slug: SLUG,
  title: 'Enterprise APIs (accounts-orders)',
  // One spec for both: the API below /enterprise, the token endpoint where its realm has it.
  mounts: [{ spec: 'accounts-orders.yaml', basePath: '', api: '/enterprise' }],
  hosts: [{ name: 'api.1global.com', provenance: 'public' }],
  settings,
  settingMends,
  collections: [
    accounts,
    templates,
    subscribers,
    subscriptions,
    products,
    orders,
    usageItems,
    keptReplies,
  ],
  handlers,
  refusalReply,
  refusalCodes,
  advice,
  auth: clientAuthentication(
    SLUG,
    () => '/auth/realms/enterprise-apis/protocol/openid-connect/token',
  ),
  seeds,
  seedTexts,
  states,
  applySeedFile,
  stockShown,
  importPlan: async () => (await import('./import.ts')).importPlan,
  tasks: [completeOrder, terminateProduct],
  react: renewMonth,
  device: {
    usage: {
      covers: (_world, { extra }, country) => covers(extra?.countries ?? '*', country),
      thresholds: [],
      overage: true,
      services: ['voice', 'sms'],
      onUsage: addTraffic,
    },
    homeCountry: (world, { iccid }) =>
      world.in(subscriptions).matching('iccid', iccid + SEPARATOR)[0]?.country,
  },
})
