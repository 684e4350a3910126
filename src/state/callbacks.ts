// Callbacks: pending, retrying, delivered or dead; and those that were not sent, and why.
import { defineCollection, SEPARATOR, sortable } from './collection.ts'
import { defined } from './defined.ts'
import { addDuration } from './duration.ts'
import { keepLatest } from './keep-latest.ts'
import { Refusal } from './refusal.ts'
import {
  count,
  fields,
  iccid,
  instant,
  list,
  name,
  oneOf,
  optional,
  type Shape,
  text,
  webUrl,
  whole,
} from './shape.ts'
import { DELIVER, type TaskKind } from './task-queue.ts'
import type { World } from './world.ts'

/**
 * One attempt: when by the world's clock, and how the receiver answered or why
 * it could not.
 */
export interface Attempt {
  readonly at: number
  readonly status?: number
  readonly error?: string
}

export interface Callback {
  /** Of no other callback of any world, in none of its lives: receivers know it by that. */
  readonly id: string
  readonly serial: number
  readonly provider: string
  /** The provider's word for what is told, as in `Utilisation`. */
  readonly type: string
  readonly iccid?: string
  readonly url: string
  /** The very bytes that are signed and sent, as UTF-8 text. */
  readonly body: string
  /** What the provider's signer needs to know of it. */
  readonly version?: number
  readonly state: 'pending' | 'retrying' | 'delivered' | 'dead'
  readonly queuedAt: number
  readonly nextAt?: number
  /** The latest of them. */
  readonly attempts: readonly Attempt[]
  /** How many were made before those. */
  readonly earlierAttempts?: number
  /**
   * Attempts since it was queued or asked for again: what the retry schedule
   * counts.
   */
  readonly tries: number
}

/** Where a provider's callbacks go. */
export interface Target {
  readonly provider: string
  readonly url: string
  readonly version?: number
}

/** What was sent, or would have been: JSON, which `sendUnsent` reads again. */
const json: Shape<string> = (value) => {
  if (typeof value !== 'string') return 'must be a text'
  try {
    const content: unknown = JSON.parse(value)
    return typeof content === 'object' && content !== null ? undefined : 'must be JSON of an object'
  } catch {
    return 'must be JSON'
  }
}

const attempt = fields<Attempt>({
  at: instant,
  status: optional(whole(100, 999)),
  error: optional(text),
})

export const callbacks = defineCollection<Callback>({
  name: 'callbacks',
  key: (callback) => callback.id,
  shape: fields<Callback>({
    id: name,
    serial: count,
    provider: name,
    type: name,
    iccid: optional(iccid),
    url: webUrl,
    body: text,
    version: optional(count),
    state: oneOf('pending', 'retrying', 'delivered', 'dead'),
    queuedAt: instant,
    nextAt: optional(instant),
    attempts: list(attempt),
    earlierAttempts: optional(count),
    tries: count,
  }),
  indexes: {
    queued: (callback) => sortable(callback.serial),
    finished: ({ nextAt, provider, serial }) =>
      nextAt === undefined ? provider + SEPARATOR + sortable(serial) : undefined,
    waiting: ({ nextAt, provider, serial }) =>
      nextAt === undefined ? undefined : provider + SEPARATOR + sortable(serial),
    sim: (callback) =>
      callback.iccid &&
      callback.provider + SEPARATOR + callback.iccid + SEPARATOR + sortable(callback.serial),
  },
})

export const targets = defineCollection<Target>({
  name: 'callback-targets',
  key: (target) => target.provider,
  shape: fields<Target>({ provider: name, url: webUrl, version: optional(count) }),
})

/** A callback that was due and did not leave, and why: it was not queued. */
export interface UnsentCallback {
  readonly id: string
  readonly serial: number
  readonly provider: string
  readonly type: string
  readonly iccid?: string
  /** What would have been sent, as text; absent where it did not come to that. */
  readonly body?: string
  /** Of that body, where its provider has versions of it. */
  readonly version?: number
  /** Why it was not sent, and what to do where something can be done. */
  readonly reason: string
  readonly at: number
}

export const unsentCallbacks = defineCollection<UnsentCallback>({
  name: 'unsent-callbacks',
  key: (unsent) => unsent.id,
  shape: fields<UnsentCallback>({
    id: name,
    serial: count,
    provider: name,
    type: name,
    iccid: optional(iccid),
    body: optional(json),
    version: optional(count),
    reason: text,
    at: instant,
  }),
  indexes: {
    noted: (unsent) => sortable(unsent.serial),
    provider: ({ provider, serial }) => provider + SEPARATOR + sortable(serial),
  },
})

/** How many finished callbacks of each provider a world keeps; the oldest go first. */
export const CALLBACKS_KEPT = 10_000
/** How many unsent ones of each it keeps; the oldest go first. */
export const UNSENT_KEPT = 1000
/** How many of each may wait for an attempt; what comes beyond is unsent. */
export const MOST_WAITING = 10_000
/** How many attempts of a callback are kept; the oldest go first. */
export const ATTEMPTS_KEPT = 100

const attemptDue: TaskKind<{ callback: string }> = { kind: DELIVER }

/** The callback with its next attempt before it. */
function scheduled(world: World, callback: Callback, due: number): Callback {
  const next = world.in(callbacks).put({ ...callback, nextAt: due })
  world.schedule(attemptDue, due, { callback: callback.id })
  return next
}

/** What is told of, before it is known where to. */
export interface NewCallback {
  readonly provider: string
  readonly type: string
  readonly iccid?: string | undefined
  /** Of the body and its signature, where the provider has versions of them. */
  readonly version?: number | undefined
  /** Sent as JSON. */
  readonly body: object
}

/**
 * Queues a callback for its first attempt, now, to where its provider's callbacks go.
 * Where they go nowhere, or too many wait already, it is written down as unsent.
 * @returns what was queued, if it was
 */
export function queueCallback(world: World, callback: NewCallback): Callback | undefined {
  const { provider, type, iccid, version } = callback
  const body = JSON.stringify(callback.body)
  const target = world.in(targets).get(provider)
  if (!target) {
    noteUnsent(world, { provider, type, iccid, version, body, reason: noTarget(provider) })
    return undefined
  }
  if (waitingOf(world, provider) >= MOST_WAITING) {
    noteUnsent(world, { provider, type, iccid, version, body, reason: tooMany(provider) })
    return undefined
  }
  const serial = world.next('callback')
  const queued: Callback = {
    ...defined({ provider, type, iccid, url: target.url, body, version }),
    id: `cb_${world.mark}_${String(serial).padStart(6, '0')}`,
    serial,
    state: 'pending',
    queuedAt: world.now,
    attempts: [],
    tries: 0,
  }
  return scheduled(world, queued, world.now)
}

/** How many callbacks of a provider wait for an attempt. */
export function waitingOf(world: World, provider: string): number {
  return world.in(callbacks).count('waiting', provider + SEPARATOR)
}

/** Why one more callback is not sent, and what to do. */
function tooMany(provider: string): string {
  const why = `${MOST_WAITING} callbacks of ${provider} wait for an attempt, and no more are queued`
  return `${why}: GET /_sim/callbacks?state=retrying tells what hinders them`
}

/** True for one that was not sent as too many waited. */
export function isOneTooMany({ provider, reason }: UnsentCallback): boolean {
  return reason === tooMany(provider)
}

/**
 * What is known of a callback that is not sent; `body` as text, where it came
 * to one.
 */
export interface NewUnsent extends Omit<NewCallback, 'body'> {
  readonly body?: string
  readonly reason: string
}

/** Writes down that a callback was due and is not sent, and why. */
export function noteUnsent(world: World, unsent: NewUnsent): void {
  // Numbers of their own: the ids of those that are sent do not depend on these.
  const serial = world.next('unsent-callback')
  const { provider, type, iccid, version, body, reason } = unsent
  const id = `un_${String(serial).padStart(6, '0')}`
  const { now: at } = world
  world
    .in(unsentCallbacks)
    .put(defined({ id, serial, provider, type, iccid, body, version, reason, at }))
  const ofProvider = { index: 'provider', prefix: provider + SEPARATOR }
  keepLatest(world, unsentCallbacks, ofProvider, UNSENT_KEPT)
}

/** How an attempt ended; `final` where another cannot help. */
export interface Outcome extends Omit<Attempt, 'at'> {
  readonly final?: boolean
}

/**
 * Notes an attempt. A failed one is followed by the next of the schedule, and after the last the
 * callback is dead.
 * @param schedule delays between attempts, ISO 8601
 */
export function recordAttempt(
  world: World,
  id: string,
  { final, ...attempt }: Attempt & Outcome,
  schedule: readonly string[],
): Callback | undefined {
  const callback = world.in(callbacks).get(id)
  if (!callback) return undefined
  const { nextAt: _, ...rest } = callback
  const tried = { ...rest, ...withAttempt(callback, attempt), tries: callback.tries + 1 }
  const { status = 0 } = attempt
  if (status >= 200 && status < 300) return finished(world, { ...tried, state: 'delivered' })

  const delay = final ? undefined : schedule[callback.tries]
  if (delay === undefined) return finished(world, { ...tried, state: 'dead' })
  return scheduled(world, { ...tried, state: 'retrying' }, addDuration(attempt.at, delay))
}

/** The attempts at a callback with one more, without the oldest of many. */
function withAttempt({ attempts, earlierAttempts = 0 }: Callback, attempt: Attempt) {
  const all = [...attempts, attempt]
  const earlier = earlierAttempts + Math.max(0, all.length - ATTEMPTS_KEPT)
  const kept = { attempts: all.slice(-ATTEMPTS_KEPT) }
  return earlier === 0 ? kept : { ...kept, earlierAttempts: earlier }
}

/** Keeps a callback that nothing more comes of. */
function finished(world: World, callback: Callback): Callback {
  const done = world.in(callbacks).put(callback)
  const ofProvider = { index: 'finished', prefix: callback.provider + SEPARATOR }
  keepLatest(world, callbacks, ofProvider, CALLBACKS_KEPT)
  return done
}

/** Sets a callback aside as dead that nothing else can be done with, and says why. */
export function setAside(world: World, callback: Callback, error: string): Callback {
  const { nextAt: _, ...rest } = callback
  return finished(world, { ...rest, attempts: [{ at: world.now, error }], state: 'dead' })
}

/**
 * Sends a callback again, now, to where its provider's callbacks go now: with the whole retry
 * schedule before it.
 * @throws Refusal `wrong-state` where an attempt is still to come, or too many others wait for one
 */
export function redeliver(world: World, callback: Callback): Callback {
  if (callback.nextAt !== undefined)
    throw new Refusal('wrong-state', 'an attempt is still to come: advance the clock to it', {
      state: callback.state,
      event: 'redeliver',
    })
  if (waitingOf(world, callback.provider) >= MOST_WAITING)
    throw new Refusal('wrong-state', tooMany(callback.provider))
  const url = world.in(targets).get(callback.provider)?.url ?? callback.url
  return scheduled(world, { ...callback, url, state: 'pending', tries: 0 }, world.now)
}

/** Why nothing is sent where no target is set, and what to do. */
function noTarget(provider: string): string {
  return `no callback URL is set: PUT /_sim/callbacks/target/${provider} sets where they go`
}

/**
 * Sends a callback that was not sent, now, to where its provider's callbacks go now: it is queued as
 * another callback, and unsent no longer.
 * @throws Refusal `wrong-state` where they still go nowhere, too many wait already, or there is
 *   nothing to send
 */
export function sendUnsent(world: World, unsent: UnsentCallback): Callback {
  const { id, provider, type, iccid, version, body, reason } = unsent
  if (body === undefined)
    throw new Refusal('wrong-state', `it has no body that could be sent: ${reason}`)

  const content: object = JSON.parse(body)
  const queued = queueCallback(world, { provider, type, iccid, version, body: content })
  if (!queued) {
    const isAimed = world.in(targets).has(provider)
    throw new Refusal('wrong-state', isAimed ? tooMany(provider) : noTarget(provider))
  }
  world.in(unsentCallbacks).delete(id)
  return queued
}
