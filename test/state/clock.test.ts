// The virtual clock: what it shows and when it will, and that keeping it loses no time.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Clock,
  FIXED_START,
  freeze,
  read,
  resume,
  setTo,
  touch,
  wallUntil,
} from '../../src/state/clock.ts'

const WALL = 1_767_225_600_123.25
const running = (fields: Partial<Clock> = {}): Clock => ({
  mode: 'running',
  rate: 1,
  at: FIXED_START,
  anchor: WALL,
  ...fields,
})
const frozen = running({ mode: 'frozen' })

/** Wall steps in ms, fractions and standstills among them. */
const steps = fc.array(
  fc.oneof(fc.double({ min: 0, max: 5, noNaN: true }), fc.constant(0), fc.nat(100_000)),
  { maxLength: 200 },
)

test('a frozen clock shows the same however long the wall clock goes on', () => {
  expect(read(frozen, WALL)).toBe(FIXED_START)
  expect(read(frozen, WALL + 1e9)).toBe(FIXED_START)
})

test.each([
  [1, 1500, 1500],
  [60, 1500, 90_000],
  [0.5, 1500, 750],
  [0, 1500, 0],
])('a clock of rate %d shows after %d wall ms %d ms more', (rate, wall, shown) => {
  expect(read(running({ rate }), WALL + wall)).toBe(FIXED_START + shown)
})

test('a running clock shows whole milliseconds', () => {
  expect(read(running(), WALL + 0.9)).toBe(FIXED_START)
  expect(read(running(), WALL + 1.1)).toBe(FIXED_START + 1)
})

test('a running clock never shows less than when it was last touched', () => {
  expect(read(running(), WALL - 5000)).toBe(FIXED_START)
})

test('setting the clock moves what it shows and leaves how it goes', () => {
  const set = setTo(running({ rate: 60 }), WALL + 10, FIXED_START + 5000)
  expect(set).toMatchObject({ mode: 'running', rate: 60 })
  expect(read(set, WALL + 11)).toBe(FIXED_START + 5060)
})

test('freezing keeps the instant shown, resuming goes on from there', () => {
  const stopped = freeze(running({ rate: 2 }), WALL + 100)
  expect(read(stopped, WALL + 9999)).toBe(FIXED_START + 200)
  const gone = resume(stopped, WALL + 10_000)
  expect(read(gone, WALL + 10_000)).toBe(FIXED_START + 200)
  expect(read(gone, WALL + 10_050)).toBe(FIXED_START + 300)
})

test('freezing can name another instant, resuming another rate', () => {
  expect(read(freeze(running(), WALL, FIXED_START + 7), WALL)).toBe(FIXED_START + 7)
  expect(read(resume(frozen, WALL, 10), WALL + 5)).toBe(FIXED_START + 50)
})

test('a frozen clock and one that stands still never reach a later instant by themselves', () => {
  expect(wallUntil(frozen, WALL, FIXED_START + 1)).toBeUndefined()
  expect(wallUntil(running({ rate: 0 }), WALL, FIXED_START + 1)).toBeUndefined()
})

test('what is due already is waited for no longer', () => {
  expect(wallUntil(frozen, WALL, FIXED_START)).toBe(0)
  expect(wallUntil(running(), WALL + 100, FIXED_START + 40)).toBe(0)
})

test('after the wait until an instant the clock shows it, and not a whole wall ms too late', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 0.5, 60, 3600),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.nat(1e7),
      (rate, passed, ahead) => {
        const clock = running({ rate })
        const wall = WALL + passed
        const due = read(clock, wall) + ahead
        const wait = wallUntil(clock, wall, due) ?? Number.NaN
        expect(read(clock, wall + wait)).toBeGreaterThanOrEqual(due)
        expect((wait - 1) * rate).toBeLessThanOrEqual(ahead)
      },
    ),
  )
})

test('touched at every step, a clock of rate 1 shows what an untouched one shows', () => {
  fc.assert(
    fc.property(steps, (walls) => {
      let wall = WALL
      let touched = running()
      for (const step of walls) {
        wall += step
        touched = touch(touched, wall)
        expect(read(touched, wall)).toBe(read(running(), wall))
      }
    }),
  )
})

test.each([0.1, 3, 7.5, 60, 3600])(
  'over 10,000 touches a clock of rate %d is never 2 wall ms out',
  (rate) => {
    const untouched = running({ rate })
    let touched = untouched
    let wall = WALL
    for (let at = 0; at < 10_000; at += 1) {
      wall += 0.37 + (at % 13)
      touched = touch(touched, wall)
    }
    expect(Math.abs(read(touched, wall) - read(untouched, wall))).toBeLessThan(
      2 * Math.max(1, rate),
    )
  },
)

test('touching a clock never makes it go back', () => {
  fc.assert(
    fc.property(fc.constantFrom(0.1, 1, 7, 3600), steps, (rate, walls) => {
      let wall = WALL
      let clock = running({ rate })
      let shown = read(clock, wall)
      for (const step of walls) {
        wall += step
        clock = touch(clock, wall)
        expect(read(clock, wall)).toBeGreaterThanOrEqual(shown)
        shown = read(clock, wall)
      }
    }),
  )
})

test('a frozen clock stays as it is when it is touched', () => {
  expect(touch(frozen, WALL + 5000)).toBe(frozen)
})
