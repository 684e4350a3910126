// A run in the Common Test Report Format (ctrf.io): a test for each case.
import { defined } from '../../state/defined.ts'
import type { CaseResult, Outcome, RunResult, StepResult } from '../result.ts'
import { failedStep, failureLines, whyOf, workflowTitle } from './text.ts'

/** Of the specification that is written. */
const SPEC = '0.0.0'

export function ctrf({ version, cases, startedAt, duration, seed, target }: RunResult): string {
  const count = (wanted: Outcome) => cases.filter(({ outcome }) => outcome === wanted).length
  const start = Date.parse(startedAt)
  const summary = {
    tests: cases.length,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    pending: 0,
    other: 0,
    suites: new Set(cases.map(({ file }) => file)).size,
    start,
    stop: start + duration,
    duration,
  }
  const results = {
    tool: { name: 'esimulator', version },
    summary,
    tests: cases.map(testOf),
    extra: { seed, target },
  }
  const report = {
    reportFormat: 'CTRF',
    specVersion: SPEC,
    timestamp: new Date(start + duration).toISOString(),
    generatedBy: 'esimulator',
    results,
  }
  return `${JSON.stringify(report, null, 2)}\n`
}

function testOf(result: CaseResult) {
  const { file, place, outcome, duration, tags, inputs, steps, world } = result
  const isFailed = outcome === 'failed'
  return defined({
    name: workflowTitle(result),
    status: outcome,
    duration,
    suite: [file],
    message: outcome === 'passed' ? undefined : whyOf(result),
    trace: isFailed ? failureLines(result).join('\n') || undefined : undefined,
    line: (isFailed ? failedStep(result)?.failures[0]?.place : undefined)?.line ?? place.line,
    tags,
    type: 'workflow',
    filePath: file,
    parameters: Object.keys(inputs).length > 0 ? inputs : undefined,
    steps: steps.map(stepOf),
    extra: world === undefined ? undefined : { world },
  })
}

function stepOf({ step, attempt, outcome, clock, failures }: StepResult) {
  const messages = failures.map(({ message }) => message)
  return {
    name: step,
    status: outcome,
    extra: defined({
      attempt,
      clock,
      failures: messages.length > 0 ? messages : undefined,
    }),
  }
}
