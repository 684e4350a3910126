// The JSON of accounts-orders: resources with their links.
import { iso } from '../../state/duration.ts'
import { lpaString } from '../../state/installation-code.ts'
import { simKey, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import type { Embeddable, Linker } from './hal.ts'
import {
  type Account,
  accounts,
  type Order,
  type Product,
  type Service,
  SLUG,
  SM_DP,
  type Subscriber,
  type Subscription,
  subscribers,
  type Template,
  type UsageItem,
} from './records.ts'
import type { components } from './spec.d.ts'

type Schemas = components['schemas']
const SERVICES: readonly Service[] = ['voice', 'sms', 'data']

function embeddedAccount({ id, referenceCode, name, country }: Account): Schemas['EmbeddedAccount'] {
  return { id, reference_code: referenceCode, name, country }
}

export function account(record: Account, link: Linker): Schemas['Account'] {
  return { ...embeddedAccount(record), status: record.status, _links: { self: link(`/accounts/${record.id}`) } }
}

export function template({ id, description, offerings }: Template, link: Linker): Schemas['OrderTemplate'] {
  const shown = offerings.map(({ id, type, name }) => ({ _embedded: { 'product-offering': { id, type, name } } }))
  return { id, type: 'activate_subscription', description, products: shown, _links: { self: link(`/order-templates/${id}`) } }
}

export function product({ id, status, activatedAt, terminatesAt, subscription }: Product, link: Linker): Schemas['Product'] {
  return {
    ...{ id, status, activated_at: iso(activatedAt), terminates_at: terminatesAt === undefined ? null : iso(terminatesAt) },
    _links: { self: link(`/products/${id}`), subscription: link(`/subscriptions/${subscription}`) },
  }
}

function embeddedSubscriber({ id, firstName, lastName, email, employeeId, group }: Subscriber): Schemas['EmbeddedSubscriber'] {
  return {
    ...{ id, first_name: firstName, last_name: lastName },
    ...(email === undefined ? {} : { email }),
    ...(employeeId === undefined ? {} : { employee_id: employeeId }),
    ...(group === undefined ? {} : { group }),
  }
}

export function subscriber(record: Subscriber, link: Linker): Schemas['Subscriber'] {
  return { ...embeddedSubscriber(record), _links: { self: link(`/subscribers/${record.id}`) } }
}

export function simProfile({ id, iccid }: Pick<Subscription, 'id' | 'iccid'>, link: Linker): Schemas['SimProfile'] {
  return { iccid, sim_type: 'esim', _links: { self: link(`/subscriptions/${id}/sim-profile`) } }
}

/** The one number a subscription has. */
function numbersOf({ msisdn, country }: Pick<Subscription, 'msisdn' | 'country'>): Schemas['PhoneNumber'][] {
  return [{ msisdn, is_primary: true, country }]
}

export function phoneNumbers(record: Subscription, link: Linker): Schemas['PhoneNumbers'] {
  return {
    _links: { self: link(`/subscriptions/${record.id}/phone-numbers`) },
    _embedded: { phone_numbers: numbersOf(record) },
  }
}

/** What is on: while the service of the SIM is suspended or has ceased, nothing. */
export function services(world: World, { id, iccid, services }: Subscription, link: Linker): Schemas['Services'] {
  const on = world.in(sims).get(simKey(SLUG, iccid))?.service === 'active'
  return {
    _links: { self: link(`/subscriptions/${id}/services`) },
    _embedded: { services: SERVICES.map((type) => ({ type, enabled: on && services.includes(type) })) },
  }
}

/** A subscription with the resources named in `embed`, and no others. */
export function subscription(world: World, record: Subscription, embed: readonly Embeddable[], link: Linker): Schemas['Subscription'] {
  const { id, status, createdAt, terminatedAt } = record
  const show: Readonly<Record<Embeddable, () => Schemas['Subscription']['_embedded']>> = {
    account: () => {
      const found = world.in(accounts).get(record.account)
      return found && { account: embeddedAccount(found) }
    },
    subscriber: () => {
      const found = world.in(subscribers).get(record.subscriber)
      return found && { subscriber: embeddedSubscriber(found) }
    },
    sim_profile: () => ({ sim_profile: simProfile(record, link) }),
    phone_numbers: () => ({ phone_numbers: phoneNumbers(record, link) }),
    services: () => ({ services: services(world, record, link) }),
  }
  return {
    ...{ id, status, created_at: iso(createdAt), terminated_at: terminatedAt === undefined ? null : iso(terminatedAt) },
    ...(embed.length > 0 ? { _embedded: Object.assign({}, ...embed.map((name) => show[name]())) } : {}),
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

/** The QR text of a profile that is fetched by `api`, once it can be downloaded. */
function codeOf({ status, delivery, sim }: Order): { activation_code?: string } {
  return status === 'completed' && delivery?.type === 'api' && sim ? { activation_code: lpaString(SM_DP, sim.matchingId) } : {}
}

/** An order as it is: what it reserves is shown at once. Links to what a canceled order did not bring forth are left out. */
export function order(record: Order, link: Linker): Schemas['Order'] {
  const { id, status, type, account, subscription, reason, sim, delivery, subscriber, msisdn, country } = record
  const barren = status === 'canceled'
  const there = barren && subscriber ? {} : { subscription: link(`/subscriptions/${subscription}`) }
  const profile = sim && simProfile({ id: subscription, iccid: sim.iccid }, link)
  return {
    ...{ id, status, type, account_id: account, subscription_id: subscription },
    ...(profile && delivery ? { sim_profile: { ...profile, delivery, ...codeOf(record), _links: barren ? {} : profile._links } } : {}),
    ...(msisdn !== undefined && country !== undefined ? { phone_numbers: numbersOf({ msisdn, country }) } : {}),
    ...(subscriber ? { subscriber: embeddedSubscriber(subscriber) } : {}),
    ...(reason === undefined ? {} : { reason }),
    _links: {
      ...{ self: link(`/orders/${id}`), account: link(`/accounts/${account}`), ...there },
      ...(subscriber && !barren ? { subscriber: link(`/subscribers/${subscriber.id}`) } : {}),
    },
  }
}

const UNITS = { voice: 'seconds', data: 'bytes', sms: 'messages' } as const
/** What is charged is a multiple of these: whole minutes, whole kilobytes, messages. */
const STEPS = { voice: 60, data: 1000, sms: 1 } as const

export function usageItem(item: UsageItem, link: Linker): Schemas['UsageItem'] {
  const { id, type, direction, msisdn, peer, quantity, account, subscription, subscriber, product } = item
  const [from, to] = direction === 'outbound' ? [msisdn, peer] : [peer, msisdn]
  return {
    ...{ id, type, direction, technology: type === 'data' ? '4G' : 'cs' },
    ...(type === 'data' ? { from_msisdn: Number(msisdn) } : {}),
    ...(type === 'data' || from === undefined ? {} : { from_msisdn: Number(from) }),
    ...(type === 'data' || to === undefined ? {} : { to_msisdn: Number(to) }),
    ...{ location_country: item.country, roaming: item.roaming, is_recorded: item.recorded },
    ...{ started_at: iso(item.startedAt), ended_at: iso(item.endedAt), processed_at: iso(item.processedAt) },
    ...{ quantity, unit: UNITS[type], charged_quantity: Math.ceil(quantity / STEPS[type]) * STEPS[type], cost_type: item.cost },
    _links: {
      account: link(`/accounts/${account}`),
      subscription: link(`/subscriptions/${subscription}`),
      subscriber: link(`/subscribers/${subscriber}`),
      ...(product === undefined ? {} : { product: link(`/products/${product}`) }),
    },
  }
}
