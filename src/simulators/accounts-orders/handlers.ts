// The operations of accounts-orders.
import type { CollectionDef } from '../../state/collection.ts'
import { Refusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import { issueToken } from '../client-credentials.ts'
import { type Handlers, reply } from '../simulator.ts'
import { daysAsked, heldToDocument, templateId } from './dialect.ts'
import { linkerOf, listed, transcluded } from './hal.ts'
import { sendSms } from './messaging.ts'
import { place } from './ordering.ts'
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
import { isListed } from './usage.ts'
import * as wire from './wire.ts'

type EnterpriseHandlers = Handlers<operations, typeof settings>
type UsageQuery = NonNullable<operations['listUsageItems']['parameters']['query']>

/** @throws Refusal `not-found` */
function found<T extends object>(world: World, of: CollectionDef<T>, id: string, what: string): T {
  const record = world.in(of).get(id)
  if (!record) throw new Refusal('not-found', `there is no ${what} ${id}`)
  return record
}

/** True for what passes every filter that the index does not. The number may be at either end. */
function passes(query: UsageQuery, now: number): (item: UsageItem) => boolean {
  const { msisdn, type, direction, 'account-id': account, 'subscriber-id': subscriber, 'cost-type': costs } = query
  return (item) =>
    isListed(item, now) &&
    (account === undefined || item.account === account) &&
    (subscriber === undefined || item.subscriber === subscriber) &&
    (msisdn === undefined || item.msisdn === msisdn || item.peer === msisdn) &&
    (type === undefined || type.includes(item.type)) &&
    (direction === undefined || item.direction === direction) &&
    (costs === undefined || costs.includes(item.cost))
}

/** The narrowest index that serves the filters. */
function indexFor(query: UsageQuery): Pick<Listing<UsageItem>, 'index' | 'under'> {
  for (const index of ['subscription', 'subscriber', 'account'] as const) {
    const under = query[`${index}-id`]
    if (under !== undefined) return { index, under }
  }
  return { index: 'started' }
}

export const handlers: EnterpriseHandlers = {
  issueToken: issueToken(SLUG),

  listAccounts: (call, world) => reply(200, listed(call, world, ['/accounts', 'accounts'], { of: accounts, index: 'id' }, wire.account)),
  getAccount: (call, world) => reply(200, wire.account(found(world, accounts, call.path.id, 'account'), linkerOf(call))),

  sendSms({ body: { from, to, text }, settings }, world) {
    return reply(200, { [settings.smsIdField]: sendSms(world, from, to, text) })
  },

  createOrder(call, world) {
    heldToDocument(call.settings, call.body)
    return reply(201, wire.order(place(world, call.body), linkerOf(call)))
  },
  getOrder(call, world) {
    heldToDocument(call.settings, call.path)
    return reply(200, wire.order(found(world, orders, call.path.id, 'order'), linkerOf(call)))
  },

  listOrderTemplates(call, world) {
    return reply(200, listed(call, world, ['/order-templates', 'order-templates'], { of: templates, index: 'id' }, wire.template))
  },
  getOrderTemplate(call, world) {
    const id = call.settings.strict ? call.path.id : templateId(call.path.id)
    return reply(200, wire.template(found(world, templates, id, 'order template'), linkerOf(call)))
  },

  listProducts(call, world) {
    heldToDocument(call.settings, call.query)
    const { account_id: account, status } = call.query
    const byStatus = status === undefined ? { index: 'id' } : { index: 'status', under: status }
    const keep = (product: Product) => status === undefined || product.status === status
    const listing = { of: products, ...(account === undefined ? byStatus : { index: 'account', under: account, keep }) }
    return reply(200, listed(call, world, ['/products', 'products'], listing, wire.product))
  },
  getProduct: (call, world) => reply(200, wire.product(found(world, products, call.path.id, 'product'), linkerOf(call))),

  listSubscribers(call, world) {
    return reply(200, listed(call, world, ['/subscribers', 'subscribers'], { of: subscribers, index: 'id' }, wire.subscriber))
  },
  getSubscriber: (call, world) => reply(200, wire.subscriber(found(world, subscribers, call.path.id, 'subscriber'), linkerOf(call))),

  listSubscriptions(call, world) {
    const { status } = call.query
    const { embed, headers } = transcluded(call.header('prefer'))
    const listing = { of: subscriptions, ...(status === undefined ? { index: 'id' } : { index: 'status', under: status }) }
    const page = listed(call, world, ['/subscriptions', 'subscriptions'], listing, (each, link) =>
      wire.subscription(world, each, embed, link),
    )
    return { status: 200, body: page, headers }
  },
  getSubscription(call, world) {
    const { embed, headers } = transcluded(call.header('prefer'))
    const record = found(world, subscriptions, call.path.id, 'subscription')
    return { status: 200, body: wire.subscription(world, record, embed, linkerOf(call)), headers }
  },
  listPhoneNumbers(call, world) {
    return reply(200, wire.phoneNumbers(found(world, subscriptions, call.path.id, 'subscription'), linkerOf(call)))
  },
  listServices(call, world) {
    return reply(200, wire.services(world, found(world, subscriptions, call.path.id, 'subscription'), linkerOf(call)))
  },
  getSimProfile(call, world) {
    return reply(200, wire.simProfile(found(world, subscriptions, call.path.id, 'subscription'), linkerOf(call)))
  },

  listUsageItems(call, world) {
    heldToDocument(call.settings, call.query)
    const listing = {
      of: usageItems,
      ...indexFor(call.query),
      ...daysAsked(call.query),
      newestFirst: true,
      keep: passes(call.query, call.now),
    }
    return reply(200, listed(call, world, ['/usage/items', 'items'], listing, wire.usageItem))
  },
}
