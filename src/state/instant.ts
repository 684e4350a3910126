// Instants: milliseconds since the epoch, written as ISO 8601 and read as RFC 3339.

/**
 * The last instant a clock shows: so far before the year 10000 that what is due later still has a
 * date.
 */
export const LAST_INSTANT = Date.UTC(9000, 0, 1)

/** Where the calendar ends: the last instant that is kept, in a year of four digits. */
export const END_OF_CALENDAR = Date.UTC(9999, 11, 31)

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

/**
 * The next 00:00 UTC on a day of the month, after `instant`.
 * @param day 1 to 28, which every month has
 * @throws Error for another: it might not lie ahead, and what repeats would repeat for ever
 */
export function nextDayOfMonth(instant: number, day: number): number {
  const date = new Date(instant)
  const inMonth = (month: number) => Date.UTC(date.getUTCFullYear(), month, day)
  const thisMonth = inMonth(date.getUTCMonth())
  const next = thisMonth > instant ? thisMonth : inMonth(date.getUTCMonth() + 1)
  if (Number.isInteger(day) && day >= 1 && day <= 28 && next > instant) return next
  throw new Error(`no month has a day ${day} that lies after ${instant}: it must be 1 to 28`)
}

const DAY = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`
const CLOCK = String.raw`(?:[01]\d|2[0-3]):[0-5]\d`
const DATE = new RegExp(`^${DAY}$`)
const DATE_TIME = new RegExp(`^${DAY}[Tt]${CLOCK}:[0-5]\\d(?:\\.\\d+)?(?:[Zz]|[+-]${CLOCK})$`)

/** Whether there is the day that a text begins with; its month and its day are in range. */
function hasDay(text: string): boolean {
  const day = Number(text.slice(8, 10))
  if (day <= 28) return true
  const month = Number(text.slice(5, 7))
  if (month !== 2) return day <= 30 || month % 2 === (month < 8 ? 1 : 0)
  const year = Number(text.slice(0, 4))
  return day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** The beginning in UTC of a day such as `2026-01-31`, in ms; `undefined` for one there is not. */
export function startOfDay(text: string): number | undefined {
  return DATE.test(text) && hasDay(text) ? Date.parse(text) : undefined
}

/**
 * Whether a text is a date and time as RFC 3339 writes it, and one there is: not 30 February, not
 * 24:00, not without its zone. A leap second is none either, since no world's clock ever shows one.
 */
export function isInstant(text: string): boolean {
  return DATE_TIME.test(text) && hasDay(text)
}

/** The instant that such a text names, in whole ms; `undefined` for what is none. */
export function instantOf(text: string): number | undefined {
  return isInstant(text) ? Date.parse(text.toUpperCase()) : undefined
}
