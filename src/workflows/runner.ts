// Runs the workflows of files, each case apart from all others, several at a time.
import { packageVersion } from '../server/server.ts'
import { wallNow } from '../server/ticker.ts'
import { defined } from '../state/defined.ts'
import { WorkflowRun } from './engine.ts'
import { lacking } from './needs.ts'
import type { Program, ReadWorkflow } from './program.ts'
import type { CaseResult, RunResult } from './result.ts'
import { openSender } from './send.ts'
import type { Target } from './session.ts'

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

/** What would be run, in the order of the files. Workflows that others call are not run by themselves. */
export function planned(
  programs: readonly Program[],
  { only = [], tags = [], inputs = {} }: Pick<RunOptions, 'only' | 'tags' | 'inputs'>,
): PlannedCase[] {
  return programs.flatMap((program) =>
    [...program.workflows.values()].flatMap((workflow) => {
      const { extension, id, isCalled } = workflow
      const isAsked = only.length > 0 ? only.includes(id) : !isCalled
      const isTagged = tags.length === 0 || (extension.tags ?? []).some((tag) => tags.includes(tag))
      if (!isAsked || !isTagged) return []
      const cases = extension.cases ?? [{ name: undefined, inputs: {} }]
      return cases.map((each) => ({
        program,
        workflow,
        name: each.name,
        inputs: { ...each.inputs, ...inputs },
      }))
    }),
  )
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
  { timeout = TIMEOUT }: RunOptions,
): Promise<CaseResult> {
  const { program, workflow, name, inputs } = planned
  const { file, place } = program.document
  const began = wallNow()
  const about = {
    file,
    workflow: workflow.id,
    case: name,
    summary: workflow.summary,
    place: place([...workflow.path, 'workflowId']),
  }
  const reason = lacking(workflow, inputs)
  if (reason !== undefined) {
    const skipped = { outcome: 'skipped' as const, reason, outputs: {}, steps: [], duration: 0 }
    return defined({ ...about, ...skipped })
  }
  const duration = () => Math.round(wallNow() - began)
  const session = await target.open(caseName(planned), workflow.extension.given)
  const sender = openSender(timeout)
  const run = new WorkflowRun(session, sender)
  try {
    const { outcome, outputs, reason } = await run.run(workflow, inputs)
    const told = { outcome, reason, world: session.world, outputs, steps: run.results }
    return defined({ ...about, ...told, duration: duration() })
  } catch (error) {
    const reason = session.struck(error instanceof Error ? error.message : String(error))
    const told = { outcome: 'failed' as const, reason, world: session.world, outputs: {} }
    return defined({ ...about, ...told, steps: run.results, duration: duration() })
  } finally {
    sender.close()
    await session.close()
  }
}

/** What a case is called, the same in every run. */
export function caseName({ program, workflow, name }: PlannedCase): string {
  const file = program.document.file
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\.arazzo\.(ya?ml|json)$/, '')
  return [file, workflow.id, name].filter((part) => part !== undefined).join('.')
}
