// The store of a state folder: a world's base as readable JSON, and a log of the changes since.
import { copyRecords } from '../state/collection.ts'
import { viewOf } from '../state/record-view.ts'
import { openCredentialIndex } from './credential-index.ts'
import { type Disk, realDisk } from './disk.ts'
import { lockFolder } from './folder-lock.ts'
import { openLivesKeeper } from './lives-keeper.ts'
import { UNKNOWN_LIVES } from './removed-lives.ts'
import { readWorld, setWorldAside } from './saved-world.ts'
import type { Durability, Store } from './store.ts'
import { tidyFolder } from './tidy-folder.ts'
import { removedFile, worldFiles, worldsIn } from './world-files.ts'
import { openWriters } from './world-writers.ts'

export interface LowdbOptions {
  /** The state folder; made where it is missing. */
  dir: string
  /** `buffered` unless told. */
  durability?: Durability
  /** This program's version, written into every base. */
  version: string
  /**
   * Told, in one sentence, what went wrong without stopping: a torn line dropped, a write that
   * failed, a write that works again.
   */
  warn?: (sentence: string) => void
  /** Where the files are; the disk there is unless told. The lock is always on that. */
  disk?: Disk
}

/**
 * Takes a state folder for this process and opens its store.
 * @throws StoreError when another process holds the folder, or it cannot be made or written
 */
export async function lowdbStore(options: LowdbOptions): Promise<Store> {
  const { dir, warn = () => {} } = options
  let lost: Error | undefined
  const unlock = await lockFolder(dir, () => {
    lost = new Error(
      `state folder ${dir} was taken by another process: ` +
        'nothing is written any more, stop this one',
    )
    warn(lost.message)
  })
  try {
    return await openStore(options, () => lost, unlock)
  } catch (error) {
    await unlock().catch(() => {})
    throw error
  }
}

async function openStore(
  { dir, durability = 'buffered', version, warn = () => {}, disk = realDisk }: LowdbOptions,
  lockLost: () => Error | undefined,
  unlock: () => Promise<void>,
): Promise<Store> {
  const filesOf = (world: string) => worldFiles(dir, world)
  await tidyFolder(disk, dir)
  const onDisk = await worldsIn(disk, dir)
  const synced = durability === 'synced'
  const lives = await openLivesKeeper({ disk, file: removedFile(dir), synced, warn })
  const writers = openWriters(onDisk, (world) => ({
    disk,
    world,
    files: filesOf(world),
    durability,
    version,
    warn,
    lockLost,
  }))

  return {
    kind: 'folder',
    lasts: true,
    list: () => worldsIn(disk, dir),
    worldOf: openCredentialIndex({
      worlds: onDisk,
      isUnloaded: writers.isUnloaded,
      read: async (world) => (await readWorld(disk, filesOf(world)))?.records,
    }),
    load: writers.load,
    async setAside(world) {
      // How many lives it had may be part of what cannot be read.
      await lives.note(world, lives.of(world) + UNKNOWN_LIVES)
      await writers.abandon(world)
      return setWorldAside(disk, dir, filesOf(world))
    },
    attach(world, records, view = () => viewOf(copyRecords(records()))) {
      writers.attach(world, { records, view })
    },
    commit: (world, changes) => writers.of(world).commit(changes),
    rewrite: (world) => writers.of(world).rewrite(),
    flushed: (world) => writers.get(world)?.flushed(),
    logged: (world) => writers.get(world)?.logged(),
    writeNow: () => writers.writeNow(),
    failure: (world) => lockLost() ?? writers.get(world)?.failure(),
    noteLives: lives.note,
    livesOf: lives.of,
    remove: (world) => writers.erase(world),
    async close() {
      try {
        await writers.close()
      } finally {
        await unlock().catch(() => {})
      }
    },
  }
}
