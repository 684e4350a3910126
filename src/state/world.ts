// A world: everything one user sees, changed only in transactions: whole or not at all.
import { type Clock, checkInstant, read, setTo, touch } from './clock.ts'
import {
  type Change,
  type Collection,
  type CollectionDef,
  type OpenCollection,
  openCollection,
  prefixed,
  type Records,
  SEPARATOR,
} from './collection.ts'
import { defined } from './defined.ts'
import { TIMELINE_LENGTH, timeline, type WorldEvent } from './events.ts'
import { isTimeless, type PastRecord } from './past.ts'
import type { Random } from './random.ts'
import { openStreams, type StreamId } from './random-streams.ts'
import { type FollowingView, openView, type RecordsView } from './record-view.ts'
import { Refusal } from './refusal.ts'
import { chosenSettings, type SettingsDef, type SettingsOf, type SettingTable } from './settings.ts'
import { latestSerial, snapshotKey, snapshotRecords } from './snapshots.ts'
import {
  LONGEST_CHAIN,
  sameTask,
  type Task,
  type TaskData,
  type TaskKind,
  tasks,
} from './task-queue.ts'
import { beginTransaction, drew, noteWrite, type Transaction, wrote } from './transaction.ts'
import {
  type Identity,
  isOwnRecord,
  lifeMark,
  ownRecord,
  streamState,
  takeRecords,
  worldRecords,
} from './world-records.ts'

/** What a world needs from outside. */
export interface WorldDeps {
  /** The monotonic wall clock in ms. */
  readonly wall: () => number
  /** Lets a provider answer what happened, inside the same transaction. */
  readonly react: (event: WorldEvent, world: World) => void
  /**
   * Throws, and so undoes a transaction, where what it changed may not be or
   * cannot be kept.
   */
  readonly beforeCommit: (world: World, changes: Iterable<Change>) => void
  /** Keeps what a transaction changed; a throw undoes it. Absent where nothing is kept. */
  readonly keep?: (world: World, changes: readonly Change[]) => void
  /** Told of what a transaction changed, once it is kept. */
  readonly committed: (world: World, changes: readonly Change[]) => void
}

/** What a transaction came to. */
export interface Done<R> {
  readonly result: R
  readonly events: readonly WorldEvent[]
  readonly changes: readonly Change[]
}

export interface World {
  readonly name: string
  readonly identity: Identity
  /**
   * Raised when another life begins: what was under way in the old one is not
   * committed.
   */
  readonly epoch: number
  /** Tells this life of this world from every other, in ids that leave it. */
  readonly mark: string
  /** Virtual ms since the epoch; stands still within a transaction. */
  readonly now: number
  /** Draws from the stream in use: the one `withStream` names, else the world's own. */
  readonly random: Random
  readonly clock: Clock
  /** The whole content, for what keeps and shows it. */
  readonly records: Records
  /** The whole content as it stands now, to be read in turns; to be closed by who has read it. */
  view(): RecordsView
  in<T extends object>(def: CollectionDef<T>): Collection<T>
  /**
   * Runs `act` with the random stream of that name in use: what one provider draws does not move
   * what another will.
   */
  withStream<R>(name: string, act: () => R): R
  /** A provider's settings: what was chosen over the defaults. */
  settings<T extends SettingTable>(def: SettingsDef<T>): SettingsOf<T>
  setClock(clock: Clock): void
  /**
   * Writes down what the clock shows: from there it goes on when the world is opened again.
   * @param until where it runs, that it may show as much before it is written down again: from there
   *   it goes on then
   */
  keepTime(until?: number): void
  /** The next number of a sequence, from 1; the first of `count` where more are taken. */
  next(sequence: string, count?: number): number
  /**
   * Queues a task and returns it. What is due now runs after the reply has left.
   * @param due virtual ms
   * @throws Error in a task, where one has followed the other for long and no time has passed
   */
  schedule<Data extends TaskData>(task: TaskKind<Data>, due: number, data: NoInfer<Data>): Task
  /** Queues a task, unless just that is queued for then already. */
  scheduleOnce<Data extends TaskData>(task: TaskKind<Data>, due: number, data: NoInfer<Data>): void
  /** Takes what is queued for that instant, and just that, off the queue. */
  unschedule<Data extends TaskData>(task: TaskKind<Data>, due: number, data: NoInfer<Data>): void
  /** Records that something happened to a SIM and lets its provider react. */
  emit(event: Omit<WorldEvent, 'id' | 'at'>): void
  /**
   * Runs `change` at virtual time `at` (now, unless told). A throw undoes everything it did.
   * @param task what it performs
   * @returns what `change` returned, the events it emitted and the records it wrote
   */
  transaction<R>(change: () => R, at?: number, task?: Task): Done<R>
  /**
   * Runs `act` so that it throws NotBuilt instead of holding the thread where it needs an index that
   * takes long to build: whoever calls it builds that in turns, and calls again. From the first
   * commit within on nothing throws any more, since that must not be done twice.
   * @param mayWait false runs it as anything else is run
   */
  patiently<R>(act: () => R, mayWait?: boolean): R
  /** True within `patiently`, until something is committed. */
  readonly mayWait: boolean
  /**
   * Stops the time shown at `at` while the runner advances; `undefined` lets it
   * go on.
   */
  holdTime(at: number | undefined): void
  /**
   * Begins a new life with these records, under the name it has.
   * @throws Error where they are no world's: the old life goes on
   */
  replace(records: Records): void
  /**
   * Begins a new life in which these records are as they were, and all others as they are: one
   * transaction, kept as any other. Only so may its clock go back.
   * @param at what the clock shows then, where that is not what it showed at its last change
   */
  goBack(past: readonly PastRecord[], at?: number): void
  /** Puts records that a world like this one had, within a transaction. */
  putAll(records: readonly PastRecord[]): void
  /** Lets `act` see these records as they were; whatever it does is undone. */
  asItWas<R>(past: readonly PastRecord[], act: () => R): R
  /** Ends its last life, as it was removed: nothing is committed any more. */
  end(): void
  /** True once it was ended. */
  readonly hasEnded: boolean
}

/**
 * Opens a world over its records. Its clock goes on from what it showed when they were kept.
 * @throws Error where the records are not a world's
 */
export function openWorld(records: Records, deps: WorldDeps): World {
  return new OpenWorld(records, deps)
}

/** A class, since every method works on the same few things. */
class OpenWorld implements World {
  readonly #deps: WorldDeps
  readonly #streams = openStreams({
    kept: (id) => streamState(this.#records, id),
    onDraw: (id) => this.#noteDraw(id),
  })
  #records: Records
  /** The collections that were asked for, by name. */
  #collections = new Map<string, OpenCollection<object>>()
  #epoch = 0
  #ended = false
  /** Of the present life, once it was asked for. */
  #mark: string | undefined
  /** The time shown while the runner advances. */
  #held: number | undefined
  /** The one under way. */
  #transaction: Transaction | undefined
  #mayWait = false
  /** Those that are being read, of earlier lives, too. */
  readonly #views = new Set<FollowingView>()

  constructor(records: Records, deps: WorldDeps) {
    this.#deps = deps
    this.#records = takeRecords(records, deps.wall())
  }

  get name(): string {
    return ownRecord(this.#records, 'world').name
  }

  get identity(): Identity {
    const { id: _, ...identity } = ownRecord(this.#records, 'world')
    return identity
  }

  get epoch(): number {
    return this.#epoch
  }

  get mark(): string {
    this.#mark ??= lifeMark(this.identity)
    return this.#mark
  }

  get now(): number {
    const still = this.#transaction?.at ?? this.#held
    if (still !== undefined) return still
    const clock = ownRecord(this.#records, 'clock')
    // The wall clock is not looked at where it does not matter: every request asks several times.
    return clock.mode === 'frozen' ? clock.at : read(clock, this.#deps.wall())
  }

  get random(): Random {
    return this.#streams.random
  }

  get clock(): Clock {
    const { id: _, ...clock } = ownRecord(this.#records, 'clock')
    return clock
  }

  get records(): Records {
    return this.#records
  }

  view(): RecordsView {
    const view = openView(this.#records, () => this.#views.delete(view))
    this.#views.add(view)
    return view
  }

  in<T extends object>(def: CollectionDef<T>): Collection<T> {
    // What a name stands for is said once, by the definition of the collection: hence the casts.
    const open = this.#collections.get(def.name)
    if (open) return open as OpenCollection<T>

    const byKey = this.#records.get(def.name) ?? new Map<string, object>()
    this.#records.set(def.name, byKey)
    const opened = openCollection(
      def,
      byKey as Map<string, T>,
      (change) => this.#noteWrite(change),
      () => this.#mayWait,
    )
    this.#collections.set(def.name, opened)
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

  keepTime(until?: number): void {
    const { until: _, ...clock } = this.#shown()
    this.setClock(until === undefined || clock.mode === 'frozen' ? clock : { ...clock, until })
  }

  next(sequence: string, count = 1): number {
    const { last } = ownRecord(this.#records, 'sequences')
    const before = last[sequence] ?? 0
    this.in(worldRecords).put({ id: 'sequences', last: { ...last, [sequence]: before + count } })
    return before + 1
  }

  schedule<Data extends TaskData>({ kind }: TaskKind<Data>, due: number, data: Data): Task {
    // One task that is never due would stand before all others.
    if (!Number.isFinite(due)) throw new Error(`the task ${kind} is due at no time`)
    const task = { id: this.next('task'), kind, due: Math.max(due, this.now), data }
    const chain = this.#chainTo(task)
    return this.in(tasks).put(chain === 0 ? task : { ...task, chain })
  }

  scheduleOnce<Data extends TaskData>(task: TaskKind<Data>, due: number, data: Data): void {
    const same = sameTask({ kind: task.kind, due: Math.max(due, this.now), data })
    if (this.in(tasks).count('same', prefixed(same)) === 0) this.schedule(task, due, data)
  }

  unschedule<Data extends TaskData>({ kind }: TaskKind<Data>, due: number, data: Data): void {
    const queue = this.in(tasks)
    for (const task of queue.matching('same', sameTask({ kind, due, data })))
      queue.delete(tasks.key(task))
  }

  emit(event: Omit<WorldEvent, 'id' | 'at'>): void {
    const happened: WorldEvent = { id: this.next('event'), at: this.now, ...event }
    const events = this.in(timeline)
    events.put(happened)
    const { provider, iccid } = event
    const ofSim = events.matching('sim', provider + SEPARATOR + iccid + SEPARATOR)
    if (ofSim.length > TIMELINE_LENGTH) events.delete(String(ofSim[0]?.id))

    this.#transaction?.events.push(happened)
    this.withStream(provider, () => this.#deps.react(happened, this))
  }

  transaction<R>(change: () => R, at = this.now, task?: Task): Done<R> {
    if (this.#transaction) throw new Error('transactions do not nest')
    if (this.#ended)
      throw new Refusal('writes-refused', `the world "${this.name}" was removed meanwhile`)
    const current = beginTransaction(at, task)
    this.#transaction = current
    let result: R
    let changes: readonly Change[] = []
    try {
      result = change()
      if (current.changes.length > 0) {
        this.#seal(current)
        changes = current.changes
        this.#deps.keep?.(this, changes)
      }
    } catch (error) {
      this.#rollBack(current)
      throw error
    } finally {
      this.#transaction = undefined
    }
    const { events } = current
    if (changes.length > 0) {
      this.#mayWait = false
      this.#deps.committed(this, changes)
    }
    return { result, events, changes }
  }

  get mayWait(): boolean {
    return this.#mayWait
  }

  patiently<R>(act: () => R, mayWait = true): R {
    const before = this.#mayWait
    this.#mayWait = mayWait
    try {
      return act()
    } finally {
      this.#mayWait = before
    }
  }

  holdTime(at: number | undefined): void {
    this.#held = at
  }

  replace(records: Records): void {
    if (this.#transaction) throw new Error('a world cannot be replaced within a transaction')
    const { name, life = 1 } = this.identity
    this.#records = takeRecords(records, this.#deps.wall(), { name, life: life + 1 })
    this.#mark = undefined
    this.#collections = new Map()
    this.#streams.forgetAll()
    this.#epoch += 1
    // An advance of the old life does not set the time of the new one.
    this.#held = undefined
  }

  goBack(past: readonly PastRecord[], at?: number): void {
    const { name: _, life = 1, ...identity } = this.identity
    const shown = at ?? this.#clockIn(past).at
    this.transaction(() => {
      for (const each of past) this.#putBack(each)
      const own = this.in(worldRecords)
      own.put({ id: 'world', ...identity, name: this.name, life: life + 1 })
      const { until: _, ...clock } = this.clock
      this.setClock(setTo(clock, this.#deps.wall(), shown))
    }, shown)
    this.#mark = undefined
    this.#streams.forgetAll()
    this.#epoch += 1
    this.#held = undefined
  }

  putAll(records: readonly PastRecord[]): void {
    for (const each of records) this.#putBack(each)
  }

  asItWas<R>(past: readonly PastRecord[], act: () => R): R {
    if (this.#transaction) throw new Error('transactions do not nest')
    const current = beginTransaction(this.#clockIn(past).at)
    this.#transaction = current
    try {
      for (const each of past) this.#putBack(each)
      return act()
    } finally {
      this.#rollBack(current)
      this.#transaction = undefined
    }
  }

  end(): void {
    this.#ended = true
    this.#epoch += 1
  }

  get hasEnded(): boolean {
    return this.#ended
  }

  /** How many tasks of one instant have led to one that is queued, each by the one before. */
  #chainTo({ kind, due }: Pick<Task, 'kind' | 'due'>): number {
    const performed = this.#transaction?.task
    if (!performed || due > this.now) return 0
    const chain = (performed.chain ?? 0) + 1
    if (chain <= LONGEST_CHAIN) return chain
    throw new Error(`${chain} tasks have followed one another at one instant, the last ${kind}`)
  }

  /** The clock with what it shows now. */
  #shown(): Clock {
    const wall = this.#deps.wall()
    const { clock } = this
    return this.#held === undefined ? touch(clock, wall) : setTo(clock, wall, this.#held)
  }

  #noteDraw(id: StreamId): void {
    if (!this.#transaction) throw new Error('a draw outside a transaction')
    if (drew(this.#transaction, id)) return
    this.#transaction.drawn.push({ id, before: this.#streams.state(id) })
  }

  #noteWrite(change: Change): void {
    if (!this.#transaction) throw new Error(`a write to ${change.collection} outside a transaction`)
    for (const view of this.#views) view.note(change, this.#records)
    noteWrite(this.#transaction, change)
  }

  /** The clock among records of the past; the present one where it is not among them. */
  #clockIn(past: readonly PastRecord[]): Clock {
    const found = past.find(({ collection, key }) => collection === 'world' && key === 'clock')
    return (found?.record as Clock | undefined) ?? this.clock
  }

  #putBack({ collection, key, record }: PastRecord): void {
    const before = this.#records.get(collection)?.get(key)
    if (before === record || isTimeless(collection, key)) return
    // No world is without its clock, whatever somebody wrote into a state that was put in.
    if (record === undefined && isOwnRecord(collection, key)) return
    this.#noteWrite({ collection, key, before, after: record })
    this.#place(collection, key, record)
  }

  /** Puts a record where it belongs, also in a collection nobody has asked for yet. */
  #place(collection: string, key: string, record: object | undefined): void {
    const open = this.#collections.get(collection)
    if (open) {
      open.restore(key, record)
      return
    }
    const byKey = this.#records.get(collection) ?? new Map<string, object>()
    this.#records.set(collection, byKey)
    if (record === undefined) byKey.delete(key)
    else byKey.set(key, record)
  }

  /**
   * Adds what every change moves: the time it happened at, and where the
   * streams stand; and what the latest snapshot has to remember of it.
   */
  #seal(current: Transaction): void {
    this.#deps.beforeCommit(this, current.changes)
    if (!wrote(current, worldRecords.name, 'clock')) this.setClock(this.#shown())
    for (const { id } of current.drawn)
      this.in(worldRecords).put({ id, state: this.#streams.state(id) })
    const snapshot = latestSerial(this.#records)
    if (snapshot > 0) this.#keepForSnapshot(snapshot, current)
  }

  /** Keeps what a snapshot does not have yet of the records that change. */
  #keepForSnapshot(snapshot: number, { changes }: Transaction): void {
    const kept = this.in(snapshotRecords)
    for (const { collection, key, before: record, after } of [...changes]) {
      if (isTimeless(collection, key)) continue
      const id = snapshotKey(snapshot, collection, key)
      const known = kept.get(id)
      const wasThere = (known ? known.record : record) !== undefined
      // What came after the snapshot and has gone again is as it was: else these would never end.
      if (!wasThere && after === undefined) kept.delete(id)
      else if (!known) kept.put(defined({ snapshot, collection, key, record }))
    }
  }

  #rollBack({ changes, drawn }: Transaction): void {
    // Backwards: what was deleted comes back in the order in which it stood.
    for (const { collection, key, before } of changes.toReversed())
      this.#place(collection, key, before)
    for (const { id, before } of drawn) this.#streams.goBack(id, before)
  }
}
