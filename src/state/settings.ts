// Settings as data: what a provider lets its user choose, checked when set.
import { defineCollection } from './collection.ts'
import { durationProblem } from './duration.ts'
import { Refusal } from './refusal.ts'
import { byName, fields, name, type Shape } from './shape.ts'

export type SettingValue = string | number | boolean | readonly string[]

/** How long a text is, and how many texts or durations a list has. */
export const LONGEST_TEXT = 1000
export const MOST_TEXTS = 1000
export const MOST_DURATIONS = 50

/** What the values of a setting are; of a choice with all of them, of a number with its limits. */
export type SettingForm =
  | { readonly kind: 'flag' | 'text' | 'texts' | 'duration' | 'durations' }
  | { readonly kind: 'choice'; readonly options: readonly (string | number)[] }
  | { readonly kind: 'number'; readonly least: number; readonly most: number }

/**
 * One setting: its default, what it is for, and the check that says what is
 * wrong with a value.
 */
export interface Setting<T extends SettingValue = SettingValue> {
  readonly fallback: T
  readonly description: string
  /** What its values are, for a form that asks for one. */
  readonly form?: SettingForm
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
  description: string,
): Setting<T> {
  const words: readonly unknown[] = options
  return {
    fallback,
    description,
    form: { kind: 'choice', options },
    problem: (value) =>
      words.includes(value) ? undefined : `must be one of ${options.join(', ')}`,
  }
}

export function flag(fallback: boolean, description: string): Setting<boolean> {
  return {
    fallback,
    description,
    form: { kind: 'flag' },
    problem: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  }
}

/**
 * One line of text that matches `pattern`, which is of a whole line; `form`
 * names it in words.
 */
export function text(
  pattern: RegExp,
  form: string,
  fallback: string,
  description: string,
): Setting<string> {
  const matches = (value: unknown) =>
    typeof value === 'string' && value.length <= LONGEST_TEXT && pattern.test(value)
  return {
    fallback,
    description,
    form: { kind: 'text' },
    problem: (value) => (matches(value) ? undefined : `must be ${form}`),
  }
}

/**
 * A list of texts; `problem` names what is wrong with one that comes after
 * those before it.
 */
export function texts(
  problem: (line: string, before: readonly string[]) => string | undefined,
  description: string,
): Setting<readonly string[]> {
  return {
    fallback: [],
    description,
    form: { kind: 'texts' },
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
export function whole(
  low: number,
  high: number,
  fallback: number,
  description: string,
): Setting<number> {
  const matches = (value: unknown) =>
    Number.isInteger(value) && Number(value) >= low && Number(value) <= high
  return {
    fallback,
    description,
    form: { kind: 'number', least: low, most: high },
    problem: (value) =>
      matches(value) ? undefined : `must be a whole number from ${low} to ${high}`,
  }
}

/** A duration, ISO 8601 or short, not negative. */
export function duration(fallback: string, description: string): Setting<string> {
  return { fallback, description, form: { kind: 'duration' }, problem: durationProblem }
}

/** A list of durations, possibly empty. */
export function durations(
  fallback: readonly string[],
  description: string,
): Setting<readonly string[]> {
  return {
    fallback,
    description,
    form: { kind: 'durations' },
    problem(value) {
      if (!Array.isArray(value) || value.length > MOST_DURATIONS)
        return `must be a list of up to ${MOST_DURATIONS} durations`
      return value.map(durationProblem).find((problem) => problem !== undefined)
    },
  }
}

/**
 * The settings of a provider: what there is to choose, and what holds where
 * nothing was chosen.
 */
export interface SettingsDef<T extends SettingTable = SettingTable> {
  readonly provider: string
  readonly table: T
  readonly defaults: SettingsOf<T>
}

/**
 * Names the settings of a provider once: every read of one,
 * `world.settings(def)`, is typed.
 */
export function defineSettings<T extends SettingTable>(provider: string, table: T): SettingsDef<T> {
  const defaults = Object.entries(table).map(([name, { fallback }]) => [name, fallback])
  return { provider, table, defaults: Object.freeze(Object.fromEntries(defaults)) }
}

/** The values a user chose for a provider; defaults are not among them. */
export interface ChosenSettings {
  readonly provider: string
  readonly values: Readonly<Record<string, SettingValue>>
}

/** As far as it can be told without the provider's table: `checkSettings` tells the rest. */
const settingValue: Shape<SettingValue> = (value) => {
  const isList = Array.isArray(value) && value.every((each) => typeof each === 'string')
  const isFine = isList || ['string', 'number', 'boolean'].includes(typeof value)
  return isFine ? undefined : 'must be a text, a number, true, false or a list of texts'
}

export const chosenSettings = defineCollection<ChosenSettings>({
  name: 'settings',
  key: (record) => record.provider,
  shape: fields<ChosenSettings>({ provider: name, values: byName(settingValue) }),
})

/** Why a value will not do for a setting; a setting there is not takes any. */
export function valueProblem(
  { table }: SettingsDef,
  name: string,
  value: unknown,
): string | undefined {
  return Object.hasOwn(table, name) ? table[name]?.problem(value) : undefined
}

/**
 * @throws Refusal `invalid-request` naming the first value that is no setting,
 * or will not do
 */
export function checkSettings(
  { table }: SettingsDef,
  values: Readonly<Record<string, unknown>>,
): asserts values is Readonly<Record<string, SettingValue>> {
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

/** A setting of providers whose activation codes can ask for a confirmation code. */
export const confirmationCode = text(
  /^[^\s]{1,255}$/,
  'a code without blanks',
  'any',
  'what a handset must give to download a profile whose activation code asks for a confirmation ' +
    'code: this code, `any` (but one), or `none`',
)

/** Settings that every provider has. */
export const commonSettings = {
  strict: flag(
    false,
    'refuse fields and parameters the spec does not know, optional fields sent as null or "", ' +
      'and bodies not sent as JSON, instead of only journalling them',
  ),
  preferOverrides: flag(
    true,
    'answer a call that comes with `Prefer: code=503`, `example=name` or `delay=PT2S` so, instead of ' +
      'carrying it out',
  ),
}
