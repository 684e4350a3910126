// Durations: ISO 8601 (`P3D`) and short (`3d`, `90m`), added to instants in UTC.
import { type Duration, parse } from 'tinyduration'
import { END_OF_CALENDAR } from './instant.ts'
import { Refusal } from './refusal.ts'

const SHORT = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/

const whole = (unit: string) => `(?:\\d+${unit})?`
const fraction = (unit: string) => `(?:\\d+(?:[.,]\\d+)?${unit})?`
const DATE = whole('Y') + whole('M') + fraction('W') + fraction('D')
const TIME = fraction('H') + fraction('M') + fraction('S')
// tinyduration takes the first duration it finds in a text, and half a month, which has no length.
const ISO = new RegExp(`^-?P(?!$)${DATE}(?:T(?!$)${TIME})?$`)

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/**
 * Thrown for a duration nobody can read, and for one that leads out of the calendar; the message
 * quotes it. It is the fault of who asked: a provider words it as any bad value.
 */
export class DurationError extends Refusal {
  constructor(reason: string) {
    super('invalid-request', reason)
    this.name = 'DurationError'
  }
}

function parsed(text: string): Duration {
  if (!ISO.test(text))
    throw new DurationError(
      `"${text}" is not a duration: write ISO 8601 (P3D, PT90M) ` +
        'or a number with ms, s, m, h, d or w (3d, 90m)',
    )
  return parse(text)
}

/**
 * The instant `duration` after `instant`, both in ms since the epoch. Years and months are those of
 * the calendar in UTC: the last day of a month stays within the next.
 * @throws DurationError
 */
export function addDuration(instant: number, duration: string): number {
  const short = SHORT.exec(duration)
  const result = short
    ? Math.round(instant + Number(short[1]) * (UNIT_MS[short[2] as string] as number))
    : addParsed(instant, duration)
  if (!(Math.abs(result) <= END_OF_CALENDAR))
    throw new DurationError(`"${duration}" leads out of the calendar: it ends with the year 9999`)
  return result
}

function addParsed(instant: number, duration: string): number {
  const { negative, years = 0, months = 0, weeks = 0, days = 0, ...time } = parsed(duration)
  const { hours = 0, minutes = 0, seconds = 0 } = time
  const sign = negative ? -1 : 1
  const moved = addMonths(instant, sign * (years * 12 + months))
  const rest = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
  return Math.round(moved + sign * rest * 1000)
}

function addMonths(instant: number, months: number): number {
  if (months === 0) return instant
  const start = new Date(instant)
  const year = start.getUTCFullYear()
  const month = start.getUTCMonth() + months
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const day = Math.min(start.getUTCDate(), lastDay)
  const ofDay = start.getTime() - Date.UTC(year, start.getUTCMonth(), start.getUTCDate())
  return Date.UTC(year, month, day) + ofDay
}

/** Milliseconds as an ISO 8601 duration: days, hours, minutes and seconds. */
export function isoDuration(ms: number): string {
  const days = Math.floor(ms / 86_400_000)
  const hours = Math.floor((ms % 86_400_000) / 3_600_000)
  const minutes = Math.floor((ms % 3_600_000) / 60_000)
  const seconds = (ms % 60_000) / 1000
  const part = (amount: number, unit: string) => (amount ? `${amount}${unit}` : '')
  const date = part(days, 'D')
  const time = part(hours, 'H') + part(minutes, 'M') + part(seconds, 'S')
  if (!date && !time) return 'PT0S'
  return `P${date}${time ? `T${time}` : ''}`
}

/**
 * The clock ends in the year 9000: what begins then is over before years have
 * five digits.
 */
export const MOST_YEARS = 900
const LONGEST = addDuration(0, `P${MOST_YEARS}Y`)

/** What is wrong with a value that is to be a duration, not negative. */
export function durationProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a duration such as PT5M or 5m'
  try {
    const length = addDuration(0, value)
    if (length < 0) return 'must not be negative'
    return length > LONGEST ? `must not be longer than ${MOST_YEARS} years` : undefined
  } catch (error) {
    if (error instanceof DurationError) return error.message
    throw error
  }
}
