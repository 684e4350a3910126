// What a client sees of an answer on its socket: undici (fetch), node:http and curl, the same call by each.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { buffer, text } from 'node:stream/consumers'

/** A call of a provider. */
export interface ProviderCall {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What came, as far as it did. */
export interface Seen {
  /** Absent where no status line came. */
  readonly status?: number
  readonly type?: string | undefined
  readonly retryAfter?: string | undefined
  /** What `Content-Length` said. */
  readonly length?: number
  /** Absent where the body did not come whole. */
  readonly body?: string
  /** How it ended, where it did not end well: a code of the client. */
  readonly error?: string
}

/** How long a client waits. */
const PATIENCE = 20_000

export type Client = (call: ProviderCall, patience?: number) => Promise<Seen>

function codeOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown }
  const { code, name } = cause as { code?: string; name?: string }
  return String(typeof code === 'string' ? code : name)
}

const undici: Client = async ({ method, url, headers, body }, patience = PATIENCE) => {
  const signal = AbortSignal.timeout(patience)
  let head: Partial<Seen> = {}
  try {
    const answer = await fetch(url, { method, headers, signal, ...(body ? { body } : {}) })
    const named = (name: string) => answer.headers.get(name) ?? undefined
    head = {
      status: answer.status,
      type: named('content-type'),
      retryAfter: named('retry-after'),
      length: Number(named('content-length')),
    }
    return { ...head, body: await answer.text() }
  } catch (error) {
    return { ...head, error: codeOf(error) }
  }
}

const node: Client = async ({ method, url, headers, body }, patience = PATIENCE) => {
  let head: Partial<Seen> = {}
  try {
    const signal = AbortSignal.timeout(patience)
    const asked = request(url, { method, headers, agent: false, signal })
    asked.end(body)
    const [answer] = await once(asked, 'response')
    head = {
      status: answer.statusCode,
      type: answer.headers['content-type'],
      retryAfter: answer.headers['retry-after'],
      length: Number(answer.headers['content-length']),
    }
    return { ...head, body: (await buffer(answer)).toString() }
  } catch (error) {
    return { ...head, error: codeOf(error) }
  }
}

const curl: Client = async ({ method, url, headers, body }, patience = PATIENCE) => {
  const sent = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const data = body === undefined ? [] : ['--data-binary', '@-']
  const limit = ['--max-time', String(patience / 1000)]
  const args = ['-sSi', '--noproxy', '*', '-X', method, ...limit, ...sent, ...data, url]
  const child = spawn('curl', args, { stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.end(body ?? '')
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  const end = out.indexOf('\r\n\r\n')
  const head = out.slice(0, end + 2)
  const named = (name: string) => new RegExp(`^${name}: (.*)\\r$`, 'im').exec(head)?.[1]
  const status = /^HTTP\/1.1 (\d+)/m.exec(head)?.[1]
  const seen =
    status === undefined
      ? {}
      : {
          status: Number(status),
          type: named('content-type'),
          retryAfter: named('retry-after'),
          length: Number(named('content-length')),
        }
  return code === 0 ? { ...seen, body: out.slice(end + 4) } : { ...seen, error: `curl ${code}` }
}

const hasCurl = spawnSync('curl', ['--version']).status === 0

/** By name; curl where the machine has it. */
export const clients: Readonly<Record<string, Client>> = hasCurl
  ? { undici, node, curl }
  : { undici, node }
