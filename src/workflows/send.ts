// Sends a request and reads its answer; that there is none is an outcome like any other.
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { StepRequest } from './request.ts'

/** An answer, or why there is none. */
export type Answer =
  | {
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: Buffer
    }
  | { readonly error: string }

export interface Sender {
  send(request: StepRequest): Promise<Answer>
  close(): void
}

/** Bytes of an answer at most. */
const LARGEST = 64 * 1024 * 1024

/** @param timeout wall ms that an answer may take */
export function openSender(timeout: number): Sender {
  const agents = { http: new Agent({ keepAlive: true }), https: new TlsAgent({ keepAlive: true }) }
  return {
    send: (request) => sent(request, agents, timeout),
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

interface Agents {
  readonly http: Agent
  readonly https: TlsAgent
}

function sent(request: StepRequest, agents: Agents, timeout: number): Promise<Answer> {
  const { method, url, headers, body } = request
  return new Promise((done) => {
    const ended = (error: unknown) => done({ error: errorText(error) })
    const signal = AbortSignal.timeout(timeout)
    const options = { method, headers: { 'user-agent': 'esimulator', ...headers }, signal }
    try {
      const asked = url.startsWith('https:')
        ? tlsRequest(url, { ...options, agent: agents.https })
        : httpRequest(url, { ...options, agent: agents.http })
      asked.on('error', (error: NodeJS.ErrnoException) => {
        // An idle connection was closed just as it was used again: nobody has read the request.
        if (asked.reusedSocket && error.code === 'ECONNRESET' && method === 'GET')
          void sent(request, agents, timeout).then(done)
        else ended(error)
      })
      asked.on('response', (answer) => void read(answer).then(done, ended))
      asked.end(body)
    } catch (error) {
      ended(error)
    }
  })
}

async function read(answer: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LARGEST) throw new Error(`the answer is larger than ${LARGEST} bytes`)
    chunks.push(chunk)
  }
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
  return {
    status: answer.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks),
  }
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer came in time'
  const { code } = error as NodeJS.ErrnoException
  return code === undefined || error.message.includes(code)
    ? error.message
    : `${error.message} (${code})`
}
