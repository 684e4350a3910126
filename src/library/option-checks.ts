// Wrong options of the library: each refused in one sentence that says what was perhaps meant.
import type { DeliveryPolicy } from '../server/deliver.ts'
import { isLoopback } from '../server/loopback.ts'
import { unknownName } from '../server/nearest.ts'
import { Refusal } from '../state/refusal.ts'

/** An option cannot be as it was given; the message is one sentence that says what to do. */
export class OptionError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'OptionError'
  }
}

/** Says what an option must be, where it is not: the end of a sentence that begins with its name. */
export type OptionCheck = (value: unknown) => string | undefined

/** A check for each option there is: an option without one does not compile. */
export type ChecksOf<Options> = { readonly [Name in keyof Required<Options>]: OptionCheck }

/** A value as code has it, cut where it is long. */
function shown(value: unknown): string {
  const isWritten = typeof value === 'string' || typeof value === 'object'
  const text = isWritten ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 60)}...` : text
}

/** The check that a value is what `is` says. @param what as in `a text` */
export function must(what: string, is: (value: unknown) => boolean): OptionCheck {
  return (value) => (is(value) ? undefined : `must be ${what}, and is ${shown(value)}`)
}

export const isText = (value: unknown): value is string => typeof value === 'string'
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const mustBeText = must('a text', isText)
export const mustBeFlag = must('true or false', (value) => typeof value === 'boolean')
export const mustBeFunction = must('a function', (value) => typeof value === 'function')
export const mustBeObject = must('an object', isObject)
export const mustBeList = must('a list', Array.isArray)
export const mustBeTexts = must(
  'a list of texts',
  (value) => Array.isArray(value) && value.every(isText),
)
export const mustBePort = must(
  'a port from 1 to 65535, or 0 for a free one',
  (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535,
)
export const mustBeMs = must(
  'a number of ms that is not negative',
  (value) => typeof value === 'number' && value >= 0,
)

/** @param words those there are */
export function mustBeOneOf(...words: readonly string[]): OptionCheck {
  return must(`one of ${words.join(', ')}`, (value) => words.includes(value as string))
}

/**
 * Looks at options before anything is done with them.
 * @param by what takes them, as in `startSimulator`
 * @throws OptionError for one there is not, and one that cannot be
 */
export function checkOptions<Options extends object>(
  by: string,
  options: Options,
  checks: ChecksOf<Options>,
): void {
  if (!isObject(options)) throw new OptionError(`the options of ${by} must be an object`)
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name))
      throw new OptionError(`${by}: ${unknownName('no option', name, Object.keys(checks))}`)
    const problem = value === undefined ? undefined : checks[name as keyof Options](value)
    if (problem !== undefined) throw new OptionError(`${by}: ${name} ${problem}`)
  }
}

/**
 * Holds the URL that callbacks are to go to: that it is one, and that they may go there.
 * @throws OptionError
 */
export async function checkTarget(by: string, url: string, policy: DeliveryPolicy): Promise<void> {
  // Loaded with the first callback, and no sooner by who wants none.
  const { targetProblem, whyForbidden } = await import('../server/deliver.ts')
  const problem = targetProblem(url)
  if (problem !== undefined) {
    // `localhost:4100` is a URL, too, whose scheme is `localhost`.
    const meant = `http://${url}`
    const hint = !url.includes('://') && URL.canParse(meant) ? `; did you mean ${meant}?` : ''
    throw new OptionError(`${by}: callbackUrl must be a URL: ${problem}${hint}`)
  }
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  // A name that its user allows may come to be known later.
  if (isLoopback(host) || policy.allow.includes(host)) return
  const why = await whyForbidden(url, policy)
  if (why === undefined) return
  const inWords = why.replace(/--callback-allow \S+/, `policy: { allow: ['${host}'] }`)
  throw new OptionError(`${by}: callbackUrl: nothing would reach ${url}: ${inWords}`)
}

/** What a refusal says, as an error of the library. */
export function asOptionError(by: string, error: unknown): unknown {
  return error instanceof Refusal && error.code === 'invalid-request'
    ? new OptionError(`${by}: ${error.message}`)
    : error
}
