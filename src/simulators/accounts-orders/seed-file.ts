// An organisation of a user's own: the part of a seed file that is accounts-orders'.
import { bundles, bundlesOf } from '../../state/bundles.ts'
import type { CollectionDef } from '../../state/collection.ts'
import { defined } from '../../state/defined.ts'
import { simKey, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import {
  fields,
  flag,
  list,
  optional,
  shortList,
  text,
  textMatching,
  time,
  whole,
  word,
  wrong,
} from '../seed-reading.ts'
import type { StockShown } from '../simulator.ts'
import {
  type Account,
  accounts,
  type Offering,
  orders,
  type Product,
  products,
  SLUG,
  type Subscriber,
  type Subscription,
  subscribers,
  subscriptions,
  type Template,
  templates,
  usageItems,
} from './records.ts'
import { reserveSim } from './reservations.ts'
import { putKnownProduct, putSim } from './subscriptions.ts'

type Read<T> = (world: World, where: string, value: unknown) => T

const idOf = (prefix: string) => textMatching(new RegExp(`^${prefix}_[0-9A-Z]{26}$`))
const countryCode = textMatching(/^[A-Z]{2}$/)
const countries = textMatching(/^(?:\*|[A-Z]{2}(?:\+[A-Z]{2})*)$/)
const iccidText = textMatching(/^89\d{16,18}$/)
const msisdnText = textMatching(/^\d{5,15}$/)
const SERVICES = ['voice', 'sms', 'data'] as const
const STATUSES = ['active', 'terminated'] as const

const account: Read<Account> = (_world, where, value) => {
  const entry = fields(where, value, ['id', 'reference_code', 'name', 'country', 'status'])
  return {
    id: idOf('acc')(`${where}.id`, entry.id),
    reference_code: text(`${where}.reference_code`, entry.reference_code),
    name: text(`${where}.name`, entry.name),
    country: countryCode(`${where}.country`, entry.country),
    status:
      optional(`${where}.status`, entry.status, (here, each) =>
        word(here, each, ['active', 'closed']),
      ) ?? 'active',
  }
}

const OFFERING = ['id', 'type', 'name', 'bytes', 'countries', 'flat', 'records', 'days']

function offering(where: string, value: unknown): Offering {
  const entry = fields(where, value, OFFERING)
  const at = <T>(name: string, read: (here: string, each: unknown) => T) =>
    optional(`${where}.${name}`, entry[name], read)
  return {
    id: idOf('prodoff')(`${where}.id`, entry.id),
    type: word(`${where}.type`, entry.type, ['plan', 'addon']),
    name: text(`${where}.name`, entry.name),
    ...defined({
      bytes: at('bytes', (here, each) => whole(here, each, 0, Number.MAX_SAFE_INTEGER)),
      countries: at('countries', countries),
      flat: at('flat', flag),
      records: at('records', flag),
      days: at('days', (here, each) => whole(here, each, 1, 100_000)),
    }),
  }
}

function services(where: string, value: unknown) {
  const found = optional(where, value, shortList) ?? SERVICES
  return found.map((each) => word(where, each, SERVICES))
}

const template: Read<Template> = (_world, where, value) => {
  const entry = fields(where, value, ['id', 'description', 'country', 'services', 'offerings'])
  const offerings = shortList(`${where}.offerings`, entry.offerings)
  return {
    id: idOf('otpl')(`${where}.id`, entry.id),
    description: text(`${where}.description`, entry.description),
    services: services(`${where}.services`, entry.services),
    offerings: offerings.map((each, at) => offering(`${where}.offerings[${at}]`, each)),
    ...defined({ country: optional(`${where}.country`, entry.country, countryCode) }),
  }
}

const SUBSCRIBER = ['id', 'first_name', 'last_name', 'email', 'employee_id', 'group']

const subscriber: Read<Subscriber> = (_world, where, value) => {
  const entry = fields(where, value, SUBSCRIBER)
  const at = (name: string) => optional(`${where}.${name}`, entry[name], text)
  return {
    id: idOf('sbr')(`${where}.id`, entry.id),
    first_name: text(`${where}.first_name`, entry.first_name),
    last_name: text(`${where}.last_name`, entry.last_name),
    ...defined({ email: at('email'), employee_id: at('employee_id'), group: at('group') }),
  }
}

const SUBSCRIPTION = [
  'id',
  'account',
  'subscriber',
  'iccid',
  'msisdn',
  'country',
  'services',
  'status',
  'suspended',
  'createdAt',
  'terminatedAt',
]

/** A subscription with its SIM, which is in the handset: nobody tells. */
const subscription: Read<Subscription> = (world, where, value) => {
  const entry = fields(where, value, SUBSCRIPTION)
  const status =
    optional(`${where}.status`, entry.status, (here, each) => word(here, each, STATUSES)) ??
    'active'
  const iccid = iccidText(`${where}.iccid`, entry.iccid)
  if (world.in(sims).has(simKey(SLUG, iccid)))
    throw wrong(`${where}.iccid`, `${iccid} is there already`)
  const msisdn = msisdnText(`${where}.msisdn`, entry.msisdn)
  const createdAt = optional(`${where}.createdAt`, entry.createdAt, time) ?? world.now
  const isSuspended = flag(`${where}.suspended`, entry.suspended)
  const inService = isSuspended ? ('suspended' as const) : ('active' as const)
  putSim(world, { ...reserveSim(world), iccid }, msisdn, {
    profile: 'enabled',
    service: status === 'terminated' ? 'ceased' : inService,
    createdAt,
    firstInstalledAt: createdAt,
  })
  return {
    id: idOf('sub')(`${where}.id`, entry.id),
    account: idOfKnown(world, accounts, 'acc')(`${where}.account`, entry.account),
    subscriber: idOfKnown(world, subscribers, 'sbr')(`${where}.subscriber`, entry.subscriber),
    iccid,
    msisdn,
    country: countryCode(`${where}.country`, entry.country),
    services: services(`${where}.services`, entry.services),
    status,
    createdAt,
    ...defined({ terminatedAt: optional(`${where}.terminatedAt`, entry.terminatedAt, time) }),
  }
}

const PRODUCT = ['id', 'subscription', 'offering', 'status', 'activatedAt', 'terminatesAt']

/** What an offering is good for may be said at its template alone. */
const product: Read<Product> = (world, where, value) => {
  const entry = fields(where, value, PRODUCT)
  const known = idOfKnown(world, subscriptions, 'sub')
  const owner = known(`${where}.subscription`, entry.subscription)
  const told = offering(`${where}.offering`, entry.offering)
  const sold = [...world.in(templates).values()].flatMap(({ offerings }) => offerings)
  return {
    id: idOf('prod')(`${where}.id`, entry.id),
    account: world.in(subscriptions).get(owner)?.account ?? '',
    subscription: owner,
    offering: { ...sold.find(({ id }) => id === told.id), ...told },
    status:
      optional(`${where}.status`, entry.status, (here, each) => word(here, each, STATUSES)) ??
      'active',
    activatedAt: optional(`${where}.activatedAt`, entry.activatedAt, time) ?? world.now,
    ...defined({ terminatesAt: optional(`${where}.terminatesAt`, entry.terminatesAt, time) }),
  }
}

/** Reads the id of a record that is there. @throws Refusal `invalid-request` where it is not */
function idOfKnown<T extends { readonly id: string }>(
  world: World,
  of: CollectionDef<T>,
  prefix: string,
): (where: string, value: unknown) => string {
  return (where, value) => {
    const id = idOf(prefix)(where, value)
    if (!world.in(of).has(id)) throw wrong(where, `names ${id}, which is not there`)
    return id
  }
}

/** Takes the sample organisation away, or what there is of one's own. Clients stay. */
function removeAll(world: World): void {
  for (const { iccid } of [...world.in(subscriptions).values()]) {
    world.in(sims).delete(simKey(SLUG, iccid))
    for (const month of bundlesOf(world, SLUG, iccid)) world.in(bundles).delete(bundles.key(month))
  }
  clear(world, accounts)
  clear(world, templates)
  clear(world, subscribers)
  clear(world, subscriptions)
  clear(world, products)
  clear(world, orders)
  clear(world, usageItems)
}

function clear<T extends { readonly id: string }>(world: World, of: CollectionDef<T>): void {
  for (const { id } of [...world.in(of).values()]) world.in(of).delete(id)
}

/** What a list of the file holds, and where it goes. */
interface Part<T extends { readonly id: string }> {
  readonly of: CollectionDef<T>
  readonly read: Read<T>
  readonly put?: (world: World, record: T) => void
}

/** @throws Refusal `invalid-request` for one that is there already */
function add<T extends { readonly id: string }>(
  world: World,
  name: string,
  value: unknown,
  { of, read, put = (_world, record) => world.in(of).put(record) }: Part<T>,
): void {
  for (const [at, each] of list(`${SLUG}.${name}`, value).entries()) {
    const where = `${SLUG}.${name}[${at}]`
    const record = read(world, where, each)
    if (world.in(of).has(record.id)) throw wrong(`${where}.id`, `${record.id} is there already`)
    put(world, record)
  }
}

function putProduct(world: World, record: Product): void {
  const owner = world.in(subscriptions).get(record.subscription)
  if (owner) putKnownProduct(world, record, owner.iccid)
}

const FILE = ['replace', 'accounts', 'templates', 'subscribers', 'subscriptions', 'products']

/**
 * Adds a user's own to the sample organisation, or takes its place.
 * @param content as parsed from the file, unchecked
 * @throws Refusal `invalid-request` naming the first thing that is wrong with it
 */
export function applySeedFile(world: World, content: unknown): void {
  const file = fields(`${SLUG}.stock`, content, FILE)
  if (flag(`${SLUG}.replace`, file.replace)) removeAll(world)
  add(world, 'accounts', file.accounts, { of: accounts, read: account })
  add(world, 'templates', file.templates, { of: templates, read: template })
  add(world, 'subscribers', file.subscribers, { of: subscribers, read: subscriber })
  add(world, 'subscriptions', file.subscriptions, { of: subscriptions, read: subscription })
  add(world, 'products', file.products, { of: products, read: product, put: putProduct })
}

/** The accounts and what can be ordered for them; what they have is read over the API. */
export function stockShown(world: World, limit: number): StockShown {
  const held = [...world.in(accounts).values()]
  const sold = [...world.in(templates).values()]
  return {
    stock: { accounts: held.slice(0, limit), templates: sold.slice(0, limit) },
    more: { accounts: held.length - limit, templates: sold.length - limit },
  }
}
