// A request in the types of its spec: query, headers and body, checked; what the spec does not know is noted.
import { Refusal } from '../state/refusal.ts'
import { UnsafeBody, walkBody } from './body-shape.ts'
import type { Exchange } from './pipeline.ts'
import { FORM_TYPE, JSON_LIKE, JSON_TYPE, type Operation } from './spec.ts'

export function headerOf(exchange: Exchange, name: string): string | undefined {
  const value = exchange.headers[name]
  return typeof value === 'string' ? value : value?.[0]
}

/** The request in the spec's types. @throws Refusal where it breaks the spec, naming everything that does */
export function validated(
  operation: Operation,
  path: object,
  exchange: Exchange,
  strict: boolean,
  undocumented: string[],
) {
  const header: Record<string, string> = {}
  for (const name of operation.headers) {
    const value = headerOf(exchange, name)
    if (value !== undefined) header[name] = value
  }
  const query = queryOf(operation, exchange.query, undocumented)
  const body = bodyOf(operation, exchange, strict, undocumented)
  if (strict && undocumented.length > 0)
    throw new Refusal(
      'invalid-request',
      `not in the spec, and strict is on: ${undocumented.join(', ')}`,
    )
  const request: {
    path: object
    query: Record<string, unknown>
    header: object
    requestBody?: unknown
  } = body === undefined ? { path, query, header } : { path, query, header, requestBody: body }
  const problems = operation.problems(request)
  if (problems.length > 0) throw new Refusal('invalid-request', problems.join('; '))
  return request
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
  const type = headerOf(exchange, 'content-type')
  if (!(expected.form ? isForm : isJson)(type)) {
    const wanted = expected.form ? FORM_TYPE : JSON_TYPE
    if (strict)
      throw new Refusal(
        'unsupported-media-type',
        `the body was sent as ${type ?? 'no type at all'}: send ${wanted}`,
      )
    undocumented.push(`Content-Type: ${type ?? 'none'}`)
  }
  try {
    // A client that sends JSON where a form is asked for means its fields all the same, unless strict.
    const value =
      expected.form && !isJson(type)
        ? Object.fromEntries(new URLSearchParams(text))
        : JSON.parse(text)
    return walkBody(value, expected.shape, expected.freeCase, undocumented)
  } catch (error) {
    if (error instanceof UnsafeBody) throw new Refusal('malformed-body', error.message)
    if (error instanceof SyntaxError)
      throw new Refusal('malformed-body', `the body is not JSON: ${error.message}`)
    throw error
  }
}

const isJson = (type: string | undefined) => type !== undefined && JSON_LIKE.test(type)
const isForm = (type: string | undefined) => type?.toLowerCase().startsWith(FORM_TYPE) === true
