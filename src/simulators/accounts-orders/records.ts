// What only accounts-orders knows: accounts, templates, subscribers and all that they have.
import {
  type CollectionDef,
  defineCollection,
  SEPARATOR,
  sortable,
} from '../../state/collection.ts'
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
  indexes: Readonly<Record<string, (record: T) => string | undefined>>,
): CollectionDef<T> {
  return defineCollection<T>({ name: `${SLUG}.${name}`, key: ({ id }) => id, indexes })
}

/** What a text is looked up by: case does not tell two apart. */
export function folded(text: string): string {
  return text.toLowerCase() + SEPARATOR
}

const optional = (text: string | undefined) => (text === undefined ? undefined : folded(text))
const id = (record: Identified) => record.id
const status = ({ id, status }: Identified & { status: string }) => status + SEPARATOR + id
const whilePending = (order: Order, text: string | undefined) =>
  order.status === 'pending' ? optional(text) : undefined
const byStart = (owner: 'account' | 'subscription' | 'subscriber') => (item: UsageItem) =>
  item[owner] + SEPARATOR + sortable(item.startedAt)

export const accounts = define<Account>('accounts', { id })

export const templates = define<Template>('templates', { id })

export const subscribers = define<Subscriber>('subscribers', {
  id,
  email: ({ email }) => optional(email),
  employee: ({ employee_id }) => optional(employee_id),
})

export const subscriptions = define<Subscription>('subscriptions', {
  id,
  status,
  iccid: ({ iccid }) => iccid + SEPARATOR,
  msisdn: ({ msisdn }) => msisdn + SEPARATOR,
})

export const products = define<Product>('products', {
  id,
  status,
  account: ({ account, id }) => account + SEPARATOR + id,
  subscription: ({ subscription, id }) => subscription + SEPARATOR + id,
})

export const orders = define<Order>('orders', {
  pending: (order) => whilePending(order, order.subscription_id),
  email: (order) => whilePending(order, order.subscriber?.email),
  employee: (order) => whilePending(order, order.subscriber?.employee_id),
})

export const usageItems = define<UsageItem>('usage', {
  started: ({ startedAt }) => sortable(startedAt),
  account: byStart('account'),
  subscription: byStart('subscription'),
  subscriber: byStart('subscriber'),
})

export const keptReplies = define<KeptReply>('kept-replies', {
  end: ({ keptUntil, serial }) => sortable(keptUntil) + SEPARATOR + sortable(serial),
})
