// A request in the types of its spec, checked; what the spec does not know is noted.
import { Refusal } from '../state/refusal.ts'
import { UnsafeBody, walkBody } from './body-shape.ts'
import { dropEmpty, formFields, mayHoldEmpty } from './empty-values.ts'
import { type Exchange, headerOf } from './exchange.ts'
import { FORM_TYPE, type Found, JSON_LIKE, JSON_TYPE, type Operation, TEXT_TYPE } from './spec.ts'

/** A request that fits its operation. */
export interface ValidRequest {
  readonly path: object
  readonly query: Record<string, unknown>
  readonly header: object
  readonly requestBody?: unknown
}

/**
 * The request in the spec's types.
 * @param strict refuses what the spec does not know, and what only `x-strict-pattern` forbids
 * @param undocumented gets what the spec does not know
 * @throws Refusal where it breaks the spec, naming everything that does
 */
export function validated(
  exchange: Exchange,
  { operation, params: path }: Found,
  strict: boolean,
  undocumented: string[],
): ValidRequest {
  const header = headersOf(operation, exchange)
  const query = queryOf(operation, exchange.query, undocumented)
  const body = bodyOf(operation, exchange, strict, undocumented)
  if (strict && undocumented.length > 0)
    throw new Refusal(
      'invalid-request',
      `not in the spec, and strict is on: ${undocumented.join(', ')}`,
    )

  const request: ValidRequest =
    body === undefined ? { path, query, header } : { path, query, header, requestBody: body }
  throwIfAny(operation.problems(request))
  if (strict) throwIfAny(operation.strictProblems(request))
  return request
}

function throwIfAny(problems: readonly string[]): void {
  if (problems.length > 0) throw new Refusal('invalid-request', problems.join('; '))
}

function headersOf(operation: Operation, exchange: Exchange): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of operation.headers) {
    const value = headerOf(exchange, name)
    if (value !== undefined) headers[name] = value
  }
  return headers
}

function queryOf(
  operation: Operation,
  text: string,
  undocumented: string[],
): Record<string, unknown> {
  const query: Record<string, unknown> = {}
  if (text === '') return query
  for (const [name, value] of new URLSearchParams(text)) {
    const repeats = operation.query.get(name)
    if (repeats === undefined) undocumented.push(`?${name}`)
    else if (!repeats) query[name] = value
    else if (Array.isArray(query[name])) query[name].push(value)
    else query[name] = [value]
  }
  return query
}

function bodyOf(
  operation: Operation,
  exchange: Exchange,
  strict: boolean,
  undocumented: string[],
): unknown {
  if (exchange.unread) throw exchange.unread
  const { body: expected } = operation
  const text = exchange.body
  if (!expected || text === undefined || text === '') return undefined

  const { shape, empties, freeCase } = expected
  const type = headerOf(exchange, 'content-type')
  if (!isOfType(type, expected)) {
    if (strict)
      throw new Refusal(
        'unsupported-media-type',
        `the body was sent as ${type ?? 'no type at all'}: send ${wantedType(expected)}`,
      )
    undocumented.push(`Content-Type: ${type ?? 'none'}`)
  }

  try {
    const body = walkBody(parsed(text, type, expected), shape, { freeCase, undocumented })
    if (empties && !strict && mayHoldEmpty(text)) dropEmpty(body, empties, undocumented)
    return body
  } catch (error) {
    if (error instanceof UnsafeBody) throw new Refusal('malformed-body', error.message)
    if (error instanceof SyntaxError)
      throw new Refusal('malformed-body', `the body is not JSON: ${error.message}`)
    throw error
  }
}

type ExpectedBody = NonNullable<Operation['body']>

function isOfType(type: string | undefined, { form, text }: ExpectedBody): boolean {
  if (text && type !== undefined && TEXT_TYPE.test(type)) return true
  return form ? isForm(type) : isJson(type)
}

function wantedType({ form, text }: ExpectedBody): string {
  if (form) return FORM_TYPE
  return text ? `${JSON_TYPE} or text/plain` : JSON_TYPE
}

/**
 * A body by what it was sent as. What is sent as another type, unless strict, is JSON; where a form
 * or text is asked for, it is that.
 * @throws SyntaxError
 */
function parsed(sent: string, type: string | undefined, { form, text }: ExpectedBody): unknown {
  if (isJson(type)) return JSON.parse(sent)
  if (form) return formFields(sent)
  // Clients that name no type send JSON as text, too.
  return text && !/^\s*[[{]/.test(sent) ? sent : JSON.parse(sent)
}

const isJson = (type: string | undefined) => type !== undefined && JSON_LIKE.test(type)
const isForm = (type: string | undefined) => type?.toLowerCase().startsWith(FORM_TYPE) === true
