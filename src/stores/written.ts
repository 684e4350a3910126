// What a store wrote since it was opened, in plain numbers.
import type { Disk, OpenLog } from './disk.ts'

export interface Written {
  /** Writes that were taken: each holds the changes of one commit, or of many. */
  writes: number
  /** Of these, as far as they are changes of worlds; with PostgreSQL, characters. */
  bytes: number
  /** Writes that failed; each is tried again, or what it held is undone. */
  failures: number
}

export function openWritten(): Written {
  return { writes: 0, bytes: 0, failures: 0 }
}

/** A disk, and what is written into logs counted. */
export function countedDisk(disk: Disk, written: Written): Disk {
  return { ...disk, openLog: (file) => countedLog(disk.openLog(file), written) }
}

function countedLog(log: OpenLog, written: Written): OpenLog {
  const failed = (error: unknown) => {
    written.failures += 1
    throw error
  }
  return {
    size: () => log.size(),
    write(bytes, position) {
      try {
        const taken = log.write(bytes, position)
        written.writes += 1
        written.bytes += taken
        return taken
      } catch (error) {
        return failed(error)
      }
    },
    truncate: (size) => log.truncate(size),
    sync: () => log.sync().catch(failed),
    syncNow: () => log.syncNow(),
    close: () => log.close(),
  }
}
