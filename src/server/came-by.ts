// How a request came here: by a connection of its own, or passed on by another replica, which tells of that.
import type { IncomingMessage } from 'node:http'

/** What the first replica knows of a request that it passes on. */
export interface CameBy {
  /** The id of that replica. */
  readonly sender: string
  /** The sender's address; empty where it has gone. */
  readonly caller: string
  /** The address it was sent to. */
  readonly local: string | undefined
  readonly isEncrypted: boolean
  /** The provider at whose own port it came. */
  readonly ownSlug?: string | undefined
}

const PASSED_ON = Symbol('how a request came that was passed on')

interface MaybePassedOn {
  [PASSED_ON]?: CameBy
}

/** How a request came to the replica that passed it on; `undefined` where none did. */
export function passedOnFrom(request: IncomingMessage): CameBy | undefined {
  return (request as MaybePassedOn)[PASSED_ON]
}

/** Notes that a request was passed on: from then on it counts as one that came so. */
export function notePassedOn(request: IncomingMessage, from: CameBy): void {
  ;(request as MaybePassedOn)[PASSED_ON] = from
}

/** How a request came, as whoever passes it on tells of it. */
export function cameBy(
  request: IncomingMessage,
  ownSlug: string | undefined,
  sender: string,
): CameBy {
  return {
    sender,
    caller: callerOf(request),
    local: localAddressOf(request),
    isEncrypted: isEncrypted(request),
    ownSlug,
  }
}

/** The sender's address; empty where it has gone. */
export function callerOf(request: IncomingMessage): string {
  return passedOnFrom(request)?.caller ?? request.socket.remoteAddress ?? ''
}

/** The address a request was sent to. */
export function localAddressOf(request: IncomingMessage): string | undefined {
  return passedOnFrom(request)?.local ?? request.socket.localAddress
}

/** True where a request came over TLS. */
export function isEncrypted(request: IncomingMessage): boolean {
  return passedOnFrom(request)?.isEncrypted ?? 'encrypted' in request.socket
}
