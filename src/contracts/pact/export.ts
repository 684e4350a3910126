// Contracts made of what a suite exchanged: each call whose state is told by the name its case begins with.

import type { SignatureMark } from '../../server/callback-signatures.ts'
import { isJson } from '../../server/media-type.ts'
import type { Simulator } from '../../simulators/simulator.ts'
import { defined } from '../../state/defined.ts'
import { jsonOf } from '../../state/json-of.ts'
import type { PlannedCase } from '../../workflows/runner.ts'
import type { Source, SourceOperation } from '../../workflows/sources.ts'
import { credentialHeaders, effectOfCall, jsonBody } from '../call.ts'
import { type Webhook, webhooksOf } from '../callback-checks.ts'
import { type Json, schemaAt, schemasOf } from '../document-schemas.ts'
import type { RecordedCase, RecordedExchange } from '../recording.ts'
import type { ServedMessage } from './front-server.ts'
import { located } from './interaction-run.ts'
import { askedOf, type Rule, type Rules } from './matching-rules.ts'
import { CALLBACK, OWN_CREDENTIALS } from './provider-states.ts'

/** A provider as contracts are made with it. */
export interface ExportFrom {
  readonly provider: Simulator
  /** Its documents, the first one first. */
  readonly sources: readonly Source[]
}

/** A call of a suite, told as an interaction. */
interface Candidate extends RecordedExchange {
  readonly description: string
  readonly given: string | undefined
  readonly secrets: readonly string[]
  /** What was answered earlier in the case. */
  readonly before: string
}

/**
 * The HTTP interactions of a suite: of each case the calls before which nothing was changed, each
 * once.
 */
export function httpInteractions(
  planned: readonly PlannedCase[],
  cases: readonly RecordedCase[],
  from: ExportFrom,
): Json[] {
  const byTitle = new Map(planned.map((each) => [each.title, each]))
  const found = new Map<string, Json>()
  for (const each of cases) {
    const { given, startsAt } = byTitle.get(each.title)?.workflow.extension ?? {}
    // A contract has no clock, and nothing is known of a case that failed.
    if (startsAt !== undefined || each.outcome !== 'passed') continue
    for (const candidate of candidatesOf(each, given, from)) {
      const interaction = interactionOf(candidate, from)
      if (!interaction) continue
      const key = JSON.stringify([interaction.providerStates, interaction.request])
      if (!found.has(key)) found.set(key, interaction)
    }
  }
  return [...found.values()]
}

/** The calls of a case before which nothing was changed, and the first that changes something. */
function candidatesOf(
  { title, exchanges, secrets }: RecordedCase,
  given: string | undefined,
  from: ExportFrom,
): Candidate[] {
  const found: Candidate[] = []
  let before = ''
  for (const exchange of exchanges) {
    const isOwn = exchange.source === from.provider.slug
    if (isOwn) {
      const description = descriptionOf(title, exchange)
      found.push({ ...exchange, description, given, secrets, before })
    }
    const isOthersRead = !isOwn && exchange.operation?.startsWith('GET ') === true
    if ('body' in exchange.answer) before += exchange.answer.body.toString('utf8')
    if (isOwn ? changes(exchange, from) : !isOthersRead) break
  }
  return found
}

function descriptionOf(title: string, { step }: RecordedExchange): string {
  const again = step.attempt > 1 ? ` (attempt ${step.attempt})` : ''
  return `${title}: ${step.id}${again}`
}

/** Whether a call may have changed something. */
function changes({ request }: RecordedExchange, from: ExportFrom): boolean {
  const operation = placeOf(request, from)?.operation
  return !operation || effectOfCall({ operation, request }) !== 'reads'
}

/** Which operation a call of a world leads to. */
function placeOf({ method, url }: RecordedExchange['request'], from: ExportFrom) {
  const { pathname, search } = new URL(url)
  const path = pathname.replace(/^\/w\/[^/]+/, '').replace(`/${from.provider.slug}`, '')
  const place = located({ method, path: path + search }, from)
  return place?.operation && { ...place, operation: place.operation, written: path }
}

/** Where a world is in a simulator: it is another at each run. */
const WORLD = /http:\/\/127\.0\.0\.1:\d+(?:\/w\/[A-Za-z0-9._-]+)?/g

function interactionOf(candidate: Candidate, from: ExportFrom): Json | undefined {
  const { request, answer, secrets, given, description, before } = candidate
  if ('error' in answer || answer.isStoodIn) return undefined
  if (Object.keys(request.headers).some((name) => NOT_TOLD.has(name))) return undefined
  const { search, searchParams } = new URL(request.url)
  const place = placeOf(request, from)
  if (!place) return undefined
  const { source, operation, written: path } = place
  const names = new Set(credentialHeaders({ source, operation }))
  const isGenuine = [...names].some((name) =>
    secrets.some((secret) => request.headers[name]?.includes(secret)),
  )
  // What one call was given as a credential, another begins without.
  const lent = [...names].flatMap((name) => request.headers[name]?.split(' ').at(-1) ?? [])
  if (!isGenuine && lent.some((each) => each.length > 7 && before.includes(each))) return undefined
  const isFree = operation.security.length === 0
  const kept = Object.entries(request.headers).filter(
    ([name]) => !OWN_HEADERS.has(name) && !(isGenuine && names.has(name)),
  )
  const asked = JSON.stringify([path, search, Object.fromEntries(kept), request.body])
  if (/127\.0\.0\.1/.test(asked) || secrets.some((secret) => asked.includes(secret)))
    return undefined
  const states = [given ?? [], isGenuine || isFree ? [] : OWN_CREDENTIALS].flat()
  return defined({
    type: 'Synchronous/HTTP',
    description,
    pending: false,
    providerStates: states.map((name) => ({ name })),
    request: defined({
      method: request.method,
      path,
      query: search === '' ? undefined : queryOf(searchParams),
      headers: kept.length === 0 ? undefined : valuesOf(kept),
      body: requestBody(request),
    }),
    response: responseOf(candidate, source, operation),
  })
}

/** Headers that ask for a fault, or for a connection of another kind. */
const NOT_TOLD = new Set(['prefer', 'expect', 'upgrade'])

/** Headers that our own client writes by itself. */
const OWN_HEADERS = new Set(['user-agent', 'host', 'connection', 'content-length'])

function queryOf(parameters: URLSearchParams): Json {
  const names = [...new Set(parameters.keys())]
  return Object.fromEntries(names.map((name) => [name, parameters.getAll(name)]))
}

function valuesOf(headers: readonly (readonly [string, string])[]): Json {
  return Object.fromEntries(headers.map(([name, value]) => [name, [value]]))
}

function requestBody(request: RecordedExchange['request']): Json | undefined {
  const { body, headers } = request
  if (body === undefined) return undefined
  const { 'content-type': contentType = 'text/plain' } = headers
  const content = jsonBody(request) ?? body
  return { contentType, encoded: false, content }
}

function responseOf(
  { answer, secrets }: Candidate,
  source: Source,
  operation: SourceOperation,
): Json {
  if ('error' in answer) return {}
  const { status, headers } = answer
  const { 'content-type': contentType } = headers
  const own = contentType === undefined ? {} : { headers: { 'Content-Type': [contentType] } }
  const value = isJson(contentType)
    ? jsonOf(hidden(answer.body.toString('utf8'), secrets))
    : undefined
  if (value === undefined) return { status, ...own }
  const { example, rules } = askedOf(
    source.document,
    replySchema(source, operation, status, contentType),
    value,
  )
  const body = { contentType, encoded: false, content: example }
  return { status, ...own, body, matchingRules: { body: withCombine(rules) } }
}

/** What a world alone has is not written down: neither its secrets nor where it was. */
function hidden(text: string, secrets: readonly string[]): string {
  const without = secrets.reduce((left, secret) => left.replaceAll(secret, 'secret'), text)
  return without.replaceAll(WORLD, 'http://127.0.0.1:4010')
}

function withCombine(rules: Rules): Json {
  const all = Object.entries(rules).map(([path, each]) => [path, { ...each, combine: 'AND' }])
  return Object.fromEntries(all)
}

function replySchema(
  { document }: Source,
  { object }: SourceOperation,
  status: number,
  contentType = '',
): unknown {
  const responses = object.responses ?? {}
  const family = `${Math.floor(status / 100)}XX`
  const found = responses[status] ?? responses[family] ?? responses.default
  const { content } = schemaAt(document, found) as { readonly content?: Json }
  const [type = ''] = contentType.split(';')
  return (content?.[type] as { readonly schema?: unknown } | undefined)?.schema
}

/** A callback as it was sent, told as a message. */
export function messageInteraction(
  type: string,
  { body, contentType, metadata }: ServedMessage,
  { provider, sources }: ExportFrom,
): Json {
  const value = jsonOf(hidden(body, []))
  const webhooks = sources.slice(0, 1).flatMap(webhooksOf)
  const problems = ({ source, schema }: Webhook) =>
    schema ? schemasOf(source.document).problems(schema, value).length : 0
  const [closest] = webhooks.toSorted((a, b) => problems(a) - problems(b))
  const document = closest?.source.document ?? {}
  const { example, rules } = askedOf(document, closest?.schema, value)
  const signed = closest?.signature ? signatureHeaders(closest.signature) : []
  const seen = signed.filter((name) => metadata[name.toLowerCase()] !== undefined)
  const own = seen.map((name) => [name, metadata[name.toLowerCase()]])
  const forms = seen.map((name) => [name, combined([{ match: 'regex', regex: SIGNED }])])
  const states = [{ name: provider.callbacks?.seed }, { name: CALLBACK, params: { type } }]
  return {
    type: 'Asynchronous/Messages',
    description: `the callback ${type}`,
    pending: false,
    providerStates: states,
    contents: { contentType, encoded: false, content: example },
    metadata: { contentType, ...Object.fromEntries(own) },
    matchingRules: { body: withCombine(rules), metadata: Object.fromEntries(forms) },
  }
}

/** What a signature, its time and its id are written with. */
const SIGNED = '^[A-Za-z0-9+/=_,.-]+$'

const combined = (matchers: readonly Rule[]) => ({ matchers, combine: 'AND' })

/** The headers that a scheme signs with. */
function signatureHeaders({ header }: SignatureMark): readonly string[] {
  return header === undefined ? ['webhook-id', 'webhook-timestamp', 'webhook-signature'] : [header]
}

/** A whole contract, as a file has it. */
export function pactText(
  consumer: string,
  { provider }: ExportFrom,
  interactions: readonly Json[],
): string {
  const metadata = { pactSpecification: { version: '4.0' } }
  const names = { consumer: { name: consumer }, provider: { name: provider.slug } }
  return `${JSON.stringify({ ...names, interactions, metadata }, null, 2)}\n`
}
