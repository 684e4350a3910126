// Attempts at callbacks, of every world: signed by their provider, and delivered.
import type { Simulator } from '../simulators/simulator.ts'
import type { Callback, Outcome } from '../state/callbacks.ts'
import type { Sent } from '../state/deliveries.ts'
import type { World } from '../state/world.ts'
import type { DeliveryPolicy } from './deliver.ts'
import { wallNow } from './ticker.ts'

export interface AttemptOptions {
  readonly policy: DeliveryPolicy
  /** Told of each thing that is sent, at virtual time `at`, with the body that is. */
  readonly onAttempt?: (callback: Callback, at: number) => void
}

export interface Attempts {
  /** Makes one attempt, until `signal` aborts; never throws. */
  make(world: World, callback: Callback, signal: AbortSignal): Promise<readonly Outcome[]>
  /** Loads what makes them, so that the first does not wait for it. */
  prepare(): Promise<void>
}

export function openAttempts(
  simulators: ReadonlyMap<string, Simulator>,
  { policy, onAttempt }: AttemptOptions,
): Attempts {
  return {
    async make(world, callback, signal) {
      const { deliver, headersOf } = await deliverer()
      const simulator = simulators.get(callback.provider)
      if (!simulator) return [{ error: unknownProvider(callback.provider), final: true }]
      const { url, body } = callback
      onAttempt?.(callback, world.now)

      // Signed at each attempt: a signature may hold the time it was made at.
      const headers = simulator.callbacks?.sign(callback, world, { wall: wallNow() }) ?? {}

      // FAULTS of callbacks belong here: the bytes are ready, and nothing has left.

      const outcome = await deliver({ url, headers, body }, policy, signal)
      // What the policy holds back is final, and has not left.
      if (outcome.final) return [outcome]
      const sent: Sent = {
        headers: inLowerCase(headersOf({ headers, body })),
        body,
        signature: Object.keys(headers).length > 0 ? 'genuine' : 'none',
      }
      return [{ ...outcome, sent }]
    },
    async prepare() {
      await deliverer()
    },
  }
}

/** As a receiver reads them: the names of headers know no case. */
function inLowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return Object.fromEntries(lower)
}

/** A state that another simulator wrote may hold its callbacks. */
function unknownProvider(slug: string): string {
  return `there is no provider "${slug}" here: nobody can sign it, and it is not sent`
}

/** What delivers, loaded when it is needed: most runs never make an attempt. */
const deliverer = () => import('./deliver.ts')
