// Runs what is due in a world, in order: while its clock goes, or all at once when it is advanced.
import { type Callback, callbacks, type Outcome, recordAttempt } from '../state/callbacks.ts'
import { checkInstant, setTo, wallUntil } from '../state/clock.ts'
import type { WorldEvent } from '../state/events.ts'
import { Refusal } from '../state/refusal.ts'
import { DELIVER, firstTask, type Task, tasks } from '../state/task-queue.ts'
import type { World } from '../state/world.ts'
import { reasonOf } from './reason.ts'
import { alarm, breathe, wallNow } from './ticker.ts'

/** One thing that happened while the clock was advanced. */
export type Fired =
  | { readonly kind: 'event'; readonly at: number; readonly event: WorldEvent }
  | { readonly kind: 'task'; readonly at: number; readonly task: Task; readonly error?: string }
  | { readonly kind: 'callback'; readonly at: number; readonly delivery: Callback }

export interface Advance {
  readonly from: number
  readonly to: number
  readonly fired: readonly Fired[]
  readonly stopped?: { readonly at: number; readonly reason: string }
}

export interface AdvanceLimits {
  /** Stop after this many things have fired. */
  readonly maxEvents?: number
  /** Stop after this many wall ms. */
  readonly maxWall?: number
}

export interface RunnerDeps {
  /** Performs a task inside a transaction. */
  readonly perform: (world: World, task: Task) => void
  /** Makes one attempt; never throws. */
  readonly attempt: (world: World, callback: Callback) => Promise<Outcome>
  /** Delays between the attempts at a provider's callbacks, ISO 8601. */
  readonly schedule: (world: World, provider: string) => readonly string[]
  readonly report: (sentence: string) => void
}

export interface Runner {
  /**
   * Performs, at once and in order, what has come due but for callbacks; called before anything
   * looks at the world.
   */
  catchUp(): void
  /** Notes that tasks have changed: a wake is owed. */
  nudge(): void
  /** True while a wake is owed. */
  readonly nudged: boolean
  /**
   * Sees to what is due now, callbacks too, and sets the alarm for the next.
   * Returns at once.
   */
  wake(): void
  /**
   * Moves the clock to `to` and returns when everything due by then has happened; what was due
   * before is seen to first, and no part of what is told.
   * @throws Refusal `busy` while another advance is under way
   */
  advance(to: number, limits?: AdvanceLimits): Promise<Advance>
  /** True while an advance is under way. */
  readonly advancing: boolean
  /** @throws Refusal `busy` while an advance is under way */
  checkIdle(): void
  /** Resolves when no attempt and no advance is under way. */
  idle(): Promise<void>
  stop(): void
}

/** The longest an advance holds the thread before others get their turn, in wall ms. */
const TURN = 8

/** How long what could not be kept waits for the next try, in wall ms. */
const RETRY = 1000

export function openRunner(world: World, deps: RunnerDeps): Runner {
  return new WorldRunner(world, deps)
}

/** An attempt that was made, and for which task of which life of the world. */
interface MadeAttempt {
  readonly epoch: number
  readonly task: number
  readonly at: number
  readonly outcome: Outcome
}

/** An advance under way. */
interface Progress {
  readonly from: number
  readonly to: number
  readonly limits: AdvanceLimits
  /** The life of the world it moves. */
  readonly epoch: number
  /** Wall ms. */
  readonly began: number
  readonly fired: Fired[]
  /** The virtual time reached. */
  at: number
}

function isDue(task: Task | undefined, by: number): task is Task {
  return task !== undefined && task.due <= by
}

/** A class, since every method works on the same few things. */
class WorldRunner implements Runner {
  readonly #world: World
  readonly #deps: RunnerDeps
  readonly #bell = alarm(() => this.wake())
  #advancing = false
  #nudged = true
  #stopped = false
  /** The round of attempts under way. */
  #delivering: Promise<void> | undefined
  #advance: Promise<unknown> | undefined
  /** The latest attempt: where its outcome could not be kept, it is not made again. */
  #made: MadeAttempt | undefined

  constructor(world: World, deps: RunnerDeps) {
    this.#world = world
    this.#deps = deps
  }

  get advancing(): boolean {
    return this.#advancing
  }

  get nudged(): boolean {
    return this.#nudged
  }

  nudge(): void {
    this.#nudged = true
  }

  checkIdle(): void {
    if (this.#advancing)
      throw new Refusal('busy', 'the clock is being advanced: wait for that to end')
  }

  catchUp(): void {
    if (this.#advancing) return
    let task = this.#nextPerformed()
    while (isDue(task, this.#world.now)) {
      this.#perform(task)
      task = this.#nextPerformed()
    }
  }

  wake(): void {
    if (this.#stopped || this.#advancing) return
    this.#nudged = false
    try {
      this.catchUp()
      if (isDue(this.#nextDelivery(), this.#world.now))
        this.#delivered().then(
          () => this.#arm(),
          (error: unknown) => this.#tryLater(error),
        )
      else this.#arm()
    } catch (error) {
      this.#tryLater(error)
    }
  }

  async advance(to: number, limits: AdvanceLimits = {}): Promise<Advance> {
    this.checkIdle()
    const advance = this.#advanceTo(to, limits)
    this.#advance = advance.catch(() => {})
    return advance
  }

  async idle(): Promise<void> {
    await this.#advance
    while (this.#delivering) await this.#delivering.catch(() => {})
  }

  stop(): void {
    this.#stopped = true
    this.#bell.set(undefined)
  }

  #nextPerformed(): Task | undefined {
    return this.#world.in(tasks).first('performed')
  }

  #nextDelivery(): Task | undefined {
    return this.#world.in(tasks).first('deliveries')
  }

  #nextTask(): Task | undefined {
    return firstTask(this.#world.in(tasks))
  }

  #drop(task: Task): void {
    this.#world.in(tasks).delete(String(task.id))
  }

  /**
   * Performs a task at its own time; one that fails is dropped, and all it did
   * is undone.
   */
  #perform(task: Task, fired?: Fired[]): void {
    const world = this.#world
    try {
      const { events } = world.transaction(() => {
        this.#drop(task)
        this.#deps.perform(world, task)
      }, task.due)
      if (fired && events.length === 0) fired.push({ kind: 'task', at: task.due, task })
      for (const event of events) fired?.push({ kind: 'event', at: event.at, event })
    } catch (error) {
      if (error instanceof Refusal && error.code === 'writes-refused') throw error
      const reason = reasonOf(error)
      this.#deps.report(
        `task ${task.kind} of world ${world.name} failed and was dropped: ${reason}`,
      )
      world.transaction(() => this.#drop(task), task.due)
      fired?.push({ kind: 'task', at: task.due, task, error: reason })
    }
  }

  async #attempt(task: Task, fired?: Fired[]): Promise<void> {
    const world = this.#world
    const { epoch } = world
    const callback = world.in(callbacks).get(task.data.callback ?? '')
    if (callback && (this.#made?.epoch !== epoch || this.#made.task !== task.id))
      this.#made = {
        epoch,
        task: task.id,
        at: world.now,
        outcome: await this.#deps.attempt(world, callback),
      }
    if (world.epoch !== epoch || this.#stopped) return

    const { result: after } = world.transaction(() => {
      this.#drop(task)
      return callback && this.#record(callback)
    })
    if (after && this.#made) fired?.push({ kind: 'callback', at: this.#made.at, delivery: after })
  }

  /** Writes down how the latest attempt went, within a transaction. */
  #record({ id, provider }: Callback): Callback | undefined {
    if (!this.#made) return undefined
    const { at, outcome } = this.#made
    const schedule = this.#deps.schedule(this.#world, provider)
    return recordAttempt(this.#world, id, { at, ...outcome }, schedule)
  }

  /**
   * Makes the attempts that are due one after the other: callbacks arrive as
   * they were queued.
   */
  async #deliverDue(): Promise<void> {
    for (;;) {
      const task = this.#nextDelivery()
      if (this.#stopped || !isDue(task, this.#world.now)) return
      await this.#attempt(task)
    }
  }

  /** The one round of attempts that is under way, begun where none is. */
  #delivered(): Promise<void> {
    this.#delivering ??= this.#deliverDue().finally(() => {
      this.#delivering = undefined
    })
    return this.#delivering
  }

  /** Sets the bell for what is due next. */
  #arm(): void {
    const next = this.#stopped ? undefined : this.#nextTask()
    this.#bell.set(next && wallUntil(this.#world.clock, wallNow(), next.due))
  }

  /** What could not be kept is tried again after a while, not at once. */
  #tryLater(error: unknown): void {
    this.#deps.report(`world ${this.#world.name}: ${reasonOf(error)}`)
    this.#bell.set(RETRY)
  }

  async #advanceTo(to: number, limits: AdvanceLimits): Promise<Advance> {
    const world = this.#world
    const from = world.now
    checkInstant(to)
    if (to < from)
      throw new Refusal(
        'invalid-request',
        'time only moves forward: the clock is already past that instant',
      )

    this.#advancing = true
    const { epoch } = world
    const began = wallNow()
    const progress: Progress = { from, to, limits, epoch, began, fired: [], at: from }
    try {
      world.holdTime(from)
      // What is due already is seen to first and not told: else the answer would depend on how far
      // a receiver has come.
      await this.#delivered()
      const stopped = await this.#runDue(progress)
      return this.#arrive(progress, stopped)
    } finally {
      world.holdTime(undefined)
      this.#advancing = false
      this.wake()
    }
  }

  /**
   * Runs what is due on the way, each at its own time. Answers why it stopped
   * early, if so.
   */
  async #runDue(progress: Progress): Promise<string | undefined> {
    const world = this.#world
    const { to, epoch, fired } = progress
    let turn = wallNow()
    for (;;) {
      const task = this.#nextTask()
      if (!isDue(task, to) || world.epoch !== epoch) return undefined
      const reason = this.#reasonToStop(progress)
      if (reason !== undefined) return reason
      progress.at = Math.max(progress.at, task.due)
      world.holdTime(progress.at)
      if (task.kind === DELIVER) await this.#attempt(task, fired)
      else this.#perform(task, fired)
      if (wallNow() - turn > TURN) {
        await breathe()
        turn = wallNow()
      }
    }
  }

  #reasonToStop({ limits, began, fired }: Progress): string | undefined {
    const { maxEvents, maxWall } = limits
    if (maxEvents !== undefined && fired.length >= maxEvents)
      return `maxEvents ${maxEvents} reached`
    if (maxWall !== undefined && wallNow() - began > maxWall) return `maxWall ${maxWall} ms reached`
    return this.#stopped ? 'the simulator is stopping' : undefined
  }

  /** Sets the clock to where the advance ends. */
  #arrive({ from, to, epoch, fired, at: reached }: Progress, stopped?: string): Advance {
    const world = this.#world
    if (world.epoch !== epoch) {
      const reason = 'the world was replaced meanwhile'
      return { from, to: world.now, fired, stopped: { at: reached, reason } }
    }

    const at = stopped === undefined ? to : reached
    world.holdTime(at)
    world.transaction(() => world.setClock(setTo(world.clock, wallNow(), at)))
    if (stopped === undefined) return { from, to: at, fired }
    return { from, to: at, fired, stopped: { at, reason: stopped } }
  }
}
