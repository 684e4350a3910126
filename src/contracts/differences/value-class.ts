// The class of a value: what stays the same from run to run where the value itself does not.
import { REDACTED } from '../../server/redaction/span.ts'

/** What JSON says a value is. */
export type Kind = 'null' | 'boolean' | 'number' | 'text' | 'list' | 'object'

export function kindOf(value: unknown): Kind {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'string') return 'text'
  return typeof value === 'object' ? 'object' : (typeof value as 'boolean' | 'number')
}

/** What a text looks like. */
export interface TextFormat {
  /** What it is told as. */
  readonly name: string
  /** Formats it may also be taken for: digits alone are hexadecimal, too. */
  readonly fits: readonly string[]
}

/** Fits every text: nothing can be told of one that is empty or struck out. */
const ANY = 'any'
const TEXT = 'text'
const DIGITS = 'digits'

/** From so many characters on, hexadecimal digits are no chance. */
const LONG_HEX = 16

const FORMATS: readonly [name: string, pattern: RegExp][] = [
  ['UUID', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i],
  ['date', /^\d{4}-\d\d-\d\d$/],
  ['HTTP date', /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/],
  ['URL', /^[a-z][a-z0-9+.-]*:\/\/\S+$/i],
  ['email address', /^[^\s@]+@[^\s@]+\.[^\s@]+$/],
  [
    'amount with its currency',
    /^(?:[A-Z]{3} ?|[$€£¥] ?)-?\d[\d.,]*$|^-?\d[\d.,]* ?(?:[A-Z]{3}|[$€£¥])$/,
  ],
]

export function textFormat(text: string): TextFormat {
  if (text.trim() === '' || text.includes(REDACTED)) return alone(ANY)
  const time = timeFormat(text)
  if (time !== undefined) return alone(time)
  const [name] = FORMATS.find(([, pattern]) => pattern.test(text)) ?? []
  if (name !== undefined) return alone(name)
  const [, places] = /^-?\d+\.(\d+)$/.exec(text) ?? []
  if (places !== undefined) return alone(`decimal number of ${counted(places.length, 'place')}`)
  if (/^-?\d+$/.test(text)) return { name: DIGITS, fits: [DIGITS, 'hex'] }
  if (!/^[0-9a-f]+$/i.test(text)) return alone(TEXT)
  return text.length >= LONG_HEX ? alone('hex') : { name: TEXT, fits: [TEXT, 'hex'] }
}

const alone = (name: string): TextFormat => ({ name, fits: [name] })

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

const TIME = /^\d{4}-\d\d-\d\d([T ])\d\d:\d\d(?::\d\d)?(?:[.,](\d+))?(Z|[+-]\d\d:?\d\d)?$/i

/** `time with ms and Z`; a provider that leaves zeros out at the end shows 1 to 3 digits of ms. */
function timeFormat(text: string): string | undefined {
  const found = TIME.exec(text)
  if (!found) return undefined
  const [, between, fraction, zone] = found
  const blank = between === ' ' ? ' with a blank' : ''
  return `time${blank}${fractionText(fraction)}${zoneText(zone)}`
}

function fractionText(fraction: string | undefined): string {
  if (fraction === undefined) return ' without ms'
  return fraction.length > 3 ? ' with parts of ms' : ' with ms'
}

function zoneText(zone: string | undefined): string {
  if (zone === undefined) return ' and without a zone'
  return /^z$/i.test(zone) ? ' and Z' : ' and an offset'
}

export function isTime(format: string): boolean {
  return /^(?:time|date|HTTP date)/.test(format)
}

/** True where two formats may be of one field. */
export function areAlike(a: TextFormat, b: TextFormat): boolean {
  return [a, b].some(({ name }) => name === ANY) || a.fits.some((each) => b.fits.includes(each))
}

/** True for digits beside other text: a postcode, a house number; no format where none is documented. */
export function isFreeText(a: TextFormat, b: TextFormat): boolean {
  const names = [a.name, b.name]
  return names.includes(TEXT) && names.includes(DIGITS)
}

/** How many decimals a number is written with. */
export function placesOf(number: number): number {
  const [, decimals = '', exponent = '0'] =
    /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(number)) ?? []
  return Math.max(0, decimals.length - Number(exponent))
}
