// The worlds that this replica has, of those in a store that replicas share: taken, loaded, let go.
import type { Records } from '../../state/collection.ts'
import { reasonOf } from '../../state/reason.ts'
import { Refusal } from '../../state/refusal.ts'
import type { Leases, Replica } from '../../stores/leases.ts'
import { BrokenWorld, type Store } from '../../stores/store.ts'
import { pause, wallNow } from '../ticker.ts'
import { goneOn } from './gone-on.ts'
import { HeldElsewhere } from './held-elsewhere.ts'
import { BELIEVED, MOST_REMEMBERED, openOwners } from './owners.ts'

/** Wall ms between two tries to let go of a world, and for which is waited for that. */
const AGAIN = 1000
const PATIENCE = 5000

interface Whereabouts {
  readonly replica: Replica
  readonly until: number
}

export interface HeldWorlds {
  /**
   * Takes a world and reads it; `undefined` where there is none.
   * @throws HeldElsewhere; BrokenWorld where it is damaged; Refusal `writes-refused` where nobody can
   *   have it now
   */
  load(world: string): Promise<Records | undefined>
  /**
   * Lets go of a world, once all of it is kept. Who asks for it meanwhile waits.
   * @param wakeAt wall ms since the epoch at which somebody has to look after it
   */
  release(world: string, wakeAt: number | undefined): Promise<void>
  /** Asks anew where a world is: it is not where it was. */
  forget(world: string): void
  /** What cannot be let go now is tried no more. */
  stop(): void
  /**
   * The world a credential leads to, be it held here or not.
   * @param isNew asks the store, and believes nothing
   * @throws Refusal `writes-refused`
   */
  ownerOf(credential: string, isNew?: boolean): Promise<string | undefined>
}

export function openHeldWorlds(store: Store, leases: Leases): HeldWorlds {
  const elsewhere = new Map<string, Whereabouts>()
  const releasing = new Map<string, Promise<void>>()
  let isStopped = false

  async function take(world: string): Promise<number | undefined> {
    const known = elsewhere.get(world)
    if (known && known.until > wallNow()) throw new HeldElsewhere(world, known.replica)
    const taken = await answered(leases.take(world))
    elsewhere.delete(world)
    switch (taken.by) {
      case 'us':
        return taken.idle
      case 'other':
        if (elsewhere.size >= MOST_REMEMBERED) elsewhere.clear()
        elsewhere.set(world, { replica: taken.replica, until: wallNow() + BELIEVED })
        throw new HeldElsewhere(world, taken.replica)
      case 'nobody':
        if (taken.why === 'no-such-world') return undefined
        throw new Refusal(
          'writes-refused',
          `no replica can open the world "${world}" now: try again`,
        )
    }
  }

  /** Until that is done the world is neither here nor anywhere else. */
  async function release(world: string, wakeAt: number | undefined): Promise<void> {
    while (!isStopped) {
      try {
        await leases.release(world, wakeAt)
        return
      } catch (error) {
        if (!isStopped) await pause(AGAIN)
        if (isStopped) throw error
      }
    }
  }

  return {
    async load(world) {
      const leaving = releasing.get(world)
      if (leaving && !(await settledWithin(PATIENCE, leaving)))
        throw new Refusal('writes-refused', `the world "${world}" is being let go: try again`)
      const idle = await take(world)
      if (idle === undefined) return undefined
      try {
        const records = await answered(store.load(world))
        return records && goneOn(records, idle)
      } catch (error) {
        await leases.release(world, undefined).catch(() => {})
        throw error
      }
    },
    release(world, wakeAt) {
      const released = release(world, wakeAt).finally(() => releasing.delete(world))
      releasing.set(world, released)
      return released
    },
    forget: (world) => void elsewhere.delete(world),
    stop() {
      isStopped = true
    },
    ownerOf: openOwners((credential) => answered(store.worldOf(credential))),
  }
}

/** True where a promise settles in time. */
async function settledWithin(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const settled = new AbortController()
  const settle = () => settled.abort()
  promise.then(settle, settle)
  await pause(ms, settled.signal)
  return settled.signal.aborted
}

/** An answer of the store. Where it does not answer, that is said as what it is: nothing can be done now. */
async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof BrokenWorld || error instanceof Refusal) throw error
    throw new Refusal('writes-refused', reasonOf(error))
  }
}
