// One transaction: what each record was before it and is after it, as data.
import type { Change } from './collection.ts'
import type { WorldEvent } from './events.ts'
import type { StreamId } from './random-streams.ts'
import type { Task } from './task-queue.ts'

/** What a transaction has done so far. */
export interface Transaction {
  /** Virtual ms at which all of it happens. */
  readonly at: number
  /** The task it performs, where it does. */
  readonly task: Task | undefined
  readonly events: WorldEvent[]
  /** The random streams that were drawn from, and where each stood before. */
  readonly drawn: { readonly id: StreamId; readonly before: readonly number[] }[]
  /** One for each record written, in the order of first writes. */
  readonly changes: GrowingChange[]
  /** The same by collection and key: two look-ups cost less than a key made of both. */
  readonly written: Map<string, Map<string, GrowingChange>>
}

/** A change that later writes to the same record go on with. */
interface GrowingChange extends Change {
  after: object | undefined
}

export function beginTransaction(at: number, task?: Task): Transaction {
  return { at, task, events: [], drawn: [], changes: [], written: new Map() }
}

/**
 * Adds a write: of a record written before, what stood there at first stays what was before.
 * @param change becomes the transaction's own
 */
export function noteWrite({ changes, written }: Transaction, change: Change): void {
  const { collection, key } = change
  let byKey = written.get(collection)
  if (!byKey) {
    byKey = new Map()
    written.set(collection, byKey)
  }
  const earlier = byKey.get(key)
  if (earlier) earlier.after = change.after
  else {
    byKey.set(key, change)
    changes.push(change)
  }
}

/** True where a stream was drawn from. */
export function drew({ drawn }: Transaction, stream: StreamId): boolean {
  for (const { id } of drawn) if (id === stream) return true
  return false
}

/** True where a record was written. */
export function wrote({ written }: Transaction, collection: string, key: string): boolean {
  return written.get(collection)?.has(key) === true
}
