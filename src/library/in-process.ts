// Requests answered in process: node:http at both ends of a pipe in memory, and no socket.
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { Duplex, Readable } from 'node:stream'
import { openAnswering } from '../server/listen.ts'
import type { SimulatorServer } from '../server/server.ts'

/** Answers a request as the simulator would over HTTP; as `fetch` has it. */
export type FetchInProcess = (
  input: Request | string | URL,
  init?: RequestInit,
) => Promise<Response>

/** What the address of a caller in this process is. */
const CALLER = '127.0.0.1'

/** One end of a pipe: what is written to it is read at the other. */
class End extends Duplex {
  readonly remoteAddress = CALLER
  /** The name that the request is sent to: who asks from this process has led it nowhere else. */
  readonly localAddress: string
  #other: End | undefined
  #taken: (() => void) | undefined

  constructor(host: string) {
    super({ allowHalfOpen: true })
    this.localAddress = host
  }

  joinTo(other: End): void {
    this.#other = other
  }

  override _read(): void {
    const taken = this.#taken
    this.#taken = undefined
    taken?.()
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const other = this.#other
    if (!other || other.destroyed) done()
    else if (other.push(chunk)) done()
    else other.#taken = done
  }

  override _final(done: () => void): void {
    this.#other?.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const other = this.#other
    done(error)
    // As a socket learns of it: after what is on its way.
    if (other && !other.destroyed) other.push(null)
  }

  /** What node:http asks of a socket, and what means nothing to a pipe. */
  setTimeout(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  setNoDelay(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  destroySoon(): void {
    if (this.writableFinished) this.destroy()
    else this.end(() => this.destroy())
  }

  resetAndDestroy(): this {
    const other = this.#other
    if (other && !other.destroyed) other.destroy(new Error('the connection was reset'))
    return this.destroy()
  }
}

/** A pipe: its two ends. */
function openPipe(host: string): readonly [End, End] {
  const [client, server] = [new End(host), new End(host)]
  client.joinTo(server)
  server.joinTo(client)
  return [client, server]
}

export interface InProcess {
  readonly fetch: FetchInProcess
  /** Breaks off what is still being answered. */
  close(): Promise<void>
}

/**
 * Answers requests in this process.
 * @param check throws where nothing may be asked any more
 */
export function fetchInProcess(simulator: SimulatorServer, check: () => void): InProcess {
  const { server, serve } = openAnswering()
  serve(simulator.listener(), () => {})
  const open = new Set<End>()

  async function ask(input: Request | string | URL, init?: RequestInit): Promise<Response> {
    check()
    const request = new Request(input, init)
    const { hostname } = new URL(request.url)
    const [client, other] = openPipe(hostname.replace(/^\[|\]$/g, ''))
    open.add(client).add(other)
    client.once('close', () => open.delete(client))
    other.once('close', () => open.delete(other))
    server.emit('connection', other)
    try {
      return await answerOf(request, client)
    } catch (error) {
      client.destroy()
      if (request.signal.aborted) throw request.signal.reason
      throw new TypeError('fetch failed', { cause: error })
    }
  }

  return {
    fetch: ask,
    async close() {
      for (const end of open) end.destroy()
    },
  }
}

/** Sends a request into a pipe, and resolves with its answer once that begins. */
async function answerOf(request: Request, client: End): Promise<Response> {
  const { method, url, headers, signal } = request
  const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer())
  // node:http waits for ever on a connection that was over before it had it.
  if (client.destroyed) throw new Error('the simulator was closed while the body was read')
  const sent = {
    host: new URL(url).host,
    ...Object.fromEntries(headers),
    // As fetch over HTTP sends it; the pipe is closed with the answer all the same.
    connection: 'keep-alive',
    ...lengthOf(method, body),
  }
  // A pipe needs no TLS: a provider's public host, such as https://api.esim-go.com, is asked as it is.
  const target = new URL(url.replace(/^https:/, 'http:'))
  const asked = httpRequest(target, { method, headers: sent, createConnection: () => client })
  const abort = () => asked.destroy(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  asked.once('close', () => signal.removeEventListener('abort', abort))
  const answer = await new Promise<IncomingMessage>((done, fail) => {
    asked.on('error', fail).on('response', done)
    if (signal.aborted) abort()
    else asked.end(body)
  })
  answer.once('close', () => client.destroy())
  return responseOf(asked, answer, signal)
}

/** The length of a body, where fetch tells one. */
function lengthOf(method: string, body: Buffer | undefined): Readonly<Record<string, string>> {
  if (body) return { 'content-length': String(body.length) }
  return method === 'POST' || method === 'PUT' ? { 'content-length': '0' } : {}
}

/** What comes of a body; where it breaks off it fails as that of fetch does. */
async function* piecesOf(answer: IncomingMessage, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* answer as AsyncIterable<Buffer>
  } catch (cause) {
    throw signal.aborted ? signal.reason : new TypeError('terminated', { cause })
  }
}

/** As `Response` takes it. */
type Body = NonNullable<ConstructorParameters<typeof Response>[0]>

/** Statuses whose answers have no body, which `Response` insists on. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304])

function responseOf(
  { method }: ClientRequest,
  answer: IncomingMessage,
  signal: AbortSignal,
): Response {
  const { statusCode: status = 200, statusMessage: statusText = '', headersDistinct } = answer
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(headersDistinct))
    for (const value of values) headers.append(name, value)
  const hasBody = method !== 'HEAD' && !WITHOUT_BODY.has(status)
  if (!hasBody) answer.resume()
  const body = hasBody ? (Readable.toWeb(Readable.from(piecesOf(answer, signal))) as Body) : null
  return new Response(body, { status, statusText, headers })
}
