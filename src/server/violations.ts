// What a compiled schema found wrong, in words for whom it concerns.
import { defined } from '../state/defined.ts'
import { pointerNames, pointerToken } from '../state/json-pointer.ts'
import type { BodyShape } from './body-shape.ts'
import { MOST_TOLD, shortName } from './bounded.ts'
import { writtenText } from './parameters.ts'
import { sampleOf } from './sample.ts'

/** A compiled check that keeps what it found. */
export interface Validator {
  (data: unknown): unknown
  errors?: readonly Violation[] | null
}

/** One thing a schema forbids, as Ajv tells it. */
export interface Violation {
  readonly instancePath: string
  readonly message?: string
  readonly params?: Record<string, unknown>
  readonly keyword?: string
}

/** A request as it is validated: values by name; a body where one was sent. */
export interface SpecRequest {
  readonly path: object
  readonly query: object
  readonly header: object
  readonly requestBody?: unknown
}

/** What was found wrong: a request, with the names its body may have, or the body of a reply. */
export type Faulty =
  | { readonly request: SpecRequest; readonly shape: BodyShape | undefined }
  | { readonly reply: unknown }

/** One place where a request breaks its spec. */
export interface FieldProblem {
  readonly in: 'body' | 'query' | 'path' | 'header'
  /** JSON pointer within that part; empty for the whole of it. */
  readonly pointer: string
  /** The keyword of JSON Schema that it breaks, as in `required`. */
  readonly rule: string
  readonly expected: string
  /** What came, as JSON; absent where nothing did. */
  readonly got?: string
}

/** The parts of a request, which its sender does not know by these names. */
const PART = /^\/(requestBody|query|path|header)/

/**
 * All that is wrong, as far as the first 20 problems go, and how many more there are. Of what is
 * very large only a sample is looked at again.
 * @param thorough find every problem
 * @param failed found the first one
 * @param fields gets the places of those that are told, where it is a request
 */
export function problemsIn(
  thorough: readonly Validator[],
  failed: Validator,
  faulty: Faulty,
  fields?: FieldProblem[],
): string[] {
  const first = failed.errors ?? []
  const { value, isCut } = sampled(faulty)
  const errors = thorough.flatMap((validate) => (validate(value) ? [] : (validate.errors ?? [])))
  // What fails within a condition is told; that the condition failed says nothing more.
  const all = errors.filter(({ keyword }) => keyword !== 'if')
  // A sample may lack what was found in the whole.
  const told = all.length > 0 ? all : first

  fields?.push(...told.slice(0, MOST_TOLD).map((each) => fieldProblem(each, value)))
  const hidden = 'request' in faulty ? PART : undefined
  const problems = told.slice(0, MOST_TOLD).map((each) => {
    const problem = explained(each, hidden)
    return hidden && losesDigits(each, value) ? `${problem}: ${DIGITS}` : problem
  })
  const more = told.length - problems.length
  if (more > 0) problems.push(`and ${isCut ? 'at least ' : ''}${more} more`)
  return problems
}

function sampled(faulty: Faulty): { readonly value: unknown; readonly isCut: boolean } {
  if ('reply' in faulty) return sampleOf(faulty.reply, undefined)
  const { request, shape } = faulty
  if (request.requestBody === undefined) return { value: request, isCut: false }
  const { value, isCut } = sampleOf(request.requestBody, shape)
  return { value: isCut ? { ...request, requestBody: value } : request, isCut }
}

const DIGITS = 'a JSON number so long loses digits, so send it in quotes'

/** True where a number stands for a text that it cannot hold exactly, such as an ICCID. */
function losesDigits({ keyword, params, instancePath }: Violation, whole: unknown): boolean {
  if (keyword !== 'type' || !String(params?.type).includes('string')) return false
  const value = valueAt(whole, instancePath)
  return typeof value === 'number' && !Number.isSafeInteger(value) && Math.abs(value) > 2 ** 53 - 1
}

/** What a JSON pointer leads to; `undefined` where that is nothing. */
function valueAt(whole: unknown, pointer: string): unknown {
  let value = whole
  for (const name of pointerNames(pointer))
    value = (value as Record<string, unknown> | undefined)?.[name]
  return value
}

/** How many characters of a rule are told; the reason of the refusal has all of it. */
const LONGEST_EXPECTED = 400

/** A violation of a request as its place, the rule, and what came. */
function fieldProblem(violation: Violation, request: unknown): FieldProblem {
  const { instancePath, keyword = '', params = {} } = violation
  const name = params.missingProperty ?? params.additionalProperty
  const path = name === undefined ? instancePath : `${instancePath}/${pointerToken(String(name))}`
  const [, part = 'requestBody', pointer = ''] = /^\/([^/]*)(.*)$/s.exec(path) ?? []
  const value = valueAt(request, path)
  return defined({
    in: part === 'requestBody' ? 'body' : (part as FieldProblem['in']),
    pointer: shortName(pointer),
    rule: keyword,
    expected: expectedBy(violation).slice(0, LONGEST_EXPECTED),
    got: value === undefined ? undefined : shownValue(value),
  })
}

/** What a violation asks for, in words. */
function expectedBy({ keyword, params, message = 'what is valid' }: Violation): string {
  if (keyword === 'required') return 'a value'
  if (keyword === 'additionalProperties') return 'no such field'
  if (Array.isArray(params?.allowedValues)) return `one of ${params.allowedValues.join(', ')}`
  return message.replace(/^must (be )?/, '')
}

/** A value as JSON, or what it is where that is long. */
function shownValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shortName(value))
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const text = writtenText(value)
  return text === undefined ? 'an object' : JSON.stringify(shortName(text))
}

/**
 * One violation as a sentence that begins with its place.
 * @param hidden a part of the place that is not told
 */
export function explained(violation: Violation, hidden?: RegExp): string {
  const { keyword, params, message = 'is not valid' } = violation
  if (keyword === 'required' && params?.missingProperty === 'requestBody')
    return 'the request needs a body'

  const path = hidden ? violation.instancePath.replace(hidden, '') : violation.instancePath
  const place = shortName(path.replace(/^\//, '').replaceAll('/', '.'))
  return `${place ? `${place} ` : ''}${message}${wantedBy(params)}`
}

/**
 * What a violation says besides its message: the values there may be, or the
 * name too many.
 */
function wantedBy(params: Violation['params']): string {
  if (Array.isArray(params?.allowedValues)) return `: ${params.allowedValues.join(', ')}`
  const extra = params?.additionalProperty
  return typeof extra === 'string' ? `: ${shortName(extra)}` : ''
}
