// A ring of exchanges: what was asked, what was answered, and the true reason of every refusal.
import type { Simulator } from '../simulators/simulator.ts'
import { callbacks, unsentCallbacks } from '../state/callbacks.ts'
import type { World } from '../state/world.ts'
import { worldRecords } from '../state/world-records.ts'
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
import { REDACTED, secretsIn, struck } from './redaction.ts'
import type { FieldProblem } from './violations.ts'

/** One exchange. Times are virtual; secrets were struck out before it came here. */
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
export const BODY_KEPT = 8192
export const JOURNAL_SIZE = 8_388_608

export interface Journal {
  add(entry: Omit<JournalEntry, 'id'>): void
  get(id: number): JournalEntry | undefined
  /** Newest first. */
  list(): JournalEntry[]
  clear(): void
}

/** A journal that is empty. The oldest exchanges go where there are too many, or too large ones. */
export function openJournal(): Journal {
  const ring: (JournalEntry | undefined)[] = []
  let last = 0
  let first = 1
  let size = 0
  const at = (id: number) => (id - 1) % JOURNAL_LENGTH
  const drop = () => {
    size -= sizeOf(ring[at(first)])
    ring[at(first)] = undefined
    first += 1
  }
  return {
    add(entry) {
      const added: JournalEntry = Object.assign(entry, { id: last + 1 })
      if (last - first + 1 === JOURNAL_LENGTH) drop()
      last += 1
      ring[at(last)] = added
      size += sizeOf(added)
      while (size > JOURNAL_SIZE && first < last) drop()
    },
    get(id) {
      const entry = ring[at(id)]
      return entry?.id === id ? entry : undefined
    },
    list() {
      const kept = ring.filter((entry) => entry !== undefined)
      return kept.sort((a, b) => b.id - a.id)
    },
    clear() {
      ring.length = 0
      last = 0
      first = 1
      size = 0
    },
  }
}

/** About how many characters an entry holds: its headers and its lists are bounded as they are. */
function sizeOf(entry: JournalEntry | undefined): number {
  if (!entry) return 0
  const { url, requestBody = '', replyBody = '', refusal } = entry
  return url.length + requestBody.length + replyBody.length + (refusal?.reason.length ?? 0)
}

/** What an exchange is remembered from. */
export interface Remembered {
  readonly provider: { readonly simulator: Simulator }
  readonly world: World
  readonly exchange: Exchange
  readonly trace: Trace
}

/** Writes an exchange down, without the secrets in it. */
export function remember(journal: Journal, about: Remembered, answer: Answer): void {
  const reply = replyIn(answer)
  const { world, exchange, trace } = about
  const { simulator } = about.provider
  const credential = simulator.auth.credentialIn(
    (name) => headerOf(exchange, name),
    world.settings(simulator.settings),
    exchange.body,
  )
  const secrets = secretsIn(world, credential, trace.operation?.isPublic === true)
  const strike = (text: string) => struck(text, secrets)
  journal.add({
    at: world.now,
    provider: simulator.slug,
    operation: trace.operation?.id,
    basePath: trace.basePath,
    method: exchange.method,
    url: strike(exchange.url),
    status: reply?.status,
    requestHeaders: keptHeaders(exchange.headers, credential, strike),
    requestBody: exchange.body && shortened(strike(exchange.body)),
    replyHeaders: reply && keptHeaders(reply.headers, undefined, strike),
    replyType: reply?.type,
    replyBody: typeof reply?.body === 'string' ? shortened(strike(reply.body)) : undefined,
    refusal: keptRefusal(trace, strike),
    fault: trace.faults.at(-1),
    otherFaults: trace.faults.length > 1 ? trace.faults.slice(0, -1) : undefined,
    missedFaults: trace.missedFaults.length > 0 ? trace.missedFaults : undefined,
    preference: trace.preference,
    effects: trace.effects && keptEffects(trace.effects),
    undocumented: trace.undocumented.map(strike),
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
  const secrets = secretsIn(world, undefined, false)
  const strike = (text: string) => struck(text, secrets)
  const { method, url, headers, body, refusal, reply } = stray
  journal.add({
    at: world.now,
    provider: undefined,
    operation: undefined,
    method,
    url: shortened(strike(url)),
    status: reply.status,
    requestHeaders: keptHeaders(headers, undefined, strike),
    requestBody: body && shortened(strike(body)),
    replyType: reply.type,
    replyBody: shortened(strike(reply.body)),
    refusal: { code: refusal.code, reason: strike(refusal.message), stage: 'route' },
    undocumented: [],
    violations: [],
  })
}

function keptRefusal(
  { refusal, stage, fields }: Trace,
  strike: (text: string) => string,
): KeptRefusal | undefined {
  if (!refusal) return undefined
  const kept = { code: refusal.code, reason: copied(strike(refusal.message)), stage }
  if (fields.length === 0) return kept
  return { ...kept, fields: fields.map((each) => withoutSecrets(each, strike)) }
}

function withoutSecrets(field: FieldProblem, strike: (text: string) => string): FieldProblem {
  return field.got === undefined ? field : { ...field, got: strike(field.got) }
}

function keptEffects({ changes, events }: Effects): KeptEffects {
  const byCollection: Record<string, number> = {}
  const ids: string[] = []
  for (const { collection, key, before } of changes) {
    // Clock, sequences and random streams move with everything.
    if (collection === worldRecords.name) continue
    byCollection[collection] = (byCollection[collection] ?? 0) + 1
    const isCallback = collection === callbacks.name || collection === unsentCallbacks.name
    if (isCallback && before === undefined) tell(ids, key)
  }
  const byType: Record<string, number> = {}
  for (const { type } of events) byType[type] = (byType[type] ?? 0) + 1
  return { changes: byCollection, events: byType, callbacks: ids }
}

/** Headers that hold what proves the sender, wherever the provider looks for that. */
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'x-api-key', 'proxy-authorization'])

/**
 * Headers as the journal keeps them: without what proves the sender, be it good
 * or not.
 */
function keptHeaders(
  headers: RequestHeaders,
  credential: string | undefined,
  strike: (text: string) => string,
): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of Object.keys(headers)) {
    const value = String(headers[name])
    kept[name] = value === credential || SECRET_HEADERS.has(name) ? REDACTED : strike(value)
  }
  return kept
}

/** A long text by itself: what was cut out of another would keep the whole of that in memory. */
function copied(text: string): string {
  return text.length < 1000 ? text : Buffer.from(text).toString()
}

/** The beginning of a long body. */
function shortened(body: string): string {
  if (body.length <= BODY_KEPT) return body
  return `${copied(body.slice(0, BODY_KEPT))}... (${body.length} characters)`
}

/** True where only the beginning of a body was kept. */
export function isCut(body: string): boolean {
  return body.length > BODY_KEPT
}
