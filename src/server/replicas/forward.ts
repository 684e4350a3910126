// A request passed on to the replica that has its world: the same bytes there, the same bytes back.
import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Refusal } from '../../state/refusal.ts'
import type { Replica } from '../../stores/leases.ts'
import { limitReading } from '../connections.ts'
import { alarm } from '../ticker.ts'
import { BROKEN_OFF, MISDIRECTED, NOT_HERE } from './marks.ts'
import { isOfPassing } from './proof.ts'

/** What came of passing a request on: `not-there` where it surely did not reach who has the world. */
export type Forwarded = 'answered' | 'not-there'

/** A request that is passed on. */
export interface Passing {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Its body, where that has been read; else it goes as it comes. */
  readonly body: readonly Uint8Array[] | undefined
  /** The provider at whose own port it came. */
  readonly ownSlug?: string | undefined
}

/** Wall ms in which a replica has to take the connection. */
const CONNECT_WITHIN = 1000
/** Wall ms a connection is kept for the next request: less than the other end keeps it. */
const KEPT_FOR = 3000

/** Headers of one connection, which go no further (RFC 9110 7.6.1). */
const OF_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What a message cannot do without, whoever says that it is of the connection: a body without its length would be taken for the next request. */
const OF_MESSAGE = new Set(['content-length', 'host'])

export interface Forwarder {
  /**
   * Passes a request on, and what is answered back; resolves once the answer has begun, or none comes.
   * @param extra headers that go with it
   * @throws Refusal `writes-refused` where it may have arrived and was not answered
   */
  forward(to: Replica, passing: Passing, extra: readonly [string, string][]): Promise<Forwarded>
  /** The JSON that a replica answers with; `undefined` where it does not, within `ms`. */
  ask(to: Replica, path: string, headers: OutgoingHttpHeaders, ms: number): Promise<unknown>
  close(): void
}

/** @param self tells the id of this replica */
export function openForwarder(self: () => string): Forwarder {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 256, timeout: KEPT_FOR })
  const open = (to: Replica, options: object): ClientRequest => {
    const url = new URL(to.url)
    const { hostname, port, protocol } = url
    const host = hostname.replace(/^\[|\]$/g, '')
    const place = { host, port: port || undefined, ...options }
    return protocol === 'https:' ? httpsRequest(place) : httpRequest({ ...place, agent })
  }
  return {
    forward(to, passing, extra) {
      const { request } = passing
      const upstream = open(to, { method: request.method, path: request.url, setHost: false })
      for (const [name, values] of sentHeaders(request)) upstream.setHeader(name, values)
      for (const [name, value] of extra) upstream.setHeader(name, value)
      // The lines that tell of a body are those that came: none is added where none was sent.
      upstream.useChunkedEncodingByDefault = request.headers['transfer-encoding'] !== undefined
      return passed(upstream, passing, self())
    },
    ask: (to, path, headers, ms) => asked(open(to, { path, headers, setHost: false }), ms),
    close: () => agent.destroy(),
  }
}

/** The headers of a request as they came, but for those of its connection. */
function sentHeaders(request: IncomingMessage): Map<string, string[]> {
  const sent = new Map<string, string[]>()
  const spelled = new Map<string, string>()
  for (const [name, value] of goingOn(request)) {
    const lower = name.toLowerCase()
    if (isOfPassing(lower)) continue
    const first = spelled.get(lower) ?? name
    spelled.set(lower, first)
    sent.set(first, [...(sent.get(first) ?? []), value])
  }
  return sent
}

/** The header lines of a message that are not of its connection alone. */
function goingOn({ rawHeaders, headers }: IncomingMessage): [string, string][] {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  const dropped = new Set([...OF_CONNECTION, ...named])
  for (const name of OF_MESSAGE) dropped.delete(name)
  const lines: [string, string][] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (!dropped.has(name.toLowerCase())) lines.push([name, rawHeaders[at + 1] ?? ''])
  }
  return lines
}

/** Sends a request once the connection is there, and gives the answer back. */
function passed(upstream: ClientRequest, passing: Passing, self: string): Promise<Forwarded> {
  const { request, response, body } = passing
  return new Promise((done, fail) => {
    let isConnected = false
    const impatience = alarm(() => upstream.destroy())
    impatience.set(CONNECT_WITHIN)
    const gone = () => void upstream.destroy()
    response.once('close', gone)
    const connected = () => {
      isConnected = true
      impatience.set(undefined)
      if (body) for (const chunk of body) upstream.write(chunk)
      if (body) upstream.end()
      else request.pipe(upstream)
    }
    upstream.on('socket', (socket) => {
      if (socket.connecting) socket.once('connect', connected)
      else connected()
    })
    upstream.on('error', () => {
      impatience.set(undefined)
      response.off('close', gone)
      if (!body) request.unpipe(upstream)
      if (response.headersSent) {
        if (!response.writableEnded) response.destroy()
      } else if (response.closed) done('answered')
      else if (isConnected) fail(new Refusal('writes-refused', BROKE_OFF))
      else done('not-there')
    })
    upstream.on('response', (answer) => {
      if (answer.statusCode === MISDIRECTED && answer.headers[NOT_HERE] === self) {
        answer.resume()
        response.off('close', gone)
        // What has been sent of a body that was not kept cannot be sent again.
        if (body) done('not-there')
        else fail(new Refusal('writes-refused', MOVED))
      } else {
        giveBack(answer, response)
        done('answered')
      }
    })
  })
}

const BROKE_OFF =
  'the replica that has the world broke off: it may have done this, or not; look, and try again'
const MOVED = 'another replica took the world meanwhile, and nothing was done: try again'

/** Gives an answer back as it comes: the same head, the same body, and the same end. */
function giveBack(answer: IncomingMessage, response: ServerResponse): void {
  const how = answer.headers[BROKEN_OFF]
  if (answer.statusCode === MISDIRECTED && how !== undefined) {
    answer.resume()
    if (how === 'reset') response.socket?.resetAndDestroy()
    else response.destroy()
    return
  }
  response.sendDate = false
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, goingOn(answer).flat())
  // A stream may have nothing to say for long; else head and body leave in one write.
  if (answer.headers['content-length'] === undefined) response.flushHeaders()
  answer.on('error', () => response.destroy())
  answer.on('aborted', () => response.destroy())
  answer.on('end', () => limitReading(response))
  answer.pipe(response)
}

/** The JSON of an answer. */
function asked(upstream: ClientRequest, ms: number): Promise<unknown> {
  return new Promise((done) => {
    const impatience = alarm(() => upstream.destroy())
    impatience.set(ms)
    const end = (value: unknown) => {
      impatience.set(undefined)
      done(value)
    }
    upstream.on('error', () => end(undefined))
    upstream.on('response', (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', () => end(undefined))
      answer.on('end', () => {
        const isThere = answer.statusCode === 200
        end(isThere ? parsed(Buffer.concat(chunks).toString()) : undefined)
      })
    })
    upstream.end()
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
