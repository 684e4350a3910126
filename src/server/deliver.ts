// One attempt to deliver a callback: where it may go, how it is sent, what came back.
import { lookup } from 'node:dns/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import ipaddr from 'ipaddr.js'
import type { Outcome } from '../state/callbacks.ts'
import { reasonOf } from '../state/reason.ts'
import { hindrance, NoSuchAnswer, OutOfTime } from './hindrance.ts'
import { type Limit, openLimit, within } from './limit.ts'
import { alarm } from './ticker.ts'

/** Where callbacks may go besides loopback, and how long a receiver may take. */
export interface DeliveryPolicy {
  /** Host names and CIDR ranges; link-local addresses stay shut whatever is listed. */
  readonly allow: readonly string[]
  /** Wall ms. */
  readonly timeout: number
}

/** Bytes of an answer's body that are read; then the connection is closed. */
const ANSWER_LIMIT = 1_048_576

/**
 * Wall ms that the body of an answer is waited for. Its status has decided by then: this keeps
 * callbacks in order where a receiver is done only when its answer ends.
 */
const GRACE = 100

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
 * Ranges that are never called back: link-local addresses, and those that carry an IPv4 address in
 * them, which may be a link-local one.
 */
const NEVER_CALLED: ReadonlySet<string> = new Set([
  'linkLocal',
  'unspecified',
  'multicast',
  'broadcast',
  'rfc6145',
  'rfc6052',
  '6to4',
  'teredo',
  'ipv4Compatible',
  'isatap',
  'metadata',
])

/** Ranges that ipaddr.js does not know, or not by the name that matters here. */
const RANGES: Parameters<typeof ipaddr.subnetMatch>[1] = {
  // RFC 4291 2.5.5.1
  ipv4Compatible: ipaddr.parseCIDR('::/96'),
  // Where AWS, Google, Alibaba and Azure hand out credentials, beside the link-local address.
  metadata: [
    ipaddr.parseCIDR('fd00:ec2::254/128'),
    ipaddr.parseCIDR('fd20:ce::254/128'),
    ipaddr.parseCIDR('100.100.100.200/32'),
    ipaddr.parseCIDR('168.63.129.16/32'),
  ],
}

/** The interface identifier of ISATAP (RFC 5214 6.1): 00-00-5E-FE or 02-00-5E-FE, then IPv4. */
function isIsatap(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (!('parts' in address)) return false
  const [, , , , first = 0, second] = address.parts
  return (first & ~0x0300) === 0 && second === 0x5efe
}

/** The name of the range that decides where a callback may go. */
function rangeOf(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  const known = address.range()
  if (known === 'loopback' || NEVER_CALLED.has(known)) return known
  return isIsatap(address) ? 'isatap' : ipaddr.subnetMatch(address, RANGES, known)
}

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
  const range = rangeOf(parsed)
  if (range === 'loopback') return undefined
  const where = host === address ? host : `${host} (${address})`
  if (NEVER_CALLED.has(range)) return `callbacks never go to ${range} addresses, as ${where} is one`
  if (isListed(host, parsed, allow)) return undefined
  const how = `allow it with --callback-allow ${host}`
  return `callbacks go to loopback only, and ${where} is not: ${how}`
}

type Address = { readonly address: string; readonly family: number }

/**
 * Look-ups under way, by name. They cannot be called off, and some at a name server that is dead
 * would hold up all others: each name is asked for once at a time.
 */
const lookUps = new Map<string, Promise<Address[]>>()

function lookUp(name: string): Promise<Address[]> {
  const underWay = lookUps.get(name)
  if (underWay) return underWay
  const begun = lookup(name, { all: true }).finally(() => lookUps.delete(name))
  lookUps.set(name, begun)
  return begun
}

/** What `localhost` and names below it stand for (RFC 6761): nobody has to be asked. */
const LOOPBACK: readonly Address[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

async function addressesOf(host: string): Promise<readonly Address[]> {
  if (ipaddr.isValid(host))
    return [{ address: host, family: ipaddr.parse(host).kind() === 'ipv6' ? 6 : 4 }]
  return /(^|\.)localhost\.?$/i.test(host) ? LOOPBACK : lookUp(host)
}

/**
 * The addresses of a host that callbacks may go to.
 * @throws PolicyError where there is none
 */
async function resolve(host: string, allow: readonly string[]): Promise<Address[]> {
  const bare = host.replace(/^\[|\]$/g, '')
  const addresses = await addressesOf(bare)
  const allowed = addresses.filter(({ address }) => forbidden(bare, address, allow) === undefined)
  if (allowed.length === 0)
    throw new PolicyError(forbidden(bare, addresses[0]?.address ?? '0.0.0.0', allow))
  return allowed
}

class PolicyError extends Error {}

/** Why a URL cannot be a callback's target at all, or `undefined`. */
export function targetProblem(url: string): string | undefined {
  if (!URL.canParse(url)) return `"${url}" is not a URL`
  const { protocol, username, password, port } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:')
    return 'a callback URL starts with http:// or https://'
  if (port === '0') return 'nothing listens on port 0: give the port the receiver was given'
  return username || password ? 'a callback URL carries no user name or password' : undefined
}

const never = new AbortController().signal

/** Why nothing is sent to a URL at present, or `undefined` where it is. */
export async function whyForbidden(
  url: string,
  { allow, timeout }: DeliveryPolicy,
): Promise<string | undefined> {
  const target = new URL(url)
  const limit = openLimit(timeout, never, new OutOfTime())
  try {
    await within(limit.signal, resolve(target.hostname, allow))
    return undefined
  } catch (error) {
    if (error instanceof OutOfTime)
      return `the name ${target.hostname} was not found within ${timeout} ms`
    return error instanceof PolicyError ? reasonOf(error) : hindrance(error, target, timeout)
  } finally {
    limit.end()
  }
}

/** What is sent, and where to. */
export interface Delivery {
  readonly url: string
  /** Beside `Content-Type`, `Content-Length` and `User-Agent`, or in their place. */
  readonly headers: Readonly<Record<string, string>>
  /** As it was signed. */
  readonly body: string
}

/** All headers that a delivery leaves with. */
export function headersOf({ headers, body }: Omit<Delivery, 'url'>): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    'User-Agent': 'esimulator',
    ...headers,
  }
}

/**
 * Posts a callback and tells how it went; never throws. It has ended when the policy's time is over
 * or `signal` aborts, whatever the receiver and the name server do. Only addresses that were checked
 * are connected to; redirects are not followed.
 */
export async function deliver(
  delivery: Delivery,
  policy: DeliveryPolicy,
  signal: AbortSignal,
): Promise<Outcome> {
  const problem = targetProblem(delivery.url)
  if (problem) return { error: problem, final: true }
  const target = new URL(delivery.url)
  const limit = openLimit(policy.timeout, signal, new OutOfTime())
  try {
    const addresses = await within(limit.signal, resolve(target.hostname, policy.allow))
    return await post(target, addresses, delivery, limit)
  } catch (error) {
    limit.end()
    if (error instanceof PolicyError) return { error: error.message, final: true }
    const because = hindrance(error, target, policy.timeout)
    return error instanceof OutOfTime ? { error: because, isLate: true } : { error: because }
  }
}

/** @param limit ended once the connection is closed, which may be after the answer */
function post(
  target: URL,
  addresses: readonly Address[],
  delivery: Delivery,
  limit: Limit,
): Promise<Outcome> {
  const { signal } = limit
  return new Promise((done, reject) => {
    let isAnswered = false
    // Once an answer has begun its status has decided.
    const fail = (error: Error) => {
      if (!isAnswered) reject(error)
    }
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest
    const outgoing = send(target, {
      method: 'POST',
      agent: false,
      signal,
      headers: headersOf(delivery),
      // These were checked, a second look-up could answer others. Node tries them in turn.
      lookup: (_host, options, found) =>
        options.all
          ? found(null, [...addresses])
          : found(null, addresses[0]?.address ?? '', addresses[0]?.family),
    })
    const switched = () => {
      fail(new NoSuchAnswer('it switched protocols (101), which nobody asked for: answer 2xx'))
      outgoing.destroy()
    }
    outgoing.on('response', (answer) => {
      // Without the header Upgrade, Node takes it for an answer.
      if (answer.statusCode === 101) return switched()
      isAnswered = true
      readAnswer(answer, done)
    })
    outgoing.on('upgrade', switched)
    outgoing.on('error', (error) => fail(signal.aborted ? signal.reason : error))
    outgoing.on('close', () => {
      fail(new NoSuchAnswer('the connection was closed without an answer'))
      limit.end()
    })
    outgoing.end(delivery.body)
  })
}

/**
 * Takes an answer's status. Its body is waited for a little, and then read on while the attempt's
 * time lasts, so that a receiver that would have ended it is not cut off.
 */
function readAnswer(answer: IncomingMessage, done: (outcome: Outcome) => void): void {
  let read = 0
  const impatience = alarm(finish)
  function finish() {
    impatience.set(undefined)
    done({ status: answer.statusCode ?? 0 })
  }
  impatience.set(GRACE)
  answer.on('data', (chunk: Buffer) => {
    read += chunk.length
    if (read > ANSWER_LIMIT) answer.destroy()
  })
  for (const event of ['end', 'error', 'close']) answer.on(event, finish)
}
