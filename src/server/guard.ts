// The one guard: who is let in, by host name, by the page that asks, by token; before a body is read.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Refusal } from '../state/refusal.ts'
import { type Access, hostNameOf, isOpenTo, urlAt } from './access.ts'
import { shortName } from './bounded.ts'
import { isEncrypted, localAddressOf } from './came-by.ts'
import { isLoopback } from './loopback.ts'
import { isJson, JSON_TYPE } from './media-type.ts'

/** A request that is not let in. */
export interface Forbidden {
  readonly refusal: Refusal
  /**
   * How another site's page shows what is asked for, where it does no more than that and reads
   * nothing: as a page of its own, behind a link, or as a picture.
   */
  readonly shownAs: 'page' | 'picture' | undefined
}

/** What is guarded, in the words of a refusal, and what its user may do about that. */
interface Guarded {
  readonly name: string
  /** True where --cors opens it. */
  readonly opens: boolean
  readonly how: string
}

const PROVIDER: Guarded = { name: 'this API', opens: true, how: '' }
const PAGE: Guarded = {
  name: 'this page',
  opens: false,
  how: 'open it in a tab of its own; --cors opens the APIs of providers alone',
}
const CONTROL: Guarded = {
  name: 'the control API',
  opens: false,
  how: 'call it from a program, or from a page it serves itself; --cors does not open it',
}

/**
 * The header that tells a browser from other clients. Browsers send Sec-Fetch-Site to loopback and
 * over TLS alone. What they send anywhere, and no page can keep from being sent, is Accept-Language;
 * fetch of Node sends that, too, but Sec-Fetch-Mode beside it, which no page can set.
 */
function browserMark(headers: IncomingHttpHeaders): string | undefined {
  if (headers.origin !== undefined) return 'Origin'
  if (headers['sec-fetch-site'] !== undefined) return 'Sec-Fetch-Site'
  return headers['accept-language'] !== undefined && headers['sec-fetch-mode'] === undefined
    ? 'Accept-Language'
    : undefined
}

/** Guards the API of a provider. Programs may call it under any host name. */
export function guardProvider(access: Access, request: IncomingMessage): Forbidden | undefined {
  const mark = browserMark(request.headers)
  if (mark === undefined) return undefined
  const problem = isOfProvider(access, request)
    ? undefined
    : markedHostProblem(access, request, mark)
  if (problem !== undefined) return { refusal: forbidden(problem), shownAs: undefined }
  const foreign = foreignPageProblem(access, request, PROVIDER)
  if (foreign === undefined) return undefined
  return { refusal: forbidden(foreign), shownAs: shownAs(request) }
}

/** Guards what is there to be looked at: the front page, and paths that lead nowhere. */
export function guardPage(access: Access, request: IncomingMessage): Refusal | undefined {
  const mark = browserMark(request.headers)
  if (mark === undefined) return undefined
  const problem =
    markedHostProblem(access, request, mark) ??
    (shownAs(request) === 'page' ? undefined : foreignPageProblem(access, request, PAGE))
  return problem === undefined ? undefined : forbidden(problem)
}

/** Guards `/_sim`: everybody's host name counts. */
export function guardControl(access: Access, request: IncomingMessage): Refusal | undefined {
  const problem = hostProblem(access, request) ?? foreignPageProblem(access, request, CONTROL)
  if (problem !== undefined) return forbidden(problem)
  const unauthorized = tokenProblem(access, request.headers)
  if (unauthorized !== undefined) return new Refusal('unauthorized', unauthorized)
  return contentProblem(request)
}

function forbidden(reason: string): Refusal {
  return new Refusal('forbidden', reason)
}

/**
 * A page of another site, its name led to this machine by its own name server (DNS rebinding), is
 * of the same origin to its browser, and still sends its own name as Host.
 */
function isListed(access: Access, request: IncomingMessage): boolean {
  const { host } = request.headers
  const name = host === undefined ? undefined : hostNameOf(host)
  if (name === undefined) return false
  if (isLoopback(name) || access.hosts.has(name)) return true
  // Nobody's name server decides where an address leads.
  return name === localAddressOf(request)?.replace(/^::ffff:(?=\d+\.)/, '')
}

/**
 * True where the Host stands for a provider. Only its API is there, and who owns the name of a real API
 * is no attacker: a browser may be led here under it, and pages of other sites stay refused.
 */
function isOfProvider({ providerHosts }: Access, { headers: { host } }: IncomingMessage): boolean {
  return host !== undefined && providerHosts.has(hostNameOf(host) ?? '')
}

/** The host name of a request, in a sentence. */
function hostIn({ headers: { host = '' } }: IncomingMessage): string {
  return shortName(hostNameOf(host) ?? host)
}

function hostProblem(access: Access, request: IncomingMessage): string | undefined {
  if (request.headers.host === undefined) return 'the request has no Host header'
  if (isListed(access, request)) return undefined
  const how = 'allow it with --allowed-hosts or ESIMULATOR_ALLOWED_HOSTS'
  return `the control API does not answer to the host name "${hostIn(request)}": ${how}`
}

/** @param mark the header by which the request is one of a browser */
function markedHostProblem(
  access: Access,
  request: IncomingMessage,
  mark: string,
): string | undefined {
  if (isListed(access, request)) return undefined
  const name = hostIn(request)
  return (
    `a browser is not answered under the host name "${name}", and ${mark} says that this is one: ` +
    `allow it with --allowed-hosts ${name} or ESIMULATOR_ALLOWED_HOSTS`
  )
}

/** Why the page that asks may not, or `undefined` where it may or where no page asks. */
function foreignPageProblem(
  access: Access,
  request: IncomingMessage,
  guarded: Guarded,
): string | undefined {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined) {
    const from = origin.toLowerCase()
    if (guarded.opens && isOpenTo(access, from)) return undefined
    if (!isOwn(access, request, from)) return `${foreignOrigin(request, origin, guarded)}`
  }
  if (site === undefined || site === 'same-origin' || site === 'none') return undefined

  const asks = `a page of another site asks (Sec-Fetch-Site: ${shortName(site)})`
  const how = 'let it ask by fetch, or with the attribute crossorigin, and start with --cors ORIGIN'
  return guarded.opens
    ? `${asks} and does not say which: ${how}`
    : `${asks}, and such may not use ${guarded.name}: ${guarded.how}`
}

/**
 * Whether an origin is that of the pages served here: of the public URL, and of the Host where that
 * is another. Where a proxy speaks TLS for the public URL, pages of its host without TLS are foreign.
 */
function isOwn({ publicOrigin }: Access, request: IncomingMessage, origin: string): boolean {
  if (origin === publicOrigin) return true
  const { host = '' } = request.headers
  const [publicScheme = 'http'] = publicOrigin?.split(':') ?? []
  if (publicOrigin !== undefined && urlAt(publicScheme, host)?.origin === publicOrigin) return false
  const scheme = isEncrypted(request) ? 'https' : 'http'
  return urlAt(scheme, host)?.origin === origin
}

function foreignOrigin(request: IncomingMessage, sent: string, { name, opens, how }: Guarded) {
  const origin = shortName(sent)
  const refused = `pages of ${origin} may not use ${name}`
  if (URL.canParse(sent) && new URL(sent).host === request.headers.host?.toLowerCase())
    return `${refused}: where that is its own URL, start it with --public-url ${origin}`
  if (!opens) return `${refused}: ${how}`
  return sent === 'null'
    ? `${refused}, as files and sandboxed frames have it: serve the page by HTTP, and start with --cors ORIGIN`
    : `${refused}: start it with --cors ${origin} or ESIMULATOR_CORS`
}

/** How another site's page shows what it asks for; `undefined` where it may do more than that. */
function shownAs({ method, headers }: IncomingMessage): Forbidden['shownAs'] {
  const { origin, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers
  if (method !== 'GET' || origin !== undefined) return undefined
  if (mode === 'navigate' && destination === 'document') return 'page'
  return mode === 'no-cors' && destination === 'image' ? 'picture' : undefined
}

const digest = (text: string) => createHash('sha256').update(text).digest()

function tokenProblem(
  { token }: Access,
  { authorization }: IncomingHttpHeaders,
): string | undefined {
  if (token === undefined) return undefined
  const sent = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  if (sent === undefined)
    return 'this simulator was started with a token: send it as "Authorization: Bearer <token>", or give the command line --token or ESIMULATOR_TOKEN'
  return timingSafeEqual(digest(sent), digest(token))
    ? undefined
    : 'the token is not the one this simulator was started with'
}

/** What curl and others name the type of any body where they are not told one. */
const UNTOLD = /^application\/x-www-form-urlencoded *(?:;|$)/i

/**
 * True where a program sends a body and names no type of its own: it is read as JSON. A page's form has
 * that type, too, but its browser sends one of these headers, which no page can take away.
 */
function isUntoldType({ headers }: IncomingMessage): boolean {
  const { 'content-type': type, origin, referer } = headers
  const isOfBrowser =
    origin !== undefined ||
    referer !== undefined ||
    headers['accept-language'] !== undefined ||
    Object.keys(headers).some((name) => name.startsWith('sec-'))
  return !isOfBrowser && (type === undefined || UNTOLD.test(type))
}

/** A page can send forms and plain text anywhere without being asked; JSON it cannot. */
function contentProblem(request: IncomingMessage): Refusal | undefined {
  const { method, headers } = request
  const { 'content-type': type, 'content-length': length = '0' } = headers
  const isEmpty = headers['transfer-encoding'] === undefined && Number(length) === 0
  if (isEmpty || isJson(type) || method === 'GET' || method === 'HEAD') return undefined
  if (isUntoldType(request)) return undefined
  const reason = `the body was sent as ${shortName(type ?? 'no type at all')}: send ${JSON_TYPE}`
  return new Refusal('unsupported-media-type', reason, { accept: JSON_TYPE })
}
