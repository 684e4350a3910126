// A run as JUnit XML: a suite for each file, a case for each case, with the line it stands at.
import { grouped } from '../../state/collection.ts'
import type { CaseResult, Outcome, RunResult } from '../result.ts'
import { failedStep, failureLines, whyOf, workflowTitle } from './text.ts'
import { attributes, escaped } from './xml.ts'

export function junit({ cases, duration, startedAt }: RunResult): string {
  const files = [...grouped(cases, ({ file }) => file)]
  const suites = files.map(([file, of]) => suite(file, of, startedAt))
  const head = attributes({ name: 'esimulator', ...counts(cases), time: seconds(duration) })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${head}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n')
}

const seconds = (ms: number) => (ms / 1000).toFixed(3)

function counts(cases: readonly CaseResult[]) {
  const count = (wanted: Outcome) => cases.filter(({ outcome }) => outcome === wanted).length
  return { tests: cases.length, failures: count('failed'), errors: 0, skipped: count('skipped') }
}

function suite(file: string, cases: readonly CaseResult[], startedAt: string): string {
  const time = seconds(cases.reduce((sum, { duration }) => sum + duration, 0))
  // Without the zone, as the schema of Jenkins has it.
  const timestamp = startedAt.slice(0, 19)
  const head = attributes({ name: file, file, timestamp, ...counts(cases), time })
  return [`  <testsuite${head}>`, ...cases.map(testCase), '  </testsuite>'].join('\n')
}

function testCase(result: CaseResult): string {
  const { file, place, duration, outcome } = result
  const head = attributes({
    name: workflowTitle(result),
    classname: file,
    file,
    line: place.line,
    time: seconds(duration),
  })
  if (outcome === 'passed') return `    <testcase${head}/>`
  return `    <testcase${head}>\n      ${whyElement(result)}\n    </testcase>`
}

function whyElement(result: CaseResult): string {
  const message = whyOf(result)
  if (result.outcome === 'skipped') return `<skipped${attributes({ message })}/>`
  const at = failedStep(result)?.failures[0]?.place ?? result.place
  const lines = [`${at.file}:${at.line}:${at.column}: ${message}`, ...failureLines(result)]
  const head = attributes({ message, type: 'failed' })
  return `<failure${head}>${escaped(lines.join('\n'))}</failure>`
}
