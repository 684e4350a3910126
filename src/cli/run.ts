// `esimulator run`: workflows against a simulator, and what they came to.
import { isAbsolute, normalize, relative } from 'node:path'
import { globSync } from 'tinyglobby'
import type { Program } from '../workflows/program.ts'
import { summaryText } from '../workflows/reports/text.ts'
import type { CaseResult, RunResult } from '../workflows/result.ts'
import type { PlannedCase } from '../workflows/runner.ts'
import type { Target } from '../workflows/session.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Config } from './config.ts'
import { failedLast, isSameCase, LAST_RUN, noteFailed } from './last-run.ts'
import { DEFAULT_PORT } from './options.ts'
import { writeReports } from './reports.ts'
import { runOutputHere, runProgress } from './run-progress.ts'

export const runFlags: readonly OwnFlag[] = [
  {
    usage: '--failed',
    says: `run only what failed when it was last run here, as ${LAST_RUN} has it; without files, all of that`,
  },
  {
    usage: '--watch',
    says: 'run again whenever a file that is named, or an OpenAPI document it names, has changed',
  },
]

export const run: Run = async (config, patterns, flags) => {
  const isFailedOnly = flags.failed === true
  const once = (onRead?: (file: string) => void) =>
    runOnce(config, patterns, { isFailedOnly, onRead })
  if (flags.watch !== true) return once()
  const { watched } = await import('./watch.ts')
  return watched(once)
}

interface OnceOptions {
  readonly isFailedOnly: boolean
  /** Told of each file that is read. */
  readonly onRead: ((file: string) => void) | undefined
}

async function runOnce(
  config: Config,
  patterns: readonly string[],
  { isFailedOnly, onRead }: OnceOptions,
): Promise<number> {
  const last = isFailedOnly ? failedLast() : []
  if (isFailedOnly && last.length === 0) {
    console.log('nothing failed when workflows were last run here')
    return 0
  }
  const files = patterns.length > 0 ? filesOf(patterns) : [...new Set(last.map(({ file }) => file))]
  if (files.length === 0)
    throw new CannotRun('name the files to run, as in: esimulator run scenarios/*.yaml')
  const programs = await compiled(files, onRead)
  const { planned } = await import('../workflows/runner.ts')
  const inputs = Object.fromEntries(config.input.map(({ name, value }) => [name, value]))
  const chosen = planned(programs, { only: config.only, tags: config.tag, inputs })
  const cases = isFailedOnly
    ? chosen.filter((each) => last.some((known) => isSameCase(known, keyOf(each))))
    : chosen
  if (cases.length === 0) throw new CannotRun('no workflow is chosen: look at --only and --tag')
  if (config.dryRun) return tellPlan(config, cases)

  const result = await played(config, cases)
  console.log(config.json ? JSON.stringify(result) : summaryText(result))
  noteFailed(result.cases)
  const print = (text: string) => process[config.json ? 'stderr' : 'stdout'].write(text)
  const problems = await writeReports(config.report, result, print)
  for (const problem of problems) console.error(`esimulator: ${problem}`)
  if (problems.length > 0) return 2
  return result.outcome === 'failed' ? 1 : 0
}

function keyOf({
  program,
  workflow,
  name,
}: PlannedCase): Pick<CaseResult, 'file' | 'workflow' | 'case'> {
  const key = { file: program.document.file, workflow: workflow.id }
  return name === undefined ? key : { ...key, case: name }
}

/** Files by name or pattern, each once, as they are from here. @throws CannotRun */
function filesOf(patterns: readonly string[]): string[] {
  const files = patterns.flatMap((pattern) => {
    if (!/[*?{[]/.test(pattern)) return [pattern]
    const found = globSync(pattern)
    if (found.length === 0) throw new CannotRun(`no file is like ${pattern}`)
    return found
  })
  return [...new Set(files.map(fromHere))].toSorted()
}

/** A path as it is told: from the working folder where it lies within, with slashes. */
function fromHere(file: string): string {
  const path = isAbsolute(file) ? relative(process.cwd(), file) : normalize(file)
  const isWithin = !isAbsolute(path) && !/^\.\.(?:[\\/]|$)/.test(path)
  return (isWithin ? path : normalize(file)).replaceAll('\\', '/')
}

/** @throws CannotRun with everything that is wrong in the files */
async function compiled(
  files: readonly string[],
  onRead: ((file: string) => void) | undefined,
): Promise<Program[]> {
  const { compileFile } = await import('../workflows/compile.ts')
  const { MistakesError } = await import('../workflows/document.ts')
  const programs: Program[] = []
  const mistakes: string[] = []
  for (const file of files)
    try {
      programs.push(await compileFile(file, onRead))
    } catch (error) {
      if (!(error instanceof MistakesError)) throw error
      mistakes.push(error.message)
    }
  if (mistakes.length > 0) throw new CannotRun(mistakes.join('\n'))
  return programs
}

function tellPlan({ json }: Config, cases: readonly PlannedCase[]): number {
  const titles = cases.map(({ title }) => title)
  console.log(json ? JSON.stringify({ cases: titles }) : titles.join('\n'))
  return 0
}

/** What addresses are told as that are others at each run. */
const SIMULATOR_TOLD = `127.0.0.1:${DEFAULT_PORT}`
const RECEIVER_TOLD = 'receiver.example'

async function played(config: Config, cases: readonly PlannedCase[]): Promise<RunResult> {
  const { runCases } = await import('../workflows/runner.ts')
  const { startReceiver } = await import('../library/receiver.ts')
  // What a workflow takes for its callbacks, where it is given nothing else: it answers 200.
  await using receiver = await startReceiver()
  const { target, host } = await targetOf(config)
  const addresses: Record<string, string> = { [new URL(receiver.url).host]: RECEIVER_TOLD }
  if (host !== undefined) addresses[host] = SIMULATOR_TOLD
  const output = runOutputHere()
  const write = config.json ? () => {} : output.write
  const progress = runProgress(cases.length, { ...output, write })
  try {
    const { jobs, seed } = config
    const given = cases.map((each) => ({
      ...each,
      inputs: { receiver: receiver.url, ...each.inputs },
    }))
    return await runCases(given, target, {
      jobs,
      seed,
      addresses,
      onStart: ({ title }) => progress.started(title),
      onCase: (result, { title }) => progress.done(title, result),
    })
  } finally {
    progress.end()
    await target.close()
  }
}

interface OpenTarget {
  readonly target: Target
  /** Of a simulator that was started for the run. */
  readonly host?: string
}

/** The simulator that is named, or one that is started for the run. */
async function targetOf({ target = 'sim', token, seed, keep }: Config): Promise<OpenTarget> {
  const { simulatorTarget } = await import('../workflows/simulator-target.ts')
  if (target !== 'sim') {
    if (!/^https?:\/\//.test(target))
      throw new CannotRun(`--target ${target}: give sim, or the URL of a running simulator`)
    return { target: simulatorTarget({ url: target.replace(/\/+$/, ''), token, seed, keep }) }
  }
  const { startSimulator } = await import('../library/running-simulator.ts')
  const sim = await startSimulator()
  const stop = () => sim.close()
  return {
    target: simulatorTarget({ url: sim.url, name: 'sim', seed, keep, stop }),
    host: new URL(sim.url).host,
  }
}
