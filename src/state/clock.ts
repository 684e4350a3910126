// A world's virtual time: running at a rate, or frozen.

/**
 * The clock as it is kept: it showed `at` (ms since the epoch) when last touched.
 * `anchor` is the monotonic wall reading of that moment; it means nothing to another process and is dropped on load.
 */
export interface Clock {
  readonly mode: 'running' | 'frozen'
  readonly rate: number
  readonly at: number
  readonly anchor: number
}

/** Where worlds of the library and of scenarios start: 2026-01-01T00:00:00Z. */
export const FIXED_START = Date.UTC(2026, 0, 1)

/** Where worlds end: far enough from the year 9999 that everything due after it still has a date with four digits. */
export const LAST_INSTANT = Date.UTC(9000, 0, 1)

/** What the clock shows when the wall reads `wall` (ms, monotonic). Whole milliseconds. */
export function read(clock: Clock, wall: number): number {
  return clock.mode === 'frozen'
    ? clock.at
    : clock.at + Math.max(0, Math.floor((wall - clock.anchor) * clock.rate))
}

/** Wall milliseconds until the clock shows `due`, or `undefined` where it never will by itself. */
export function wallUntil(clock: Clock, wall: number, due: number): number | undefined {
  const missing = due - read(clock, wall)
  if (missing <= 0) return 0
  return clock.mode === 'frozen' || clock.rate === 0 ? undefined : Math.ceil(missing / clock.rate)
}

/** The clock set to `at`, going on as before. */
export function setTo(clock: Clock, wall: number, at: number): Clock {
  return { ...clock, at, anchor: wall }
}

/** The clock stopped, at `at` or where it is. */
export function freeze(clock: Clock, wall: number, at = read(clock, wall)): Clock {
  return { ...clock, mode: 'frozen', at, anchor: wall }
}

/** The clock going, at `rate` virtual ms a wall ms. */
export function resume(clock: Clock, wall: number, rate = clock.rate): Clock {
  return { mode: 'running', rate, at: read(clock, wall), anchor: wall }
}

/** The same clock with what it shows now written down, so that it can be kept. No fraction of a millisecond is lost. */
export function touch(clock: Clock, wall: number): Clock {
  if (clock.mode === 'frozen' || clock.rate === 0) return clock
  const at = read(clock, wall)
  return { ...clock, at, anchor: clock.anchor + (at - clock.at) / clock.rate }
}
