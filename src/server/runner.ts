// Runs what is due in a world, in order: by the ticker while the clock goes, or all at once when it is advanced.

import { type Callback, callbacks, type Outcome, recordAttempt } from '../state/callbacks.ts'
import { checkInstant, setTo, wallUntil } from '../state/clock.ts'
import type { WorldEvent } from '../state/events.ts'
import { Refusal } from '../state/refusal.ts'
import { DELIVER, firstTask, type Task, tasks } from '../state/task-queue.ts'
import type { World } from '../state/world.ts'
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
  readonly attempt: (world: World, delivery: Callback) => Promise<Outcome>
  readonly schedule: (world: World, provider: string) => readonly string[]
  readonly report: (sentence: string) => void
}

export interface Runner {
  /** Performs, at once and in order, what has come due but for callbacks; called before anything looks at the world. */
  catchUp(): void
  /** Notes that tasks have changed: a wake is owed. */
  nudge(): void
  /** True while a wake is owed. */
  readonly nudged: boolean
  /** Sees to what is due now, callbacks too, and sets the alarm for what is next. Returns at once. */
  wake(): void
  /**
   * Moves the clock to `to` and returns when everything due by then has happened; what was due before is seen to first,
   * and no part of what is told.
   * @throws Refusal `busy` while another advance is under way
   */
  advance(to: number, limits?: AdvanceLimits): Promise<Advance>
  /** True while an advance is under way. */
  readonly advancing: boolean
  /** Resolves when no attempt and no advance is under way. */
  idle(): Promise<void>
  stop(): void
}

/** The longest an advance holds the thread before others get their turn, in wall ms. */
const TURN = 8

export function openRunner(world: World, deps: RunnerDeps): Runner {
  let advancing = false
  let nudged = true
  let stopped = false
  let delivering: Promise<void> | undefined
  /** The latest attempt: where its outcome could not be kept, it is not made again. */
  let made:
    | {
        readonly epoch: number
        readonly task: number
        readonly at: number
        readonly outcome: Outcome
      }
    | undefined
  let underWay: Promise<unknown> | undefined
  const bell = alarm(() => runner.wake())

  const isDue = (task: Task | undefined, by: number): task is Task =>
    task !== undefined && task.due <= by
  const nextTask = () => firstTask(world.in(tasks))
  const nextPerformed = () => world.in(tasks).first('performed')

  function perform(task: Task, fired?: Fired[]): void {
    try {
      const { events } = world.transaction(() => {
        world.in(tasks).delete(String(task.id))
        deps.perform(world, task)
      }, task.due)
      if (fired && events.length === 0) fired.push({ kind: 'task', at: task.due, task })
      for (const event of events) fired?.push({ kind: 'event', at: event.at, event })
    } catch (error) {
      if (error instanceof Refusal && error.code === 'writes-refused') throw error
      const reason = error instanceof Error ? error.message : String(error)
      deps.report(`task ${task.kind} of world ${world.name} failed and was dropped: ${reason}`)
      world.transaction(() => world.in(tasks).delete(String(task.id)), task.due)
      fired?.push({ kind: 'task', at: task.due, task, error: reason })
    }
  }

  async function attempt(task: Task, fired?: Fired[]): Promise<void> {
    const { epoch } = world
    const delivery = world.in(callbacks).get(task.data.callback ?? '')
    if (delivery && (made?.epoch !== epoch || made.task !== task.id))
      made = { epoch, task: task.id, at: world.now, outcome: await deps.attempt(world, delivery) }
    if (world.epoch !== epoch || stopped) return
    const { result: after } = world.transaction(() => {
      world.in(tasks).delete(String(task.id))
      return (
        delivery &&
        made &&
        recordAttempt(
          world,
          delivery.id,
          { at: made.at, ...made.outcome },
          deps.schedule(world, delivery.provider),
        )
      )
    })
    if (after && made) fired?.push({ kind: 'callback', at: made.at, delivery: after })
  }

  /** Makes the attempts that are due, one after the other: callbacks arrive in the order they were queued. */
  async function deliverDue(): Promise<void> {
    for (;;) {
      const task = world.in(tasks).first('deliveries')
      if (stopped || !isDue(task, world.now)) return
      await attempt(task)
    }
  }

  /** The one round of attempts that is under way, begun where none is. */
  function delivered(): Promise<void> {
    delivering ??= deliverDue().finally(() => {
      delivering = undefined
    })
    return delivering
  }

  function arm(): void {
    const next = nextTask()
    bell.set(next && !stopped ? wallUntil(world.clock, wallNow(), next.due) : undefined)
  }

  /** What could not be kept is tried again in a second, not at once. */
  function trouble(error: unknown): void {
    deps.report(`world ${world.name}: ${error instanceof Error ? error.message : String(error)}`)
    bell.set(1000)
  }

  const runner: Runner = {
    get advancing() {
      return advancing
    },
    catchUp() {
      if (advancing) return
      for (let task = nextPerformed(); isDue(task, world.now); task = nextPerformed()) perform(task)
    },
    nudge() {
      nudged = true
    },
    get nudged() {
      return nudged
    },
    wake() {
      if (stopped || advancing) return
      nudged = false
      try {
        runner.catchUp()
        if (isDue(world.in(tasks).first('deliveries'), world.now)) delivered().then(arm, trouble)
        else arm()
      } catch (error) {
        trouble(error)
      }
    },
    async advance(to, limits = {}) {
      if (advancing) throw new Refusal('busy', 'the clock is being advanced: wait for that to end')
      const run = advanceTo(to, limits)
      underWay = run.catch(() => {})
      return run
    },
    async idle() {
      await underWay
      while (delivering) await delivering.catch(() => {})
    },
    stop() {
      stopped = true
      bell.set(undefined)
    },
  }

  async function advanceTo(to: number, limits: AdvanceLimits): Promise<Advance> {
    const from = world.now
    checkInstant(to)
    if (to < from)
      throw new Refusal(
        'invalid-request',
        'time only moves forward: the clock is already past that instant',
      )
    advancing = true
    const began = wallNow()
    const { epoch } = world
    const fired: Fired[] = []
    let at = from
    let reason: string | undefined
    try {
      world.hold(from)
      // What is due already is seen to first and not told: else the answer would depend on how far a receiver has come.
      await delivered()
      let turn = wallNow()
      for (let task = nextTask(); isDue(task, to) && world.epoch === epoch; task = nextTask()) {
        if (fired.length >= (limits.maxEvents ?? Number.POSITIVE_INFINITY))
          reason = `maxEvents ${limits.maxEvents} reached`
        else if (wallNow() - began > (limits.maxWall ?? Number.POSITIVE_INFINITY))
          reason = `maxWall ${limits.maxWall} ms reached`
        else if (stopped) reason = 'the simulator is stopping'
        if (reason) break
        at = Math.max(at, task.due)
        world.hold(at)
        if (task.kind === DELIVER) await attempt(task, fired)
        else perform(task, fired)
        if (wallNow() - turn > TURN) {
          await breathe()
          turn = wallNow()
        }
      }
      if (world.epoch !== epoch)
        return {
          from,
          to: world.now,
          fired,
          stopped: { at, reason: 'the world was replaced meanwhile' },
        }
      if (!reason) at = to
      world.hold(at)
      world.transaction(() => world.setClock(setTo(world.clock, wallNow(), at)))
      return { from, to: at, fired, ...(reason ? { stopped: { at, reason } } : {}) }
    } finally {
      world.hold(undefined)
      advancing = false
      runner.wake()
    }
  }
  return runner
}
