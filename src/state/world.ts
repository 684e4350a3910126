// A world: everything one user sees, changed only in transactions that happen whole or not at all.
import { type Clock, FIXED_START, LAST_INSTANT, read, setTo, touch } from './clock.ts'
import {
  type Change,
  type Collection,
  type CollectionDef,
  defineCollection,
  type OpenCollection,
  openCollection,
  type Records,
  SEPARATOR,
} from './collection.ts'
import { iso } from './duration.ts'
import { TIMELINE_LENGTH, timeline, type WorldEvent } from './events.ts'
import { openRandom, type Random } from './random.ts'
import { openStreams, type StreamId } from './random-streams.ts'
import { Refusal } from './refusal.ts'
import { chosenSettings, type SettingsDef, type SettingsOf, type SettingTable } from './settings.ts'
import { type Task, type TaskData, type TaskDef, tasks } from './tasks.ts'
import { beginTransaction, recordWrite, type Transaction, wrote } from './transaction.ts'

/** What a world is told at its creation, and goes back to when it is reset. */
export interface Identity {
  readonly name: string
  readonly seed: string
  /** True where the seed was chosen for this world: then it alone decides all that is random, whatever the name. */
  readonly ownSeed?: boolean
  /** How its clock began; without `at`, at the moment of the beginning. */
  readonly start: { readonly mode: Clock['mode']; readonly rate: number; readonly at?: number }
  /** Wall ms since the epoch until which it is kept, where that is bounded. */
  readonly expiresAt?: number
}

/** What is random in a world derives from this text: the seed, and the name unless the seed was chosen for it. */
export function seedText({ name, seed, ownSeed = false }: Identity): string {
  return ownSeed ? seed : `${name}/${seed}`
}

/** The records that are no provider's: one each of these. */
type WorldRecord =
  | ({ readonly id: 'world' } & Identity)
  | ({ readonly id: 'clock' } & Clock)
  | { readonly id: StreamId; readonly state: readonly number[] }
  | { readonly id: 'sequences'; readonly last: Readonly<Record<string, number>> }

const worldRecords = defineCollection<WorldRecord>({ name: 'world', key: (record) => record.id })

/** What a world needs from outside. */
export interface WorldDeps {
  /** The monotonic wall clock in ms. */
  readonly wall: () => number
  /** Lets a provider answer what happened, inside the same transaction. */
  readonly react: (event: WorldEvent, world: World) => void
  /** Throws where what a transaction changed may not be, or cannot be kept (`writes-refused`). */
  readonly beforeCommit: (world: World, changes: Iterable<Change>) => void
  /** Keeps what a transaction changed. */
  readonly committed: (world: World, changes: readonly Change[]) => void
}

export interface World {
  readonly name: string
  readonly identity: Identity
  /** Raised when another life begins: what was under way in the old one is not committed. */
  readonly epoch: number
  /** Virtual ms since the epoch; stands still within a transaction. */
  readonly now: number
  /** Draws from the stream in use: within `withStream` the one named there, else the world's own. */
  readonly random: Random
  readonly clock: Clock
  /** The whole content, for what keeps and shows it. */
  readonly records: Records
  in<T extends object>(def: CollectionDef<T>): Collection<T>
  /** Runs `act` with a random stream of that name: what one provider draws does not move what another will. */
  withStream<R>(name: string, act: () => R): R
  /** A provider's settings: what was chosen over the defaults. */
  settings<T extends SettingTable>(def: SettingsDef<T>): SettingsOf<T>
  setClock(clock: Clock): void
  /** Writes down what the clock shows, so that it goes on from there when the world is opened again. */
  keepTime(): void
  /** The next number of a sequence, from 1. */
  next(sequence: string): number
  /** Queues a task and returns it. `due` is virtual ms; what is due now runs after the reply has left. */
  schedule<Data extends TaskData>(task: TaskDef<Data>, due: number, data: Data): Task
  /** Records that something happened to a SIM and lets its provider react. */
  emit(event: Omit<WorldEvent, 'id' | 'at'>): void
  /**
   * Runs `change` at virtual time `at` (now, unless told). A throw undoes everything it did.
   * @returns what `change` returned and the events it emitted
   */
  transaction<R>(change: () => R, at?: number): { result: R; events: readonly WorldEvent[] }
  /** Stops the time shown at `at` while the runner advances; `undefined` lets it go on. */
  hold(at: number | undefined): void
  /** Begins a new life with these records, under the name it has. @throws Error where they are no world's */
  replace(records: Records): void
}

/** @throws Refusal `invalid-request` for a time no clock may show */
export function checkInstant(at: number): void {
  if (at >= 0 && at <= LAST_INSTANT) return
  throw new Refusal('invalid-request', `the clock goes from 1970 to ${iso(LAST_INSTANT)}`)
}

/** The records of a new, empty world. */
export function emptyWorld(identity: Identity, wall: number): Records {
  const { mode, rate, at = mode === 'running' ? Math.floor(wall) : FIXED_START } = identity.start
  const fixed: WorldRecord[] = [
    { id: 'world', ...identity },
    { id: 'clock', mode, rate, at, anchor: wall },
    { id: 'random', state: openRandom(seedText(identity)).state() },
    { id: 'sequences', last: {} },
  ]
  const records = new Map<string, object>(fixed.map((record) => [record.id, record]))
  return new Map([[worldRecords.name, records]])
}

/** The records of a world, and the collections open over them. */
interface Content {
  readonly records: Records
  readonly open: Map<string, OpenCollection<object>>
}

/** One of the world's own records. @throws Error where it is missing */
function ownRecord<Id extends WorldRecord['id']>(
  records: Records,
  id: Id,
): Extract<WorldRecord, { id: Id }> {
  const record = records.get(worldRecords.name)?.get(id)
  if (!record) throw new Error(`the state has no record "${id}" in its collection "world"`)
  return record as Extract<WorldRecord, { id: Id }>
}

/**
 * Takes records as a world's. The clock's anchor is set to now: the time a world was closed did not pass in it.
 * @throws Error where they are not a world's
 */
function contentOf(records: Records, wall: number): Content {
  const clock = ownRecord(records, 'clock')
  checkInstant(clock.at)
  records.get(worldRecords.name)?.set('clock', { ...clock, anchor: wall })
  for (const id of ['world', 'sequences', 'random'] as const) ownRecord(records, id)
  return { records, open: new Map() }
}

/**
 * Opens a world over its records.
 * @throws Error where the records are not a world's
 */
export function openWorld(initial: Records, deps: WorldDeps): World {
  return new OpenWorld(initial, deps)
}

/** A class, since every method works on the same five things. */
class OpenWorld implements World {
  readonly #deps: WorldDeps
  readonly #streams = openStreams({
    kept: (id) => this.#keptStream(id),
    onDraw: (id) => this.#noteDraw(id),
  })
  #content: Content
  #epoch = 0
  /** The time shown while the runner advances. */
  #held: number | undefined
  #transaction: Transaction | undefined

  constructor(initial: Records, deps: WorldDeps) {
    this.#deps = deps
    this.#content = contentOf(initial, deps.wall())
  }

  get name(): string {
    return ownRecord(this.#content.records, 'world').name
  }

  get identity(): Identity {
    const { id: _, ...identity } = ownRecord(this.#content.records, 'world')
    return identity
  }

  get epoch(): number {
    return this.#epoch
  }

  get now(): number {
    const running = () => read(ownRecord(this.#content.records, 'clock'), this.#deps.wall())
    return this.#transaction?.at ?? this.#held ?? running()
  }

  get random(): Random {
    return this.#streams.random
  }

  get clock(): Clock {
    const { id: _, ...clock } = ownRecord(this.#content.records, 'clock')
    return clock
  }

  get records(): Records {
    return this.#content.records
  }

  in<T extends object>(def: CollectionDef<T>): OpenCollection<T> {
    const { records, open } = this.#content
    // Which collection a name stands for is said once, by its definition: hence the casts.
    const known = open.get(def.name)
    if (known) return known as unknown as OpenCollection<T>

    const kept = records.get(def.name) ?? new Map<string, object>()
    records.set(def.name, kept)
    const opened = openCollection(def, kept as Map<string, T>, (change) => this.#noteWrite(change))
    open.set(def.name, opened as unknown as OpenCollection<object>)
    return opened
  }

  withStream<R>(name: string, act: () => R): R {
    return this.#streams.within(name, act)
  }

  settings<T extends SettingTable>({ provider, defaults }: SettingsDef<T>): SettingsOf<T> {
    const chosen = this.in(chosenSettings).get(provider)?.values
    return chosen ? { ...defaults, ...chosen } : defaults
  }

  setClock(clock: Clock): void {
    checkInstant(clock.at)
    this.in(worldRecords).put({ id: 'clock', ...clock })
  }

  keepTime(): void {
    const wall = this.#deps.wall()
    const { clock } = this
    this.setClock(this.#held === undefined ? touch(clock, wall) : setTo(clock, wall, this.#held))
  }

  next(sequence: string): number {
    const { last } = ownRecord(this.#content.records, 'sequences')
    const value = (last[sequence] ?? 0) + 1
    this.in(worldRecords).put({ id: 'sequences', last: { ...last, [sequence]: value } })
    return value
  }

  schedule<Data extends TaskData>({ kind }: TaskDef<Data>, due: number, data: Data): Task {
    // One task that is never due would stand before all others.
    if (!Number.isFinite(due)) throw new Error(`the task ${kind} is due at no time`)
    const id = this.next('task')
    return this.in(tasks).put({ id, kind, due: Math.max(due, this.now), data })
  }

  emit(event: Omit<WorldEvent, 'id' | 'at'>): void {
    const happened: WorldEvent = { id: this.next('event'), at: this.now, ...event }
    const kept = this.in(timeline)
    kept.put(happened)
    const { provider, iccid } = event
    const ofSim = kept.matching('sim', provider + SEPARATOR + iccid + SEPARATOR)
    if (ofSim.length > TIMELINE_LENGTH) kept.delete(String(ofSim[0]?.id))
    this.#transaction?.events.push(happened)
    this.withStream(provider, () => this.#deps.react(happened, this))
  }

  transaction<R>(change: () => R, at = this.now): { result: R; events: readonly WorldEvent[] } {
    if (this.#transaction) throw new Error('transactions do not nest')
    const current = beginTransaction(at)
    this.#transaction = current
    let result: R
    try {
      result = change()
      if (current.changes.size > 0) this.#seal(current)
    } catch (error) {
      this.#rollBack(current)
      throw error
    } finally {
      this.#transaction = undefined
    }
    if (current.changes.size > 0) this.#deps.committed(this, [...current.changes.values()])
    return { result, events: current.events }
  }

  hold(at: number | undefined): void {
    this.#held = at
  }

  replace(records: Records): void {
    if (this.#transaction) throw new Error('a world cannot be replaced within a transaction')
    const { name } = this
    const next = contentOf(records, this.#deps.wall())
    records.get(worldRecords.name)?.set('world', { ...ownRecord(records, 'world'), name })
    this.#content = next
    this.#streams.forgetAll()
    this.#epoch += 1
    // An advance of the old life does not set the time of the new one.
    this.#held = undefined
  }

  #keptStream(id: StreamId): readonly number[] | undefined {
    const kept = this.#content.records.get(worldRecords.name)?.get(id)
    return (kept as { state: readonly number[] } | undefined)?.state
  }

  #noteDraw(id: StreamId): void {
    if (!this.#transaction) throw new Error('a draw outside a transaction')
    this.#transaction.drawn.add(id)
  }

  #noteWrite(change: Change): void {
    if (!this.#transaction) throw new Error(`a write to ${change.collection} outside a transaction`)
    recordWrite(this.#transaction, change)
  }

  /** Adds to the changes what every change moves: the time it happened at and where the streams stand. */
  #seal(current: Transaction): void {
    this.#deps.beforeCommit(this, current.changes.values())
    if (!wrote(current, worldRecords.name, 'clock')) this.keepTime()
    for (const id of current.drawn)
      this.in(worldRecords).put({ id, state: this.#streams.state(id) })
  }

  #rollBack({ changes, drawn }: Transaction): void {
    for (const { collection, key, before } of changes.values())
      this.#content.open.get(collection)?.restore(key, before)
    for (const id of drawn) this.#streams.forget(id)
  }
}
