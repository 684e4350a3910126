// What is asked for, read leniently: the document breaks its own rules in its samples. With `strict` it is held to them.
import { sortable } from '../../state/collection.ts'
import { iso } from '../../state/instant.ts'
import { Refusal } from '../../state/refusal.ts'

const DAY = 86_400_000
const id = (prefix: string) => new RegExp(`^${prefix}_[0-9A-Z]{26}$`)
const date = /^([0-9]{4})-(?:[0-9]{2})-([0-9]{2})$/

/** The document's patterns where the spec's are wider: `x-strict-pattern` there. */
export const strictPatterns: Readonly<Record<string, RegExp>> = {
  ...{ 'from-date': date, 'to-date': date, msisdn: /^\d{12,15}$/, id: id('order') },
  ...{ 'account-id': id('acc'), 'subscription-id': id('sub'), 'subscriber-id': id('sbr') },
  ...{ account_id: id('acc'), template_id: id('otpl'), subscription_id: id('sub') },
}

/** Where `strict` is on, holds values to the document. @throws Refusal `invalid-request`, naming all that break its patterns */
export function heldToDocument(settings: { readonly strict: boolean }, values: object): void {
  if (!settings.strict) return
  const broken = Object.entries(values).flatMap(([name, value]) => {
    const pattern = strictPatterns[name]
    return pattern && !pattern.test(String(value))
      ? [`${name} must match pattern "${pattern.source}", and strict is on`]
      : []
  })
  if (broken.length > 0) throw new Refusal('invalid-request', broken.join('; '))
}

/** A template's id, also where it is spelled as in the sample of the document. */
export function templateId(text: string): string {
  return text.replace(/^otlp_/, 'otpl_')
}

/** E.164 without a plus sign. */
export function digitsOf(number: string): string {
  return number.replace(/^\+/, '')
}

/** The beginning (ms) of a day in UTC; a time of day after the date is passed over. */
function dayOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const day = text.slice(0, 10)
  const at = Date.parse(day)
  return Number.isNaN(at) || iso(at).slice(0, 10) !== day ? Number.NaN : at
}

/** Bounds on the beginning of a use, both days included. @throws Refusal `invalid-request` */
export function daysAsked(query: { 'from-date'?: string; 'to-date'?: string }): {
  from?: string
  to?: string
} {
  const [first, last] = [dayOf(query['from-date']), dayOf(query['to-date'])]
  const problems = [first, last].flatMap((day, at) =>
    Number.isNaN(day) ? [`${at ? 'to' : 'from'}-date is no day there is`] : [],
  )
  if (first !== undefined && last !== undefined && first > last)
    problems.push('from-date must not be after to-date')
  if (problems.length > 0) throw new Refusal('invalid-request', problems.join('; '))
  return {
    ...(first === undefined ? {} : { from: sortable(Math.max(0, first)) }),
    ...(last === undefined ? {} : { to: sortable(Math.max(0, last + DAY)) }),
  }
}
