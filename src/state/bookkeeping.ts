// Records that only keep account of the others: they move with every change, and say nothing of it.
import type { Change } from './collection.ts'
import { SNAPSHOT_COLLECTIONS } from './snapshots.ts'
import { worldRecords } from './world-records.ts'

/** True for clock, sequences and random streams, and for what snapshots keep. */
export function isBookkeeping({ collection }: Pick<Change, 'collection'>): boolean {
  return collection === worldRecords.name || SNAPSHOT_COLLECTIONS.has(collection)
}
