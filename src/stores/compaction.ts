// A new base in place of a log that has outgrown the old one, while changes go on in a new log.
import { copyRecords } from '../state/collection.ts'
import { writeBase } from './base-file.ts'
import type { Progress } from './change-log.ts'
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
  /**
   * How far the world has come: its present records, and the number of the last
   * change in them.
   */
  readonly present: () => Progress
  readonly warn: (sentence: string) => void
}

export function openCompaction(
  log: LogAppender,
  saved: Saved,
  { disk, world, files, version, present, warn }: CompactionOptions,
): Compaction {
  const { generation } = saved
  let { logged } = saved.base
  let { hasOldLog } = saved
  let compactAt = Math.max(SMALL_LOG, saved.base.size)
  let running: Promise<void> | undefined

  async function save(): Promise<void> {
    // No transaction is open here: handlers are synchronous and this is a turn of its own.
    const { n, records } = present()
    const base = { world, generation, logged: n, records: copyRecords(records) }
    const size = await writeBase(disk, files.base, version, base)
    logged = n
    compactAt = Math.max(SMALL_LOG, size)
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
        if (!hasOldLog) log.moveTo(files.oldLog)
        hasOldLog = true
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
    idle: () => running,
    async finish() {
      if (present().n <= logged && log.size === 0 && !hasOldLog) return false
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
