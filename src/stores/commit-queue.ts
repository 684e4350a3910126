// The commits of one world that are not in its log yet, and those who wait for them.
import type { Change } from '../state/collection.ts'
import { changeLine } from './change-log.ts'
import { sealedLines } from './checksum.ts'
import { type Deferred, deferred } from './deferred.ts'

export interface CommitQueue {
  /** True where everything is in the log. */
  readonly isEmpty: boolean
  /** True where it holds a change: not only a line that stands for none, or the world as it is. */
  readonly holdsChanges: boolean
  /** Adds the commit numbered `n`. */
  add(n: number, changes: readonly Change[]): void
  /** Adds the whole world as commit `n`, in place of those before that are not being written. */
  addWhole(n: number): void
  /** True where the whole world is to be written, and nothing is being written. */
  readonly hasWhole: boolean
  /** The whole world as it stood after commit `n` is on the disk, and not in the log. */
  wholeWritten(n: number): void
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
  let whole: number | undefined
  let waiting: Deferred | undefined
  let batch: Batch | undefined

  const isAdded = () => whole !== undefined || added.length > 0

  return {
    get isEmpty() {
      return batch === undefined && !isAdded()
    },
    get holdsChanges() {
      return batch?.holdsChanges === true || added.some(({ changes }) => changes.length > 0)
    },
    add: (n, changes) => void added.push({ n, changes }),
    addWhole(n) {
      added = []
      whole = n
    },
    get hasWhole() {
      return batch === undefined && whole !== undefined
    },
    wholeWritten(n) {
      if (whole !== undefined && whole <= n) whole = undefined
      added = added.filter((commit) => commit.n > n)
      if (isAdded()) return
      waiting?.resolve()
      waiting = undefined
    },
    batch(lineOfWhole) {
      if (batch) return batch.bytes
      const lines =
        whole === undefined
          ? added.map(({ n, changes }) => changeLine(n, changes))
          : [lineOfWhole()]
      const holdsChanges = added.some(({ changes }) => changes.length > 0)
      batch = { bytes: sealedLines(lines), whole, holdsChanges, waiting }
      added = []
      whole = undefined
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
      if (batch?.whole === undefined) return
      whole ??= batch.whole
      batch = undefined
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
      whole = undefined
      waiting?.resolve()
      waiting = undefined
    },
  }
}

interface Batch {
  readonly bytes: Buffer
  /** The number of the commit that is the whole world, where it holds that. */
  readonly whole: number | undefined
  readonly holdsChanges: boolean
  waiting: Deferred | undefined
}
