// What a request is for: its target (RFC 9112 3.2, RFC 3986) and its Host, put right or found wrong.
import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import { percentDecoded } from '../state/percent-encoding.ts'
import { type CommonRefusal, Refusal } from '../state/refusal.ts'

/** The target of a request. */
export interface RequestTarget {
  /** In origin-form: path and query. */
  readonly url: string
  /** Why the request cannot be answered, whatever it asks for. */
  readonly malformed: Refusal | undefined
}

/** What no plain target has: another form, an escape, a fragment, a byte beyond ASCII, a dot. */
const ODD = /^[^/]|[%#\x80-\uffff]|\/\.{1,2}(?![^/?])/

/**
 * The target of a request, with its Host. Of an absolute URL, as proxies are sent it, the authority
 * takes the place of the Host header (RFC 9112 3.2.2), for all who look at it later.
 */
export function requestTarget(request: IncomingMessage): RequestTarget {
  const asked = request.url ?? '/'
  const target = ODD.test(asked) ? oddTarget(request, asked) : undefined
  const malformed = target?.malformed ?? hostProblem(request) ?? expectationProblem(request)
  return { url: target?.url ?? asked, malformed }
}

function refusal(reason: string, code: CommonRefusal = 'invalid-request'): Refusal {
  return new Refusal(code, reason)
}

/** Scheme, authority, and the rest. */
const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i

function oddTarget(request: IncomingMessage, asked: string): RequestTarget {
  if (asked.startsWith('/')) return normalized(asked)
  if (asked === '*' && request.method === 'OPTIONS') return { url: asked, malformed: undefined }

  const [, authority, rest = ''] = ABSOLUTE.exec(asked) ?? []
  if (authority === undefined) {
    const reason = `the request is for "${asked}": send a path, or a URL of http or https`
    return { url: '/', malformed: refusal(reason) }
  }
  request.headers.host = authority
  return normalized(rest.startsWith('/') ? rest : `/${rest}`)
}

/** Characters that mean the same escaped or not (RFC 3986 2.3). */
const UNRESERVED = /^[A-Za-z0-9._~-]$/

/** A URL in origin-form without needless escapes (RFC 3986 6.2.2), or what is wrong with it. */
function normalized(asked: string): RequestTarget {
  const url = asked.replaceAll(/%([0-9A-Fa-f]{2})/g, (written, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    return UNRESERVED.test(character) ? character : written
  })
  const problem = problemIn(url)
  return { url, malformed: problem === undefined ? undefined : refusal(problem) }
}

function problemIn(url: string): string | undefined {
  if (url.includes('#')) return 'the URL has a fragment, which is never sent: leave out the #'
  if (/[^\x21-\x7e]/.test(url)) return 'the URL has characters beyond ASCII: percent-encode them'

  const path = url.split('?', 1)[0] ?? ''
  if (/\/\.{1,2}(\/|$)/.test(path)) return 'the path has segments of dots: send it without them'
  return percentDecoded(url) === undefined
    ? 'the URL cannot be decoded: a % begins no escape of UTF-8; write a bare one as %25'
    : undefined
}

/** uri-host and port (RFC 3986 3.2.2, 3.2.3); an address in brackets is looked at further. */
const HOST = /^(?:\[([0-9A-Fa-f:.]+)\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::(\d{0,5}))?$/

/** A Host without what stands before an @: a name and a password, which it may not have. */
function withoutUser(host: string): string {
  return host.slice(host.lastIndexOf('@') + 1)
}

/** The last Host that was found good: mostly the next one, too. */
let goodHost = ''

function hostProblem({ headers: { host }, rawHeaders }: IncomingMessage): Refusal | undefined {
  // node:http refuses HTTP/1.1 without a Host; HTTP/1.0 needs none.
  if (host === undefined) return undefined
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.length === 4 && rawHeaders[at]?.toLowerCase() === 'host') count += 1
  if (count > 1) return refusal('the request has several Host headers: send one')
  if (host === goodHost) return undefined

  const [whole, address, port = ''] = HOST.exec(host) ?? []
  if (whole === undefined || Number(port) > 65_535 || (address !== undefined && !isIPv6(address)))
    return refusal(
      `the Host "${withoutUser(host)}" is none: send a name or an address, and perhaps a port`,
    )
  goodHost = host
  return undefined
}

/** Why the expectation of a request cannot be met; nothing of its body may ever come then. */
export function expectationProblem({ headers: { expect } }: IncomingMessage): Refusal | undefined {
  if (expect === undefined || expect.toLowerCase() === '100-continue') return undefined
  const reason = `the expectation "${expect}" cannot be met: send 100-continue, or none`
  return refusal(reason, 'expectation-failed')
}
