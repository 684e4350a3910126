// One attempt to deliver a callback: where it may go, how it is sent, what came back.
import { lookup } from 'node:dns/promises'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import ipaddr from 'ipaddr.js'
import type { Outcome } from '../state/callbacks.ts'

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

/** Nobody's receiver is there; the translated forms could hide a link-local address. */
const NEVER: ReadonlySet<string> = new Set([
  'linkLocal',
  'unspecified',
  'multicast',
  'broadcast',
  'rfc6052',
  '6to4',
  'teredo',
])

/** Why a callback may not go to this address of this host, or `undefined` where it may. */
export function forbidden(
  host: string,
  address: string,
  allow: readonly string[],
): string | undefined {
  const parsed = ipaddr.process(address)
  const range = parsed.range()
  if (range === 'loopback') return undefined
  const where = host === address ? host : `${host} (${address})`
  if (NEVER.has(range)) return `callbacks never go to ${range} addresses, as ${where} is one`
  if (isListed(host, parsed, allow)) return undefined
  return `callbacks go to loopback only, and ${where} is not: allow it with --callback-allow ${host}`
}

type Address = { readonly address: string; readonly family: number }

/** The addresses of a host that callbacks may go to. @throws PolicyError where there is none */
async function resolve(host: string, allow: readonly string[]): Promise<Address[]> {
  const bare = host.replace(/^\[|\]$/g, '')
  const found: Address[] = ipaddr.isValid(bare)
    ? [{ address: bare, family: ipaddr.parse(bare).kind() === 'ipv6' ? 6 : 4 }]
    : await lookup(bare, { all: true })
  const open = found.filter(({ address }) => forbidden(bare, address, allow) === undefined)
  if (open.length === 0)
    throw new PolicyError(forbidden(bare, found[0]?.address ?? '0.0.0.0', allow))
  return open
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
    return error instanceof Error ? error.message : String(error)
  }
}

/**
 * Posts `body` and tells how it went; never throws. Only addresses that were checked are connected to; redirects are not
 * followed.
 */
export async function deliver(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  policy: DeliveryPolicy,
  signal: AbortSignal,
): Promise<Outcome> {
  const problem = targetProblem(url)
  if (problem) return { error: problem, final: true }
  const target = new URL(url)
  try {
    const to = await resolve(target.hostname, policy.allow)
    return await post(
      target,
      to,
      Buffer.from(body),
      headers,
      AbortSignal.any([signal, AbortSignal.timeout(policy.timeout)]),
    )
  } catch (error) {
    if (error instanceof PolicyError) return { error: error.message, final: true }
    return { error: describe(error, policy.timeout) }
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
  to: readonly Address[],
  body: Buffer,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Outcome> {
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
          'Content-Length': body.length,
          'User-Agent': 'esimulator',
          ...headers,
        },
        // These were checked: a second look-up could answer another address. Node tries them in turn.
        lookup: (_host, options, found) =>
          options.all ? found(null, [...to]) : found(null, to[0]?.address ?? '', to[0]?.family),
      },
      (answer) => {
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
      },
    )
    outgoing.on('error', (error) => fail(signal.aborted ? signal.reason : error))
    outgoing.end(body)
  })
}
