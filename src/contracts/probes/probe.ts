// What a probe is: more requests about a call that was made, each proving something of its operation.
import type { Finding, SeenExchange } from '../../workflows/seen-exchange.ts'
import type { Answer, SentRequest } from '../../workflows/send.ts'

/** What a probe finds, with the request that shows it. */
export type Probed = Pick<Finding, 'message' | 'pointer' | 'request'>

/** Sends a request of a probe; it throws where that may not be sent, which ends the probe. */
export type Ask = (request: SentRequest) => Promise<Answer>

export interface Probe {
  readonly name: string
  /** What it proves where it finds nothing, in one line. */
  readonly proves: string
  /** Which calls of a case it is tried on; the first good one of each operation unless given. */
  readonly chosen?: (exchanges: readonly SeenExchange[]) => readonly SeenExchange[]
  /** Whether it can be tried on a call that was answered 2xx. */
  readonly fits: (exchange: SeenExchange) => boolean
  readonly find: (exchange: SeenExchange, probing: Probing) => Promise<readonly Probed[]>
}

/** What a probe has to go on. */
export interface Probing {
  readonly ask: Ask
  /** All calls of the case. */
  readonly exchanges: readonly SeenExchange[]
  /** Those before the one that is probed. */
  readonly earlier: readonly SeenExchange[]
  /** Fields that may differ from call to call: JSON pointers, `*` for any name or place. */
  readonly volatile: readonly string[]
}

export const NOTHING: readonly Probed[] = []

/** What became of a request, in words. */
export function outcomeOf(answer: Answer): string {
  return 'error' in answer ? `gets no answer: ${answer.error}` : `is answered ${answer.status}`
}
