// A world with what runs it and what remembers it.
import type { Simulator } from '../simulators/simulator.ts'
import { bundleTasks } from '../state/bundles.ts'
import {
  type Callback,
  callbacks,
  isTaken,
  type UnsentCallback,
  unsentCallbacks,
} from '../state/callbacks.ts'
import type { Change, Records } from '../state/collection.ts'
import { replyDue } from '../state/faults.ts'
import { reasonOf } from '../state/reason.ts'
import { Refusal } from '../state/refusal.ts'
import { type Task, tasks } from '../state/task-queue.ts'
import type { TaskDef } from '../state/tasks.ts'
import { openWorld, type World } from '../state/world.ts'
import { type Store, StoreError } from '../stores/store.ts'
import { type AttemptOptions, type Attempts, openAttempts } from './attempt.ts'
import { tellOfOverflow } from './callback-overflow.ts'
import { type Commands, openCommands } from './commands.ts'
import { add, type Counts, openCounts } from './counts.ts'
import { type DelayedReplies, openDelayedReplies } from './delayed-replies.ts'
import { disturbed } from './faults/callback-faults.ts'
import { type Feed, openFeed } from './feed.ts'
import { type Journal, type KeptExchange, openJournal } from './journal.ts'
import { exchangeNews, newsOf } from './news.ts'
import type { Redactor } from './redaction/redactor.ts'
import { keptOf, whenSure } from './replicas/sure.ts'
import { openRunner, type Runner } from './runner.ts'
import { openWorldHistory, type WorldHistory } from './steps.ts'
import { wallNow } from './ticker.ts'
import { openTimeKeeper, type TimeKeeper } from './time-kept.ts'
import type { CallbackCheck } from './webhooks.ts'

export interface HostedWorld {
  readonly world: World
  readonly runner: Runner
  readonly journal: Journal
  /** The calls of the control API that were to change it. */
  readonly commands: Commands
  /** What happens in it, for who listens. */
  readonly feed: Feed
  /** Replies that wait for the world's clock. */
  readonly delays: DelayedReplies
  readonly history: WorldHistory
  /** Awaited before anything leaves that shows the world's time. */
  readonly timeKept: TimeKeeper['kept']
  /**
   * Resolves when all that was committed so far may be told of; `undefined` when it may already, as
   * it mostly does. Rejects when it cannot be kept, or another replica has the world.
   */
  readonly kept: () => Promise<void> | undefined
}

export interface HostOptions extends AttemptOptions {
  readonly simulators: readonly Simulator[]
  readonly store: Store
  readonly report: (sentence: string) => void
  readonly redactor: Redactor
  /**
   * Holds callbacks to the specs when they are queued; absent where they are
   * not checked.
   */
  readonly callbackCheck?: CallbackCheck
  /** Told of each exchange as it is written down, its secrets in it. It may not take long. */
  readonly onExchange?: (world: World, exchange: KeptExchange) => void
}

/** What all worlds of a server share. */
export interface Host extends HostOptions {
  readonly bySlug: ReadonlyMap<string, Simulator>
  /** Kinds of tasks, by name. */
  readonly taskKinds: ReadonlyMap<string, TaskDef>
  readonly attempts: Attempts
  readonly counts: Counts
}

export function openHost(options: HostOptions): Host {
  const { simulators } = options
  const bySlug = new Map(simulators.map((simulator) => [simulator.slug, simulator]))
  const kinds = [...bundleTasks, replyDue, ...simulators.flatMap((each) => each.tasks ?? [])]
  const counts = openCounts()
  return {
    ...options,
    bySlug,
    taskKinds: new Map(kinds.map((task) => [task.kind, task])),
    attempts: counted(openAttempts(bySlug, options), counts),
    counts,
    onExchange(world, exchange) {
      counts.exchanges += 1
      options.onExchange?.(world, exchange)
    },
  }
}

/**
 * Opens a world over its records and attaches it to its store; its runner sleeps until it is woken.
 * @param onCommit told of what each transaction changed, once the store has it
 * @throws Error where the records are those of no world
 * @throws StoreError where they are those of another
 */
export function hostWorld(
  name: string,
  records: Records,
  host: Host,
  onCommit: (hosted: HostedWorld, changes: readonly Change[]) => void,
): HostedWorld {
  const { store, attempts, report, redactor } = host
  const tellIfTooMany = tellOfOverflow(report)
  const feed = openFeed(report)
  const history = openWorldHistory(store.stepsOf?.(name))
  const world = openWorld(records, {
    wall: wallNow,
    react: (event, on) => host.bySlug.get(event.provider)?.react?.(event, on),
    beforeCommit(on, changes) {
      checkWritable(store, on)
      if (host.callbackCheck) checkCallbacks(changes, host.callbackCheck)
    },
    keep: (on, changes) => keep(host, on, changes),
    committed(on, changes) {
      const step = history.note(changes, on.now)
      if (step) store.noteStep?.(name, step)
      if (changes.some(({ collection }) => collection === tasks.name)) runner.nudge()
      timeKeeper.follow(changes)
      tellIfTooMany(on, changes)
      onCommit(hosted, changes)
      feed.tell(() => newsOf(on.now, changes))
      // Last: what goes on then commits, too.
      delays.follow(changes)
    },
  })
  // A copied file would write over the world it was copied from.
  if (world.name !== name)
    throw new StoreError(`it holds the records of the world "${world.name}": it was left as it is`)
  const runner = openRunner(world, {
    perform: (on, task) => perform(host, on, task),
    disturb(on, callback, task) {
      const simulator = host.bySlug.get(callback.provider)
      return simulator ? disturbed(callback, task, { world: on, simulator }) : callback
    },
    async attempt(on, callback, signal, patience) {
      // A callback tells of nothing that a kill could undo.
      await timeKeeper.kept()
      await store.logged(name)?.catch(() => {})
      if (store.leases) await whenSure(store.leases, signal)
      return attempts.make(on, callback, signal, patience)
    },
    attempted: (callback) => countEnded(host.counts, callback),
    schedule: (on, slug) => host.bySlug.get(slug)?.callbacks?.schedule(on) ?? [],
    advanced(on, advance) {
      const { mode, rate } = on.clock
      feed.tell(() => [{ type: 'clock', at: on.now, mode, rate, advance }])
    },
    report,
    history,
  })
  const delays = openDelayedReplies(world, () => runner, report)
  const timeKeeper = openTimeKeeper(world, store)
  const timeKept = () => timeKeeper.kept()
  const journal = openJournal(redactor, (exchange) => {
    feed.tell(() => [exchangeNews(exchange)])
    host.onExchange?.(world, exchange)
  })
  const commands = openCommands(redactor)
  const own = { journal, commands, delays, history, feed, timeKept, kept: keptOf(store, world) }
  const hosted: HostedWorld = { world, runner, ...own }
  store.attach(
    name,
    () => world.records,
    () => world.view(),
  )
  return hosted
}

/** Does what has come due, a provider's with its own random stream. */
function perform({ taskKinds }: Host, world: World, { kind, data }: Task): void {
  const task = taskKinds.get(kind)
  if (!task) throw new Error('nobody performs this kind of task')
  if (task.provider === undefined) task.perform(world, data)
  else world.withStream(task.provider, () => task.perform(world, data))
}

/** Attempts that are counted, each by what became of it. */
function counted({ make, prepare }: Attempts, counts: Counts): Attempts {
  return {
    prepare,
    async make(world, callback, signal, patience) {
      const outcomes = await make(world, callback, signal, patience)
      const { attempts, faults } = counts.of(callback.provider)
      for (const outcome of outcomes) {
        attempts[isTaken(outcome) ? 'taken' : 'failed'] += 1
        for (const kind of outcome.faults ?? []) add(faults, kind)
      }
      return outcomes
    },
  }
}

/** Counts a callback that nothing more comes of. */
function countEnded(counts: Counts, { provider, state }: Callback): void {
  if (state === 'delivered' || state === 'dead') counts.of(provider).callbacks[state] += 1
}

/** @throws Refusal `writes-refused` where the changes cannot be kept */
function keep({ store, counts }: Host, { name }: World, changes: readonly Change[]): void {
  try {
    store.commit(name, changes)
    counts.commits += 1
  } catch (error) {
    counts.commitsRefused += 1
    throw new Refusal('writes-refused', reasonOf(error))
  }
}

/** @throws Refusal `writes-refused` where nothing can be kept */
export function checkWritable(store: Store, { name }: World): void {
  const failure = store.failure(name)
  if (failure) throw new Refusal('writes-refused', failure.message)
}

/**
 * Holds what a transaction queued to its spec.
 * @throws Refusal `reply-violates-spec`
 */
function checkCallbacks(changes: Iterable<Change>, check: CallbackCheck): void {
  for (const { collection, before, after } of changes) {
    if (before !== undefined || after === undefined) continue
    if (collection !== callbacks.name && collection !== unsentCallbacks.name) continue

    const { provider, type, body } = after as Callback | UnsentCallback
    const problems = body === undefined ? [] : check({ provider, type, body })
    if (problems.length > 0)
      throw new Refusal(
        'reply-violates-spec',
        `the callback ${type} of ${provider} would break the spec: ${problems.join('; ')}`,
      )
  }
}
