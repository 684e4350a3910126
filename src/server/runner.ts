// Runs what is due in a world, in order: while its clock goes, or all at once when it is advanced.
import {
  type Callback,
  callbacks,
  type Made,
  type Outcome,
  recordAttempt,
  setAside,
} from '../state/callbacks.ts'
import { checkInstant, setTo, wallUntil } from '../state/clock.ts'
import type { WorldEvent } from '../state/events.ts'
import { Refusal } from '../state/refusal.ts'
import { DELIVER, firstTask, type Task, tasks } from '../state/task-queue.ts'
import type { World } from '../state/world.ts'
import { openLimit, within } from './limit.ts'
import { reasonOf } from './reason.ts'
import type { StepSource, WorldHistory } from './steps.ts'
import { alarm, breathe, wallNow } from './ticker.ts'

/** One thing that happened while the clock was advanced. */
export type Fired =
  | { readonly kind: 'event'; readonly at: number; readonly event: WorldEvent }
  | { readonly kind: 'task'; readonly at: number; readonly task: Task; readonly error?: string }
  | {
      readonly kind: 'callback'
      readonly at: number
      /** As the attempt left it. */
      readonly delivery: Callback
      /** Which attempt it is, from 1. */
      readonly attempt: number
    }

export interface Advance {
  readonly from: number
  readonly to: number
  readonly fired: readonly Fired[]
  readonly stopped?: { readonly at: number; readonly reason: string }
}

export interface AdvanceLimits {
  /** Stop after this many things have fired. */
  readonly maxEvents?: number
  /** Stop after this many wall ms, in the middle of an attempt, too: that goes on by itself. */
  readonly maxWall?: number
}

export interface RunnerDeps {
  /** Performs a task inside a transaction. */
  readonly perform: (world: World, task: Task) => void
  /**
   * Lets faults happen to an attempt that is due. Answers the callback as it leaves now; `undefined`
   * where it is held back, and the task with it.
   */
  readonly disturb: (world: World, callback: Callback, task: Task) => Callback | undefined
  /**
   * Makes one attempt, until the signal aborts; one that throws is not made again. Tells how each
   * thing it sent was taken.
   */
  readonly attempt: (
    world: World,
    callback: Callback,
    signal: AbortSignal,
  ) => Promise<readonly Outcome[]>
  /** Delays between the attempts at a provider's callbacks, ISO 8601. */
  readonly schedule: (world: World, provider: string) => readonly string[]
  readonly report: (sentence: string) => void
  readonly history: WorldHistory
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
  /** Breaks off what is under way, as another life of the world has begun: nothing waits for it. */
  abandon(): void
  /** Breaks off what is under way, and does nothing more. @param why told by an advance under way */
  stop(why?: string): void
}

/** The longest an advance holds the thread before others get their turn, in wall ms. */
const TURN = 8

/** How long what could not be kept waits for the next try, in wall ms. */
const RETRY = 1000

export function openRunner(world: World, deps: RunnerDeps): Runner {
  return new WorldRunner(world, deps)
}

/** An attempt that was made, and for which task. */
interface MadeAttempt extends Made {
  readonly task: number
}

/** An advance under way. */
interface Progress {
  readonly from: number
  readonly to: number
  readonly maxEvents: number
  /** Aborts with the reason to stop early. */
  readonly stop: AbortSignal
  readonly life: Life
  readonly fired: Fired[]
  /** The virtual time reached. */
  at: number
}

/** What is under way in one life of the world, broken off with it. */
interface Life {
  readonly epoch: number
  readonly ended: AbortController
  /** The round of attempts. */
  delivering?: Promise<void> | undefined
  /** The one attempt, whoever waits for it. */
  attempt?: { readonly task: number; readonly done: Promise<Callback | undefined> } | undefined
  /** The latest attempt: where its outcome could not be kept, it is not made again. */
  made?: MadeAttempt | undefined
  advance?: Promise<unknown> | undefined
  /** The command that asked for the advance: what happens on the way is of its step. */
  source?: StepSource | undefined
}

/** What is told of an attempt: each thing that it sent. */
function attemptsFired(delivery: Callback, { at, outcomes }: Made): Fired[] {
  const before = delivery.attempts.length - outcomes.length
  return outcomes.map((_, sent) => ({ kind: 'callback', at, delivery, attempt: before + sent + 1 }))
}

function isDue(task: Task | undefined, by: number): task is Task {
  return task !== undefined && task.due <= by
}

/** True for what could not be kept: it is tried again. */
function isUnkept(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'writes-refused'
}

/** A class, since every method works on the same few things. */
class WorldRunner implements Runner {
  readonly #world: World
  readonly #deps: RunnerDeps
  readonly #bell = alarm(() => this.wake())
  #nudged = true
  /** Why it was stopped. */
  #stopped: Error | undefined
  #life: Life

  constructor(world: World, deps: RunnerDeps) {
    this.#world = world
    this.#deps = deps
    this.#life = { epoch: world.epoch, ended: new AbortController() }
  }

  get advancing(): boolean {
    return this.#living.advance !== undefined
  }

  get nudged(): boolean {
    return this.#nudged
  }

  nudge(): void {
    this.#nudged = true
  }

  checkIdle(): void {
    if (this.advancing)
      throw new Refusal('busy', 'the clock is being advanced: wait for that to end')
  }

  catchUp(): void {
    if (this.advancing) return
    let task = this.#nextPerformed()
    while (isDue(task, this.#world.now)) {
      this.#perform(task)
      task = this.#nextPerformed()
    }
  }

  wake(): void {
    if (this.#stopped || this.advancing) return
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
    const { from } = this.#distance(to)
    const life = this.#living
    life.source = this.#deps.history.source
    const { maxEvents = Number.POSITIVE_INFINITY, maxWall } = limits
    const late = new Error(`maxWall ${maxWall} ms reached`)
    const limit = openLimit(maxWall, life.ended.signal, late)
    const { signal: stop } = limit
    const progress: Progress = { from, to, maxEvents, stop, life, fired: [], at: from }
    const advance = this.#advanceTo(progress).finally(() => {
      limit.end()
      if (life !== this.#life) return
      this.#world.holdTime(undefined)
      life.advance = undefined
      life.source = undefined
      this.wake()
    })
    life.advance = advance.catch(() => {})
    return advance
  }

  async idle(): Promise<void> {
    await this.#living.advance
    while (this.#living.delivering) await this.#living.delivering.catch(() => {})
  }

  abandon(): void {
    const { ended } = this.#life
    this.#life = { epoch: this.#world.epoch, ended: new AbortController() }
    if (this.#stopped) this.#life.ended.abort(this.#stopped)
    ended.abort(new Error('the world was replaced meanwhile'))
  }

  stop(why = 'the simulator is stopping'): void {
    this.#stopped ??= new Error(why)
    this.#bell.set(undefined)
    this.#life.ended.abort(this.#stopped)
  }

  /** What is under way in the present life. */
  get #living(): Life {
    if (this.#life.epoch !== this.#world.epoch) this.abandon()
    return this.#life
  }

  /** True where what is under way belongs to an earlier life, or to none any more. */
  #isOver({ epoch, ended }: Life): boolean {
    return ended.signal.aborted || epoch !== this.#world.epoch
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
   * Changes the world: as a part of the step of an advance that is under way; else what came due is
   * a step of its own, and how an attempt went is of the latest one.
   */
  #transaction<R>(change: () => R, due?: { readonly at: number; readonly task: string }) {
    const source = this.#life.source ?? due
    return this.#deps.history.within(source, () => this.#world.transaction(change, due?.at))
  }

  /**
   * Performs a task at its own time; one that fails is dropped, and all it did
   * is undone.
   */
  #perform(task: Task, fired?: Fired[]): void {
    const world = this.#world
    try {
      const { events } = this.#transaction(
        () => {
          this.#drop(task)
          this.#deps.perform(world, task)
        },
        { at: task.due, task: task.kind },
      )
      if (fired && events.length === 0) fired.push({ kind: 'task', at: task.due, task })
      for (const event of events) fired?.push({ kind: 'event', at: event.at, event })
    } catch (error) {
      if (isUnkept(error)) throw error
      const reason = reasonOf(error)
      this.#deps.report(
        `task ${task.kind} of world ${world.name} failed and was dropped: ${reason}`,
      )
      this.#transaction(() => this.#drop(task), { at: task.due, task: task.kind })
      fired?.push({ kind: 'task', at: task.due, task, error: reason })
    }
  }

  /**
   * Makes the attempt of a task and writes down how it went; where it is under way already, waits
   * for it.
   * @returns the callback afterwards, where there was one to attempt
   */
  #attempt(task: Task): Promise<Callback | undefined> {
    const life = this.#living
    if (life.attempt?.task === task.id) return life.attempt.done
    const done = this.#attemptOnce(task, life).finally(() => {
      life.attempt = undefined
    })
    life.attempt = { task: task.id, done }
    return done
  }

  async #attemptOnce(task: Task, life: Life): Promise<Callback | undefined> {
    const callback = this.#world.in(callbacks).get(task.data.callback ?? '')
    if (callback && life.made?.task !== task.id) {
      const leaving = this.#disturb(callback, task)
      if (!leaving) return undefined
      life.made = { task: task.id, ...(await this.#make(leaving, life)) }
    }
    return this.#isOver(life) ? undefined : this.#record(task, callback, life.made)
  }

  /** Lets faults happen; where that fails, none does: the others go on. */
  #disturb(callback: Callback, task: Task): Callback | undefined {
    try {
      return this.#deps.disturb(this.#world, callback, task)
    } catch (error) {
      if (isUnkept(error)) throw error
      const { name } = this.#world
      this.#deps.report(`faults of callback ${callback.id} of world ${name}: ${reasonOf(error)}`)
      return callback
    }
  }

  async #make(callback: Callback, { ended: { signal } }: Life): Promise<Made> {
    const world = this.#world
    const at = world.now
    try {
      return { at, outcomes: await within(signal, this.#deps.attempt(world, callback, signal)) }
    } catch (error) {
      return { at, outcomes: [{ error: reasonOf(error), final: true }] }
    }
  }

  /**
   * Writes down how an attempt went. A callback this cannot be written of is set aside: the others
   * go on.
   */
  #record(task: Task, callback: Callback | undefined, made: MadeAttempt | undefined) {
    const world = this.#world
    try {
      const { result } = this.#transaction(() => {
        this.#drop(task)
        if (!callback || !made) return undefined
        const schedule = this.#deps.schedule(world, callback.provider)
        return recordAttempt(world, callback.id, made, schedule)
      })
      return result
    } catch (error) {
      if (!callback || isUnkept(error)) throw error
      const reason = reasonOf(error)
      this.#deps.report(`callback ${callback.id} of world ${world.name} was set aside: ${reason}`)
      return this.#transaction(() => {
        this.#drop(task)
        return setAside(world, callback, reason)
      }).result
    }
  }

  /**
   * Makes the attempts that are due one after the other: callbacks arrive as
   * they were queued.
   */
  async #deliverDue(life: Life): Promise<void> {
    for (;;) {
      const task = this.#nextDelivery()
      if (this.#isOver(life) || !isDue(task, this.#world.now)) return
      await this.#attempt(task)
      // Those that cannot even leave follow one another at once.
      await breathe()
    }
  }

  /** The one round of attempts that is under way, begun where none is. */
  #delivered(): Promise<void> {
    const life = this.#living
    life.delivering ??= this.#deliverDue(life).finally(() => {
      life.delivering = undefined
    })
    return life.delivering
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

  /** Where an advance begins. @throws Refusal `invalid-request` where it cannot lead there */
  #distance(to: number): { readonly from: number } {
    const from = this.#world.now
    checkInstant(to)
    if (to < from)
      throw new Refusal(
        'invalid-request',
        'time only moves forward: the clock is already past that instant',
      )
    return { from }
  }

  async #advanceTo(progress: Progress): Promise<Advance> {
    this.#world.holdTime(progress.from)
    const { stop } = progress
    try {
      // What is due already is seen to first and not told: else the answer would depend on how far
      // a receiver has come.
      await within(stop, this.#delivered())
      return this.#arrive(progress, await this.#runDue(progress))
    } catch (error) {
      if (!stop.aborted || error !== stop.reason) throw error
      return this.#arrive(progress, reasonOf(error))
    }
  }

  /**
   * Runs what is due on the way, each at its own time. Answers why it stopped
   * early, if so.
   * @throws the reason to stop, where that comes in the middle of an attempt
   */
  async #runDue(progress: Progress): Promise<string | undefined> {
    const world = this.#world
    const { to, stop, life, fired, maxEvents } = progress
    let turn = wallNow()
    for (;;) {
      const task = this.#nextTask()
      if (this.#isOver(life) || !isDue(task, to)) return undefined
      if (stop.aborted) return reasonOf(stop.reason)
      if (fired.length >= maxEvents) return `maxEvents ${maxEvents} reached`
      progress.at = Math.max(progress.at, task.due)
      world.holdTime(progress.at)
      if (task.kind === DELIVER) {
        const delivery = await within(stop, this.#attempt(task))
        if (delivery && life.made) fired.push(...attemptsFired(delivery, life.made))
      } else this.#perform(task, fired)
      if (wallNow() - turn > TURN) {
        await breathe()
        turn = wallNow()
      }
    }
  }

  /** Sets the clock to where the advance ends. */
  #arrive({ from, to, life, fired, at: reached }: Progress, stopped?: string): Advance {
    const world = this.#world
    if (life.epoch !== world.epoch) {
      const { signal } = life.ended
      const reason = signal.aborted ? reasonOf(signal.reason) : 'the world was replaced meanwhile'
      return { from, to: reached, fired, stopped: { at: reached, reason } }
    }

    const at = stopped === undefined ? to : reached
    world.holdTime(at)
    this.#transaction(() => world.setClock(setTo(world.clock, wallNow(), at)))
    if (stopped === undefined) return { from, to: at, fired }
    return { from, to: at, fired, stopped: { at, reason: stopped } }
  }
}
