// One transaction: what each record was before it and is after it, as data.
import type { Change } from './collection.ts'
import type { WorldEvent } from './events.ts'
import type { StreamId } from './random-streams.ts'

/** What a transaction has done so far. */
export interface Transaction {
  /** Virtual ms at which all of it happens. */
  readonly at: number
  readonly events: WorldEvent[]
  /** The random streams that were drawn from. */
  readonly drawn: Set<StreamId>
  /** One change for each record written, however often it was, in the order of the first writes. */
  readonly changes: Map<string, Change>
}

export function beginTransaction(at: number): Transaction {
  return { at, events: [], drawn: new Set(), changes: new Map() }
}

/** Adds a write: of a record written before, what stood there at first stays what was before. */
export function recordWrite({ changes }: Transaction, change: Change): void {
  const id = `${change.collection}/${change.key}`
  const earlier = changes.get(id)
  changes.set(id, earlier ? { ...change, before: earlier.before } : change)
}

/** True where a record was written. */
export function wrote({ changes }: Transaction, collection: string, key: string): boolean {
  return changes.has(`${collection}/${key}`)
}
