// A run in lines for people: each case, and of one that failed the step, what was seen, and a curl.
import { mistakeText } from '../document.ts'
import type { CaseResult, ExchangeResult, Failure, RunResult, StepResult } from '../result.ts'
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
  return reason ?? failedStep(result)?.failures[0]?.message ?? outcome
}

/** The line of a case, and below it what failed. */
export function caseText(result: CaseResult): string {
  const { outcome, duration, reason } = result
  const why = reason === undefined ? '' : `: ${reason}`
  const head = `${MARK[outcome]} ${caseTitle(result)} (${duration} ms)${why}`
  return printable([head, ...failureLines(result)].join('\n'))
}

/** What failed of a case that did: the step, what was seen, the exchange, a curl. */
export function failureLines(result: CaseResult): string[] {
  const failed = result.outcome === 'failed' ? failedStep(result) : undefined
  return failed ? stepLines(failed) : []
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

/** A text without what a terminal would obey. */
function printable(text: string): string {
  return text.replaceAll(/(?![\t\n])\p{Cc}/gu, '\uFFFD')
}

/** The last line: how many of each there are. */
export function summaryText({ cases, duration }: RunResult): string {
  const count = (outcome: CaseResult['outcome']) =>
    cases.filter((each) => each.outcome === outcome).length
  const skipped = count('skipped')
  const more = skipped > 0 ? `, ${skipped} skipped` : ''
  return `${count('passed')} passed, ${count('failed')} failed${more} in ${duration} ms`
}
