// The headers that a status obliges to (RFC 9110 15), wherever the one who words a refusal gives none.
import type { Reply } from '../simulators/call.ts'
import type { AnyRefusal } from '../state/refusal.ts'

/** Seconds after which to try again, where nothing better is known (invented). */
const A_WHILE = '5'

/**
 * What a client is asked for that showed no key, or a bad one: no scheme is registered for keys in
 * headers of their own, so the name is ours.
 */
const API_KEY = 'ApiKey realm="api"'

/**
 * Headers by status: what may be done instead, how to show who one is, what may be sent, when to
 * come again.
 */
const OBLIGED: Readonly<
  Record<number, (refusal: AnyRefusal) => Readonly<Record<string, string>> | undefined>
> = {
  401: () => ({ 'WWW-Authenticate': API_KEY }),
  405: ({ detail: { allow } }) => (allow === undefined ? undefined : { Allow: String(allow) }),
  415({ detail: { accept, acceptEncoding } }) {
    if (acceptEncoding !== undefined) return { 'Accept-Encoding': String(acceptEncoding) }
    return accept === undefined ? undefined : { Accept: String(accept) }
  },
  429: () => ({ 'Retry-After': A_WHILE }),
  503: () => ({ 'Retry-After': A_WHILE }),
}

/** A refusal's reply with the headers its status obliges to; its own headers stay as they are. */
export function withStatusHeaders(reply: Reply, refusal: AnyRefusal): Reply {
  const obliged = OBLIGED[reply.status]?.(refusal)
  return obliged ? { ...reply, headers: { ...obliged, ...reply.headers } } : reply
}
