// Two sides compared from a program: the same cases on both, run now or read from the report of a run.
import { existsSync, readFileSync } from 'node:fs'
import { type Differing, differ } from '../contracts/differences/differ.ts'
import type { DiffResult } from '../contracts/differences/result.ts'
import { type Side, type SideCase, sideOfReport, sideOfRun } from '../contracts/differences/side.ts'
import { openRecorder } from '../contracts/recording.ts'
import type { KnownDifference } from '../contracts/target-file.ts'
import { wallNow } from '../server/ticker.ts'
import { defined } from '../state/defined.ts'
import type { CaseResult, RunResult } from '../workflows/result.ts'
import type { PlannedCase } from '../workflows/runner.ts'
import { type ContractChoice, type ContractRunOptions, runContract } from './contracts.ts'
import { CannotRunWorkflows } from './workflows.ts'

/** Where the two sides are. */
export interface DifferenceChoice
  extends Pick<ContractChoice, 'allow' | 'maxWait' | 'receiver'>,
    Omit<ContractRunOptions, 'before'> {
  /** `sim`, the URL of a simulator, the file of a real endpoint, or the JSON report of a run. */
  readonly left: string
  readonly right: string
  /** Told of each case that a side has done. */
  readonly onSideCase?: (side: 'left' | 'right', result: CaseResult, planned: PlannedCase) => void
}

/**
 * Runs the same cases on both sides, and compares what they answered.
 *
 * @example
 * const { differences } = await runDifference(cases, { left: 'sim', right: 'esim-go.target.yaml' })
 *
 * @throws CannotRunWorkflows, MistakesError where a side cannot be run or read
 */
export async function runDifference(
  cases: readonly PlannedCase[],
  choice: DifferenceChoice,
): Promise<DiffResult> {
  const began = wallNow()
  const theirs = await readSide('right', cases, choice)
  // What the right side skipped is not worth a run.
  const skipped = new Set(theirs.side.cases.filter(isSkipped).map(({ planned }) => planned.title))
  const worth = cases.filter(({ title }) => !skipped.has(title))
  const ours = await readSide('left', worth, choice)
  const left = { ...ours.side, cases: inOrder(cases, [...ours.side.cases, ...theirs.side.cases]) }
  const asked: Differing = {
    left,
    right: theirs.side,
    volatile: [...ours.volatile, ...theirs.volatile],
    known: [...ours.known, ...theirs.known],
    seed: choice.seed ?? 'esimulator',
    began,
    now: wallNow(),
  }
  return differ(asked)
}

const isSkipped = ({ result }: SideCase) => result.outcome === 'skipped'

/** Of each case the first that is there. */
function inOrder(cases: readonly PlannedCase[], sides: readonly SideCase[]): SideCase[] {
  return cases.flatMap(({ title }) => sides.find(({ planned }) => planned.title === title) ?? [])
}

interface ReadSide {
  readonly side: Side
  readonly volatile: readonly string[]
  readonly known: readonly KnownDifference[]
}

/** A side: read where it is the report of a run, else run. @throws CannotRunWorkflows */
async function readSide(
  which: 'left' | 'right',
  cases: readonly PlannedCase[],
  choice: DifferenceChoice,
): Promise<ReadSide> {
  const { allow, maxWait, receiver, left: _, right: __, onSideCase, ...how } = choice
  const target = choice[which]
  const report = reportAt(target)
  if (report) {
    const side = sideOfReport(target, cases, report)
    if (side.cases.length === 0)
      throw new CannotRunWorkflows(`${target} has none of these cases: it is the report of others`)
    return { side, volatile: [], known: [] }
  }
  const recorder = openRecorder()
  const permission = defined({ allow, maxWait, receiver })
  const { result, file } = await runContract(
    cases,
    { target, checks: ['none'], isSuite: false, ...permission },
    {
      ...how,
      before: recorder.before,
      onCase(told, planned) {
        recorder.done(planned, told)
        onSideCase?.(which, told, planned)
      },
    },
  )
  const name = result.target
  const isOurs = file === undefined && !target.startsWith('cassette:')
  const recorded = recorder.cases(cases)
  const side = sideOfRun({ name, isOurs }, cases, { result, recorded })
  return { side, volatile: file?.volatile ?? [], known: file?.known ?? [] }
}

/** The report of a run, where a file is one. @throws CannotRunWorkflows for JSON that is none */
function reportAt(file: string): RunResult | undefined {
  if (!/\.json$/i.test(file) || /^(?:https?:|cassette:)/.test(file)) return undefined
  if (!existsSync(file)) throw new CannotRunWorkflows(`there is no file ${file}`)
  let read: Partial<RunResult>
  try {
    read = JSON.parse(readFileSync(file, 'utf8')) as Partial<RunResult>
  } catch {
    throw new CannotRunWorkflows(
      `${file} is no JSON: write one with \`esimulator run --report json:FILE\``,
    )
  }
  if (read?.format !== 1 || !Array.isArray(read.cases))
    throw new CannotRunWorkflows(
      `${file} is not the report of a run: write one with \`esimulator run --report json:FILE\``,
    )
  return read as RunResult
}
