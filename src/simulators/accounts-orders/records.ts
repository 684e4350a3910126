// What only accounts-orders knows: accounts, templates, subscribers, subscriptions, products, orders, usage items.
import { defineCollection, SEPARATOR, sortable } from '../../state/collection.ts'
import type { components } from './spec.d.ts'

export const SLUG = 'accounts-orders'
/** Where its SIM profiles are downloaded from. */
export const SM_DP = 'rsp.esimulator.example'

type Schemas = components['schemas']

export interface Account {
  readonly id: string
  readonly referenceCode: string
  readonly name: string
  /** ISO 3166 alpha-2. */
  readonly country: string
  readonly status: Schemas['Account']['status']
}

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

export type Service = 'voice' | 'sms' | 'data'

export interface Subscriber {
  readonly id: string
  readonly firstName: string
  readonly lastName: string
  readonly email?: string
  readonly employeeId?: string
  readonly group?: string
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

/** A SIM profile that is kept for an order. */
export interface ReservedSim {
  readonly iccid: string
  readonly imsi: string
  readonly matchingId: string
}

export interface Order {
  readonly id: string
  readonly status: Schemas['Order']['status']
  readonly type: Schemas['OrderType']
  readonly account: string
  readonly subscription: string
  readonly reason?: string
  /** Of orders that bring a SIM profile. */
  readonly sim?: ReservedSim
  readonly delivery?: Schemas['Delivery']
  /** Of orders for a new subscription; `template` may be absent even then. */
  readonly template?: string
  readonly subscriber?: Subscriber
  readonly msisdn?: string
  readonly country?: string
}

export interface UsageItem {
  readonly id: string
  readonly type: Schemas['UsageItem']['type']
  readonly direction: Schemas['UsageItem']['direction']
  readonly account: string
  readonly subscription: string
  readonly subscriber: string
  /** The product that carried it. */
  readonly product?: string | undefined
  readonly msisdn: string
  /** The number at the other end. */
  readonly peer?: string | undefined
  readonly country: string
  readonly roaming: boolean
  readonly recorded: boolean
  readonly startedAt: number
  readonly endedAt: number
  /** Listed from a millisecond before. */
  readonly processedAt: number
  /** Seconds, bytes or messages. */
  readonly quantity: number
  readonly cost: Schemas['UsageItem']['cost_type']
}

const byId = { key: ({ id }: { readonly id: string }) => id }
const id = ({ id }: { readonly id: string }) => id
const folded = (text: string | undefined) => text && text.toLowerCase() + SEPARATOR

export const accounts = defineCollection<Account>({ name: `${SLUG}.accounts`, ...byId, indexes: { id } })
export const templates = defineCollection<Template>({ name: `${SLUG}.templates`, ...byId, indexes: { id } })
export const subscribers = defineCollection<Subscriber>({
  name: `${SLUG}.subscribers`,
  ...byId,
  indexes: { id, email: ({ email }) => folded(email), employee: ({ employeeId }) => folded(employeeId) },
})
export const subscriptions = defineCollection<Subscription>({
  name: `${SLUG}.subscriptions`,
  ...byId,
  indexes: {
    id,
    status: ({ status, id }) => status + SEPARATOR + id,
    iccid: ({ iccid }) => iccid + SEPARATOR,
    msisdn: ({ msisdn }) => msisdn + SEPARATOR,
  },
})
export const products = defineCollection<Product>({
  name: `${SLUG}.products`,
  ...byId,
  indexes: {
    id,
    status: ({ status, id }) => status + SEPARATOR + id,
    account: ({ account, id }) => account + SEPARATOR + id,
    subscription: ({ subscription, id }) => subscription + SEPARATOR + id,
  },
})
const pending = ({ status }: Order, text: string | undefined) => (status === 'pending' ? folded(text) : undefined)
export const orders = defineCollection<Order>({
  name: `${SLUG}.orders`,
  ...byId,
  indexes: {
    pending: (order) => pending(order, order.subscription),
    email: (order) => pending(order, order.subscriber?.email),
    employee: (order) => pending(order, order.subscriber?.employeeId),
  },
})
export const usageItems = defineCollection<UsageItem>({
  name: `${SLUG}.usage`,
  ...byId,
  indexes: {
    started: ({ startedAt }) => sortable(startedAt),
    account: ({ account, startedAt }) => account + SEPARATOR + sortable(startedAt),
    subscription: ({ subscription, startedAt }) => subscription + SEPARATOR + sortable(startedAt),
    subscriber: ({ subscriber, startedAt }) => subscriber + SEPARATOR + sortable(startedAt),
  },
})
