// Which world a credential leads to, among those that are open.
import type { Change } from '../state/collection.ts'
import { type ClaimOf, type Credential, credentials } from '../state/credentials.ts'
import type { HostedWorld } from './hosted-world.ts'

export interface CredentialIndex {
  /** The world of a credential's key: of several, the one that had it first. */
  owner(key: string): HostedWorld | undefined
  /** Whether no world had it before its owner, be it open or not. */
  isFirst(key: string): boolean
  /**
   * What the credentials of a world will have for a claim in its next life: those that it has now
   * keep theirs, others come after all worlds that have them.
   */
  claimsIn(hosted: HostedWorld): ClaimOf
  /** Adds every credential of a world. */
  add(hosted: HostedWorld): void
  /** Forgets a world, before it has other records. */
  remove(hosted: HostedWorld): void
  /** Goes along with what a transaction changed in a world. */
  follow(hosted: HostedWorld, changes: readonly Change[]): void
}

function claimIn({ world }: HostedWorld, key: string): number {
  return world.in(credentials).get(key)?.claim ?? 0
}

export function openCredentialIndex(): CredentialIndex {
  /** Nearly always one world; of several, in the order of their claims. */
  const holders = new Map<string, HostedWorld[]>()

  function hold(hosted: HostedWorld, key: string): void {
    const others = holders.get(key)
    if (!others) holders.set(key, [hosted])
    else if (!others.includes(hosted)) {
      others.push(hosted)
      // Where older versions kept no claims, the world that was opened first goes before.
      others.sort((a, b) => claimIn(a, key) - claimIn(b, key))
    }
  }

  function drop(hosted: HostedWorld, key: string): void {
    const left = holders.get(key)?.filter((each) => each !== hosted) ?? []
    if (left.length > 0) holders.set(key, left)
    else holders.delete(key)
  }

  return {
    owner: (key) => holders.get(key)?.[0],
    isFirst(key) {
      const owner = holders.get(key)?.[0]
      return owner !== undefined && claimIn(owner, key) === 0
    },
    claimsIn(hosted) {
      const had = hosted.world.records.get(credentials.name) as
        | ReadonlyMap<string, Credential>
        | undefined
      return (key) => {
        const others = holders.get(key)?.filter((each) => each !== hosted) ?? []
        if (others.length === 0) return 0
        const own = had?.get(key)
        return own ? (own.claim ?? 0) : 1 + Math.max(...others.map((each) => claimIn(each, key)))
      }
    },
    add(hosted) {
      for (const credential of hosted.world.in(credentials).values())
        hold(hosted, credentials.key(credential))
    },
    remove(hosted) {
      for (const credential of hosted.world.in(credentials).values())
        drop(hosted, credentials.key(credential))
    },
    follow(hosted, changes) {
      for (const { collection, key, after } of changes) {
        if (collection !== credentials.name) continue
        if (after === undefined) drop(hosted, key)
        else hold(hosted, key)
      }
    },
  }
}
