// Requests that an API promises to carry out once: sent again, they change nothing.
import { pointerToken } from '../../state/json-pointer.ts'
import type { SeenExchange } from '../../workflows/seen-exchange.ts'
import type { Answer, SentRequest } from '../../workflows/send.ts'
import type { SourceOperation } from '../../workflows/sources.ts'
import {
  baseOf,
  credentialHeaders,
  isGood,
  isLimited,
  isRead,
  jsonBody,
  operationName,
  readsOf,
} from '../call.ts'
import type { Json } from '../document-schemas.ts'
import { valuesAt } from '../paging.ts'
import { stableText } from '../stable-body.ts'
import { type Ask, NOTHING, outcomeOf, type Probe, type Probed } from './probe.ts'

/** What `x-repeat` of an operation may say. */
interface RepeatMark {
  /** What makes it the same request: the name of a header or a query parameter, or a pointer into the body. */
  readonly key: string
  /** `same`: answered as the first time. Else a refusal: 4xx, or a body with these values. */
  readonly answer: 'same' | Json
}

/** The header that makes requests repeatable wherever it is taken (draft-ietf-httpapi-idempotency-key-header). */
const KEY_HEADER = 'idempotency-key'

export const REPEAT_PROBES: readonly Probe[] = [
  {
    name: 'idempotent-repeat',
    proves: 'a request that is promised to be done once changes nothing when it comes again',
    chosen: lastKept,
    fits: (exchange) => keyOf(exchange) !== undefined,
    async find(exchange, { ask, exchanges, volatile }) {
      const mark = markOf(exchange)
      if (!mark || exchanges.some(isNewBeginning)) return NOTHING
      const reads = [...readsOf(exchanges).map(({ request }) => request), ...listsBeside(exchange)]
      const before = await answersOf(reads, ask)
      if (isLongAgo(exchange, before)) return NOTHING
      const answer = await ask(exchange.request)
      if (isLimited(answer)) return NOTHING
      const found: Probed[] = []
      const { request } = exchange
      const wrong = wrongAnswer(exchange, answer, mark, volatile)
      if (wrong !== undefined) found.push({ message: wrong, request })
      const after = await answersOf(reads, ask)
      for (const [at, read] of reads.entries()) {
        const then = comparable(after[at], volatile)
        if (comparable(before[at], volatile) === then) continue
        // What changes by itself, or by others, tells nothing.
        if (comparable(await ask(read), volatile) !== then) continue
        const { pathname } = new URL(read.url)
        found.push({ message: `the same request again has changed ${pathname}`, request: read })
      }
      return found
    },
  },
]

/** What is promised of a request that comes again; `undefined` where nothing is. */
function markOf({ operation }: SeenExchange): RepeatMark | undefined {
  const mark = (operation.object as Json)['x-repeat'] as RepeatMark | undefined
  if (mark) return mark
  const isKeyed = operation.parameters.some(
    (each) => each.in === 'header' && each.name.toLowerCase() === KEY_HEADER,
  )
  return isKeyed ? { key: KEY_HEADER, answer: 'same' } : undefined
}

/** What makes a call the same request when it comes again; `undefined` where it has none. */
function keyOf(exchange: SeenExchange): string | undefined {
  const mark = markOf(exchange)
  if (!mark) return undefined
  const { request } = exchange
  const found = mark.key.startsWith('/')
    ? valuesAt(jsonBody(request), mark.key)[0]
    : (request.headers[mark.key.toLowerCase()] ??
      new URL(request.url).searchParams.get(mark.key) ??
      undefined)
  return found === undefined || found === '' ? undefined : String(found)
}

/** Of each operation the last call that was answered 2xx and can be repeated. */
function lastKept(exchanges: readonly SeenExchange[]): readonly SeenExchange[] {
  const last = new Map<string, SeenExchange>()
  for (const exchange of exchanges)
    if (isGood(exchange.reply) && keyOf(exchange) !== undefined)
      last.set(`${exchange.source.name} ${operationName(exchange)}`, exchange)
  return [...last.values()]
}

/** Calls of the control API after which a promise may not hold: another past, other rules, faults. */
const NEW_BEGINNINGS: ReadonlySet<string | undefined> = new Set([
  'addFault',
  'changeSettings',
  'putState',
  'resetWorld',
  'restoreSnapshot',
  'rewindWorld',
])

function isNewBeginning({ source, operation }: SeenExchange): boolean {
  return source.simulator?.slug === 'control' && NEW_BEGINNINGS.has(operation.id)
}

/** Nobody says for how long a promise holds: an hour is taken to be no time. */
const LONG = 3_600_000

/** Whether the clock of the API has gone on for long since the call, as its answers tell. */
function isLongAgo({ reply }: SeenExchange, answers: readonly Answer[]): boolean {
  const now = Math.max(...answers.map((each) => ('error' in each ? Number.NaN : dateOf(each))))
  return now - dateOf(reply) > LONG
}

function dateOf({ headers }: SeenExchange['reply']): number {
  return Date.parse(headers.date ?? '')
}

/** How many lists tell whether something has been done twice. */
const MOST_LISTS = 6

/** Reads of the same API that need nothing but the credential of the call. */
function listsBeside(exchange: SeenExchange): readonly SentRequest[] {
  const { source, operation, request } = exchange
  const headers = Object.fromEntries(
    credentialHeaders(exchange).flatMap((name) => {
      const value = request.headers[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const security = JSON.stringify(operation.security)
  return source.operations
    .map((each) => ({
      operation: each,
      request: { method: 'GET', url: baseOf(exchange) + each.path, headers, body: undefined },
    }))
    .filter(
      (each) =>
        isRead(each) &&
        !each.operation.path.includes('{') &&
        !each.operation.parameters.some(({ required }) => required) &&
        JSON.stringify(each.operation.security) === security,
    )
    .toSorted((a, b) => apart(a.operation, operation) - apart(b.operation, operation))
    .slice(0, MOST_LISTS)
    .map((each) => each.request)
}

/** How far the paths of two operations are apart: the list of what was made comes first. */
function apart({ path: one }: SourceOperation, { path: other }: SourceOperation): number {
  const parts = other.split('/')
  const alike = one.split('/').findIndex((part, at) => part !== parts[at])
  return alike < 0 ? -parts.length : -alike
}

async function answersOf(reads: readonly SentRequest[], ask: Ask): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  for (const read of reads) answers.push(await ask(read))
  return answers
}

/** An answer as it has to be the same; that of one who was asked too often is no answer. */
function comparable(answer: Answer | undefined, volatile: readonly string[]): string {
  if (answer === undefined || 'error' in answer || isLimited(answer)) return ''
  return `${answer.status} ${stableText(answer.body, volatile)}`
}

/** How the answer to the repeated request is not what was promised; `undefined` where it is. */
function wrongAnswer(
  { reply }: SeenExchange,
  answer: Answer,
  { answer: promised }: RepeatMark,
  volatile: readonly string[],
): string | undefined {
  const outcome = `the same request again ${outcomeOf(answer)}`
  if ('error' in answer) return outcome
  if (promised === 'same') {
    if (answer.status !== reply.status) return `${outcome}, the first time ${reply.status}`
    return stableText(answer.body, volatile) === stableText(reply.body, volatile)
      ? undefined
      : `${outcome} as the first time, with another body`
  }
  if (answer.status >= 400 && answer.status <= 499) return undefined
  const headers = { 'content-type': answer.headers['content-type'] ?? '' }
  const body = jsonBody({ method: '', url: '', headers, body: answer.body.toString('utf8') })
  const isRefused = Object.entries(promised).every(
    ([name, value]) => valuesAt(body, `/${pointerToken(name)}`)[0] === value,
  )
  return isRefused ? undefined : `${outcome}, and a refusal is promised`
}
