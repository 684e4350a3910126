// A call that was made, taken apart and made anew: what probes and negative inputs are built from.
import { isJson } from '../server/media-type.ts'
import { type Effect, effectOf } from '../workflows/effect.ts'
import type { SeenExchange } from '../workflows/seen-exchange.ts'
import type { Answer, SentRequest } from '../workflows/send.ts'
import { operationAt } from '../workflows/sources.ts'

/** The body of a request as JSON; `undefined` where it has none. */
export function jsonBody({ headers, body }: SentRequest): unknown {
  if (body === undefined || !isJson(headers['content-type'])) return undefined
  try {
    return JSON.parse(body) as unknown
  } catch {
    return undefined
  }
}

/** The same call with another body. */
export function withBody(request: SentRequest, body: unknown): SentRequest {
  return { ...request, body: JSON.stringify(body) }
}

/** The same call without a header. */
export function withoutHeader(request: SentRequest, name: string): SentRequest {
  const headers = Object.entries(request.headers).filter(([each]) => each !== name.toLowerCase())
  return { ...request, headers: Object.fromEntries(headers) }
}

/** The same call with a query parameter of another value; `undefined` takes it out. */
export function withQuery(
  request: SentRequest,
  name: string,
  value: string | undefined,
): SentRequest {
  const url = new URL(request.url)
  if (value === undefined) url.searchParams.delete(name)
  else url.searchParams.set(name, value)
  return { ...request, url: url.href }
}

/** A URL without the path of its operation and its query. */
export function baseOf({
  request,
  operation,
}: Pick<SeenExchange, 'operation' | 'request'>): string {
  const [path = ''] = request.url.split('?', 1)
  const parts = operation.path.split('/').length - 1
  return path.split('/').slice(0, -parts).join('/')
}

/** The operation of the same document that another request calls, if any. */
export function operationOf(exchange: SeenExchange, { method, url }: SentRequest) {
  const base = baseOf(exchange)
  if (!url.startsWith(`${base}/`)) return undefined
  const [path = ''] = url.slice(base.length).split(/[?#]/, 1)
  return operationAt(exchange.source, method, path)
}

/** Of each operation the first call that was answered 2xx. */
export function firstGood(exchanges: readonly SeenExchange[]): readonly SeenExchange[] {
  const first = new Map<string, SeenExchange>()
  for (const exchange of exchanges) {
    const key = `${exchange.source.name} ${operationName(exchange)}`
    if (isGood(exchange.reply) && !first.has(key)) first.set(key, exchange)
  }
  return [...first.values()]
}

/** Of each operation, and each set of parameters in its query, the first call that was answered 2xx. */
export function firstOfShape(exchanges: readonly SeenExchange[]): readonly SeenExchange[] {
  const first = new Map<string, SeenExchange>()
  for (const exchange of exchanges) {
    const names = [...new URL(exchange.request.url).searchParams.keys()].toSorted()
    const key = JSON.stringify([exchange.source.name, operationName(exchange), names])
    if (isGood(exchange.reply) && !first.has(key)) first.set(key, exchange)
  }
  return [...first.values()]
}

/** True for an answer of 2xx. */
export function isGood(answer: Answer): boolean {
  return 'status' in answer && answer.status >= 200 && answer.status <= 299
}

/** True for too many requests: it tells nothing of what was asked. */
export function isLimited(answer: Answer): boolean {
  return 'status' in answer && answer.status === 429
}

/** What a call that was made does to the outside. */
export function effectOfCall({
  operation,
  request,
}: Pick<SeenExchange, 'operation' | 'request'>): Effect {
  const body = jsonBody(request)
  const query = new URL(request.url).searchParams
  return effectOf(operation, (name) => {
    if (typeof body === 'object' && body !== null && name in body)
      return (body as Readonly<Record<string, unknown>>)[name]
    return query.get(name) ?? request.headers[name.toLowerCase()]
  })
}

/** True for a read of an API that is not our own control API. */
export function isProviderRead(exchange: SeenExchange): boolean {
  return exchange.source.simulator?.slug !== 'control' && isRead(exchange)
}

/** True for a call of GET that changes nothing. */
export function isRead(exchange: Pick<SeenExchange, 'operation' | 'request'>): boolean {
  return exchange.operation.method === 'GET' && effectOfCall(exchange) === 'reads'
}

/** `METHOD /path` of an operation, as its document has it. */
export function operationName({ operation }: Pick<SeenExchange, 'operation'>): string {
  return `${operation.method} ${operation.path}`
}

/** Where the credential of a call is: the headers that its security schemes name. */
export function credentialHeaders({
  source,
  operation,
}: Pick<SeenExchange, 'operation' | 'source'>): readonly string[] {
  const names = operation.security.flatMap((each) => Object.keys(each))
  return [
    ...new Set(
      names.flatMap((name) => {
        const scheme = source.securitySchemes[name]
        if (!scheme) return []
        if (scheme.type === 'apiKey')
          return scheme.in === 'header' ? [String(scheme.name).toLowerCase()] : []
        return ['authorization']
      }),
    ),
  ]
}

/** How many reads tell whether something has changed. */
const MOST_READS = 10

/** Reads of a case that were answered 2xx, each URL once: the latest of them. */
export function readsOf(exchanges: readonly SeenExchange[]): readonly SeenExchange[] {
  const byUrl = new Map<string, SeenExchange>()
  for (const exchange of exchanges) {
    const { source, request, reply } = exchange
    // What the journal tells is no state of the provider.
    if (source.simulator?.slug === 'control') continue
    if (isRead(exchange) && isGood(reply)) byUrl.set(request.url, exchange)
  }
  return [...byUrl.values()].slice(-MOST_READS)
}
