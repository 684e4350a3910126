// Which world a credential leads to, among those that are open.
import type { Change } from '../state/collection.ts'
import { credentials } from '../state/credentials.ts'
import type { HostedWorld } from './hosted-world.ts'

export interface CredentialIndex {
  /** The world of a credential's key. */
  owner(key: string): HostedWorld | undefined
  /** Adds every credential of a world. */
  add(hosted: HostedWorld): void
  /** Forgets a world. */
  remove(hosted: HostedWorld): void
  /** Goes along with what a transaction changed in a world. */
  follow(hosted: HostedWorld, changes: readonly Change[]): void
}

export function openCredentialIndex(): CredentialIndex {
  const owners = new Map<string, HostedWorld>()

  /**
   * The world that had it first keeps it: a state copied into another does not
   * take it over.
   */
  function claim(hosted: HostedWorld, key: string): void {
    if (!owners.has(key)) owners.set(key, hosted)
  }

  return {
    owner: (key) => owners.get(key),
    add(hosted) {
      for (const credential of hosted.world.in(credentials).values())
        claim(hosted, credentials.key(credential))
    },
    remove(hosted) {
      for (const [key, owner] of owners) if (owner === hosted) owners.delete(key)
    },
    follow(hosted, changes) {
      for (const { collection, key, after } of changes) {
        if (collection !== credentials.name) continue
        if (after !== undefined) claim(hosted, key)
        else if (owners.get(key) === hosted) owners.delete(key)
      }
    },
  }
}
