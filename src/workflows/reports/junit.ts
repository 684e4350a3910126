// A run as JUnit XML: a suite for each file, a case for each case, with the line it stands at.
import { grouped } from '../../state/collection.ts'
import type { CaseResult, RunResult } from '../result.ts'
import { caseText } from './text.ts'

export function junit({ cases, duration }: RunResult): string {
  const files = [...grouped(cases, ({ file }) => file)]
  const suites = files.map(([file, of]) => suite(file, of)).join('\n')
  const head = `tests="${cases.length}" failures="${failed(cases)}" time="${seconds(duration)}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="esimulator" ${head}>\n${suites}\n</testsuites>\n`
}

const failed = (cases: readonly CaseResult[]) =>
  cases.filter(({ outcome }) => outcome === 'failed').length
const skipped = (cases: readonly CaseResult[]) =>
  cases.filter(({ outcome }) => outcome === 'skipped').length
const seconds = (ms: number) => (ms / 1000).toFixed(3)

function suite(file: string, cases: readonly CaseResult[]): string {
  const time = cases.reduce((sum, { duration }) => sum + duration, 0)
  const head =
    `name="${escaped(file)}" file="${escaped(file)}" tests="${cases.length}" ` +
    `failures="${failed(cases)}" skipped="${skipped(cases)}" time="${seconds(time)}"`
  return `  <testsuite ${head}>\n${cases.map(testCase).join('\n')}\n  </testsuite>`
}

function testCase(result: CaseResult): string {
  const { file, workflow, case: name, place, duration, outcome, reason } = result
  const title = name === undefined ? workflow : `${workflow} [${name}]`
  const head =
    `name="${escaped(title)}" classname="${escaped(file)}" file="${escaped(file)}" ` +
    `line="${place.line}" time="${seconds(duration)}"`
  if (outcome === 'passed') return `    <testcase ${head}/>`
  const why = escaped(reason ?? messageOf(result))
  const within =
    outcome === 'skipped'
      ? `<skipped message="${why}"/>`
      : `<failure message="${why}">${escaped(caseText(result))}</failure>`
  return `    <testcase ${head}>\n      ${within}\n    </testcase>`
}

function messageOf({ steps }: CaseResult): string {
  return steps.findLast(({ failures }) => failures.length > 0)?.failures[0]?.message ?? 'failed'
}

/** Characters that XML 1.0 cannot hold at all become the sign that stands for such. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
