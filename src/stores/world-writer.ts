// One world on its way to the disk: its commits go to the log, many in one write.
import { dirname } from 'node:path'
import type { Change, Records } from '../state/collection.ts'
import type { RecordsView } from '../state/record-view.ts'
import { replacingLine } from './change-log.ts'
import { openCommitQueue } from './commit-queue.ts'
import { type Compaction, openCompaction } from './compaction.ts'
import { type Disk, syncFolder } from './disk.ts'
import { reason } from './disk-errors.ts'
import { type LogAppender, openLogAppender } from './log-appender.ts'
import { beginRemoval, type Saved } from './saved-world.ts'
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
  /** Awaited before anything is written: the files of an earlier world of this name have to be gone. */
  readonly ready?: (() => Promise<void>) | undefined
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
  /**
   * Stops, and makes the world one that is gone; what is left of its files is for `finishRemoval`.
   * @throws Error where that cannot be done: its files are as they were
   */
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
  readonly #log: LogAppender
  readonly #compaction: Compaction
  readonly #queue = openCommitQueue()
  /** The number of the last commit. */
  #n: number
  #source: Source | undefined
  #writing: Promise<void> | undefined
  #failure: Error | undefined
  #retry: NodeJS.Timeout | undefined
  #closed = false
  #isReady: boolean
  /** The file that is written, or was the last time. */
  #file: string

  constructor(saved: Saved, options: WriterOptions) {
    const { disk, world, files, durability, version, warn } = options
    this.#options = options
    this.#file = files.log
    this.#n = saved.n
    this.#isReady = options.ready === undefined
    this.#log = openLogAppender({
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
    this.#attached()
    // What a world was made with was never committed: its first line holds all of it.
    const isFirst = this.#n === 0
    const isIdle = this.#queue.isEmpty && this.#writing === undefined && !this.#failure
    const n = this.#next()
    if (isFirst) this.#queue.addWhole(n)
    this.#queue.add(n, changes)
    if (isIdle && !isFirst && this.#isReady) this.#writeAtOnce(n)
    else this.#writeSoon()
  }

  rewrite(): void {
    this.#attached()
    this.#queue.addWhole(this.#next())
    this.#writeSoon()
  }

  flushed(): Promise<void> | undefined {
    // What is only read is told, also where nothing can be written.
    return this.#failure && !this.#queue.holdsChanges ? undefined : this.logged()
  }

  logged(): Promise<void> | undefined {
    if (this.#queue.isEmpty) return undefined
    return this.#failure ? Promise.reject(this.#failure) : this.#queue.flushed()
  }

  writeNow(): void {
    // Nobody was told of a world that still waits for the files of an earlier one to go.
    if (!this.#isReady) return
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
    this.#log.close()
  }

  async erase(): Promise<void> {
    const { disk, files, durability } = this.#options
    await this.abandon()
    await beginRemoval(disk, files)
    if (durability === 'synced') await syncFolder(disk, dirname(files.base))
  }

  async close(): Promise<void> {
    await this.#stop()
    if (!this.#queue.isEmpty) await this.#writeAll()
    this.#log.close()
    const isOurs = this.#isReady && !this.#options.lockLost()
    const mayWrite = this.#source !== undefined && isOurs
    // A base holds what the log could not take.
    if (mayWrite && (await this.#compaction.finish())) this.#failure = undefined
    if (this.#failure) throw this.#failure
  }

  #attached(): Source {
    if (!this.#source) throw new Error(`world ${this.#options.world} was not attached to its store`)
    return this.#source
  }

  /** Numbers a commit. */
  #next(): number {
    if (this.#closed) throw new Error(`the store of world ${this.#options.world} is closed`)
    this.#n += 1
    return this.#n
  }

  /**
   * Writes one commit within its transaction, so that it is undone where it cannot be written. A line
   * without changes stands for it then: it is tried again until the log takes it.
   * @throws Error why it cannot be written
   */
  #writeAtOnce(n: number): void {
    let synced: Promise<void> | undefined
    this.#file = this.#options.files.log
    try {
      this.#checkLock()
      synced = this.#log.append(this.#batch())
    } catch (error) {
      this.#queue.undo()
      this.#queue.add(n, [])
      throw this.#fail(error)
    }
    if (synced) this.#writing = this.#writeAll(synced)
    else this.#batchWritten()
  }

  /** Writes, where nothing has failed, when what runs now has come to its end. */
  #writeSoon(): void {
    if (!this.#failure) this.#beginWriting()
  }

  /** Not at once: a write that ends before it is noted as under way would be noted so for ever. */
  #beginWriting(): void {
    this.#writing ??= new Promise((done) => process.nextTick(() => done(this.#writeAll())))
  }

  /** @param synced resolves when a batch that was written is on the disk, too */
  async #writeAll(synced?: Promise<void>): Promise<void> {
    const { ready } = this.#options
    try {
      if (synced) {
        await synced
        this.#batchWritten()
      }
      if (!this.#isReady) await ready?.()
      this.#isReady = true
      while (!this.#queue.isEmpty) {
        this.#checkLock()
        const written = this.#writeNext()
        if (written) await written
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#writing = undefined
    }
  }

  /** Writes what comes next. @returns where it has to be waited for, a promise */
  #writeNext(): Promise<void> | undefined {
    const { base, log } = this.#options.files
    const isBase = this.#queue.hasWhole && this.#isLarge()
    this.#file = isBase ? base : log
    if (isBase) return this.#writeBase()
    const synced = this.#log.append(this.#batch())
    if (synced) return synced.then(() => this.#batchWritten())
    this.#batchWritten()
    return undefined
  }

  async #writeBase(): Promise<void> {
    this.#queue.wholeWritten(await this.#compaction.replace())
    this.#succeed()
  }

  /** True where the world is too large for a line of the log. */
  #isLarge(): boolean {
    let size = 0
    for (const byKey of this.#attached().records().values()) size += byKey.size
    return size > MOST_IN_A_LINE
  }

  #batchWritten(): void {
    this.#queue.written()
    this.#succeed()
    if (!this.#closed && this.#compaction.isDue()) this.#compaction.begin()
  }

  /** @throws Error where the folder is no longer ours */
  #checkLock(): void {
    const lost = this.#options.lockLost()
    if (lost) throw lost
  }

  #batch(): Buffer {
    return this.#queue.batch(() => replacingLine(this.#n, this.#attached().records()))
  }

  #succeed(): void {
    const { world, warn } = this.#options
    if (this.#failure) warn(`${this.#file} can be written again: world ${world} is kept`)
    this.#failure = undefined
  }

  /** @returns why nothing can be written */
  #fail(cause: unknown): Error {
    const { world, warn, lockLost } = this.#options
    const isFirst = !this.#failure
    const why = `cannot write ${this.#file}: ${reason(cause)}`
    const failure =
      lockLost() ?? new Error(`${why}. World ${world} refuses writes until it can`, { cause })
    this.#failure = failure
    if (isFirst) warn(failure.message)
    this.#queue.failed(failure)
    if (!this.#closed && !lockLost())
      this.#retry = setTimeout(() => this.#beginWriting(), RETRY_AFTER_MS).unref()
    return failure
  }

  async #stop(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    await this.#writing
    await this.#compaction.idle()
  }
}
