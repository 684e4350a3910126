// Faults: failures set from outside, as data, and the counts that say when each happens.
import { defineCollection, SEPARATOR, sortable } from './collection.ts'
import { Refusal } from './refusal.ts'
import {
  anything,
  byName,
  count,
  fields,
  instant,
  name,
  oneOf,
  optional,
  ordinal,
  type Shape,
} from './shape.ts'
import { defineTask } from './tasks.ts'
import type { World } from './world.ts'

/** Values by the names of parameters or headers. */
export type NamedValues = Readonly<Record<string, string | number | boolean>>

/** What of a call or of a callback has to be as said; `*` in a text stands for any characters. */
export interface FaultMatch {
  readonly path?: NamedValues
  readonly query?: NamedValues
  /** By lower-case names. */
  readonly headers?: NamedValues
  /** By JSON pointers. */
  readonly body?: Readonly<Record<string, unknown>>
}

/** On which side of the change a fault of an operation stands. */
export type FaultWhen = 'before' | 'after'

/** A fault as somebody asks for it, checked. */
export interface NewFault {
  /** Slug. */
  readonly provider: string
  /** operationId, or `*` for every operation of the provider. Absent for a fault of callbacks. */
  readonly operation?: string
  /** The type of a callback, or `*` for all of the provider. Absent for a fault of calls. */
  readonly callback?: string
  /** Its name in the registry, `src/server/faults/kinds.ts`. */
  readonly kind: string
  /** Absent for a fault of callbacks. */
  readonly when?: FaultWhen
  readonly match?: FaultMatch
  /** From which matching call on it happens, the first being 1. */
  readonly nth?: number
  /** How often it happens; without it, once where there is `nth`, else without an end. */
  readonly times?: number
  /** Virtual ms from which it no longer happens. */
  readonly until?: number
  /** The kind's own fields, as they were set. */
  readonly own: Readonly<Record<string, unknown>>
}

export interface Fault extends NewFault {
  /** `fault_1` and so on. */
  readonly id: string
  readonly serial: number
  /** Virtual ms. */
  readonly setAt: number
  /** Matching calls while it was active. */
  readonly seen: number
  /** How often it happened. */
  readonly hits: number
  /** What the kind counts for itself, such as the calls of a window. */
  readonly counted: Readonly<Record<string, number>>
}

const anyValues = byName(anything)
const namedValues: Shape<NamedValues> = byName<string | number | boolean>((value) =>
  ['string', 'number', 'boolean'].includes(typeof value)
    ? undefined
    : 'must be a text, a number, true or false',
)

const match: Shape<FaultMatch> = fields<FaultMatch>({
  path: optional(namedValues),
  query: optional(namedValues),
  headers: optional(namedValues),
  body: optional(anyValues),
})

/** A fault is one of calls or one of callbacks. */
function oneTarget({ operation, callback, when }: Fault): string | undefined {
  if ((operation === undefined) === (callback === undefined))
    return 'must have an operation or a callback, and not both'
  return (when === undefined) === (operation === undefined)
    ? undefined
    : 'must say when, where it has an operation, and only there'
}

export const faults = defineCollection<Fault>({
  name: 'faults',
  key: ({ id }) => id,
  shape: fields<Fault>(
    {
      id: name,
      serial: ordinal,
      provider: name,
      operation: optional(name),
      callback: optional(name),
      kind: name,
      when: optional(oneOf('before', 'after')),
      match: optional(match),
      nth: optional(ordinal),
      times: optional(ordinal),
      until: optional(instant),
      own: anyValues,
      setAt: instant,
      seen: count,
      hits: count,
      counted: byName(count),
    },
    oneTarget,
  ),
  indexes: {
    set: ({ serial }) => sortable(serial),
    provider: ({ provider, serial }) => provider + SEPARATOR + sortable(serial),
  },
})

/** A reply that was delayed on the world's clock is due; it leaves as the task is done with. */
export const replyDue = defineTask<{ provider: string; fault: string }>({
  name: 'delayed-reply',
  shownAs: { kind: 'reply', says: 'a reply that a fault holds back leaves' },
  perform() {},
})

/** How many characters of JSON a fault has at most: each time it is counted, it is written anew. */
export const LONGEST_FAULT = 65_536
/** How many faults a world has at most. */
export const FAULTS_KEPT = 1000

/** How often a fault happens at most. */
function mostHits({ nth, times }: NewFault): number {
  return times ?? (nth === undefined ? Number.POSITIVE_INFINITY : 1)
}

/** True while a fault may still happen, at virtual time `now`. */
export function isActive(fault: Fault, now: number): boolean {
  const { until = Number.POSITIVE_INFINITY, hits } = fault
  return now < until && hits < mostHits(fault)
}

/**
 * Sets a fault, within a transaction. Those that happen no more make room.
 * @throws Refusal `busy` where too many are active
 */
export function setFault(world: World, fault: NewFault): Fault {
  const all = world.in(faults)
  if (all.size >= FAULTS_KEPT) {
    const over = all.page('set', {}, 0, all.size).find((each) => !isActive(each, world.now))
    if (!over)
      throw new Refusal(
        'busy',
        `${FAULTS_KEPT} faults are active already: DELETE /_sim/faults removes them`,
      )
    all.delete(over.id)
  }
  const serial = world.next('fault')
  const set = { ...fault, id: `fault_${serial}`, serial, setAt: world.now }
  return all.put({ ...set, seen: 0, hits: 0, counted: {} })
}

/** The faults of a provider that may still happen, in the order they were set. */
export function activeFaults(world: World, provider: string): readonly Fault[] {
  const { now } = world
  return world
    .in(faults)
    .matching('provider', provider + SEPARATOR)
    .filter((fault) => isActive(fault, now))
}

/** What a fault did: an effect, or nothing, with or without a reason that is told. */
export interface FaultOutcome<Effect> {
  readonly effect?: Effect
  /** Why it could not happen here, where that is worth telling. */
  readonly missed?: string
  /** The kind's own counts afterwards. */
  readonly counted?: Readonly<Record<string, number>>
}

/** A fault that happened. */
export interface Hit<Effect> {
  readonly fault: Fault
  readonly effect: Effect
}

export interface Chosen<Effect> {
  readonly hits: readonly Hit<Effect>[]
  /** Faults whose turn it was and that could not happen, and why. */
  readonly missed: readonly { readonly fault: Fault; readonly why: string }[]
}

/**
 * Counts a call for the faults it matches, and lets those happen whose turn it is: all of it in a
 * transaction of its own, which a refusal of the call does not undo. Draws come from the world's
 * stream `faults`.
 * @param matching active faults that the call matches, in the order they were set
 * @param happen what one does; whether another happens besides is told by `goesOn`
 * @param goesOn true where later faults may happen, too, after this effect
 */
export function chooseFaults<Effect>(
  world: World,
  matching: readonly Fault[],
  happen: (fault: Fault) => FaultOutcome<Effect>,
  goesOn: (effect: Effect) => boolean,
): Chosen<Effect> {
  const hits: Hit<Effect>[] = []
  const missed: { fault: Fault; why: string }[] = []
  if (matching.length === 0) return { hits, missed }

  let isOver = false
  const one = (before: Fault): Fault => {
    const seen = { ...before, seen: before.seen + 1 }
    if (isOver || seen.seen < (before.nth ?? 1)) return seen

    const { effect, missed: why, counted = before.counted } = happen(seen)
    if (why !== undefined) missed.push({ fault: before, why })
    if (effect === undefined) return { ...seen, counted }
    const fault = { ...seen, counted, hits: before.hits + 1 }
    hits.push({ fault, effect })
    isOver = !goesOn(effect)
    return fault
  }
  world.transaction(() =>
    world.withStream('faults', () => {
      for (const fault of matching) world.in(faults).put(one(fault))
    }),
  )
  return { hits, missed }
}
