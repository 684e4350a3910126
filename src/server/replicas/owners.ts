// Where credentials lead, as the store tells it: believed for a moment.
import { wallNow } from '../ticker.ts'

/** Wall ms for which it is believed where something is that is not here. */
export const BELIEVED = 1000
/** How many are remembered; beyond that all are asked for anew. */
export const MOST_REMEMBERED = 10_000

/**
 * Remembers where credentials led a moment ago; what leads nowhere is asked for each time.
 * @param ask the world of a credential
 */
export function openOwners(ask: (credential: string) => Promise<string | undefined>) {
  const owners = new Map<string, { readonly world: string; readonly until: number }>()
  /** @param isNew asks, and believes nothing */
  return async (credential: string, isNew = false): Promise<string | undefined> => {
    const known = owners.get(credential)
    if (known && known.until > wallNow() && !isNew) return known.world
    const world = await ask(credential)
    if (owners.size >= MOST_REMEMBERED) owners.clear()
    owners.delete(credential)
    if (world !== undefined) owners.set(credential, { world, until: wallNow() + BELIEVED })
    return world
  }
}
