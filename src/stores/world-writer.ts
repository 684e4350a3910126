// One world on its way to the disk: changes to the log at once, the base anew when the log has outgrown it.
import { rm } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Change, Records } from '../state/collection.ts'
import { discardStaged, writeBase } from './base-file.ts'
import { changeLine, openChangeLog, replacingLine } from './change-log.ts'
import { reason } from './disk-errors.ts'
import type { Durability } from './store.ts'
import type { WorldFiles } from './world-files.ts'

/** A log below this is never worth a new base. */
const SMALL_LOG = 1024 * 1024

const RETRY_AFTER_MS = 1_000

/** What is on the disk when a world is opened. */
export interface Saved {
  /** The number of the last change kept. */
  readonly n: number
  readonly base: { readonly logged: number; readonly size: number }
  /** Bytes of whole lines in the log. */
  readonly logSize: number
  readonly hasOldLog: boolean
}

export const nothingSaved: Saved = {
  n: 0,
  base: { logged: 0, size: 0 },
  logSize: 0,
  hasOldLog: false,
}

export interface KeeperOptions {
  readonly world: string
  readonly files: WorldFiles
  readonly durability: Durability
  readonly version: string
  warn(sentence: string): void
  /** Why nothing may be written any more, once the folder is no longer ours. */
  lost(): Error | undefined
  /** Resolves when the files of an earlier world of this name are gone. */
  readonly ready?: Promise<void>
}

export interface KeptWorld {
  attach(records: () => Records): void
  commit(changes: readonly Change[]): void
  rewrite(): void
  settled(): Promise<void> | undefined
  failure(): Error | undefined
  erase(): Promise<void>
  close(): Promise<void>
}

/** Goes on keeping a world from what is saved of it. Writes nothing until something is committed. */
export function openWorldWriter(
  saved: Saved,
  { world, files, durability, version, warn, lost, ready }: KeeperOptions,
): KeptWorld {
  const log = openChangeLog(files.log, saved.logSize, durability === 'synced')
  let { n, base, hasOldLog } = saved
  let compactAt = Math.max(SMALL_LOG, base.size)
  let source: (() => Records) | undefined
  let pending: { n: number; changes: readonly Change[] }[] = []
  let replaced = false
  let waiting: Deferred | undefined
  let batch: { bytes: Buffer; waiting: Deferred | undefined } | undefined
  let writing: Promise<void> | undefined
  let compaction: Promise<void> | undefined
  let failed: Error | undefined
  let retry: NodeJS.Timeout | undefined
  let closed = false

  const unkept = () => batch !== undefined || pending.length > 0 || replaced

  function present(): Records {
    if (!source) throw new Error(`world ${world} was not attached to its store`)
    return source()
  }

  function number() {
    if (closed) throw new Error(`the store of world ${world} is closed`)
    n += 1
    wake()
    return n
  }

  // The turn's other commits join this write, and the reply leaves first.
  function wake() {
    if (!failed) writing ??= nextTurn().then(writeAll)
  }

  async function writeAll() {
    try {
      await ready
      while (unkept()) {
        const gone = lost()
        if (gone) throw gone
        batch ??= nextBatch()
        await log.append(batch.bytes)
        batch.waiting?.resolve()
        batch = undefined
        succeed()
        if (log.size > compactAt && !compaction && !closed) await compact()
      }
    } catch (error) {
      fail(error)
    } finally {
      writing = undefined
    }
  }

  function nextBatch() {
    const text = replaced
      ? replacingLine(n, present())
      : pending.map((entry) => changeLine(entry.n, entry.changes)).join('')
    const next = { bytes: Buffer.from(text), waiting }
    pending = []
    replaced = false
    waiting = undefined
    return next
  }

  function succeed() {
    if (failed) warn(`${files.log} can be written again: world ${world} is kept`)
    failed = undefined
  }

  function fail(error: unknown) {
    const first = !failed
    failed =
      lost() ??
      new Error(
        `cannot write ${files.log}: ${reason(error)}. World ${world} refuses writes until it can`,
        { cause: error },
      )
    if (first) warn(failed.message)
    for (const waiters of [batch?.waiting, waiting]) waiters?.reject(failed)
    if (batch) batch.waiting = undefined
    waiting = undefined
    if (closed || lost()) return
    retry = setTimeout(() => {
      writing ??= writeAll()
    }, RETRY_AFTER_MS).unref()
  }

  // Only between two batches: the log is whole. Appends go on in a new log while the base is written.
  async function compact() {
    if (!hasOldLog) {
      try {
        await log.moveTo(files.oldLog)
        hasOldLog = true
      } catch (error) {
        return postponeCompaction(error)
      }
    }
    compaction = saveBase()
      .catch(postponeCompaction)
      .finally(() => {
        compaction = undefined
      })
  }

  // The logs still hold everything, so this refuses no write; it is tried again when the log has doubled, and at the end.
  function postponeCompaction(error: unknown) {
    compactAt = 2 * Math.max(log.size, compactAt)
    warn(
      `cannot write ${files.base}: ${reason(error)}. The changes of world ${world} are kept in its log meanwhile`,
    )
  }

  async function saveBase() {
    const logged = n
    // Records never change but the maps do. No transaction is open here: handlers are synchronous and this is a turn of its own.
    const records: Records = new Map()
    for (const [collection, byKey] of present()) records.set(collection, new Map(byKey))
    const size = await writeBase(files.base, version, { world, logged, records })
    base = { logged, size }
    compactAt = Math.max(SMALL_LOG, size)
    await rm(files.oldLog, { force: true })
    hasOldLog = false
  }

  async function stop() {
    closed = true
    clearTimeout(retry)
    await writing
    await compaction
  }

  return {
    attach(records) {
      source = records
    },
    commit(changes) {
      if (changes.length === 0) return
      // What a world was made with was never committed: its first line holds all of it.
      if (n === 0 && source) replaced = true
      pending.push({ n: number(), changes })
    },
    rewrite() {
      present()
      number()
      pending = []
      replaced = true
    },
    settled() {
      if (durability === 'buffered' || !unkept()) return undefined
      if (failed) return Promise.reject(failed)
      if (pending.length > 0 || replaced) {
        waiting ??= deferred()
        return waiting.promise
      }
      if (batch) batch.waiting ??= deferred()
      return batch?.waiting?.promise
    },
    failure: () => failed,
    async erase() {
      pending = []
      replaced = false
      await stop()
      waiting?.resolve()
      await log.close()
      // The newest first: whatever a crash leaves of them is a world that opens.
      for (const file of [files.log, files.oldLog, files.base]) await rm(file, { force: true })
      await discardStaged(files.base)
    },
    async close() {
      await stop()
      if (unkept()) await writeAll()
      await log.close()
      const behind = n > base.logged || log.size > 0 || hasOldLog
      if (source && behind && !lost()) {
        try {
          await saveBase()
          // The base holds what the log could not take.
          failed = undefined
          // A log that stays does no harm: its lines are numbered, and in the base.
          await rm(files.log, { force: true }).catch(() => {})
        } catch (error) {
          postponeCompaction(error)
        }
      }
      if (failed) throw failed
    },
  }
}

interface Deferred {
  readonly promise: Promise<void>
  resolve(): void
  reject(error: Error): void
}

function deferred(): Deferred {
  let resolve = () => {}
  let reject = (_: Error) => {}
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  // A waiter may be gone (its client hung up) when the write fails.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
