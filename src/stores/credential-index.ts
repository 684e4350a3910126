// Which world a credential belongs to, of those in a state folder that nobody has loaded yet.
import type { Records } from '../state/collection.ts'
import { type Credential, credentials } from '../state/credentials.ts'

export interface UnloadedWorlds {
  /** The worlds that were there at the start, by name. */
  readonly worlds: Iterable<string>
  /** False from the time a world is loaded or removed. */
  readonly isUnloaded: (world: string) => boolean
  readonly read: (world: string) => Promise<Records | undefined>
}

/** A world that has a credential, and how many had it before. */
interface Holder {
  readonly world: string
  readonly claim: number
}

/**
 * Finds the world of a credential `<provider>/<secret>`: of several, the one that had it first. The
 * worlds are looked through at the first question, and only once: one that nobody has loaded does
 * not change.
 */
export function openCredentialIndex({
  worlds,
  isUnloaded,
  read,
}: UnloadedWorlds): (credential: string) => Promise<string | undefined> {
  let index: Promise<ReadonlyMap<string, Holder[]>> | undefined

  async function lookThrough(): Promise<ReadonlyMap<string, Holder[]>> {
    const holders = new Map<string, Holder[]>()
    for (const world of worlds) {
      if (!isUnloaded(world)) continue
      // What is wrong with its files is said when it is loaded.
      const records = await read(world).catch(() => undefined)
      const held = records?.get(credentials.name) as ReadonlyMap<string, Credential> | undefined
      for (const [key, { claim = 0 }] of held ?? [])
        holders.set(key, [...(holders.get(key) ?? []), { world, claim }])
    }
    for (const several of holders.values()) several.sort((a, b) => a.claim - b.claim)
    return holders
  }

  return async (credential) => {
    index ??= lookThrough()
    return (await index).get(credential)?.find(({ world }) => isUnloaded(world))?.world
  }
}
