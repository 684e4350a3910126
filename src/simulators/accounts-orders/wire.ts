// The JSON of accounts-orders: resources with their links.
import { defined } from '../../state/defined.ts'
import { SMDP_ADDRESS } from '../../state/identifiers.ts'
import { lpaString } from '../../state/installation-code.ts'
import { iso } from '../../state/instant.ts'
import type { World } from '../../state/world.ts'
import type { Embeddable, Linker } from './hal.ts'
import type {
  Account,
  Offering,
  Order,
  Product,
  Schemas,
  Service,
  Subscriber,
  Subscription,
  Template,
  UsageItem,
} from './records.ts'
import { accounts, subscribers } from './records.ts'
import { simOf } from './subscriptions.ts'

const SERVICES: readonly Service[] = ['voice', 'sms', 'data']

function isoOrNull(instant: number | undefined): string | null {
  return instant === undefined ? null : iso(instant)
}

export function account(record: Account, link: Linker): Schemas['Account'] {
  return { ...record, _links: { self: link(`/accounts/${record.id}`) } }
}

/** Within a subscription an account shows no status. */
function embeddedAccount(record: Account | undefined): Partial<Schemas['EmbeddedAccount']> {
  const { status: _, ...fields } = record ?? {}
  return fields
}

/** A template embeds it as `product-offering` (documented), a product as `product_offering` (public). */
function productOffering({ id, type, name }: Offering): Schemas['ProductOffering'] {
  return { id, type, name }
}

export function template(
  { id, description, offerings }: Template,
  link: Linker,
): Schemas['OrderTemplate'] {
  const products = offerings.map((offering) => ({
    _embedded: { 'product-offering': productOffering(offering) },
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
  { id, status, activatedAt, terminatesAt, account, subscription, offering }: Product,
  link: Linker,
): Schemas['Product'] {
  return {
    id,
    status,
    activated_at: iso(activatedAt),
    terminates_at: isoOrNull(terminatesAt),
    _embedded: { product_offering: productOffering(offering) },
    _links: {
      self: link(`/products/${id}`),
      account: link(`/accounts/${account}`),
      subscription: link(`/subscriptions/${subscription}`),
    },
  }
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
  return {
    _links: { self: link(`/subscriptions/${id}/phone-numbers`) },
    _embedded: { phone_numbers: [{ msisdn, is_primary: true, country }] },
  }
}

/** What is on: while the service of the SIM is suspended or has ceased, nothing. */
export function services(
  subscription: Subscription,
  link: Linker,
  world: World,
): Schemas['Services'] {
  const isOn = simOf(world, subscription)?.service === 'active'
  const services = SERVICES.map((type) => ({
    type,
    enabled: isOn && subscription.services.includes(type),
  }))
  return {
    _links: { self: link(`/subscriptions/${subscription.id}/services`) },
    _embedded: { services },
  }
}

/** A subscription with the resources named in `embed`, and no others. */
export function subscription(
  record: Subscription,
  link: Linker,
  world: World,
  embed: readonly Embeddable[],
): Schemas['Subscription'] {
  const { id, status, createdAt, terminatedAt } = record
  const resources: Readonly<Record<Embeddable, () => unknown>> = {
    account: () => embeddedAccount(world.in(accounts).get(record.account)),
    subscriber: () => world.in(subscribers).get(record.subscriber),
    sim_profile: () => simProfile(record, link),
    phone_numbers: () => phoneNumbers(record, link),
    services: () => services(record, link, world),
  }
  const embedded = Object.fromEntries(embed.map((name) => [name, resources[name]()]))
  return {
    id,
    status,
    created_at: iso(createdAt),
    terminated_at: isoOrNull(terminatedAt),
    ...defined({ _embedded: embed.length > 0 ? embedded : undefined }),
    _links: {
      self: link(`/subscriptions/${id}`),
      account: link(`/accounts/${record.account}`),
      subscriber: link(`/subscribers/${record.subscriber}`),
      sim_profile: link(`/subscriptions/${id}/sim-profile`),
      phone_numbers: link(`/subscriptions/${id}/phone-numbers`),
      services: link(`/subscriptions/${id}/services`),
    },
  }
}

/**
 * The SIM profile of an order that brings one; fetched by `api`, with the text of its QR code as
 * soon as it can be downloaded.
 */
function orderedProfile(
  { status, subscription_id: id, sim, delivery }: Order,
  link: Linker,
): Schemas['Order']['sim_profile'] {
  if (!sim || !delivery) return undefined

  const { _links, ...profile } = simProfile({ id, iccid: sim.iccid }, link)
  const canBeFetched = status === 'completed' && delivery.type === 'api'
  const code = { smdpAddress: SMDP_ADDRESS, matchingId: sim.matchingId }
  return {
    ...profile,
    delivery,
    ...defined({
      activation_code: canBeFetched ? lpaString(code) : undefined,
    }),
    _links: status === 'canceled' ? {} : _links,
  }
}

/**
 * An order as it is: what it reserves is shown at once. Links to what a canceled order did not
 * bring about are left out.
 */
export function order(record: Order, link: Linker): Schemas['Order'] {
  const { sim, delivery, template, ...fields } = record
  const { id, status, subscriber, account_id, subscription_id } = record
  const leftNothing = status === 'canceled' && subscriber !== undefined
  return {
    ...fields,
    ...defined({ sim_profile: orderedProfile(record, link) }),
    _links: defined({
      self: link(`/orders/${id}`),
      account: link(`/accounts/${account_id}`),
      subscription: leftNothing ? undefined : link(`/subscriptions/${subscription_id}`),
      subscriber: leftNothing || !subscriber ? undefined : link(`/subscribers/${subscriber.id}`),
    }),
  }
}

const UNITS: Readonly<Record<Service, Schemas['UsageItem']['unit']>> = {
  voice: 'seconds',
  data: 'bytes',
  sms: 'messages',
}

/** Calls are charged in whole minutes, data and SMS as they are. */
function charged(type: Service, quantity: number): number {
  return type === 'voice' ? Math.ceil(quantity / 60) * 60 : quantity
}

function numberAs(
  type: 'number' | 'text',
  msisdn: string | undefined,
): number | string | undefined {
  return msisdn !== undefined && type === 'number' ? Number(msisdn) : msisdn
}

/** @param msisdnType how phone numbers are written */
export function usageItem(
  item: UsageItem,
  link: Linker,
  msisdnType: 'number' | 'text',
): Schemas['UsageItem'] {
  const { type, direction, quantity, product } = item
  const technology: Schemas['UsageItem']['technology'] = type === 'data' ? '4G' : 'cs'
  // Data goes out, whichever side began it, and to no number.
  const isOutgoing = direction === 'outbound' || type === 'data'
  const from = isOutgoing ? item.msisdn : item.peer
  const to = isOutgoing ? item.peer : item.msisdn
  return defined({
    id: item.id,
    type,
    direction,
    location_country: item.location_country,
    roaming: item.roaming,
    is_recorded: item.is_recorded,
    quantity,
    cost_type: item.cost_type,
    technology,
    from_msisdn: numberAs(msisdnType, from),
    to_msisdn: type === 'data' ? undefined : numberAs(msisdnType, to),
    started_at: iso(item.startedAt),
    ended_at: iso(item.endedAt),
    processed_at: iso(item.processedAt),
    unit: UNITS[type],
    charged_quantity: charged(type, quantity),
    _links: defined({
      account: link(`/accounts/${item.account}`),
      subscription: link(`/subscriptions/${item.subscription}`),
      subscriber: link(`/subscribers/${item.subscriber}`),
      product: product === undefined ? undefined : link(`/products/${product}`),
    }),
  })
}
