// How many lives removed worlds had: another of the same name must not send what they sent.
import { readFile, rename, writeFile } from 'node:fs/promises'
import { PRIVATE_FILE } from './disk.ts'
import { isCount, isObject } from './json-shape.ts'

/** How many removed worlds are remembered; the earliest removed are forgotten first. */
export const REMOVED_KEPT = 1000

export interface RemovedLives {
  /** The lives that removed worlds of a name had; 0 where none is remembered. */
  of(world: string): number
  /** Notes that a world was removed after so many lives, and forgets the earliest where need be. */
  note(world: string, lives: number): void
  /** The whole, earliest removed first. */
  entries(): Iterable<readonly [string, number]>
}

export function removedLives(kept: Iterable<readonly [string, number]> = []): RemovedLives {
  const byWorld = new Map(kept)
  return {
    of: (world) => byWorld.get(world) ?? 0,
    note(world, lives) {
      byWorld.delete(world)
      byWorld.set(world, lives)
      const [earliest] = byWorld.keys()
      if (byWorld.size > REMOVED_KEPT && earliest !== undefined) byWorld.delete(earliest)
    },
    entries: () => byWorld.entries(),
  }
}

/** Reads what `saveRemovedLives` wrote; what is missing or is no such file counts as nothing. */
export async function readRemovedLives(file: string): Promise<RemovedLives> {
  try {
    const kept: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (!isObject(kept)) return removedLives()
    return removedLives(
      Object.entries(kept).filter((entry): entry is [string, number] => isCount(entry[1])),
    )
  } catch {
    return removedLives()
  }
}

/** Replaces the file as a whole. @throws Error where it cannot be written */
export async function saveRemovedLives(file: string, lives: RemovedLives): Promise<void> {
  const staged = `${file}.new`
  const text = `${JSON.stringify(Object.fromEntries(lives.entries()))}\n`
  await writeFile(staged, text, { mode: PRIVATE_FILE })
  await rename(staged, file)
}
