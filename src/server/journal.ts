// A ring of exchanges: what was asked, what was answered, and the true reason of every refusal.
import type { ReplyHeaders } from '../simulators/call.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { isBookkeeping } from '../state/bookkeeping.ts'
import { callbacks, unsentCallbacks } from '../state/callbacks.ts'
import type { World } from '../state/world.ts'
import { tell } from './bounded.ts'
import {
  type Answer,
  type BytesAnswer,
  type Effects,
  type Exchange,
  headerOf,
  type RequestHeaders,
  type Stage,
  type Trace,
  type TracedFault,
} from './exchange.ts'
import { isCredentialName } from './redaction/credential-names.ts'
import { type Redactor, redactedHeaders } from './redaction/redactor.ts'
import { secretsSent } from './redaction/secrets-sent.ts'
import { REDACTED } from './redaction/span.ts'
import type { FieldProblem } from './violations.ts'

/** One exchange, without the secrets in it. Times are virtual. */
export interface JournalEntry {
  readonly id: number
  /** Virtual ms since the epoch. */
  readonly at: number
  readonly provider: string | undefined
  readonly operation: string | undefined
  /** Of the mount the operation was found in; absent where none was. */
  readonly basePath?: string | undefined
  readonly method: string
  readonly url: string
  /**
   * Of the reply that left; where a fault let none leave, of the one that was lost. Absent where
   * there was none.
   */
  readonly status: number | undefined
  readonly requestHeaders: Readonly<Record<string, string>>
  readonly requestBody: string | undefined
  /** The last stage it came to. */
  readonly stage?: Stage
  /** Without the type of the body. */
  readonly replyHeaders?: Readonly<Record<string, string>> | undefined
  readonly replyType: string | undefined
  readonly replyBody: string | undefined
  /** Why it was refused: the truth, which the reply may not tell. */
  readonly refusal: KeptRefusal | undefined
  /** The fault that decided what the client saw. */
  readonly fault?: TracedFault | undefined
  /** Faults that happened besides: delays. */
  readonly otherFaults?: readonly TracedFault[] | undefined
  /** Faults whose turn it was and that could not happen, and why. */
  readonly missedFaults?: readonly string[] | undefined
  /** What `Prefer` asked for and got. */
  readonly preference?: string | undefined
  /** Absent where it changed nothing. */
  readonly effects?: KeptEffects | undefined
  /** Fields and parameters the spec does not know, accepted all the same. */
  readonly undocumented: readonly string[]
  /** How the handler's reply broke the spec. */
  readonly violations: readonly string[]
  /** Of a call of the control API: number of the latest exchange with a provider before it. */
  readonly behind?: number
}

/** Why an exchange was refused, and by which stage. */
export interface KeptRefusal {
  readonly code: string
  readonly reason: string
  readonly stage?: Stage
  /** Where the request breaks its spec; absent where that was not it. */
  readonly fields?: readonly FieldProblem[]
}

/** What an exchange changed: counts, so that the journal holds no records. */
export interface KeptEffects {
  /** Records written, by collection. */
  readonly changes: Readonly<Record<string, number>>
  /** Events, by type. */
  readonly events: Readonly<Record<string, number>>
  /** Ids of the callbacks it queued, and of those it noted as unsent: the first 20. */
  readonly callbacks: readonly string[]
}

/** How many exchanges a world remembers, how much of each body, and how much of all: characters. */
export const JOURNAL_LENGTH = 500
export const BODY_KEPT = 32_768
export const JOURNAL_SIZE = 8_388_608

/** A body as far as it is kept, and how long it was: characters. */
interface KeptBody {
  readonly text: string
  readonly length: number
}

/** One exchange as it was: it is never shown, and its secrets are struck out when it is read. */
export interface KeptExchange
  extends Omit<JournalEntry, 'requestHeaders' | 'requestBody' | 'replyHeaders' | 'replyBody'> {
  /** The secret it carried, good or not. */
  readonly credential: string | undefined
  readonly headers: RequestHeaders
  readonly requestBody: KeptBody | undefined
  readonly replyHeaders?: ReplyHeaders | undefined
  readonly replyBody: KeptBody | undefined
}

/** What an exchange is chosen by: nothing that could be secret. */
export type Distinction = Pick<
  KeptExchange,
  'id' | 'at' | 'provider' | 'operation' | 'method' | 'status' | 'refusal' | 'fault'
>

export interface Journal {
  /** The number of the latest exchange there ever was; 0 where there was none. */
  readonly last: number
  add(exchange: Omit<KeptExchange, 'id'>): void
  get(id: number): JournalEntry | undefined
  /** The numbers of those that are wanted, newest first. */
  find(isWanted: (exchange: Distinction) => boolean): number[]
  /** True where that exchange is there, and wanted. */
  has(id: number, isWanted: (exchange: Distinction) => boolean): boolean
  /** Newest first. */
  list(): JournalEntry[]
  clear(): void
}

/** An exchange as it was last read, and what the redactor knew then. */
interface ReadEntry {
  readonly known: object
  readonly entry: JournalEntry
}

/** How many exchanges are kept, and characters of them. */
export interface JournalBounds {
  readonly length: number
  readonly size: number
}

/**
 * A journal that is empty. The oldest exchanges go where there are too many, or too large ones.
 * @param onAdd told of each exchange
 */
export function openJournal(
  redactor: Redactor,
  onAdd?: (exchange: KeptExchange) => void,
  { length: most, size: largest }: JournalBounds = { length: JOURNAL_LENGTH, size: JOURNAL_SIZE },
): Journal {
  const ring: (KeptExchange | undefined)[] = []
  const sizes: number[] = []
  let last = 0
  let first = 1
  let size = 0
  const at = (id: number) => (id - 1) % most
  const drop = () => {
    size -= sizes[at(first)] ?? 0
    ring[at(first)] = undefined
    first += 1
  }
  const read = new WeakMap<KeptExchange, ReadEntry>()
  const get = (id: number) => {
    const exchange = ring[at(id)]
    if (exchange?.id !== id) return undefined
    const known = redactor.knowing()
    const before = read.get(exchange)
    if (before?.known === known) return before.entry
    const entry = shown(exchange, redactor)
    read.set(exchange, { known, entry })
    return entry
  }
  const find: Journal['find'] = (isWanted) => {
    const wanted = ring.filter((exchange) => exchange !== undefined).filter(isWanted)
    return wanted.map(({ id }) => id).sort((a, b) => b - a)
  }
  return {
    get last() {
      return last
    },
    get,
    find,
    has(id, isWanted) {
      const exchange = ring[at(id)]
      return exchange?.id === id && isWanted(exchange)
    },
    list: () => find(() => true).flatMap((id) => get(id) ?? []),
    add(exchange) {
      const added: KeptExchange = Object.assign(exchange, { id: last + 1 })
      if (last - first + 1 === most) drop()
      last += 1
      ring[at(last)] = added
      const own = sizeOf(added)
      sizes[at(last)] = own
      size += own
      while (size > largest && first < last) drop()
      onAdd?.(added)
    },
    clear() {
      ring.length = 0
      sizes.length = 0
      last = 0
      first = 1
      size = 0
    },
  }
}

/** About how many characters an entry holds. */
function sizeOf(exchange: KeptExchange): number {
  const { url, headers, requestBody, replyHeaders, replyBody, refusal } = exchange
  let size = url.length + (refusal?.reason.length ?? 0) + sizeOfHeaders(headers)
  size += (refusal?.fields?.length ?? 0) * FIELD_SIZE
  size += (requestBody?.text.length ?? 0) + (replyBody?.text.length ?? 0)
  if (replyHeaders) size += sizeOfHeaders(replyHeaders)
  for (const text of exchange.undocumented) size += text.length
  for (const text of exchange.violations) size += text.length
  return size
}

function sizeOfHeaders(headers: RequestHeaders): number {
  let size = 0
  // A loop: this is done at every exchange.
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0)
  return size
}

/** About how many characters a wrong field has with all that is told of it. */
const FIELD_SIZE = 300

/** What an exchange is remembered from. */
export interface Remembered {
  readonly provider: { readonly simulator: Simulator }
  readonly world: World
  readonly exchange: Exchange
  readonly trace: Trace
}

/**
 * Writes an exchange down. As it is: to look for secrets would cost each exchange more than all else,
 * and few are ever read.
 */
export function remember(journal: Journal, about: Remembered, answer: Answer): void {
  const reply = replyIn(answer)
  const { world, exchange, trace } = about
  const { simulator } = about.provider
  journal.add({
    at: world.now,
    provider: simulator.slug,
    operation: trace.operation?.id,
    basePath: trace.basePath,
    method: exchange.method,
    url: exchange.url,
    status: reply?.status,
    stage: trace.stage,
    credential: simulator.auth.credentialIn(
      (name) => headerOf(exchange, name),
      world.settings(simulator.settings),
      exchange.body,
    ),
    headers: exchange.headers,
    requestBody: exchange.body === undefined ? undefined : kept(exchange.body),
    replyHeaders: reply?.headers,
    replyType: reply?.type,
    replyBody: reply && keptReply(reply),
    refusal: keptRefusal(trace),
    fault: trace.faults.at(-1),
    otherFaults: trace.faults.length > 1 ? trace.faults.slice(0, -1) : undefined,
    missedFaults: trace.missedFaults.length > 0 ? trace.missedFaults : undefined,
    preference: trace.preference,
    effects: trace.effects && keptEffects(trace.effects),
    undocumented: trace.undocumented,
    violations: trace.violations,
  })
}

/** The reply that an answer sends, all of it or a part, or that is lost with it. */
function replyIn(answer: Answer): BytesAnswer | undefined {
  if (answer.kind === 'bytes') return answer
  return 'reply' in answer ? answer.reply : answer.lost
}

/** A request that is no provider's, for the journal. */
export interface Stray {
  readonly method: string
  readonly url: string
  readonly headers: RequestHeaders
  readonly body: string | undefined
  readonly refusal: { readonly code: string; readonly message: string }
  readonly reply: { readonly status: number; readonly type: string; readonly body: string }
}

/** Writes down a request that is no provider's: a base URL may be wrong. */
export function rememberStray(journal: Journal, world: World, stray: Stray): void {
  const { method, url, headers, body, refusal, reply } = stray
  journal.add({
    at: world.now,
    provider: undefined,
    operation: undefined,
    method,
    url,
    status: reply.status,
    stage: 'route',
    credential: undefined,
    headers,
    requestBody: body === undefined ? undefined : kept(body),
    replyType: reply.type,
    replyBody: kept(reply.body),
    refusal: { code: refusal.code, reason: refusal.message, stage: 'route' },
    undocumented: [],
    violations: [],
  })
}

function keptRefusal({ refusal, stage, fields }: Trace): KeptRefusal | undefined {
  if (!refusal) return undefined
  const kept = { code: refusal.code, reason: copied(refusal.message), stage }
  return fields.length === 0 ? kept : { ...kept, fields }
}

function keptEffects({ changes, events }: Effects): KeptEffects {
  const byCollection: Record<string, number> = {}
  const ids: string[] = []
  for (const { collection, key, before } of changes) {
    if (isBookkeeping({ collection })) continue
    byCollection[collection] = (byCollection[collection] ?? 0) + 1
    const isCallback = collection === callbacks.name || collection === unsentCallbacks.name
    if (isCallback && before === undefined) tell(ids, key)
  }
  const byType: Record<string, number> = {}
  for (const { type } of events) byType[type] = (byType[type] ?? 0) + 1
  return { changes: byCollection, events: byType, callbacks: ids }
}

/** What is kept beyond what is shown, so that a secret at the edge is found: characters. */
const MARGIN = 1024

/** The beginning of a body. */
export function kept(body: string): KeptBody {
  const { length } = body
  const isWhole = length <= BODY_KEPT + MARGIN
  return { text: isWhole ? body : copied(body.slice(0, BODY_KEPT + MARGIN)), length }
}

function keptReply({ body, text }: BytesAnswer): KeptBody | undefined {
  if (text) return { text: kept(text.beginning).text, length: text.length }
  return typeof body === 'string' ? kept(body) : undefined
}

/** A long text by itself: what was cut out of another would keep the whole of that in memory. */
function copied(text: string): string {
  return text.length < 1000 ? text : Buffer.from(text).toString()
}

/** An exchange without its secrets: those that are known, and whatever it sent as one. */
function shown(exchange: KeptExchange, redactor: Redactor): JournalEntry {
  const { credential, headers, requestBody, replyHeaders, replyBody, ...rest } = exchange
  const bodies = [requestBody, replyBody].flatMap((sent) => (sent ? [sent.text] : []))
  const knowing = redactor.with(secretsSent({ credential, headers, url: rest.url, bodies }))
  const sentence = (text: string) => knowing.redacted(text, 'sentence')
  const fault = (traced: TracedFault) => ({ ...traced, saw: sentence(traced.saw) })
  return {
    ...rest,
    url: urlShown(rest.url, knowing),
    requestHeaders: redactedHeaders(headers, knowing, credential),
    requestBody: requestBody && bodyShown(requestBody, knowing),
    replyHeaders: replyHeaders && redactedHeaders(replyHeaders, knowing),
    replyBody: replyBody && bodyShown(replyBody, knowing),
    refusal: rest.refusal && refusalShown(rest.refusal, sentence),
    fault: rest.fault && fault(rest.fault),
    otherFaults: rest.otherFaults?.map(fault),
    missedFaults: rest.missedFaults?.map(sentence),
    preference: rest.preference === undefined ? undefined : sentence(rest.preference),
    undocumented: rest.undocumented.map(sentence),
    violations: rest.violations.map(sentence),
  }
}

function urlShown(url: string, redactor: Redactor): string {
  if (url.length <= BODY_KEPT) return redactor.redacted(url, 'url')
  return `${redactor.redacted(url, 'url', BODY_KEPT)}... (${url.length} characters)`
}

function bodyShown({ text, length }: KeptBody, redactor: Redactor): string {
  if (length <= BODY_KEPT) return redactor.redacted(text, 'body')
  return `${redactor.redacted(text, 'body', BODY_KEPT)}... (${length} characters)`
}

function refusalShown(
  { reason, fields, ...refusal }: KeptRefusal,
  sentence: (text: string) => string,
): KeptRefusal {
  const shown = { ...refusal, reason: sentence(reason) }
  return fields ? { ...shown, fields: fields.map((each) => fieldShown(each, sentence)) } : shown
}

/** A place of a request: what came there is secret where its name or that of a field above is. */
function fieldShown(field: FieldProblem, sentence: (text: string) => string): FieldProblem {
  const { pointer, got } = field
  const shown = { ...field, pointer: sentence(pointer) }
  if (got === undefined) return shown
  return { ...shown, got: pointer.split('/').some(isCredentialName) ? REDACTED : sentence(got) }
}

/** True where only the beginning of a body was kept. */
export function isCut(body: string): boolean {
  return body.length > BODY_KEPT
}
