// `esimulator run`: workflows against a simulator, and what they came to.
import type { RunEvidence } from '../contracts/evidence.ts'
import { wallNow } from '../server/ticker.ts'
import { isoDay } from '../state/instant.ts'
import { coverageLines, summaryText } from '../workflows/reports/text.ts'
import type { CaseResult, CoverageResult, RunResult } from '../workflows/result.ts'
import type { PlannedCase } from '../workflows/runner.ts'
import { brokenOff } from './broken-off.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Config } from './config.ts'
import { openEvidence } from './evidence.ts'
import { failedLast, isSameCase, LAST_RUN, noteFailed } from './last-run.ts'
import { writeReports } from './reports.ts'
import { runOutputHere, runProgress } from './run-progress.ts'
import { stateKeeper } from './state-keeper.ts'
import { withReason } from './with-reason.ts'

export const runFlags: readonly OwnFlag[] = [
  {
    usage: '--failed',
    says: `run only what failed when it was last run here, as ${LAST_RUN} has it; without files, all of that`,
  },
  {
    usage: '--watch',
    says: 'run again whenever a file that is named, or a source it names, has changed',
  },
]

export const run: Run = async (config, patterns, flags) => {
  const isFailedOnly = flags.failed === true
  if (flags.watch !== true) {
    const { signal, status, end } = brokenOff()
    try {
      const ended = await runOnce(config, patterns, { isFailedOnly, signal })
      return status() ?? ended
    } finally {
      end()
    }
  }
  const { watched } = await import('./watch.ts')
  return watched((onRead, signal) => runOnce(config, patterns, { isFailedOnly, onRead, signal }))
}

interface OnceOptions {
  readonly isFailedOnly: boolean
  /** Breaks it off. */
  readonly signal: AbortSignal
  /** Told of each file that is read. */
  readonly onRead?: (file: string) => void
}

/** @throws CannotRun */
async function runOnce(
  config: Config,
  patterns: readonly string[],
  { isFailedOnly, signal, onRead }: OnceOptions,
): Promise<number> {
  const last = isFailedOnly ? failedLast() : []
  if (isFailedOnly && last.length === 0) {
    console.log('nothing failed when workflows were last run here')
    return 0
  }
  const isNamed = patterns.length > 0 || config.provider !== undefined || config.spec !== undefined
  const named = isNamed ? patterns : [...new Set(last.map(({ file }) => file))]
  const chosen = await withReason(() => planOf(named, config, onRead))
  const cases = isFailedOnly
    ? chosen.filter((each) => last.some((known) => isSameCase(known, keyOf(each))))
    : chosen
  if (cases.length === 0)
    throw new CannotRun('none of these failed when workflows were last run here')
  if (config.dryRun) return tellPlan(config, cases)

  const evidence = config.evidence === undefined ? undefined : await openEvidence(config.evidence)
  const { result, proven } = await withReason(() => played(config, cases, signal))
  if (config.json) console.log(JSON.stringify(result))
  else
    console.log(
      [...(result.coverage ? coverageLines(result.coverage) : []), summaryText(result)].join('\n'),
    )
  noteFailed(result.cases)
  const print = (text: string) => process[config.json ? 'stderr' : 'stdout'].write(text)
  const problems = await writeReports(config.report, result, print)
  const unwritten = evidence?.add(proven)
  if (unwritten !== undefined) problems.push(unwritten)
  for (const problem of problems) console.error(`esimulator: ${problem}`)
  if (problems.length > 0) return 2
  return result.outcome === 'failed' ? 1 : 0
}

/** What is run: files, the suite of a provider, or what an OpenAPI document has. */
async function planOf(
  named: readonly string[],
  config: Config,
  onRead: ((file: string) => void) | undefined,
): Promise<PlannedCase[]> {
  const { planSpec, suiteFiles } = await import('../library/contracts.ts')
  const { provider, spec, allow } = config
  if (named.length > 0) return planFrom(named, config, onRead)
  if (provider !== undefined) return planFrom(suiteFiles(provider), config, onRead)
  if (spec === undefined)
    throw new CannotRun('name the files to run, as in: esimulator run scenarios/*.yaml')
  const { cases, left } = await planSpec(spec, allow, choiceOf(config))
  for (const [name, reason] of Object.entries(left)) console.error(`not called: ${name}: ${reason}`)
  return cases
}

async function planFrom(
  files: readonly string[],
  config: Config,
  onRead: ((file: string) => void) | undefined,
): Promise<PlannedCase[]> {
  const { planWorkflows } = await import('../library/workflows.ts')
  return planWorkflows(files, choiceOf(config), onRead)
}

function choiceOf({ input, only, tag }: Config) {
  const texts = Object.fromEntries(input.map(({ name, text }) => [name, text]))
  return { only, tags: tag, texts }
}

async function played(
  config: Config,
  cases: readonly PlannedCase[],
  signal: AbortSignal,
): Promise<{ readonly result: RunResult; readonly proven: RunEvidence }> {
  const { runPlanned } = await import('../library/workflows.ts')
  const { keysOf } = await import('./open.ts')
  const { token, worldKey, jobs, seed, shuffle, keep, json } = config
  const credentials = keysOf(worldKey, '--world-key')
  await using contract = await contractOf(config)
  if (typeof contract.target === 'string') checkOwn(cases, config)
  await contract.check(cases)
  const output = runOutputHere()
  const write = json ? () => {} : output.write
  const progress = runProgress(cases.length, { ...output, write })
  const onStart = ({ title }: PlannedCase) => progress.started(title)
  const onCase = (result: CaseResult, { title }: PlannedCase) => progress.done(title, result)
  const { target, inspect, inputs } = contract
  const given = cases.map((each) => ({ ...each, inputs: { ...inputs, ...each.inputs } }))
  const keepState = stateKeeper(config.states)
  const where = { target, token, credentials, keep }
  const how = { ...where, jobs, seed, shuffle, signal, inspect, keepState, onStart, onCase }
  try {
    const result = await runPlanned(given, how)
    const proven = { ...contract.evidence(result, isoDay(wallNow())), isWhole: false }
    return { result: withCoverage(result, contract.coverage(cases, result), config), proven }
  } finally {
    progress.end()
  }
}

/** A document of one's own has no simulator. @throws CannotRun */
function checkOwn(cases: readonly PlannedCase[], { spec }: Config): void {
  const sources = cases.flatMap(({ program }) => [...program.sources.values()])
  if (spec !== undefined && sources.every(({ simulator }) => simulator === undefined))
    throw new CannotRun(
      `${spec} is of no simulator: name the file of its endpoint, as in --target my.yaml`,
    )
}

async function contractOf(config: Config) {
  const { openContract } = await import('../library/contracts.ts')
  const { target = 'sim', checks, negative, allow, maxWait, provider, spec } = config
  const { receiver: url, receiverPort: port } = config
  const receiver = url === undefined ? undefined : { url, port }
  const isSuite = provider !== undefined || spec !== undefined
  return openContract({ target, checks, negative, allow, maxWait, receiver, isSuite })
}

/** What a suite has covered is told; of other files only where something is demanded. */
function withCoverage(result: RunResult, coverage: CoverageResult, config: Config): RunResult {
  const { minCoverage, provider, spec } = config
  if (minCoverage === undefined && provider === undefined && spec === undefined) return result
  const isTooLow = minCoverage !== undefined && coverage.percent < minCoverage
  return { ...result, coverage, outcome: isTooLow ? 'failed' : result.outcome }
}

function keyOf({ program, workflow, name }: PlannedCase) {
  const key = { file: program.document.file, workflow: workflow.id }
  return name === undefined ? key : { ...key, case: name }
}

function tellPlan({ json }: Config, cases: readonly PlannedCase[]): number {
  const titles = cases.map(({ title }) => title)
  console.log(json ? JSON.stringify({ cases: titles }) : titles.join('\n'))
  return 0
}
