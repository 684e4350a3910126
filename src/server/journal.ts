// A ring of exchanges: what was asked, what was answered, and the true reason of every refusal.
import type { Simulator } from '../simulators/simulator.ts'
import type { World } from '../state/world.ts'
import {
  type BytesAnswer,
  type Exchange,
  headerOf,
  type RequestHeaders,
  type Trace,
} from './exchange.ts'
import { isCredentialParameter } from './redaction/credential-names.ts'
import type { Redactor } from './redaction/redactor.ts'
import { secretsSent } from './redaction/secrets-sent.ts'
import { REDACTED } from './redaction/span.ts'

/** One exchange, without the secrets in it. Times are virtual. */
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

/** A body as far as it is kept, and how long it was: characters. */
interface KeptBody {
  readonly text: string
  readonly length: number
}

/** One exchange as it was: it is never shown, and its secrets are struck out when it is read. */
export interface KeptExchange
  extends Omit<JournalEntry, 'requestHeaders' | 'requestBody' | 'replyBody'> {
  /** The secret it carried, good or not. */
  readonly credential: string | undefined
  readonly headers: RequestHeaders
  readonly requestBody: KeptBody | undefined
  readonly replyBody: KeptBody | undefined
}

/** What an exchange is chosen by: nothing that could be secret. */
export type Distinction = Pick<KeptExchange, 'id' | 'provider' | 'operation' | 'status' | 'refusal'>

export interface Journal {
  add(exchange: Omit<KeptExchange, 'id'>): void
  get(id: number): JournalEntry | undefined
  /** The numbers of those that are wanted, newest first. */
  find(isWanted: (exchange: Distinction) => boolean): number[]
  /** Newest first. */
  list(): JournalEntry[]
  clear(): void
}

/** A journal that is empty. The oldest exchanges go where there are too many, or too large ones. */
export function openJournal(redactor: Redactor): Journal {
  const ring: (KeptExchange | undefined)[] = []
  let last = 0
  let first = 1
  let size = 0
  const at = (id: number) => (id - 1) % JOURNAL_LENGTH
  const drop = () => {
    size -= sizeOf(ring[at(first)])
    ring[at(first)] = undefined
    first += 1
  }
  const get = (id: number) => {
    const exchange = ring[at(id)]
    return exchange?.id === id ? shown(exchange, redactor) : undefined
  }
  const find: Journal['find'] = (isWanted) => {
    const wanted = ring.filter((exchange) => exchange !== undefined).filter(isWanted)
    return wanted.map(({ id }) => id).sort((a, b) => b - a)
  }
  return {
    get,
    find,
    list: () => find(() => true).flatMap((id) => get(id) ?? []),
    add(exchange) {
      const added: KeptExchange = Object.assign(exchange, { id: last + 1 })
      if (last - first + 1 === JOURNAL_LENGTH) drop()
      last += 1
      ring[at(last)] = added
      size += sizeOf(added)
      while (size > JOURNAL_SIZE && first < last) drop()
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
function sizeOf(exchange: KeptExchange | undefined): number {
  if (!exchange) return 0
  const { url, requestBody, replyBody, refusal } = exchange
  const bodies = (requestBody?.text.length ?? 0) + (replyBody?.text.length ?? 0)
  return url.length + bodies + (refusal?.reason.length ?? 0)
}

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
export function remember(journal: Journal, about: Remembered, answer: BytesAnswer): void {
  const { world, exchange, trace } = about
  const { simulator } = about.provider
  const { refusal } = trace
  journal.add({
    at: world.now,
    provider: simulator.slug,
    operation: trace.operation?.id,
    method: exchange.method,
    url: exchange.url,
    status: answer.status,
    credential: simulator.auth.credentialIn(
      (name) => headerOf(exchange, name),
      world.settings(simulator.settings),
      exchange.body,
    ),
    headers: exchange.headers,
    requestBody: exchange.body === undefined ? undefined : kept(exchange.body),
    replyType: answer.type,
    replyBody: typeof answer.body === 'string' ? kept(answer.body) : undefined,
    refusal: refusal && { code: refusal.code, reason: copied(refusal.message) },
    undocumented: trace.undocumented,
    violations: trace.violations,
  })
}

/** What is kept beyond what is shown, so that a secret at the edge is found: characters. */
const MARGIN = 1024

/** The beginning of a body. */
function kept(body: string): KeptBody {
  const { length } = body
  return {
    text: length > BODY_KEPT + MARGIN ? copied(body.slice(0, BODY_KEPT + MARGIN)) : body,
    length,
  }
}

/** A long text by itself: what was cut out of another would keep the whole of that in memory. */
function copied(text: string): string {
  return text.length < 1000 ? text : Buffer.from(text).toString()
}

/** An exchange without its secrets: those that are known, and whatever it sent as one. */
function shown(exchange: KeptExchange, redactor: Redactor): JournalEntry {
  const { credential, headers, requestBody, replyBody, refusal, ...rest } = exchange
  const bodies = [requestBody, replyBody].flatMap((sent) => (sent ? [sent.text] : []))
  const knowing = redactor.with(secretsSent({ credential, headers, url: rest.url, bodies }))
  const sentence = (text: string) => knowing.redacted(text, 'sentence')
  const body = (sent: KeptBody | undefined) => sent && bodyShown(sent, knowing)
  return {
    ...rest,
    url: knowing.redacted(rest.url, 'url'),
    requestHeaders: headersShown(exchange, sentence),
    requestBody: body(requestBody),
    replyBody: body(replyBody),
    refusal: refusal && { code: refusal.code, reason: sentence(refusal.reason) },
    undocumented: rest.undocumented.map(sentence),
    violations: rest.violations.map(sentence),
  }
}

function bodyShown({ text, length }: KeptBody, redactor: Redactor): string {
  if (length <= BODY_KEPT) return redactor.redacted(text, 'body')
  return `${redactor.redacted(text, 'body', BODY_KEPT)}... (${length} characters)`
}

/**
 * Headers as the journal shows them: without what proves the sender, wherever the provider looks for
 * that, be it good or not.
 */
function headersShown(
  { headers, credential }: KeptExchange,
  sentence: (text: string) => string,
): Record<string, string> {
  const all: Record<string, string> = {}
  for (const [name, sent] of Object.entries(headers)) {
    const value = name === 'host' ? String(sent).replace(/^.*@/, `${REDACTED}@`) : String(sent)
    const isSecret = value === credential || isCredentialParameter(name)
    all[sentence(name)] = isSecret ? REDACTED : sentence(value)
  }
  return all
}
