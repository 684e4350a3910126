// The only wall clock and the only timers: everything else asks here.

/**
 * Ms since the epoch that never run backwards, whatever happens to the
 * machine's clock.
 */
export function wallNow(): number {
  return performance.timeOrigin + performance.now()
}

/** Wall ms since the process began: half the price of `wallNow`, to measure how long something takes. */
export function elapsedNow(): number {
  return performance.now()
}

/** A timer that can be set anew; it does not keep the process alive. */
export interface Alarm {
  /** Rings once, `ms` from now; an earlier setting is forgotten. `undefined`: never. */
  set(ms: number | undefined): void
}

/** The longest a Node timer can wait. */
const LONGEST = 2 ** 31 - 1

export function alarm(ring: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined
  return {
    set(ms) {
      clearTimeout(timer)
      timer =
        ms === undefined ? undefined : setTimeout(ring, Math.min(Math.max(ms, 0), LONGEST)).unref()
    },
  }
}

/** Resolves after `ms`, or when `signal` aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    if (signal?.aborted) end()
    else signal?.addEventListener('abort', end)
  })
}
