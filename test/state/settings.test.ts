// Settings as data: what each kind takes, and what it says of what it does not take.
import { expect, expectTypeOf, test } from 'vitest'
import {
  checkSettings,
  choice,
  defineSettings,
  duration,
  durations,
  flag,
  type SettingsOf,
  text,
  texts,
  whole,
} from '../../src/state/settings.ts'

const settings = defineSettings('a-provider', {
  word: choice(['a', 'b'], 'a', 'a word'),
  on: flag(false, 'on or off'),
  count: whole(1, 3, 2, 'how many'),
  delay: duration('PT0S', 'how long'),
  delays: durations([], 'how long each'),
  name: text(/^[a-z]+$/, 'small letters', 'abc', 'a name'),
  rows: texts((line, before) => {
    if (before.includes(line)) return 'is there twice'
    return line === '' ? 'is empty' : undefined
  }, 'rows'),
})

test('every kind has a default that it takes itself', () => {
  expect(settings.defaults).toEqual({
    word: 'a',
    on: false,
    count: 2,
    delay: 'PT0S',
    delays: [],
    name: 'abc',
    rows: [],
  })
  expect(() => checkSettings(settings, settings.defaults)).not.toThrow()
})

test.each([
  [{ name: 'xyz' }],
  [{ rows: ['one', 'two'] }],
  [{ count: 3, word: 'b', on: true, delay: '3d', delays: ['PT1S'] }],
])('%j is taken', (values) => {
  expect(() => checkSettings(settings, values)).not.toThrow()
})

test.each<[object, RegExp]>([
  [{ nothing: 1 }, /no setting "nothing"; there are: word, on/],
  [{ word: 'c' }, /"word" must be one of a, b/],
  [{ on: 'yes' }, /"on" must be true or false/],
  [{ count: 4 }, /"count" must be a whole number from 1 to 3/],
  [{ delay: '-P1D' }, /"delay" must not be negative/],
  [{ delay: 'P901Y' }, /"delay" must not be longer than 900 years/],
  [{ delays: 'PT1S' }, /"delays" must be a list/],
  [{ name: 'ABC' }, /"name" must be small letters/],
  [{ name: 7 }, /"name" must be small letters/],
  [{ name: 'a'.repeat(1001) }, /"name" must be small letters/],
  [{ rows: 'one' }, /"rows" must be a list of up to 1000 texts/],
  [{ rows: ['one', ''] }, /"rows" line 2: is empty/],
  [{ rows: ['one', 'two', 'one'] }, /"rows" line 3: is there twice/],
  [{ rows: ['one', 2] }, /"rows" line 2: is no text/],
])('%j is refused', (values, why) => {
  expect(() => checkSettings(settings, values as Record<string, unknown>)).toThrow(why)
})

test('the settings of a provider are read by name, each with the type of its values', () => {
  expectTypeOf(settings.defaults).toEqualTypeOf<SettingsOf<typeof settings.table>>()
  expectTypeOf(settings.defaults).toEqualTypeOf<{
    readonly word: 'a' | 'b'
    readonly on: boolean
    readonly count: number
    readonly delay: string
    readonly delays: readonly string[]
    readonly name: string
    readonly rows: readonly string[]
  }>()
  expectTypeOf(settings.defaults).not.toHaveProperty('dealy')
})

test('the defaults of a provider cannot be changed', () => {
  expect(settings.provider).toBe('a-provider')
  expect(Object.isFrozen(settings.defaults)).toBe(true)
})
