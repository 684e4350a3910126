// Pages of a list: by position in an index, so that they stay right while records come and go.
import { type CollectionDef, SEPARATOR } from '../../state/collection.ts'
import type { World } from '../../state/world.ts'

/** What a list is of, and in which order. */
export interface Listing<T extends { readonly id: string }> {
  readonly of: CollectionDef<T>
  readonly index: string
  /** Only what the index has under this. */
  readonly under?: string
  /** Bounds on the index below `under`; `from` included, `to` not. */
  readonly from?: string
  readonly to?: string
  readonly newestFirst?: boolean
  readonly keep?: (record: T) => boolean
}

/** Sorts after all that an index can hold. */
const END = '\uffff'
/** How many records are read at once where some are passed over. */
const STRIDE = 256

/**
 * Up to `limit` records after the position `after`.
 * @returns `next` is the position to go on from; `undefined` where there are no more
 */
export function pageOf<T extends { readonly id: string }>(
  world: World,
  listing: Listing<T>,
  after: string | undefined,
  limit: number,
): { records: T[]; next: string | undefined } {
  const { of, index, under, newestFirst = false, keep } = listing
  const prefix = under === undefined ? '' : under + SEPARATOR
  const positionOf = (record: T) =>
    (of.indexes?.[index]?.(record) ?? '').slice(prefix.length) + SEPARATOR + record.id
  const stride = keep ? STRIDE : limit + 1
  let low = prefix + (listing.from ?? '')
  let high = prefix + (listing.to ?? END)
  const leave = (position: string) => {
    if (newestFirst) high = prefix + position
    else low = prefix + position + SEPARATOR
  }
  if (after !== undefined) leave(after)
  const records: T[] = []
  for (;;) {
    const found = world
      .in(of)
      .page(index, { from: low, to: high, descending: newestFirst }, 0, stride)
    for (const record of found) {
      if (keep && !keep(record)) continue
      const last = records.at(-1)
      if (last && records.length === limit) return { records, next: positionOf(last) }
      records.push(record)
    }
    const last = found.at(-1)
    if (!last || found.length < stride) return { records, next: undefined }
    leave(positionOf(last))
  }
}
