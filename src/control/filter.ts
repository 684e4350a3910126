// Lists of the control API: what a filter lets through, newest first.
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

/** What to look for in a collection. */
export interface Search<T> {
  /** The index that has the oldest first. */
  readonly index: string
  readonly asked: { readonly [Name in keyof T]?: T[Name] | undefined }
  /** How many are enough; 100 unless told. */
  readonly limit?: number | undefined
}

/** The newest records that have what is asked for. */
export function newest<T extends object>(collection: Collection<T>, search: Search<T>): T[] {
  const { index, asked, limit = 100 } = search
  const found: T[] = []
  for (let offset = 0; offset < collection.size && found.length < limit; offset += PAGE) {
    for (const record of collection.page(index, { descending: true }, offset, PAGE))
      if (matches(record, asked)) found.push(record)
  }
  return found.slice(0, limit)
}
