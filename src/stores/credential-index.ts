// Which world a credential belongs to, of those in a state folder that nobody has loaded yet.
import type { Records } from '../state/collection.ts'
import { credentials } from '../state/credentials.ts'

export interface UnloadedWorlds {
  /** The worlds that were there at the start, by name. */
  readonly worlds: Iterable<string>
  /** False from the time a world is loaded or removed. */
  readonly isUnloaded: (world: string) => boolean
  readonly read: (world: string) => Promise<Records | undefined>
}

/**
 * Finds the world of a credential `<provider>/<secret>`. The worlds are looked through at the first
 * question, and only once: one that nobody has loaded does not change.
 */
export function openCredentialIndex({
  worlds,
  isUnloaded,
  read,
}: UnloadedWorlds): (credential: string) => Promise<string | undefined> {
  let index: Promise<ReadonlyMap<string, string[]>> | undefined

  async function lookThrough(): Promise<ReadonlyMap<string, string[]>> {
    const holders = new Map<string, string[]>()
    for (const world of worlds) {
      if (!isUnloaded(world)) continue
      // What is wrong with its files is said when it is loaded.
      const records = await read(world).catch(() => undefined)
      for (const key of records?.get(credentials.name)?.keys() ?? [])
        holders.set(key, [...(holders.get(key) ?? []), world])
    }
    return holders
  }

  return async (credential) => {
    index ??= lookThrough()
    return (await index).get(credential)?.find(isUnloaded)
  }
}
