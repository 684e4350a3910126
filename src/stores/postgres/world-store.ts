// What a store does for the worlds that this replica holds, over PostgreSQL.

import { copyRecords, type Records } from '../../state/collection.ts'
import { viewOf } from '../../state/record-view.ts'
import { UNKNOWN_LIVES } from '../removed-lives.ts'
import { type Durability, type StepChanges, type Store, StoreError } from '../store.ts'
import { openWritten } from '../written.ts'
import { type Background, openBackground } from './background.ts'
import { type CommitLane, openCommitLane } from './commit-lane.ts'
import { type Connections, openConnections } from './connections.ts'
import { databaseReason } from './database-errors.ts'
import type { DatabaseUrl } from './database-url.ts'
import { fold } from './fold.ts'
import type { Held, HeldWorld } from './held.ts'
import { loadWorld } from './load-world.ts'
import { atMost, persistently } from './pauses.ts'
import { type Part, QueuedWorld, type Whole } from './queued-world.ts'
import { dropWorld, freeName, goneWorlds } from './removed-worlds.ts'
import { spell } from './spelling.ts'
import { dropLives, newLife, writeWhole } from './whole-world.ts'

/** How long a question waits for a database that is away, in wall ms. */
const PATIENCE = 10_000

/** How long a stop waits for it. */
const LAST_PATIENCE = 6_000

/** Connections for what is read, written row by row and folded. */
const WORKERS = 4

export interface WorldStoreOptions {
  readonly database: DatabaseUrl
  readonly durability: Durability
  readonly held: Held
  warn(sentence: string): void
  /** Told of a world that another replica has taken, or of which a commit could not be kept. */
  lost(world: string, why: string): void
}

/** What of a store is done here: all but the leases. */
export type WorldStore = Required<Omit<Store, 'leases'>>

/** Opens the store; the tables are there. */
export async function openWorldStore(options: WorldStoreOptions): Promise<WorldStore> {
  const { database, durability } = options
  const settings = settingsOf(durability)
  // What hangs counts as broken: sent again, a commit that was kept is not kept twice.
  const writes = await openConnections({ database, most: 1, within: 30_000, settings })
  const work = await openConnections({
    database,
    most: WORKERS,
    // What a machine that is gone has locked is free again.
    settings: { idle_in_transaction_session_timeout: String(IDLE_AT_MOST) },
  })
  const store = new OpenStore(options, writes, work)
  store.begin()
  return store
}

/** Wall ms that a transaction may wait for its next statement. */
const IDLE_AT_MOST = 60_000

/** With `written` it is as the database has it, which may be set to less. */
function settingsOf(durability: Durability): Record<string, string> {
  if (durability === 'written') return {}
  return { synchronous_commit: durability === 'synced' ? 'on' : 'off' }
}

/** A class, since every method works on the same few things. */
class OpenStore implements WorldStore {
  readonly kind = 'postgres'
  readonly written = openWritten()
  readonly lasts = true
  readonly #options: WorldStoreOptions
  readonly #writes: Connections
  readonly #work: Connections
  readonly #lane: CommitLane
  readonly #background: Background
  readonly #open = new Map<string, QueuedWorld>()
  /** Worlds that are being read. */
  readonly #loading = new Set<string>()
  readonly #steps = new WeakMap<QueuedWorld, readonly StepChanges[]>()
  /** Worlds that are being folded. */
  readonly #folding = new Set<QueuedWorld>()
  #isClosed = false

  constructor(options: WorldStoreOptions, writes: Connections, work: Connections) {
    const { database, held, warn } = options
    this.#options = options
    this.#writes = writes
    this.#work = work
    this.#background = openBackground(warn)
    this.#lane = openCommitLane({
      connections: writes,
      written: this.written,
      shown: database.shown,
      warn,
      writeWhole: (whole) => this.#writeWhole(whole),
      kept: (part) => this.#kept(part),
      lost: (world, why) => this.#lost(world, why),
    })
    held.onLeft((name, left) => {
      const world = this.#open.get(name)
      if (world && isOf(world, left)) world.end(new Error(`the lease of world ${name} is over`))
    })
  }

  /** Removes what processes that ended have left. */
  begin(): void {
    const { ask } = this.#work
    this.#background.add('cannot remove worlds that are gone', async () => {
      for (const id of await goneWorlds(ask)) await dropWorld(id, ask)
    })
  }

  async list(): Promise<string[]> {
    const rows = await this.#asked<{ name: string }>({
      text: 'SELECT name FROM worlds WHERE name IS NOT NULL AND n > 0 ORDER BY name',
    })
    return rows.map(({ name }) => name)
  }

  async worldOf(credential: string): Promise<string | undefined> {
    const rows = await this.#asked<{ name: string }>({
      name: 'world-of',
      text: `SELECT w.name FROM credentials c JOIN worlds w ON w.id = c.world
             WHERE c.key = $1 AND w.name IS NOT NULL ORDER BY c.claim, w.name`,
      values: [spell(credential)],
    })
    return rows.find(({ name }) => !this.#isOpen(name))?.name
  }

  async load(name: string): Promise<Records | undefined> {
    if (this.#isOpen(name) || this.#loading.has(name))
      throw new Error(`world ${name} is open already`)
    const held = this.#options.held.worlds.get(name)
    if (!held) return this.#notHeld(name)
    this.#loading.add(name)
    try {
      return await this.#load(name, held)
    } finally {
      this.#loading.delete(name)
    }
  }

  async setAside(name: string): Promise<readonly string[]> {
    const held = this.#held(name)
    await this.noteLives(name, this.livesOf(name) + UNKNOWN_LIVES)
    const aside = `${name} (${held.id})`
    this.#open.get(name)?.end(new Error(`world ${name} was set aside`), false)
    await persistently(() => freeName(held, aside, this.#work), PATIENCE)
    this.#options.held.worlds.delete(name)
    this.#open.delete(name)
    const { schema, shown } = this.#options.database
    return [`the rows of world ${held.id} in schema ${schema} of ${shown}`]
  }

  attach(name: string, records: () => Records, view = () => viewOf(copyRecords(records()))): void {
    if (this.#loading.has(name)) throw new Error(`world ${name} is being loaded: wait for that`)
    const held = this.#held(name)
    const open = this.#open.get(name)
    const isLoaded = open !== undefined && open.over === undefined && isOf(open, held)
    const world = isLoaded ? open : new QueuedWorld(name, held, 0)
    this.#open.set(name, world)
    world.attach({ records, view })
  }

  commit(name: string, changes: Parameters<Store['commit']>[1]): void {
    const world = this.#attached(name)
    world.commit(changes)
    this.#lane.begin(world)
  }

  noteStep(name: string, step: Parameters<NonNullable<Store['noteStep']>>[1]): void {
    this.#attached(name).noteStep(step)
  }

  stepsOf(name: string): readonly StepChanges[] {
    const world = this.#open.get(name)
    const steps = world && this.#steps.get(world)
    if (world) this.#steps.delete(world)
    return steps ?? []
  }

  rewrite(name: string): void {
    const world = this.#attached(name)
    world.rewrite()
    this.#lane.begin(world)
  }

  flushed(name: string): Promise<void> | undefined {
    const world = this.#open.get(name)
    if (this.#options.durability !== 'buffered' || world?.over) return this.logged(name)
    return undefined
  }

  logged(name: string): Promise<void> | undefined {
    const world = this.#open.get(name)
    const isStuck = world?.over === undefined && world?.isPending && this.#lane.failure
    return isStuck ? Promise.reject(this.#lane.failure) : world?.flushed()
  }

  writeNow(): void {
    const left = [...this.#open.values()].filter(({ isPending }) => isPending)
    if (left.length === 0) return
    const names = left.map(({ name }) => name).join(', ')
    throw new Error(`the process ended before ${this.#options.database.shown} had all of ${names}`)
  }

  failure(name: string): Error | undefined {
    return this.#open.get(name)?.over ?? this.#lane.failure
  }

  noteLives(name: string, lives: number): Promise<void> {
    const known = this.#options.held.lives
    known.set(name, Math.max(lives, this.livesOf(name)))
    return this.#asked({
      text: `INSERT INTO names AS old (name, lives) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET lives = greatest(old.lives, excluded.lives)`,
      values: [name, lives],
    }).then(() => {})
  }

  livesOf(name: string): number {
    return this.#options.held.lives.get(name) ?? 0
  }

  async remove(name: string): Promise<void> {
    const held = this.#options.held.worlds.get(name)
    if (!held) {
      // Its lease ended while its removal was on the way: it is another's, and stays.
      if (this.#open.has(name)) throw new Error('another replica has taken it meanwhile')
      return
    }
    this.#open.get(name)?.end(new Error(`world ${name} was removed`), false)
    await persistently(() => freeName(held, undefined, this.#work), PATIENCE)
    this.#options.held.worlds.delete(name)
    this.#open.delete(name)
    const { ask } = this.#work
    this.#background.add(`cannot remove the rows of world ${name}`, () => dropWorld(held.id, ask))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await atMost(LAST_PATIENCE, this.#lane.idle())
    this.#lane.stop()
    const left = [...this.#open.values()].filter(({ isPending }) => isPending)
    const names = left.map(({ name }) => name).join(', ')
    const failure =
      this.#lane.failure ??
      new Error(`${this.#options.database.shown} did not take all of ${names}`)
    for (const world of left) world.failed(failure)
    // What hangs is not waited for: nothing is kept by it that was not kept before.
    const closed = this.#background
      .stop()
      .then(() => Promise.allSettled([this.#writes.close(), this.#work.close()]))
    await atMost(LAST_PATIENCE, closed)
    if (left.length > 0) throw failure
  }

  /** Asks, also where the database is away for a moment. @throws StoreError */
  async #asked<R extends object>(query: Parameters<Connections['ask']>[0]): Promise<R[]> {
    try {
      return await persistently(() => this.#work.ask<R>(query), PATIENCE)
    } catch (error) {
      throw this.#storeError(error)
    }
  }

  #storeError(error: unknown): StoreError {
    if (error instanceof StoreError) return error
    const { shown } = this.#options.database
    return new StoreError(`cannot use ${shown}: ${databaseReason(error)}`, { cause: error })
  }

  async #load(name: string, held: HeldWorld): Promise<Records | undefined> {
    try {
      const loaded = await persistently(() => loadWorld(held.id, this.#work), PATIENCE)
      await this.#dropLeftLives(held, loaded.life)
      if (this.#options.held.worlds.get(name) !== held)
        throw new StoreError(`the lease of world ${name} is over`)
      const world = new QueuedWorld(name, held, loaded.n)
      for (const commit of loaded.commits) world.depth.add(commit)
      this.#steps.set(world, loaded.steps)
      this.#open.set(name, world)
      this.#foldIfDue(world)
      return loaded.n === 0 ? undefined : loaded.records
    } catch (error) {
      throw this.#storeError(error)
    }
  }

  /** Removes, in the background, what a process that ended has left of lives that do not count. */
  async #dropLeftLives({ id }: HeldWorld, life: number): Promise<void> {
    const { ask } = this.#work
    const [left] = await ask({
      text: `SELECT FROM worlds WHERE
        EXISTS (SELECT FROM records WHERE world = $1 AND life < $2) OR
        EXISTS (SELECT FROM records WHERE world = $1 AND life > $2) LIMIT 1`,
      values: [id, life],
    })
    if (!left) return
    // What this process begins to write from now on comes behind it.
    const until = await newLife(ask)
    this.#background.add(`cannot remove rows of world ${id}`, () => dropLives(id, life, until, ask))
  }

  async #notHeld(name: string): Promise<undefined> {
    const rows = await this.#asked({
      text: 'SELECT id FROM worlds WHERE name = $1 AND n > 0',
      values: [name],
    })
    if (rows.length > 0) throw new StoreError(`world ${name} was not taken by this replica`)
    return undefined
  }

  /** @throws Error where it was not taken */
  #held(name: string): HeldWorld {
    const held = this.#options.held.worlds.get(name)
    if (!held) throw new Error(`world ${name} was not taken by this replica`)
    return held
  }

  #attached(name: string): QueuedWorld {
    const world = this.#open.get(name)
    if (!world) throw new Error(`world ${name} was not attached to its store`)
    if (this.#isClosed) throw new Error(`the store of world ${name} is closed`)
    return world
  }

  /** True where its credentials are in its records here. */
  #isOpen(name: string): boolean {
    const world = this.#open.get(name)
    return world !== undefined && world.over === undefined
  }

  #kept({ world, rows }: Part): void {
    for (const { n, text, replaces, step } of rows)
      world.depth.add({ n, length: text.length, replaces, step: step?.id })
    this.#foldIfDue(world)
  }

  async #writeWhole(whole: Whole): Promise<boolean> {
    const { id, name } = whole.world
    const life = await newLife(this.#work.ask)
    const isOurs = await writeWhole(whole, life, this.#work)
    const drop = () => dropLives(id, life, life, this.#work.ask)
    if (isOurs) this.#background.add(`cannot remove rows of world ${name}`, drop)
    return isOurs
  }

  #foldIfDue(world: QueuedWorld): void {
    const due = world.depth.due()
    if (due === undefined || this.#folding.has(world)) return
    this.#folding.add(world)
    world.depth.folded()
    this.#background.add(`cannot fold the commits of world ${world.name}`, async () => {
      this.#folding.delete(world)
      await fold(world, due, this.#work)
    })
  }

  #lost(world: QueuedWorld, why?: Error): void {
    const wasOver = world.over !== undefined
    const reason = why ?? new Error(`another replica has taken world ${world.name}`)
    world.end(reason)
    if (!wasOver) this.#options.lost(world.name, reason.message)
  }
}

function isOf(world: QueuedWorld, { id, fence }: HeldWorld): boolean {
  return world.id === id && world.fence === fence
}
