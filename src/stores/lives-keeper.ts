// The file of how many lives the worlds had that are gone, written one change after the other.
import type { Disk } from './disk.ts'
import { reason } from './disk-errors.ts'
import { readRemovedLives, saveRemovedLives, unknownLives } from './removed-lives.ts'

export interface LivesKeeper {
  /** The lives that worlds of a name had that are gone, or more; 0 where none is. */
  of(world: string): number
  /** Resolves when it is kept. @throws Error where it cannot be */
  note(world: string, lives: number): Promise<void>
}

export interface LivesKeeperOptions {
  readonly disk: Disk
  readonly file: string
  /** Whether a note has to be on the disk. */
  readonly synced: boolean
  warn(sentence: string): void
}

/** Reads the file; where it is damaged nobody knows how many lives there were, and that is told. */
export async function openLivesKeeper(options: LivesKeeperOptions): Promise<LivesKeeper> {
  const { disk, file, synced, warn } = options
  /** Notes so far, and how many of them are in the file. */
  let noted = 0
  let kept = 0
  const lives = await readRemovedLives(disk, file).catch((error) => {
    noted = 1
    const how = 'worlds of removed names count their lives from a million on'
    warn(`${file} is damaged (${reason(error)}): ${how}`)
    return unknownLives()
  })
  let saving = Promise.resolve()

  async function save(): Promise<void> {
    const saved = noted
    if (kept >= saved) return
    try {
      await saveRemovedLives(disk, file, lives, synced)
      kept = saved
    } catch (error) {
      throw new Error(`cannot write ${file}: ${reason(error)}`, { cause: error })
    }
  }

  return {
    of: lives.of,
    note(world, count) {
      if (count > lives.of(world)) {
        lives.note(world, count)
        noted += 1
      }
      const saved = saving.then(save)
      saving = saved.catch(() => {})
      return saved
    },
  }
}
