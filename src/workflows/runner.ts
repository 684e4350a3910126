// Runs the workflows of files, each case apart from all others, several at a time.
import { unknownName } from '../server/nearest.ts'
import { packageVersion } from '../server/server.ts'
import { wallNow } from '../server/ticker.ts'
import { defined } from '../state/defined.ts'
import { WorkflowRun } from './engine.ts'
import { InputsError } from './inputs.ts'
import { keptValue } from './kept.ts'
import type { Program, ReadWorkflow } from './program.ts'
import type { CaseResult, Outcome, RunResult, StepResult } from './result.ts'
import { openSender, type Sender } from './send.ts'
import type { Session, Target } from './session.ts'

export interface RunOptions {
  /** How many cases run at a time. */
  readonly jobs: number
  readonly seed: string
  /** Wall ms that an answer may take. */
  readonly timeout?: number
  /** Breaks the run off: what is under way ends as failed, what has not begun as skipped. */
  readonly signal?: AbortSignal
  /** Told of each case as it is done. */
  readonly onCase?: (result: CaseResult) => void
}

/** One run to be made of a workflow. */
export interface PlannedCase {
  readonly program: Program
  readonly workflow: ReadWorkflow
  /** Absent where the workflow has no cases. */
  readonly name: string | undefined
  readonly inputs: Readonly<Record<string, unknown>>
}

/** The longest an answer may take, in wall ms: an advance of a year may take a minute. */
const TIMEOUT = 120_000

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
}

/** What the runner gives every workflow that knows it: the URL of a receiver of callbacks. */
const RECEIVER = 'receiver'

/**
 * What would be run, in the order of the files. Workflows that others call are not run by themselves.
 * @throws InputsError for inputs that nobody knows, that are missing, or are not as they should be
 */
export function planned(programs: readonly Program[], choice: Choice): PlannedCase[] {
  const { only = [], tags = [], inputs = {}, texts = {} } = choice
  const workflows = programs.flatMap((program) =>
    [...program.workflows.values()].filter(({ extension, id, isCalled }) => {
      const isAsked = only.length > 0 ? only.includes(id) : !isCalled
      return (
        isAsked && (tags.length === 0 || (extension.tags ?? []).some((tag) => tags.includes(tag)))
      )
    }),
  )
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
  const problems = cases.flatMap((each) =>
    problemsOf(each).map((problem) => `${caseName(each)}: ${problem}`),
  )
  if (problems.length > 0) throw new InputsError(problems.join('\n'))
  return cases
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
  let next = 0
  const work = async () => {
    for (let at = next++; at < cases.length; at = next++) {
      const result = await runCase(cases[at] as PlannedCase, target, options)
      results[at] = result
      options.onCase?.(result)
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.jobs, cases.length) }, work))
  return {
    format: 1,
    version: await packageVersion(),
    outcome: results.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'passed',
    target: target.name,
    seed: options.seed,
    startedAt,
    duration: Math.round(wallNow() - began),
    cases: results,
  }
}

async function runCase(
  planned: PlannedCase,
  target: Target,
  { timeout = TIMEOUT, signal }: RunOptions,
): Promise<CaseResult> {
  const { program, workflow, name } = planned
  const { file, place } = program.document
  const began = wallNow()
  const about = {
    file,
    workflow: workflow.id,
    case: name,
    summary: workflow.summary,
    place: place([...workflow.path, 'workflowId']),
  }
  const told = (came: Came): CaseResult => {
    const { outputs, steps, ...others } = came
    const kept: Record<string, unknown> = {}
    for (const [key, value] of Object.entries(outputs)) kept[key] = keptValue(value)
    const duration = Math.round(wallNow() - began)
    return defined({ ...about, ...others, duration, outputs: kept, steps })
  }
  if (signal?.aborted) {
    const reason = `not begun: ${reasonOf(signal.reason)}`
    return told({ outcome: 'skipped', reason, world: undefined, outputs: {}, steps: [] })
  }
  let session: Session
  try {
    session = await target.open(caseName(planned), workflow.extension.given)
  } catch (error) {
    const reason = `there is no world for it: ${reasonOf(error)}`
    return told({ outcome: 'failed', reason, world: undefined, outputs: {}, steps: [] })
  }
  const came = await ran(planned, session, openSender(timeout, signal), signal)
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

/** What a case came to. */
interface Came {
  readonly outcome: Outcome
  readonly reason: string | undefined
  readonly world: string | undefined
  readonly outputs: Readonly<Record<string, unknown>>
  readonly steps: readonly StepResult[]
}

async function ran(
  { workflow, inputs }: PlannedCase,
  session: Session,
  sender: Sender,
  stop: AbortSignal | undefined,
): Promise<Came> {
  const { world } = session
  const run = new WorkflowRun(session, sender, stop)
  try {
    const { outcome, outputs, reason } = await run.run(workflow, inputs)
    return { outcome, reason, world, outputs, steps: run.results }
  } catch (error) {
    const reason = session.struck(reasonOf(error))
    return { outcome: 'failed', reason, world, outputs: {}, steps: run.results }
  } finally {
    sender.close()
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What a case is called, the same in every run. */
export function caseName({ program, workflow, name }: PlannedCase): string {
  const file = program.document.file
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\.arazzo\.(ya?ml|json)$/, '')
  return [file, workflow.id, name].filter((part) => part !== undefined).join('.')
}
