// The socket side: node:http in front of the pipeline, and of Express for everything that is not a provider's.
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CommonRefusal, Refusal } from '../state/refusal.ts'
import type { Store } from '../stores/store.ts'
import {
  type Answer,
  type Exchange,
  type PipelineOptions,
  type Provider,
  serve,
} from './pipeline.ts'
import type { KnownProvider } from './provider.ts'
import { DEFAULT_WORLD, type HostedWorld, type Worlds } from './worlds.ts'

/** The largest body that is read, in bytes. */
export const BODY_LIMIT = 1_048_576

/** How much of a too large body is read and dropped before its sender is cut off. */
const BODY_DROPPED = 16 * BODY_LIMIT

export interface HttpOptions extends PipelineOptions {
  readonly providers: ReadonlyMap<string, KnownProvider>
  readonly worlds: Worlds
  readonly store: Store
  /** What hrefs begin with, instead of the request's Host. */
  readonly publicUrl: string | undefined
  /** Serves `/_sim` and whatever is nobody's. */
  readonly rest: (
    request: IncomingMessage,
    response: ServerResponse,
    world: string | undefined,
    path: string,
  ) => void
}

export type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** Where a URL leads. */
interface Destination {
  /** From a `/w/<world>` prefix. */
  readonly world: string | undefined
  readonly slug: string
  /** Below the slug. */
  readonly path: string
  readonly query: string
}

/** A proxy's client sends the whole URL; what counts is the path. */
function pathOf(url: string): string {
  if (url.startsWith('/') || !URL.canParse(url)) return url
  const { pathname, search } = new URL(url)
  return pathname + search
}

function destination(asked: string, ownSlug: string | undefined): Destination {
  const url = pathOf(asked)
  const mark = url.indexOf('?')
  let path = mark < 0 ? url : url.slice(0, mark)
  const query = mark < 0 ? '' : url.slice(mark + 1)
  let world: string | undefined
  if (path.startsWith('/w/')) {
    const end = path.indexOf('/', 3)
    world = end < 0 ? path.slice(3) : path.slice(3, end)
    path = end < 0 ? '/' : path.slice(end)
  }
  if (ownSlug !== undefined && !path.startsWith('/_sim'))
    return { world, slug: ownSlug, path, query }
  const end = path.indexOf('/', 1)
  return {
    world,
    slug: end < 0 ? path.slice(1) : path.slice(1, end),
    path: end < 0 ? '' : path.slice(end),
    query,
  }
}

/**
 * Listens to one port.
 * @param ownSlug the provider mounted at `/` there, for a port of its own
 */
export function listener(options: HttpOptions, ownSlug?: string): Listener {
  const { providers } = options
  return (request, response) => {
    const url = request.url ?? '/'
    const to = destination(url, ownSlug)
    const provider = providers.get(to.slug)
    if (!provider) {
      const rest = `/${to.slug}${to.path}${to.query && `?${to.query}`}`
      options.rest(request, response, worldNamed(to, request), rest)
      return
    }
    const finish = (body: string | undefined, unread?: Refusal) => {
      const compiled = provider.ready(to.path)
      if (compiled) return answer(options, compiled, to, ownSlug, request, response, body, unread)
      provider.compile(to.path).then(
        (ready) => answer(options, ready, to, ownSlug, request, response, body, unread),
        (error: unknown) => send(response, failureReply(provider, error, 'internal'), undefined),
      )
    }
    if (
      request.headers['content-length'] === undefined &&
      request.headers['transfer-encoding'] === undefined
    )
      finish(undefined)
    else readBody(request, finish)
  }
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : value?.[0]
}

/**
 * Reads a body up to the limit. A longer one is dropped as it comes, so that its sender is there to read the refusal;
 * one that goes on and on is refused at once.
 */
function readBody(
  request: IncomingMessage,
  finish: (body: string | undefined, unread?: Refusal) => void,
): void {
  const tooLarge = () =>
    finish(undefined, new Refusal('body-too-large', `the body is larger than ${BODY_LIMIT} bytes`))
  const chunks: Buffer[] = []
  let size = 0
  let done = false
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= BODY_LIMIT) chunks.push(chunk)
    else if (size > BODY_DROPPED && !done) {
      done = true
      tooLarge()
    }
  })
  request.on('end', () => {
    if (done) return
    if (size > BODY_LIMIT) return tooLarge()
    const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    // RFC 8259: JSON is UTF-8. Decoded all the same, what is not would become replacement characters.
    if (isUtf8(bytes)) finish(bytes.toString('utf8'))
    else finish(undefined, new Refusal('malformed-body', 'the body is not UTF-8'))
  })
}

/** The world a request names, by prefix or header; an empty header names none. */
function worldNamed(to: Destination, request: IncomingMessage): string | undefined {
  return to.world ?? (header(request, 'x-sim-world') || undefined)
}

/** The world a request speaks to: by prefix, by header, by credential, else `default`. */
function placeOf(
  options: HttpOptions,
  provider: Provider,
  to: Destination,
  request: IncomingMessage,
  body: string | undefined,
): HostedWorld | undefined {
  const { worlds } = options
  const named = worldNamed(to, request)
  if (named !== undefined) return worlds.get(named)
  const secret = provider.simulator.auth.credentialIn(
    (name) => header(request, name),
    undefined,
    body,
  )
  return (
    (secret === undefined ? undefined : worlds.byCredential(to.slug, secret)) ??
    worlds.get(DEFAULT_WORLD)
  )
}

/** An href leads to the world it was made in, also for who follows it without the header that chose the world. */
function rootOf(
  options: HttpOptions,
  to: Destination,
  ownSlug: string | undefined,
  request: IncomingMessage,
): string {
  const world = to.world ?? header(request, 'x-sim-world')
  const mounted = (request as { baseUrl?: string }).baseUrl ?? ''
  const origin = options.publicUrl ?? `http://${request.headers.host ?? 'localhost'}${mounted}`
  return `${origin}${world === undefined ? '' : `/w/${world}`}${ownSlug === undefined ? `/${to.slug}` : ''}`
}

function answer(
  options: HttpOptions,
  provider: Provider,
  to: Destination,
  ownSlug: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  body: string | undefined,
  unread: Refusal | undefined,
): void {
  const hosted = placeOf(options, provider, to, request, body)
  if (!hosted) {
    const name = worldNamed(to, request)
    const worded = provider.simulator.refusalReply(
      new Refusal('unknown-world', `there is no world "${name}"`),
      undefined,
    )
    send(
      response,
      {
        status: worded.status,
        headers: {},
        type: 'application/json',
        body: JSON.stringify(worded.body),
      },
      undefined,
    )
    return
  }
  const { world, runner, journal } = hosted
  const exchange: Exchange = {
    method: request.method ?? 'GET',
    path: to.path,
    query: to.query,
    url: request.url ?? '/',
    headers: request.headers,
    body,
    unread,
    // Made even where nobody asks: a getter in this literal cost a third of the throughput.
    root: rootOf(options, to, ownSlug, request),
    caller: request.socket.remoteAddress ?? '',
  }
  if (unread) response.shouldKeepAlive = false
  const leave = (reply: Answer) => {
    const settled = options.store.flushed(world.name)
    if (!settled) send(response, reply, hosted)
    else
      settled.then(
        () => send(response, reply, hosted),
        (error: Error) => send(response, failureReply(provider, error), hosted),
      )
  }
  try {
    runner.catchUp()
    const served = serve(provider, exchange, world, journal, options)
    if (served instanceof Promise) served.then(leave)
    else leave(served)
  } catch (error) {
    // What has come due could not be kept.
    send(response, failureReply(provider, error), hosted)
  }
}

/** What is said where what was done could not be kept, or nothing could be done. */
function failureReply(
  provider: Pick<Provider, 'simulator'>,
  error: unknown,
  code: CommonRefusal = 'writes-refused',
): Answer {
  const reason = error instanceof Error ? error.message : String(error)
  const worded = provider.simulator.refusalReply(new Refusal(code, reason), undefined)
  return {
    status: worded.status,
    headers: {},
    type: 'application/json',
    body: JSON.stringify(worded.body),
  }
}

let dateAt = Number.NaN
let dateText = ''

/** An HTTP date; the last one made is kept, since most replies fall in the same second. */
function httpDate(at: number): string {
  const second = Math.floor(at / 1000)
  if (second !== dateAt) {
    dateAt = second
    dateText = new Date(second * 1000).toUTCString()
  }
  return dateText
}

function send(response: ServerResponse, reply: Answer, hosted: HostedWorld | undefined): void {
  const headers: Record<string, string | number> = { ...reply.headers }
  if (hosted) {
    response.sendDate = false
    headers.Date = httpDate(hosted.world.now)
  }
  if (reply.type !== undefined) headers['Content-Type'] = reply.type
  headers['Content-Length'] = reply.body === undefined ? 0 : Buffer.byteLength(reply.body)
  response.writeHead(reply.status, headers)
  // What the request set going starts only once its reply is on its way.
  if (hosted?.runner.nudged) afterReply(response, () => hosted.runner.wake())
  response.end(reply.body)
}

/** Calls `then` when a reply has left, and at once where its client is gone already: then no event tells. */
export function afterReply(response: ServerResponse, then: () => void): void {
  if (response.closed) then()
  else response.once('close', then)
}
