// Bundles on SIMs: assigned, processed, started, expired.
import { checkedAmount } from './amount.ts'
import { type BundleEvent, type BundleState, bundleLifecycle } from './bundle-lifecycle.ts'
import { defineCollection, SEPARATOR, sortable } from './collection.ts'
import { addDuration } from './duration.ts'
import { move } from './lifecycle.ts'
import {
  amount,
  byName,
  count,
  duration,
  fields,
  flag,
  iccid,
  instant,
  name,
  oneOf,
  optional,
  text,
} from './shape.ts'
import { defineTask, type TaskDef } from './tasks.ts'
import type { World } from './world.ts'

export interface Bundle {
  readonly id: string
  readonly provider: string
  readonly iccid: string
  /** The provider's name of the product. */
  readonly name: string
  /** What ties it to the order or request that assigned it. */
  readonly reference: string
  /** Position among the world's bundles, in the order they were assigned. */
  readonly serial: number
  readonly state: BundleState
  readonly unlimited: boolean
  /** Bytes; 0 where unlimited. */
  readonly initialBytes: number
  readonly usedBytes: number
  /** ISO 8601, from the start to the end. */
  readonly duration: string
  readonly assignedAt: number
  /** Not before this instant; then at once, used or not. */
  readonly startsAt?: number
  /** It ends then, however late it began; else its duration after it began. */
  readonly until?: number
  /** What only its provider understands of it. */
  readonly extra?: Readonly<Record<string, string>>
  readonly startedAt?: number
  readonly endsAt?: number
}

/** A bundle; it cannot have used more than it had, or what is left would be less than nothing. */
export const bundleShape = fields<Bundle>(
  {
    id: name,
    provider: name,
    iccid,
    name,
    reference: text,
    serial: count,
    state: oneOf('processing', 'queued', 'active', 'depleted', 'expired'),
    unlimited: flag,
    initialBytes: amount,
    usedBytes: amount,
    duration,
    assignedAt: instant,
    startsAt: optional(instant),
    until: optional(instant),
    extra: optional(byName(text)),
    startedAt: optional(instant),
    endsAt: optional(instant),
  },
  ({ unlimited, usedBytes, initialBytes }) =>
    unlimited || usedBytes <= initialBytes ? undefined : 'usedBytes must be within initialBytes',
)

export const bundles = defineCollection<Bundle>({
  name: 'bundles',
  key: (bundle) => `${bundle.provider}/${bundle.id}`,
  shape: bundleShape,
  indexes: {
    sim: (bundle) =>
      bundle.provider + SEPARATOR + bundle.iccid + SEPARATOR + sortable(bundle.serial),
    reference: (bundle) => bundle.provider + SEPARATOR + bundle.reference + SEPARATOR,
  },
})

/** The bundles of a SIM, in the order they were assigned. */
export function bundlesOf(world: World, provider: string, iccid: string): Bundle[] {
  return world.in(bundles).matching('sim', provider + SEPARATOR + iccid + SEPARATOR)
}

/** Bytes left; an unlimited bundle has none to lose. */
export function remainingBytes(bundle: Bundle): number {
  return bundle.initialBytes - bundle.usedBytes
}

/** What is new about a bundle when it is assigned. */
export type NewBundle = Omit<
  Bundle,
  'serial' | 'state' | 'usedBytes' | 'assignedAt' | 'startedAt' | 'endsAt'
>

/**
 * Assigns a bundle. It is queued after `processing` (ISO 8601), at once where
 * that is nothing.
 */
export function assignBundle(world: World, bundle: NewBundle, processing: string): Bundle {
  const assigned = world.in(bundles).put({
    ...bundle,
    serial: world.next('bundle'),
    state: 'processing',
    usedBytes: 0,
    assignedAt: world.now,
  })
  const ready = addDuration(world.now, processing)
  if (ready <= world.now) return processed(world, assigned)
  world.schedule(bundleProcessed, ready, { bundle: bundles.key(assigned) })
  happened(world, assigned, 'bundle.assigned')
  return assigned
}

/** The bundle after `event`, with `fields` laid over it. */
function moved(
  world: World,
  bundle: Bundle,
  event: BundleEvent,
  fields: Partial<Bundle> = {},
): Bundle {
  return world
    .in(bundles)
    .put({ ...bundle, ...fields, state: move(bundleLifecycle, bundle.state, event) })
}

function happened(world: World, bundle: Bundle, type: string): void {
  world.emit({
    type,
    provider: bundle.provider,
    iccid: bundle.iccid,
    bundle: bundle.id,
    detail: { name: bundle.name },
  })
}

function processed(world: World, bundle: Bundle): Bundle {
  const queued = moved(world, bundle, 'process')
  happened(world, queued, 'bundle.queued')
  if (queued.startsAt === undefined) return queued
  if (queued.startsAt <= world.now) return startBundle(world, queued)
  world.schedule(bundleStarts, queued.startsAt, { bundle: bundles.key(queued) })
  return queued
}

/** When a bundle runs, used or not (virtual ms). */
export interface Term {
  readonly startsAt: number
  readonly until: number
}

/**
 * Puts a bundle on a SIM as it is somewhere else, in whatever state; what is due of it is scheduled.
 * Nobody is told: it happened before.
 */
export function putKnownBundle(world: World, known: Omit<Bundle, 'serial'>): Bundle {
  const bundle = world.in(bundles).put({ ...known, serial: world.next('bundle') })
  const { state, startsAt, endsAt } = bundle
  const key = { bundle: bundles.key(bundle) }
  if (state === 'processing') world.schedule(bundleProcessed, world.now, key)
  if (state === 'queued' && startsAt !== undefined) world.schedule(bundleStarts, startsAt, key)
  if ((state === 'active' || state === 'depleted') && endsAt !== undefined)
    world.schedule(bundleExpires, endsAt, key)
  return bundle
}

/** Sets when a queued bundle runs. */
export function setTerm(world: World, bundle: Bundle, term: Term): void {
  const set = world.in(bundles).put({ ...bundle, ...term })
  world.schedule(bundleStarts, term.startsAt, { bundle: bundles.key(set) })
}

/** The bundle begins: its end is set, or its duration from now. */
export function startBundle(world: World, bundle: Bundle): Bundle {
  const { duration, until } = bundle
  const endsAt = until === undefined ? addDuration(world.now, duration) : Math.max(world.now, until)
  const active = moved(world, bundle, 'start', { startedAt: world.now, endsAt })
  world.schedule(bundleExpires, endsAt, { bundle: bundles.key(active) })
  happened(world, active, 'bundle.activated')
  return active
}

/**
 * Takes a bundle off its SIM, whatever its state: nothing of it is left but the
 * timeline.
 */
export function removeBundle(world: World, bundle: Bundle): void {
  const key = bundles.key(bundle)
  const { startsAt, endsAt } = bundle
  world.in(bundles).delete(key)
  // Nothing is due of it any more: else the queue would grow with each that comes and goes.
  if (startsAt !== undefined) world.unschedule(bundleStarts, startsAt, { bundle: key })
  if (endsAt !== undefined) world.unschedule(bundleExpires, endsAt, { bundle: key })
  happened(world, bundle, 'bundle.removed')
}

/**
 * Takes bytes from an active bundle and emits which thresholds were reached.
 * @param bytes at most what is left, unless unlimited
 * @param thresholds percent of the whole, ascending
 * @throws Refusal `invalid-request` where an unlimited one would have carried more than is counted
 */
export function consume(
  world: World,
  bundle: Bundle,
  bytes: number,
  thresholds: readonly number[],
): Bundle {
  const usedBytes = checkedAmount(
    bundle.usedBytes + bytes,
    `what ${bundle.name} has carried, in bytes,`,
  )
  if (bundle.unlimited) return world.in(bundles).put({ ...bundle, usedBytes })
  for (const percent of thresholds) {
    const mark = Math.ceil((percent * bundle.initialBytes) / 100)
    if (bundle.usedBytes >= mark || usedBytes < mark) continue
    // What is told at a threshold is what is left there, however much is used at once.
    happened(world, world.in(bundles).put({ ...bundle, usedBytes: mark }), `bundle.used-${percent}`)
  }
  const used = world.in(bundles).put({ ...bundle, usedBytes })
  if (usedBytes < bundle.initialBytes) return used
  const depleted = moved(world, used, 'deplete')
  happened(world, depleted, 'bundle.depleted')
  return depleted
}

/** A bundle that has gone or moved on meanwhile is left alone by each of these. */
const bundleProcessed = defineTask({
  name: 'bundle-processed',
  shownAs: { kind: 'bundle', says: 'the bundle is ready for use' },
  perform(world, { bundle: key }: { bundle: string }) {
    const bundle = world.in(bundles).get(key)
    if (bundle?.state === 'processing') processed(world, bundle)
  },
})

const bundleStarts = defineTask({
  name: 'bundle-starts',
  shownAs: { kind: 'bundle', says: 'the bundle starts, used or not' },
  perform(world, { bundle: key }: { bundle: string }) {
    const bundle = world.in(bundles).get(key)
    if (bundle?.state === 'queued') startBundle(world, bundle)
  },
})

const bundleExpires = defineTask({
  name: 'bundle-expires',
  shownAs: { kind: 'bundle', says: 'the bundle ends' },
  perform(world, { bundle: key }: { bundle: string }) {
    const bundle = world.in(bundles).get(key)
    if (bundle?.state !== 'active' && bundle?.state !== 'depleted') return
    happened(world, moved(world, bundle, 'expire'), 'bundle.expired')
  },
})

/** What happens when a bundle's time comes, whoever's it is. */
export const bundleTasks: readonly TaskDef[] = [bundleProcessed, bundleStarts, bundleExpires]
