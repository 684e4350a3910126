// One world on its way to the disk: its commits go to the log, many in one write.
import { dirname } from 'node:path'
import type { Change, Records } from '../state/collection.ts'
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

/** What a `Store` does for one of its worlds. */
export interface WorldWriter {
  attach(records: () => Records): void
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
  #source: (() => Records) | undefined
  #writing: Promise<void> | undefined
  #failure: Error | undefined
  #retry: NodeJS.Timeout | undefined
  #closed = false
  #isReady: boolean

  constructor(saved: Saved, options: WriterOptions) {
    const { disk, world, files, durability, version, warn } = options
    const present = () => ({ n: this.#n, records: this.#records() })
    this.#options = options
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
    const compacted = { disk, world, files, version, present, warn }
    this.#compaction = openCompaction(this.#log, saved, compacted)
  }

  attach(records: () => Records): void {
    this.#source = records
  }

  commit(changes: readonly Change[]): void {
    if (changes.length === 0) return
    // What a world was made with was never committed: its first line holds all of it.
    if (this.#n === 0 && this.#source) this.#queue.addWhole()
    this.#queue.add(this.#next(), changes)
  }

  rewrite(): void {
    this.#records()
    this.#next()
    this.#queue.addWhole()
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
    const mayWrite = this.#source !== undefined && !this.#options.lockLost()
    // A base holds what the log could not take.
    if (mayWrite && (await this.#compaction.finish())) this.#failure = undefined
    if (this.#failure) throw this.#failure
  }

  #records(): Records {
    if (!this.#source) throw new Error(`world ${this.#options.world} was not attached to its store`)
    return this.#source()
  }

  /** Numbers a commit, and sees to it that it is written. */
  #next(): number {
    if (this.#closed) throw new Error(`the store of world ${this.#options.world} is closed`)
    this.#n += 1
    if (!this.#failure) this.#writeSoon()
    return this.#n
  }

  /**
   * Writes when what runs now has come to its end, before anything else begins: its other commits
   * join this write, and the reply leaves first.
   */
  #writeSoon(): void {
    this.#writing ??= new Promise((done) => process.nextTick(() => done(this.#writeAll())))
  }

  async #writeAll(): Promise<void> {
    const { ready, lockLost } = this.#options
    try {
      if (!this.#isReady) await ready?.()
      this.#isReady = true
      while (!this.#queue.isEmpty) {
        const lost = lockLost()
        if (lost) throw lost
        const synced = this.#log.append(this.#batch())
        if (synced) await synced
        this.#queue.written()
        this.#succeed()
        if (!this.#closed && this.#compaction.isDue()) this.#compaction.begin()
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#writing = undefined
    }
  }

  #batch(): Buffer {
    return this.#queue.batch(() => replacingLine(this.#n, this.#records()))
  }

  #succeed(): void {
    const { world, files, warn } = this.#options
    if (this.#failure) warn(`${files.log} can be written again: world ${world} is kept`)
    this.#failure = undefined
  }

  #fail(cause: unknown): void {
    const { world, files, warn, lockLost } = this.#options
    const isFirst = !this.#failure
    const why = `cannot write ${files.log}: ${reason(cause)}`
    this.#failure =
      lockLost() ?? new Error(`${why}. World ${world} refuses writes until it can`, { cause })
    if (isFirst) warn(this.#failure.message)
    this.#queue.failed(this.#failure)
    if (this.#closed || lockLost()) return
    this.#retry = setTimeout(() => this.#writeSoon(), RETRY_AFTER_MS).unref()
  }

  async #stop(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    await this.#writing
    await this.#compaction.idle()
  }
}
