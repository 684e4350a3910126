// The leases of one replica over PostgreSQL: which worlds it has, under which numbers.
import type { Claimed, Leases, Replica, ReplicaShown, Taken } from '../leases.ts'
import { openConnections, storeErrorOf } from './connections.ts'
import { databaseReason, isPassing } from './database-errors.ts'
import type { DatabaseUrl } from './database-url.ts'
import { type Heartbeat, openHeartbeat, PATIENCE } from './heartbeat.ts'
import type { Held } from './held.ts'
import {
  anotherReplica,
  dueWorlds,
  forgetOld,
  gain,
  gainName,
  holderOf,
  letGo,
  livingReplicas,
} from './lease-queries.ts'
import { persistently, wallNow } from './pauses.ts'

/** How many worlds are taken or let go of at a time; the others wait. */
const CONNECTIONS = 3
/** How long a renewal may take before its connection counts as broken, in wall ms. */
const RENEWED_WITHIN = 2_000
/** How long any other answer may take, in wall ms; and how long a lock is held by one that has gone silent. */
const ANSWERED_WITHIN = 5_000
const LOCKED_AT_MOST = 3_000
/** The furthest a look after a world is put off, in wall ms: a hundred years. */
const FURTHEST = 100 * 365 * 86_400_000

export interface PostgresLeases extends Leases {
  /** Takes a world from us that was found to be another's: what we committed of it was refused. */
  lose(world: string, why: string): void
  /** Ends the leases: whoever wants a world that is still held need not wait until their time is over. */
  close(): Promise<void>
}

export interface LeasesOptions {
  readonly database: DatabaseUrl
  /** Where the others reach this replica. */
  readonly url: string
  readonly held: Held
  /** Resolves when all that was committed to a world is kept; it is let go of only then. */
  readonly kept: (world: string) => Promise<void> | undefined
}

/** Prepares the leases of this replica, over connections of their own; nothing is asked yet. */
export async function openLeases(options: LeasesOptions): Promise<PostgresLeases> {
  const { database } = options
  const settings = {
    // A number that was given out must not come back after a crash of PostgreSQL.
    synchronous_commit: 'on',
    // Of a machine that is gone from one moment to the next PostgreSQL hears nothing.
    idle_in_transaction_session_timeout: String(LOCKED_AT_MOST),
  }
  const shared = { database, settings }
  const beats = await openConnections({ ...shared, most: 1, within: RENEWED_WITHIN })
  const connections = await openConnections({
    ...shared,
    most: CONNECTIONS,
    within: ANSWERED_WITHIN,
  })
  return new OpenLeases({ ...options, beats, connections })
}

type Connections = Awaited<ReturnType<typeof openConnections>>

interface Parts extends LeasesOptions {
  readonly beats: Connections
  readonly connections: Connections
}

/** A class, since its methods work on the same few things. */
class OpenLeases implements PostgresLeases {
  readonly #parts: Parts
  readonly #heartbeat: Heartbeat
  /** What is done about each name comes one after the other. */
  readonly #turns = new Map<string, Promise<unknown>>()
  /** Worlds that may have become ours though no answer came: somebody has to look after them. */
  readonly #unsure = new Set<string>()
  #closed: Promise<void> | undefined
  #lost = (_world: string, _why: string) => {}

  constructor(parts: Parts) {
    this.#parts = parts
    const onDead = (silence: number) => this.#loseAll(silence)
    this.#heartbeat = openHeartbeat({ connections: parts.beats, url: parts.url, onDead })
  }

  get self(): Replica {
    return this.#heartbeat.self
  }

  get areSure(): boolean {
    return this.#heartbeat.isSure
  }

  confirmed(): Promise<void> {
    return inWords(this.#heartbeat.confirmed())
  }

  async start({ lost }: { readonly lost: (world: string, why: string) => void }): Promise<void> {
    const { connections, database } = this.#parts
    this.#lost = lost
    try {
      await forgetOld(connections.ask)
      await this.#heartbeat.begin()
    } catch (error) {
      throw storeErrorOf(error, database, 'cannot share')
    }
  }

  take(world: string): Promise<Taken> {
    const held = this.#parts.held.worlds.get(world)
    if (held) return Promise.resolve({ by: 'us', fence: held.fence, idle: 0 })
    return this.#inTurn(world, async () => {
      const taken = await this.#whileOurs(() => this.#takeNow(world))
      this.#unsure.delete(world)
      return taken
    })
  }

  claim(world: string, credentials: readonly string[], most: number): Promise<Claimed> {
    return this.#inTurn(world, () =>
      this.#whileOurs(async () => {
        const { connections, held } = this.#parts
        const self = this.self
        const isHeld = held.worlds.has(world)
        const claim = { world, credentials, most, isHeld }
        const claimed = await gainName(connections, claim, self)
        if (claimed.as !== 'ours') return claimed
        if (self !== this.self) return undefined
        held.lives.set(world, claimed.lives)
        held.worlds.set(world, claimed.world)
        return { as: 'ours' }
      }),
    )
  }

  release(world: string, wakeAt: number | undefined): Promise<void> {
    return this.#inTurn(world, async () => {
      const { connections, held, kept } = this.#parts
      await kept(world)
      const leased = held.worlds.get(world)
      if (!leased) return
      const release = () => {
        const wakeIn = wakeAt === undefined ? undefined : Math.min(wakeAt - wallNow(), FURTHEST)
        return letGo(connections.ask, leased, wakeIn)
      }
      const { self } = this
      // Before it is asked: by the time of the answer another may have it.
      held.worlds.delete(world)
      try {
        await inWords(persistently(release, PATIENCE))
      } catch (error) {
        if (self === this.self) held.worlds.set(world, leased)
        throw error
      }
    })
  }

  leave(): Promise<void> {
    return inWords(this.#heartbeat.leave())
  }

  async due(): Promise<readonly string[]> {
    if (this.#heartbeat.isLeaving) return []
    try {
      const due = await dueWorlds(this.#parts.connections.ask, this.self)
      return [...new Set([...this.#unsure, ...due])]
    } catch (error) {
      // Where PostgreSQL is away nothing can be taken: it is asked again.
      if (isPassing(error)) return []
      throw error
    }
  }

  replicas(): Promise<readonly ReplicaShown[]> {
    return inWords(livingReplicas(this.#parts.connections.ask))
  }

  lose(world: string, why: string): void {
    if (this.#parts.held.worlds.delete(world)) this.#lost(world, why)
  }

  close(): Promise<void> {
    this.#closed ??= this.#end()
    return this.#closed
  }

  async #end(): Promise<void> {
    await Promise.allSettled(this.#turns.values())
    await this.#heartbeat.stop()
    await this.#parts.connections.close()
  }

  async #takeNow(world: string): Promise<Taken | undefined> {
    const { connections, held } = this.#parts
    const self = this.self
    const there = held.worlds.get(world)
    if (there) return { by: 'us', fence: there.fence, idle: 0 }
    const holder = await holderOf(connections.ask, world)
    const other = holder?.replica
    if (other && other.id !== self.id) return { by: 'other', replica: other }
    if (!holder?.isWritten) return { by: 'nobody', why: 'no-such-world' }
    if (this.#heartbeat.isLeaving) return this.#leftToOthers()
    this.#unsure.add(world)
    const gained = await gain(connections, world, self)
    if (!gained) return { by: 'nobody', why: 'no-such-world' }
    if (gained.by === 'other') return gained
    if (self !== this.self) return undefined
    held.worlds.set(world, gained.world)
    return { by: 'us', fence: gained.world.fence, idle: gained.idle }
  }

  async #leftToOthers(): Promise<Taken> {
    const replica = await anotherReplica(this.#parts.connections.ask, this.self)
    return replica ? { by: 'other', replica } : { by: 'nobody', why: 'nobody-can' }
  }

  /**
   * Does something in the name of this replica, while PostgreSQL is away again; and once more where
   * it was declared dead meanwhile, since what it got then is a dead one's.
   * @param act resolves to `undefined` in that case
   */
  #whileOurs<R>(act: () => Promise<R | undefined>): Promise<R> {
    const once = async () => {
      for (;;) {
        await this.#heartbeat.makeSure()
        const result = await act()
        if (result !== undefined) return result
      }
    }
    return inWords(persistently(once, PATIENCE))
  }

  async #inTurn<R>(world: string, act: () => Promise<R>): Promise<R> {
    const before = this.#turns.get(world)
    const turn = before ? before.then(act, act) : act()
    this.#turns.set(world, turn)
    try {
      return await turn
    } finally {
      if (this.#turns.get(world) === turn) this.#turns.delete(world)
    }
  }

  #loseAll(silence: number): void {
    const seconds = Math.round(silence / 1_000)
    const why = `another simulator took over: PostgreSQL had not heard of this one for ${seconds} s`
    for (const world of [...this.#parts.held.worlds.keys()]) this.lose(world, why)
  }
}

/** What went wrong, for whoever waited for it. @throws Error in one sentence */
async function inWords<R>(asked: Promise<R>): Promise<R> {
  try {
    return await asked
  } catch (error) {
    throw new Error(`PostgreSQL cannot be asked: ${databaseReason(error)}`, { cause: error })
  }
}
