// Where a product may be used.
import { expect, test } from 'vitest'
import { covers } from '../../src/state/coverage.ts'

test.each([
  ['US', 'US', true],
  ['US', 'CA', false],
  ['US+CA+MX', 'CA', true],
  ['US+CA+MX', 'GB', false],
  ['*', 'GB', true],
  ['', 'GB', false],
  ['US+CA', 'US+CA', false],
])('"%s" covers %s: %s', (countries, country, covered) => {
  expect(covers(countries, country)).toBe(covered)
})
