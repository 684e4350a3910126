// What is asked for, read leniently: the document breaks its own rules in its samples.

import { sortable } from '../../state/collection.ts'
import { defined } from '../../state/defined.ts'
import { instantOf, startOfDay } from '../../state/instant.ts'
import { Refusal } from '../../state/refusal.ts'

const DAY = 86_400_000

/** A template's id, also where it is spelled as in the sample of the document. */
export function templateId(text: string): string {
  return text.replace(/^otlp_/, 'otpl_')
}

/** E.164 without a plus sign. */
export function digitsOf(number: string): string {
  return number.replace(/^\+/, '')
}

/**
 * The beginning (ms) of a day in UTC; a time of day after the date has to be one, and is passed
 * over. Not a number where there is no such day or time.
 */
function dayOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const day = startOfDay(text.slice(0, 10)) ?? Number.NaN
  // The document's own sample has a colon before its milliseconds.
  const time = text.replace(/(:\d\d:\d\d):(\d+Z)$/, '$1.$2')
  return text.length === 10 || instantOf(time) !== undefined ? day : Number.NaN
}

/**
 * Bounds on the beginning of a use, both days included.
 * @throws Refusal `invalid-request`
 */
export function daysAsked(query: { 'from-date'?: string; 'to-date'?: string }): {
  from?: string
  to?: string
} {
  const first = dayOf(query['from-date'])
  const last = dayOf(query['to-date'])
  const problems = [first, last].flatMap((day, at) =>
    Number.isNaN(day) ? [`${at ? 'to' : 'from'}-date is no day there is`] : [],
  )
  if (first !== undefined && last !== undefined && first > last)
    problems.push('from-date must not be after to-date')
  if (problems.length > 0) throw new Refusal('invalid-request', problems.join('; '))
  return defined({
    from: first === undefined ? undefined : sortable(Math.max(0, first)),
    to: last === undefined ? undefined : sortable(Math.max(0, last + DAY)),
  })
}
