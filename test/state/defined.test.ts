// Objects without the properties that have no value.
import { expect, expectTypeOf, test } from 'vitest'
import { type Defined, defined } from '../../src/state/defined.ts'

test('what is undefined is left out, and the order stays', () => {
  const fields = { b: 1, a: undefined, d: 'x', c: undefined, e: false }
  expect(Object.entries(defined(fields))).toEqual([
    ['b', 1],
    ['d', 'x'],
    ['e', false],
  ])
})

test('only undefined is no value', () => {
  const fields = { null: null, zero: 0, empty: '', no: false, none: Number.NaN, list: [] }
  expect(defined(fields)).toEqual(fields)
})

test('the object itself stays as it is', () => {
  const fields = { a: undefined, b: 1 }
  defined(fields)
  expect(Object.keys(fields)).toEqual(['a', 'b'])
})

test('what may be undefined is optional', () => {
  interface Fields {
    readonly always: string
    readonly maybe: number | undefined
    readonly optional?: boolean
  }
  expectTypeOf<Pick<Defined<Fields>, 'always'>>().toEqualTypeOf<{ readonly always: string }>()
  expectTypeOf<{ always: string }>().toExtend<Defined<Fields>>()
  expectTypeOf<Defined<Fields>['maybe']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<{ always: string; maybe: undefined }>().not.toExtend<Defined<Fields>>()
})
