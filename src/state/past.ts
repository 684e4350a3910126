// Records as they were: what a world that goes back puts in the place of what it has.
import type { Change } from './collection.ts'
import { SNAPSHOT_COLLECTIONS } from './snapshots.ts'
import { worldRecords } from './world-records.ts'

/** One record as it was; absent where there was none. */
export interface PastRecord {
  readonly collection: string
  readonly key: string
  readonly record: object | undefined
}

/**
 * What was before these changes, which are in the order they were made: of each record, what the
 * first of them found. Who the world is, and its snapshots, are of no time.
 */
export function recordsBefore(changes: Iterable<readonly Change[]>): PastRecord[] {
  const found = new Map<string, PastRecord>()
  for (const list of changes) {
    for (const { collection, key, before } of list) {
      if (isTimeless(collection, key)) continue
      const id = `${collection}/${key}`
      if (!found.has(id)) found.set(id, { collection, key, record: before })
    }
  }
  return [...found.values()]
}

/** True for what stays as it is when a world goes back. */
export function isTimeless(collection: string, key: string): boolean {
  if (collection === worldRecords.name) return key === 'world'
  return SNAPSHOT_COLLECTIONS.has(collection)
}
