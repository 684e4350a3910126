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
