// Callbacks on their way: pending, retrying, delivered or dead, and when the next attempt is due.
import { defineCollection, SEPARATOR, sortable } from './collection.ts'
import { addDuration } from './duration.ts'
import { Refusal } from './refusal.ts'
import { DELIVER } from './tasks.ts'
import type { World } from './world.ts'

/** One attempt: when by the world's clock, and how the receiver answered or why it could not. */
export interface Attempt {
  readonly at: number
  readonly status?: number
  readonly error?: string
}

export interface Callback {
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
  readonly attempts: readonly Attempt[]
  /** Attempts since it was queued or asked for again: what the retry schedule counts. */
  readonly tries: number
}

/** Where a provider's callbacks go. */
export interface Target {
  readonly provider: string
  readonly url: string
  readonly version?: number
}

export const callbacks = defineCollection<Callback>({
  name: 'callbacks',
  key: (delivery) => delivery.id,
  indexes: {
    queued: (delivery) => sortable(delivery.serial),
    finished: (delivery) => (delivery.nextAt === undefined ? sortable(delivery.serial) : undefined),
    sim: (delivery) =>
      delivery.iccid &&
      delivery.provider + SEPARATOR + delivery.iccid + SEPARATOR + sortable(delivery.serial),
  },
})

export const targets = defineCollection<Target>({
  name: 'callback-targets',
  key: (target) => target.provider,
})

/** How many deliveries a world keeps; the oldest finished ones go first. */
export const DELIVERIES_KEPT = 10_000

function scheduled(world: World, delivery: Callback, due: number): Callback {
  const next = world.in(callbacks).put({ ...delivery, nextAt: due })
  world.schedule(DELIVER, due, { callback: delivery.id })
  return next
}

/** Queues a callback for its first attempt, now. */
export function queueCallback(
  world: World,
  callback: Pick<Callback, 'provider' | 'type' | 'iccid' | 'url' | 'body' | 'version'>,
): Callback {
  const serial = world.next('callback')
  const kept = world.in(callbacks)
  if (kept.size >= DELIVERIES_KEPT) {
    const oldest = kept.first('finished')
    if (oldest) kept.delete(oldest.id)
  }
  const id = `cb_${String(serial).padStart(6, '0')}`
  return scheduled(
    world,
    { ...callback, id, serial, state: 'pending', queuedAt: world.now, attempts: [], tries: 0 },
    world.now,
  )
}

/** How an attempt ended; `final` where another cannot help. */
export interface Outcome {
  readonly status?: number
  readonly error?: string
  readonly final?: boolean
}

/**
 * Notes an attempt made at virtual time `at`; a failed one is followed by the next of `schedule` (delays between
 * attempts, ISO 8601), and after the last the callback is dead.
 */
export function recordAttempt(
  world: World,
  id: string,
  at: number,
  outcome: Outcome,
  schedule: readonly string[],
): Callback | undefined {
  const delivery = world.in(callbacks).get(id)
  if (!delivery) return undefined
  const { final, ...told } = outcome
  const { nextAt: _, ...rest } = delivery
  const tried = {
    ...rest,
    attempts: [...delivery.attempts, { at, ...told }],
    tries: delivery.tries + 1,
  }
  const ok = outcome.status !== undefined && outcome.status >= 200 && outcome.status < 300
  if (ok) return world.in(callbacks).put({ ...tried, state: 'delivered' })
  const delay = final ? undefined : schedule[delivery.tries]
  if (delay === undefined) return world.in(callbacks).put({ ...tried, state: 'dead' })
  return scheduled(world, { ...tried, state: 'retrying' }, addDuration(at, delay))
}

/**
 * Sends a callback again, now, to where its provider's callbacks go now, with the whole retry schedule before it.
 * @throws Refusal `wrong-state` where an attempt is still to come
 */
export function redeliver(world: World, delivery: Callback): Callback {
  if (delivery.nextAt !== undefined)
    throw new Refusal('wrong-state', 'an attempt is still to come: advance the clock to it', {
      state: delivery.state,
      event: 'redeliver',
    })
  const url = world.in(targets).get(delivery.provider)?.url ?? delivery.url
  return scheduled(world, { ...delivery, url, state: 'pending', tries: 0 }, world.now)
}
