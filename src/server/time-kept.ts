// Time never goes back in a world, not even after kill -9: what is shown of it has been written first.
import { type Clock, reopenedAt } from '../state/clock.ts'
import type { Change } from '../state/collection.ts'
import { LAST_INSTANT } from '../state/instant.ts'
import type { World } from '../state/world.ts'
import { worldRecords } from '../state/world-records.ts'
import type { Store } from '../stores/store.ts'

export interface TimeKeeper {
  /**
   * Sees to it that a later process begins no earlier than what the clock shows now.
   * @returns a promise that resolves when that is so, and never rejects; `undefined` where it is
   *   already, as it mostly is
   */
  kept(): Promise<void> | undefined
  /** Told of what each transaction changed. */
  follow(changes: readonly Change[]): void
}

/**
 * How far ahead of a running clock it is written that it may have shown this, in wall ms. After a
 * kill the clock goes on from there; after a clean stop, from what it showed.
 */
const AHEAD = 10_000

/** Where nothing lasts, nothing goes on. */
const NOTHING_TO_KEEP: TimeKeeper = { kept: () => undefined, follow() {} }

/**
 * Keeps the time of one world. It writes when somebody looks: a world nobody looks at writes nothing.
 */
export function openTimeKeeper(world: World, store: Store): TimeKeeper {
  return store.lasts ? new OpenTimeKeeper(world, store) : NOTHING_TO_KEEP
}

/** A time on its way to the log. */
interface Writing {
  readonly until: number
  /** Where a later process begins once it is there: what is committed after it may be there, too. */
  safe: number
  readonly done: Promise<void>
}

/** A class, since its methods work on the same few things. */
class OpenTimeKeeper implements TimeKeeper {
  readonly #world: World
  readonly #store: Store
  #epoch: number
  /** However much of what was committed is in the log: a later process begins here, or later. */
  #safe = Number.NEGATIVE_INFINITY
  /** From here on more is written ahead. */
  #renewAt = Number.NEGATIVE_INFINITY
  /** The latest write that is on its way to the log. */
  #writing: Writing | undefined

  constructor(world: World, store: Store) {
    this.#world = world
    this.#store = store
    this.#epoch = world.epoch
  }

  kept(): Promise<void> | undefined {
    const { now, epoch } = this.#world
    if (epoch !== this.#epoch) this.#forget(epoch)
    if (now <= this.#renewAt) return undefined
    // It refuses writes, and says so; what only reads goes on.
    if (this.#world.hasEnded || this.#store.failure(this.#world.name)) return undefined

    try {
      if (this.#writing === undefined || this.#writing.until < now) this.#write(now)
    } catch {
      return undefined
    }
    return now <= this.#safe ? undefined : this.#writing?.done
  }

  follow(changes: readonly Change[]): void {
    for (const { collection, key, after } of changes) {
      if (collection !== worldRecords.name || key !== 'clock' || !after) continue
      // It may be the last that is in the log.
      const at = reopenedAt(after as Clock)
      this.#safe = Math.min(this.#safe, at)
      this.#renewAt = Math.min(this.#renewAt, at)
      if (this.#writing) this.#writing.safe = Math.min(this.#writing.safe, at)
    }
  }

  /** A new life may begin earlier, and what was written is of the old one. */
  #forget(epoch: number): void {
    this.#epoch = epoch
    this.#safe = Number.NEGATIVE_INFINITY
    this.#renewAt = Number.NEGATIVE_INFINITY
    this.#writing = undefined
  }

  /** Writes the time now, and where the clock runs, some time ahead. */
  #write(now: number): void {
    const { mode, rate } = this.#world.clock
    const ahead = mode === 'running' ? AHEAD * rate : 0
    const until = Math.min(now + ahead, LAST_INSTANT)
    if (reopenedAt(this.#world.clock) < until)
      this.#world.transaction(() => this.#world.keepTime(until))
    const done = this.#logged().then((isLogged) => {
      // One that began later holds this one.
      if (this.#writing !== writing) return
      this.#writing = undefined
      if (!isLogged) return
      this.#safe = writing.safe
      this.#renewAt = writing.safe - ahead / 2
    })
    const writing: Writing = { until, safe: until, done }
    this.#writing = writing
  }

  /** False where it could not be written. */
  async #logged(): Promise<boolean> {
    try {
      await this.#store.logged(this.#world.name)
      return true
    } catch {
      return false
    }
  }
}
