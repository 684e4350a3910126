// What only eSIM Go knows: account, eSIMs, orders, lots of the inventory, bundles on sale.
import { defineCollection, SEPARATOR, sortable } from '../../state/collection.ts'
import {
  amount,
  balance,
  count,
  country,
  fields,
  flag,
  iccid,
  instant,
  list,
  matching,
  name,
  nullable,
  oneOf,
  optional,
  present,
  text,
  whole,
} from '../../state/shape.ts'
import type { Sim } from '../../state/sims.ts'

export const SLUG = 'esim-go'

/** The network profile of every eSIM and bundle (public: the name of an example). */
export const PROFILE_NAME = 'Profile 1'

/** The names `lastAction` can have. */
export const LAST_ACTIONS = [
  'Bundle Refund',
  'Bundle Applied',
  'Bundle Revoked',
  'eSIM Updated',
  'eSIM Refreshed',
  'eSIM Utilisation Alert',
] as const
export type LastAction = (typeof LAST_ACTIONS)[number]

/** What eSIM Go adds to a SIM. */
export interface Esim {
  readonly iccid: string
  readonly serial: number
  readonly pin: string
  readonly puk: string
  readonly customerRef: string
  readonly physical: boolean
  /**
   * An older profile takes no unlimited bundles (invented: the document names no reason for a
   * bundle not to fit).
   */
  readonly platform: 'current' | 'older'
  readonly assignedAt: number
  /** When a bundle was last applied to it. */
  readonly appliedAt?: number
  /** The branding profile it was ordered with. */
  readonly brandingId?: string
  /**
   * No task looks whether it is idle: a bundle keeps it from being so, or idle eSIMs are not
   * deleted.
   */
  readonly unwatched?: true
  readonly lastAction?: LastAction
  readonly actionAt?: number
}

/** An eSIM of the organisation: its SIM, and what eSIM Go adds to that. */
export interface EsimWithSim {
  readonly sim: Sim
  readonly esim: Esim
}

const bySerial = (sort: string, { serial }: Esim) => sort + SEPARATOR + sortable(serial)

export const esimShape = fields<Esim>({
  iccid,
  serial: count,
  pin: matching(/^\d{4,8}$/, '4 to 8 digits'),
  puk: matching(/^\d{8,9}$/, '8 or 9 digits'),
  customerRef: text,
  physical: flag,
  platform: oneOf('current', 'older'),
  assignedAt: instant,
  appliedAt: optional(instant),
  brandingId: optional(text),
  unwatched: optional(present),
  lastAction: optional(oneOf(...LAST_ACTIONS)),
  actionAt: optional(instant),
})

export const esims = defineCollection<Esim>({
  name: 'esim-go.esims',
  key: (esim) => esim.iccid,
  shape: esimShape,
  indexes: {
    iccid: (esim) => esim.iccid,
    customerRef: (esim) => bySerial(esim.customerRef, esim),
    lastAction: (esim) => bySerial(esim.lastAction ?? '', esim),
    actionDate: (esim) => bySerial(sortable(esim.actionAt ?? 0), esim),
    assignedDate: (esim) => bySerial(sortable(esim.assignedAt), esim),
    physical: (esim) => bySerial(String(esim.physical), esim),
  },
})

/** A line of an order, as it was asked for and as it was delivered. */
export interface OrderLine {
  readonly type: 'bundle' | 'bundleAssignment'
  /** Name of the bundle; of an application, the reference of the assignment. */
  readonly item: string
  readonly quantity: number
  /** US cents. */
  readonly pricePerUnit: number
  readonly allowReassign: boolean
  /** The eSIMs asked for. */
  readonly wanted: readonly string[]
  /** The eSIMs the bundles went to, once delivered. */
  readonly iccids: readonly string[]
}

export interface Order {
  readonly reference: string
  readonly serial: number
  readonly createdAt: number
  readonly assign: boolean
  /** US cents. */
  readonly total: number
  readonly status: 'processing' | 'completed'
  /** US cents that could be spent when it was paid. */
  readonly runningBalance?: number
  /** The branding profile of the eSIMs it brings forth. */
  readonly brandingId?: string
  /** The address it came from. */
  readonly sourceIp?: string
  readonly lines: readonly OrderLine[]
}

const orderLine = fields<OrderLine>({
  type: oneOf('bundle', 'bundleAssignment'),
  item: text,
  quantity: count,
  pricePerUnit: amount,
  allowReassign: flag,
  wanted: list(text),
  iccids: list(matching(/^\d{18,22}$/, '18 to 22 digits')),
})

export const orders = defineCollection<Order>({
  name: 'esim-go.orders',
  key: (order) => order.reference,
  shape: fields<Order>({
    reference: name,
    serial: count,
    createdAt: instant,
    assign: flag,
    total: amount,
    status: oneOf('processing', 'completed'),
    runningBalance: optional(amount),
    brandingId: optional(text),
    sourceIp: optional(text),
    lines: list(orderLine),
  }),
  indexes: { created: (order) => sortable(order.createdAt) + sortable(order.serial) },
})

/** Bundles bought together and not yet applied. */
export interface Lot {
  /** The `usageId` of the API. */
  readonly id: number
  readonly bundle: string
  readonly total: number
  readonly remaining: number
  /** US cents a bundle. */
  readonly price: number
  readonly boughtAt: number
  readonly expiresAt: number
}

export const lots = defineCollection<Lot>({
  name: 'esim-go.inventory',
  key: (lot) => String(lot.id),
  shape: fields<Lot>({
    id: count,
    bundle: name,
    total: count,
    remaining: count,
    price: amount,
    boughtAt: instant,
    expiresAt: instant,
  }),
  // Only lots with something left: those used up are kept for refunds, and are many.
  indexes: {
    left: (lot) =>
      lot.remaining > 0
        ? lot.bundle + SEPARATOR + sortable(lot.expiresAt) + sortable(lot.id)
        : undefined,
  },
})

interface Insufficient {
  readonly count: number
  readonly spendable: number
}

interface ToppedUp {
  readonly day: number
  readonly amount: number
}

/** The organisation whose key it is. */
export interface Account {
  readonly id: 'account'
  /** US cents. */
  readonly balance: number
  /** US cents, spent before the balance while it has not expired. */
  readonly testCredit: number
  readonly testCreditExpiresAt: number
  /** True until a first payment in the portal saves a card. */
  readonly cardless?: boolean
  /** How often it was told that money did not suffice, and the US cents there were then. */
  readonly insufficient?: Insufficient
  /** What was topped up on the last day (UTC, ms of its beginning) that saw a top-up: US cents. */
  readonly toppedUp?: ToppedUp
  /** Only the user's own bundles are on sale, not those of the default catalogue. */
  readonly onlyOwnBundles?: boolean
}

export const accounts = defineCollection<Account>({
  name: 'esim-go.account',
  key: (account) => account.id,
  shape: fields<Account>({
    id: oneOf('account'),
    balance,
    testCredit: amount,
    testCreditExpiresAt: instant,
    cardless: optional(flag),
    insufficient: optional(fields<Insufficient>({ count, spendable: amount })),
    toppedUp: optional(fields<ToppedUp>({ day: instant, amount })),
    onlyOwnBundles: optional(flag),
  }),
})

/** One bundle on sale. */
export interface CatalogueBundle {
  /** `esim_{DATA}_{DAYS}D_{ISO or region code}_V2`, case-sensitive. */
  readonly name: string
  readonly description: string
  readonly groups: readonly string[]
  /** ISO codes of the countries it works in: without an area, its base countries. */
  readonly countries: readonly string[]
  /** Regional and global bundles only: the area they are sold as, such as `Europe+`, their base. */
  readonly area?: { readonly name: string; readonly region: string }
  /**
   * MB, 1,000 to a GB. Unlimited bundles have -1, as integrators of eSIM Go report from the
   * wire.
   */
  readonly dataAmount: number
  /** Days. */
  readonly duration: number
  /** `null` where the catalogue does not tell. */
  readonly speed: readonly string[] | null
  /** Where it has a picture of its own. */
  readonly imageUrl?: string
  readonly autostart: boolean
  readonly unlimited: boolean
  /** US cents. */
  readonly price: number
  readonly billingType: 'FixedCost'
  /** True once another catalogue took the place of the one it was in: what was bought stays good. */
  readonly isOffSale?: true
}

/**
 * Bundles a user put on sale in a seed file; they come before default ones of
 * the same name.
 */
export const userBundles = defineCollection<CatalogueBundle>({
  name: 'esim-go.catalogue',
  key: (bundle) => bundle.name,
  shape: fields<CatalogueBundle>({
    name,
    description: text,
    groups: list(text),
    countries: list(country),
    area: optional(fields<NonNullable<CatalogueBundle['area']>>({ name: text, region: text })),
    dataAmount: whole(-1, 1e9),
    duration: whole(1, 100_000),
    speed: nullable(list(text)),
    imageUrl: optional(text),
    autostart: flag,
    unlimited: flag,
    price: amount,
    billingType: oneOf('FixedCost'),
    isOffSale: optional(present),
  }),
})
