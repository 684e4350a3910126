// The worlds of a store that replicas share, as this one has them: on demand, for a while, and let go.
import type { ServerResponse } from 'node:http'
import type { Records } from '../../state/collection.ts'
import { reasonOf } from '../../state/reason.ts'
import { Refusal } from '../../state/refusal.ts'
import type { Leases } from '../../stores/leases.ts'
import type { Store } from '../../stores/store.ts'
import type { HostedWorld } from '../hosted-world.ts'
import { pause } from '../ticker.ts'
import { openCrowd } from './crowd.ts'
import { drained } from './drain.ts'
import { type HeldWorlds, openHeldWorlds } from './held-worlds.ts'
import { openInUse } from './in-use.ts'
import { IDLE, openUpkeep, type Upkeep } from './upkeep.ts'
import { wakeAt } from './wake.ts'

/** How many worlds a replica has open at once, unless told. */
export const MOST_HELD = 1000
/** Wall ms after which nobody waits for a store any more that does not answer. */
const UNTIL_GIVEN_UP = 15_000

/** The worlds that are open here, and the store they come from. */
export interface Sharing {
  readonly store: Store
  readonly leases: Leases
  readonly list: () => HostedWorld[]
  readonly open: (world: string) => Promise<unknown>
  /** Forgets an open world: what it still does reaches nothing. */
  readonly drop: (hosted: HostedWorld, why: string) => void
  readonly report: (sentence: string) => void
  /** Wall ms after which a world that nobody uses is let go; `IDLE` unless told. */
  readonly idle?: number | undefined
  /** How many worlds may be open here at once; `MOST_HELD` unless told. */
  readonly maxHeld?: number | undefined
}

export interface SharedWorlds {
  readonly leases: Leases
  /**
   * Takes a world and reads it; `undefined` where there is none. Where as many are open as may be,
   * the one that was idle longest is let go.
   * @throws HeldElsewhere; BrokenWorld where it is damaged; Refusal `writes-refused` where it cannot
   *   be had now
   */
  load(world: string): Promise<Records | undefined>
  /**
   * Lets go of the world that was idle longest, where as many are open as may be.
   * @throws Refusal `writes-refused` where every one is in use
   */
  makeRoom(): Promise<void>
  /** Waits for a world, unless too many do. @throws Refusal `writes-refused` */
  waitFor<T>(world: string, arrival: () => Promise<T>): Promise<T>
  /**
   * The world a credential leads to, be it held here or not.
   * @param isNew asks the store, and believes nothing
   * @throws Refusal `writes-refused`
   */
  ownerOf(credential: string, isNew?: boolean): Promise<string | undefined>
  /** Asks anew where a world is: it is not where it was. */
  forget(world: string): void
  /**
   * Counts a world as in use until a response is closed.
   * @returns false where it is being let go: `gone` tells when that is done
   */
  use(hosted: HostedWorld, response: ServerResponse): boolean
  gone(hosted: HostedWorld): Promise<void>
  /** Begins to see to worlds that nobody uses, and to those that come due. */
  start(): void
  stop(): void
  /** Lets go of every world, each as soon as nothing is under way in it. */
  letAllGo(): Promise<void>
}

export function openSharedWorlds(sharing: Sharing): SharedWorlds {
  return new OpenSharedWorlds(sharing)
}

/** A class, since its methods work on the same few things. */
class OpenSharedWorlds implements SharedWorlds {
  readonly leases: Leases
  readonly #sharing: Sharing
  readonly #held: HeldWorlds
  readonly #upkeep: Upkeep
  readonly #inUse = openInUse()
  readonly #crowd = openCrowd()
  /** Those that are being let go, though something may be under way in them. */
  readonly #leaving = new WeakMap<HostedWorld, Promise<void>>()

  constructor(sharing: Sharing) {
    const { store, leases, list, open, report, idle = IDLE } = sharing
    this.leases = leases
    this.#sharing = sharing
    this.#held = openHeldWorlds(store, leases)
    const letGo = (hosted: HostedWorld) => this.#letGo(hosted, LET_GO)
    this.#upkeep = openUpkeep({ leases, inUse: this.#inUse, list, open, letGo, report }, idle)
  }

  async load(world: string): Promise<Records | undefined> {
    await this.makeRoom()
    return this.#held.load(world)
  }

  waitFor<T>(world: string, arrival: () => Promise<T>): Promise<T> {
    return this.#crowd.wait(world, arrival)
  }

  ownerOf(credential: string, isNew?: boolean): Promise<string | undefined> {
    return this.#held.ownerOf(credential, isNew)
  }

  forget(world: string): void {
    this.#held.forget(world)
  }

  use(hosted: HostedWorld, response: ServerResponse): boolean {
    if (this.#leaving.has(hosted)) return false
    this.#inUse.count(hosted, response)
    return true
  }

  gone(hosted: HostedWorld): Promise<void> {
    return this.#leaving.get(hosted) ?? Promise.resolve()
  }

  start(): void {
    this.#upkeep.start()
  }

  stop(): void {
    this.#upkeep.stop()
  }

  async letAllGo(): Promise<void> {
    const { list, report } = this.#sharing
    this.#upkeep.stop()
    const told = (error: unknown) => report(`replicas: ${reasonOf(error)}`)
    const late = new AbortController()
    const all = Promise.all(list().map((hosted) => this.#leave(hosted).catch(told)))
    await Promise.race([all, pause(UNTIL_GIVEN_UP, late.signal)])
    late.abort()
    this.#held.stop()
  }

  #leave(hosted: HostedWorld): Promise<void> {
    const known = this.#leaving.get(hosted)
    if (known) return known
    const gone = drained(hosted, this.#inUse, LEAVING).then(() => this.#letGo(hosted, LEAVING))
    this.#leaving.set(hosted, gone)
    return gone
  }

  async #letGo(hosted: HostedWorld, why: string): Promise<void> {
    const { drop, report } = this.#sharing
    const { world } = hosted
    if (world.hasEnded) return
    const wake = wakeAt(world)
    keepTime(hosted, report)
    drop(hosted, why)
    await this.#held.release(world.name, wake)
  }

  async makeRoom(): Promise<void> {
    const { list, maxHeld: most = MOST_HELD } = this.#sharing
    const all = list()
    if (all.length < most) return
    const idleFor = (hosted: HostedWorld) => this.#inUse.idleFor(hosted) ?? -1
    const [first] = all.sort((a, b) => idleFor(b) - idleFor(a))
    if (!first || idleFor(first) < 0) {
      const why = `${most} worlds are open here, and each is in use`
      throw new Refusal('writes-refused', `${why}: try again, or start another replica`)
    }
    await this.#letGo(first, LET_GO)
  }
}

const LET_GO =
  'nobody used this world for a while: it was let go, and is there when it is asked for'
const LEAVING = 'this replica is stopping: ask again, another one has the world then'

/** Writes down what a clock shows, so that it goes on from there. */
function keepTime({ world }: HostedWorld, report: (sentence: string) => void): void {
  if (world.clock.mode !== 'running') return
  try {
    world.transaction(() => world.keepTime())
  } catch (error) {
    report(`world ${world.name}: ${reasonOf(error)}`)
  }
}
