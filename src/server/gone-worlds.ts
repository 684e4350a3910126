// Worlds that are gone: told to who still asks for one, or brings its credential.
import { credentials } from '../state/credentials.ts'
import { iso } from '../state/instant.ts'
import type { World } from '../state/world.ts'
import { nearest } from './nearest.ts'
import { wallNow } from './ticker.ts'

export interface GoneWorlds {
  /** Remembers a world that is about to go, as its time to live is over or as it is removed. */
  note(world: World): void
  /** Forgets what was of a world of that name: there is another. */
  forget(name: string): void
  /**
   * Why there is no world of a name: a sentence.
   * @param known names of which one may have been meant, where there never was such a world
   */
  whyNone(name: string, known?: Iterable<string>): string
  /** Whose credential it was, where its world is gone; a sentence. */
  whose(provider: string, secret: string): string | undefined
}

/** How many are remembered; the oldest go first. */
export const GONE_KEPT = 1000

export function openGoneWorlds(): GoneWorlds {
  const gone = new Map<string, { readonly how: string; readonly keys: readonly string[] }>()
  /** Names of their worlds by credential. */
  const owners = new Map<string, string>()

  function forget(name: string): void {
    for (const key of gone.get(name)?.keys ?? []) if (owners.get(key) === name) owners.delete(key)
    gone.delete(name)
  }

  return {
    note(world) {
      const { name } = world
      forget(name)
      const permanent = [...world.in(credentials).values()].filter(({ kind }) => kind !== 'token')
      const keys = permanent.map((each) => credentials.key(each))
      gone.set(name, { how: howGone(world), keys })
      for (const key of keys) owners.set(key, name)
      const [oldest] = gone.keys()
      if (gone.size > GONE_KEPT && oldest !== undefined) forget(oldest)
    },
    forget,
    whyNone(name, known = []) {
      const none = `there is no world "${name}"`
      const was = gone.get(name)
      if (was) return `${none}: ${was.how}`
      const meant = nearest(name, known)
      return meant === undefined ? none : `${none}: did you mean ${meant}?`
    },
    whose(provider, secret) {
      const name = owners.get(`${provider}/${secret}`)
      const how = name === undefined ? undefined : gone.get(name)?.how
      return how === undefined ? undefined : `it is a credential of the world "${name}", and ${how}`
    },
  }
}

function howGone({ identity: { expiresAt } }: World): string {
  const now = wallNow()
  if (expiresAt !== undefined && expiresAt <= now)
    return `its time to live was over at ${iso(expiresAt)}`
  return `it was removed at ${iso(now)}`
}
