// Nothing leaves that tells of a world which another replica may have by now.
import { Refusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import type { Leases } from '../../stores/leases.ts'
import type { Store } from '../../stores/store.ts'
import { pause } from '../ticker.ts'

/** Wall ms between two questions whether the leases are sure again. */
const AGAIN = 250

/**
 * What is awaited before a reply leaves: all that was committed is kept as the durability asks, and
 * where replicas share the store, this copy of the world was the one that counts when it was made.
 */
export function keptOf(store: Store, world: World): () => Promise<void> | undefined {
  const { leases } = store
  const { name } = world
  if (!leases) return () => store.flushed(name)

  const confirmed = async () => {
    if (!world.hasEnded) await leases.confirmed()
    if (!world.hasEnded) return store.flushed(name)
    throw new Refusal('writes-refused', `the world "${name}" is no longer held here: try again`)
  }
  return () => (leases.areSure && !world.hasEnded ? store.flushed(name) : confirmed())
}

/**
 * Resolves when something may be sent that cannot be taken back: no other replica has the world.
 * @param signal aborts where the world was lost
 * @throws its reason
 */
export async function whenSure(leases: Leases, signal: AbortSignal): Promise<void> {
  while (!leases.areSure && !signal.aborted) {
    // The store may be away for a while: it is asked until it answers.
    await leases.confirmed().catch(() => pause(AGAIN, signal))
  }
  signal.throwIfAborted()
}
