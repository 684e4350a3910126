// Reads what users wrote in a seed file: each reader names the place, as in `esim-go.balance`, of what is wrong.
import { instantOf } from '../state/instant.ts'
import { Refusal } from '../state/refusal.ts'

/** Names and values, unchecked. */
export type Fields = Readonly<Record<string, unknown>>

export function wrong(where: string, what: string): Refusal {
  return new Refusal('invalid-request', `${where} ${what}`)
}

export function fields(where: string, value: unknown, allowed: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(where, 'must hold names and values')
  const unknown = Object.keys(value).find((name) => !allowed.includes(name))
  if (unknown !== undefined)
    throw wrong(where, `knows no "${unknown}"; it knows: ${allowed.join(', ')}`)
  return value as Fields
}

export function list(where: string, value: unknown): readonly unknown[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw wrong(where, 'must be a list')
  return value
}

/** How long a text of a bundle or an eSIM may be, and a list within one: all of it is shown. */
export const LONGEST_STOCK_TEXT = 1000
export const MOST_IN_STOCK_LIST = 300

/** A list within an entry, which is not long. */
export function shortList(where: string, value: unknown): readonly unknown[] {
  const found = list(where, value)
  if (found.length <= MOST_IN_STOCK_LIST) return found
  throw wrong(where, `must have ${MOST_IN_STOCK_LIST} entries at most`)
}

export function text(where: string, value: unknown, pattern = /^.+$/): string {
  if (typeof value === 'string' && value.length > LONGEST_STOCK_TEXT)
    throw wrong(where, `must have ${LONGEST_STOCK_TEXT} characters at most`)
  if (typeof value !== 'string' || !pattern.test(value))
    throw wrong(where, `must be a text that fits ${pattern.source}`)
  return value
}

export function number(where: string, value: unknown, low: number, high: number): number {
  if (typeof value !== 'number' || !(value >= low && value <= high))
    throw wrong(where, `must be a number from ${low} to ${high}`)
  return value
}

export function whole(where: string, value: unknown, low: number, high: number): number {
  const found = number(where, value, low, high)
  if (!Number.isInteger(found)) throw wrong(where, 'must be a whole number')
  return found
}

/** What `read` makes of a value that may be left out; `undefined` where it is. */
export function optional<T>(
  where: string,
  value: unknown,
  read: (where: string, value: unknown) => T,
): T | undefined {
  return value === undefined ? undefined : read(where, value)
}

export function textMatching(pattern: RegExp): (where: string, value: unknown) => string {
  return (where, value) => text(where, value, pattern)
}

export function texts(where: string, value: unknown): string[] {
  return shortList(where, value).map((line) => text(where, line))
}

export function flag(where: string, value: unknown): boolean {
  if (value !== undefined && typeof value !== 'boolean') throw wrong(where, 'must be true or false')
  return value === true
}

/** A time as the API writes one: ms since the epoch. */
export function time(where: string, value: unknown): number {
  const found = instantOf(text(where, value))
  if (found === undefined) throw wrong(where, 'must be a time, as in 2026-01-31T10:00:00Z')
  return found
}

/** One of some words. */
export function word<const T extends string>(
  where: string,
  value: unknown,
  words: readonly T[],
): T {
  const found = words.find((each) => each === value)
  if (found === undefined) throw wrong(where, `must be one of ${words.join(', ')}`)
  return found
}
