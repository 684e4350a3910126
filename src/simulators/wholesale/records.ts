// What only the wholesale API knows: SIMs in stock, reserved numbers, lines, transactions.
import { defineCollection, SEPARATOR, sortable } from '../../state/collection.ts'
import { type ActivationCode, activationCodeFields } from '../../state/installation-code.ts'
import {
  count,
  fields,
  iccid,
  instant,
  list,
  oneOf,
  optional,
  text,
  whole,
} from '../../state/shape.ts'

export const SLUG = 'wholesale'

/** A SIM nobody has yet: a card, or a profile for the eUICC of a device. */
export interface StockSim extends ActivationCode {
  readonly iccid: string
  readonly imsi: string
  /** The matching id of a card is empty. */
  readonly kind: 'card' | 'esim'
  readonly serial: number
}

const stockSim = fields<StockSim>({
  iccid,
  imsi: text,
  kind: oneOf('card', 'esim'),
  ...activationCodeFields,
  serial: count,
})

export const stockSims = defineCollection<StockSim>({
  name: 'wholesale.stock',
  key: ({ iccid }) => iccid,
  shape: stockSim,
  indexes: { esims: ({ kind, serial }) => (kind === 'esim' ? sortable(serial) : undefined) },
})

/** A number set aside by the number management system. */
export interface Reservation {
  readonly id: string
  readonly gpsi: string
}

export const reservations = defineCollection<Reservation>({
  name: 'wholesale.reservations',
  key: ({ id }) => JSON.stringify(id),
  shape: fields<Reservation>({ id: text, gpsi: text }),
  indexes: { gpsi: ({ gpsi }) => gpsi + SEPARATOR },
})

export interface Product {
  readonly productId: string
  readonly characteristics: readonly { readonly key: string; readonly value: string }[]
}

/**
 * A subscription: a SIM with a number on a plan. Its service is that of the SIM among `sims`, which
 * is there from the first activation that settled.
 */
export interface Line {
  readonly iccid: string
  readonly gpsi: string
  readonly sim: StockSim
  readonly subscriberId: string
  readonly plan: string
  /** The wholesaleCustomerId it belongs to, where it is not the partner's own. */
  readonly node?: string
  readonly eid?: string
  /** bucketRefIds, renewed at every bill cycle. */
  readonly buckets: readonly string[]
  readonly products: readonly Product[]
  /** 1 to 28; where the request had none, from the activation on. */
  readonly billDay?: number
  /** Virtual ms; absent while no cycle runs. */
  readonly cycleEndsAt?: number
  /** Key of the transaction that is being provisioned. */
  readonly pending?: string
}

const characteristic = fields<Product['characteristics'][number]>({ key: text, value: text })

const product = fields<Product>({ productId: text, characteristics: list(characteristic) })

export const lines = defineCollection<Line>({
  name: 'wholesale.lines',
  key: ({ iccid }) => iccid,
  shape: fields<Line>({
    iccid,
    gpsi: text,
    sim: stockSim,
    subscriberId: text,
    plan: text,
    node: optional(text),
    eid: optional(text),
    buckets: list(text),
    products: list(product),
    // Of any other day the next bill day would not lie ahead: a cycle would begin again and again.
    billDay: optional(whole(1, 28)),
    cycleEndsAt: optional(instant),
    pending: optional(text),
  }),
  indexes: { gpsi: ({ gpsi }) => gpsi + SEPARATOR },
})

export const ACTIONS = ['Activate', 'Suspend', 'Resume', 'Cease', 'Reactivate'] as const
export type Action = (typeof ACTIONS)[number]

/** An accepted request; what was refused leaves none. */
export interface Transaction {
  /** The partner's own. */
  readonly id: string
  /** The wholesaleCustomerId it was asked for with. */
  readonly node?: string
  /** That of its line, which the partner above may act on, too. */
  readonly owner?: string
  readonly action: Action
  /** Of the body: tells a duplicate from another request. */
  readonly fingerprint: string
  readonly correlationId?: string
  readonly iccid: string
  readonly state: 'InProgress' | 'Success' | 'Failed'
  /** Virtual ms. */
  readonly requestedAt: number
  readonly serial: number
}

/**
 * A partner uses an id once for each node and each kind of operation, activation or update: the
 * vendor's two examples share one.
 */
export function transactionKey({
  id,
  node,
  action,
}: Pick<Transaction, 'id' | 'node' | 'action'>): string {
  return JSON.stringify([action === 'Activate' ? 'activate' : 'update', node ?? null, id])
}

/** A request before it is known which line it is for. */
export type NewTransaction = Omit<Transaction, 'iccid' | 'owner' | 'state' | 'serial'>

/** How many settled transactions of a SIM are kept; the oldest go first. */
export const TRANSACTIONS_KEPT = 1000

export const transactions = defineCollection<Transaction>({
  name: 'wholesale.transactions',
  key: transactionKey,
  shape: fields<Transaction>({
    id: text,
    node: optional(text),
    owner: optional(text),
    action: oneOf(...ACTIONS),
    fingerprint: text,
    correlationId: optional(text),
    iccid,
    state: oneOf('InProgress', 'Success', 'Failed'),
    requestedAt: instant,
    serial: count,
  }),
  indexes: {
    id: ({ id, serial }) => JSON.stringify(id) + SEPARATOR + sortable(serial),
    settled: ({ state, iccid, serial }) =>
      state === 'InProgress' ? undefined : iccid + SEPARATOR + sortable(serial),
  },
})

/** The node whose line a transaction is about; absent of the partner's own. */
export function ownerOf({ owner, node }: Pick<Transaction, 'owner' | 'node'>): string | undefined {
  return owner ?? node
}

/** The partner sees all that is below it; a node only what is its own. */
export function isVisible(record: { readonly node?: string }, node: string | undefined): boolean {
  return node === undefined || record.node === node
}
