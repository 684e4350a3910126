// What a value may look like, said as data: records that come from outside are held to it.
import { MOST } from './amount.ts'
import { durationProblem } from './duration.ts'
import { END_OF_CALENDAR } from './instant.ts'

/**
 * Says what is wrong with a value, as in `must be a text`; behind the name of a field where that
 * field is wrong, as in `attached.country must be a text`. `undefined` where nothing is.
 */
export interface Shape<T> {
  (value: unknown): string | undefined
  /** Never there: it ties the shape to the type it is of. */
  readonly of?: (value: T) => T
}

/** A shape that a field may also be without. */
export interface OptionalShape<T> extends Shape<T> {
  readonly isOptional: true
}

type IsOptional<T, K extends keyof T> = object extends Pick<T, K> ? true : false

/** The shapes of the fields of a type: none can be forgotten, or be of another type. */
export type Fields<T> = {
  readonly [K in keyof T]-?: IsOptional<T, K> extends true
    ? OptionalShape<Exclude<T[K], undefined>>
    : Shape<T[K]>
}

/** Joins the name of a part to what is wrong with it. */
function within(name: string | number, problem: string): string {
  return problem.startsWith('must ') ? `${name} ${problem}` : `${name}.${problem}`
}

/** An object with these fields; others may be there, too, as of a later version. */
export function fields<T extends object>(
  of: Fields<T>,
  /** What is wrong with fields that are fine each for itself. */
  together?: (record: T) => string | undefined,
): Shape<T> {
  const names = Object.keys(of)
  const shapes = Object.values(of) as (Shape<unknown> | OptionalShape<unknown>)[]
  const optionals = shapes.map((shape) => 'isOptional' in shape)
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return 'must be an object'
    const record = value as Readonly<Record<string, unknown>>
    for (let at = 0; at < names.length; at += 1) {
      const name = names[at] as string
      const field = record[name]
      // Many fields are left out of most records: those cost no call.
      if (field === undefined && optionals[at]) continue
      const problem = (shapes[at] as Shape<unknown>)(field)
      if (problem !== undefined) return within(name, problem)
    }
    return together?.(value as T)
  }
}

/** Of a field that may be left out. */
export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  const check: Shape<T> = (value) => (value === undefined ? undefined : shape(value))
  return Object.assign(check, { isOptional: true as const })
}

/** Of a field that may be `null`. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value) => (value === null ? undefined : shape(value))
}

/** Whatever JSON can say. */
export const anything: Shape<unknown> = () => undefined

export const text: Shape<string> = (value) =>
  typeof value === 'string' ? undefined : 'must be a text'

/** Text that matches `pattern`, which is of the whole; `form` names it in words. */
export function matching(pattern: RegExp, form: string): Shape<string> {
  return (value) =>
    typeof value === 'string' && pattern.test(value) ? undefined : `must be ${form}`
}

export const name: Shape<string> = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'must be a text that is not empty'

export const iccid = matching(/^\d{10,22}$/, '10 to 22 digits')
export const digits = matching(/^\d{1,40}$/, 'digits')
export const country = matching(/^[A-Z]{2}$/, 'a country of two capitals')
export const webUrl: Shape<string> = (value) =>
  typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value)
    ? undefined
    : 'must be a URL that starts with http:// or https://'

export const flag: Shape<boolean> = (value) =>
  typeof value === 'boolean' ? undefined : 'must be true or false'

/** A field that is there where it holds. */
export const present: Shape<true> = (value) => (value === true ? undefined : 'must be true')

/** One of a few words. */
export function oneOf<const T extends string>(...words: readonly T[]): Shape<T> {
  const known: ReadonlySet<unknown> = new Set(words)
  return (value) => (known.has(value) ? undefined : `must be one of ${words.join(', ')}`)
}

/** A whole number from `low` to `high`. */
export function whole(low: number, high: number): Shape<number> {
  const form = `must be a whole number from ${low} to ${high}`
  return (value) =>
    Number.isSafeInteger(value) && Number(value) >= low && Number(value) <= high ? undefined : form
}

/** How many there are of something. */
export const count = whole(0, MOST)
/** A number something was given, the first 1. */
export const ordinal = whole(1, MOST)
/** Bytes, cents, units: sums of them are exact. */
export const amount = whole(0, MOST)
/** An amount that may be owed. */
export const balance = whole(-MOST, MOST)

/** Virtual ms since the epoch, to the last one with a year of four digits. */
export const instant: Shape<number> = (value) =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= END_OF_CALENDAR
    ? undefined
    : 'must be ms since 1970 before the year 10000'

/** The last duration that was fine: in most worlds the same few stand in record after record. */
let lastFine: unknown

/** A duration, ISO 8601 or short, not negative. */
export const duration: Shape<string> = (value) => {
  if (value === lastFine) return undefined
  const problem = durationProblem(value)
  if (problem === undefined) lastFine = value
  return problem
}

/** A list, readonly or not as the type it is of has it. */
export function list<T, L extends readonly T[] = readonly T[]>(of: Shape<T>): Shape<L> {
  return (value) => {
    if (!Array.isArray(value)) return 'must be a list'
    for (let at = 0; at < value.length; at += 1) {
      const problem = of(value[at])
      if (problem !== undefined) return within(at, problem)
    }
    return undefined
  }
}

/** Values of one shape by names. */
export function byName<T>(of: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return 'must be an object'
    const values = value as Readonly<Record<string, unknown>>
    for (const name of Object.keys(values)) {
      const problem = of(values[name])
      if (problem !== undefined) return within(name, problem)
    }
    return undefined
  }
}
