// Durations: ISO 8601 (`P3D`) and short (`3d`, `90m`), added to instants in UTC.
import { type Duration, parse } from 'tinyduration'

const SHORT = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/
// tinyduration takes the first duration it finds anywhere in a text, and half a month has no length.
const ISO =
  /^-?P(?!$)(\d+Y)?(\d+M)?(\d+([.,]\d+)?W)?(\d+([.,]\d+)?D)?(T(?!$)(\d+([.,]\d+)?H)?(\d+([.,]\d+)?M)?(\d+([.,]\d+)?S)?)?$/
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** The last instant that is written with a year of four digits. */
const END = Date.UTC(9999, 11, 31)

/** Thrown for a duration nobody can read; the message quotes it. */
export class DurationError extends Error {}

function parsed(text: string): Duration {
  if (!ISO.test(text))
    throw new DurationError(
      `"${text}" is not a duration: write ISO 8601 (P3D, PT90M) or a number with ms, s, m, h, d or w (3d, 90m)`,
    )
  return parse(text)
}

/**
 * The instant `duration` after `instant`, both in ms since the epoch. Years and months are calendar ones in UTC: the
 * last day of a month stays within the next.
 * @throws DurationError
 */
export function addDuration(instant: number, duration: string): number {
  const short = SHORT.exec(duration)
  const result = short
    ? Math.round(instant + Number(short[1]) * (UNIT_MS[short[2] as string] as number))
    : addParsed(instant, duration)
  if (!(Math.abs(result) <= END)) throw new DurationError(`"${duration}" leads out of the calendar`)
  return result
}

function addParsed(instant: number, duration: string): number {
  const {
    negative,
    years = 0,
    months = 0,
    weeks = 0,
    days = 0,
    hours = 0,
    minutes = 0,
    seconds = 0,
  } = parsed(duration)
  const sign = negative ? -1 : 1
  const start = new Date(instant)
  const wantedMonth = start.getUTCMonth() + sign * (years * 12 + months)
  const day = Math.min(
    start.getUTCDate(),
    new Date(Date.UTC(start.getUTCFullYear(), wantedMonth + 1, 0)).getUTCDate(),
  )
  const moved =
    years || months
      ? Date.UTC(
          start.getUTCFullYear(),
          wantedMonth,
          day,
          start.getUTCHours(),
          start.getUTCMinutes(),
          start.getUTCSeconds(),
        ) +
        (instant % 1000)
      : instant
  const rest = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
  return Math.round(moved + sign * rest * 1000)
}

/** Milliseconds as an ISO 8601 duration: days, hours, minutes and seconds. */
export function isoDuration(ms: number): string {
  const days = Math.floor(ms / 86_400_000)
  const hours = Math.floor((ms % 86_400_000) / 3_600_000)
  const minutes = Math.floor((ms % 3_600_000) / 60_000)
  const seconds = (ms % 60_000) / 1000
  const time = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${seconds ? `${seconds}S` : ''}`
  if (!days && !time) return 'PT0S'
  return `P${days ? `${days}D` : ''}${time ? `T${time}` : ''}`
}

// The last one made is kept: within a call, and under load, the same moment is written again and again.
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
