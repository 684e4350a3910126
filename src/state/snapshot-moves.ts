// What can be done with the snapshots of a world: taken, gone back to, compared, removed.
import type { Records } from './collection.ts'
import { defined } from './defined.ts'
import { isTimeless, type PastRecord } from './past.ts'
import { Refusal } from './refusal.ts'
import {
  latestSerial,
  type Snapshot,
  type SnapshotRecord,
  snapshotKey,
  snapshotRecords,
  snapshots,
} from './snapshots.ts'
import type { World } from './world.ts'

/** How many snapshots a world has at most. */
export const MOST_SNAPSHOTS = 100

/** Stands for the present where two moments are compared. */
export const PRESENT = 'now'

/** Every snapshot, in the order they were taken. */
export function snapshotsOf(world: World): readonly Snapshot[] {
  return world.in(snapshots).page('taken', {}, 0, MOST_SNAPSHOTS)
}

/** @throws Refusal `not-found` */
export function snapshotOf(world: World, name: string): Snapshot {
  const found = world.in(snapshots).get(name)
  if (found) return found
  const names = snapshotsOf(world).map((each) => each.name)
  const there = names.length > 0 ? `there are: ${names.join(', ')}` : 'there are none yet'
  throw new Refusal('not-found', `there is no snapshot "${name}"; ${there}`)
}

/**
 * Takes a snapshot of the world as it is; one of that name is replaced.
 * @throws Refusal `busy` where there are too many
 */
export function takeSnapshot(world: World, name: string): Snapshot {
  const all = world.in(snapshots)
  if (!all.has(name) && all.size >= MOST_SNAPSHOTS)
    throw new Refusal('busy', `there are ${MOST_SNAPSHOTS} snapshots already: remove one first`)
  return world.transaction(() => {
    const old = all.get(name)
    if (old) drop(world, old)
    return all.put({ name, serial: latestSerial(world.records) + 1, at: world.now })
  }).result
}

/** Removes a snapshot; the others stay as they are. */
export function removeSnapshot(world: World, snapshot: Snapshot): void {
  world.transaction(() => drop(world, snapshot))
}

/** What it has goes to the one before it, which took from it what it does not have itself. */
function drop(world: World, { name, serial }: Snapshot): void {
  const earlier = snapshotsOf(world).filter((each) => each.serial < serial)
  const heir = earlier.at(-1)?.serial
  const kept = world.in(snapshotRecords)
  for (const each of [...kept.values()]) {
    if (each.snapshot !== serial) continue
    const { collection, key } = each
    kept.delete(snapshotKey(serial, collection, key))
    if (heir !== undefined && !kept.has(snapshotKey(heir, collection, key)))
      kept.put({ ...each, snapshot: heir })
  }
  world.in(snapshots).delete(name)
}

/** The records that have changed since a snapshot, as it has them. */
export function pastOf(world: World, { serial }: Snapshot): PastRecord[] {
  return [...firstOf(world, serial, Number.POSITIVE_INFINITY).values()]
}

/** Of each record that snapshots `from` to below `to` have, what the earliest of them has. */
function firstOf(world: World, from: number, to: number): Map<string, SnapshotRecordRead> {
  const found = new Map<string, SnapshotRecordRead>()
  for (const each of world.in(snapshotRecords).values()) {
    const { snapshot, collection, key, record } = each
    if (snapshot < from || snapshot >= to) continue
    const id = `${collection}/${key}`
    const earlier = found.get(id)
    if (!earlier || snapshot < earlier.snapshot)
      found.set(id, { snapshot, collection, key, record })
  }
  return found
}

/** A record of a snapshot, `undefined` where it had none. */
interface SnapshotRecordRead extends PastRecord {
  readonly snapshot: number
}

/** A record at two moments. */
export interface RecordPair {
  readonly collection: string
  readonly key: string
  readonly before: object | undefined
  readonly after: object | undefined
}

/**
 * The records that differ between a snapshot and a later one, or the present where none is given.
 * A record that changed and is as it was again is not among them.
 */
export function differing(world: World, from: Snapshot, to: Snapshot | undefined): RecordPair[] {
  const until = to?.serial ?? Number.POSITIVE_INFINITY
  const later = to ? firstOf(world, until, Number.POSITIVE_INFINITY) : undefined
  const pairs: RecordPair[] = []
  for (const [id, { collection, key, record: before }] of firstOf(world, from.serial, until)) {
    const kept = later?.get(id)
    const after = kept ? kept.record : world.records.get(collection)?.get(key)
    if (!isSame(before, after)) pairs.push({ collection, key, before, after })
  }
  return pairs
}

function isSame(before: object | undefined, after: object | undefined): boolean {
  return before === after || JSON.stringify(before) === JSON.stringify(after)
}

/**
 * Gives a world that has just begun anew the snapshots of the life before, within a transaction.
 * @param before its records in that life
 */
export function carrySnapshots(world: World, before: Records): void {
  const latest = latestSerial(before)
  if (latest === 0) return
  for (const each of before.get(snapshots.name)?.values() ?? [])
    world.in(snapshots).put(each as Snapshot)
  const kept = world.in(snapshotRecords)
  for (const each of before.get(snapshotRecords.name)?.values() ?? [])
    kept.put(each as SnapshotRecord)

  const keep = (collection: string, key: string, record: object | undefined) => {
    if (isTimeless(collection, key) || kept.has(snapshotKey(latest, collection, key))) return
    kept.put(defined({ snapshot: latest, collection, key, record }))
  }
  for (const [collection, byKey] of before)
    for (const [key, record] of byKey) keep(collection, key, record)
  for (const [collection, byKey] of world.records)
    for (const key of [...byKey.keys()])
      if (!before.get(collection)?.has(key)) keep(collection, key, undefined)
}
