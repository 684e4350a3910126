// The worlds of one server: opened from the store, created, reset and removed; found by name or by credential.
import type { Simulator } from '../simulators/simulator.ts'
import { bundleTasks } from '../state/bundles.ts'
import { type Callback, targets } from '../state/callbacks.ts'
import type { Clock } from '../state/clock.ts'
import type { Change, Records } from '../state/collection.ts'
import { type Credential, credentials } from '../state/credentials.ts'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import { tasks } from '../state/task-queue.ts'
import { openWorld, type World } from '../state/world.ts'
import { emptyWorld, type Identity } from '../state/world-records.ts'
import { type Store, StoreError } from '../stores/store.ts'
import type { DeliveryPolicy } from './deliver.ts'
import { type Journal, openJournal } from './journal.ts'
import { openRunner, type Runner } from './runner.ts'
import { type NewWorldContent, populate } from './seeding.ts'
import { alarm, wallNow } from './ticker.ts'

/** A world with what runs and remembers it. */
export interface HostedWorld {
  readonly world: World
  readonly runner: Runner
  readonly journal: Journal
}

/** How a new world begins. */
export interface WorldStart {
  readonly seed?: string
  /** The name of a seed state of some provider. */
  readonly given?: string
  readonly clock?: Partial<Pick<Clock, 'mode' | 'at' | 'rate'>>
  /** Wall ms it is kept for. */
  readonly ttl?: number
}

export interface WorldsOptions extends NewWorldContent {
  readonly simulators: readonly Simulator[]
  readonly store: Store
  /** How the clock of a new world goes unless it is told. */
  readonly clock: 'running' | 'frozen'
  readonly seed: string
  /** How `default` begins where the store keeps none. */
  readonly defaultWorld?: WorldStart
  readonly policy: DeliveryPolicy
  readonly report: (sentence: string) => void
  /** Told of each attempt at a callback as it is made, at virtual time `at`. */
  readonly onAttempt?: (delivery: Callback, at: number) => void
}

export interface Worlds {
  /** A world that is open. */
  get(name: string): HostedWorld | undefined
  /** The world of that name, opened where it was only kept; `undefined` where there is none. */
  open(name: string): Promise<HostedWorld | undefined>
  /** Every world, opened. */
  openAll(): Promise<HostedWorld[]>
  /** The worlds that are open. */
  list(): HostedWorld[]
  /** The world a credential belongs to. */
  byCredential(provider: string, secret: string): HostedWorld | undefined
  /** @throws Refusal `invalid-request` for a bad or taken name, an unknown seed state, or too many worlds */
  create(name: string, beginning: WorldStart): HostedWorld
  /** Begins a world anew, as at its start or as the named seed state. */
  reset(hosted: HostedWorld, beginning: Pick<WorldStart, 'seed' | 'given'>): void
  /** Replaces all that is in a world. @throws Refusal `invalid-request` where the records are no world's */
  restore(hosted: HostedWorld, records: Records): void
  remove(hosted: HostedWorld): Promise<void>
  close(): Promise<void>
}

export const DEFAULT_WORLD = 'default'
export const WORLD_NAME = /^[A-Za-z0-9._-]{1,64}$/
const MOST_WORLDS = 1000

/**
 * Opens every world the store keeps, and `default` where there is none.
 * @throws StoreError where the state cannot be used
 */
export async function openWorlds(options: WorldsOptions): Promise<Worlds> {
  const { simulators, store, report } = options
  const hostedWorlds = new Map<string, HostedWorld>()
  /** Worlds by the keys of their credentials. */
  const owners = new Map<string, HostedWorld>()
  const bySlug = new Map(simulators.map((simulator) => [simulator.slug, simulator]))
  const tasksByKind = new Map(
    [...bundleTasks, ...simulators.flatMap((each) => each.tasks ?? [])].map((task) => [
      task.kind,
      task,
    ]),
  )
  const stopping = new AbortController()
  const sweep = alarm(() => removeExpired())

  function simulator(slug: string): Simulator {
    const found = bySlug.get(slug)
    if (!found) throw new Error(`there is no provider ${slug}`)
    return found
  }

  /** A credential leads to the world that had it first: a state copied into another world does not take it over. */
  function own(hosted: HostedWorld, key: string): void {
    if (!owners.has(key)) owners.set(key, hosted)
  }

  function ownAll(hosted: HostedWorld): void {
    for (const credential of hosted.world.in(credentials).values())
      own(hosted, credentials.key(credential))
  }

  function disown(hosted: HostedWorld): void {
    for (const [key, owner] of owners) if (owner === hosted) owners.delete(key)
  }

  function committed(world: World, changes: readonly Change[]): void {
    store.commit(world.name, changes)
    const hosted = hostedWorlds.get(world.name)
    for (const { collection, key, after } of changes) {
      if (collection === tasks.name) hosted?.runner.nudge()
      if (collection !== credentials.name) continue
      if (hosted && after !== undefined) own(hosted, key)
      else if (owners.get(key) === hosted) owners.delete(key)
    }
  }

  function host(records: Records): HostedWorld {
    const world = openWorld(records, {
      wall: wallNow,
      react: (event, on) => bySlug.get(event.provider)?.react?.(event, on),
      beforeCommit: ({ name }) => {
        const failure = store.failure(name)
        if (failure) throw new Refusal('writes-refused', failure.message)
      },
      committed,
    })
    const runner = openRunner(world, {
      perform: (on, { kind, data }) => {
        const task = tasksByKind.get(kind)
        if (!task) throw new Error('nobody performs this kind of task')
        if (task.provider === undefined) task.perform(on, data)
        else on.withStream(task.provider, () => task.perform(on, data))
      },
      attempt: async (on, delivery) => {
        const { deliver } = await deliverer()
        options.onAttempt?.(delivery, on.now)
        const headers = simulator(delivery.provider).callbacks?.sign(delivery, on, wallNow()) ?? {}
        return deliver(delivery.url, delivery.body, headers, options.policy, stopping.signal)
      },
      schedule: (on, slug) => simulator(slug).callbacks?.schedule(on) ?? [],
      report,
    })
    const hosted = { world, runner, journal: openJournal() }
    hostedWorlds.set(world.name, hosted)
    store.attach(world.name, () => world.records)
    ownAll(hosted)
    return hosted
  }

  /** A seed that is chosen for one world is its own; else it shares that of the server. */
  const seedOf = (seed: string | undefined) =>
    seed === undefined ? { seed: options.seed } : { seed, ownSeed: true }

  function identity(name: string, { seed, clock = {}, ttl }: WorldStart): Identity {
    const start = {
      mode: clock.mode ?? options.clock,
      rate: clock.rate ?? 1,
      ...(clock.at === undefined ? {} : { at: clock.at }),
    }
    const expiresAt = ttl === undefined ? undefined : wallNow() + ttl
    return { name, ...seedOf(seed), start, ...defined({ expiresAt }) }
  }

  function checkGiven(given: string | undefined): void {
    if (given === undefined || simulators.some((each) => Object.hasOwn(each.seeds, given))) return
    const known = simulators.flatMap((each) => Object.keys(each.seeds))
    throw new Refusal(
      'invalid-request',
      `there is no state "${given}"; there are: ${[...new Set(known)].map((name) => `"${name}"`).join(', ')}`,
    )
  }

  const worlds: Worlds = {
    get: (name) => hostedWorlds.get(name),
    open: (name) => Promise.resolve(hostedWorlds.get(name)),
    openAll: () => Promise.resolve([...hostedWorlds.values()]),
    list: () => [...hostedWorlds.values()],
    byCredential: (provider, secret) => owners.get(`${provider}/${secret}`),
    create(name, beginning) {
      if (!WORLD_NAME.test(name))
        throw new Refusal('invalid-request', 'a world is named with 1 to 64 of A-Z a-z 0-9 . _ -')
      if (hostedWorlds.has(name)) throw new Refusal('busy', `the world "${name}" exists already`)
      if (hostedWorlds.size >= MOST_WORLDS)
        throw new Refusal('busy', `there are ${MOST_WORLDS} worlds already: remove one first`)
      checkGiven(beginning.given)
      const hosted = host(emptyWorld(identity(name, beginning), wallNow()))
      try {
        populate(hosted.world, simulators, beginning.given, options)
      } catch (error) {
        hosted.runner.stop()
        hostedWorlds.delete(name)
        disown(hosted)
        void store
          .remove(name)
          .catch((failure: unknown) => report(`world ${name}: ${String(failure)}`))
        throw error
      }
      // Whole, and not only what the seeds changed: a world's own records are in no change list.
      store.rewrite(name)
      removeExpired()
      hosted.runner.wake()
      return hosted
    },
    reset(hosted, { seed, given }) {
      checkGiven(given)
      const { world } = hosted
      const before = world.records
      disown(hosted)
      world.replace(
        emptyWorld({ ...world.identity, ...(seed === undefined ? {} : seedOf(seed)) }, wallNow()),
      )
      try {
        populate(world, simulators, given, options)
      } catch (error) {
        world.replace(before)
        ownAll(hosted)
        throw error
      }
      hosted.journal.clear()
      store.rewrite(world.name)
      hosted.runner.wake()
    },
    restore(hosted, records) {
      disown(hosted)
      try {
        hosted.world.replace(records)
      } catch (error) {
        throw new Refusal('invalid-request', error instanceof Error ? error.message : String(error))
      } finally {
        ownAll(hosted)
      }
      store.rewrite(hosted.world.name)
      hosted.runner.wake()
    },
    async remove(hosted) {
      hosted.runner.stop()
      hostedWorlds.delete(hosted.world.name)
      disown(hosted)
      await store.remove(hosted.world.name)
    },
    async close() {
      sweep.set(undefined)
      for (const { runner } of hostedWorlds.values()) runner.stop()
      stopping.abort()
      await Promise.all([...hostedWorlds.values()].map(({ runner }) => runner.idle()))
      for (const { world } of hostedWorlds.values()) {
        if (world.clock.mode === 'running' && !store.failure(world.name))
          world.transaction(() => world.keepTime())
      }
      await store.close()
    },
  }

  function removeExpired(): void {
    const now = wallNow()
    let next: number | undefined
    for (const hosted of [...hostedWorlds.values()]) {
      const { expiresAt } = hosted.world.identity
      if (expiresAt === undefined) continue
      if (expiresAt <= now)
        void worlds
          .remove(hosted)
          .catch((error: unknown) => report(`world ${hosted.world.name}: ${String(error)}`))
      else next = Math.min(next ?? expiresAt, expiresAt)
    }
    sweep.set(next === undefined ? undefined : next - now)
  }

  for (const name of await store.list()) {
    const records = await store.load(name)
    try {
      if (records) host(records)
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error)
      throw new StoreError(
        `the world "${name}" cannot be opened: ${what}; mend its file, or start with another --state folder`,
      )
    }
  }
  if (!hostedWorlds.has(DEFAULT_WORLD)) worlds.create(DEFAULT_WORLD, options.defaultWorld ?? {})
  removeExpired()
  // Where callbacks go somewhere, the first one does not wait for it.
  if (worlds.list().some(({ world }) => world.in(targets).size > 0)) await deliverer()
  for (const { runner } of hostedWorlds.values()) runner.wake()
  return worlds
}

/** What makes attempts, loaded when it is needed: most runs never make one. */
const deliverer = () => import('./deliver.ts')

/** The credentials of a world, for those who may see them. */
export function credentialsOf(world: World): readonly Credential[] {
  return [...world.in(credentials).values()]
}
