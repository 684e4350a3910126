// The commits of one world that are not in its log yet, and those who wait for them.
import type { Change } from '../state/collection.ts'
import { changeLine } from './change-log.ts'
import { sealedLines } from './checksum.ts'

export interface CommitQueue {
  /** True where everything is in the log. */
  readonly isEmpty: boolean
  /** True where it holds a change: not only a line that stands for none, or the world as it is. */
  readonly holdsChanges: boolean
  /** Adds the commit numbered `n`. */
  add(n: number, changes: readonly Change[]): void
  /**
   * Adds the whole world, in place of the commits before that are not being
   * written.
   */
  addWhole(): void
  /**
   * All that was added as one batch; the same again until it is written.
   * @param lineOfWhole the line that holds the whole world
   */
  batch(lineOfWhole: () => string): Buffer
  /** The batch is in the log: whoever waited for it goes on. */
  written(): void
  /** The batch is not in the log, and stays to be written: nobody waits for it any longer. */
  failed(error: Error): void
  /** The batch is not in the log, and what is in it was undone. */
  undo(): void
  /** Resolves when all that was added is in the log; `undefined` where it is. */
  flushed(): Promise<void> | undefined
  /** Forgets what is not being written. */
  clear(): void
}

export function openCommitQueue(): CommitQueue {
  let added: { n: number; changes: readonly Change[] }[] = []
  let whole = false
  let waiting: Deferred | undefined
  let batch: Batch | undefined

  const isAdded = () => whole || added.length > 0

  return {
    get isEmpty() {
      return batch === undefined && !isAdded()
    },
    get holdsChanges() {
      return batch?.holdsChanges === true || added.some(({ changes }) => changes.length > 0)
    },
    add: (n, changes) => void added.push({ n, changes }),
    addWhole() {
      added = []
      whole = true
    },
    batch(lineOfWhole) {
      if (batch) return batch.bytes
      const lines = whole ? [lineOfWhole()] : added.map(({ n, changes }) => changeLine(n, changes))
      const holdsChanges = added.some(({ changes }) => changes.length > 0)
      batch = { bytes: sealedLines(lines), isWhole: whole, holdsChanges, waiting }
      added = []
      whole = false
      waiting = undefined
      return batch.bytes
    },
    written() {
      batch?.waiting?.resolve()
      batch = undefined
    },
    failed(error) {
      for (const each of [batch?.waiting, waiting]) each?.reject(error)
      if (batch) batch.waiting = undefined
      waiting = undefined
      // By the next try the world may be another.
      if (!batch?.isWhole) return
      batch = undefined
      whole = true
    },
    undo() {
      batch = undefined
    },
    flushed() {
      if (isAdded()) {
        waiting ??= deferred()
        return waiting.promise
      }
      if (batch) batch.waiting ??= deferred()
      return batch?.waiting?.promise
    },
    clear() {
      added = []
      whole = false
      waiting?.resolve()
      waiting = undefined
    },
  }
}

interface Batch {
  readonly bytes: Buffer
  readonly isWhole: boolean
  readonly holdsChanges: boolean
  waiting: Deferred | undefined
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
  // Whoever waits may be gone (its client hung up) when the write fails.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
