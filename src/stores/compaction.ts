// A new base in place of a log that has outgrown the old one, while changes go on in a new log.
import type { RecordsView } from '../state/record-view.ts'
import { writeBase } from './base-file.ts'
import type { Disk } from './disk.ts'
import { reason } from './disk-errors.ts'
import type { LogAppender } from './log-appender.ts'
import type { Saved } from './saved-world.ts'
import type { WorldFiles } from './world-files.ts'

/** A log below this is never worth a new base. */
const SMALL_LOG = 1024 * 1024

export interface Compaction {
  /** True where the log has outgrown its base and none is being written. */
  isDue(): boolean
  /**
   * Sets the log aside, whole, and begins to write the base. Only between two
   * batches.
   */
  begin(): void
  /**
   * Writes the base, as a world that begins anew is kept where it is too large for a line of the log.
   * @returns the number of the last change in it
   * @throws Error where it cannot be written: what is on the disk is still the old world
   */
  replace(): Promise<number>
  /** Resolves when no base is being written. */
  idle(): Promise<void> | undefined
  /**
   * Writes the base where it lacks anything; the log is not written any more.
   * @returns false where it did not
   */
  finish(): Promise<boolean>
}

export interface CompactionOptions {
  readonly disk: Disk
  readonly world: string
  readonly files: WorldFiles
  readonly version: string
  /** The number of the last change in the present records. */
  readonly n: () => number
  /** The present records, as they stand. */
  readonly view: () => RecordsView
  readonly warn: (sentence: string) => void
}

export function openCompaction(
  log: LogAppender,
  saved: Saved,
  { disk, world, files, version, n, view: openView, warn }: CompactionOptions,
): Compaction {
  const { generation } = saved
  let { logged } = saved.base
  let { hasOldLog } = saved
  let compactAt = Math.max(SMALL_LOG, saved.base.size)
  let running: Promise<void> | undefined

  /** Sets the log aside, where there is one. */
  function moveLog(): void {
    if (hasOldLog || log.size === 0) return
    log.moveTo(files.oldLog)
    hasOldLog = true
  }

  async function save(): Promise<void> {
    // No transaction is open here: handlers are synchronous and this is a turn of its own.
    const upTo = n()
    const view = openView()
    try {
      const base = { world, generation, logged: upTo, view }
      const size = await writeBase(disk, files.base, version, base)
      logged = upTo
      compactAt = Math.max(SMALL_LOG, size)
    } finally {
      view.close()
    }
    await disk.remove(files.oldLog)
    hasOldLog = false
  }

  // The logs still hold everything, so this refuses no write. It is tried again when the log has
  // doubled, and at the end.
  function postpone(error: unknown): void {
    compactAt = 2 * Math.max(log.size, compactAt)
    const meanwhile = `The changes of world ${world} are kept in its log meanwhile`
    warn(`cannot write ${files.base}: ${reason(error)}. ${meanwhile}`)
  }

  return {
    isDue: () => log.size > compactAt && !running,
    begin() {
      try {
        moveLog()
      } catch (error) {
        postpone(error)
        return
      }
      running = save()
        .catch(postpone)
        .finally(() => {
          running = undefined
        })
    },
    async replace() {
      await running
      moveLog()
      await save()
      return logged
    },
    idle: () => running,
    async finish() {
      if (n() <= logged && log.size === 0 && !hasOldLog) return false
      try {
        await save()
        // A log that stays does no harm: its lines are numbered, and in the base.
        await disk.remove(files.log).catch(() => {})
        return true
      } catch (error) {
        postpone(error)
        return false
      }
    },
  }
}
