// Sends a request and reads its answer; that there is none is an outcome like any other.
import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { openLimit } from '../server/limit.ts'
import { wallNow } from '../server/ticker.ts'
import { trusting } from '../server/trusting.ts'
import { defined } from '../state/defined.ts'
import { LARGEST_ANSWER } from './budget.ts'

export interface SenderOptions {
  readonly stop?: AbortSignal | undefined
  readonly ca?: string | undefined
}

/** A request as it is sent. */
export interface SentRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** An answer, or why there is none. */
export type Answer =
  | {
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: Buffer
      /** Each Set-Cookie by itself, where there are several: they cannot be joined (RFC 9110 5.3). */
      readonly cookies?: string[]
      /** True where it was not sent for: what stands in for an operation made it. */
      readonly isStoodIn?: true
      /** What has to be known of it where a step fails by it. */
      readonly note?: string
    }
  | {
      readonly error: string
      /** True where its step fails, whatever that asks for: nobody knows what the answer would be. */
      readonly isUnknown?: true
    }

export interface Sender {
  /** @param timeout wall ms that the answer may take, where it is not that of the sender */
  send(request: SentRequest, timeout?: number): Promise<Answer>
  close(): void
}

/**
 * @param timeout wall ms that an answer may take
 * @param stop breaks off what is under way
 * @param ca trusted besides the usual ones, as PEM
 */
export function openSender(timeout: number, { stop = NEVER, ca }: SenderOptions = {}): Sender {
  const agents = {
    http: new Agent({ keepAlive: true }),
    https: new TlsAgent({ keepAlive: true, ...trusting(ca) }),
  }
  return {
    send: (request, own = timeout) => sent(request, agents, { timeout: own, stop }),
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

const NEVER = new AbortController().signal

interface Agents {
  readonly http: Agent
  readonly https: TlsAgent
}

interface Limits {
  readonly timeout: number
  readonly stop: AbortSignal
}

async function sent(
  request: SentRequest,
  agents: Agents,
  { timeout, stop }: Limits,
): Promise<Answer> {
  const limit = openLimit(timeout, stop, new Error(`no answer came within ${timeout / 1000} s`))
  try {
    return await read(await asked(request, agents, limit.signal))
  } catch (error) {
    return { error: errorText(limit.signal.aborted ? limit.signal.reason : error) }
  } finally {
    limit.end()
  }
}

function asked(
  request: SentRequest,
  agents: Agents,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { method, url, headers, body } = request
  return new Promise((done, fail) => {
    const options = { method, headers: { 'user-agent': 'esimulator', ...headers }, signal }
    const sending = url.startsWith('https:')
      ? tlsRequest(url, { ...options, agent: agents.https })
      : httpRequest(url, { ...options, agent: agents.http })
    sending.on('error', (error: NodeJS.ErrnoException) => {
      if (method === 'GET' && error.code === 'ECONNRESET' && wasIdle(sending))
        asked(request, agents, signal).then(done, fail)
      else fail(error)
    })
    sending.on('response', (answer) => {
      usedAt.set(answer.socket, wallNow())
      done(answer)
    })
    sending.end(body)
  })
}

/** When a connection was last used, by the wall clock. */
const usedAt = new WeakMap<Socket, number>()

/** Wall ms after which the other side may have closed a connection that is not used. */
const IDLE = 2000

/**
 * True where the connection was closed just as it was used again: nobody has read the request. One
 * that was in use a moment ago was reset on purpose, and that is what the caller wants to see.
 */
function wasIdle({ reusedSocket, socket }: ClientRequest): boolean {
  const last = socket ? usedAt.get(socket) : undefined
  return reusedSocket && last !== undefined && wallNow() - last > IDLE
}

async function read(answer: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LARGEST_ANSWER) throw new Error(`the answer is larger than ${LARGEST_ANSWER} bytes`)
    chunks.push(chunk)
  }
  const written = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
  const headers: Readonly<Record<string, string>> = Object.fromEntries(written)
  const cookies = answer.headers['set-cookie'] ?? []
  return defined({
    status: answer.statusCode ?? 0,
    headers,
    cookies: cookies.length > 1 ? cookies : undefined,
    body: Buffer.concat(chunks),
  })
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  return code === undefined || error.message.includes(code)
    ? error.message
    : `${error.message} (${code})`
}
