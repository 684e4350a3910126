// Runs the workflows of files, each case apart from all others, several at a time.
import { ControlError } from '../control/client.ts'
import { packageVersion } from '../server/server.ts'
import { wallNow } from '../server/ticker.ts'
import { grouped } from '../state/collection.ts'
import { defined } from '../state/defined.ts'
import { WorkflowRun, withDefaults } from './engine.ts'
import type { Program, ReadWorkflow } from './program.ts'
import type { CaseResult, RunResult } from './result.ts'
import { openSender } from './send.ts'
import type { Session, Target } from './session.ts'
import { toldCase } from './told.ts'

export interface RunOptions {
  /** Only workflows whose ids these are. */
  readonly only?: readonly string[]
  /** Only workflows that have one of these tags. */
  readonly tags?: readonly string[]
  /** Inputs, over those of the cases. */
  readonly inputs?: Readonly<Record<string, unknown>>
  /** How many cases run at a time. */
  readonly jobs: number
  readonly seed: string
  /** Wall ms that an answer may take. */
  readonly timeout?: number
  /** Told of each case as it is done. */
  readonly onCase?: (result: CaseResult, planned: PlannedCase) => void
  /** Told of each case as it begins. */
  readonly onStart?: (planned: PlannedCase) => void
  /**
   * Hosts with their ports that change from run to run, and what results call them: so that the same
   * run gives the same result.
   */
  readonly addresses?: Readonly<Record<string, string>>
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

/** The longest an answer may take, in wall ms: an advance of a year may take a minute. */
const TIMEOUT = 120_000

/**
 * What would be run: by file, then as it stands there, so that the order in which files are named
 * does not matter. Workflows that others call are not run by themselves.
 */
export function planned(
  programs: readonly Program[],
  { only = [], tags = [], inputs = {} }: Pick<RunOptions, 'only' | 'tags' | 'inputs'>,
): PlannedCase[] {
  const inOrder = programs.toSorted((a, b) => compareText(fileOf(a), fileOf(b)))
  const cases = inOrder.flatMap((program) =>
    [...program.workflows.values()].flatMap((workflow) => {
      const { extension, id, isCalled } = workflow
      const isAsked = only.length > 0 ? only.includes(id) : !isCalled
      const isTagged = tags.length === 0 || (extension.tags ?? []).some((tag) => tags.includes(tag))
      if (!isAsked || !isTagged) return []
      const own = extension.cases ?? [{ name: undefined, inputs: {} }]
      return own.map((each) => ({
        program,
        workflow,
        name: each.name,
        inputs: { ...each.inputs, ...inputs },
      }))
    }),
  )
  const alike = grouped(cases, (each) => titleOf(each))
  return cases.map((each) => {
    const title = titleOf(each)
    const isAlone = alike.get(title)?.length === 1
    return { ...each, title: isAlone ? title : titleOf(each, true) }
  })
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
      const each = cases[at] as PlannedCase
      options.onStart?.(each)
      const result = await runCase(each, target, options)
      results[at] = result
      options.onCase?.(result, each)
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
  options: RunOptions,
): Promise<CaseResult> {
  const { addresses = {} } = options
  const began = wallNow()
  const duration = () => Math.round(wallNow() - began)
  let session: Session
  try {
    session = await target.open(planned.title, planned.workflow.extension.given)
  } catch (error) {
    // That nothing answers is no matter of this case alone.
    if (!(error instanceof ControlError)) throw error
    const nothing = { outcome: 'failed' as const, outputs: {}, steps: [], callbacks: [] }
    const raw = { ...aboutCase(planned), ...nothing, reason: error.message, duration: duration() }
    return toldCase(raw, { secrets: [], addresses })
  }
  try {
    const came = await played(session, planned, options)
    const raw = { ...aboutCase(planned), ...came, duration: duration() }
    return toldCase(raw, { secrets: session.secrets(), addresses })
  } finally {
    await session.close()
  }
}

/** Runs a case, and looks at what it left. */
async function played(
  session: Session,
  { workflow, inputs }: PlannedCase,
  { timeout = TIMEOUT }: RunOptions,
) {
  const sender = openSender(timeout)
  const run = new WorkflowRun(session, sender)
  const end = await run.run(workflow, inputs).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    return { outcome: 'failed' as const, outputs: {}, reason }
  })
  sender.close()
  const { callbacks, total } = await session.deliveries()
  const moreCallbacks = total > callbacks.length ? total - callbacks.length : undefined
  return defined({ ...end, world: session.world, steps: run.results, callbacks, moreCallbacks })
}

/** What is known of a case before it is run. */
function aboutCase({ program, workflow, name, inputs }: PlannedCase) {
  const { file, place } = program.document
  return defined({
    file,
    workflow: workflow.id,
    case: name,
    summary: workflow.summary,
    tags: workflow.extension.tags,
    place: place([...workflow.path, 'workflowId']),
    inputs: withDefaults(workflow, inputs),
  })
}
