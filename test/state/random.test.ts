// Seeded randomness: the same seed draws the same, and a kept state goes on where it stood.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  CAPITALS_AND_DIGITS,
  DIGITS,
  hash,
  openRandom,
  type Random,
} from '../../src/state/random.ts'

const draws = (random: Random) => [
  random.integer(0, 1e9),
  random.fraction(),
  random.text(12, CAPITALS_AND_DIGITS),
  random.uuid(),
]

test('the same seed draws the same', () => {
  fc.assert(
    fc.property(fc.string(), (seed) => {
      expect(draws(openRandom(seed))).toEqual(draws(openRandom(seed)))
    }),
  )
})

test('another seed draws something else', () => {
  expect(draws(openRandom('default/1'))).not.toEqual(draws(openRandom('default/2')))
})

test('a kept state goes on where it stood, also after it was written as JSON', () => {
  const random = openRandom('seed')
  draws(random)
  const kept = JSON.parse(JSON.stringify(random.state())) as number[]
  expect(draws(openRandom(kept))).toEqual(draws(random))
})

test('a state that was read stays as it is while drawing goes on', () => {
  const random = openRandom('seed')
  const before = random.state()
  const copy = [...before]
  draws(random)
  expect(before).toEqual(copy)
  expect(random.state()).not.toEqual(copy)
})

test('an integer lies within its bounds, both included', () => {
  const random = openRandom('dice')
  const seen = new Set(Array.from({ length: 500 }, () => random.integer(1, 6)))
  expect([...seen].sort()).toEqual([1, 2, 3, 4, 5, 6])
  expect(random.integer(4, 4)).toBe(4)
})

test('a fraction is at least 0 and less than 1', () => {
  const random = openRandom('fractions')
  const drawn = Array.from({ length: 1000 }, () => random.fraction())
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...drawn)).toBeLessThan(1)
})

test('a text has the length asked for and only characters of its alphabet', () => {
  expect(openRandom('text').text(19, DIGITS)).toMatch(/^\d{19}$/)
  expect(openRandom('text').text(0, DIGITS)).toBe('')
})

test('a UUID is of version 4, and no two of 10,000 are the same', () => {
  const random = openRandom('uuids')
  const drawn = Array.from({ length: 10_000 }, () => random.uuid())
  for (const uuid of drawn.slice(0, 100))
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(drawn).size).toBe(drawn.length)
})

test('a hash is a 32-bit number that tells words apart', () => {
  expect(hash('')).toBe(0x811c9dc5)
  expect(hash('a')).toBe(0xe40c292c)
  expect(new Set(['default/1', 'default/2', '1/default', 'default1'].map(hash)).size).toBe(4)
})
