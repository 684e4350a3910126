// Lists of the control API: what a filter lets through, newest first.
import type { Collection } from '../state/collection.ts'

/** The newest are looked at first: mostly they are what is asked for. */
const LOOKED_AT = 2000

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
  const wanted = Object.entries(asked).filter(([, value]) => value !== undefined)
  const fits = (record: T) => matches(record, asked)
  if (wanted.length === 0) return collection.page(index, { descending: true }, 0, limit)

  const found = collection.page(index, { descending: true }, 0, LOOKED_AT).filter(fits)
  if (found.length >= limit || collection.size <= LOOKED_AT) return found.slice(0, limit)
  const selection = { name: JSON.stringify(wanted), fits }
  return collection.where(selection).page(index, { descending: true }, 0, limit)
}
