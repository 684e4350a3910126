// Attempts at callbacks in this process, told to their receiver: none says its virtual time.
import type { Callback } from '../state/callbacks.ts'
import { isoDuration } from '../state/duration.ts'

/** Told that a body is on its way, at virtual time `at`. */
type Listener = (body: string, at: number) => void

/**
 * Receivers of this process by origin: simulator and receiver know each other
 * by that alone.
 */
const listeners = new Map<string, Listener>()

/**
 * Tells the receiver that a callback is on its way to, if it is one of this
 * process.
 */
export function announceAttempt({ url, body }: Callback, at: number): void {
  if (URL.canParse(url)) listeners.get(new URL(url).origin)?.(body, at)
}

/** When, by a world's clock, what arrives at one receiver was sent. */
export interface AttemptTimes {
  /**
   * Virtual time since the first arrival, ISO 8601.
   * `undefined` where no simulator of this process sent the body.
   */
  arrived(body: string): string | undefined
  /** Listens no more. */
  stop(): void
}

/** Listens for attempts at an origin. */
export function attemptTimes(origin: string): AttemptTimes {
  const underWay: { readonly body: string; readonly at: number }[] = []
  let first: number | undefined
  listeners.set(origin, (body, at) => underWay.push({ body, at }))
  return {
    arrived(body) {
      const index = underWay.findIndex((attempt) => attempt.body === body)
      const [attempt] = index < 0 ? [] : underWay.splice(index, 1)
      if (!attempt) return undefined
      first ??= attempt.at
      return isoDuration(attempt.at - first)
    },
    stop() {
      listeners.delete(origin)
    },
  }
}
