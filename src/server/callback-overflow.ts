// Told once: that callbacks are not sent, as too many wait already.
import {
  type Callback,
  callbacks,
  isOneTooMany,
  MOST_WAITING,
  type UnsentCallback,
  unsentCallbacks,
  waitingOf,
} from '../state/callbacks.ts'
import type { Change } from '../state/collection.ts'
import type { World } from '../state/world.ts'

/**
 * Follows what is changed in a world and reports where a provider's callbacks are too many; again
 * only once fewer than half have waited since.
 */
export function tellOfOverflow(
  report: (sentence: string) => void,
): (world: World, changes: readonly Change[]) => void {
  const told = new Set<string>()
  return (world, changes) => {
    for (const { collection, before, after } of changes) {
      if (before !== undefined || after === undefined) continue
      if (collection === callbacks.name) {
        const { provider } = after as Callback
        if (told.has(provider) && waitingOf(world, provider) < MOST_WAITING / 2)
          told.delete(provider)
      }
      if (collection !== unsentCallbacks.name) continue
      const unsent = after as UnsentCallback
      if (told.has(unsent.provider) || !isOneTooMany(unsent)) continue
      told.add(unsent.provider)
      report(`world ${world.name}: ${unsent.reason}`)
    }
  }
}
