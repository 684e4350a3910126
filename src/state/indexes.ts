// The indexes of a collection: built when they are asked for, in turns where that takes long, then kept in step.
import { SortedKeys } from './sorted-keys.ts'

/**
 * Separates the parts of a composite index string; sorts before every printable
 * character.
 */
export const SEPARATOR = '\u0000'

/** What a record sorts under; `undefined` leaves it out. */
export type SortOf<T> = (record: T) => string | undefined

/** A part of the records that is looked for again and again: those that fit. */
export interface Selection<T> {
  /** The same for the same records, and for no others. */
  readonly name: string
  readonly fits: (record: T) => boolean
}

/** An index on its way. */
export interface Building {
  /** Sorts in a few more records. @returns true once all of them are in */
  goOn(): boolean
}

/**
 * Thrown where an index is asked for that has yet to be built, by whoever may wait: nothing was done,
 * and once it is built the same can be asked again. So it is with many tasks that have come due.
 */
export class NotBuilt extends Error {
  readonly building: Building
  constructor(building: Building) {
    super('an index has yet to be built')
    this.building = building
  }
}

/** Of no more records an index is built at once: that is a few milliseconds. */
const BUILT_AT_ONCE = 2_000
/** Records that are sorted in between two looks at the time. */
const A_FEW = 200
/** How many selections a collection keeps; those that were asked for last. */
const SELECTIONS_KEPT = 3
/** A selection nobody has asked for during so many writes is forgotten: each costs the writes. */
const FORGOTTEN_AFTER = 1_000

/** One index: of all records, or of a selection. */
interface Index<T> {
  readonly keys: SortedKeys
  readonly sort: SortOf<T>
  readonly isSelection: boolean
  /** The records that are not in yet; absent once all are. */
  rest: Iterator<readonly [key: string, record: T]> | undefined
  /** Writes since it was asked for. */
  writes: number
}

export interface Indexes<T> {
  /**
   * The entries of an index: what each record sorts under, a separator, its key.
   * @throws NotBuilt where it has yet to be built, and whoever asks may wait
   * @throws Error where nobody defined it
   */
  keys(name: string, selection?: Selection<T>): SortedKeys
  /** Told of what became of a record, before it is done. */
  moved(key: string, before: T | undefined, after: T | undefined): void
}

/** What the indexes of a collection are built from. */
export interface Indexed<T> {
  readonly name: string
  readonly sorts: Readonly<Record<string, SortOf<T>>>
  readonly records: ReadonlyMap<string, T>
  /** True where whoever asks would rather come again than hold the thread. */
  readonly mayWait: () => boolean
}

/** Opens the indexes of a collection; none is built before it is asked for. */
export function openIndexes<T extends object>(indexed: Indexed<T>): Indexes<T> {
  const { records, mayWait } = indexed
  const indexes = new Map<string, Index<T>>()

  function begin(id: string, name: string, selection: Selection<T> | undefined): Index<T> {
    const sort = sortOf(indexed, name, selection)
    // Live: it comes to what is added meanwhile, too. What it has not come to yet may be in already.
    const rest = records.entries()
    const isSelection = selection !== undefined
    const index = { keys: new SortedKeys(), sort, isSelection, rest, writes: 0 }
    if (isSelection) forgetOldest()
    indexes.set(id, index)
    return index
  }

  function forgetOldest(): void {
    const kept = [...indexes].filter(([, { isSelection, rest }]) => isSelection && !rest)
    for (const [id] of kept.slice(0, kept.length + 1 - SELECTIONS_KEPT)) indexes.delete(id)
  }

  return {
    keys(name, selection) {
      const id = selection ? `${name}${SEPARATOR}${selection.name}` : name
      const index = indexes.get(id) ?? begin(id, name, selection)
      if (index.rest && records.size > BUILT_AT_ONCE && mayWait())
        throw new NotBuilt({ goOn: () => goOn(index, A_FEW) })
      goOn(index, Number.POSITIVE_INFINITY)
      index.writes = 0
      if (index.isSelection) {
        indexes.delete(id)
        indexes.set(id, index)
      }
      return index.keys
    },
    moved(key, before, after) {
      for (const [id, index] of indexes) {
        const was = before && index.sort(before)
        const is = after && index.sort(after)
        if (index.isSelection && !index.rest) index.writes += 1
        if (index.writes > FORGOTTEN_AFTER) indexes.delete(id)
        if (was === is) continue
        if (was !== undefined) index.keys.delete(was + SEPARATOR + key)
        if (is !== undefined) index.keys.add(is + SEPARATOR + key)
      }
    },
  }
}

function sortOf<T>(
  { name: collection, sorts }: Indexed<T>,
  name: string,
  selection: Selection<T> | undefined,
): SortOf<T> {
  const sort = sorts[name]
  if (!sort) throw new Error(`collection ${collection} has no index ${name}`)
  return selection ? (record) => (selection.fits(record) ? sort(record) : undefined) : sort
}

/** Sorts in up to so many more records. @returns true once all of them are in */
function goOn<T>(index: Index<T>, most: number): boolean {
  for (let count = 0; index.rest && count < most; count += 1) {
    const next = index.rest.next()
    if (next.done) index.rest = undefined
    else {
      const [key, record] = next.value
      const at = index.sort(record)
      if (at !== undefined) index.keys.add(at + SEPARATOR + key)
    }
  }
  return index.rest === undefined
}
