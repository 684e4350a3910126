// Attempts at callbacks, of every world: signed by their provider, and delivered.
import type { Simulator } from '../simulators/simulator.ts'
import type { Callback, Outcome } from '../state/callbacks.ts'
import type { World } from '../state/world.ts'
import type { DeliveryPolicy } from './deliver.ts'
import { wallNow } from './ticker.ts'

export interface AttemptOptions {
  readonly policy: DeliveryPolicy
  /** Told of each attempt as it is made, at virtual time `at`. */
  readonly onAttempt?: (callback: Callback, at: number) => void
}

export interface Attempts {
  /** Makes one attempt, until `signal` aborts; never throws. */
  make(world: World, callback: Callback, signal: AbortSignal): Promise<Outcome>
  /** Loads what makes them, so that the first does not wait for it. */
  prepare(): Promise<void>
}

export function openAttempts(
  simulators: ReadonlyMap<string, Simulator>,
  { policy, onAttempt }: AttemptOptions,
): Attempts {
  return {
    async make(world, callback, signal) {
      const { deliver } = await deliverer()
      const simulator = simulators.get(callback.provider)
      if (!simulator) return { error: unknownProvider(callback.provider), final: true }
      onAttempt?.(callback, world.now)

      // Signed at each attempt: a signature may hold the time it was made at.
      const headers = simulator.callbacks?.sign(callback, world, wallNow()) ?? {}

      // FAULTS of callbacks belong here: the bytes are ready, and nothing has left.

      const { url, body } = callback
      return deliver({ url, headers, body }, policy, signal)
    },
    async prepare() {
      await deliverer()
    },
  }
}

/** A state that another simulator wrote may hold its callbacks. */
function unknownProvider(slug: string): string {
  return `there is no provider "${slug}" here: nobody can sign it, and it is not sent`
}

/** What delivers, loaded when it is needed: most runs never make an attempt. */
const deliverer = () => import('./deliver.ts')
