// Work in the database that nobody waits for, one thing after the other.
import { databaseReason, isPassing } from './database-errors.ts'

export interface Background {
  /**
   * Does something when all before it is done; what fails is told, unless the database is away: it
   * will be done another time.
   * @param what as in `cannot fold world default`
   */
  add(what: string, act: () => Promise<void>): void
  /** Begins nothing more, and resolves when what is under way is done. */
  stop(): Promise<void>
}

export function openBackground(warn: (sentence: string) => void): Background {
  let last = Promise.resolve()
  let isStopped = false
  return {
    add(what, act) {
      last = last.then(async () => {
        if (isStopped) return
        await act().catch((error) => {
          if (!isPassing(error)) warn(`${what}: ${databaseReason(error)}`)
        })
      })
    },
    stop() {
      isStopped = true
      return last
    },
  }
}
