// Who may use a simulator, as its user says it: the token, host names, and pages of other origins.
import { isIP } from 'node:net'
import { Refusal } from '../state/refusal.ts'
import { shortName } from './bounded.ts'

/** Who may use a simulator, as it is written. */
export interface AccessPolicy {
  /** `/_sim` demands it as `Authorization: Bearer <token>`, where set. */
  readonly token: string | undefined
  /** Host names that are answered to besides loopback and that of the public URL. */
  readonly hosts: readonly string[]
  /** Origins whose pages may use the providers' APIs; `*` stands for all. */
  readonly cors: readonly string[]
}

/** Who may use a simulator, as it is asked at each request. */
export interface Access {
  readonly token: string | undefined
  /** As `hostNameOf` has them. */
  readonly hosts: ReadonlySet<string>
  /** Origins whose pages may use the providers' APIs; `true` stands for all. */
  readonly cors: ReadonlySet<string> | true
  /** The origin of the public URL. */
  readonly publicOrigin: string | undefined
  /** Host names that stand for one provider, with its slug; none of them leads to `/_sim`. */
  readonly providerHosts: ReadonlyMap<string, string>
}

/** @throws Refusal `invalid-request` for a host that is none, or an origin */
export function openAccess(
  { token, hosts, cors }: AccessPolicy,
  publicUrl: string | undefined,
  providerHosts: Access['providerHosts'] = new Map(),
): Access {
  const problems = [...hosts.map(hostProblem), ...cors.map(originProblem)]
  if (publicUrl !== undefined && !URL.canParse(publicUrl))
    problems.push(`the public URL "${shortName(publicUrl)}" is no URL`)
  const problem = problems.find((each) => each !== undefined)
  if (problem !== undefined) throw new Refusal('invalid-request', problem)

  const open = publicUrl === undefined ? undefined : new URL(publicUrl)
  const names = [...hosts, ...(open ? [open.host] : [])].map(hostNameOf)
  return {
    token,
    hosts: new Set(names.filter((name) => name !== undefined)),
    cors: cors.includes('*') || new Set(cors.map(normalOrigin)),
    publicOrigin: open?.origin,
    providerHosts,
  }
}

/** True where pages of an origin, as a browser sends it, may use the providers' APIs. */
export function isOpenTo({ cors }: Access, origin: string): boolean {
  return cors === true || cors.has(origin)
}

/** The URL that a Host begins, or `undefined` where it begins none. */
export function urlAt(scheme: string, host: string): URL | undefined {
  const url = `${scheme}://${isIP(host) === 6 ? `[${host}]` : host}`
  return URL.canParse(url) ? new URL(url) : undefined
}

/**
 * The name in a Host, in the one way that a browser writes it: in small letters, an address of IPv4
 * as four decimal numbers, other scripts as Punycode; without port, brackets and a dot at its end.
 * `undefined` where there is none.
 */
export function hostNameOf(host: string): string | undefined {
  return urlAt('http', host)?.hostname.replace(/^\[|\]$|\.$/g, '')
}

/** Why a text is no host name to be answered to, or `undefined` where it is one. */
export function hostProblem(written: string): string | undefined {
  if (!/[/?#@\\\s*]/.test(written) && hostNameOf(written) !== undefined) return undefined
  const how = 'give a name or an address alone, as in sim.example.test'
  return `"${shortName(written)}" is no host name: ${how}`
}

/** Scheme, host and port, as a browser begins an URL; also of an extension or an app. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\\\s*]+\/?$/i

/** Why a text is no origin whose pages may use something, or `undefined` where it is one. */
export function originProblem(written: string): string | undefined {
  if (written === '*' || (ORIGIN.test(written) && URL.canParse(written))) return undefined
  if (written === 'null')
    return '"null" is the origin of files and sandboxed frames of any site: give * to open to all'
  const how = 'give scheme, host and port of the page, as in http://localhost:3000, or * for all'
  return `"${shortName(written)}" is no origin: ${how}`
}

/** An origin as a browser sends it. URL knows no origin of schemes such as that of an extension. */
function normalOrigin(written: string): string {
  const { origin, protocol, host } = new URL(written)
  return origin === 'null' ? `${protocol}//${host}`.toLowerCase() : origin
}
