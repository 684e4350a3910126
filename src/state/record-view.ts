// The records of a world as they stood at one moment, to be read in turns while the world goes on.
import type { Change, Collection, CollectionDef, Records } from './collection.ts'

/** All records as they stood when it was opened, whatever is written meanwhile. */
export interface RecordsView {
  /** The collections that had a record, by name. */
  readonly collections: readonly string[]
  /** The keys of a collection, each once, in no promised order. */
  keys(collection: string): string[]
  get(collection: string, key: string): object | undefined
  /** Lets go of what was kept for it. It is not read afterwards. */
  close(): void
}

/** A view that is told of every write, so that it can go on showing what was there before. */
export interface FollowingView extends RecordsView {
  /** Told of a write before it is done; of one to other records it takes no notice. */
  note(change: Change, to: Records): void
}

/**
 * Opens a view. It costs nothing but what is written while it is open: records never change, so
 * that what stood in the place of a written one is all that has to be kept.
 * @param onClose called once nobody reads it any more
 */
export function openView(records: Records, onClose: () => void): FollowingView {
  const collections = [...records].flatMap(([name, byKey]) => (byKey.size > 0 ? [name] : []))
  const before = new Map<string, Map<string, object | undefined>>()

  return {
    collections,
    keys(collection) {
      const live = records.get(collection) ?? new Map<string, object>()
      const written = before.get(collection)
      if (!written) return [...live.keys()]
      const keys: string[] = []
      for (const key of live.keys()) if (!written.has(key) || written.get(key)) keys.push(key)
      for (const [key, record] of written) if (record && !live.has(key)) keys.push(key)
      return keys
    },
    get(collection, key) {
      const written = before.get(collection)
      return written?.has(key) ? written.get(key) : records.get(collection)?.get(key)
    },
    close: onClose,
    note({ collection, key, before: record }, to) {
      if (to !== records) return
      const written = before.get(collection) ?? new Map<string, object | undefined>()
      before.set(collection, written)
      if (!written.has(key)) written.set(key, record)
    },
  }
}

/** A view of records that nobody writes. */
export function viewOf(records: Records): RecordsView {
  return openView(records, () => {})
}

/** A world as far as records are looked up in it by their keys. */
export interface Look {
  in<T extends object>(def: CollectionDef<T>): Pick<Collection<T>, 'get' | 'has'>
}

/** Looks at a view as at a world. */
export function lookAt(view: RecordsView): Look {
  return {
    in<T extends object>({ name }: CollectionDef<T>) {
      // What a name stands for is said once, by the definition of the collection: hence the cast.
      const get = (key: string) => view.get(name, key) as T | undefined
      return { get, has: (key) => get(key) !== undefined }
    },
  }
}
