// Snapshots: a world as it was at a moment, kept by name beside its records and shared with them.
import { defineCollection, type Records, sortable } from './collection.ts'
import { fields, instant, name, optional, ordinal, type Shape, text } from './shape.ts'

/** A moment of a world that it can go back to. */
export interface Snapshot {
  readonly name: string
  /** Its place among the snapshots of the world, in the order they were taken. */
  readonly serial: number
  /** Virtual ms since the epoch. */
  readonly at: number
}

/**
 * A record as it was when a snapshot was taken, written where it changes for the first time after.
 * What a snapshot does not have is as the next one has it, and in the end as it is now: so taking
 * one costs nothing, however large the world, and going back costs what has changed.
 */
export interface SnapshotRecord {
  /** The serial of its snapshot. */
  readonly snapshot: number
  readonly collection: string
  readonly key: string
  /** Absent where there was none. */
  readonly record?: object
}

export const snapshots = defineCollection<Snapshot>({
  name: 'snapshots',
  key: (snapshot) => snapshot.name,
  shape: fields<Snapshot>({ name, serial: ordinal, at: instant }),
  indexes: { taken: ({ serial }) => sortable(serial) },
})

/** Its own collection says more of it: `recordCheck` asks that, too. */
const anyRecord: Shape<object> = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? undefined
    : 'must be an object'

export const snapshotRecords = defineCollection<SnapshotRecord>({
  name: 'snapshot-records',
  key: ({ snapshot, collection, key }) => snapshotKey(snapshot, collection, key),
  shape: fields<SnapshotRecord>({
    snapshot: ordinal,
    collection: name,
    key: text,
    record: optional(anyRecord),
  }),
})

/** Where a snapshot has the record of a collection. */
export function snapshotKey(snapshot: number, collection: string, key: string): string {
  return `${snapshot}/${collection}/${key}`
}

/** The collections that are of no time. */
export const SNAPSHOT_COLLECTIONS: ReadonlySet<string> = new Set([
  snapshots.name,
  snapshotRecords.name,
])

/** The serial of the latest snapshot in records; 0 where there is none. */
export function latestSerial(records: Records): number {
  let latest = 0
  for (const snapshot of records.get(snapshots.name)?.values() ?? [])
    latest = Math.max(latest, (snapshot as Snapshot).serial)
  return latest
}
