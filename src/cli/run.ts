// `esimulator run`: workflows against a simulator, and what they came to.
import type { Cassette, HeadLine } from '../contracts/cassettes/lines.ts'
import { recordedInputs } from '../contracts/cassettes/target.ts'
import type { RunEvidence } from '../contracts/evidence.ts'
import type { ContractChoice } from '../library/contracts.ts'
import { wallNow } from '../server/ticker.ts'
import { isoDay } from '../state/instant.ts'
import { reportKinds } from '../workflows/reports/kinds.ts'
import { coverageLines, summaryText } from '../workflows/reports/text.ts'
import type { CaseResult, CoverageResult, RunResult } from '../workflows/result.ts'
import type { PlannedCase } from '../workflows/runner.ts'
import type { Target } from '../workflows/session.ts'
import { brokenOff } from './broken-off.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Config } from './config.ts'
import { placeOf } from './connection.ts'
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
  const cassette = await withReason(() => cassetteOf(config))
  if (cassette && config.evidence !== undefined)
    throw new CannotRun('what is replayed proves nothing new: leave out --evidence')
  const chosen = await withReason(() => planOf(named, config, { cassette, onRead }))
  const cases = isFailedOnly
    ? chosen.filter((each) => last.some((known) => isSameCase(known, keyOf(each))))
    : chosen
  if (cases.length === 0)
    throw new CannotRun('none of these failed when workflows were last run here')
  if (config.dryRun) return tellPlan(config, cases)

  const evidence = config.evidence === undefined ? undefined : await openEvidence(config.evidence)
  if (cassette) for (const note of await ageNotes(cassette)) console.error(`esimulator: ${note}`)
  const { result, proven } = await withReason(() => played(config, cases, { signal, cassette }))
  if (config.json) console.log(JSON.stringify(result))
  else
    console.log(
      [...(result.coverage ? coverageLines(result.coverage) : []), summaryText(result)].join('\n'),
    )
  noteFailed(result.cases)
  const print = (text: string) => process[config.json ? 'stderr' : 'stdout'].write(text)
  const problems = await writeReports(config.report, result, reportKinds, print)
  const unwritten = evidence?.add(proven)
  if (unwritten !== undefined) problems.push(unwritten)
  for (const problem of problems) console.error(`esimulator: ${problem}`)
  if (problems.length > 0) return 2
  return result.outcome === 'failed' ? 1 : 0
}

/** The cassette that is the target, if one is. @throws CannotRunWorkflows */
async function cassetteOf({ target }: Config): Promise<Cassette | undefined> {
  const { openCassette } = await import('../library/workflows.ts')
  return openCassette(target)
}

/** How old a cassette is. */
async function ageNotes(cassette: Cassette): Promise<readonly string[]> {
  const { cassetteTarget } = await import('../contracts/cassettes/target.ts')
  return (cassetteTarget(cassette).notes ?? []).map((note) => `${cassette.file}: ${note}`)
}

/** How files are read for a run. */
interface Reading {
  readonly cassette: Cassette | undefined
  readonly onRead: ((file: string) => void) | undefined
}

const NOT_REPLAYED: Reading = { cassette: undefined, onRead: undefined }

/** What is run: files, the suite of a provider, or what an OpenAPI document has. */
export async function planOf(
  named: readonly string[],
  config: Config,
  reading: Reading = NOT_REPLAYED,
): Promise<PlannedCase[]> {
  const { planSpec, suiteFiles } = await import('../library/contracts.ts')
  const { provider, spec, allow } = config
  if (named.length > 0) return planFrom(named, config, reading)
  if (provider !== undefined) return planFrom(suiteFiles(provider), config, reading)
  if (spec === undefined)
    throw new CannotRun('name the files to run, as in: esimulator run scenarios/*.yaml')
  const { cases, left } = await planSpec(spec, allow, choiceOf(config, reading.cassette))
  for (const [name, reason] of Object.entries(left)) console.error(`not called: ${name}: ${reason}`)
  return cases
}

async function planFrom(
  files: readonly string[],
  config: Config,
  { cassette, onRead }: Reading,
): Promise<PlannedCase[]> {
  const { planWorkflows } = await import('../library/workflows.ts')
  return planWorkflows(files, choiceOf(config, cassette), onRead)
}

function choiceOf({ input, only, tag }: Config, cassette: Cassette | undefined) {
  const texts = Object.fromEntries(input.map(({ name, text }) => [name, text]))
  const ofCase = cassette && ((title: string) => recordedInputs(cassette, title))
  return { only, tags: tag, texts, ofCase }
}

async function played(
  config: Config,
  cases: readonly PlannedCase[],
  { signal, cassette }: { readonly signal: AbortSignal; readonly cassette: Cassette | undefined },
): Promise<{ readonly result: RunResult; readonly proven: RunEvidence }> {
  const { runContract } = await import('../library/contracts.ts')
  const { keysOf } = await import('./open.ts')
  const { token, worldKey, source, jobs, seed, shuffle, keep, json, record } = config
  const credentials = keysOf(worldKey, '--world-key')
  const choice = { ...choiceOfContract(config), cassette }
  const output = runOutputHere()
  const write = json ? () => {} : output.write
  const progress = runProgress(cases.length, { ...output, write })
  const onStart = ({ title }: PlannedCase) => progress.started(title)
  const onCase = (result: CaseResult, { title }: PlannedCase) => progress.done(title, result)
  const keepState = stateKeeper(config.states)
  const onOpen = ownCheck(cases, config)
  const told: string[] = []
  const onRecorded = (head: HeadLine) => void told.push(...recordedLines(record ?? '', head))
  const sources = Object.fromEntries(source.map(({ name, text }) => [name, text]))
  const { ca } = placeOf({ ...config, url: config.target })
  const where = { token, ca, credentials, sources, keep, keepState, onOpen, record, onRecorded }
  const how = { ...where, jobs, seed, shuffle, signal, onStart, onCase }
  try {
    const { result, coverage, evidence } = await runContract(cases, choice, how)
    progress.end()
    if (record !== undefined && told.length === 0)
      console.error(`esimulator: nothing was recorded to ${record}: the run was broken off`)
    for (const line of told) write(`${line}\n`)
    const proven = { ...evidence(isoDay(wallNow())), isWhole: false }
    return { result: withCoverage(result, coverage, config), proven }
  } finally {
    progress.end()
  }
}

/** Looks at where a run goes: a document of one's own has no simulator. It throws CannotRun. */
export function ownCheck(cases: readonly PlannedCase[], { spec }: Config) {
  const sources = cases.flatMap(({ program }) => [...program.sources.values()])
  const isOwn = spec !== undefined && sources.every(({ simulator }) => simulator === undefined)
  return (target: string | Target): void => {
    if (!isOwn || typeof target !== 'string') return
    const file = 'as in --target my.yaml with "baseUrl: https://api.example.com" in it'
    throw new CannotRun(`${spec} is of no simulator: name a file with its endpoint, ${file}`)
  }
}

/** What was written to a cassette, and what was redacted in it. */
function recordedLines(file: string, { redacted, kept }: HeadLine): string[] {
  const counts = redacted.map(({ kind, values }) => `${kind}: ${values}`)
  const lines = [
    `recorded to ${file}; replaced by stand-ins: ${counts.length > 0 ? counts.join(', ') : 'nothing'}`,
  ]
  if (kept > 0) lines.push(`left as the workflows' own files have them: ${kept}`)
  return lines
}

function choiceOfContract(config: Config): ContractChoice {
  const { target = 'sim', checks, negative, provider, spec } = config
  const isSuite = provider !== undefined || spec !== undefined
  return { target, checks, negative, isSuite, ...permissionOf(config) }
}

/** What a real endpoint may be asked, and where its callbacks reach us. */
export function permissionOf({ allow, maxWait, receiver: url, receiverPort: port }: Config) {
  return { allow, maxWait, receiver: url === undefined ? undefined : { url, port } }
}

/** What a whole suite has covered is told; of a part and of other files where something is demanded. */
function withCoverage(result: RunResult, coverage: CoverageResult, config: Config): RunResult {
  const { minCoverage, provider, spec, only, tag } = config
  const isWhole = (provider ?? spec) !== undefined && only.length + tag.length === 0
  if (minCoverage === undefined && !isWhole) return result
  const isTooLow = minCoverage !== undefined && coverage.percent < minCoverage
  return { ...result, coverage, outcome: isTooLow ? 'failed' : result.outcome }
}

function keyOf({ program, workflow, name }: PlannedCase) {
  const key = { file: program.document.file, workflow: workflow.id }
  return name === undefined ? key : { ...key, case: name }
}

export function tellPlan({ json }: Config, cases: readonly PlannedCase[]): number {
  const titles = cases.map(({ title }) => title)
  console.log(json ? JSON.stringify({ cases: titles }) : titles.join('\n'))
  return 0
}
