// Pages of a list: by position in an index, so that they stay right while records come and go.
import {
  type CollectionDef,
  type Ordered,
  SEPARATOR,
  type Selection,
} from '../../state/collection.ts'
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
  /** Only those that fit. */
  readonly selection?: Selection<T> | undefined
  /** Without those that are not seen yet: they are few. */
  readonly isSeen?: (record: T) => boolean
}

/**
 * The side of a position that a page lies on, in the order of the list: `>` begins it after the
 * record there, `<` ends it before that; with `=` the record belongs to it.
 */
export type Side = '>' | '>=' | '<' | '<='

export interface PageStart {
  readonly side: Side
  /** What a record sorts under; it may be gone. */
  readonly position: string
}

export interface Page<T> {
  readonly records: readonly T[]
  /** Absent where nothing comes after the page. */
  readonly next: PageStart | undefined
  /** Absent where nothing comes before it. */
  readonly prev: PageStart | undefined
}

/** Sorts after all that an index can hold. */
const END = '\uffff'
/** How many records are read at once where some are passed over. */
const STRIDE = 256
/** Where more are passed over, those that fit are looked for among all. */
const MOST_LOOKED_AT = 2000

/** Up to `limit` records of a page, from `start` or the beginning of the list. */
export function pageOf<T extends { readonly id: string }>(
  world: World,
  listing: Listing<T>,
  start: PageStart | undefined,
  limit: number,
): Page<T> {
  // One more than asked for: it tells whether the list goes on.
  const ahead = read(world, listing, start, limit + 1)
  const behind = start ? read(world, listing, oppositeOf(start), 1) : []
  const isBackward = start?.side.startsWith('<') === true
  const records = ahead.slice(0, limit)
  if (isBackward) records.reverse()

  const goesOn = ahead.length > limit
  const cameFrom = behind.length > 0
  // A page that has become empty leads back the way it was come to.
  const at = (side: '<' | '>', record: T | undefined): PageStart | undefined =>
    record ? { side, position: positionOf(listing, record) } : start && oppositeOf(start)
  return {
    records,
    next: (isBackward ? cameFrom : goesOn) ? at('>', records.at(-1)) : undefined,
    prev: (isBackward ? goesOn : cameFrom) ? at('<', records[0]) : undefined,
  }
}

const OPPOSITE: Readonly<Record<Side, Side>> = { '>': '<=', '>=': '<', '<': '>=', '<=': '>' }

/** All of the list that does not lie where `start` leads. */
function oppositeOf({ side, position }: PageStart): PageStart {
  return { side: OPPOSITE[side], position }
}

function prefixOf({ under }: Pick<Listing<never>, 'under'>): string {
  return under === undefined ? '' : under + SEPARATOR
}

/** What a record sorts under, below the prefix of the list. */
function positionOf<T extends { readonly id: string }>(listing: Listing<T>, record: T): string {
  const { of, index } = listing
  const sorted = of.indexes?.[index]?.(record) ?? ''
  return sorted.slice(prefixOf(listing).length) + SEPARATOR + record.id
}

/** Up to `limit` records from `start` on: away from its position, the nearest first. */
function read<T extends { readonly id: string }>(
  world: World,
  listing: Listing<T>,
  start: PageStart | undefined,
  limit: number,
): T[] {
  const { of, index, newestFirst = false, selection, isSeen } = listing
  const prefix = prefixOf(listing)
  const descending = newestFirst !== (start?.side.startsWith('<') === true)
  let low = prefix + (listing.from ?? '')
  let high = prefix + (listing.to ?? END)
  const goOnFrom = (position: string, including: boolean) => {
    if (descending) high = prefix + position + (including ? SEPARATOR : '')
    else low = prefix + position + (including ? '' : SEPARATOR)
  }
  if (start) goOnFrom(start.position, start.side.endsWith('='))
  const all = world.in(of)
  let list: Ordered<T> = all
  let fits = selection?.fits
  let looked = 0

  const records: T[] = []
  for (let stride = limit; ; stride = STRIDE) {
    if (selection && looked > MOST_LOOKED_AT) {
      list = all.where(selection)
      fits = undefined
    }
    const found = list.page(index, { from: low, to: high, descending }, 0, stride)
    looked += found.length
    for (const record of found) {
      if ((isSeen && !isSeen(record)) || (fits && !fits(record))) continue
      records.push(record)
      if (records.length === limit) return records
    }
    const last = found.at(-1)
    if (!last || found.length < stride) return records
    goOnFrom(positionOf(listing, last), false)
  }
}
