// Cross-origin resource sharing: headers that let pages of the origins of --cors read replies.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { defined } from '../state/defined.ts'
import { type Access, isOpenTo } from './access.ts'

/** Seconds a browser may remember the answer to a preflight. */
const REMEMBERED = '600'

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'

/**
 * Lets the page a request comes from read whatever is answered, where its origin is one of --cors.
 * Answers a preflight, the question of a browser before a request that a page wants to make.
 * @param isForbidden whether the request is refused: its page is to read nothing
 * @returns whether it was a preflight and is answered
 */
export function shareWithPage(
  access: Access,
  request: IncomingMessage,
  response: ServerResponse,
  isForbidden: boolean,
): boolean {
  const { origin } = request.headers
  if (access.cors !== true && access.cors.size === 0) return false
  // Also where no page asks: a cache must not give a page what another client was answered.
  response.setHeader('Vary', 'Origin')
  if (isForbidden || origin === undefined || !isOpenTo(access, origin.toLowerCase())) return false

  response.setHeader('Access-Control-Allow-Origin', access.cors === true ? '*' : origin)
  response.setHeader('Access-Control-Expose-Headers', '*')
  if (!isPreflight(request)) return false
  response.writeHead(204, preflightHeaders(request)).end()
  return true
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

function preflightHeaders({ headers }: IncomingMessage): Record<string, string> {
  const isPrivate = headers['access-control-request-private-network'] === 'true'
  return defined({
    'Access-Control-Allow-Methods': METHODS,
    // Named one by one, since * does not stand for Authorization.
    'Access-Control-Allow-Headers': headers['access-control-request-headers'],
    'Access-Control-Max-Age': REMEMBERED,
    'Access-Control-Allow-Private-Network': isPrivate ? 'true' : undefined,
  }) as Record<string, string>
}
