// Keyed collections of immutable records, read by key or through ordered indexes.
import { openIndexes, SEPARATOR, type Selection, type SortOf } from './indexes.ts'
import type { Shape } from './shape.ts'
import type { SortedKeys } from './sorted-keys.ts'

export { SEPARATOR, type Selection } from './indexes.ts'

/**
 * Describes a collection: its name in the state file, the key of a record, its
 * orders.
 */
export interface CollectionDef<T extends object> {
  /**
   * Unique within a world; providers prefix theirs with their slug, as in
   * `esim-go.orders`.
   */
  readonly name: string
  readonly key: (record: T) => string
  /** What a record may look like; held to it where it comes from outside. */
  readonly shape: Shape<T>
  /**
   * Orders by name: a record sorts under the string returned; `undefined`
   * leaves it out.
   */
  readonly indexes?: Readonly<Record<string, SortOf<T>>>
}

/** What the records of a collection have to be. */
export interface RecordRule {
  readonly name: string
  readonly shape: (value: unknown) => string | undefined
}

/** A collection of whatever records: what a list of several holds. */
export interface AnyCollection extends RecordRule {
  readonly key: (record: never) => string
}

/** A rule for the records of one provider in a collection that all share. */
export function ofProvider(
  { name }: AnyCollection,
  provider: string,
  shape: RecordRule['shape'],
): RecordRule {
  const isOwn = (value: unknown) =>
    typeof value === 'object' &&
    value !== null &&
    'provider' in value &&
    value.provider === provider
  return { name, shape: (value) => (isOwn(value) ? shape(value) : undefined) }
}

/** Names a collection once, so that every read and write of it is typed. */
export function defineCollection<T extends object>(def: CollectionDef<T>): CollectionDef<T> {
  return def
}

/**
 * What became of one record: absent before where it is new, absent after where
 * it was deleted.
 */
export interface Change {
  readonly collection: string
  readonly key: string
  readonly before: object | undefined
  readonly after: object | undefined
}

/**
 * Every record of a world by collection and key. Maps: opening and keeping one
 * copies nothing.
 */
export type Records = Map<string, Map<string, object>>

/**
 * The same records in maps of their own, which stay as they are: records never
 * change.
 */
export function copyRecords(records: Records): Records {
  const copy: Records = new Map()
  for (const [collection, byKey] of records) copy.set(collection, new Map(byKey))
  return copy
}

/** Told of each write before it is done; throws to refuse it. */
export type OnWrite = (change: Change) => void

/**
 * The part of an index between two strings: `from` included, `to` not; absent,
 * unbounded.
 */
export interface Range {
  readonly from?: string
  readonly to?: string
  /** Read from its end. */
  readonly descending?: boolean
}

/** All that starts with `prefix`. */
export function prefixed(prefix: string): Range {
  return { from: prefix, to: `${prefix}\uffff` }
}

/** The records of a collection in the orders of its indexes. */
export interface Ordered<T extends object> {
  /** How many records an index holds, or a range of it. */
  count(index: string, range?: Range): number
  /** Up to `limit` records of a range of an index, from position `offset` of it. */
  page(index: string, range: Range, offset: number, limit: number): T[]
}

/**
 * A live collection. `put` and `delete` are the only writes, and only within a
 * transaction.
 */
export interface Collection<T extends object> extends Ordered<T> {
  readonly size: number
  get(key: string): T | undefined
  has(key: string): boolean
  put(record: T): T
  delete(key: string): void
  /** Every record, in no promised order: read through an index where order shows. */
  values(): IterableIterator<T>
  /** Records whose index string starts with `prefix`, in index order. */
  matching(index: string, prefix: string): T[]
  /** The records that fit alone: found by looking at each once, and kept up for who asks again. */
  where(selection: Selection<T>): Ordered<T>
  /** The first record of an index, if any. */
  first(index: string): T | undefined
}

/**
 * A collection that can also be put back as it was, outside the rules of a
 * transaction.
 */
export interface OpenCollection<T extends object> extends Collection<T> {
  restore(key: string, record: T | undefined): void
}

/** Records by what `key` says of each, in the order each key first came. */
export function grouped<T>(records: readonly T[], key: (record: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const record of records) {
    const name = key(record)
    const group = groups.get(name)
    if (group) group.push(record)
    else groups.set(name, [record])
  }
  return groups
}

/**
 * A whole number from 0 as text that sorts as the number does; 16 digits hold
 * ms past 9999.
 */
export function sortable(value: number): string {
  return String(value).padStart(16, '0')
}

/**
 * Builds a live collection over existing records.
 * @param mayWait true where an index that takes long to build is not built at once: whoever asks for
 *   it gets NotBuilt
 */
export function openCollection<T extends object>(
  def: CollectionDef<T>,
  records: Map<string, T>,
  onWrite: OnWrite,
  mayWait: () => boolean = () => false,
): OpenCollection<T> {
  const { name, indexes: sorts = {} } = def
  const indexes = openIndexes({ name, sorts, records, mayWait })

  function replace(key: string, before: T | undefined, after: T | undefined) {
    indexes.moved(key, before, after)
    if (after === undefined) records.delete(key)
    else records.set(key, after)
  }

  function write(key: string, after: T | undefined) {
    const before = records.get(key)
    onWrite({ collection: def.name, key, before, after })
    replace(key, before, after)
  }

  const keyAt = (entry: string) => entry.slice(entry.lastIndexOf(SEPARATOR) + 1)
  const recordOf = (key: string): T => {
    const record = records.get(key)
    if (!record) throw new Error(`index of ${def.name} points at a missing record`)
    return record
  }
  const recordAt = (entry: string) => recordOf(keyAt(entry))
  /** The first entry that was asked for last: every request asks what is due first. */
  let begins = { entry: '', key: '' }

  /** The orders of all records, or of a selection. */
  const ordered = (selection?: Selection<T>): Ordered<T> => ({
    count(index, range = {}) {
      const { low, high } = placesOf(indexes.keys(index, selection), range)
      return Math.max(0, high - low)
    },
    page(index, range, offset, limit) {
      const keys = indexes.keys(index, selection)
      const { low, high } = placesOf(keys, range)
      if (range.descending !== true)
        return keys.slice(low + offset, Math.min(high, low + offset + limit)).map(recordAt)

      const end = Math.max(low, high - offset)
      const backwards = keys.slice(Math.max(low, end - limit), end).reverse()
      return backwards.map(recordAt)
    },
  })

  return {
    ...ordered(),
    get size() {
      return records.size
    },
    get: (key) => records.get(key),
    has: (key) => records.has(key),
    put(record) {
      write(def.key(record), record)
      return record
    },
    delete(key) {
      if (records.has(key)) write(key, undefined)
    },
    values: () => records.values(),
    where: ordered,
    matching: (index, prefix) => indexes.keys(index).startingWith(prefix).map(recordAt),
    first(index) {
      const { first } = indexes.keys(index)
      if (first === undefined) return undefined
      if (first !== begins.entry) begins = { entry: first, key: keyAt(first) }
      return recordOf(begins.key)
    },
    restore: (key, record) => replace(key, records.get(key), record),
  }
}

/** Positions in an index: `low` included, `high` not. */
interface Places {
  readonly low: number
  readonly high: number
}

function placesOf(keys: SortedKeys, { from, to }: Range): Places {
  return {
    low: from === undefined ? 0 : keys.position(from),
    high: to === undefined ? keys.size : keys.position(to),
  }
}
