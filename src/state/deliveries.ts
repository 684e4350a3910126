// Deliveries: what left at each attempt at a callback, to the byte, and how it was taken.
import { defineCollection, SEPARATOR, sortable } from './collection.ts'
import { keepLatest } from './keep-latest.ts'
import {
  byName,
  count,
  fields,
  iccid,
  instant,
  list,
  name,
  oneOf,
  optional,
  ordinal,
  text,
  webUrl,
  whole,
} from './shape.ts'
import type { World } from './world.ts'

/** What left, as it went over the wire. */
export interface Sent {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /**
   * `genuine` where a receiver that verifies it finds it right, `none` where there is none,
   * `broken` where a fault spoilt it or what it is of.
   */
  readonly signature: 'genuine' | 'none' | 'broken'
}

export interface Delivery extends Omit<Sent, 'body'> {
  readonly id: number
  /** Id of the callback. */
  readonly callback: string
  readonly provider: string
  readonly type: string
  readonly iccid?: string
  readonly url: string
  /** When it left, by the world's clock. */
  readonly at: number
  /** Which attempt at its callback it is, from 1. */
  readonly attempt: number
  readonly status?: number
  readonly error?: string
  /** Kinds of the faults that hit it. */
  readonly faults?: readonly string[]
  readonly note?: string
  /** Only where it is another than that of the callback. */
  readonly body?: string
}

export const deliveries = defineCollection<Delivery>({
  name: 'deliveries',
  key: ({ id }) => String(id),
  shape: fields<Delivery>({
    id: count,
    callback: name,
    provider: name,
    type: name,
    iccid: optional(iccid),
    url: webUrl,
    at: instant,
    attempt: ordinal,
    status: optional(whole(100, 999)),
    error: optional(text),
    faults: optional(list(name)),
    note: optional(text),
    signature: oneOf('genuine', 'none', 'broken'),
    headers: byName(text),
    body: optional(text),
  }),
  indexes: {
    left: ({ id }) => sortable(id),
    provider: ({ provider, id }) => provider + SEPARATOR + sortable(id),
    callback: ({ callback, id }) => callback + SEPARATOR + sortable(id),
  },
})

/** How many deliveries of each provider a world keeps; the oldest go first. */
export const DELIVERIES_KEPT = 10_000

/** Writes down what left. */
export function noteDelivery(world: World, delivery: Omit<Delivery, 'id'>): void {
  world.in(deliveries).put({ id: world.next('delivery'), ...delivery })
  const ofProvider = { index: 'provider', prefix: delivery.provider + SEPARATOR }
  keepLatest(world, deliveries, ofProvider, DELIVERIES_KEPT)
}

/** Forgets what left of a callback that is forgotten. */
export function forgetDeliveries(world: World, callback: string): void {
  const all = world.in(deliveries)
  for (const { id } of all.matching('callback', callback + SEPARATOR)) all.delete(String(id))
}
