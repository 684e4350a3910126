// Who may use the control API: by host name, by origin, by token.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { isLoopback } from '../server/loopback.ts'
import type { ControlPolicy } from '../server/server.ts'
import { type AnyRefusal, Refusal } from '../state/refusal.ts'

/** The host name of a Host header, without port and brackets, in small letters. */
function nameOf(host: string): string {
  if (isIP(host)) return host.toLowerCase()
  return host
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
}

/**
 * A page of another site, its name rebound to this machine, still sends its own
 * name as Host.
 */
function hostProblem(
  host: string | undefined,
  policy: ControlPolicy,
  publicUrl: string | undefined,
): string | undefined {
  if (host === undefined) return 'the request has no Host header'
  const name = nameOf(host)
  if (isLoopback(name)) return undefined
  if (publicUrl !== undefined && nameOf(new URL(publicUrl).host) === name) return undefined
  if (policy.hosts.some((allowed) => nameOf(allowed) === name)) return undefined
  const how = 'allow it with --allowed-hosts or ESIMULATOR_ALLOWED_HOSTS'
  return `the control API does not answer to the host name "${name}": ${how}`
}

function originProblem(
  origin: string | undefined,
  host: string | undefined,
  publicUrl: string | undefined,
): string | undefined {
  if (origin === undefined) return undefined
  const from = URL.canParse(origin) ? new URL(origin).host : undefined
  if (
    from !== undefined &&
    (from === host?.toLowerCase() || (publicUrl !== undefined && from === new URL(publicUrl).host))
  )
    return undefined
  const how = 'call it from a program, or from a page it serves itself'
  return `pages of ${origin} may not use the control API: ${how}`
}

const digest = (text: string) => createHash('sha256').update(text).digest()

function tokenProblem(
  authorization: string | undefined,
  token: string | undefined,
): string | undefined {
  if (token === undefined) return undefined
  const sent = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  if (sent === undefined)
    return 'this simulator was started with a token: send it as "Authorization: Bearer <token>"'
  return timingSafeEqual(digest(sent), digest(token))
    ? undefined
    : 'the token is not the one this simulator was started with'
}

/** Why a request may not use the control API, or `undefined` where it may. */
export function guard(
  request: IncomingMessage,
  policy: ControlPolicy,
  publicUrl: string | undefined,
): AnyRefusal | undefined {
  const { host, origin, authorization } = request.headers
  const forbidden = hostProblem(host, policy, publicUrl) ?? originProblem(origin, host, publicUrl)
  if (forbidden) return new Refusal<'forbidden'>('forbidden', forbidden)
  const unauthorized = tokenProblem(authorization, policy.token)
  return unauthorized === undefined ? undefined : new Refusal('unauthorized', unauthorized)
}
