// A world's virtual time: running at a rate, or frozen.
import { iso, LAST_INSTANT } from './instant.ts'
import { Refusal } from './refusal.ts'

/**
 * The clock as it is kept: it showed `at` (ms since the epoch) when last touched.
 * `anchor` is the monotonic wall reading of that moment; to another process it means nothing, so
 * it is set anew on load.
 */
export interface Clock {
  readonly mode: 'running' | 'frozen'
  readonly rate: number
  readonly at: number
  readonly anchor: number
  /**
   * While it runs: it may have shown as much as this since, without that having been written down.
   * Who opens it after a kill goes on from there.
   */
  readonly until?: number
}

/** Where worlds of the library and of scenarios start: 2026-01-01T00:00:00Z. */
export const FIXED_START = Date.UTC(2026, 0, 1)

/** @throws Refusal `invalid-request` for a time no clock may show */
export function checkInstant(at: number): void {
  if (at >= 0 && at <= LAST_INSTANT) return
  throw new Refusal('invalid-request', `the clock goes from 1970 to ${iso(LAST_INSTANT)}`)
}

/**
 * What the clock shows when the wall reads `wall` (ms, monotonic). Whole milliseconds. At its last
 * instant it stands still.
 */
export function read(clock: Clock, wall: number): number {
  if (clock.mode === 'frozen') return clock.at
  const gone = Math.max(0, Math.floor((wall - clock.anchor) * clock.rate))
  return Math.min(clock.at + gone, LAST_INSTANT)
}

/**
 * Wall milliseconds until the clock shows `due`, or `undefined` where it never
 * will by itself.
 */
export function wallUntil(clock: Clock, wall: number, due: number): number | undefined {
  const missing = due - read(clock, wall)
  if (missing <= 0) return 0
  const neverComes = clock.mode === 'frozen' || clock.rate === 0 || due > LAST_INSTANT
  return neverComes ? undefined : Math.ceil(missing / clock.rate)
}

/** The clock set to `at`, going on as before. */
export function setTo(clock: Clock, wall: number, at: number): Clock {
  return { ...clock, at, anchor: wall }
}

/** The clock stopped, at `at` or where it is. */
export function freeze(clock: Clock, wall: number, at = read(clock, wall)): Clock {
  return { mode: 'frozen', rate: clock.rate, at, anchor: wall }
}

/** The clock going, at `rate` virtual ms a wall ms. */
export function resume(clock: Clock, wall: number, rate = clock.rate): Clock {
  return { mode: 'running', rate, at: read(clock, wall), anchor: wall }
}

/**
 * What a clock that was kept shows in another process: what it may have shown where it was running,
 * else what it showed.
 */
export function reopenedAt({ mode, at, until = at }: Clock): number {
  return mode === 'running' ? Math.max(at, until) : at
}

/**
 * The same clock with what it shows now written down. No fraction of a
 * millisecond is lost.
 */
export function touch(clock: Clock, wall: number): Clock {
  if (clock.mode === 'frozen' || clock.rate === 0) return clock
  const at = read(clock, wall)
  return { ...clock, at, anchor: clock.anchor + (at - clock.at) / clock.rate }
}

/** What is said where something waits for a frozen clock. */
export const STANDS_STILL =
  'stands still: it does not end by itself, until the clock is advanced or resumed'
