// What only accounts-orders knows: accounts, templates, subscribers and all that they have.
import {
  type CollectionDef,
  defineCollection,
  SEPARATOR,
  sortable,
} from '../../state/collection.ts'
import {
  amount,
  anything,
  count,
  country,
  fields,
  flag,
  iccid,
  instant,
  list,
  matching,
  oneOf,
  optional,
  type Shape,
  text,
  whole,
} from '../../state/shape.ts'
import type { Sim } from '../../state/sims.ts'
import type { components } from './spec.d.ts'

export const SLUG = 'accounts-orders'

export type Schemas = components['schemas']
export type Service = 'voice' | 'sms' | 'data'
export type Account = Readonly<Omit<Schemas['Account'], '_links'>>
export type Subscriber = Readonly<Schemas['EmbeddedSubscriber']>
/** A SIM profile that is kept for an order. */
export type ReservedSim = Pick<Sim, 'iccid' | 'imsi' | 'matchingId'>

/** What a product is made from. */
export interface Offering {
  readonly id: string
  readonly type: 'plan' | 'addon'
  readonly name: string
  /** Data a month, and where: ISO 3166 alpha-2, joined with `+`; `*` is everywhere. */
  readonly bytes?: number
  readonly countries?: string
  /** Calls and SMS from home are in the bundle. */
  readonly flat?: boolean
  /** Calls and SMS are recorded. */
  readonly records?: boolean
  /** Ends so many days after its activation; absent, never by itself. */
  readonly days?: number
}

export interface Template {
  readonly id: string
  readonly description: string
  /** Of the number; absent, that of the account. */
  readonly country?: string
  readonly services: readonly Service[]
  readonly offerings: readonly Offering[]
}

export interface Subscription {
  readonly id: string
  readonly account: string
  readonly subscriber: string
  readonly iccid: string
  /** Digits only. */
  readonly msisdn: string
  readonly country: string
  /** Those it was made with; while it is suspended none is on. */
  readonly services: readonly Service[]
  readonly status: Schemas['Status']
  readonly createdAt: number
  readonly terminatedAt?: number
}

export interface Product {
  readonly id: string
  readonly account: string
  readonly subscription: string
  readonly offering: Offering
  readonly status: Schemas['Status']
  readonly activatedAt: number
  readonly terminatesAt?: number
}

export type Order = Readonly<Omit<Schemas['Order'], '_links' | 'sim_profile'>> & {
  /** Of orders that bring a SIM profile. */
  readonly sim?: ReservedSim
  readonly delivery?: Schemas['Delivery']
  /** Of orders for a new subscription, where they are made from one. */
  readonly template?: string
}

/**
 * Fields that go out as they are have the API's names; quantity is seconds,
 * bytes or messages.
 */
export interface UsageItem
  extends Readonly<
    Pick<
      Schemas['UsageItem'],
      | 'id'
      | 'type'
      | 'direction'
      | 'location_country'
      | 'roaming'
      | 'is_recorded'
      | 'quantity'
      | 'cost_type'
    >
  > {
  readonly account: string
  readonly subscription: string
  readonly subscriber: string
  /** The product that carried it. */
  readonly product?: string | undefined
  readonly msisdn: string
  /** The number at the other end. */
  readonly peer?: string | undefined
  readonly startedAt: number
  readonly endedAt: number
  /** Listed from a millisecond before. */
  readonly processedAt: number
}

/** What a request under an Idempotency-Key was answered. */
export interface KeptReply {
  /** The operation and the key. */
  readonly id: string
  /** Of the request's body. */
  readonly fingerprint: string
  /** Virtual ms. */
  readonly keptUntil: number
  /** Its turn: while the clock stands still all are kept until the same instant. */
  readonly serial: number
  readonly status: number
  readonly body: unknown
}

type Identified = { readonly id: string }

function define<T extends Identified>(
  name: string,
  shape: Shape<T>,
  indexes: Readonly<Record<string, (record: T) => string | undefined>>,
): CollectionDef<T> {
  return defineCollection<T>({ name: `${SLUG}.${name}`, key: ({ id }) => id, shape, indexes })
}

/** What a text is looked up by: case does not tell two apart. */
export function folded(text: string): string {
  return text.toLowerCase() + SEPARATOR
}

const foldedIfAny = (text: string | undefined) => (text === undefined ? undefined : folded(text))
const id = (record: Identified) => record.id
const status = ({ id, status }: Identified & { status: string }) => status + SEPARATOR + id
const whilePending = (order: Order, text: string | undefined) =>
  order.status === 'pending' ? foldedIfAny(text) : undefined
const byStart = (owner: 'account' | 'subscription' | 'subscriber') => (item: UsageItem) =>
  item[owner] + SEPARATOR + sortable(item.startedAt)

/** An id as the API writes it: what it is of, and 26 capitals and digits. */
const idOf = (prefix: string) =>
  matching(new RegExp(`^${prefix}_[0-9A-Z]{26}$`), `${prefix}_ and 26 capitals or digits`)

const ids = {
  account: idOf('acc'),
  offering: idOf('prodoff'),
  order: idOf('order'),
  product: idOf('prod'),
  subscriber: idOf('sbr'),
  subscription: idOf('sub'),
  template: idOf('otpl'),
  usageItem: idOf('uitem'),
}

const account = fields<Account>({
  id: ids.account,
  reference_code: text,
  name: text,
  country,
  status: oneOf('active', 'closed'),
})

export const accounts = define<Account>('accounts', account, { id })

const offering = fields<Offering>({
  id: ids.offering,
  type: oneOf('plan', 'addon'),
  name: text,
  bytes: optional(amount),
  countries: optional(text),
  flat: optional(flag),
  records: optional(flag),
  days: optional(whole(1, 100_000)),
})

const services = list(oneOf('voice', 'sms', 'data'))

const template = fields<Template>({
  id: ids.template,
  description: text,
  country: optional(country),
  services,
  offerings: list(offering),
})

export const templates = define<Template>('templates', template, { id })

const subscriber = fields<Subscriber>({
  id: ids.subscriber,
  first_name: text,
  last_name: text,
  email: optional(text),
  employee_id: optional(text),
  group: optional(text),
})

export const subscribers = define<Subscriber>('subscribers', subscriber, {
  id,
  email: ({ email }) => foldedIfAny(email),
  employee: ({ employee_id }) => foldedIfAny(employee_id),
})

const subscription = fields<Subscription>({
  id: ids.subscription,
  account: ids.account,
  subscriber: ids.subscriber,
  iccid,
  msisdn: matching(/^\d{5,15}$/, '5 to 15 digits'),
  country,
  services,
  status: oneOf('active', 'terminated'),
  createdAt: instant,
  terminatedAt: optional(instant),
})

export const subscriptions = define<Subscription>('subscriptions', subscription, {
  id,
  status,
  iccid: ({ iccid }) => iccid + SEPARATOR,
  msisdn: ({ msisdn }) => msisdn + SEPARATOR,
})

const product = fields<Product>({
  id: ids.product,
  account: ids.account,
  subscription: ids.subscription,
  offering,
  status: oneOf('active', 'terminated'),
  activatedAt: instant,
  terminatesAt: optional(instant),
})

export const products = define<Product>('products', product, {
  id,
  status,
  account: ({ account, id }) => account + SEPARATOR + id,
  subscription: ({ subscription, id }) => subscription + SEPARATOR + id,
})

type PhoneNumber = Schemas['PhoneNumber']

const phoneNumber = fields<PhoneNumber>({
  msisdn: text,
  is_primary: flag,
  country,
})

const delivery = fields<Schemas['Delivery']>({
  type: oneOf('email', 'api'),
  to: optional(list<string, string[]>(text)),
  cc: optional(list<string, string[]>(text)),
})

const order = fields<Order>({
  id: ids.order,
  status: oneOf('pending', 'completed', 'canceled'),
  type: oneOf(
    'activate_subscription',
    'change_sim_profile',
    'suspend_subscription',
    'resume_subscription',
  ),
  account_id: ids.account,
  subscription_id: ids.subscription,
  phone_numbers: optional(list<PhoneNumber, PhoneNumber[]>(phoneNumber)),
  subscriber: optional(subscriber),
  reason: optional(text),
  sim: optional(fields<ReservedSim>({ iccid, imsi: text, matchingId: text })),
  delivery: optional(delivery),
  template: optional(ids.template),
})

export const orders = define<Order>('orders', order, {
  pending: (order) => whilePending(order, order.subscription_id),
  email: (order) => whilePending(order, order.subscriber?.email),
  employee: (order) => whilePending(order, order.subscriber?.employee_id),
})

/** A number goes out as a number, which holds no more digits exactly. */
const phoneNumberText = matching(/^\d{1,15}$/, '1 to 15 digits')

const usageItem = fields<UsageItem>({
  id: ids.usageItem,
  type: oneOf('voice', 'data', 'sms'),
  direction: oneOf('inbound', 'outbound'),
  location_country: country,
  roaming: flag,
  is_recorded: flag,
  quantity: amount,
  cost_type: oneOf('free', 'in_bundle', 'out_of_bundle'),
  account: ids.account,
  subscription: ids.subscription,
  subscriber: ids.subscriber,
  product: optional(ids.product),
  msisdn: phoneNumberText,
  peer: optional(phoneNumberText),
  startedAt: instant,
  endedAt: instant,
  processedAt: instant,
})

/** How many usage items of a subscription are kept; those that began first go first. */
export const USAGE_KEPT = 10_000

export const usageItems = define<UsageItem>('usage', usageItem, {
  started: ({ startedAt }) => sortable(startedAt),
  account: byStart('account'),
  subscription: byStart('subscription'),
  subscriber: byStart('subscriber'),
})

const keptReply = fields<KeptReply>({
  id: text,
  fingerprint: text,
  keptUntil: instant,
  serial: count,
  status: whole(200, 599),
  body: anything,
})

export const keptReplies = define<KeptReply>('kept-replies', keptReply, {
  end: ({ keptUntil, serial }) => sortable(keptUntil) + SEPARATOR + sortable(serial),
})
