// What goes with a request that is passed on: who passes it on, the proof of that, and how it came.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Replica } from '../../stores/leases.ts'
import { type CameBy, notePassedOn } from '../came-by.ts'

/** Names the replica that passes a request on: whoever gets it does so no more. */
export const PASSED_ON = 'x-sim-passed-on'
/** The key of the replica it is passed on to, and how the request came. */
const PROOF = 'x-sim-passed-on-proof'

/** The headers that go with a request. */
export function passingHeaders(to: Replica, from: CameBy): [string, string][] {
  const told = Buffer.from(JSON.stringify(from)).toString('base64url')
  return [
    [PASSED_ON, from.sender],
    [PROOF, `${to.key} ${told}`],
  ]
}

/** True for headers that only replicas may send. */
export function isOfPassing(name: string): boolean {
  return name === PASSED_ON || name === PROOF
}

/**
 * Notes how a request came that was passed on, and takes the headers off that tell of it.
 * @returns false where a request says so without the proof: a stranger sent it, or it was meant for
 *   a replica that was here before
 */
export function noteArrival(self: Replica, request: IncomingMessage): boolean {
  const { headers } = request
  if (headers[PASSED_ON] === undefined) return true
  const [key = '', told = ''] = String(headers[PROOF] ?? '').split(' ')
  if (!timingSafeEqual(digest(key), digest(self.key))) return false
  const from = cameByIn(told)
  if (!from) return false
  delete headers[PASSED_ON]
  delete headers[PROOF]
  notePassedOn(request, from)
  return true
}

/** What is told of how a request came; `undefined` where another version tells it otherwise. */
function cameByIn(told: string): CameBy | undefined {
  try {
    const from = JSON.parse(Buffer.from(told, 'base64url').toString()) as Partial<CameBy>
    const isKnown = typeof from.sender === 'string' && typeof from.caller === 'string'
    return isKnown ? (from as CameBy) : undefined
  } catch {
    return undefined
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest()
