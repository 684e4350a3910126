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
import { defined } from '../state/defined.ts'
import type { WorldEvent } from '../state/events.ts'
import { NotBuilt } from '../state/indexes.ts'
import { reasonOf } from '../state/reason.ts'
import { Refusal } from '../state/refusal.ts'
import { DELIVER, firstTask, type Task, tasks } from '../state/task-queue.ts'
import type { World } from '../state/world.ts'
import { breathe, openTurns, TURN } from '../stores/turns.ts'
import { openLimit, within } from './limit.ts'
import type { AdvanceStep } from './news.ts'
import { openPatience, type Patience } from './patience.ts'
import type { StepSource, WorldHistory } from './steps.ts'
import { alarm, wallNow } from './ticker.ts'
import { whenBuilt } from './when-built.ts'

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
  /** The first of what fired, in order. */
  readonly fired: readonly Fired[]
  /** How many things fired after those. */
  readonly unlisted?: number
  readonly stopped?: { readonly at: number; readonly reason: string }
}

export interface AdvanceLimits {
  /** Stop after this many things have fired. */
  readonly maxEvents?: number
  /** Stop after this many wall ms, in the middle of an attempt, too: that goes on by itself. */
  readonly maxWall?: number
  /**
   * Asked before each thing that is due, with the last that happened: true stops there. With it the
   * clock goes from one thing to the next, and no further than the last.
   */
  readonly until?: (last: Fired | undefined) => boolean | Promise<boolean>
}

/** How far an advance has come. */
export interface UnderWay {
  readonly from: number
  readonly to: number
  /** How many things have fired. */
  readonly fired: number
  /** How many callbacks were attempted, those that were due before it, too. */
  readonly attempts: number
  /** How many of the attempts had no answer in time. */
  readonly unanswered: number
  /** How many attempts are queued, those that are due after it, too. */
  readonly queued: number
  /** Host and port of the receiver that is waited for. */
  readonly waitsFor: string | undefined
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
   * @param patience says how long its receiver is waited for
   */
  readonly attempt: (
    world: World,
    callback: Callback,
    signal: AbortSignal,
    patience: Patience,
  ) => Promise<readonly Outcome[]>
  /** Told of a callback once an attempt at it is written down. */
  readonly attempted?: (callback: Callback) => void
  /** Delays between the attempts at a provider's callbacks, ISO 8601. */
  readonly schedule: (world: World, provider: string) => readonly string[]
  /** Told of the beginning of each advance, of receivers that do not answer, and of its end. */
  readonly advanced?: (world: World, step: AdvanceStep) => void
  readonly report: (sentence: string) => void
  readonly history: WorldHistory
}

export interface Runner {
  /**
   * Performs, at once and in order, what has come due but for callbacks; called before anything
   * looks at the world.
   * @throws NotBuilt within `World.patiently`, where an index has to be built first, or more has come
   *   due than is performed at once
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
  /** True while an advance or an attempt is under way. */
  readonly isBusy: boolean
  /** How far the advance has come that is under way. */
  readonly underWay: UnderWay | undefined
  /** @throws Refusal `busy` while an advance is under way */
  checkIdle(): void
  /** Resolves when no attempt and no advance is under way. */
  idle(): Promise<void>
  /** Breaks off what is under way, as another life of the world has begun: nothing waits for it. */
  abandon(): void
  /** Breaks off what is under way, and does nothing more. @param why told by an advance under way */
  stop(why?: string): void
}

/** How many of the things that an advance fires are listed; what more there is happens, too. */
export const MOST_LISTED = 100_000

/** Why an advance stops that goes no further than something asked for. */
const ENOUGH = 'what was waited for is there'
export const NOTHING_MORE = 'nothing more is due'

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
  readonly until: AdvanceLimits['until']
  /** Aborts with the reason to stop early. */
  readonly stop: AbortSignal
  readonly life: Life
  readonly fired: Fired[]
  unlisted: number
  /** With receivers of what was due before it, once that has happened. */
  before?: Patience
  /** The virtual time reached. */
  at: number
}

/** What came of a step of an advance. */
interface Step {
  /** Nothing is left to be done. */
  readonly isLast: boolean
  /** Why it ends before it is there. */
  readonly stopped?: string
  /** What is to be attempted now. */
  readonly attempt?: Task
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
  /** Of that advance. */
  progress?: Progress | undefined
  /** With the receivers of the round, or of the advance. */
  patience: Patience
  /** The command that asked for the advance: what happens on the way is of its step. */
  source?: StepSource | undefined
}

/** A life that begins: nothing is under way in it. */
function lifeIn({ epoch }: World): Life {
  return { epoch, ended: new AbortController(), patience: openPatience() }
}

/** Takes down what fired, as far as there is room. */
function list(progress: Progress, fired: Fired): void {
  if (progress.fired.length < MOST_LISTED) progress.fired.push(fired)
  else progress.unlisted += 1
}

/** What is told of an attempt: each thing that it sent. */
function attemptsFired(delivery: Callback, { at, outcomes }: Made): Fired[] {
  const { attempts, earlierAttempts = 0 } = delivery
  const before = earlierAttempts + attempts.length - outcomes.length
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
    this.#life = lifeIn(world)
  }

  get advancing(): boolean {
    return this.#living.advance !== undefined
  }

  get isBusy(): boolean {
    return this.advancing || this.#living.delivering !== undefined
  }

  get underWay(): UnderWay | undefined {
    const { progress, patience } = this.#living
    if (!progress) return undefined
    const { from, to, fired, unlisted, before } = progress
    return {
      from,
      to,
      fired: fired.length + unlisted,
      attempts: patience.attempts + (before?.attempts ?? 0),
      unanswered: patience.unanswered + (before?.unanswered ?? 0),
      queued: this.#world.in(tasks).count('deliveries'),
      waitsFor: patience.waitsFor,
    }
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
    const world = this.#world
    const { mayWait } = world
    const began = wallNow()
    // What one task did is not done again where the next has to wait.
    while (world.patiently(() => this.#performNext(), mayWait))
      if (mayWait && wallNow() - began > TURN) throw new NotBuilt({ goOn: () => this.#goOn() })
  }

  /** Performs the first task of many that have come due. @returns true where none is left */
  #goOn(): boolean {
    if (this.#stopped || this.advancing) return true
    try {
      return !this.#world.patiently(() => this.#performNext())
    } catch (error) {
      if (!(error instanceof NotBuilt)) throw error
      error.building.goOn()
      return false
    }
  }

  /** Performs the first task, where it is due. @returns false where none is */
  #performNext(): boolean {
    const task = this.#nextPerformed()
    if (!isDue(task, this.#world.now)) return false
    this.#perform(task)
    return true
  }

  wake(): void {
    if (this.#stopped || this.advancing) return
    this.#nudged = false
    const failed = (error: unknown) => this.#tryLater(error)
    try {
      const seen = whenBuilt(() => this.#world.patiently(() => this.#see()))
      if (seen instanceof Promise) seen.catch(failed)
    } catch (error) {
      failed(error)
    }
  }

  /** Sees to what is due. @throws NotBuilt */
  #see(): void {
    if (this.#stopped || this.advancing) return
    this.catchUp()
    // Both queues are looked into first: neither has to be built once an attempt is under way.
    const isDelivered = isDue(this.#nextDelivery(), this.#world.now)
    this.#nextTask()
    if (!isDelivered) this.#arm()
    else
      this.#delivered().then(
        () => this.#arm(),
        (error: unknown) => this.#tryLater(error),
      )
  }

  async advance(to: number, limits: AdvanceLimits = {}): Promise<Advance> {
    this.checkIdle()
    const { from } = this.#distance(to)
    const life = this.#living
    life.source = this.#deps.history.source
    const { maxEvents = Number.POSITIVE_INFINITY, maxWall, until } = limits
    const late = new Error(`maxWall ${maxWall} ms reached`)
    const limit = openLimit(maxWall, life.ended.signal, late)
    const { signal: stop } = limit
    const progress: Progress = {
      from,
      to,
      maxEvents,
      until,
      stop,
      life,
      fired: [],
      unlisted: 0,
      at: from,
    }
    life.progress = progress
    const advance = this.#advanceTo(progress).finally(() => {
      limit.end()
      if (life !== this.#life) return
      this.#world.holdTime(undefined)
      life.advance = undefined
      life.progress = undefined
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
    this.#life = lifeIn(this.#world)
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
  #transaction<R>(change: () => R, task?: Task) {
    const source = this.#life.source ?? (task && { task: task.kind })
    const { history } = this.#deps
    return history.within(source, () => this.#world.transaction(change, task?.due, task))
  }

  /**
   * Performs a task at its own time; one that fails is dropped, and all it did
   * is undone.
   */
  #perform(task: Task, progress?: Progress): void {
    const world = this.#world
    try {
      const { events } = this.#transaction(() => {
        this.#drop(task)
        this.#deps.perform(world, task)
      }, task)
      if (!progress) return
      if (events.length === 0) list(progress, { kind: 'task', at: task.due, task })
      for (const event of events) list(progress, { kind: 'event', at: event.at, event })
    } catch (error) {
      if (isUnkept(error) || error instanceof NotBuilt) throw error
      const reason = reasonOf(error)
      this.#deps.report(
        `task ${task.kind} of world ${world.name} failed and was dropped: ${reason}`,
      )
      this.#transaction(() => this.#drop(task), task)
      if (progress) list(progress, { kind: 'task', at: task.due, task, error: reason })
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
    if (this.#isOver(life)) return undefined
    const after = this.#record(task, callback, life.made)
    if (after) this.#deps.attempted?.(after)
    return after
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

  /**
   * Patience that tells of receivers which do not answer an advance.
   * @param at when a round begins that it is for
   */
  #openPatience(life: Life, at?: number): Patience {
    return openPatience(at, (receiver) => {
      const { underWay } = this
      if (!underWay || life !== this.#life) return
      const { from, to, attempts, unanswered } = underWay
      const counts = { receiver, attempts, unanswered }
      this.#deps.advanced?.(this.#world, { step: 'unanswered', from, to, ...counts })
    })
  }

  async #make(callback: Callback, { ended: { signal }, patience }: Life): Promise<Made> {
    const world = this.#world
    const at = world.now
    try {
      const attempt = this.#deps.attempt(world, callback, signal, patience)
      return { at, outcomes: await within(signal, attempt) }
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
    if (life.delivering) return life.delivering
    const { clock, now } = this.#world
    // While the clock stands, how its callbacks are split into rounds is chance: one serves for all.
    const isSame = clock.mode === 'frozen' && life.patience.at === now
    if (!isSame) life.patience = this.#openPatience(life, now)
    life.delivering = this.#deliverDue(life).finally(() => {
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
    const { stop, from, to } = progress
    this.#world.holdTime(from)
    this.#deps.advanced?.(this.#world, { step: 'begins', from, to })
    try {
      // What is due already is seen to first and not told: else the answer would depend on how far
      // a receiver has come.
      await within(stop, this.#delivered())
      // For the same reason what these receivers have come to does not count from here on.
      progress.before = progress.life.patience
      progress.life.patience = this.#openPatience(progress.life)
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
    const { stop, life, fired, until } = progress
    const turns = openTurns()
    for (;;) {
      const isEnough = until?.(fired.at(-1))
      if (isEnough && (await within(stop, Promise.resolve(isEnough)))) return ENOUGH
      const taken = whenBuilt(() => this.#world.patiently(() => this.#step(progress)))
      const { isLast, stopped, attempt } = taken instanceof Promise ? await taken : taken
      if (isLast) return stopped
      if (attempt) {
        const delivery = await within(stop, this.#attempt(attempt))
        const made = delivery && life.made ? attemptsFired(delivery, life.made) : []
        for (const each of made) list(progress, each)
      }
      const rest = turns.over()
      if (rest) await rest
    }
  }

  /** Goes on to what is due next, and performs it where it is no attempt. @throws NotBuilt */
  #step(progress: Progress): Step {
    const { to, stop, life, fired, maxEvents, until } = progress
    const task = this.#nextTask()
    if (this.#isOver(life)) return { isLast: true }
    if (!isDue(task, to)) return until ? { isLast: true, stopped: NOTHING_MORE } : { isLast: true }
    if (stop.aborted) return { isLast: true, stopped: reasonOf(stop.reason) }
    if (fired.length + progress.unlisted >= maxEvents)
      return { isLast: true, stopped: `maxEvents ${maxEvents} reached` }

    progress.at = Math.max(progress.at, task.due)
    this.#world.holdTime(progress.at)
    if (task.kind === DELIVER) return { isLast: false, attempt: task }
    this.#perform(task, progress)
    return { isLast: false }
  }

  /** Sets the clock to where the advance ends. */
  #arrive(progress: Progress, stopped?: string): Advance {
    const world = this.#world
    const { from, to, life, fired, at: reached } = progress
    const told = defined({ from, fired, unlisted: progress.unlisted || undefined })
    if (life.epoch !== world.epoch) {
      const { signal } = life.ended
      const reason = signal.aborted ? reasonOf(signal.reason) : 'the world was replaced meanwhile'
      return { ...told, to: reached, stopped: { at: reached, reason } }
    }

    const at = stopped === undefined ? to : reached
    world.holdTime(at)
    this.#transaction(() => world.setClock(setTo(world.clock, wallNow(), at)))
    const ended = { step: 'ends' as const, from, to: at, fired: fired.length }
    this.#deps.advanced?.(world, defined({ ...ended, stopped }))
    if (stopped === undefined) return { ...told, to: at }
    return { ...told, to: at, stopped: { at, reason: stopped } }
  }
}
