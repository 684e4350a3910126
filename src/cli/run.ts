// `esimulator run`: workflows against a simulator, and what they came to.
import { writeFileSync } from 'node:fs'
import type { CaseResult, RunResult } from '../workflows/result.ts'
import type { PlannedCase } from '../workflows/runner.ts'
import { CannotRun } from './cannot-run.ts'
import type { Run } from './command.ts'
import type { Config } from './config.ts'

export const run: Run = async (config, patterns) => {
  try {
    return await ran(config, patterns)
  } catch (error) {
    const { CannotRunWorkflows } = await import('../library/workflows.ts')
    const { MistakesError } = await import('../workflows/document.ts')
    if (error instanceof CannotRunWorkflows || error instanceof MistakesError)
      throw new CannotRun(error.message)
    throw error
  }
}

/** @throws CannotRunWorkflows, MistakesError */
async function ran(config: Config, patterns: readonly string[]): Promise<number> {
  const { planWorkflows, runPlanned } = await import('../library/workflows.ts')
  const inputs = Object.fromEntries(config.input.map(({ name, value }) => [name, value]))
  const cases = await planWorkflows(patterns, { only: config.only, tags: config.tag, inputs })
  if (config.dryRun) return tellPlan(config, cases)

  const { caseText, summaryText } = await import('../workflows/reports/text.ts')
  const { jobs, seed, keep, token, target = 'sim' } = config
  const onCase = (result: CaseResult) => {
    if (!config.json) console.log(caseText(result))
  }
  const result = await runPlanned(cases, { target, token, jobs, seed, keep, onCase })
  console.log(config.json ? JSON.stringify(result) : summaryText(result))
  await writeReports(config, result)
  return result.outcome === 'failed' ? 1 : 0
}

async function tellPlan({ json }: Config, cases: readonly PlannedCase[]): Promise<number> {
  const { caseName } = await import('../workflows/runner.ts')
  const names = cases.map(caseName)
  console.log(json ? JSON.stringify({ cases: names }) : names.join('\n'))
  return 0
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
