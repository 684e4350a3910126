// accounts-orders: an enterprise's accounts, orders, subscriptions and itemised use; clients poll.
import { SEPARATOR } from '../../state/collection.ts'
import { covers } from '../../state/coverage.ts'
import type { Sim } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import { clientAuthentication } from '../client-credentials.ts'
import { defineSimulator } from '../simulator.ts'
import { advice, refusalCodes, refusalReply } from './errors.ts'
import { handlers } from './handlers.ts'
import { machines } from './lifecycles.ts'
import { magicValues } from './magic-values.ts'
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
import { addTraffic, dataOf } from './usage.ts'

/** Its subscriptions, with the person that has each and the account that pays. */
function searchedBy(world: World, { iccid }: Sim): (string | undefined)[] {
  return world
    .in(subscriptions)
    .matching('iccid', iccid + SEPARATOR)
    .flatMap(({ id, msisdn, account, subscriber }) => {
      const person = world.in(subscribers).get(subscriber)
      const { first_name = '', last_name = '', email, employee_id, group } = person ?? {}
      const payer = world.in(accounts).get(account)
      const name = `${first_name} ${last_name}`
      return [id, msisdn, name, email, employee_id, group, payer?.name, payer?.reference_code]
    })
}

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
  machines,
  magicValues,
  searchedBy,
  device: {
    usage: {
      covers: (_world, { extra }, country) => covers(extra?.countries ?? '*', country),
      thresholds: [],
      overage: true,
      services: ['voice', 'sms'],
      onUsage: addTraffic,
    },
    usesOf: dataOf,
    homeCountry: (world, { iccid }) =>
      world.in(subscriptions).matching('iccid', iccid + SEPARATOR)[0]?.country,
  },
})
