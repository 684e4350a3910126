// The journal as an HTTP archive: HAR 1.2, which browsers and proxies open.
import { STATUS_CODES } from 'node:http'
import { isCut, type JournalEntry } from '../server/journal.ts'
import { defined } from '../state/defined.ts'
import { iso } from '../state/instant.ts'
import type { HarEntryShown, HarShown } from './wire.ts'

/** @param root URL of the simulator, for exchanges that named no host */
export function harOf(version: string, root: string, entries: readonly JournalEntry[]): HarShown {
  const shown = entries.map((entry) => entryOf(entry, root))
  return { log: { version: '1.2', creator: { name: 'esimulator', version }, entries: shown } }
}

/** Of a reply that did not come, as archives have it. */
const NO_STATUS = 0
/** What is not known of a size. */
const UNKNOWN = -1

function entryOf(entry: JournalEntry, root: string): HarEntryShown {
  const { id, provider, operation, refusal, fault } = entry
  return defined({
    startedDateTime: iso(entry.at),
    time: 0,
    request: requestOf(entry, root),
    response: responseOf(entry),
    cache: {},
    timings: { send: 0, wait: 0, receive: 0 },
    _id: id,
    _provider: provider,
    _operation: operation,
    _refusal: refusal,
    _fault: fault,
  }) as HarEntryShown
}

function requestOf(entry: JournalEntry, root: string): HarEntryShown['request'] {
  const { method, url, requestHeaders, requestBody } = entry
  const { host, 'content-type': type = '' } = requestHeaders
  const [, query = ''] = url.split(/\?(.*)/s)
  return defined({
    method,
    url: `${host === undefined ? root : `http://${host}`}${url}`,
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: pairs(Object.entries(requestHeaders)),
    queryString: pairs(new URLSearchParams(query)),
    postData: requestBody === undefined ? undefined : { mimeType: type, text: requestBody },
    headersSize: UNKNOWN,
    bodySize: sizeOf(requestBody),
  })
}

function responseOf(entry: JournalEntry): HarEntryShown['response'] {
  const { status = NO_STATUS, replyHeaders = {}, replyType = '', replyBody } = entry
  const type = replyType === '' ? [] : [['content-type', replyType] as const]
  const isBinary = replyBody === undefined && replyType !== ''
  return {
    status,
    statusText: STATUS_CODES[status] ?? '',
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: pairs([...Object.entries(replyHeaders), ...type]),
    content: defined({
      size: Buffer.byteLength(replyBody ?? ''),
      mimeType: replyType,
      text: replyBody,
      comment: isBinary ? 'a body that is no text is not kept' : undefined,
    }),
    redirectURL: replyHeaders.Location ?? replyHeaders.location ?? '',
    headersSize: UNKNOWN,
    bodySize: isBinary ? UNKNOWN : sizeOf(replyBody),
  }
}

/** Bytes of a body, where all of it was kept. */
function sizeOf(body: string | undefined): number {
  if (body === undefined) return 0
  return isCut(body) ? UNKNOWN : Buffer.byteLength(body)
}

function pairs(entries: Iterable<readonly [string, string]>): { name: string; value: string }[] {
  return [...entries].map(([name, value]) => ({ name, value }))
}
