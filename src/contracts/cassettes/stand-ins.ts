// What stands in for a value that may not be written: of the same form, and nobody's.
import { luhnDigit } from '../../state/identifiers.ts'
import { digitsOf, type PersonalKind } from './personal-data.ts'

/** `credential`, or what leads to a person or a SIM. */
export type Kind = PersonalKind | 'credential'

/**
 * The stand-in of a value: the same for the same kind, form and number.
 * @param number from 1 on, another for each value of a kind
 */
export function standIn(kind: Kind, value: string, number: number): string {
  return MAKERS[kind](value, number)
}

type Maker = (value: string, number: number) => string

const MAKERS: Readonly<Record<Kind, Maker>> = {
  credential: formed,
  ICCID: iccid,
  EID: eid,
  // A network of tests (3GPP TS 36.508: 001 01).
  IMSI: (value, number) => `00101${padded(number, value.length - 5)}`,
  // GSMA gives 00 to devices of tests.
  IMEI: (value, number) => padded(number, value.length),
  MSISDN: phoneNumber,
  'email address': (_, number) => `person${number}@example.com`,
  'activation code': formed,
  'code of a SIM': formed,
  'name of a person': (_, number) => `Person${number}`,
  'postal address': (value, number) =>
    /^[\d\s-]+$/.test(value) ? formed(value, number) : `Address${number}`,
}

const padded = (number: number, length: number) => String(number).padStart(Math.max(1, length), '0')

/** Who issued it stays: that is an operator. Then zeros, the number, and the check digit. */
function iccid(value: string, number: number): string {
  const digits = digitsOf(value)
  const issuer = digits.startsWith('89') ? digits.slice(0, 7) : '8900000'
  const body = issuer + padded(number, digits.length - issuer.length - 1)
  return body + luhnDigit(body) + value.slice(digits.length)
}

/** SGP.02: two check digits make the whole 1 modulo 97. */
function eid(value: string, number: number): string {
  if (!/^89\d{30}$/.test(value)) return formed(value, number)
  const body = value.slice(0, 8) + padded(number, 22)
  return body + padded(Number(98n - (BigInt(`${body}00`) % 97n)), 2)
}

interface FictionRange {
  readonly pattern: RegExp
  readonly count: number
  readonly number: (at: number) => string
}

/** Numbers that regulators keep for films and books. */
const FICTION: readonly FictionRange[] = [
  // Ofcom.
  { pattern: /^44\d{10}$/, count: 1000, number: (at) => `447700900${padded(at, 3)}` },
  // NANPA: 555-0100 to 555-0199 of any area.
  {
    pattern: /^1\d{10}$/,
    count: 10_000,
    number: (at) => `1${200 + Math.floor(at / 100)}55501${padded(at % 100, 2)}`,
  },
  // ARCEP.
  { pattern: /^33\d{9}$/, count: 10_000, number: (at) => `3363998${padded(at, 4)}` },
]

/** Kept for fiction, or one whose part behind the country begins with 0, as none that is given does. */
function phoneNumber(value: string, number: number): string {
  const digits = digitsOf(value)
  const range = FICTION.find(({ pattern, count }) => pattern.test(digits) && number <= count)
  const made = range
    ? range.number(number - 1)
    : digits.slice(0, 3) + padded(number, digits.length - 3)
  return inForm(value, made)
}

/** Digits written with the signs between them that another value has. */
function inForm(value: string, digits: string): string {
  let at = 0
  const written = value.replaceAll(/\d/g, () => digits[at++] ?? '')
  return written + digits.slice(at)
}

/** Letters become x, or a where all are hexadecimal; digits become 0; at the end stands the number. */
function formed(value: string, number: number): string {
  const letter = /^[\da-f-]*$/i.test(value) ? 'a' : 'x'
  const filled = value
    .replaceAll(/[^A-Za-z\d._-]/g, letter)
    .replaceAll(/[a-z]/g, letter)
    .replaceAll(/[A-Z]/g, letter.toUpperCase())
    .replaceAll(/\d/g, '0')
  // JSON has no number that begins with 0.
  const begun = filled.replace(/^0(?=\d*$)/, '1')
  const end = /\d/.test(value) ? String(number) : inLetters(number, value)
  return begun.slice(0, Math.max(0, value.length - end.length)) + end
}

/** A number in letters, as columns of a sheet are counted. */
function inLetters(number: number, value: string): string {
  let text = ''
  for (let rest = number; rest > 0; rest = Math.floor((rest - 1) / 26))
    text = String.fromCharCode(0x61 + ((rest - 1) % 26)) + text
  return /[a-z]/.test(value) ? text : text.toUpperCase()
}
