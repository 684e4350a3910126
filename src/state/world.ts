// A world: everything one user sees, changed only in transactions that happen whole or not at all.

import { type Clock, FIXED_START, LAST_INSTANT, read, setTo, touch } from './clock.ts'
import {
  type Change,
  type Collection,
  type CollectionDef,
  defineCollection,
  openCollection,
  type Records,
} from './collection.ts'
import { iso } from './duration.ts'
import { TIMELINE_LENGTH, timeline, type WorldEvent } from './events.ts'
import { openRandom, type Random } from './random.ts'
import { Refusal } from './refusal.ts'
import type { SettingValue } from './settings.ts'
import { type Task, tasks } from './tasks.ts'

/** What a world is told at its creation, and goes back to when it is reset. */
export interface Identity {
  readonly name: string
  readonly seed: string
  /** How its clock began; without `at`, at the moment of the beginning. */
  readonly start: { readonly mode: Clock['mode']; readonly rate: number; readonly at?: number }
  /** Wall ms since the epoch until which it is kept, where that is bounded. */
  readonly expiresAt?: number
}

/** The kernel's own records: one each of these. */
type KernelRecord =
  | ({ readonly id: 'world' } & Identity)
  | ({ readonly id: 'clock' } & Clock)
  | { readonly id: 'random'; readonly state: readonly number[] }
  | { readonly id: `random/${string}`; readonly state: readonly number[] }
  | { readonly id: 'sequences'; readonly last: Readonly<Record<string, number>> }

/** The world's own dice, and those of each provider that has drawn. */
type DiceId = 'random' | `random/${string}`

const kernel = defineCollection<KernelRecord>({ name: 'world', key: (record) => record.id })

/** The values a user set for a provider; defaults are not among them. */
export interface SettingsRecord {
  readonly provider: string
  readonly values: Readonly<Record<string, SettingValue>>
}

export const settings = defineCollection<SettingsRecord>({
  name: 'settings',
  key: (record) => record.provider,
})

/** What a world needs from outside. */
export interface WorldDeps {
  /** The monotonic wall clock in ms. */
  readonly wall: () => number
  /** Defaults of a provider's settings. */
  readonly defaults: (provider: string) => Readonly<Record<string, SettingValue>>
  /** Lets a provider answer what happened, inside the same transaction. */
  readonly react: (event: WorldEvent, world: World) => void
  /** Throws `writes-refused` while nothing can be kept. */
  readonly checkWritable: (world: World) => void
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
  /** The dice: within `as` those of a provider, else the world's own. */
  readonly random: Random
  readonly clock: Clock
  /** Seen only by kernel code: the whole content. */
  readonly records: Records
  in<T extends object>(def: CollectionDef<T>): Collection<T>
  /** Runs `act` with the dice of a provider: what one draws does not move what another will. */
  withStream<R>(provider: string, act: () => R): R
  /** A provider's settings: what was set over the defaults. */
  settings(provider: string): Readonly<Record<string, SettingValue>>
  setClock(clock: Clock): void
  /** Writes down what the clock shows, so that it goes on from there when the world is opened again. */
  keepTime(): void
  /** The next number of a sequence, from 1. */
  next(sequence: string): number
  /** Queues a task and returns it. `due` is virtual ms; what is due now runs after the reply has left. */
  schedule(kind: string, due: number, data?: Readonly<Record<string, string>>): Task
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
  if (!(at >= 0 && at <= LAST_INSTANT))
    throw new Refusal('invalid-request', `the clock goes from 1970 to ${iso(LAST_INSTANT)}`)
}

/** The records of a new, empty world. */
export function emptyWorld(identity: Identity, wall: number): Records {
  const { mode, rate, at = mode === 'running' ? Math.floor(wall) : FIXED_START } = identity.start
  const fixed: KernelRecord[] = [
    { id: 'world', ...identity },
    { id: 'clock', mode, rate, at, anchor: wall },
    { id: 'random', state: openRandom(`${identity.name}/${identity.seed}`).state() },
    { id: 'sequences', last: {} },
  ]
  return new Map([
    [kernel.name, new Map<string, object>(fixed.map((record) => [record.id, record]))],
  ])
}

/**
 * Opens a world over its records. The clock's anchor is set to now: the time a world was closed did not pass in it.
 * @throws Error where the records are not a world's
 */
export function openWorld(initial: Records, deps: WorldDeps): World {
  let records = initial
  let live = new Map<string, ReturnType<typeof openCollection>>()
  let epoch = 0
  let held: number | undefined
  /** Generators by the id of their record, opened at their first draw. */
  let dice = new Map<string, Random>()
  let rolling: DiceId = 'random'
  let open:
    | {
        at: number
        undo: (() => void)[]
        changes: Map<string, Change>
        events: WorldEvent[]
        drew: DiceId[]
      }
    | undefined

  function kernelRecord<Id extends KernelRecord['id']>(id: Id): Extract<KernelRecord, { id: Id }> {
    const record = records.get(kernel.name)?.get(id)
    if (!record) throw new Error(`the state has no record "${id}" in its collection "world"`)
    return record as Extract<KernelRecord, { id: Id }>
  }

  function start() {
    live = new Map()
    const { id: _, ...clock } = kernelRecord('clock')
    checkInstant(clock.at)
    records.get(kernel.name)?.set('clock', { id: 'clock', ...clock, anchor: deps.wall() })
    kernelRecord('world')
    kernelRecord('sequences')
    kernelRecord('random')
    dice = new Map()
  }

  function collection<T extends object>(
    def: CollectionDef<T>,
  ): ReturnType<typeof openCollection<T>> {
    const known = live.get(def.name)
    if (known) return known as unknown as ReturnType<typeof openCollection<T>>
    const map = records.get(def.name) ?? new Map<string, object>()
    records.set(def.name, map)
    const opened: ReturnType<typeof openCollection<T>> = openCollection(
      def,
      map as Map<string, T>,
      (change, before) => {
        if (!open) throw new Error(`a write to ${change.collection} outside a transaction`)
        open.undo.push(() => opened.restore(change.key, before as T | undefined))
        open.changes.set(`${change.collection}/${change.key}`, change)
      },
    )
    live.set(def.name, opened as unknown as ReturnType<typeof openCollection>)
    return opened
  }

  const drawing: Random = {
    integer: (low, high) => drawn().integer(low, high),
    fraction: () => drawn().fraction(),
    text: (length, alphabet) => drawn().text(length, alphabet),
    uuid: () => drawn().uuid(),
    state: () => rolled().state(),
  }
  /** The generator in use; a provider's first one begins with the world's, told apart by its slug. */
  function rolled(): Random {
    const kept = records.get(kernel.name)?.get(rolling) as { state: readonly number[] } | undefined
    const found =
      dice.get(rolling) ??
      openRandom(kept?.state ?? `${kernelRecord('random').state.join(' ')} ${rolling}`)
    dice.set(rolling, found)
    return found
  }
  function drawn(): Random {
    if (!open) throw new Error('a draw outside a transaction')
    const [id, found] = [rolling, rolled()]
    if (!open.drew.includes(id)) {
      const before = found.state()
      open.drew.push(id)
      open.undo.push(() => dice.set(id, openRandom(before)))
    }
    return found
  }

  const world: World = {
    get name() {
      return kernelRecord('world').name
    },
    get identity() {
      const { id: _, ...identity } = kernelRecord('world')
      return identity
    },
    get epoch() {
      return epoch
    },
    get now() {
      return open?.at ?? held ?? read(kernelRecord('clock'), deps.wall())
    },
    get clock() {
      const { id: _, ...clock } = kernelRecord('clock')
      return clock
    },
    get records() {
      return records
    },
    random: drawing,
    in: collection,
    withStream(provider, act) {
      const before = rolling
      rolling = `random/${provider}`
      try {
        return act()
      } finally {
        rolling = before
      }
    },
    settings(provider) {
      const set = collection(settings).get(provider)?.values
      const defaults = deps.defaults(provider)
      return set ? { ...defaults, ...set } : defaults
    },
    setClock(clock) {
      checkInstant(clock.at)
      collection(kernel).put({ id: 'clock', ...clock })
    },
    keepTime() {
      world.setClock(
        held === undefined
          ? touch(world.clock, deps.wall())
          : setTo(world.clock, deps.wall(), held),
      )
    },
    next(sequence) {
      const last = kernelRecord('sequences').last
      const value = (last[sequence] ?? 0) + 1
      collection(kernel).put({ id: 'sequences', last: { ...last, [sequence]: value } })
      return value
    },
    schedule(kind, due, data = {}) {
      // One task that is never due would stand before all others.
      if (!Number.isFinite(due)) throw new Error(`the task ${kind} is due at no time`)
      return collection(tasks).put({
        id: world.next('task'),
        kind,
        due: Math.max(due, world.now),
        data,
      })
    },
    emit(event) {
      const happened: WorldEvent = { id: world.next('event'), at: world.now, ...event }
      const kept = collection(timeline)
      kept.put(happened)
      const earlier = kept.matching('sim', `${event.provider}\u0000${event.iccid}\u0000`)
      if (earlier.length > TIMELINE_LENGTH) kept.delete(String(earlier[0]?.id))
      open?.events.push(happened)
      world.withStream(event.provider, () => deps.react(happened, world))
    },
    transaction(change, at = world.now) {
      if (open) throw new Error('transactions do not nest')
      const current = {
        at,
        undo: [],
        changes: new Map<string, Change>(),
        events: [],
        drew: [] as DiceId[],
      }
      open = current
      try {
        const result = change()
        if (current.changes.size > 0) {
          deps.checkWritable(world)
          seal(current)
        }
        open = undefined
        if (current.changes.size > 0) deps.committed(world, [...current.changes.values()])
        return { result, events: current.events }
      } catch (error) {
        if (open) rollBack(current)
        throw error
      } finally {
        open = undefined
      }
    },
    hold(at) {
      held = at
    },
    replace(next) {
      if (open) throw new Refusal('internal', 'a world cannot be replaced within a transaction')
      const { name } = kernelRecord('world')
      const before = records
      try {
        records = next
        records.get(kernel.name)?.set('world', { ...kernelRecord('world'), name })
        start()
      } catch (error) {
        records = before
        start()
        throw error
      }
      epoch += 1
      // An advance of the old life does not set the time of the new one.
      held = undefined
    },
  }

  /** Adds to the changes what every change moves: the time it happened at and the state of the dice. */
  function seal(current: NonNullable<typeof open>) {
    if (!current.changes.has('world/clock')) world.keepTime()
    for (const id of current.drew)
      collection(kernel).put({ id, state: (dice.get(id) as Random).state() })
  }

  function rollBack(current: NonNullable<typeof open>) {
    for (const undo of current.undo.reverse()) undo()
  }

  start()
  return world
}
