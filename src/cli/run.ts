// `esimulator run`: workflows against a simulator, and what they came to.
import { writeFileSync } from 'node:fs'
import { globSync } from 'tinyglobby'
import type { Program } from '../workflows/program.ts'
import type { CaseResult, RunResult } from '../workflows/result.ts'
import type { Target } from '../workflows/session.ts'
import { CannotRun } from './cannot-run.ts'
import type { Run } from './command.ts'
import type { Config } from './config.ts'

export const run: Run = async (config, patterns) => {
  const { compileFile } = await import('../workflows/compile.ts')
  const { MistakesError } = await import('../workflows/document.ts')
  const { planned, runCases } = await import('../workflows/runner.ts')
  const programs: Program[] = []
  const mistakes: string[] = []
  for (const file of filesOf(patterns))
    try {
      programs.push(await compileFile(file))
    } catch (error) {
      if (!(error instanceof MistakesError)) throw error
      mistakes.push(error.message)
    }
  if (mistakes.length > 0) throw new CannotRun(mistakes.join('\n'))

  const inputs = Object.fromEntries(config.input.map(({ name, value }) => [name, value]))
  const cases = planned(programs, { only: config.only, tags: config.tag, inputs })
  if (cases.length === 0) throw new CannotRun('no workflow is chosen: look at --only and --tag')
  if (config.dryRun) return tellPlan(config, cases)

  const { caseText, summaryText } = await import('../workflows/reports/text.ts')
  const { startReceiver } = await import('../library/receiver.ts')
  // What a workflow takes for its callbacks, where it is given nothing else: it answers 200.
  await using receiver = await startReceiver()
  const target = await targetOf(config)
  const onCase = (result: CaseResult) => {
    if (!config.json) console.log(caseText(result))
  }
  try {
    const { seed } = config
    // A key leads to one world: the next case has it when the world before is gone.
    const jobs = config.worldKey.length > 0 ? 1 : config.jobs
    const given = cases.map((each) => ({
      ...each,
      inputs: { receiver: receiver.url, ...each.inputs },
    }))
    const result = await runCases(given, target, { jobs, seed, onCase })
    console.log(config.json ? JSON.stringify(result) : summaryText(result))
    await writeReports(config, result)
    return result.outcome === 'failed' ? 1 : 0
  } finally {
    await target.close()
  }
}

/** Files by name or pattern, each once, in the order they are named. @throws CannotRun */
function filesOf(patterns: readonly string[]): string[] {
  const files = patterns.flatMap((pattern) => {
    if (!/[*?{[]/.test(pattern)) return [pattern]
    const found = globSync(pattern).toSorted()
    if (found.length === 0) throw new CannotRun(`no file is like ${pattern}`)
    return found
  })
  return [...new Set(files)]
}

async function tellPlan(
  { json }: Config,
  cases: Parameters<typeof import('../workflows/runner.ts').runCases>[0],
): Promise<number> {
  const { caseName } = await import('../workflows/runner.ts')
  const names = cases.map(caseName)
  console.log(json ? JSON.stringify({ cases: names }) : names.join('\n'))
  return 0
}

/** The simulator that is named, or one that is started for the run. */
async function targetOf({ target = 'sim', token, seed, keep, worldKey }: Config): Promise<Target> {
  const { simulatorTarget } = await import('../workflows/simulator-target.ts')
  const { keysOf } = await import('./open.ts')
  const credentials = keysOf(worldKey, '--world-key')
  if (target !== 'sim') {
    if (!/^https?:\/\//.test(target))
      throw new CannotRun(`--target ${target}: give sim, or the URL of a running simulator`)
    return simulatorTarget({ url: target.replace(/\/+$/, ''), token, seed, keep, credentials })
  }
  const { startSimulator } = await import('../library/running-simulator.ts')
  // Its own world has other keys than these: a key leads to one world.
  const others = Object.keys(credentials).map((slug) => [slug, ['another:key']])
  const sim = await startSimulator({ credentials: Object.fromEntries(others) })
  return simulatorTarget({ url: sim.url, seed, keep, credentials, stop: () => sim.close() })
}

async function writeReports({ report }: Config, result: RunResult): Promise<void> {
  for (const { kind, file } of report) {
    if (kind === 'github') {
      const { annotations } = await import('../workflows/reports/github.ts')
      console.log(annotations(result))
      continue
    }
    const text =
      kind === 'json'
        ? `${JSON.stringify(result, null, 2)}\n`
        : (await import('../workflows/reports/junit.ts')).junit(result)
    try {
      writeFileSync(file ?? '', text)
    } catch (error) {
      throw new CannotRun(`cannot write ${file}: ${error instanceof Error ? error.message : error}`)
    }
  }
}
