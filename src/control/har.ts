// Exchanges as an HTTP archive: HAR 1.2, which browsers and proxies open.
import { STATUS_CODES } from 'node:http'
import { isCut, type JournalEntry } from '../server/journal.ts'
import { defined } from '../state/defined.ts'
import { iso } from '../state/instant.ts'
import type { HarEntryShown, HarShown } from './wire.ts'

/** An exchange for an archive. */
export interface Archived {
  /** ISO 8601. */
  readonly at: string
  /** Ms; 0 where nobody measured it. */
  readonly time: number
  readonly method: string
  /** With its host. */
  readonly url: string
  readonly requestHeaders: Readonly<Record<string, string>>
  readonly requestBody: string | undefined
  /** Bytes; absent where it is not known. */
  readonly requestSize: number | undefined
  /** Absent where no reply came. */
  readonly status: number | undefined
  readonly replyHeaders: Readonly<Record<string, string>>
  readonly replyType: string
  readonly replyBody: string | undefined
  readonly replySize: number | undefined
  /** What archives have no place for; its names begin with an underscore. */
  readonly more: Readonly<Record<string, unknown>>
}

/** The journal as an archive. @param root URL of the simulator, for exchanges that named no host */
export function harOf(version: string, root: string, entries: readonly JournalEntry[]): HarShown {
  return archiveOf(
    version,
    entries.map((entry) => archivedEntry(entry, root)),
  )
}

export function archiveOf(version: string, exchanges: readonly Archived[]): HarShown {
  const entries = exchanges.map(entryOf)
  return { log: { version: '1.2', creator: { name: 'esimulator', version }, entries } }
}

/** Of a reply that did not come, as archives have it. */
const NO_STATUS = 0
/** What is not known of a size. */
const UNKNOWN = -1

function archivedEntry(entry: JournalEntry, root: string): Archived {
  const { id, at, provider, operation, refusal, fault, method, url, status } = entry
  const { requestHeaders, requestBody, replyHeaders = {}, replyType = '', replyBody } = entry
  const { host } = requestHeaders
  const type: Record<string, string> = replyType === '' ? {} : { 'content-type': replyType }
  const isBinary = replyBody === undefined && replyType !== ''
  return {
    at: iso(at),
    time: 0,
    method,
    url: `${host === undefined ? root : `http://${host}`}${url}`,
    requestHeaders,
    requestBody,
    requestSize: sizeOf(requestBody),
    status,
    replyHeaders: { ...replyHeaders, ...type },
    replyType,
    replyBody,
    replySize: isBinary ? undefined : sizeOf(replyBody),
    more: {
      _id: id,
      _provider: provider,
      _operation: operation,
      _refusal: refusal,
      _fault: fault,
    },
  }
}

/** Bytes of a body, where all of it was kept. */
function sizeOf(body: string | undefined): number | undefined {
  if (body === undefined) return 0
  return isCut(body) ? undefined : Buffer.byteLength(body)
}

function entryOf(exchange: Archived): HarEntryShown {
  const { at, time, more } = exchange
  return defined({
    startedDateTime: at,
    time,
    request: requestOf(exchange),
    response: responseOf(exchange),
    cache: {},
    timings: { send: 0, wait: time, receive: 0 },
    ...more,
  }) as HarEntryShown
}

function requestOf(exchange: Archived): HarEntryShown['request'] {
  const { method, url, requestHeaders, requestBody, requestSize = UNKNOWN } = exchange
  const { 'content-type': type = '' } = requestHeaders
  const [, query = ''] = url.split(/\?(.*)/s)
  return defined({
    method,
    url,
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: pairs(Object.entries(requestHeaders)),
    queryString: pairs(new URLSearchParams(query)),
    postData: requestBody === undefined ? undefined : { mimeType: type, text: requestBody },
    headersSize: UNKNOWN,
    bodySize: requestSize,
  })
}

function responseOf(exchange: Archived): HarEntryShown['response'] {
  const { status = NO_STATUS, replyHeaders, replyType, replyBody, replySize = UNKNOWN } = exchange
  const isBinary = replyBody === undefined && replySize !== 0
  return {
    status,
    statusText: STATUS_CODES[status] ?? '',
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: pairs(Object.entries(replyHeaders)),
    content: defined({
      size: Buffer.byteLength(replyBody ?? ''),
      mimeType: replyType,
      text: replyBody,
      comment: isBinary ? 'a body that is no text is not kept' : undefined,
    }),
    redirectURL: replyHeaders.Location ?? replyHeaders.location ?? '',
    headersSize: UNKNOWN,
    bodySize: replySize,
  }
}

function pairs(entries: Iterable<readonly [string, string]>): { name: string; value: string }[] {
  return [...entries].map(([name, value]) => ({ name, value }))
}
