// Lists of the control API: what a filter lets through, how many there are, in which order.
import type { Collection } from '../state/collection.ts'

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
  const wanted = Object.entries(asked).filter(([, value]) => value !== undefined)
  const selection = { name: JSON.stringify(wanted), fits: (record: T) => matches(record, asked) }
  const found = wanted.length === 0 ? collection : collection.where(selection)
  const range = { descending: order === 'newest' }
  const size = found.count(index)
  if (!where && !onMatch) return { total: size, records: found.page(index, range, 0, limit) }

  const records: T[] = []
  let total = 0
  for (const record of found.page(index, range, 0, size)) {
    if (where?.(record) === false) continue
    total += 1
    onMatch?.(record)
    if (records.length < limit) records.push(record)
  }
  return { total, records }
}
