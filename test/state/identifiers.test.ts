// Identifiers of the field: their shapes, their check digits, and how much they draw.
import { expect, test } from 'vitest'
import { luhnDigit, mintIccid, mintImsi, mintMatchingId } from '../../src/state/identifiers.ts'
import { CAPITALS_AND_DIGITS, openRandom } from '../../src/state/random.ts'

test.each([
  ['7992739871', '3'],
  ['894310817000000001', '3'],
  ['', '0'],
])('the Luhn digit of "%s" is %s', (digits, check) => {
  expect(luhnDigit(digits)).toBe(check)
})

test('an ICCID has 19 digits, its prefix and its check digit', () => {
  const iccid = mintIccid(openRandom('iccid'), '8943108')
  expect(iccid).toMatch(/^8943108\d{12}$/)
  expect(luhnDigit(iccid.slice(0, -1))).toBe(iccid.at(-1))
})

test('an IMSI has 15 digits and its prefix', () => {
  expect(mintImsi(openRandom('imsi'), '00101')).toMatch(/^00101\d{10}$/)
})

test('a matching id is four groups of five, drawn one after the other', () => {
  const random = openRandom('matching id')
  const id = mintMatchingId(random)
  expect(id).toMatch(/^([A-Z0-9]{5}-){3}[A-Z0-9]{5}$/)
  const same = openRandom('matching id')
  expect(id.replaceAll('-', '')).toBe(same.text(20, CAPITALS_AND_DIGITS))
  expect(random.state()).toEqual(same.state())
})
