// Attempts at callbacks in this process, told to their receiver: none says its virtual time.
import type { Callback } from '../state/callbacks.ts'
import { isoDuration } from '../state/duration.ts'

/** What a body does not say of itself. */
export interface AttemptFacts {
  /** Virtual time since the first arrival, ISO 8601. */
  readonly at: string
  readonly provider: string
  readonly type: string
  readonly iccid: string | undefined
}

/** Told that a callback is on its way, at virtual time `at`. */
type Listener = (callback: Callback, at: number) => void

/**
 * Receivers of this process by origin: simulator and receiver know each other
 * by that alone.
 */
const listeners = new Map<string, Listener>()

/**
 * Tells the receiver that a callback is on its way to, if it is one of this
 * process.
 */
export function announceAttempt(callback: Callback, at: number): void {
  const { url } = callback
  if (URL.canParse(url)) listeners.get(new URL(url).origin)?.(callback, at)
}

/** What arrives at one receiver, as the simulators of this process know it. */
export interface Attempts {
  /** Of what arrived; `undefined` where no simulator of this process sent the body. */
  arrived(body: string): AttemptFacts | undefined
  /** Listens no more. */
  stop(): void
}

/** Listens for attempts at an origin. */
export function attemptsAt(origin: string): Attempts {
  const underWay: { readonly callback: Callback; readonly at: number }[] = []
  let first: number | undefined
  listeners.set(origin, (callback, at) => underWay.push({ callback, at }))
  return {
    arrived(body) {
      const index = underWay.findIndex(({ callback }) => callback.body === body)
      const [attempt] = index < 0 ? [] : underWay.splice(index, 1)
      if (!attempt) return undefined
      first ??= attempt.at
      const { provider, type, iccid } = attempt.callback
      return { at: isoDuration(attempt.at - first), provider, type, iccid }
    },
    stop() {
      listeners.delete(origin)
    },
  }
}
