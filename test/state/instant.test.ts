// Dates and times that are read: as RFC 3339 writes them, and only those there are.
import { expect, test } from 'vitest'
import { instantOf, startOfDay } from '../../src/state/instant.ts'

test.each([
  ['2027-02-28T23:59:59Z', '2027-02-28T23:59:59.000Z'],
  ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['2000-02-29t00:00:00z', '2000-02-29T00:00:00.000Z'],
  ['2026-01-01T00:00:00.1239Z', '2026-01-01T00:00:00.123Z'],
  ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
  ['2026-01-01T00:00:00-23:59', '2026-01-01T23:59:00.000Z'],
  ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000Z'],
])('%s is an instant', (text, iso) => {
  expect(new Date(instantOf(text) ?? Number.NaN).toISOString()).toBe(iso)
})

test.each([
  '2027-02-30T00:00:00Z',
  '2027-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T23:60:00Z',
  '2016-12-31T23:59:60Z',
  '2026-01-01T00:00:00',
  '2026-01-01T00:00:00+24:00',
  '2026-01-01T00:00:00+0100',
  '2026-01-01 00:00:00Z',
  '2026-01-01T00:00Z',
  '2026-01-01T00:00:00.Z',
  '2026-01-01',
  ' 2026-01-01T00:00:00Z',
  '+002026-01-01T00:00:00Z',
  'Thu, 01 Jan 2026 00:00:00 GMT',
  '2026',
  '',
])('"%s" is no instant', (text) => {
  expect(instantOf(text)).toBeUndefined()
})

test('a day is the beginning of one there is', () => {
  expect(startOfDay('2028-02-29')).toBe(Date.UTC(2028, 1, 29))
  for (const text of ['2027-02-29', '2027-2-1', '2027-01-32', '2027-01-01T00:00:00Z', ''])
    expect(startOfDay(text), text).toBeUndefined()
})
