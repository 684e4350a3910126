// The JSON of accounts-orders: resources with their links.

import { lpaString } from '../../state/installation-code.ts'
import { iso } from '../../state/instant.ts'
import type { World } from '../../state/world.ts'
import type { Embeddable, Linker } from './hal.ts'
import type {
  Account,
  Order,
  Product,
  Schemas,
  Service,
  Subscriber,
  Subscription,
  Template,
  UsageItem,
} from './records.ts'
import { accounts, SM_DP, subscribers } from './records.ts'
import { simOf } from './subscriptions.ts'

const SERVICES: readonly Service[] = ['voice', 'sms', 'data']
const orNull = (at: number | undefined) => (at === undefined ? null : iso(at))

export function account(record: Account, link: Linker): Schemas['Account'] {
  return { ...record, _links: { self: link(`/accounts/${record.id}`) } }
}

/** Within a subscription an account shows no status. */
function embeddedAccount(record: Account | undefined): Partial<Schemas['EmbeddedAccount']> {
  const { status: _, ...shown } = record ?? {}
  return shown
}

export function template(
  { id, description, offerings }: Template,
  link: Linker,
): Schemas['OrderTemplate'] {
  const products = offerings.map(({ id, type, name }) => ({
    _embedded: { 'product-offering': { id, type, name } },
  }))
  return {
    id,
    type: 'activate_subscription',
    description,
    products,
    _links: { self: link(`/order-templates/${id}`) },
  }
}

export function product(
  { id, status, activatedAt, terminatesAt, subscription }: Product,
  link: Linker,
): Schemas['Product'] {
  const _links = {
    self: link(`/products/${id}`),
    subscription: link(`/subscriptions/${subscription}`),
  }
  return { id, status, activated_at: iso(activatedAt), terminates_at: orNull(terminatesAt), _links }
}

export function subscriber(record: Subscriber, link: Linker): Schemas['Subscriber'] {
  return { ...record, _links: { self: link(`/subscribers/${record.id}`) } }
}

export function simProfile(
  { id, iccid }: Pick<Subscription, 'id' | 'iccid'>,
  link: Linker,
): Schemas['SimProfile'] {
  return { iccid, sim_type: 'esim', _links: { self: link(`/subscriptions/${id}/sim-profile`) } }
}

export function phoneNumbers(
  { id, msisdn, country }: Subscription,
  link: Linker,
): Schemas['PhoneNumbers'] {
  const _embedded = { phone_numbers: [{ msisdn, is_primary: true, country }] }
  return { _links: { self: link(`/subscriptions/${id}/phone-numbers`) }, _embedded }
}

/** What is on: while the service of the SIM is suspended or has ceased, nothing. */
export function services(
  subscription: Subscription,
  link: Linker,
  world: World,
): Schemas['Services'] {
  const on = simOf(world, subscription)?.service === 'active'
  const _embedded = {
    services: SERVICES.map((type) => ({
      type,
      enabled: on && subscription.services.includes(type),
    })),
  }
  return { _links: { self: link(`/subscriptions/${subscription.id}/services`) }, _embedded }
}

/** A subscription with the resources named in `embed`, and no others. */
export function subscription(
  record: Subscription,
  link: Linker,
  world: World,
  embed: readonly Embeddable[],
): Schemas['Subscription'] {
  const { id, status, createdAt, terminatedAt } = record
  const show: Readonly<Record<Embeddable, () => unknown>> = {
    account: () => embeddedAccount(world.in(accounts).get(record.account)),
    subscriber: () => world.in(subscribers).get(record.subscriber),
    sim_profile: () => simProfile(record, link),
    phone_numbers: () => phoneNumbers(record, link),
    services: () => services(record, link, world),
  }
  return {
    ...{ id, status, created_at: iso(createdAt), terminated_at: orNull(terminatedAt) },
    ...(embed.length > 0
      ? { _embedded: Object.fromEntries(embed.map((name) => [name, show[name]()])) }
      : {}),
    _links: {
      ...{ self: link(`/subscriptions/${id}`), account: link(`/accounts/${record.account}`) },
      ...{
        subscriber: link(`/subscribers/${record.subscriber}`),
        sim_profile: link(`/subscriptions/${id}/sim-profile`),
      },
      ...{
        phone_numbers: link(`/subscriptions/${id}/phone-numbers`),
        services: link(`/subscriptions/${id}/services`),
      },
    },
  }
}

/** The SIM profile of an order; fetched by `api`, with the text of its QR code as soon as it can be downloaded. */
function orderedProfile(
  { status, subscription_id: id, sim, delivery }: Order,
  link: Linker,
): Pick<Schemas['Order'], 'sim_profile'> {
  if (!sim || !delivery) return {}
  const { _links, ...profile } = simProfile({ id, iccid: sim.iccid }, link)
  const code =
    status === 'completed' && delivery.type === 'api'
      ? { activation_code: lpaString(SM_DP, sim.matchingId) }
      : {}
  return {
    sim_profile: { ...profile, delivery, ...code, _links: status === 'canceled' ? {} : _links },
  }
}

/** An order as it is: what it reserves is shown at once. Links to what a canceled order did not bring forth are left out. */
export function order(record: Order, link: Linker): Schemas['Order'] {
  const { sim, delivery, template, ...shown } = record
  const { status, subscriber, account_id, subscription_id } = shown
  const leftNothing = status === 'canceled' && subscriber !== undefined
  return {
    ...{ ...shown, ...orderedProfile(record, link) },
    _links: {
      ...{ self: link(`/orders/${record.id}`), account: link(`/accounts/${account_id}`) },
      ...(leftNothing ? {} : { subscription: link(`/subscriptions/${subscription_id}`) }),
      ...(leftNothing || !subscriber ? {} : { subscriber: link(`/subscribers/${subscriber.id}`) }),
    },
  }
}

const UNITS = { voice: 'seconds', data: 'bytes', sms: 'messages' } as const
/** What is charged is a multiple of these: whole minutes, whole kilobytes, messages. */
const STEPS = { voice: 60, data: 1000, sms: 1 } as const

export function usageItem(item: UsageItem, link: Linker): Schemas['UsageItem'] {
  const {
    account,
    subscription,
    subscriber,
    product,
    msisdn,
    peer,
    startedAt,
    endedAt,
    processedAt,
    ...shown
  } = item
  const { type, direction, quantity } = shown
  const [from, to] = direction === 'outbound' || type === 'data' ? [msisdn, peer] : [peer, msisdn]
  return {
    ...{ ...shown, technology: type === 'data' ? '4G' : 'cs' },
    ...(from === undefined ? {} : { from_msisdn: Number(from) }),
    ...(to === undefined || type === 'data' ? {} : { to_msisdn: Number(to) }),
    ...{ started_at: iso(startedAt), ended_at: iso(endedAt), processed_at: iso(processedAt) },
    ...{ unit: UNITS[type], charged_quantity: Math.ceil(quantity / STEPS[type]) * STEPS[type] },
    _links: {
      ...{
        account: link(`/accounts/${account}`),
        subscription: link(`/subscriptions/${subscription}`),
      },
      ...{
        subscriber: link(`/subscribers/${subscriber}`),
        ...(product === undefined ? {} : { product: link(`/products/${product}`) }),
      },
    },
  }
}
