// One world on its way to the disk: its commits go to the log, many in one write.
import { dirname } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Change, Records } from '../state/collection.ts'
import type { RecordsView } from '../state/record-view.ts'
import { type ChangeLog, openChangeLog, replacingLine } from './change-log.ts'
import { openCommitQueue } from './commit-queue.ts'
import { type Compaction, openCompaction } from './compaction.ts'
import { type Disk, syncFolder } from './disk.ts'
import { reason } from './disk-errors.ts'
import { removeWorld, type Saved } from './saved-world.ts'
import type { Durability } from './store.ts'
import type { WorldFiles } from './world-files.ts'

const RETRY_AFTER_MS = 1_000

/** A world with more records is kept as a base when it begins anew: as one line it would hold the thread. */
const MOST_IN_A_LINE = 10_000

export interface WriterOptions {
  readonly disk: Disk
  readonly world: string
  readonly files: WorldFiles
  readonly durability: Durability
  readonly version: string
  warn(sentence: string): void
  /** Why nothing may be written any more, once the folder is no longer ours. */
  lockLost(): Error | undefined
  /** Resolves when the files of an earlier world of this name are gone. */
  readonly ready?: Promise<void> | undefined
}

/** Where the present records of a world are read. */
export interface Source {
  readonly records: () => Records
  /** As they stand, to be read in turns. */
  readonly view: () => RecordsView
}

/** What a `Store` does for one of its worlds. */
export interface WorldWriter {
  attach(source: Source): void
  commit(changes: readonly Change[]): void
  rewrite(): void
  flushed(): Promise<void> | undefined
  logged(): Promise<void> | undefined
  /** Writes what is pending, without waiting, as the process ends. */
  writeNow(): void
  failure(): Error | undefined
  /** Stops, and leaves the files as they are. */
  abandon(): Promise<void>
  /** Stops, and removes the files of the world: all of it or nothing. */
  erase(): Promise<void>
  close(): Promise<void>
}

/**
 * Goes on from what is saved of a world. Writes nothing until something is
 * committed.
 */
export function openWorldWriter(saved: Saved, options: WriterOptions): WorldWriter {
  return new OpenWriter(saved, options)
}

/** A class, since every method works on the same few things. */
class OpenWriter implements WorldWriter {
  readonly #options: WriterOptions
  readonly #log: ChangeLog
  readonly #compaction: Compaction
  readonly #queue = openCommitQueue()
  /** The number of the last commit. */
  #n: number
  #source: Source | undefined
  #writing: Promise<void> | undefined
  #failure: Error | undefined
  #retry: NodeJS.Timeout | undefined
  #closed = false
  /** The file that is written, or was the last time. */
  #file: string

  constructor(saved: Saved, options: WriterOptions) {
    const { disk, world, files, durability, version, warn } = options
    this.#options = options
    this.#file = files.log
    this.#n = saved.n
    this.#log = openChangeLog({
      disk,
      file: files.log,
      size: saved.logSize,
      header: { world, generation: saved.generation },
      isHeaded: saved.isLogHeaded,
      synced: durability === 'synced',
    })
    const compacted = { disk, world, files, version, warn }
    const present = { n: () => this.#n, view: () => this.#attached().view() }
    this.#compaction = openCompaction(this.#log, saved, { ...compacted, ...present })
  }

  attach(source: Source): void {
    this.#source = source
  }

  commit(changes: readonly Change[]): void {
    if (changes.length === 0) return
    // What a world was made with was never committed: its first line holds all of it.
    const isFirst = this.#n === 0 && this.#source !== undefined
    const n = this.#next()
    if (isFirst) this.#queue.addWhole(n)
    this.#queue.add(n, changes)
  }

  rewrite(): void {
    this.#attached()
    this.#queue.addWhole(this.#next())
  }

  flushed(): Promise<void> | undefined {
    return this.#options.durability === 'buffered' ? undefined : this.logged()
  }

  logged(): Promise<void> | undefined {
    if (this.#queue.isEmpty) return undefined
    return this.#failure ? Promise.reject(this.#failure) : this.#queue.flushed()
  }

  writeNow(): void {
    const { files, lockLost } = this.#options
    const lost = lockLost()
    if (lost) throw lost
    try {
      while (!this.#queue.isEmpty) {
        this.#log.appendNow(this.#batch())
        this.#queue.written()
      }
    } catch (error) {
      throw new Error(`cannot write ${files.log}: ${reason(error)}`, { cause: error })
    }
  }

  failure(): Error | undefined {
    return this.#failure
  }

  async abandon(): Promise<void> {
    this.#queue.clear()
    await this.#stop()
    await this.#log.close()
  }

  async erase(): Promise<void> {
    const { disk, files, durability } = this.#options
    await this.abandon()
    await removeWorld(disk, files, async () => {
      if (durability === 'synced') await syncFolder(disk, dirname(files.base))
    })
  }

  async close(): Promise<void> {
    await this.#stop()
    if (!this.#queue.isEmpty) await this.#writeAll()
    await this.#log.close()
    const mayWrite = this.#source !== undefined && !this.#options.lockLost()
    // A base holds what the log could not take.
    if (mayWrite && (await this.#compaction.finish())) this.#failure = undefined
    if (this.#failure) throw this.#failure
  }

  #attached(): Source {
    if (!this.#source) throw new Error(`world ${this.#options.world} was not attached to its store`)
    return this.#source
  }

  /** Numbers a commit, and sees to it that it is written. */
  #next(): number {
    if (this.#closed) throw new Error(`the store of world ${this.#options.world} is closed`)
    this.#n += 1
    // The turn's other commits join this write, and the reply leaves first.
    if (!this.#failure) this.#writing ??= nextTurn().then(() => this.#writeAll())
    return this.#n
  }

  async #writeAll(): Promise<void> {
    const { ready, lockLost } = this.#options
    try {
      await ready
      while (!this.#queue.isEmpty) {
        const lost = lockLost()
        if (lost) throw lost
        await this.#writeNext()
        this.#succeed()
        if (!this.#closed && this.#compaction.isDue()) await this.#compaction.begin()
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#writing = undefined
    }
  }

  async #writeNext(): Promise<void> {
    const { base, log } = this.#options.files
    const isBase = this.#queue.hasWhole && this.#isLarge()
    this.#file = isBase ? base : log
    if (isBase) {
      this.#queue.wholeWritten(await this.#compaction.replace())
      return
    }
    await this.#log.append(this.#batch())
    this.#queue.written()
  }

  #isLarge(): boolean {
    let size = 0
    for (const byKey of this.#attached().records().values()) size += byKey.size
    return size > MOST_IN_A_LINE
  }

  #batch(): Buffer {
    return this.#queue.batch(() => replacingLine(this.#n, this.#attached().records()))
  }

  #succeed(): void {
    const { world, warn } = this.#options
    if (this.#failure) warn(`${this.#file} can be written again: world ${world} is kept`)
    this.#failure = undefined
  }

  #fail(cause: unknown): void {
    const { world, warn, lockLost } = this.#options
    const isFirst = !this.#failure
    const why = `cannot write ${this.#file}: ${reason(cause)}`
    this.#failure =
      lockLost() ?? new Error(`${why}. World ${world} refuses writes until it can`, { cause })
    if (isFirst) warn(this.#failure.message)
    this.#queue.failed(this.#failure)
    if (this.#closed || lockLost()) return
    this.#retry = setTimeout(() => {
      this.#writing ??= this.#writeAll()
    }, RETRY_AFTER_MS).unref()
  }

  async #stop(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    await this.#writing
    await this.#compaction.idle()
  }
}
