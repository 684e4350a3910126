// A comparison as one HTML page that needs nothing else: each difference with both answers side by side.
import { factList, htmlPage } from '../../workflows/reports/html-page.ts'
import { html, Markup } from '../../workflows/reports/markup.ts'
import type { ExchangeResult } from '../../workflows/result.ts'
import { placeText, stepText, summaryOf } from './report-text.ts'
import type { ComparedCase, Difference, DiffResult, KnownOutcome, NotCompared } from './result.ts'

const SIDES = `
.sides { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .25rem 1rem; }
.sides h4 { margin: .5rem 0 0; font-size: .85rem; color: var(--soft); overflow-wrap: anywhere; }
.sides .seen { font-weight: 600; overflow-wrap: anywhere; margin: .1rem 0; }
.cases { border-collapse: collapse; width: 100%; font-size: .9rem; }
.cases th, .cases td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
@media (max-width: 40rem) { .sides { grid-template-columns: minmax(0, 1fr); } }
`

export function diffHtml(result: DiffResult): string {
  const { left, right, outcome, differences, version, seed, startedAt } = result
  const fresh = differences.filter(({ state }) => state === 'new')
  const pending = differences.filter(({ state }) => state === 'pending')
  const facts = { left, right, seed, started: startedAt, esimulator: version }
  return htmlPage({
    title: `${outcome}: ${summaryOf(result)}`,
    style: SIDES,
    header: html`<h1>Differences <span class="badge ${outcome}">${fresh.length} new</span>
<span class="badge skipped">${pending.length} pending</span></h1>
${factList(facts)}`,
    main: html`${differences.length === 0 ? html`<p>Nothing differs.</p>` : undefined}
${[...fresh, ...pending].map((each, at) => differenceSection(result, each, at < MOST_OPEN))}
${knownSection(result.known)}
${notComparedSection(result.notCompared)}
${casesSection(result.cases)}`,
  })
}

/** More differences are not opened: their lines tell what there is. */
const MOST_OPEN = 10

function differenceSection(
  { left, right }: DiffResult,
  difference: Difference,
  isOpen: boolean,
): Markup {
  const { kind, state, reason, message, mend, places, shown } = difference
  const look = state === 'new' ? 'failed' : 'skipped'
  const opened = new Markup(isOpen ? ' open' : '')
  return html`<details class="case ${look}"${opened}>
<summary><span class="badge ${look}">${kind}</span> <span class="name">${placeText(difference)}</span>
<span class="about">${state === 'pending' ? `pending: ${reason}` : message}</span><span class="end">${places.length}</span></summary>
<div class="inside">
<p>${message}</p>
<div class="sides">
${sideOf({ name: left, seen: difference.left, example: difference.leftExample, exchange: shown.left })}
${sideOf({ name: right, seen: difference.right, example: difference.rightExample, exchange: shown.right })}
</div>
<h3>Mend: ${mend.kind === 'target-file' ? 'the target file' : mend.kind}</h3>
<p>${mend.says}</p>
${mend.lines.map((line) => html`<pre>${line}</pre>`)}
<h3>Where</h3>
<ul class="findings">${places.map((place) => html`<li>${stepText(place)} <code>${place.place.file}:${place.place.line}</code></li>\n`)}</ul>
</div></details>
`
}

interface ShownSide {
  readonly name: string
  readonly seen: string
  readonly example: unknown
  readonly exchange: ExchangeResult | undefined
}

function sideOf({ name, seen, example, exchange }: ShownSide): Markup {
  const value = example === undefined ? undefined : html`<pre>${jsonText(example)}</pre>`
  const answer = exchange && html`<pre>${exchangeText(exchange)}</pre>`
  return html`<section><h4>${name}</h4><p class="seen">${seen}</p>${value}${answer}</section>\n`
}

const jsonText = (value: unknown) =>
  typeof value === 'string' ? value : JSON.stringify(value, null, 2)

/** Characters of a body that are shown. */
const SHOWN = 4000

function exchangeText(exchange: ExchangeResult): string {
  const { method, url, status, error, replyHeaders = {}, replyBody = '' } = exchange
  const headers = Object.entries(replyHeaders).map(([name, value]) => `${name}: ${value}`)
  const answer = status === undefined ? `no answer: ${error}` : `answered ${status}`
  return [`${method} ${url}`, answer, ...headers, '', prettyBody(replyBody)].join('\n')
}

function prettyBody(body: string): string {
  let text = body
  try {
    text = JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    // It is shown as it is.
  }
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text
}

function knownSection(known: readonly KnownOutcome[]): Markup | undefined {
  if (known.length === 0) return undefined
  const items = known.map(({ state, message, reason }) => {
    const isBad = state === 'over' || state === 'gone'
    return html`<li><span class="badge ${isBad ? 'failed' : 'skipped'}">${state}</span> ${message} (${reason})</li>\n`
  })
  return html`<h2>Known</h2><ul class="findings">${items}</ul>`
}

function notComparedSection(left: readonly NotCompared[]): Markup | undefined {
  if (left.length === 0) return undefined
  const items = left.map(({ case: title, step, operation, pointer, reason }) => {
    const where = [title, step, operation, pointer].filter((part) => part).join(' ')
    return html`<li>${where}: ${reason}</li>\n`
  })
  return html`<details class="case"><summary>Not compared: ${left.length}</summary><div class="inside"><ul class="findings">${items}</ul></div></details>`
}

const LOOKS = {
  same: 'passed',
  pending: 'skipped',
  different: 'failed',
  skipped: 'skipped',
} as const

function casesSection(cases: readonly ComparedCase[]): Markup {
  const rows = cases.map(
    ({ title, outcome, steps, reason }) =>
      html`<tr><td><span class="badge ${LOOKS[outcome]}">${outcome}</span></td><td>${title}</td><td>${steps}</td><td>${reason}</td></tr>\n`,
  )
  return html`<h2>Cases</h2><table class="cases"><thead><tr><th></th><th>case</th><th>calls compared</th><th></th></tr></thead><tbody>${rows}</tbody></table>`
}
