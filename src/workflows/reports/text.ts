// A run in lines for people: each case, and of one that failed the step, what was seen, and a curl.
import { mistakeText } from '../document.ts'
import type { CaseResult, ExchangeResult, RunResult, StepResult } from '../result.ts'

/** `wholesale-notified-twice › notified [first]`. */
export function caseTitle({ file, workflow, case: name }: CaseResult): string {
  const base = file
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\.arazzo\.(ya?ml|json)$/, '')
  return `${base} › ${workflow}${name === undefined ? '' : ` [${name}]`}`
}

const MARK = { passed: '✓', failed: '✗', skipped: '-' } as const

/** The line of a case, and below it what failed. */
export function caseText(result: CaseResult): string {
  const { outcome, duration, reason, steps } = result
  const why = reason === undefined ? '' : `: ${reason}`
  const lines = [`${MARK[outcome]} ${caseTitle(result)} (${duration} ms)${why}`]
  if (outcome === 'failed') {
    const failed = steps.findLast(({ failures }) => failures.length > 0)
    if (failed) lines.push(...stepLines(failed))
  }
  return lines.join('\n')
}

function stepLines({ step, attempt, failures, exchange }: StepResult): string[] {
  const again = attempt > 1 ? `, attempt ${attempt}` : ''
  const lines = [`  step "${step}"${again}`]
  for (const failure of failures)
    lines.push(`    ${mistakeText({ ...failure.place, message: failure.message })}`)
  if (exchange) lines.push(...exchangeLines(exchange).map((line) => `    ${line}`))
  return lines
}

/** How much of a body is shown. */
const SHOWN = 1000

function exchangeLines(exchange: ExchangeResult): string[] {
  const { method, url, status, error, replyBody } = exchange
  const answer = status === undefined ? `no answer: ${error}` : `answered ${status}`
  const lines = [`${method} ${url}`, answer]
  if (replyBody)
    lines.push(replyBody.length > SHOWN ? `${replyBody.slice(0, SHOWN)}...` : replyBody)
  lines.push(`again: ${curlOf(exchange)}`)
  return lines
}

/** Headers that curl sends by itself. */
const OWN_HEADERS = new Set(['user-agent', 'host', 'content-length'])

/** One command that repeats a request; secrets in it were struck out. */
export function curlOf({ method, url, requestHeaders, requestBody }: ExchangeResult): string {
  const parts = ['curl', '-i']
  if (method !== 'GET') parts.push('-X', method)
  parts.push(quoted(url))
  for (const [name, value] of Object.entries(requestHeaders))
    if (!OWN_HEADERS.has(name)) parts.push('-H', quoted(`${name}: ${value}`))
  if (requestBody !== undefined) parts.push('--data-raw', quoted(requestBody))
  return parts.join(' ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** The last line: how many of each there are. */
export function summaryText({ cases, duration }: RunResult): string {
  const count = (outcome: CaseResult['outcome']) =>
    cases.filter((each) => each.outcome === outcome).length
  const skipped = count('skipped')
  const more = skipped > 0 ? `, ${skipped} skipped` : ''
  return `${count('passed')} passed, ${count('failed')} failed${more} in ${duration} ms`
}
