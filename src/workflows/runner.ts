// Runs the workflows of files, each case apart from all others, several at a time.
import { unknownName } from '../server/nearest.ts'
import { packageVersion } from '../server/server.ts'
import { wallNow } from '../server/ticker.ts'
import { grouped } from '../state/collection.ts'
import { defined } from '../state/defined.ts'
import { openRandom } from '../state/random.ts'
import { reasonOf } from '../state/reason.ts'
import { LONGEST_ANSWER } from './budget.ts'
import { type ComingStep, WorkflowRun } from './engine.ts'
import { InputsError } from './inputs.ts'
import { keptValue } from './kept.ts'
import { lacking } from './needs.ts'
import type { Program, ReadWorkflow } from './program.ts'
import type { CaseResult, Outcome, RunResult, StepResult } from './result.ts'
import type { DoneCase, Finding } from './seen-exchange.ts'
import { openSender, type Sender, type SentRequest } from './send.ts'
import type { Deliveries, Session, Target } from './session.ts'
import { secretsNamed, toldCase, toldSteps } from './told.ts'

export interface RunOptions {
  /** How many cases run at a time. */
  readonly jobs: number
  readonly seed: string
  /** Draws the order in which cases begin; as they stand unless given. */
  readonly shuffle?: string | undefined
  /**
   * Keeps the world of a case that failed; returns where it is kept, `undefined` where it is not.
   * @throws Error where it cannot be kept
   */
  readonly keepState?: (state: object, planned: PlannedCase) => string | undefined
  /** Wall ms that an answer may take. */
  readonly timeout?: number
  /** Looks at a case whose steps are done, while its world is still there. */
  readonly inspect?: (done: DoneCase) => Promise<readonly Finding[]>
  /** Breaks the run off: what is under way ends as failed, what has not begun as skipped. */
  readonly signal?: AbortSignal
  /** Told of each case as it is done. */
  readonly onCase?: (result: CaseResult, planned: PlannedCase) => void
  /** Told of each case as it begins. */
  readonly onStart?: (planned: PlannedCase) => void
  /** Told of each case once it has a world, before its first step. */
  readonly onWorld?: (progress: CaseProgress, planned: PlannedCase) => void
  /** Waited for before each step is made: for as long as that takes nothing is sent. */
  readonly beforeStep?: (step: ComingStep, planned: PlannedCase) => Promise<void>
  /** Told of each step that was made, in the order of the results, and what it came to. */
  readonly afterStep?: (step: ComingStep, outcome: Outcome, planned: PlannedCase) => void
  /**
   * Hosts with their ports that change from run to run, and what results call them: so that the same
   * run gives the same result.
   */
  readonly addresses?: Readonly<Record<string, string>>
}

/** A case under way. */
export interface CaseProgress {
  /** The world it is run in, where the target has such. */
  readonly world: string | undefined
  /** The steps made so far, in the order in which they ended: without what is known to be secret by now. */
  steps(): readonly StepResult[]
}

/** One run to be made of a workflow. */
export interface PlannedCase {
  /** What it is called, the same in every run; no other case of the run is called so. */
  readonly title: string
  readonly program: Program
  readonly workflow: ReadWorkflow
  /** Absent where the workflow has no cases. */
  readonly name: string | undefined
  readonly inputs: Readonly<Record<string, unknown>>
}

/** Which workflows are run, and with which inputs. */
export interface Choice {
  /** Only workflows whose ids these are. */
  readonly only?: readonly string[]
  /** Only workflows that have one of these tags. */
  readonly tags?: readonly string[]
  /** Inputs of every workflow that knows them, over those of its cases. */
  readonly inputs?: Readonly<Record<string, unknown>>
  /** The same as texts, as on a command line: the schema of a workflow says what each stands for. */
  readonly texts?: Readonly<Record<string, string>>
  /** Inputs of single cases by their titles, over all others. */
  readonly ofCase?: ((title: string) => Values) | undefined
}

type Values = Readonly<Record<string, unknown>>

/** What the runner gives every workflow that knows it: the URL of a receiver of callbacks. */
const RECEIVER = 'receiver'

/**
 * What would be run: by file, then as it stands there, so that the order in which files are named
 * does not matter. Workflows that others call are not run by themselves.
 * @throws InputsError for workflows, tags or inputs that nobody knows, and inputs that are missing or
 * not as they should be
 */
export function planned(programs: readonly Program[], choice: Choice): PlannedCase[] {
  const { only = [], tags = [], inputs = {}, texts = {}, ofCase = () => ({}) } = choice
  const inOrder = programs.toSorted((a, b) => compareText(fileOf(a), fileOf(b)))
  const all = inOrder.flatMap((program) => [...program.workflows.values()])
  checkChoice(only, tags, all)
  const workflows = all.filter(({ extension, id, isCalled }) => {
    const isAsked = only.length > 0 ? only.includes(id) : !isCalled
    return (
      isAsked && (tags.length === 0 || (extension.tags ?? []).some((tag) => tags.includes(tag)))
    )
  })
  checkNames([...Object.keys(inputs), ...Object.keys(texts)], workflows)
  const cases = workflows.flatMap((workflow) => {
    const { extension, program } = workflow
    const own = extension.cases ?? [{ name: undefined, inputs: {} }]
    const given = knownOf(workflow, { inputs, texts })
    return own.map((each) => ({
      program,
      workflow,
      name: each.name,
      inputs: { ...each.inputs, ...given },
    }))
  })
  const alike = grouped(cases, (each) => titleOf(each))
  const titled = cases.map((each) => {
    const title = titleOf(each)
    const isAlone = alike.get(title)?.length === 1
    const whole = isAlone ? title : titleOf(each, true)
    return { ...each, title: whole, inputs: { ...each.inputs, ...ofCase(whole) } }
  })
  const problems = titled.flatMap((each) =>
    problemsOf(each).map((problem) => `${each.title}: ${problem}`),
  )
  if (problems.length > 0) throw new InputsError(problems.join('\n'))
  return titled
}

const fileOf = ({ document }: Program) => document.file

const compareText = (a: string, b: string) => Number(a > b) - Number(a < b)

/** @param hasFolder where files in several folders have one name */
function titleOf({ program, workflow, name }: Omit<PlannedCase, 'title'>, hasFolder = false) {
  const parts = fileOf(program)
    .replace(/\.arazzo\.(ya?ml|json)$/, '')
    .split(/[\\/]+/)
  const file = hasFolder ? parts.join('.') : parts.at(-1)
  return [file, workflow.id, name].filter((part) => part !== undefined).join('.')
}

/** @throws InputsError for a workflow or a tag that there is not */
function checkChoice(
  only: readonly string[],
  tags: readonly string[],
  workflows: readonly ReadWorkflow[],
): void {
  const ids = new Set(workflows.map(({ id }) => id))
  const known = new Set(workflows.flatMap(({ extension }) => extension.tags ?? []))
  const id = only.find((each) => !ids.has(each))
  if (id !== undefined) throw new InputsError(unknownName('no workflow', id, ids))
  const tag = tags.find((each) => !known.has(each))
  if (tag !== undefined) throw new InputsError(unknownName('no tag', tag, known))
}

/** @throws InputsError for a name that no workflow knows */
function checkNames(names: readonly string[], workflows: readonly ReadWorkflow[]): void {
  if (workflows.length === 0 || workflows.some(({ inputs }) => inputs.isOpen)) return
  const known = new Set(workflows.flatMap(namesOf))
  const unknown = names.find((name) => !known.has(name))
  if (unknown !== undefined) throw new InputsError(unknownName('no input', unknown, known))
}

function namesOf({ inputs, extension }: ReadWorkflow): string[] {
  const ofCases = (extension.cases ?? []).flatMap((each) => Object.keys(each.inputs ?? {}))
  return [...inputs.properties.keys(), ...ofCases]
}

/** Those inputs that a workflow knows, texts as its schema has them. */
function knownOf(
  workflow: ReadWorkflow,
  { inputs, texts }: Required<Pick<Choice, 'inputs' | 'texts'>>,
): Readonly<Record<string, unknown>> {
  const known = new Set(namesOf(workflow))
  const typed = Object.entries(texts).map(([name, text]) => [
    name,
    workflow.inputs.typed(name, text),
  ])
  const all = [...Object.entries(inputs), ...typed] as [string, unknown][]
  return Object.fromEntries(all.filter(([name]) => workflow.inputs.isOpen || known.has(name)))
}

/** What keeps a case from being run with the inputs it has. */
function problemsOf({ workflow, inputs }: PlannedCase): string[] {
  const given = withReceiver(workflow, inputs, 'http://127.0.0.1')
  return workflow.inputs
    .complete(given)
    .problems.map((problem) =>
      problem.endsWith('is missing')
        ? `${problem}: give it with --input or in x-esimulator.cases`
        : problem,
    )
}

/** Inputs with the URL of a receiver, where the workflow knows that and was given none. */
export function withReceiver(
  { inputs: known }: ReadWorkflow,
  inputs: Readonly<Record<string, unknown>>,
  url: string,
): Readonly<Record<string, unknown>> {
  return known.properties.has(RECEIVER) ? { [RECEIVER]: url, ...inputs } : inputs
}

/** Runs what is planned against a target. */
export async function runCases(
  cases: readonly PlannedCase[],
  target: Target,
  options: RunOptions,
): Promise<RunResult> {
  const startedAt = new Date(wallNow()).toISOString()
  const began = wallNow()
  const results: CaseResult[] = new Array(cases.length)
  const order = orderOf(cases.length, options.shuffle)
  let next = 0
  const work = async () => {
    for (let turn = next++; turn < cases.length; turn = next++) {
      const at = order[turn] as number
      const each = cases[at] as PlannedCase
      options.onStart?.(each)
      const result = await runCase(each, target, options)
      results[at] = result
      options.onCase?.(result, each)
    }
  }
  const jobs = Math.min(Math.max(options.jobs, 1), cases.length)
  const workers = Array.from({ length: jobs }, () =>
    work().catch((error: unknown) => {
      // Whoever is told of cases threw: nothing more is begun, and what is under way ends first.
      next = cases.length
      throw error
    }),
  )
  const ended = await Promise.allSettled(workers)
  for (const each of ended) if (each.status === 'rejected') throw each.reason
  const isFailed = results.some(({ outcome }) => outcome === 'failed')
  const outcome: Outcome = isFailed ? 'failed' : 'passed'
  return defined({
    format: 1 as const,
    version: await packageVersion(),
    outcome,
    target: target.name,
    notes: target.notes,
    seed: options.seed,
    shuffle: options.shuffle,
    startedAt,
    duration: Math.round(wallNow() - began),
    cases: results,
  })
}

/** The places of cases in the order in which they begin: the same for the same text. */
function orderOf(count: number, shuffle: string | undefined): number[] {
  const order = Array.from({ length: count }, (_, at) => at)
  if (shuffle === undefined) return order
  const random = openRandom(shuffle)
  for (let at = count - 1; at > 0; at -= 1) {
    const other = random.integer(0, at)
    const moved = order[at] as number
    order[at] = order[other] as number
    order[other] = moved
  }
  return order
}

async function runCase(
  planned: PlannedCase,
  target: Target,
  options: RunOptions,
): Promise<CaseResult> {
  const { timeout = LONGEST_ANSWER, signal, addresses = {} } = options
  const began = wallNow()
  const about = aboutCase(planned)
  const told = ({ secrets, ...came }: Came): CaseResult => {
    const raw = defined({ ...about, ...came, duration: Math.round(wallNow() - began) })
    return toldCase(raw, { secrets, addresses })
  }
  const skipped = target.skips?.(planned.workflow, planned.title)
  if (skipped !== undefined) return told(unmade('skipped', skipped))
  if (signal?.aborted) return told(unmade('skipped', `not begun: ${reasonOf(signal.reason)}`))
  const lacks = lacking(planned.workflow, planned.inputs)
  if (lacks !== undefined) return told(unmade('skipped', lacks))
  let session: Session
  try {
    const sources = [...planned.program.sources.values()]
    session = await target.open(planned.title, planned.workflow.extension, sources)
  } catch (error) {
    return told(unmade('failed', `there is no world for it: ${reasonOf(error)}`))
  }
  const came = await ran(
    planned,
    { target, session },
    openSender(timeout, { stop: signal, ca: target.ca }),
    options,
  )
  try {
    await session.close()
  } catch (error) {
    const reason = `its world could not be removed: ${reasonOf(error)}`
    return told({
      ...came,
      reason: came.reason === undefined ? reason : `${came.reason}; ${reason}`,
    })
  }
  return told(came)
}

/** What is known of a case before it is run. */
function aboutCase({ program, workflow, name, inputs }: PlannedCase) {
  const { file, place } = program.document
  const { values } = workflow.inputs.complete(inputs)
  return {
    file,
    workflow: workflow.id,
    case: name,
    summary: workflow.summary,
    tags: workflow.extension.tags,
    place: place([...workflow.path, 'workflowId']),
    inputs: keptValues(values),
  }
}

function keptValues(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(values).map(([name, value]) => [name, keptValue(value)])
  return Object.fromEntries(kept)
}

/** What a case came to. */
interface Came extends Deliveries {
  readonly outcome: Outcome
  readonly reason: string | undefined
  readonly world: string | undefined
  readonly outputs: Readonly<Record<string, unknown>>
  readonly steps: readonly StepResult[]
  readonly secrets: readonly string[]
  readonly findings: readonly Finding[] | undefined
  readonly state: string | undefined
}

const NOTHING_LEFT: Deliveries = { callbacks: [], moreCallbacks: undefined }

const NOTHING_FOUND = { findings: undefined, state: undefined, ...NOTHING_LEFT }

/** Of a case without a step. */
function unmade(outcome: Outcome, reason: string): Came {
  const nothing = { outputs: {}, steps: [], secrets: [], ...NOTHING_FOUND }
  return { outcome, reason, world: undefined, ...nothing }
}

async function ran(
  planned: PlannedCase,
  { target, session }: { readonly target: Target; readonly session: Session },
  sender: Sender,
  options: RunOptions,
): Promise<Came> {
  const { signal: stop, inspect, keepState } = options
  const { workflow, inputs } = planned
  const run = watchedRun(planned, session, sender, options)
  const end = await run.run(workflow, inputs).catch((error: unknown) => {
    return { outcome: 'failed' as const, outputs: {}, reason: reasonOf(error) }
  })
  const problems: string[] = []
  const after = async (what: string, act: () => Promise<void>) => {
    if (stop?.aborted) return
    await act().catch((error: unknown) => problems.push(`${what}: ${reasonOf(error)}`))
  }
  const point = await session.point?.().catch(() => undefined)
  if (target.isReal)
    await after('it was not cleaned up', () => cleanedUp(run, workflow, end.outputs))
  // Who breaks a run off does not wait; a world that is gone has nothing to tell.
  const left = stop?.aborted ? NOTHING_LEFT : await session.deliveries().catch(() => NOTHING_LEFT)
  let findings: readonly Finding[] | undefined
  if (inspect)
    await after('it could not be checked', async () => {
      const exchanged = await doneExchanges(run, session, sender)
      findings = await inspect({ ...aboutDone(planned), left: left.callbacks, ...exchanged })
    })
  sender.close()
  const isFound = findings?.some(({ severity }) => severity === 'failure') === true
  const hasFailed = end.outcome === 'failed' || problems.length > 0 || isFound
  let state: string | undefined
  if (hasFailed && keepState && point !== undefined)
    await after('its state could not be kept', async () => {
      const kept = await session.stateAt?.(point, calledLast(run, end.outcome, findings))
      state = kept && keepState(kept, planned)
    })
  const reasons = end.reason === undefined ? problems : [end.reason, ...problems]
  return {
    ...left,
    findings,
    state,
    outcome: hasFailed ? 'failed' : end.outcome,
    reason: reasons.length > 0 ? reasons.join('; ') : undefined,
    world: session.world,
    outputs: keptValues(end.outputs),
    steps: run.results,
    secrets: [...session.secrets(), ...run.secrets],
  }
}

/** A run of a case, told of to who looks on. */
function watchedRun(
  planned: PlannedCase,
  session: Session,
  sender: Sender,
  { signal: stop, onWorld, beforeStep, afterStep, addresses = {} }: RunOptions,
): WorkflowRun {
  const run = new WorkflowRun(session, sender, {
    stop,
    beforeStep: beforeStep && ((step) => beforeStep(step, planned)),
    afterStep: afterStep && ((step, outcome) => afterStep(step, outcome, planned)),
  })
  const named = secretsNamed({ inputs: planned.inputs, outputs: {} })
  const steps = () => {
    const secrets = [...session.secrets(), ...run.secrets, ...named]
    return toldSteps(run.results, { secrets, addresses })
  }
  onWorld?.({ world: session.world, steps }, planned)
  return run
}

/** The call that failed, where nothing was called after it: what it changed is not to be kept. */
function calledLast(
  { exchanges, results }: WorkflowRun,
  outcome: Outcome,
  findings: readonly Finding[] | undefined,
): SentRequest | undefined {
  const last = exchanges.at(-1)
  const isStep = outcome === 'failed' && last?.attempt === results.length - 1
  const isFound = findings?.some(
    ({ severity, attempt, request }) =>
      severity === 'failure' && request === undefined && attempt === last?.attempt,
  )
  return isStep || isFound ? last?.request : undefined
}

/** Undoes what a workflow did, whatever came of it. */
async function cleanedUp(
  run: WorkflowRun,
  { program, extension: { cleanup = [] } }: ReadWorkflow,
  outputs: Readonly<Record<string, unknown>>,
): Promise<void> {
  for (const id of cleanup) {
    const workflow = program.workflows.get(id)
    const end = workflow && (await run.run(workflow, outputs))
    if (end?.outcome === 'failed') throw new Error(`"${id}" failed`)
  }
}

function aboutDone({ program, workflow, name }: PlannedCase) {
  return {
    key: defined({ file: fileOf(program), workflow: workflow.id, case: name }),
    proves: workflow.extension.proves ?? [],
    sources: [...program.sources.values()],
  }
}

async function doneExchanges(
  { exchanges }: WorkflowRun,
  session: Session,
  sender: Sender,
): Promise<Pick<DoneCase, 'world' | 'exchanges' | 'callbacks' | 'send'>> {
  const faulted = (await session.faulted?.(exchanges)) ?? new Set()
  return {
    world: session.world,
    exchanges: exchanges.filter((each) => !faulted.has(each)),
    callbacks: async () => (await session.received?.()) ?? [],
    async send(request, operation) {
      if (session.forbids?.(request, operation) !== undefined) return undefined
      await session.pace?.()
      return await sender.send(request)
    },
  }
}
