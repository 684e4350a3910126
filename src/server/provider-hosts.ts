// Hosts that stand for a provider: those of the real APIs, and those that a user maps.
import type { IncomingMessage } from 'node:http'
import type { Simulator } from '../simulators/simulator.ts'
import { Refusal } from '../state/refusal.ts'
import { hostNameOf, hostProblem } from './access.ts'
import { shortName } from './bounded.ts'
import { isEncrypted } from './came-by.ts'
import { isLoopback } from './loopback.ts'
import { unknownName } from './nearest.ts'

/** The slug of the provider that each host stands for. */
export type ProviderHosts = ReadonlyMap<string, string>

/** Hosts of a user's own, each with the slug of a provider. */
export type HostMap = Readonly<Record<string, string>>

/**
 * Hosts of the real APIs, and a user's own, which go first.
 * @throws Refusal `invalid-request` for a host that cannot be mapped, or a provider there is not
 */
export function openProviderHosts(simulators: readonly Simulator[], own: HostMap): ProviderHosts {
  const slugs = simulators.map(({ slug }) => slug)
  const problem = Object.entries(own)
    .map(([host, slug]) => mappingProblem(host, slug, slugs))
    .find((each) => each !== undefined)
  if (problem !== undefined) throw new Refusal('invalid-request', problem)
  const known = simulators.flatMap(({ slug, hosts = [] }) =>
    hosts.map(({ name }) => [name, slug] as const),
  )
  return new Map([
    ...known,
    ...Object.entries(own).map(([host, slug]) => [hostNameOf(host) ?? host, slug] as const),
  ])
}

/** Why a host cannot stand for a provider, or `undefined` where it can. */
function mappingProblem(host: string, slug: string, slugs: readonly string[]): string | undefined {
  const name = hostNameOf(host)
  if (hostProblem(host) !== undefined || name === undefined) return hostProblem(host)
  if (host.includes(':'))
    return `"${shortName(host)}" has a port or is an address: map a host name, which holds for all its ports`
  if (isLoopback(name))
    return `${name} leads to the whole simulator: --port ${slug}=PORT gives a provider a port of its own`
  return slugs.includes(slug) ? undefined : unknownName('no provider', slug, slugs)
}

/** The Host that was asked for last, and its provider: mostly the next one, too. */
let lastHost = ''
let lastHosts: ProviderHosts | undefined
let lastSlug: string | undefined

/** The slug of the provider that a request's Host stands for. */
export function providerOfHost(hosts: ProviderHosts, request: IncomingMessage): string | undefined {
  const { host } = request.headers
  if (host === undefined) return undefined
  if (host !== lastHost || hosts !== lastHosts) {
    lastSlug = hosts.get(hostNameOf(host) ?? '')
    lastHost = host
    lastHosts = hosts
  }
  return lastSlug
}

/**
 * What URLs begin with for who asks under a provider's host: as that client began its own. A real API
 * has TLS on the usual port; with a port of its own it is asked as the connection is.
 */
export function hostUrl(request: IncomingMessage): string {
  const { host = '' } = request.headers
  const isUsualPort = !/:\d+$/.test(host)
  return `${isUsualPort || isEncrypted(request) ? 'https' : 'http'}://${host}`
}
