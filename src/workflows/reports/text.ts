// A run in lines for people: each case, and of one that failed the step, what was seen, and a curl.
import { grouped } from '../../state/collection.ts'
import { defined } from '../../state/defined.ts'
import { printable } from '../../state/printable.ts'
import { mistakeText } from '../mistakes.ts'
import type {
  CaseResult,
  CoverageResult,
  ExchangeResult,
  Failure,
  OperationCoverage,
  RunResult,
  StepResult,
} from '../result.ts'
import type { Finding } from '../seen-exchange.ts'
import {
  coverageFigures,
  fieldsOf,
  type Part,
  percentOf,
  statementsOf,
} from './coverage-figures.ts'
import { curlOf } from './curl.ts'
import { differenceOf } from './difference.ts'

/** `wholesale-notified-twice › notified [first]`. */
export function caseTitle(result: CaseResult): string {
  const base = result.file
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\.arazzo\.(ya?ml|json)$/, '')
  return `${base} › ${workflowTitle(result)}`
}

/** `notified [first]`. */
export function workflowTitle({ workflow, case: name }: CaseResult): string {
  return name === undefined ? workflow : `${workflow} [${name}]`
}

const MARK = { passed: '✓', failed: '✗', skipped: '-' } as const

/** The step that decided a case: of one that calls a workflow, the one that failed there. */
export function failedStep({ steps }: Pick<CaseResult, 'steps'>): StepResult | undefined {
  let at = steps.findLastIndex(({ failures }) => failures.length > 0)
  const isInner = (inner: StepResult | undefined, outer: StepResult | undefined) =>
    inner !== undefined &&
    outer !== undefined &&
    outer.exchange === undefined &&
    inner.failures.length > 0 &&
    inner.within.length > outer.within.length
  while (isInner(steps[at - 1], steps[at])) at -= 1
  return steps[at]
}

/** Why a case was skipped or failed, in one sentence. */
export function whyOf(result: CaseResult): string {
  const { reason, outcome } = result
  return (
    reason ?? failedStep(result)?.failures[0]?.message ?? foundIn(result)[0]?.message ?? outcome
  )
}

/** What was found beside the steps and fails a case. */
function foundIn({ findings = [] }: CaseResult): readonly Finding[] {
  return findings.filter(({ severity }) => severity === 'failure')
}

/** The line of a case, and below it what failed. */
export function caseText(result: CaseResult): string {
  const { outcome, duration, reason } = result
  const why = reason === undefined ? '' : `: ${reason}`
  const head = `${MARK[outcome]} ${caseTitle(result)} (${duration} ms)${why}`
  return printable([head, ...failureLines(result), ...noteLines(result)].join('\n'))
}

/** What failed of a case that did: the step, what was seen, the exchange, a curl. */
export function failureLines(result: CaseResult): string[] {
  if (result.outcome !== 'failed') return []
  const failed = failedStep(result)
  const found = foundIn(result).flatMap((each) => findingLines(result, each))
  return [...(failed ? stepLines(failed) : []), ...found, ...stateLines(result)]
}

/** How its world is had again: the curl above then fails as it did. */
function stateLines({ state, world }: CaseResult): string[] {
  const into = `esimulator state import '${state}' --world ${world}`
  if (state === undefined) return []
  const keys = `eval "$(esimulator env --world ${world})"`
  return [`  its world: ${into}`, `  its keys in a shell: ${keys}`]
}

/** What was found, the step it is about, and a curl that shows it. */
function findingLines({ steps }: CaseResult, finding: Finding): string[] {
  const { check, operation, message, attempt, request } = finding
  const step = attempt === undefined ? undefined : steps[attempt]
  const about = operation === undefined ? '' : ` ${operation}:`
  const sentence = `${check}:${about} ${message}`
  const lines = [step ? mistakeText({ ...step.place, message: sentence }) : sentence]
  const shown = request ? exchangeOf(request) : step?.exchange
  if (shown) lines.push(`again: ${curlOf(shown)}`)
  return lines.map((line) => `  ${line}`)
}

/** A request that was no step's, as that of one is told. */
export function exchangeOf({ method, url, headers, body }: NonNullable<Finding['request']>) {
  return defined({ method, url, requestHeaders: headers, requestBody: body })
}

/** What is told and fails nothing, each once. */
function noteLines({ findings = [] }: CaseResult): string[] {
  const notes = findings.filter(({ severity }) => severity === 'note')
  const lines = notes.map(({ operation, message }) => `  note: ${operation ?? ''}: ${message}`)
  return [...new Set(lines)]
}

function stepLines({ step, within, attempt, clock, failures, exchange }: StepResult): string[] {
  const inside = within.length > 1 ? ` of "${within.at(-1)}"` : ''
  const again = attempt > 1 ? `, attempt ${attempt}` : ''
  const at = clock === undefined ? '' : `, the clock at ${clock}`
  const lines = [`  step "${step}"${inside}${again}${at}`]
  for (const failure of failures) {
    lines.push(`    ${mistakeText({ ...failure.place, message: failure.message })}`)
    lines.push(...comparedLines(failure).map((line) => `      ${line}`))
  }
  if (exchange) lines.push(...exchangeLines(exchange).map((line) => `    ${line}`))
  return lines
}

/** What was demanded over what was seen; empty where the message says it in fewer words. */
function comparedLines(failure: Failure): string[] {
  const { expectedValue, seen } = failure
  const [first] = seen
  if (!('expectedValue' in failure) || first === undefined) return []
  const lines = differenceOf(expectedValue, first.value)
  if (lines.every(({ text }) => text.length < 20) && lines.length < 3) return []
  return ['- expected, + seen', ...lines.map(({ sign, text }) => `${sign} ${text}`)]
}

/** How much of a body is shown. */
const SHOWN = 1000

function exchangeLines(exchange: ExchangeResult): string[] {
  const { method, url, requestBody, status, error, replyBody, replySize = 0 } = exchange
  const lines = [`${method} ${url}`]
  if (requestBody) lines.push(...bodyLines(requestBody))
  lines.push(status === undefined ? `no answer: ${error}` : `answered ${status}`)
  if (replyBody) lines.push(...bodyLines(replyBody))
  else if (replySize > 0) lines.push(`  ${replySize} bytes that are no text`)
  lines.push(`again: ${curlOf(exchange)}`)
  return lines
}

function bodyLines(body: string): string[] {
  const text = body.length > SHOWN ? `${body.slice(0, SHOWN)}...` : body
  return text.split('\n').map((line) => `  ${line}`)
}

/** The last line: how many of each there are. */
export function summaryText({ cases, duration, shuffle }: RunResult): string {
  const count = (outcome: CaseResult['outcome']) =>
    cases.filter((each) => each.outcome === outcome).length
  const skipped = count('skipped')
  const more = skipped > 0 ? `, ${skipped} skipped` : ''
  const order = shuffle === undefined ? '' : `, in the order of --shuffle ${shuffle}`
  return `${count('passed')} passed, ${count('failed')} failed${more} in ${duration} ms${order}`
}

/** How many statements that nothing proves are named. */
const MOST_STATEMENTS = 20

/**
 * What was covered, as a table: each operation with its documented statuses, those that were never
 * seen in brackets. `default` is told where it was seen.
 */
export function coverageLines(coverage: CoverageResult): string[] {
  const { operations, statements } = coverage
  const hasStatements = statements.length > 0
  const row = (each: OperationCoverage) => {
    const parts = [fieldsOf(each), ...(hasStatements ? [statementsOf(each)] : [])]
    return [each.operation, statusesText(each), ...parts.map(partText)]
  }
  const names = ['operation', 'statuses', 'fields', ...(hasStatements ? ['statements'] : [])]
  const sources = [...grouped(operations, ({ source }) => source)]
  const heads = ([source]: (typeof sources)[number]) => (sources.length > 1 ? [[`${source}:`]] : [])
  const rows = sources.flatMap((each) => [...heads(each), ...each[1].map(row)])
  const unproven = statements.flatMap(({ id, provenBy }) => (provenBy.length === 0 ? id : []))
  const more = unproven.length - MOST_STATEMENTS
  const shown = unproven.slice(0, MOST_STATEMENTS).join(' ')
  const rest = more > 0 ? ` and ${more} more: a report tells them` : ''
  const left = unproven.length > 0 ? [`statements not proven: ${shown}${rest}`] : []
  return [coverageText(coverage), ...columns([names, ...rows]), ...left].map(printable)
}

function statusesText({ statuses }: OperationCoverage): string {
  const names = (isSeen: boolean) =>
    Object.keys(statuses).filter((status) => (statuses[status] ?? 0) > 0 === isSeen)
  const unseen = names(false).filter((status) => status !== 'default')
  return [...names(true), ...(unseen.length > 0 ? [`(${unseen.join(' ')})`] : [])].join(' ')
}

/** How much it is in all. What `--min-coverage` counts comes first. */
export function coverageText(coverage: CoverageResult): string {
  const { fields, statements } = coverageFigures(coverage)
  const more = [
    fields.all > 0 ? `${percentOf(fields)} % of the fields` : [],
    statements.all > 0 ? `${percentOf(statements)} % of the statements` : [],
  ].flat()
  return [`covered: ${coverage.percent} % of the documented statuses`, ...more].join(', ')
}

const partText = ({ seen, all }: Part) => (all === 0 ? '-' : `${seen} of ${all}`)

/** Rows with columns as wide as what is in them. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const [names = []] = rows
  const widths = names.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return rows.map((row) =>
    `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd(),
  )
}
