// What a value is against what it was to be, line by line; and spans of time in words.
import { expect, test } from 'vitest'
import { differenceOf } from '../../src/workflows/reports/difference.ts'
import { eventsOf, gapText } from '../../src/workflows/reports/time-line.ts'
import type { CallbackResult, StepResult } from '../../src/workflows/result.ts'

const lines = (wanted: unknown, seen: unknown) =>
  differenceOf(wanted, seen).map(({ sign, text }) => sign + text)

test('what both have stays, what was wanted goes out, what is there comes in', () => {
  expect(lines('done', 'completed')).toEqual(['-"done"', '+"completed"'])
  expect(lines(1, null)).toEqual(['-1', '+null'])
  expect(lines({ a: 1, b: 2, c: 3 }, { a: 1, b: 5, c: 3 })).toEqual([
    ' {',
    '   "a": 1,',
    '-  "b": 2,',
    '+  "b": 5,',
    '   "c": 3',
    ' }',
  ])
  expect(lines('one\ntwo', 'one\nthree')).toEqual([' one', '-two', '+three'])
  expect(lines(['a', 'b'], ['b'])).toEqual([' [', '-  "a",', '   "b"', ' ]'])
})

test('far from what differs, what stays the same is left out', () => {
  const numbers = Array.from({ length: 30 }, (_, at) => at)
  const shown = lines(numbers, numbers.with(15, 99))
  expect(shown).toEqual([
    ' ...',
    '   13,',
    '   14,',
    '-  15,',
    '+  99,',
    '   16,',
    '   17,',
    ' ...',
  ])
})

test('what is too long is shown one below the other', () => {
  const long = Array.from({ length: 1000 }, (_, at) => at)
  expect(differenceOf(long, [1])).toHaveLength(403)
})

test.each([
  [0, '+0 s'],
  [250, '+250 ms'],
  [90_000, '+1 min 30 s'],
  [86_400_000, '+1 d'],
  [2 * 86_400_000 + 3_600_000 + 60_000, '+2 d 1 h'],
])('%d ms are %s', (ms, text) => {
  expect(gapText(ms)).toBe(text)
})

test('callbacks stand behind the step in whose time they left', () => {
  const step = (name: string, clock?: string) =>
    ({ step: name, clock: clock && `2026-01-01T${clock}.000Z` }) as unknown as StepResult
  const callback = (type: string, at: string) =>
    ({ type, at: `2026-01-01T${at}Z` }) as unknown as CallbackResult
  const steps = [step('a', '00:00:00'), step('b', '00:00:00'), step('c'), step('d', '01:00:00')]
  const callbacks = [
    callback('atOnce', '00:00:00.250'),
    callback('between', '00:30:00.000'),
    callback('after', '02:00:00.000'),
  ]
  const told = eventsOf({ steps, callbacks }).map((each) =>
    each.kind === 'step' ? each.step.step : each.callback.type,
  )
  expect(told).toEqual(['a', 'b', 'atOnce', 'c', 'd', 'between', 'after'])
  expect(eventsOf({ steps: [], callbacks })).toHaveLength(3)
})
