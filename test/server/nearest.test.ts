// Names that were mistyped: which is nearest, and how it is said.
import { expect, test } from 'vitest'
import { distance, nearest, unknownName } from '../../src/server/nearest.ts'

test.each([
  ['', '', 0],
  ['a', '', 1],
  ['times', 'times', 0],
  ['tiems', 'times', 1],
  ['time', 'times', 1],
  ['kitten', 'sitting', 3],
  ['ca', 'abc', 3],
])('%j is %j after so many slips: %i', (from, to, slips) => {
  expect(distance(from, to)).toBe(slips)
  expect(distance(to, from)).toBe(slips)
})

test('the nearest name is offered, whatever its case, and none where none is near', () => {
  const known = ['createOrder', 'getOrder', 'listOrders']
  expect(nearest('CreateOrdr', known)).toBe('createOrder')
  expect(nearest('getorders', known)).toBe('getOrder')
  expect(nearest('suspendEsim', known)).toBeUndefined()
  expect(nearest('x'.repeat(1000), known)).toBeUndefined()
  expect(nearest('a', [])).toBeUndefined()
})

test('an unknown name is told with the nearest and with all', () => {
  expect(unknownName('no kind', 'rest', ['reset', 'empty'])).toBe(
    'there is no kind "rest": did you mean reset? There are: reset, empty',
  )
  expect(unknownName('no kind', 'other', ['reset'])).toBe(
    'there is no kind "other"; there are: reset',
  )
  expect(unknownName('no field', 'a', [])).toBe('there is no field "a"; there are: none')
})
