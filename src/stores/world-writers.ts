// The writers of one state folder: one for each world that is open, and the worlds being erased.
import { openRemovals } from './removals.ts'
import { nothingSaved, type Saved } from './saved-world.ts'
import { openWorldWriter, type WorldWriter, type WriterOptions } from './world-writer.ts'

export interface WorldWriters {
  /**
   * True for a world that is on the disk, and neither started nor being erased
   * since.
   */
  isUnloaded(world: string): boolean
  get(world: string): WorldWriter | undefined
  /** @throws Error where the world was not attached */
  of(world: string): WorldWriter
  /**
   * Goes on from what is saved of a world, once an earlier one of its name is
   * erased.
   */
  start(world: string, saved: Saved): WorldWriter
  /** Resolves when a world that is being erased is gone; `undefined` where none is. */
  erased(world: string): Promise<void> | undefined
  /**
   * Forgets a world and removes its files; its name may be started anew at once.
   * @throws Error where that cannot be done: it is on the disk as before, and can be loaded
   */
  erase(world: string): Promise<void>
  /** Writes what is pending of every one, without waiting. @throws Error what the first could not write */
  writeNow(): void
  /** Forgets a world and leaves its files as they are. */
  abandon(world: string): Promise<void>
  /** Rejects, having closed every one, with what the first could not write. */
  close(): Promise<void>
}

/**
 * @param onDisk the worlds of the folder at the start
 * @param optionsOf what the writer of a world is opened with
 */
export function openWriters(
  onDisk: readonly string[],
  optionsOf: (world: string) => Omit<WriterOptions, 'ready'>,
): WorldWriters {
  const saved = new Set(onDisk)
  const open = new Map<string, WorldWriter>()
  const removals = openRemovals(optionsOf)

  function start(world: string, from: Saved): WorldWriter {
    const writer = openWorldWriter(from, { ...optionsOf(world), ready: removals.freed(world) })
    open.set(world, writer)
    return writer
  }

  return {
    isUnloaded: (world) => saved.has(world) && !open.has(world) && !removals.underWay(world),
    get: (world) => open.get(world),
    of(world) {
      const writer = open.get(world)
      if (!writer) throw new Error(`world ${world} was not attached to its store`)
      return writer
    },
    start,
    erased: removals.underWay,
    async erase(world) {
      const writer = open.get(world) ?? start(world, nothingSaved())
      open.delete(world)
      // Until it is gone it may be loaded again.
      saved.add(world)
      await removals.remove(world, writer)
      saved.delete(world)
    },
    writeNow() {
      const failures: unknown[] = []
      for (const writer of open.values()) {
        try {
          writer.writeNow()
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
    },
    async abandon(world) {
      await open.get(world)?.abandon()
      open.delete(world)
      saved.delete(world)
    },
    async close() {
      await removals.settled()
      const ends = await Promise.allSettled([...open.values()].map((writer) => writer.close()))
      const failure = ends.find((end) => end.status === 'rejected')
      if (failure) throw failure.reason
    },
  }
}
