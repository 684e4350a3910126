// The wall clock and timers of the page: nothing else of the dashboard has any.

/** ms since the page was opened: never set back. */
export const elapsed = (): number => performance.now()

/** Calls `act` after so many ms; what is returned keeps it from that. */
export function later(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}

/** Calls `act` again and again, so many ms apart; what is returned ends that. */
export function every(ms: number, act: () => void): () => void {
  const timer = setInterval(act, ms)
  return () => clearInterval(timer)
}

export const pause = (ms: number): Promise<void> => new Promise((done) => later(ms, done))
