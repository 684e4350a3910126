// How numbers and instants are written on the page: bytes, durations, instants in UTC.

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** An amount of data in units of 1,000, as in `1.5 GB`. */
export function bytesShown(bytes: number): string {
  let [value, unit] = [bytes, 0]
  while (Math.abs(value) >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit === 0 || Number.isInteger(value) ? 0 : 1
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}

const NUMBER = new Intl.NumberFormat('en')

export const numberShown = (value: number): string => NUMBER.format(value)

/** An instant in UTC, as in `2026-01-04 09:30:00`. */
export function instantShown(instant: string): string {
  return instant.replace('T', ' ').replace(/(\.\d+)?Z$/, '')
}

const PARTS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** A length of time by its two largest units, as in `2 d 4 h`; shorter than a second is `0 s`. */
export function lengthShown(ms: number): string {
  let rest = Math.abs(ms)
  const parts: string[] = []
  for (const [unit, size] of PARTS) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count} ${unit}`)
    if (parts.length > 0 && (count === 0 || parts.length === 2)) break
  }
  return parts.join(' ') || '0 s'
}

/** How far an instant is from another, as in `in 2 d 4 h` or `3 min ago`. */
export function distanceShown(instant: string, from: string): string {
  const ms = Date.parse(instant) - Date.parse(from)
  if (Math.abs(ms) < 1000) return 'now'
  return ms >= 0 ? `in ${lengthShown(ms)}` : `${lengthShown(ms)} ago`
}

/** A text that may be of any length, cut where it is too long to be read. */
export const cut = (text: string, length = 200): string =>
  text.length <= length ? text : `${text.slice(0, length)}…`
