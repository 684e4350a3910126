// Waiting for a database that is away: it is asked again after a while.
import { isPassing } from './database-errors.ts'

/** The first wait and the longest, in wall ms: each is twice the one before. */
const FIRST_WAIT = 100
const LONGEST_WAIT = 1_000

/** Resolves after `ms`. It keeps the process alive: somebody waits for what comes then. */
export function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Calls `ring` after `ms`, unless it is taken back; it does not keep the process alive. */
export function alarm(ms: number, ring: () => void): { takeBack(): void } {
  const timer = setTimeout(ring, ms).unref()
  return { takeBack: () => clearTimeout(timer) }
}

/** The time in wall ms that only goes forward, from whenever. */
export function monotonic(): number {
  return performance.now()
}

/** Wall ms since the epoch, as the server counts them: they never go back. */
export function wallNow(): number {
  return performance.timeOrigin + performance.now()
}

/** The waits between tries, growing. */
export function waits(): { next(): Promise<void> } {
  let wait = FIRST_WAIT
  return {
    next() {
      const now = wait
      wait = Math.min(LONGEST_WAIT, wait * 2)
      return after(now)
    },
  }
}

/**
 * Tries again while the database is away.
 * @param most for how long, in wall ms
 * @throws what the last try came to
 */
export async function persistently<R>(act: () => Promise<R>, most: number): Promise<R> {
  const until = monotonic() + most
  const between = waits()
  for (;;) {
    try {
      return await act()
    } catch (error) {
      if (!isPassing(error) || monotonic() > until) throw error
    }
    await between.next()
  }
}

/** Resolves when something is done, or after `ms`. */
export async function atMost(ms: number, done: Promise<unknown>): Promise<void> {
  let ending = { takeBack() {} }
  const over = new Promise<void>((resolve) => {
    ending = alarm(ms, resolve)
  })
  await Promise.race([done.catch(() => {}), over])
  ending.takeBack()
}
