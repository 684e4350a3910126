// How many lives removed worlds had: another of the same name must not send what they sent.
import { dirname } from 'node:path'
import { type Disk, PRIVATE_FILE, readWhole, syncFolder } from './disk.ts'
import { isCount, isObject } from './json-shape.ts'

/** How many removed worlds are remembered; the earliest removed are forgotten first. */
const REMOVED_KEPT = 1000

/** No world has as many lives: counted on from there where nobody knows how many there were. */
export const UNKNOWN_LIVES = 1_000_000

/** Stands for every world that is not remembered; no world has this name. */
const ANY = '*'

export interface RemovedLives {
  /** The lives that worlds of a name had that are gone, or more; 0 where none is. */
  of(world: string): number
  /** Notes that a world is gone after so many lives, and forgets the earliest where need be. */
  note(world: string, lives: number): void
  /** The whole, earliest noted first. */
  entries(): Iterable<readonly [string, number]>
}

export function removedLives(kept: Iterable<readonly [string, number]> = []): RemovedLives {
  const byWorld = new Map(kept)
  const of = (world: string) => byWorld.get(world) ?? byWorld.get(ANY) ?? 0

  function forget(world: string): void {
    byWorld.set(ANY, Math.max(of(ANY), of(world)))
    byWorld.delete(world)
  }

  return {
    of,
    note(world, lives) {
      const most = Math.max(lives, of(world))
      byWorld.delete(world)
      byWorld.set(world, most)
      const worlds = [...byWorld.keys()].filter((each) => each !== ANY)
      const [earliest] = worlds
      if (worlds.length > REMOVED_KEPT && earliest !== undefined) forget(earliest)
    },
    entries: () => byWorld.entries(),
  }
}

/** What there is where nobody knows how many lives the worlds had that are gone. */
export function unknownLives(): RemovedLives {
  return removedLives([[ANY, UNKNOWN_LIVES]])
}

/**
 * Reads what `saveRemovedLives` wrote; nothing where there is no such file.
 * @throws Error where the file cannot be read or holds something else
 */
export async function readRemovedLives(disk: Disk, file: string): Promise<RemovedLives> {
  const bytes = await readWhole(disk, file)
  if (!bytes) return removedLives()
  const kept: unknown = JSON.parse(bytes.toString('utf8'))
  if (!isObject(kept)) throw new Error('it is no JSON object')
  return removedLives(
    Object.entries(kept).map(([world, lives]) => {
      if (!isCount(lives)) throw new Error(`${JSON.stringify(world)} has no number of lives`)
      return [world, lives] as const
    }),
  )
}

/**
 * Replaces the file as a whole.
 * @param synced whether it has to be on the disk
 * @throws Error where it cannot be written
 */
export async function saveRemovedLives(
  disk: Disk,
  file: string,
  lives: RemovedLives,
  synced: boolean,
): Promise<void> {
  const staged = stagedLives(file)
  try {
    const text = `${JSON.stringify(Object.fromEntries(lives.entries()))}\n`
    await writeStaged(disk, staged, text, synced)
    await disk.rename(staged, file)
    if (synced) await syncFolder(disk, dirname(file))
  } catch (error) {
    await disk.remove(staged).catch(() => {})
    throw error
  }
}

/** Where the file is written before it takes its place: what a crash leaves there is nobody's. */
export const stagedLives = (file: string) => `${file}.new`

async function writeStaged(disk: Disk, file: string, text: string, synced: boolean): Promise<void> {
  await using handle = await disk.open(file, 'w', PRIVATE_FILE)
  await handle.writeFile(Buffer.from(text))
  if (synced) await handle.sync()
}
