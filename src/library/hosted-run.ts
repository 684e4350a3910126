// One run of a workflow against the simulator that hosts it: its steps as they become, pauses, and its end.
import type {
  WorkflowRunRow,
  WorkflowRunShown,
  WorkflowStepShown,
} from '../control/workflow-runs.ts'
import type { WorkflowNews } from '../server/news.ts'
import { pause, wallNow } from '../server/ticker.ts'
import { defined } from '../state/defined.ts'
import { reasonOf } from '../state/reason.ts'
import { Refusal } from '../state/refusal.ts'
import type { ComingStep } from '../workflows/engine.ts'
import type {
  CaseResult,
  ExchangeResult,
  Outcome,
  RunResult,
  StepResult,
} from '../workflows/result.ts'
import type { CaseProgress, PlannedCase, RunOptions } from '../workflows/runner.ts'

/** What a run tells as it goes on. */
export type RunNews = Pick<WorkflowNews, 'state' | 'step' | 'stepState'>

/** How a run begins. */
export interface HostedRunOptions {
  readonly id: string
  /** What its file is called. */
  readonly file: string
  readonly planned: PlannedCase
  /** Whether it waits before each step. */
  readonly isPausing: boolean
  readonly tell: (news: RunNews) => void
}

/** What looks on while the workflow is run, and may break it off. */
type Watched = Required<Pick<RunOptions, 'signal' | 'onWorld' | 'beforeStep' | 'afterStep'>>

/** A step that has begun. */
interface Row {
  readonly step: ComingStep
  state: WorkflowStepShown['state']
  /** Which of the results tells of it, once it was made. */
  result?: number
}

/** Wall ms that a caller waits for the next step. */
const LONGEST_STEP = 10_000

/** A class, since its methods work on the same few things. */
export class HostedRun {
  readonly id: string
  readonly #options: HostedRunOptions
  readonly #startedAt = new Date(wallNow()).toISOString()
  readonly #stop = new AbortController()
  readonly #rows: Row[] = []
  /** Called when it pauses again, or has ended. */
  readonly #waiting = new Set<() => void>()
  #state: WorkflowRunRow['state'] = 'running'
  #isPausing: boolean
  #made = 0
  #progress: CaseProgress | undefined
  #result: RunResult | undefined
  #says: string | undefined
  #endedAt: string | undefined
  /** Lets it go on where it is paused; also to its end, where it is stopped. */
  #goOn: (() => void) | undefined
  #done: Promise<void> = Promise.resolve()

  constructor(options: HostedRunOptions) {
    this.id = options.id
    this.#options = options
    this.#isPausing = options.isPausing
  }

  /** The world it is run in, once that is there. */
  get world(): string | undefined {
    return this.#progress?.world
  }

  get isOver(): boolean {
    return this.#endedAt !== undefined
  }

  /** Begins. @param run runs the workflow, watched so */
  begin(run: (watched: Watched) => Promise<RunResult>): void {
    this.#options.tell({ state: 'running' })
    const watched: Watched = {
      signal: this.#stop.signal,
      onWorld: (progress) => {
        this.#progress = progress
      },
      beforeStep: (step) => this.#before(step),
      afterStep: (step, outcome) => this.#after(step, outcome),
    }
    this.#done = run(watched).then(
      (result) => this.#end(result, undefined),
      (error: unknown) => this.#end(undefined, reasonOf(error)),
    )
  }

  row(): WorkflowRunRow {
    const { file, planned } = this.#options
    const paused = this.#state === 'paused' ? this.#rows.at(-1)?.step.id : undefined
    return defined({
      id: this.id,
      file,
      workflow: planned.workflow.id,
      case: planned.name,
      summary: planned.workflow.summary,
      world: this.world,
      state: this.#state,
      says: this.#says,
      startedAt: this.#startedAt,
      endedAt: this.#endedAt,
      nextStep: paused,
    })
  }

  shown(): WorkflowRunShown {
    const result = this.#case
    const told = result?.steps ?? this.#progress?.steps() ?? []
    const steps = this.#rows.map((row) => stepShown(row, told))
    return defined({ ...this.row(), steps, result: result && withoutSteps(result) })
  }

  /** @throws Refusal `wrong-state` where it has not ended, or never began */
  get result(): RunResult {
    if (this.#result) return this.#result
    const how = this.isOver
      ? `it came to nothing: ${this.#says}`
      : `it is ${this.#state}: let it end`
    throw new Refusal('wrong-state', `there is no report of ${this.id}: ${how}`)
  }

  /** Makes one step; resolves when it is made, or takes long. @throws Refusal `wrong-state` */
  async next(): Promise<void> {
    this.#letGo()
    await this.settled()
  }

  /** Resolves when it is paused or has ended, or that takes long. */
  async settled(): Promise<void> {
    if (this.isOver || this.#goOn) return
    const late = new AbortController()
    const settled = new Promise<void>((resolve) => this.#waiting.add(resolve))
    await Promise.race([settled, pause(LONGEST_STEP, late.signal)])
    late.abort()
  }

  /** Lets it go on to its end. @throws Refusal `wrong-state` */
  continue(): void {
    this.#isPausing = false
    this.#letGo()
  }

  /** Breaks it off; resolves when nothing of it goes on. */
  async stop(why: string): Promise<void> {
    this.#stop.abort(new Error(why))
    this.#goOn?.()
    await this.#done
  }

  get #case(): CaseResult | undefined {
    return this.#result?.cases[0]
  }

  #letGo(): void {
    const goOn = this.#goOn
    if (!goOn) {
      const how = this.isOver ? 'start it again' : 'start it with "pause": "each-step"'
      throw new Refusal('wrong-state', `${this.id} is not paused, it is ${this.#state}: ${how}`)
    }
    this.#goOn = undefined
    // It goes on in a later turn; who is answered now is told that it does.
    this.#state = 'running'
    const row = this.#rows.at(-1)
    if (row) row.state = 'running'
    goOn()
  }

  async #before(step: ComingStep): Promise<void> {
    const row: Row = { step, state: 'running' }
    this.#rows.push(row)
    if (this.#isPausing && !this.#stop.signal.aborted) {
      row.state = 'paused'
      this.#turn('paused', row)
      await this.#paused()
      if (this.#stop.signal.aborted) return
      row.state = 'running'
    }
    this.#turn('running', row)
  }

  #paused(): Promise<void> {
    return new Promise((resolve) => {
      this.#goOn = resolve
    })
  }

  #after({ number }: ComingStep, outcome: Outcome): void {
    const row = this.#rows[number]
    if (!row) return
    row.state = outcome === 'passed' ? 'passed' : 'failed'
    row.result = this.#made
    this.#made += 1
    this.#turn('running', row)
  }

  #turn(state: 'running' | 'paused', { step, state: stepState }: Row): void {
    this.#state = state
    this.#options.tell({ state, step: step.id, stepState })
    if (state === 'paused') this.#settle()
  }

  #end(result: RunResult | undefined, reason: string | undefined): void {
    this.#result = result && named(result, this.#options)
    const { outcome = 'failed', reason: why } = this.#case ?? {}
    const { signal } = this.#stop
    this.#says = signal.aborted ? reasonOf(signal.reason) : (reason ?? why)
    this.#state = signal.aborted ? 'stopped' : stateOf(outcome)
    this.#endedAt = new Date(wallNow()).toISOString()
    this.#goOn = undefined
    // What was not made any more.
    for (const row of this.#rows) if (row.result === undefined) row.state = 'failed'
    this.#options.tell({ state: this.#state })
    this.#settle()
  }

  #settle(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}

const stateOf = (outcome: Outcome) => (outcome === 'passed' ? 'passed' : 'failed')

/** A result in which the file is called as the user calls it, wherever it lies. */
function named(result: RunResult, { planned, file }: HostedRunOptions): RunResult {
  const path = planned.program.document.file
  const told = (key: string, value: unknown) => (key === 'file' && value === path ? file : value)
  return JSON.parse(JSON.stringify(result, told)) as RunResult
}

function withoutSteps({ steps: _, ...result }: CaseResult): Omit<CaseResult, 'steps'> {
  return result
}

function stepShown(
  { step, state, result: at }: Row,
  told: readonly StepResult[],
): WorkflowStepShown {
  const { id, description, within, attempt } = step
  const made = at === undefined ? undefined : told[at]
  const failures = made?.failures.map(({ message }) => message) ?? []
  const says = [...failures, ...(made?.action === undefined ? [] : [made.action])]
  const isBrokenOff = made === undefined && state === 'failed'
  return defined({
    id,
    description: made?.description ?? description,
    within,
    attempt,
    state,
    says: isBrokenOff ? 'it was broken off' : says.join('; ') || undefined,
    duration: made?.duration,
    clock: made?.clock,
    exchange: made?.exchange && exchangeShown(made.exchange),
  })
}

function exchangeShown(exchange: ExchangeResult): NonNullable<WorkflowStepShown['exchange']> {
  const { operation, method, url, requestHeaders, requestBody, error } = exchange
  const { status, replyHeaders = {}, replyBody } = exchange
  const request = defined({ method, url, headers: requestHeaders, body: requestBody })
  const reply =
    status === undefined ? undefined : defined({ status, headers: replyHeaders, body: replyBody })
  return defined({ operation, request, reply, error })
}
