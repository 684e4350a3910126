// What is on the disk of one world: its base and the logs of the changes since.
import type { Records } from '../state/collection.ts'
import { readBase } from './base-file.ts'
import { type Progress, replayLog } from './change-log.ts'
import type { WorldFiles } from './world-files.ts'

/** How far the files of a world go. */
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

/**
 * Reads a world, or `undefined` where there is none.
 * @param warn told of a log whose last line is torn
 * @throws StoreError when its files cannot be read, or are not ours
 */
export async function readWorld(
  files: WorldFiles,
  warn: (sentence: string) => void,
): Promise<{ records: Records; saved: Saved } | undefined> {
  // The base is of the time of the old log's end, or later; the old log comes before the log. Each
  // line counts once, by its number.
  const read = await readBase(files.base)
  const logged = read?.base.logged ?? 0
  const progress: Progress = { n: logged, records: read?.base.records ?? new Map() }
  const oldLog = await replayLog(files.oldLog, progress)
  const log = await replayLog(files.log, progress)
  if (!read && !oldLog && !log) return undefined

  const torn = [oldLog?.torn && files.oldLog, log?.torn && files.log]
  for (const file of torn) {
    if (file) warn(`${file} ends in a line that was never finished: that last change was dropped`)
  }
  return {
    records: progress.records,
    saved: {
      n: progress.n,
      base: { logged, size: read?.size ?? 0 },
      logSize: log?.end ?? 0,
      hasOldLog: oldLog !== undefined,
    },
  }
}
