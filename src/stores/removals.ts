// Worlds being removed, and those gone of which files are left: what has to go before another takes the name.
import { reason } from './disk-errors.ts'
import { finishRemoval } from './saved-world.ts'
import type { WorldWriter, WriterOptions } from './world-writer.ts'

export interface Removals {
  /** Resolves when a world that is being removed is gone; `undefined` where none is. */
  underWay(world: string): Promise<void> | undefined
  /** Resolves when no file of an earlier world of a name is there; `undefined` where none is. */
  freed(world: string): (() => Promise<void>) | undefined
  /**
   * Removes what a writer has written.
   * @throws Error where that cannot be done: it is on the disk as before
   */
  remove(world: string, writer: WorldWriter): Promise<void>
  /** Resolves when none is under way. */
  settled(): Promise<unknown>
}

/** @param optionsOf what the writer of a world is opened with */
export function openRemovals(optionsOf: (world: string) => Omit<WriterOptions, 'ready'>): Removals {
  const underWay = new Map<string, Promise<void>>()
  /** Worlds that are gone, and of which there are still files. */
  const leftOver = new Set<string>()

  async function removeRest(world: string): Promise<void> {
    const { disk, files } = optionsOf(world)
    await finishRemoval(disk, files)
    leftOver.delete(world)
  }

  async function remove(world: string, writer: WorldWriter): Promise<void> {
    await underWay.get(world)?.catch(() => {})
    await writer.erase()
    leftOver.add(world)
    await removeRest(world).catch((error) => {
      const { files, warn } = optionsOf(world)
      const when = 'it goes when the folder is opened again'
      warn(`cannot remove what is left of ${files.removed}: ${reason(error)}: ${when}`)
    })
  }

  return {
    underWay: (world) => underWay.get(world),
    freed(world) {
      // Not the one that is under way when it is asked: that may be its own.
      const earlier = underWay.get(world)
      if (!earlier && !leftOver.has(world)) return undefined
      return async () => {
        await earlier
        if (leftOver.has(world)) await removeRest(world)
      }
    },
    remove(world, writer) {
      const removed = remove(world, writer).finally(() => {
        if (underWay.get(world) === removed) underWay.delete(world)
      })
      underWay.set(world, removed)
      return removed
    },
    settled: () => Promise.allSettled(underWay.values()),
  }
}
