// Lists of the control API: what a filter lets through, how many there are, in which order.
import type { Collection } from '../state/collection.ts'

/** Records looked at between two looks at how many were found. */
const PAGE = 500

/**
 * True where a record has every value that is asked for; what is `undefined` is
 * not.
 */
export function matches<T extends object>(
  record: T,
  asked: { readonly [Name in keyof T]?: T[Name] | undefined },
): boolean {
  return Object.entries(asked).every(
    ([name, value]) => value === undefined || record[name as keyof T] === value,
  )
}

export type Order = 'oldest' | 'newest'

/** What to look for in a collection. */
export interface Search<T> {
  /** The index that has the oldest first. */
  readonly index: string
  readonly asked: { readonly [Name in keyof T]?: T[Name] | undefined }
  /** What else has to hold. */
  readonly where?: ((record: T) => boolean) | undefined
  /** Which come first. */
  readonly order: Order
  /** How many are enough; 100 unless told. */
  readonly limit?: number | undefined
  /** Told of each that has what is asked for, beyond the limit, too. */
  readonly onMatch?: (record: T) => void
}

/** What was found. */
export interface Found<T> {
  /** How many have what is asked for. */
  readonly total: number
  /** The first of them. */
  readonly records: readonly T[]
}

/** The records that have what is asked for. */
export function find<T extends object>(collection: Collection<T>, search: Search<T>): Found<T> {
  const { index, asked, where, order, limit = 100, onMatch } = search
  const records: T[] = []
  let total = 0
  for (let offset = 0; offset < collection.size; offset += PAGE) {
    const range = { descending: order === 'newest' }
    for (const record of collection.page(index, range, offset, PAGE)) {
      if (!matches(record, asked) || where?.(record) === false) continue
      total += 1
      onMatch?.(record)
      if (records.length < limit) records.push(record)
    }
  }
  return { total, records }
}
