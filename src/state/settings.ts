// Settings as data: what a provider lets its user choose, checked when set.
import { addDuration, DurationError } from './duration.ts'
import { Refusal } from './refusal.ts'

export type SettingValue = string | number | boolean | readonly string[]

const LONGEST_TEXT = 1000
const MOST_TEXTS = 1000

/** One setting: its default, what it is for, and the check that names what is wrong with a value. */
export interface Setting<T extends SettingValue = SettingValue> {
  readonly fallback: T
  readonly description: string
  /** Why `value` will not do, or `undefined` where it will. */
  readonly problem: (value: unknown) => string | undefined
}

export type SettingTable = Readonly<Record<string, Setting>>

/** The values a table of settings holds. */
export type SettingsOf<T extends SettingTable> = {
  readonly [K in keyof T]: T[K] extends Setting<infer V> ? V : never
}

/** One of a few words or numbers. */
export function choice<const T extends string | number>(
  options: readonly T[],
  fallback: NoInfer<T>,
  says: string,
): Setting<T> {
  const words: readonly unknown[] = options
  return {
    fallback,
    description: says,
    problem: (value) =>
      words.includes(value) ? undefined : `must be one of ${options.join(', ')}`,
  }
}

export function flag(fallback: boolean, says: string): Setting<boolean> {
  return {
    fallback,
    description: says,
    problem: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  }
}

/** One line of text that fits `pattern` as a whole; `form` says what that is. */
export function text(
  pattern: RegExp,
  form: string,
  fallback: string,
  says: string,
): Setting<string> {
  const fits = (value: unknown) =>
    typeof value === 'string' && value.length <= LONGEST_TEXT && pattern.test(value)
  return {
    fallback,
    description: says,
    problem: (value) => (fits(value) ? undefined : `must be ${form}`),
  }
}

/** A list of texts; `problem` tells what is wrong with one, given those before it. */
export function texts(
  problem: (line: string, before: readonly string[]) => string | undefined,
  says: string,
): Setting<readonly string[]> {
  return {
    fallback: [],
    description: says,
    problem(value) {
      if (!Array.isArray(value) || value.length > MOST_TEXTS)
        return `must be a list of up to ${MOST_TEXTS} texts`
      for (const [at, line] of value.entries()) {
        const found =
          typeof line === 'string' && line.length <= LONGEST_TEXT
            ? problem(line, value.slice(0, at))
            : 'is no text of that length'
        if (found) return `line ${at + 1}: ${found}`
      }
      return undefined
    },
  }
}

/** A whole number from `low` to `high`. */
export function whole(low: number, high: number, fallback: number, says: string): Setting<number> {
  const fits = (value: unknown) =>
    Number.isInteger(value) && Number(value) >= low && Number(value) <= high
  return {
    fallback,
    description: says,
    problem: (value) => (fits(value) ? undefined : `must be a whole number from ${low} to ${high}`),
  }
}

/** What is set begins at the latest where the clock ends, in the year 9000, and has to end before years have five digits. */
const LONGEST = addDuration(0, 'P900Y')

function durationProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a duration such as PT5M or 5m'
  try {
    const length = addDuration(0, value)
    return length < 0
      ? 'must not be negative'
      : length > LONGEST
        ? 'must not be longer than 900 years'
        : undefined
  } catch (error) {
    if (error instanceof DurationError) return error.message
    throw error
  }
}

/** A duration, ISO 8601 or short, not negative. */
export function duration(fallback: string, says: string): Setting<string> {
  return { fallback, description: says, problem: durationProblem }
}

/** A list of durations, possibly empty. */
export function durations(fallback: readonly string[], says: string): Setting<readonly string[]> {
  return {
    fallback,
    description: says,
    problem(value) {
      if (!Array.isArray(value) || value.length > 50) return 'must be a list of up to 50 durations'
      return value.map(durationProblem).find((problem) => problem !== undefined)
    },
  }
}

/**
 * `values` laid over the defaults of `table`.
 * @throws Refusal `invalid-request` naming the first unknown setting or bad value
 */
export function checkSettings(
  table: SettingTable,
  values: Readonly<Record<string, unknown>>,
): void {
  for (const [name, value] of Object.entries(values)) {
    const setting = Object.hasOwn(table, name) ? table[name] : undefined
    if (!setting)
      throw new Refusal(
        'invalid-request',
        `there is no setting "${name}"; there are: ${Object.keys(table).join(', ')}`,
      )
    const problem = setting.problem(value)
    if (problem) throw new Refusal('invalid-request', `setting "${name}" ${problem}`)
  }
}

/** The defaults of a table. */
export function defaultSettings(table: SettingTable): Record<string, SettingValue> {
  return Object.fromEntries(
    Object.entries(table).map(([name, setting]) => [name, setting.fallback]),
  )
}

/** Settings that every provider has. */
export const commonSettings = {
  strict: flag(
    false,
    'refuse fields and parameters the spec does not know, and bodies not sent as JSON, instead of only journalling them',
  ),
}
