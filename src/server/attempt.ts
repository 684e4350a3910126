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
  /** Makes one attempt; never throws. */
  make(world: World, callback: Callback): Promise<Outcome>
  /** Loads what makes them, so that the first does not wait for it. */
  prepare(): Promise<void>
  /** Breaks off those under way. */
  stop(): void
}

export function openAttempts(
  simulators: ReadonlyMap<string, Simulator>,
  { policy, onAttempt }: AttemptOptions,
): Attempts {
  const stopping = new AbortController()

  return {
    async make(world, callback) {
      const { deliver } = await deliverer()
      onAttempt?.(callback, world.now)

      // Signed at each attempt: a signature may hold the time it was made at.
      const simulator = simulators.get(callback.provider)
      if (!simulator) throw new Error(`there is no provider ${callback.provider}`)
      const headers = simulator.callbacks?.sign(callback, world, wallNow()) ?? {}

      // FAULTS of callbacks belong here: the bytes are ready, and nothing has left.

      const { url, body } = callback
      return deliver({ url, headers, body }, policy, stopping.signal)
    },
    async prepare() {
      await deliverer()
    },
    stop: () => stopping.abort(),
  }
}

/** What delivers, loaded when it is needed: most runs never make an attempt. */
const deliverer = () => import('./deliver.ts')
