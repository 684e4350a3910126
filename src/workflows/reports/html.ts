// A run as one HTML page that needs nothing else: every step with its exchange, callbacks and the clock of the world.
import { grouped } from '../../state/collection.ts'
import type {
  CallbackResult,
  CaseResult,
  ExchangeResult,
  Failure,
  Outcome,
  RunResult,
  StepResult,
} from '../result.ts'
import { curlOf } from './curl.ts'
import { differenceOf } from './difference.ts'
import { coverageLink, coverageSection } from './html-coverage.ts'
import { factList, htmlPage } from './html-page.ts'
import { html, type Markup } from './markup.ts'
import { caseTitle, exchangeOf, summaryText, whyOf, workflowTitle } from './text.ts'
import { eventsOf, gapText, type TimedEvent } from './time-line.ts'

export function htmlReport(result: RunResult): string {
  const { cases, outcome, version, target, seed, startedAt, duration, notes = [] } = result
  const named = cases.map((each, at) => ({ each, id: `c${at + 1}` }))
  const failed = named.filter(({ each }) => each.outcome === 'failed')
  const opens = failed.slice(0, MOST_OPEN)
  const sections = [...grouped(named, ({ each }) => each.file)].map(([file, of]) => {
    const shown = of.map((one) => caseSection(one.each, one.id, opens.includes(one)))
    return html`<section class="file"><h2>${file}</h2>${shown}</section>\n`
  })
  const facts = {
    target,
    seed,
    started: startedAt,
    took: lengthText(duration),
    esimulator: version,
  }
  return htmlPage({
    title: `${outcome}: ${summaryText(result)}`,
    header: html`<h1>Workflows ${counts(cases)}</h1>
${factList(facts)}
${notes.map((note) => html`<p>${note}</p>`)}
${coverageLink(result)}
${failedList(failed)}
${cases.length > 1 && outcome === 'failed' ? CHOICE : undefined}`,
    main: html`${sections}${coverageSection(result)}`,
  })
}

/** More cases that failed are not opened: the list of them leads there. */
const MOST_OPEN = 5

interface NamedCase {
  readonly each: CaseResult
  readonly id: string
}

function failedList(failed: readonly NamedCase[]): Markup | undefined {
  if (failed.length < 2) return undefined
  const items = failed.map(
    ({ each, id }) => html`<li><a href="#${id}">${caseTitle(each)}</a>: ${whyOf(each)}</li>\n`,
  )
  return html`<ul class="failed-cases">${items}</ul>`
}

/** Wall time: `350 ms`, `12.4 s`. */
function lengthText(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`
}

/** Which cases are shown; it works without a script. */
const CHOICE = html`<fieldset><legend>Show</legend>
<label><input type="radio" name="only" checked> all</label>
<label><input type="radio" name="only" id="only-failed"> failed</label>
</fieldset>`

function counts(cases: readonly CaseResult[]): Markup[] {
  const outcomes: readonly Outcome[] = ['passed', 'failed', 'skipped']
  return outcomes.flatMap((outcome) => {
    const count = cases.filter((each) => each.outcome === outcome).length
    return count > 0 ? [html`<span class="badge ${outcome}">${count} ${outcome}</span> `] : []
  })
}

const MARK = { passed: '✓', failed: '✗', skipped: '–' } as const

function caseSection(result: CaseResult, id: string, isOpen: boolean): Markup {
  const { outcome, summary, reason, duration, place, world, state, inputs, outputs, tags } = result
  const events = eventsOf(result)
  const facts = {
    at: `${place.file}:${place.line}:${place.column}`,
    world,
    state,
    tags: tags?.join(', '),
    inputs: jsonFact(inputs),
    outputs: jsonFact(outputs),
  }
  return html`<details class="case ${outcome}" id="${id}"${openWhere(isOpen)}>
<summary><span class="mark">${MARK[outcome]}</span><span class="name">${workflowTitle(result)}</span>
<span class="about">${summary}</span><span class="end">${lengthText(duration)}</span></summary>
<div class="inside">
${reason === undefined ? undefined : html`<p class="reason">${reason}</p>`}
${factList(facts)}
${findingList(result)}
${timeLine(events, id)}
${events.map((event) => eventSection(event, id))}
${moreCallbacks(result)}
</div></details>
`
}

/** What was found beside the steps, with what shows it. */
function findingList({ findings = [] }: CaseResult): Markup | undefined {
  if (findings.length === 0) return undefined
  const items = findings.map(({ check, severity, operation, message, request }) => {
    const shown = request && exchangeOf(request)
    const again = shown && html`<pre>${curlOf(shown)}</pre>`
    const look = severity === 'failure' ? 'failed' : 'skipped'
    return html`<li><span class="badge ${look}">${check}</span> ${operation} ${message}${again}</li>\n`
  })
  return html`<h3>Found beside the steps</h3><ul class="findings">${items}</ul>`
}

function moreCallbacks({ moreCallbacks: count }: CaseResult): Markup | undefined {
  return count === undefined ? undefined : html`<p class="about">${count} more callbacks left.</p>`
}

const openWhere = (isOpen: boolean) => (isOpen ? html` open` : undefined)

function jsonFact(values: Readonly<Record<string, unknown>>): string | undefined {
  return Object.keys(values).length > 0 ? JSON.stringify(values) : undefined
}

/** Each instant at which something happened, with what did: a mark for each step and callback. */
function timeLine(events: readonly TimedEvent[], id: string): Markup | undefined {
  const timed = events.flatMap((event) => (event.at === undefined ? [] : [event]))
  if (timed.length === 0) return undefined
  const instants = [...grouped(timed, ({ at }) => at ?? '')].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  )
  const items = instants.map(([at, of], index) => {
    const before = instants[index - 1]?.[0]
    const gap = before === undefined ? undefined : gapText(Date.parse(at) - Date.parse(before))
    const marks = of.map((event) => eventMark(event, id))
    return html`<li><time>${at.slice(0, 19).replace('T', ' ')}</time> <span class="gap">${gap}</span>
<div class="dots">${marks}</div></li>`
  })
  return html`<h3>Clock of the world</h3><ol class="clock">${items}</ol>`
}

function eventMark(event: TimedEvent, id: string): Markup {
  const { kind, key } = event
  const [look, name] =
    kind === 'step'
      ? [event.step.outcome, event.step.step]
      : ['callback', `↗ ${event.callback.type}`]
  return html`<a class="dot ${look}" href="#${id}${key}">${name}</a> `
}

function eventSection(event: TimedEvent, id: string): Markup {
  const anchor = id + event.key
  return event.kind === 'step'
    ? stepSection(event.step, anchor)
    : callbackSection(event.callback, anchor)
}

function stepSection(step: StepResult, id: string): Markup {
  const { outcome, within, attempt, description, exchange, failures, action, clock } = step
  const depth = within.slice(1).map((name) => html`<span class="depth">${name} ›</span>`)
  const again =
    attempt > 1 ? html`<span class="badge skipped">attempt ${attempt}</span>` : undefined
  const isOpen = outcome === 'failed' && action === undefined
  const then = action === undefined ? undefined : html`<span class="about">→ ${action}</span>`
  return html`<details class="step ${outcome}" id="${id}"${openWhere(isOpen)}>
<summary><span class="mark">${MARK[outcome]}</span>${depth}<span class="name">${step.step}</span>${again}
<span class="about">${exchange && exchangeLine(exchange)}</span>${then}
<span class="end">${clock?.slice(0, 19).replace('T', ' ')}</span></summary>
<div class="inside">
${description === undefined ? undefined : html`<p class="about">${description}</p>`}
${failures.map(failureSection)}
${exchange && exchangeSection(exchange, outcome === 'failed')}
</div></details>
`
}

function exchangeLine({ method, url, status }: ExchangeResult): string {
  const path = url.replace(/^https?:\/\/[^/]*(?:\/w\/[^/]+)?/, '')
  return `${method} ${path} · ${status ?? 'no answer'}`
}

function failureSection(failure: Failure): Markup {
  const { place, message } = failure
  return html`<div class="failure"><p>${message}</p>
<p class="place">${place.file}:${place.line}:${place.column}</p>
${difference(failure)}</div>`
}

function difference(failure: Failure): Markup | undefined {
  const { expectedValue, seen } = failure
  const [first] = seen
  if (!('expectedValue' in failure) || first === undefined) return undefined
  const lines = differenceOf(expectedValue, first.value).map(({ sign, text }) => {
    const line = `${sign} ${text}\n`
    if (sign === ' ') return line
    return sign === '-' ? html`<del>${line}</del>` : html`<ins>${line}</ins>`
  })
  const key = html`<p class="place"><del>- expected</del> <ins>+ seen</ins></p>`
  return html`<div class="difference">${key}<pre>${lines}</pre></div>`
}

/** How much of a body is shown, of a step that failed and of others: characters. */
const SHOWN = { failed: 16_000, others: 2_000 } as const

function exchangeSection(exchange: ExchangeResult, isFailed: boolean): Markup {
  const { method, url, requestHeaders, requestBody, status, error } = exchange
  const { replyHeaders = {}, replyBody, replySize = 0 } = exchange
  const limit = isFailed ? SHOWN.failed : SHOWN.others
  const answer = status === undefined ? html`no answer: ${error}` : html`${status}`
  const binary =
    replySize > 0 ? html`<p class="about">${replySize} bytes that are no text</p>` : undefined
  return html`<h3>Request</h3><code>${method} ${url}</code>
${headerList(requestHeaders)}${requestBody === undefined ? undefined : bodyText(requestBody, limit)}
<h3>Reply: ${answer}</h3>
${headerList(replyHeaders)}${replyBody === undefined ? binary : bodyText(replyBody, limit)}
${isFailed ? html`<h3>Again</h3><pre>${curlOf(exchange)}</pre>` : undefined}`
}

function headerList(headers: Readonly<Record<string, string>>): Markup | undefined {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  if (lines.length === 0) return undefined
  return html`<details class="headers"><summary>${lines.length === 1 ? '1 header' : `${lines.length} headers`}</summary><pre>${lines.join('\n')}</pre></details>`
}

function bodyText(body: string, limit: number): Markup {
  const text = spread(body)
  const rest = text.length - limit
  const more =
    rest > 0 ? html`<p class="about">${rest} more characters: see the JSON report</p>` : undefined
  return html`<pre>${rest > 0 ? `${text.slice(0, limit)}...` : text}</pre>${more}`
}

/** JSON over several lines; anything else as it is. */
function spread(body: string): string {
  if (!/^\s*[[{]/.test(body)) return body
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

function callbackSection(callback: CallbackResult, id: string): Markup {
  const { type, provider, at, attempt, url, status, error, signature, body, iccid } = callback
  const facts = { provider, iccid, callback: callback.callback, signature, to: url }
  const again = attempt > 1 ? ` (attempt ${attempt})` : ''
  return html`<details class="callback" id="${id}">
<summary><span class="badge call">callback</span><span class="name">${type}${again}</span>
<span class="about">· ${status ?? error ?? 'no answer'}</span>
<span class="end">${at.slice(0, 19).replace('T', ' ')}</span></summary>
<div class="inside">${factList(facts)}${bodyText(body, SHOWN.others)}</div></details>
`
}
