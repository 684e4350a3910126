// One attempt to deliver a callback: where it may go, how it is sent, what came back.
import { lookup } from 'node:dns/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import ipaddr from 'ipaddr.js'
import type { Outcome } from '../state/callbacks.ts'
import { reasonOf } from './reason.ts'
import { alarm } from './ticker.ts'

/** Where callbacks may go besides loopback, and how long a receiver may take. */
export interface DeliveryPolicy {
  /** Host names and CIDR ranges; link-local addresses stay shut whatever is listed. */
  readonly allow: readonly string[]
  /** Wall ms. */
  readonly timeout: number
}

/** Bytes of an answer that are read; the rest is not waited for. */
const ANSWER_LIMIT = 65_536

function isListed(
  host: string,
  address: ipaddr.IPv4 | ipaddr.IPv6,
  allow: readonly string[],
): boolean {
  return allow.some((entry) => {
    if (entry.toLowerCase() === host.toLowerCase()) return true
    if (!ipaddr.isValidCIDR(entry))
      return ipaddr.isValid(entry) && ipaddr.process(entry).toString() === address.toString()
    const [range, bits] = ipaddr.parseCIDR(entry)
    return (
      range.kind() === address.kind() &&
      address.match([range, bits] as [ipaddr.IPv4, number] & [ipaddr.IPv6, number])
    )
  })
}

/**
 * Ranges that are never called back; NAT64, 6to4 and Teredo can embed a
 * link-local address.
 */
const NEVER_CALLED: ReadonlySet<string> = new Set([
  'linkLocal',
  'unspecified',
  'multicast',
  'broadcast',
  'rfc6052',
  '6to4',
  'teredo',
])

/**
 * Why a callback may not go to this address of this host, or `undefined` where
 * it may.
 */
export function forbidden(
  host: string,
  address: string,
  allow: readonly string[],
): string | undefined {
  const parsed = ipaddr.process(address)
  const range = parsed.range()
  if (range === 'loopback') return undefined
  const where = host === address ? host : `${host} (${address})`
  if (NEVER_CALLED.has(range)) return `callbacks never go to ${range} addresses, as ${where} is one`
  if (isListed(host, parsed, allow)) return undefined
  const how = `allow it with --callback-allow ${host}`
  return `callbacks go to loopback only, and ${where} is not: ${how}`
}

type Address = { readonly address: string; readonly family: number }

/**
 * The addresses of a host that callbacks may go to.
 * @throws PolicyError where there is none
 */
async function resolve(host: string, allow: readonly string[]): Promise<Address[]> {
  const bare = host.replace(/^\[|\]$/g, '')
  const addresses: Address[] = ipaddr.isValid(bare)
    ? [{ address: bare, family: ipaddr.parse(bare).kind() === 'ipv6' ? 6 : 4 }]
    : await lookup(bare, { all: true })
  const allowed = addresses.filter(({ address }) => forbidden(bare, address, allow) === undefined)
  if (allowed.length === 0)
    throw new PolicyError(forbidden(bare, addresses[0]?.address ?? '0.0.0.0', allow))
  return allowed
}

class PolicyError extends Error {}

/** Why a URL cannot be a callback's target at all, or `undefined`. */
export function targetProblem(url: string): string | undefined {
  if (!URL.canParse(url)) return `"${url}" is not a URL`
  const { protocol, username, password } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:')
    return 'a callback URL starts with http:// or https://'
  return username || password ? 'a callback URL carries no user name or password' : undefined
}

/** Why nothing is sent to a URL at present, or `undefined` where it is. */
export async function whyForbidden(
  url: string,
  allow: readonly string[],
): Promise<string | undefined> {
  try {
    await resolve(new URL(url).hostname, allow)
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}

/** What is sent, and where to. */
export interface Delivery {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** As it was signed. */
  readonly body: string
}

/**
 * Posts a callback and tells how it went; never throws. Only addresses that were checked are
 * connected to; redirects are not followed.
 */
export async function deliver(
  delivery: Delivery,
  policy: DeliveryPolicy,
  signal: AbortSignal,
): Promise<Outcome> {
  const problem = targetProblem(delivery.url)
  if (problem) return { error: problem, final: true }
  const target = new URL(delivery.url)
  const limit = openLimit(policy.timeout, signal)
  try {
    const addresses = await resolve(target.hostname, policy.allow)
    limit.begin()
    return await post(target, addresses, delivery, limit.signal)
  } catch (error) {
    if (error instanceof PolicyError) return { error: error.message, final: true }
    return { error: describe(error, policy.timeout) }
  } finally {
    limit.end()
  }
}

interface Limit {
  readonly signal: AbortSignal
  begin(): void
  end(): void
}

/**
 * A signal that aborts when `stop` does, and `ms` after its time begins. Its timer holds it: on
 * Node 20 the garbage collector takes `AbortSignal.any` over `AbortSignal.timeout` away, and what
 * waited for them waits for ever.
 */
function openLimit(ms: number, stop: AbortSignal): Limit {
  const controller = new AbortController()
  const stopped = () => controller.abort(stop.reason)
  const timer = alarm(() => controller.abort(new DOMException('out of time', 'TimeoutError')))
  if (stop.aborted) stopped()
  stop.addEventListener('abort', stopped)
  return {
    signal: controller.signal,
    begin: () => timer.set(ms),
    end() {
      timer.set(undefined)
      stop.removeEventListener('abort', stopped)
    },
  }
}

function describe(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError' || error.name === 'AbortError')
    return `no answer within ${timeout} ms`
  const code = (error as NodeJS.ErrnoException).code
  return code && !error.message.includes(code) ? `${code}: ${error.message}` : error.message
}

function post(
  target: URL,
  addresses: readonly Address[],
  { headers, body }: Delivery,
  signal: AbortSignal,
): Promise<Outcome> {
  const bytes = Buffer.from(body)
  let isAnswered = false
  return new Promise((done, fail) => {
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest
    const outgoing = send(
      target,
      {
        method: 'POST',
        agent: false,
        signal,
        headers: {
          'Content-Type': 'application/json',
          'Content-Length': bytes.length,
          'User-Agent': 'esimulator',
          ...headers,
        },
        // These were checked, a second look-up could answer others. Node tries them in turn.
        lookup: (_host, options, found) =>
          options.all
            ? found(null, [...addresses])
            : found(null, addresses[0]?.address ?? '', addresses[0]?.family),
      },
      (answer) => {
        isAnswered = true
        readAnswer(answer, done, fail)
      },
    )
    outgoing.on('error', (error) => fail(signal.aborted ? signal.reason : error))
    // A switch of protocols, which nobody asked for, ends in neither an answer nor an error.
    outgoing.on('close', () => {
      if (!isAnswered) fail(new Error('the connection was closed without an answer'))
    })
    outgoing.end(bytes)
  })
}

/** Takes an answer's status once its body has come, or as much of it as is read. */
function readAnswer(
  answer: IncomingMessage,
  done: (outcome: Outcome) => void,
  fail: (error: Error) => void,
): void {
  let read = 0
  const finish = () => done({ status: answer.statusCode ?? 0 })
  answer.on('data', (chunk: Buffer) => {
    read += chunk.length
    if (read <= ANSWER_LIMIT) return
    finish()
    answer.destroy()
  })
  answer.on('end', finish)
  answer.on('error', fail)
}
