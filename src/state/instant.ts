// Instants: milliseconds since the epoch, written as ISO 8601.

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
