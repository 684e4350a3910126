// Instants: milliseconds since the epoch, written as ISO 8601 and read as RFC 3339.

// The last one made is kept: within a call, and under load, the same moment is written often.
let lastInstant = Number.NaN
let lastText = ''

/** An instant in ms as ISO 8601 in UTC with milliseconds. */
export function iso(instant: number): string {
  if (instant !== lastInstant) {
    lastText = new Date(instant).toISOString()
    lastInstant = instant
  }
  return lastText
}

/** The day of an instant in ms, in UTC. */
export function isoDay(instant: number): string {
  return iso(instant).slice(0, 'YYYY-MM-DD'.length)
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** Days of the months of a year that has no 29 February. */
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0)
}

/** The beginning in UTC of a day such as `2026-01-31`, in ms; `undefined` for one there is not. */
export function startOfDay(text: string): number | undefined {
  const [, year, month, day] = DATE.exec(text) ?? []
  if (Number(day) < 1 || !(Number(day) <= daysIn(Number(year), Number(month)))) return undefined
  return Date.parse(text)
}

/**
 * The instant of a date and time as RFC 3339 writes it, in whole ms; `undefined` for what is none:
 * 30 February, 24:00, a time without its zone. A leap second is none either, since no world's clock
 * ever shows one.
 */
export function instantOf(text: string): number | undefined {
  const [, day] = DATE_TIME.exec(text) ?? []
  return day === undefined || startOfDay(day) === undefined
    ? undefined
    : Date.parse(text.toUpperCase())
}
