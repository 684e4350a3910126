// A receiver of callbacks for tests: keeps what arrives and answers as it is told.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { alarm, pause } from '../server/ticker.ts'
import type { Callback } from '../state/callbacks.ts'
import { isoDuration } from '../state/duration.ts'

/** One request that arrived. */
export interface Arrival {
  /** Virtual time since the first arrival, ISO 8601; `undefined` where no simulator of this process sent it. */
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
  /** The status to answer with; of a list one after the other, the last for ever. 200 unless told. */
  readonly answer?: number | readonly number[] | ((arrival: Arrival) => number | Promise<number>)
  /** Wall ms before it answers. */
  readonly delay?: number
}

export interface Receiver {
  readonly url: string
  /** In the order they came. */
  readonly arrivals: readonly Arrival[]
  /** Resolves with the arrivals when there are `count`. @throws Error after `timeout` wall ms, 5 s unless told */
  waitFor(count: number, timeout?: number): Promise<readonly Arrival[]>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Receivers of this process by origin, to be told when, by the world's clock, an attempt at one is made. */
const receivers = new Map<string, (body: string, at: number) => void>()

/** Tells the receiver a callback is on its way to, if it is one of this process: the callback itself does not say. */
export function noteAttempt({ url, body }: Callback, at: number): void {
  if (URL.canParse(url)) receivers.get(new URL(url).origin)?.(body, at)
}

/** Listens on a free port of 127.0.0.1. */
export async function startReceiver({
  answer = 200,
  delay = 0,
}: ReceiverOptions = {}): Promise<Receiver> {
  const arrivals: Arrival[] = []
  const watchers = new Set<() => void>()
  const announced: { readonly body: string; readonly at: number }[] = []
  let first: number | undefined
  const since = (body: string): string | undefined => {
    const index = announced.findIndex((attempt) => attempt.body === body)
    const [attempt] = index < 0 ? [] : announced.splice(index, 1)
    if (!attempt) return undefined
    first ??= attempt.at
    return isoDuration(attempt.at - first)
  }
  const statusFor = async (arrival: Arrival, index: number): Promise<number> => {
    if (typeof answer === 'function') return answer(arrival)
    return typeof answer === 'number' ? answer : (answer[Math.min(index, answer.length - 1)] ?? 200)
  }
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const read = await readArrival(request)
    const arrival = { at: since(read.body), ...read }
    const index = arrivals.push(arrival) - 1
    for (const watch of [...watchers]) watch()
    const status = await statusFor(arrival, index).catch(() => 500)
    if (delay > 0) await pause(delay)
    response.writeHead(status).end()
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(0, '127.0.0.1', done)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  receivers.set(url, (body, at) => announced.push({ body, at }))
  const close = () =>
    new Promise<void>((done) => {
      receivers.delete(url)
      server.close(() => done())
      server.closeAllConnections()
    })

  return {
    url,
    arrivals,
    waitFor(count, timeout = 5000) {
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
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function readArrival(request: IncomingMessage): Promise<Omit<Arrival, 'at'>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString('utf8')
  return {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: request.headers,
    body,
    json: parsed(body),
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
