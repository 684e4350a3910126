// The operations of accounts-orders.
import type { CollectionDef, Selection } from '../../state/collection.ts'
import { defined } from '../../state/defined.ts'
import { Refusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import { reply } from '../call.ts'
import { issueToken } from '../client-credentials.ts'
import type { Handlers } from '../typed-handlers.ts'
import { type Linker, linkerOf, listed, transcluded } from './hal.ts'
import { once } from './idempotency.ts'
import { sendSms } from './messaging.ts'
import { placeOrder } from './ordering.ts'
import type { Listing } from './pages.ts'
import {
  accounts,
  orders,
  type Product,
  products,
  SLUG,
  subscribers,
  subscriptions,
  templates,
  type UsageItem,
  usageItems,
} from './records.ts'
import type { settings } from './settings.ts'
import type { operations } from './spec.d.ts'
import { daysAsked, templateId } from './strictness.ts'
import { isListed } from './usage.ts'
import * as wire from './wire.ts'

type UsageQuery = NonNullable<operations['listUsageItems']['parameters']['query']>

/** @throws Refusal `not-found` */
function find<T extends object>(world: World, of: CollectionDef<T>, id: string): T {
  const record = world.in(of).get(id)
  if (!record)
    throw new Refusal('not-found', `there is no ${id} among the ${of.name.slice(SLUG.length + 1)}`)
  return record
}

/** The handler of one resource. */
function one<T extends object, Resource>(
  of: CollectionDef<T>,
  resource: (record: T, link: Linker, world: World) => Resource,
) {
  return (
    call: { readonly path: { readonly id: string }; readonly baseUrl: string },
    world: World,
  ) => reply(200, resource(find(world, of, call.path.id), linkerOf(call), world))
}

/** Filters that the index does not serve. */
interface Filters {
  readonly account?: string
  readonly subscriber?: string
  readonly msisdn?: UsageQuery['msisdn']
  readonly type?: UsageQuery['type']
  readonly direction?: UsageQuery['direction']
  readonly costs?: UsageQuery['cost-type']
}

/**
 * True for what passes every filter. The number may be at either end, and is compared as a number,
 * as items show it.
 */
function passes(filters: Filters): (item: UsageItem) => boolean {
  const { account, subscriber, msisdn, type, direction, costs } = filters
  const isAt = (end: string | undefined) => end !== undefined && Number(end) === Number(msisdn)
  return (item) =>
    (account === undefined || item.account === account) &&
    (subscriber === undefined || item.subscriber === subscriber) &&
    (msisdn === undefined || isAt(item.msisdn) || isAt(item.peer)) &&
    (type === undefined || type.includes(item.type)) &&
    (direction === undefined || item.direction === direction) &&
    (costs === undefined || costs.includes(item.cost_type))
}

/** What the index of a query leaves to be looked for; `undefined` where that is nothing. */
function selectionFor(query: UsageQuery): Selection<UsageItem> | undefined {
  const { index } = indexFor(query)
  const { 'account-id': account, 'subscriber-id': subscriber, msisdn, type, direction } = query
  const filters: Filters = defined({
    account: index === 'account' ? undefined : account,
    subscriber: index === 'subscriber' ? undefined : subscriber,
    msisdn,
    type,
    direction,
    costs: query['cost-type'],
  })
  if (Object.keys(filters).length === 0) return undefined
  return { name: JSON.stringify(filters), fits: passes(filters) }
}

/** The narrowest index that serves the filters. */
function indexFor(query: UsageQuery): Pick<Listing<UsageItem>, 'index' | 'under'> {
  const index = (['subscription', 'subscriber', 'account'] as const).find(
    (name) => query[`${name}-id`] !== undefined,
  )
  return index ? { index, under: query[`${index}-id`] ?? '' } : { index: 'started' }
}

function byStatus(status: string | undefined): { index: string; under?: string } {
  return status === undefined ? { index: 'id' } : { index: 'status', under: status }
}

export const handlers: Handlers<operations, typeof settings.table> = {
  issueToken: issueToken(SLUG),

  listAccounts: (call, world) =>
    listed(
      call,
      world,
      { path: '/accounts', name: 'accounts', of: accounts, index: 'id' },
      wire.account,
    ),
  getAccount: one(accounts, wire.account),

  sendSms: (call, world) =>
    once(call, world, () => {
      const { from, to, text } = call.body
      return reply(200, { [call.settings.smsIdField]: sendSms(world, from, to, text) })
    }),

  createOrder: (call, world) =>
    once(call, world, () => reply(201, wire.order(placeOrder(world, call.body), linkerOf(call)))),
  getOrder: one(orders, wire.order),

  listOrderTemplates: (call, world) =>
    listed(
      call,
      world,
      { path: '/order-templates', name: 'order-templates', of: templates, index: 'id' },
      wire.template,
    ),
  getOrderTemplate(call, world) {
    const id = call.settings.strict ? call.path.id : templateId(call.path.id)
    return one(templates, wire.template)({ ...call, path: { id } }, world)
  },

  listProducts(call, world) {
    const { account_id: account, status } = call.query
    const fits = (product: Product) => product.status === status
    const selection = status === undefined ? undefined : { name: `status ${status}`, fits }
    const order =
      account === undefined ? byStatus(status) : { index: 'account', under: account, selection }
    return listed(
      call,
      world,
      { path: '/products', name: 'products', of: products, ...order },
      wire.product,
    )
  },
  getProduct: one(products, wire.product),

  listSubscribers: (call, world) =>
    listed(
      call,
      world,
      { path: '/subscribers', name: 'subscribers', of: subscribers, index: 'id' },
      wire.subscriber,
    ),
  getSubscriber: one(subscribers, wire.subscriber),

  listSubscriptions(call, world) {
    const { embed, headers } = transcluded(call.header('prefer'))
    const selection = byStatus(call.query.status)
    const page = listed(
      call,
      world,
      { path: '/subscriptions', name: 'subscriptions', of: subscriptions, ...selection },
      (record, link) => wire.subscription(record, link, world, embed),
    )
    return { ...page, headers }
  },
  getSubscription(call, world) {
    const { embed, headers } = transcluded(call.header('prefer'))
    const record = find(world, subscriptions, call.path.id)
    const body = wire.subscription(record, linkerOf(call), world, embed)
    return { status: 200, body, headers }
  },
  listPhoneNumbers: one(subscriptions, wire.phoneNumbers),
  listServices: one(subscriptions, wire.services),
  getSimProfile: one(subscriptions, wire.simProfile),

  listUsageItems(call, world) {
    const selection = {
      ...indexFor(call.query),
      ...daysAsked(call.query),
      newestFirst: true,
      selection: selectionFor(call.query),
      isSeen: (item: UsageItem) => isListed(item, call.now),
    }
    return listed(
      call,
      world,
      { path: '/usage/items', name: 'items', of: usageItems, ...selection },
      (item, link) => wire.usageItem(item, link, call.settings.msisdnType),
    )
  },
}
