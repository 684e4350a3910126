// A request in the types of its spec, checked; what the spec does not know is noted.
import { Refusal } from '../state/refusal.ts'
import { shortName, tell } from './bounded.ts'
import { dropEmpty, mayHoldEmpty } from './empty-values.ts'
import { type Exchange, headerOf, type Trace } from './exchange.ts'
import { jsonBody, safeBody } from './json-body.ts'
import { FORM_TYPE, isForm, isJson, isText, JSON_TYPE, preferredType } from './media-type.ts'
import { formOf, queryOf } from './query.ts'
import type { Found, Operation } from './spec.ts'

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
 * @param trace gets what the spec does not know, and where the request breaks it
 * @throws Refusal where it breaks the spec, naming everything that does
 */
export function validated(
  exchange: Exchange,
  { operation, params: path }: Found,
  strict: boolean,
  { undocumented, fields }: Pick<Trace, 'undocumented' | 'fields'>,
): ValidRequest {
  if (strict) checkAcceptable(operation, exchange)
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
  throwIfAny(operation.problems(request, fields))
  if (strict) throwIfAny(operation.strictProblems(request))
  return request
}

function throwIfAny(problems: readonly string[]): void {
  if (problems.length > 0) throw new Refusal('invalid-request', problems.join('; '))
}

/** @throws Refusal `not-acceptable` where the client takes nothing that the operation answers */
function checkAcceptable({ replyTypes }: Operation, { headers }: Exchange): void {
  if (replyTypes.length === 0 || preferredType(headers.accept, replyTypes) !== undefined) return
  const reason = `the header Accept takes none of ${replyTypes.join(', ')}, and strict is on`
  throw new Refusal('not-acceptable', reason)
}

function headersOf(operation: Operation, exchange: Exchange): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of operation.headers) {
    const value = headerOf(exchange, name)
    if (value !== undefined) headers[name] = value
  }
  return headers
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
        `the body was sent as ${type ?? 'no type at all'}: send ${wantedTypes(expected).join(' or ')}`,
        { accept: wantedTypes(expected).join(', ') },
      )
    tell(undocumented, `Content-Type: ${shortName(type ?? 'none')}`)
  }

  const rules = { freeCase, undocumented }
  const body = isPlain(text, type, expected)
    ? safeBody(expected.form ? formOf(text) : text, shape, rules)
    : jsonBody(text, shape, rules)
  if (empties && !strict && mayHoldEmpty(text)) dropEmpty(body, empties, undocumented)
  return body
}

type ExpectedBody = NonNullable<Operation['body']>

function isOfType(type: string | undefined, { form, text }: ExpectedBody): boolean {
  if (text && isText(type)) return true
  return form ? isForm(type) : isJson(type)
}

function wantedTypes({ form, text }: ExpectedBody): string[] {
  if (form) return [FORM_TYPE]
  return text ? [JSON_TYPE, 'text/plain'] : [JSON_TYPE]
}

/**
 * True for a form or a text, where the operation takes one. What is sent as another type, unless
 * strict, is JSON; clients that name no type send JSON as text, too.
 */
function isPlain(sent: string, type: string | undefined, { form, text }: ExpectedBody): boolean {
  if (isJson(type)) return false
  return form || (text && !/^\s*[[{]/.test(sent))
}
