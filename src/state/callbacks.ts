// Callbacks: pending, retrying, delivered or dead; and those that were not sent, and why.
import { defineCollection, prefixed, SEPARATOR, sortable } from './collection.ts'
import { defined } from './defined.ts'
import { forgetDeliveries, noteDelivery, type Sent } from './deliveries.ts'
import { addDuration } from './duration.ts'
import { keepLatest } from './keep-latest.ts'
import { Refusal } from './refusal.ts'
import {
  anything,
  byName,
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
import { DELIVER, type TaskKind, tasks } from './task-queue.ts'
import type { World } from './world.ts'

/**
 * One attempt: when by the world's clock, and how the receiver answered or why
 * it could not.
 */
export interface Attempt {
  readonly at: number
  readonly status?: number
  readonly error?: string
  /** Kinds of the faults that hit it. */
  readonly faults?: readonly string[]
  /** What else became of it, where neither status nor error tells. */
  readonly note?: string
}

/** A fault that happens to an attempt that is to come. */
export interface ChosenFault {
  readonly id: string
  readonly kind: string
  /** The kind's own fields, as they were set. */
  readonly own: Readonly<Record<string, unknown>>
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
  /** Faults of the next attempt, once they are chosen. */
  readonly faults?: readonly ChosenFault[]
  /** Task of the next attempt, where that waits for another callback of the provider to leave. */
  readonly behind?: number
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
  faults: optional(list(name)),
  note: optional(text),
})

const chosenFault = fields<ChosenFault>({ id: name, kind: name, own: byName(anything) })

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
    faults: optional(list(chosenFault)),
    behind: optional(count),
  }),
  indexes: {
    queued: (callback) => sortable(callback.serial),
    finished: ({ nextAt, provider, serial }) =>
      nextAt === undefined ? provider + SEPARATOR + sortable(serial) : undefined,
    waiting: ({ nextAt, provider, serial }) =>
      nextAt === undefined ? undefined : provider + SEPARATOR + sortable(serial),
    behind: ({ behind, provider }) => (behind === undefined ? undefined : provider + SEPARATOR),
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
/** How many characters of JSON a callback has at most. */
export const LONGEST_CALLBACK = 32_768
/** How many attempts of a callback are kept; the oldest go first. */
export const ATTEMPTS_KEPT = 100

const attemptDue: TaskKind<{ callback: string }> = { kind: DELIVER }

/** The callback with its next attempt before it. */
function scheduled(world: World, callback: Callback, due: number): Callback {
  const next = world.in(callbacks).put({ ...callback, nextAt: due })
  world.schedule(attemptDue, due, { callback: callback.id })
  return next
}

/** Worlds in which nothing is told while something is done. */
const quiet = new WeakSet<World>()

/**
 * Does what nobody is told of, as it stands for what was before: no callback is queued, and none
 * written down as unsent.
 */
export function untold<R>(world: World, act: () => R): R {
  quiet.add(world)
  try {
    return act()
  } finally {
    quiet.delete(world)
  }
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
  if (quiet.has(world)) return undefined
  const queued = queueOrNote(world, callback)
  return 'reason' in queued ? undefined : queued
}

/**
 * As `queueCallback`; returns what was written down where nothing was queued.
 * @throws Refusal `invalid-request` for one that is too long
 */
export function queueOrNote(world: World, callback: NewCallback): Callback | UnsentCallback {
  const { provider, type, iccid, version } = callback
  const body = JSON.stringify(callback.body)
  if (body.length > LONGEST_CALLBACK)
    throw new Refusal(
      'invalid-request',
      `the callback would have ${body.length} characters: it has ${LONGEST_CALLBACK} at most`,
    )
  const target = world.in(targets).get(provider)
  if (!target)
    return unsent(world, { provider, type, iccid, version, body, reason: noTarget(provider) })
  if (waitingOf(world, provider) >= MOST_WAITING)
    return unsent(world, { provider, type, iccid, version, body, reason: tooMany(provider) })

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
  return world.in(callbacks).count('waiting', prefixed(provider + SEPARATOR))
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
export function noteUnsent(world: World, callback: NewUnsent): void {
  if (!quiet.has(world)) unsent(world, callback)
}

function unsent(world: World, callback: NewUnsent): UnsentCallback {
  // Numbers of their own: the ids of those that are sent do not depend on these.
  const serial = world.next('unsent-callback')
  const { provider, type, iccid, version, body, reason } = callback
  const id = `un_${String(serial).padStart(6, '0')}`
  const { now: at } = world
  const noted = world
    .in(unsentCallbacks)
    .put(defined({ id, serial, provider, type, iccid, body, version, reason, at }))
  const ofProvider = { index: 'provider', prefix: provider + SEPARATOR }
  keepLatest(world, unsentCallbacks, ofProvider, UNSENT_KEPT)
  return noted
}

/** Whether a callback of a provider waits for another to leave. */
export function isOneBehind(world: World, provider: string): boolean {
  return world.in(callbacks).matching('behind', provider + SEPARATOR).length > 0
}

/**
 * Puts off the attempt at a callback.
 * @param due virtual ms
 * @param isBehind true where it follows another callback of the provider, if one leaves before
 */
export function holdBack(world: World, callback: Callback, due: number, isBehind: boolean): void {
  const { id } = world.schedule(attemptDue, due, { callback: callback.id })
  const held = { ...callback, nextAt: due }
  world.in(callbacks).put(isBehind ? { ...held, behind: id } : held)
}

/** Lets those go now that waited for another callback of the provider to leave. */
function letGo(world: World, provider: string): void {
  for (const held of world.in(callbacks).matching('behind', provider + SEPARATOR)) {
    const { behind, ...callback } = held
    world.in(tasks).delete(String(behind))
    scheduled(world, callback, world.now)
  }
}

/** How an attempt ended; `final` where another cannot help. */
export interface Outcome extends Omit<Attempt, 'at'> {
  readonly final?: boolean
  /** True where the provider believes it delivered, whatever became of it. */
  readonly isBelieved?: boolean
  /** True where no answer came in time. */
  readonly isLate?: boolean
  /** Absent where nothing left. */
  readonly sent?: Sent
}

/** An attempt that was made, at virtual time `at`. */
export interface Made {
  readonly at: number
  /** One, or more where a fault sent it more than once. */
  readonly outcomes: readonly Outcome[]
}

/** True where a receiver has taken what was sent to it, or the provider believes so. */
export const isTaken = ({ status = 0, isBelieved }: Outcome) =>
  isBelieved || (status >= 200 && status < 300)

/**
 * Notes an attempt. A failed one is followed by the next of the schedule, and after the last the
 * callback is dead. Where something left, a callback that waited for that leaves, too.
 * @param schedule delays between attempts, ISO 8601
 */
export function recordAttempt(
  world: World,
  id: string,
  made: Made,
  schedule: readonly string[],
): Callback | undefined {
  const callback = world.in(callbacks).get(id)
  if (!callback) return undefined
  const { nextAt: _, faults: __, behind: ___, ...rest } = callback
  const { earlierAttempts = 0 } = callback
  const attempts = [...callback.attempts]
  for (const { final: _, isBelieved: __, isLate: ___, sent, ...outcome } of made.outcomes) {
    const attempt = { at: made.at, ...outcome }
    attempts.push(attempt)
    const number = earlierAttempts + attempts.length
    if (sent) noteSent(world, callback, { ...attempt, attempt: number }, sent)
  }
  const tried = { ...rest, ...latest(attempts, earlierAttempts), tries: callback.tries + 1 }
  const next = afterAttempt(world, tried, made, schedule[callback.tries])
  if (made.outcomes.some(({ sent }) => sent)) letGo(world, callback.provider)
  return next
}

/** Attempts without the oldest of many. @param before how many there were before these */
function latest(attempts: readonly Attempt[], before: number) {
  const earlier = before + Math.max(0, attempts.length - ATTEMPTS_KEPT)
  const kept = { attempts: attempts.slice(-ATTEMPTS_KEPT) }
  return earlier === 0 ? kept : { ...kept, earlierAttempts: earlier }
}

/** @param delay before another attempt, where there may be one */
function afterAttempt(
  world: World,
  tried: Callback,
  { at, outcomes }: Made,
  delay: string | undefined,
): Callback {
  if (outcomes.some(isTaken)) return finished(world, { ...tried, state: 'delivered' })
  if (delay === undefined || outcomes.some(({ final }) => final))
    return finished(world, { ...tried, state: 'dead' })
  return scheduled(world, { ...tried, state: 'retrying' }, addDuration(at, delay))
}

/** Keeps a callback that nothing more comes of. */
function finished(world: World, callback: Callback): Callback {
  const done = world.in(callbacks).put(callback)
  const ofProvider = { index: 'finished', prefix: callback.provider + SEPARATOR }
  for (const { id } of keepLatest(world, callbacks, ofProvider, CALLBACKS_KEPT))
    forgetDeliveries(world, id)
  return done
}

/** Writes down what left at an attempt. */
function noteSent(
  world: World,
  { id: callback, provider, type, iccid, url, body }: Callback,
  attempt: Attempt & { readonly attempt: number },
  sent: Sent,
): void {
  noteDelivery(world, {
    ...attempt,
    ...defined({ callback, provider, type, iccid, url }),
    ...defined({ ...sent, body: sent.body === body ? undefined : sent.body }),
  })
}

/** Sets a callback aside as dead that nothing else can be done with, and says why. */
export function setAside(world: World, callback: Callback, error: string): Callback {
  const { nextAt: _, faults: __, behind: ___, ...rest } = callback
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
