// A receiver of callbacks for tests: keeps what arrives and answers as it is told.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { alarm, pause } from '../server/ticker.ts'
import { jsonOf } from '../state/json-of.ts'
import { attemptTimes } from './attempts.ts'

/** One request that arrived. */
export interface Arrival {
  /**
   * Virtual time since the first arrival, ISO 8601.
   * `undefined` where no simulator of this process sent it.
   */
  readonly at: string | undefined
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The very bytes, as UTF-8 text: what a signature is over. */
  readonly body: string
  /** The body parsed, or `undefined` where it is no JSON. */
  readonly json: unknown
}

export interface ReceiverOptions {
  /**
   * The status to answer with, 200 unless told; of a list one by one, the last
   * for ever.
   */
  readonly answer?: number | readonly number[] | ((arrival: Arrival) => number | Promise<number>)
  /** Headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** Wall ms before it answers. */
  readonly delay?: number
  /** Where it listens; at a free port of 127.0.0.1 unless given. */
  readonly port?: number
}

export interface Receiver {
  readonly url: string
  /** In the order they came. */
  readonly arrivals: readonly Arrival[]
  /**
   * Resolves with the arrivals when there are `count`.
   * @throws Error after `timeout` wall ms, 5 s unless told
   */
  waitFor(count: number, timeout?: number): Promise<readonly Arrival[]>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Listens on 127.0.0.1.
 * @throws Error where the port is taken
 *
 * @example
 * await using receiver = await startReceiver({ answer: [500, 200] })
 * await using sim = await startSimulator({ callbackUrl: receiver.url })
 * // ... something that sends a callback ...
 * const [first, again] = await receiver.waitFor(2)
 */
export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const { answer = 200, headers = {}, delay = 0, port = 0 } = options
  const arrivals: Arrival[] = []
  const watchers = new Set<() => void>()
  const server = createServer()
  const url = await listening(server, port)
  const times = attemptTimes(url)

  const receive: RequestListener = async (request, response) => {
    const content = await contentOf(request)
    const arrival = { at: times.arrived(content.body), ...content }
    arrivals.push(arrival)
    const count = arrivals.length
    for (const watch of [...watchers]) watch()
    const status = await statusFor(answer, arrival, count).catch(() => 500)
    if (delay > 0) await pause(delay)
    response.writeHead(status, headers).end()
  }
  server.on('request', receive)

  const close = () =>
    new Promise<void>((done) => {
      times.stop()
      server.close(() => done())
      server.closeAllConnections()
    })
  return {
    url,
    arrivals,
    waitFor: (count, timeout = 5000) => waitFor({ arrivals, watchers, count, timeout }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Listens on a port of 127.0.0.1, 0 for a free one, and returns its origin. */
async function listening(server: Server, port: number): Promise<string> {
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(port, '127.0.0.1', done)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** @param count which arrival it is, from 1 */
async function statusFor(
  answer: NonNullable<ReceiverOptions['answer']>,
  arrival: Arrival,
  count: number,
): Promise<number> {
  if (typeof answer === 'function') return answer(arrival)
  if (typeof answer === 'number') return answer
  return answer[Math.min(count, answer.length) - 1] ?? 200
}

interface Wait {
  readonly arrivals: readonly Arrival[]
  /** Called at every arrival. */
  readonly watchers: Set<() => void>
  readonly count: number
  /** Wall ms. */
  readonly timeout: number
}

function waitFor({ arrivals, watchers, count, timeout }: Wait): Promise<readonly Arrival[]> {
  return new Promise((done, fail) => {
    const check = () => {
      if (arrivals.length < count) return
      finish()
      done(arrivals)
    }
    const timer = alarm(() => {
      finish()
      fail(new Error(`${arrivals.length} of ${count} callbacks arrived within ${timeout} ms`))
    })
    const finish = () => {
      timer.set(undefined)
      watchers.delete(check)
    }
    timer.set(timeout)
    watchers.add(check)
    check()
  })
}

async function contentOf(request: IncomingMessage): Promise<Omit<Arrival, 'at'>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString('utf8')
  return {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: request.headers,
    body,
    json: jsonOf(body),
  }
}
