// Rings: of each kind of record the latest are kept, whatever comes in of other kinds.
import { type CollectionDef, prefixed } from './collection.ts'
import type { World } from './world.ts'

/** Records of one kind: those whose string in `index` begins with `prefix`, the oldest first. */
export interface Kind {
  readonly index: string
  readonly prefix: string
}

/** Forgets the oldest records of a kind beyond the latest `kept`, and tells which these were. */
export function keepLatest<T extends object>(
  world: World,
  of: CollectionDef<T>,
  { index, prefix }: Kind,
  kept: number,
): readonly T[] {
  const all = world.in(of)
  if (all.size <= kept) return []

  const forgotten = all.page(index, { ...prefixed(prefix), descending: true }, kept, all.size)
  for (const old of forgotten) all.delete(of.key(old))
  return forgotten
}
