// The store of a state folder: a world's base as readable JSON through lowdb, and a log of the changes since.

import { readdir } from 'node:fs/promises'
import type { Records } from '../state/collection.ts'
import { readBase } from './base-file.ts'
import { type Progress, replayLog } from './change-log.ts'
import { reason } from './disk-errors.ts'
import { lockFolder } from './folder-lock.ts'
import { type Durability, type Store, StoreError } from './store.ts'
import { type WorldFiles, worldFiles, worldOf } from './world-files.ts'
import { type KeptWorld, nothingSaved, openWorldWriter, type Saved } from './world-writer.ts'

export interface LowdbOptions {
  /** The state folder; made where it is missing. */
  dir: string
  /** How long `settled` waits: not at all (the default), until changes are in the log, or until the log is on the disk. */
  durability?: Durability
  /** This program's version, written into every base. */
  version: string
  /** Told, in one sentence, what went wrong without stopping: a torn line dropped, a write that failed, a write that works again. */
  warn?: (sentence: string) => void
}

/**
 * Takes a state folder for this process and opens its store.
 * @throws StoreError when another process holds the folder, or it cannot be made or written
 */
export async function lowdbStore({
  dir,
  durability = 'buffered',
  version,
  warn = () => {},
}: LowdbOptions): Promise<Store> {
  let lost: Error | undefined
  const unlock = await lockFolder(dir, () => {
    lost = new Error(
      `state folder ${dir} was taken by another process: nothing is written any more, stop this one`,
    )
    warn(lost.message)
  })
  const onDisk = new Set(await worldsIn(dir))
  const kept = new Map<string, KeptWorld>()
  const erasing = new Map<string, Promise<void>>()

  function keep(world: string, saved: Saved) {
    const ready = erasing.get(world)
    const keeper = openWorldWriter(saved, {
      world,
      files: worldFiles(dir, world),
      durability,
      version,
      warn,
      lost: () => lost,
      ...(ready && { ready }),
    })
    kept.set(world, keeper)
    return keeper
  }

  function keeperOf(world: string) {
    const keeper = kept.get(world)
    if (!keeper) throw new Error(`world ${world} was not attached to its store`)
    return keeper
  }

  async function erase(world: string) {
    const keeper = kept.get(world) ?? keep(world, nothingSaved)
    kept.delete(world)
    await erasing.get(world)
    await keeper.erase()
    onDisk.delete(world)
  }

  return {
    list: async () => worldsIn(dir),
    async load(world) {
      if (kept.has(world)) throw new Error(`world ${world} is open already`)
      await erasing.get(world)
      const read = await readWorld(worldFiles(dir, world), warn)
      keep(world, read?.saved ?? nothingSaved)
      return read?.records
    },
    attach(world, records) {
      if (!kept.has(world) && onDisk.has(world) && !erasing.has(world))
        throw new Error(`world ${world} is kept already: load it first`)
      const keeper = kept.get(world) ?? keep(world, nothingSaved)
      keeper.attach(records)
    },
    commit: (world, changes) => keeperOf(world).commit(changes),
    rewrite: (world) => keeperOf(world).rewrite(),
    flushed: (world) => kept.get(world)?.settled(),
    failure: (world) => lost ?? kept.get(world)?.failure(),
    remove(world) {
      const erased = erase(world).finally(() => {
        if (erasing.get(world) === erased) erasing.delete(world)
      })
      erasing.set(world, erased)
      return erased
    },
    async close() {
      await Promise.allSettled(erasing.values())
      const ends = await Promise.allSettled([...kept.values()].map((keeper) => keeper.close()))
      await unlock().catch(() => {})
      const failure = ends.find((end) => end.status === 'rejected')
      if (failure) throw failure.reason
    },
  }
}

async function worldsIn(dir: string): Promise<string[]> {
  const files = await readdir(dir).catch((error) => {
    throw new StoreError(`cannot read state folder ${dir}: ${reason(error)}`)
  })
  return [...new Set(files.flatMap((file) => worldOf(file) ?? []))].sort()
}

// A base is always of its time or later than the old log's end, and the old log precedes the log: so this order, each line once by its number.
async function readWorld(
  files: WorldFiles,
  warn: (sentence: string) => void,
): Promise<{ records: Records; saved: Saved } | undefined> {
  const read = await readBase(files.base)
  const progress: Progress = { n: read?.base.logged ?? 0, records: read?.base.records ?? new Map() }
  const old = await replayLog(files.oldLog, progress)
  const log = await replayLog(files.log, progress)
  if (!read && !old && !log) return undefined
  for (const [file, tail] of [[files.oldLog, old] as const, [files.log, log] as const]) {
    if (tail?.torn)
      warn(`${file} ends in a line that was never finished: that last change was dropped`)
  }
  return {
    records: progress.records,
    saved: {
      n: progress.n,
      base: { logged: read?.base.logged ?? 0, size: read?.size ?? 0 },
      logSize: log?.end ?? 0,
      hasOldLog: old !== undefined,
    },
  }
}
