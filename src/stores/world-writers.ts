// The writers of one state folder: one for each world that is open, and the worlds being erased.
import type { Records } from '../state/collection.ts'
import { openRemovals } from './removals.ts'
import { nothingSaved, readWorld, removeUnfinished, type Saved } from './saved-world.ts'
import {
  openWorldWriter,
  type Source,
  type WorldWriter,
  type WriterOptions,
} from './world-writer.ts'

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
   * Reads a world, once an earlier one of its name is erased, and goes on from there.
   * @throws Error where it is open, or on its way
   */
  load(world: string): Promise<Records | undefined>
  /** @throws Error where it has to be loaded first, or is on its way */
  attach(world: string, source: Source): void
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
  /** Worlds whose files are being read. */
  const loading = new Set<string>()
  const removals = openRemovals(optionsOf)

  const isUnloaded = (world: string) =>
    saved.has(world) && !open.has(world) && !removals.underWay(world)

  function start(world: string, from: Saved): WorldWriter {
    const writer = openWorldWriter(from, { ...optionsOf(world), ready: removals.freed(world) })
    open.set(world, writer)
    return writer
  }

  async function load(world: string): Promise<Records | undefined> {
    // One that could not be erased is there as before.
    await removals.underWay(world)?.catch(() => {})
    const found = await readSaved(optionsOf(world))
    start(world, found?.saved ?? nothingSaved())
    return found?.records
  }

  return {
    isUnloaded,
    get: (world) => open.get(world),
    of(world) {
      const writer = open.get(world)
      if (!writer) throw new Error(`world ${world} was not attached to its store`)
      return writer
    },
    async load(world) {
      if (open.has(world) || loading.has(world)) throw new Error(`world ${world} is open already`)
      loading.add(world)
      try {
        return await load(world)
      } finally {
        loading.delete(world)
      }
    },
    attach(world, source) {
      // Two that go on in one log would each write over what the other wrote.
      if (loading.has(world)) throw new Error(`world ${world} is being loaded: wait for that`)
      if (isUnloaded(world)) throw new Error(`world ${world} is kept already: load it first`)
      const writer = open.get(world) ?? start(world, nothingSaved())
      writer.attach(source)
    },
    async erase(world) {
      const writer = open.get(world) ?? start(world, nothingSaved())
      open.delete(world)
      // Until it is gone it may be loaded again.
      saved.add(world)
      await removals.remove(world, writer)
      saved.delete(world)
    },
    writeNow: () => writeNow(open.values()),
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

/** Reads what is saved of a world; a beginning that was never finished goes. */
async function readSaved({ disk, files, warn }: Omit<WriterOptions, 'ready'>) {
  const found = await readWorld(disk, files)
  for (const { says } of found?.remarks ?? []) warn(says)
  if (!found) await removeUnfinished(disk, files)
  return found
}

function writeNow(writers: Iterable<WorldWriter>): void {
  const failures: unknown[] = []
  for (const writer of writers) {
    try {
      writer.writeNow()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}
