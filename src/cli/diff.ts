// `esimulator diff`: the same cases on two sides, and what differs between them.
import { diffReportKinds } from '../contracts/differences/report-kinds.ts'
import { diffText } from '../contracts/differences/report-text.ts'
import type { DiffResult } from '../contracts/differences/result.ts'
import type { CaseResult } from '../workflows/result.ts'
import type { PlannedCase } from '../workflows/runner.ts'
import { brokenOff } from './broken-off.ts'
import { CannotRun } from './cannot-run.ts'
import type { Run } from './command.ts'
import type { Config } from './config.ts'
import { placeOf } from './connection.ts'
import { writeReports } from './reports.ts'
import { ownCheck, permissionOf, planOf, tellPlan } from './run.ts'
import { runOutputHere, runProgress } from './run-progress.ts'
import { withReason } from './with-reason.ts'

export const diff: Run = async (config, files) => {
  const { left, right, report, json } = config
  if (right === undefined)
    throw new CannotRun(
      'name what is compared, as in: esimulator diff --provider esim-go --right esim-go.target.yaml',
    )
  const unknown = report.find(({ kind }) => !Object.hasOwn(diffReportKinds, kind))
  if (unknown) {
    const kinds = Object.keys(diffReportKinds).join(', ')
    throw new CannotRun(`diff writes no report ${unknown.kind}: there are ${kinds}`)
  }
  if (files.length === 0 && config.provider === undefined && config.spec === undefined)
    throw new CannotRun(
      'name the files to compare, or --provider: esimulator diff --provider esim-go --right FILE',
    )
  const cases = await withReason(() => planOf(files, config))
  if (config.dryRun) return tellPlan(config, cases)

  const { signal, status, end } = brokenOff()
  let result: DiffResult
  try {
    result = await withReason(() => compared(config, cases, { left, right, signal }))
  } finally {
    end()
  }
  const ended = status()
  if (ended !== undefined) return ended
  console.log(json ? JSON.stringify(result) : diffText(result))
  const print = (text: string) => process[json ? 'stderr' : 'stdout'].write(text)
  const problems = await writeReports(report, result, diffReportKinds, print)
  for (const problem of problems) console.error(`esimulator: ${problem}`)
  if (problems.length > 0) return 2
  return result.outcome === 'failed' ? 1 : 0
}

interface Sides {
  readonly left: string
  readonly right: string
  readonly signal: AbortSignal
}

async function compared(
  config: Config,
  cases: readonly PlannedCase[],
  { left, right, signal }: Sides,
): Promise<DiffResult> {
  const { runDifference } = await import('../library/differences.ts')
  const { keysOf } = await import('./open.ts')
  const { token, worldKey, jobs, seed, keep, json } = config
  const credentials = keysOf(worldKey, '--world-key')
  const overTls = [left, right].find((side) => side.startsWith('https:'))
  const { ca } = placeOf({ ...config, url: overTls })
  const output = runOutputHere()
  // What each side failed is told where it differs: only how far it has come is told before.
  const write = json ? () => {} : output.write
  const quiet = (text: string) => (output.isTerminal ? write(text) : undefined)
  const progress = runProgress(cases.length * 2, { ...output, write: quiet }, { isBrief: true })
  try {
    return await runDifference(cases, {
      left,
      right,
      ...permissionOf(config),
      token,
      ca,
      credentials,
      jobs,
      seed,
      keep,
      signal,
      onOpen: ownCheck(cases, config),
      onStart: ({ title }) => progress.started(title),
      onSideCase: (_side, result: CaseResult, { title }) => progress.done(title, result),
    })
  } finally {
    progress.end()
  }
}
