// The store of a state folder: a world's base as readable JSON, and a log of the changes since.
import { openCredentialIndex } from './credential-index.ts'
import { reason } from './disk-errors.ts'
import { lockFolder } from './folder-lock.ts'
import { readRemovedLives, saveRemovedLives } from './removed-lives.ts'
import { nothingSaved, readWorld } from './saved-world.ts'
import type { Durability, Store } from './store.ts'
import { removedFile, worldFiles, worldsIn } from './world-files.ts'
import { openWriters } from './world-writers.ts'

export interface LowdbOptions {
  /** The state folder; made where it is missing. */
  dir: string
  /** How long `flushed` waits; `buffered`, not at all, unless told. */
  durability?: Durability
  /** This program's version, written into every base. */
  version: string
  /**
   * Told, in one sentence, what went wrong without stopping: a torn line dropped, a write that
   * failed, a write that works again.
   */
  warn?: (sentence: string) => void
}

/**
 * Takes a state folder for this process and opens its store.
 * @throws StoreError when another process holds the folder, or it cannot be made or written
 */
export async function lowdbStore(options: LowdbOptions): Promise<Store> {
  const { dir, durability = 'buffered', version, warn = () => {} } = options
  let lost: Error | undefined
  const unlock = await lockFolder(dir, () => {
    lost = new Error(
      `state folder ${dir} was taken by another process: ` +
        'nothing is written any more, stop this one',
    )
    warn(lost.message)
  })
  const lockLost = () => lost
  const filesOf = (world: string) => worldFiles(dir, world)
  const onDisk = await worldsIn(dir)
  const removed = await readRemovedLives(removedFile(dir))
  let saving = Promise.resolve()
  const writers = openWriters(onDisk, (world) => ({
    world,
    files: filesOf(world),
    durability,
    version,
    warn,
    lockLost,
  }))

  return {
    lasts: true,
    list: () => worldsIn(dir),
    worldOf: openCredentialIndex({
      worlds: onDisk,
      isUnloaded: writers.isUnloaded,
      read: async (world) => (await readWorld(filesOf(world), () => {}))?.records,
    }),
    async load(world) {
      if (writers.get(world)) throw new Error(`world ${world} is open already`)
      await writers.erased(world)
      const read = await readWorld(filesOf(world), warn)
      writers.start(world, read?.saved ?? nothingSaved)
      return read?.records
    },
    attach(world, records) {
      if (writers.isUnloaded(world))
        throw new Error(`world ${world} is kept already: load it first`)
      const writer = writers.get(world) ?? writers.start(world, nothingSaved)
      writer.attach(records)
    },
    commit: (world, changes) => writers.of(world).commit(changes),
    rewrite: (world) => writers.of(world).rewrite(),
    flushed: (world) => writers.get(world)?.flushed(),
    logged: (world) => writers.get(world)?.logged(),
    writeNow: () => writers.writeNow(),
    failure: (world) => lost ?? writers.get(world)?.failure(),
    async remove(world, lives) {
      removed.note(world, lives)
      // One after the other, and beside the world's own files: its name is free at once.
      saving = saving
        .then(() => saveRemovedLives(removedFile(dir), removed))
        .catch((error: unknown) => warn(`cannot write ${removedFile(dir)}: ${reason(error)}`))
      await Promise.all([saving, writers.erase(world)])
    },
    livesOf: removed.of,
    async close() {
      try {
        await writers.close()
        await saving
      } finally {
        await unlock().catch(() => {})
      }
    },
  }
}
