// A ring of exchanges: what was asked, what was answered, and the true reason of every refusal.
import type { Simulator } from '../simulators/simulator.ts'
import type { World } from '../state/world.ts'
import { type BytesAnswer, type Exchange, headerOf, type Trace } from './exchange.ts'
import { REDACTED, secretsIn, struck } from './redaction.ts'

/** One exchange. Times are virtual; secrets were struck out before it came here. */
export interface JournalEntry {
  readonly id: number
  /** Virtual ms since the epoch. */
  readonly at: number
  readonly provider: string | undefined
  readonly operation: string | undefined
  readonly method: string
  readonly url: string
  readonly status: number
  readonly requestHeaders: Readonly<Record<string, string>>
  readonly requestBody: string | undefined
  readonly replyType: string | undefined
  readonly replyBody: string | undefined
  /** Why it was refused: the truth, which the reply may not tell. */
  readonly refusal: { readonly code: string; readonly reason: string } | undefined
  /** Fields and parameters the spec does not know, accepted all the same. */
  readonly undocumented: readonly string[]
  /** How the handler's reply broke the spec. */
  readonly violations: readonly string[]
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
export function remember(journal: Journal, about: Remembered, answer: BytesAnswer): void {
  const { world, exchange, trace } = about
  const { simulator } = about.provider
  const credential = simulator.auth.credentialIn(
    (name) => headerOf(exchange, name),
    world.settings(simulator.settings),
    exchange.body,
  )
  const secrets = secretsIn(world, credential, trace.operation?.isPublic === true)
  const strike = (text: string) => struck(text, secrets)
  const { refusal } = trace
  journal.add({
    at: world.now,
    provider: simulator.slug,
    operation: trace.operation?.id,
    method: exchange.method,
    url: strike(exchange.url),
    status: answer.status,
    requestHeaders: keptHeaders(exchange, credential, strike),
    requestBody: exchange.body && shortened(strike(exchange.body)),
    replyType: answer.type,
    replyBody: typeof answer.body === 'string' ? shortened(strike(answer.body)) : undefined,
    refusal: refusal && { code: refusal.code, reason: copied(strike(refusal.message)) },
    undocumented: trace.undocumented.map(strike),
    violations: trace.violations,
  })
}

/** Headers that hold what proves the sender, wherever the provider looks for that. */
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'x-api-key', 'proxy-authorization'])

/**
 * Headers as the journal keeps them: without what proves the sender, be it good
 * or not.
 */
function keptHeaders(
  exchange: Exchange,
  credential: string | undefined,
  strike: (text: string) => string,
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of Object.keys(exchange.headers)) {
    const value = String(exchange.headers[name])
    headers[name] = value === credential || SECRET_HEADERS.has(name) ? REDACTED : strike(value)
  }
  return headers
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
