// Durations: what can be written, where they lead in the calendar, and how instants are shown.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDuration, DurationError, isoDuration } from '../../src/state/duration.ts'
import { iso } from '../../src/state/instant.ts'

const after = (instant: string, duration: string) => iso(addDuration(Date.parse(instant), duration))

test.each([
  ['P3D', 3 * 86_400_000],
  ['PT90M', 5_400_000],
  ['P1W', 604_800_000],
  ['PT1.5S', 1500],
  ['PT0,5H', 1_800_000],
  ['P1DT2H3M4S', 93_784_000],
  ['PT0S', 0],
  ['-PT5S', -5000],
  ['3d', 3 * 86_400_000],
  ['90m', 5_400_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  ['2w', 1_209_600_000],
  ['10s', 10_000],
])('%s is %d ms', (duration, ms) => {
  expect(addDuration(1000, duration)).toBe(1000 + ms)
})

test.each([
  ['2026-01-31T00:00:00.000Z', 'P1M', '2026-02-28T00:00:00.000Z'],
  ['2028-01-31T00:00:00.000Z', 'P1M', '2028-02-29T00:00:00.000Z'],
  ['2028-02-29T00:00:00.000Z', 'P1Y', '2029-02-28T00:00:00.000Z'],
  ['2026-03-31T00:00:00.000Z', '-P1M', '2026-02-28T00:00:00.000Z'],
  ['2026-12-15T10:20:30.456Z', 'P2M', '2027-02-15T10:20:30.456Z'],
  ['2026-01-15T00:00:00.000Z', 'P1Y2M3DT4H', '2027-03-18T04:00:00.000Z'],
])('%s and %s is %s', (instant, duration, end) => {
  expect(after(instant, duration)).toBe(end)
})

test('twelve months one after the other from a first of a month are a year', () => {
  let at = Date.parse('2026-01-01T00:00:00Z')
  for (let month = 0; month < 12; month += 1) at = addDuration(at, 'P1M')
  expect(iso(at)).toBe('2027-01-01T00:00:00.000Z')
})

test.each([
  '',
  'P',
  'PT',
  'P1DT',
  'P1H',
  'PT1D',
  '3 days',
  'tomorrow',
  '5',
  'm',
  '-5m',
  'P1D and a bit',
  'about P1D',
  'PT5M3',
  'P1.5M',
  'P0.5Y',
  '3D',
  '1e9d',
  'NaNd',
])('"%s" is no duration, and the error quotes it', (text) => {
  expect(() => addDuration(0, text)).toThrow(DurationError)
  expect(() => addDuration(0, text)).toThrow(`"${text}"`)
})

test.each(['P400000Y', '99999999999999d', `P${'9'.repeat(400)}D`])(
  '%s leads out of the calendar and is refused',
  (text) => {
    expect(() => addDuration(Date.UTC(2026, 0, 1), text)).toThrow(DurationError)
  },
)

test('a length of time written as ISO 8601 reads back as the same length', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000 * 86_400_000 }), (ms) => {
      expect(addDuration(0, isoDuration(ms))).toBe(ms)
    }),
  )
})

test.each([
  [0, 'PT0S'],
  [5000, 'PT5S'],
  [305_000, 'PT5M5S'],
  [86_400_000, 'P1D'],
  [90_061_500, 'P1DT1H1M1.5S'],
])('%d ms is shown as %s', (ms, text) => {
  expect(isoDuration(ms)).toBe(text)
})

test('an instant is shown in UTC with milliseconds', () => {
  expect(iso(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe('2026-01-02T03:04:05.006Z')
})
