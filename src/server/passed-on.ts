// Calls that a real endpoint answers in a provider's place: passed on, and held to the spec both ways.
import type { Reply } from '../simulators/call.ts'
import { reasonOf } from '../state/reason.ts'
import { Refusal } from '../state/refusal.ts'
import type { Exchange, RequestHeaders } from './exchange.ts'
import { isJson } from './media-type.ts'
import type { Route } from './provider.ts'
import { validated } from './request.ts'
import type { RequestContext } from './request-context.ts'
import type { Upstream, UpstreamReply, UpstreamRequest } from './upstream.ts'

/** Names what was found wrong with an exchange that was passed on. */
const VIOLATIONS_HEADER = 'X-Sim-Violations'

/** As much as a header may say of it: characters. */
const LONGEST_HEADER = 2000

/** Headers of one connection, which go no further (RFC 9110 7.6.1), and those that are made anew. */
const OF_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'host',
])

/**
 * Not passed on either: the answer has to be readable, the body is decoded already, and the rest is
 * between the caller and us.
 */
const OURS = new Set(['accept-encoding', 'content-encoding', 'expect', 'x-sim-world'])

/**
 * The answer of the real endpoint as it came; 502 where none did. What is wrong with the request or
 * the answer is noted in the trace, told, and named in a header.
 * @param found absent where the spec knows no such operation
 */
export async function passedOn(
  context: RequestContext,
  upstream: Upstream,
  found: Route | undefined,
): Promise<Reply> {
  const { exchange, trace } = context
  const wrong = found ? requestProblems(context, found) : [unknownTo(exchange)]
  trace.stage = 'perform'
  let answer: UpstreamReply
  try {
    answer = await upstream(upstreamRequest(exchange, found))
  } catch (error) {
    noted(context, wrong)
    const detail = `the real endpoint gave no answer: ${reasonOf(error)}`
    trace.refusal = new Refusal('internal', detail)
    const body = JSON.stringify({ title: 'Bad Gateway', status: 502, detail })
    return { status: 502, content: { type: 'application/problem+json', render: () => body } }
  }
  trace.stage = 'check'
  if (found) wrong.push(...replyProblems(found, answer))
  return replyOf(answer, noted(context, wrong), exchange)
}

function unknownTo({ method, path }: Exchange): string {
  return `request: the spec has no ${method} ${path}`
}

/** How the request breaks its spec. It is passed on all the same: the real endpoint decides. */
function requestProblems({ exchange, trace }: RequestContext, found: Route): string[] {
  trace.stage = 'validate'
  try {
    validated(exchange, found, false, trace)
    return []
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return [`request: ${error.message}`]
  }
}

function replyProblems({ operation }: Route, { status, headers, body }: UpstreamReply): string[] {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  const isEmpty = body.length === 0
  const problems = (value: unknown) =>
    operation.violations(status, isEmpty ? undefined : type, value)
  const text = body.toString('utf8')
  if (isEmpty || type === undefined || !isJson(type))
    return problems(isEmpty ? undefined : text).map((each) => `reply: ${each}`)
  try {
    return problems(JSON.parse(text)).map((each) => `reply: ${each}`)
  } catch {
    return ['reply: the body is not JSON']
  }
}

/** Writes violations down and tells them. */
function noted(
  { trace, options, exchange }: RequestContext,
  violations: readonly string[],
): readonly string[] {
  trace.violations = violations
  const call = trace.operation?.id ?? `${exchange.method} ${exchange.path}`
  for (const each of violations) options.report(`${call}: ${each}`)
  return violations
}

function upstreamRequest(exchange: Exchange, found: Route | undefined): UpstreamRequest {
  const { method, path, query, headers, body, root } = exchange
  return {
    method,
    path: query === '' ? path : `${path}?${query}`,
    basePath: found?.basePath ?? '',
    headers: sentHeaders(headers),
    body: body === '' ? undefined : body,
    root,
  }
}

/** The headers that go on: none that is of this connection alone. */
function sentHeaders(headers: RequestHeaders): Record<string, string> {
  const ofConnection = namedIn(headers.connection)
  const sent = Object.entries(headers).filter(
    ([name, value]) =>
      value !== undefined && !OF_CONNECTION.has(name) && !OURS.has(name) && !ofConnection.has(name),
  )
  return Object.fromEntries(sent.map(([name, value]) => [name, [value].flat().join(', ')]))
}

function namedIn(connection: string | string[] | undefined): ReadonlySet<string> {
  const names = [connection ?? []].flat().flatMap((each) => each.split(','))
  return new Set(names.map((name) => name.trim().toLowerCase()))
}

function replyOf(
  answer: UpstreamReply,
  violations: readonly string[],
  { method }: Exchange,
): Reply {
  const { status, body, cookies } = answer
  const { 'content-type': type, ...others } = answer.headers
  const kept = Object.entries(others).filter(([name]) => !OF_CONNECTION.has(name))
  const headers: Record<string, string | string[]> = Object.fromEntries(kept)
  if (cookies) headers['set-cookie'] = cookies
  // Both tell the length of a body that is not sent (RFC 9110 8.6).
  const length = others['content-length']
  if (length !== undefined && (method === 'HEAD' || status === 304))
    headers['content-length'] = length
  if (violations.length > 0) headers[VIOLATIONS_HEADER] = headerText(violations.join('; '))
  if (body.length === 0 && type === undefined) return { status, headers }
  // A text, so that the journal has it; what is none goes as it came.
  const text = type === undefined || isTextual(type) ? body.toString('utf8') : body
  return {
    status,
    headers,
    content: { type: type ?? 'application/octet-stream', render: () => text },
  }
}

const isTextual = (type: string) =>
  isJson(type) || /^text\/|[/+](?:xml|csv)\b|urlencoded/i.test(type)

/** A text as a header may have it: visible ASCII, and not too long. */
function headerText(text: string): string {
  const plain = text.replaceAll(/[^\x20-\x7e]/g, '?')
  return plain.length > LONGEST_HEADER ? `${plain.slice(0, LONGEST_HEADER)}...` : plain
}
