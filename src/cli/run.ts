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
  const texts = Object.fromEntries(config.input.map(({ name, text }) => [name, text]))
  const cases = await planWorkflows(patterns, { only: config.only, tags: config.tag, texts })
  if (config.dryRun) return tellPlan(config, cases)

  const { caseText, summaryText } = await import('../workflows/reports/text.ts')
  const { jobs, seed, keep, token, target = 'sim' } = config
  const onCase = (result: CaseResult) => {
    if (!config.json) console.log(caseText(result))
  }
  const { signal, status, end } = brokenOff()
  try {
    const result = await runPlanned(cases, { target, token, jobs, seed, keep, onCase, signal })
    console.log(config.json ? JSON.stringify(result) : summaryText(result))
    await writeReports(config, result)
    return status() ?? (result.outcome === 'failed' ? 1 : 0)
  } finally {
    end()
  }
}

/** Exit statuses of a process that a signal has ended, as shells tell them. */
const STATUSES = { SIGINT: 130, SIGTERM: 143 } as const

/** Breaks a run off when the process is asked to end; asked a second time, it ends at once. */
function brokenOff() {
  const controller = new AbortController()
  let status: number | undefined
  const handlers = Object.entries(STATUSES).map(([name, code]) => ({
    name,
    act: () => {
      status = code
      controller.abort(new Error(`the run was broken off (${name})`))
    },
  }))
  for (const { name, act } of handlers) process.once(name, act)
  return {
    signal: controller.signal,
    /** Of the process, where it was asked to end. */
    status: () => status,
    end() {
      for (const { name, act } of handlers) process.off(name, act)
    },
  }
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
