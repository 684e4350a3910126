// A comparison as JUnit XML: a test for each case, and one for each thing that is known no more.
import { grouped } from '../../state/collection.ts'
import { attributes, escaped } from '../../workflows/reports/xml.ts'
import { placeText, stepText } from './report-text.ts'
import type { ComparedCase, Difference, DiffResult, KnownOutcome } from './result.ts'

export function diffJunit(result: DiffResult): string {
  const { cases, differences, known, startedAt, duration } = result
  const late = known.filter(({ state }) => state === 'over' || state === 'gone')
  const suites = [...grouped(cases, ({ place }) => place.file)].map(([file, of]) => {
    const failures = of.filter((each) => each.outcome === 'different').length
    const skipped = of.filter((each) => each.outcome === 'skipped').length
    const counts = { tests: of.length, failures, errors: 0, skipped }
    // Without the zone, as the schema of Jenkins has it.
    const head = attributes({ name: file, file, timestamp: startedAt.slice(0, 19), ...counts })
    const tests = of.map((each) => testCase(each, differences))
    return [`  <testsuite${head}>`, ...tests, '  </testsuite>'].join('\n')
  })
  if (late.length > 0) suites.push(knownSuite(late))
  const failures = cases.filter(({ outcome }) => outcome === 'different').length + late.length
  const head = attributes({
    name: 'esimulator diff',
    tests: cases.length + late.length,
    failures,
    errors: 0,
    skipped: cases.filter(({ outcome }) => outcome === 'skipped').length,
    time: (duration / 1000).toFixed(3),
  })
  const xml = '<?xml version="1.0" encoding="UTF-8"?>'
  return [xml, `<testsuites${head}>`, ...suites, '</testsuites>', ''].join('\n')
}

function testCase(compared: ComparedCase, differences: readonly Difference[]): string {
  const { title, place, outcome, reason = '' } = compared
  const { file, line } = place
  const head = attributes({ name: title, classname: file, file, line, time: '0.000' })
  if (outcome === 'skipped')
    return `    <testcase${head}><skipped${attributes({ message: reason })}/></testcase>`
  const own = differences.filter(({ places }) => places.some((each) => each.case === title))
  const elements = [
    ...own.filter(({ state }) => state === 'new').map((each) => failure(each, title)),
    ...pendingOutput(own.filter(({ state }) => state === 'pending')),
  ]
  if (elements.length === 0) return `    <testcase${head}/>`
  return [`    <testcase${head}>`, ...elements, '    </testcase>'].join('\n')
}

function failure(difference: Difference, title: string): string {
  const { kind, message, mend, places } = difference
  const where = `${kind} ${placeText(difference)}`
  const steps = places.filter((each) => each.case === title).map(stepText)
  const lines = [message, ...steps, mend.says, ...mend.lines]
  const head = attributes({ message: `${where}: ${message}`, type: kind })
  return `      <failure${head}>${escaped(lines.join('\n'))}</failure>`
}

function pendingOutput(pending: readonly Difference[]): string[] {
  if (pending.length === 0) return []
  const lines = pending.map((each) => `pending: ${each.kind} ${placeText(each)}: ${each.reason}`)
  return [`      <system-out>${escaped(lines.join('\n'))}</system-out>`]
}

function knownSuite(late: readonly KnownOutcome[]): string {
  const counts = { tests: late.length, failures: late.length, errors: 0, skipped: 0 }
  const tests = late.map(({ where, message, state }) => {
    const head = attributes({ name: where, classname: 'known', time: '0.000' })
    const why = attributes({ message, type: state })
    return `    <testcase${head}><failure${why}/></testcase>`
  })
  return [
    `  <testsuite${attributes({ name: 'known', ...counts })}>`,
    ...tests,
    '  </testsuite>',
  ].join('\n')
}
