// Limits on what is waited for: a time, or a signal; what comes later is dropped.
import { alarm } from './ticker.ts'

/** A limit that has begun. */
export interface Limit {
  /** Aborts when the time is over or the outer signal aborts, with the reason. */
  readonly signal: AbortSignal
  /** Lets go of the timer and of the outer signal: this one aborts no more. */
  end(): void
}

/**
 * Begins a limit. Its timer holds it: on Node 20 the garbage collector takes `AbortSignal.any` over
 * `AbortSignal.timeout` away, and what waited for them waits for ever.
 * @param ms wall ms; `undefined`: no limit in time
 * @param stop ends it earlier, for its own reason
 * @param late the reason where the time is over
 */
export function openLimit(ms: number | undefined, stop: AbortSignal, late: Error): Limit {
  const controller = new AbortController()
  const stopped = () => controller.abort(stop.reason)
  const timer = alarm(() => controller.abort(late))
  timer.set(ms)
  if (stop.aborted) stopped()
  stop.addEventListener('abort', stopped)
  return {
    signal: controller.signal,
    end() {
      timer.set(undefined)
      stop.removeEventListener('abort', stopped)
    },
  }
}

/**
 * What `work` comes to, if it does before the signal aborts: what cannot be called off is then no
 * longer waited for.
 * @throws the signal's reason, once it has aborted
 */
export function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((done, fail) => {
    const giveUp = () => fail(signal.reason)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp)
    work.then(done, fail).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
