// The picture of coverage in the HTML report: operations as rows, their statuses as cells, bars for fields and statements.
import { grouped } from '../../state/collection.ts'
import type { CoverageResult, OperationCoverage, RunResult, StatementCoverage } from '../result.ts'
import {
  type CoverageFigures,
  coverageFigures,
  fieldsOf,
  type Part,
  percentOf,
  statementsOf,
} from './coverage-figures.ts'
import { html, type Markup } from './markup.ts'
import { coverageText } from './text.ts'

/** `undefined` where a run was not asked for its coverage. */
export function coverageSection({ coverage }: RunResult): Markup | undefined {
  if (!coverage) return undefined
  const figures = coverageFigures(coverage)
  const hasStatements = coverage.statements.length > 0
  const statuses = allStatuses(coverage)
  const sources = [...grouped(coverage.operations, ({ source }) => source)]
  const view = { statuses, hasStatements, isNamed: sources.length > 1 }
  const bodies = sources.map(([source, operations]) => sourceRows(source, operations, view))
  return html`<section class="covered" id="covered"><h2>Covered</h2>
${totals(figures)}
<div class="scroll"><table class="map"><thead><tr><th scope="col">operation</th>
${statuses.map((status) => html`<th scope="col" class="status">${status}</th>`)}
<th scope="col">fields</th>${hasStatements ? html`<th scope="col">statements</th>` : undefined}</tr></thead>
${bodies}</table></div>
<p class="key"><span class="cell lit"></span> seen <span class="cell unlit"></span> documented, never seen
<span>· what a fault has broken counts for nothing</span></p>
${unprovenList(coverage.statements)}${unseenList(coverage.operations)}</section>
`
}

/** A line that leads to the picture: it stands below all cases. */
export function coverageLink({ coverage }: RunResult): Markup | undefined {
  return coverage && html`<p class="about"><a href="#covered">${coverageText(coverage)}</a></p>`
}

/** The three figures, each with its bar. */
function totals({ statuses, fields, statements }: CoverageFigures): Markup {
  const shown: [string, Part][] = [
    ['documented statuses', statuses],
    ['documented fields', fields],
    ['statements of the documents', statements],
  ]
  const items = shown.map(([name, part]) =>
    part.all === 0
      ? undefined
      : html`<div><dt>${name}</dt><dd><b>${percentOf(part)} %</b> <span>${part.seen} of ${part.all}</span>${bar(part)}</dd></div>`,
  )
  return html`<dl class="totals">${items}</dl>`
}

interface View {
  /** The columns. */
  readonly statuses: readonly string[]
  readonly hasStatements: boolean
  /** Whether sources are told by name. */
  readonly isNamed: boolean
}

function allStatuses({ operations }: CoverageResult): string[] {
  const all = operations.flatMap(({ statuses }) => Object.keys(statuses))
  return [...new Set(all)].toSorted()
}

function sourceRows(source: string, operations: readonly OperationCoverage[], view: View): Markup {
  const { statuses, hasStatements, isNamed } = view
  const columns = statuses.length + 2 + Number(hasStatements)
  const head = html`<tr class="source"><th scope="rowgroup" colspan="${columns}">${source}</th></tr>\n`
  const rows = operations.map((operation) => {
    const cells = statuses.map((status) => statusCell(status, operation.statuses[status]))
    const held = hasStatements ? partCell(statementsOf(operation), 'none about it') : undefined
    return html`<tr><th scope="row"><code>${operation.operation}</code></th>${cells}${partCell(fieldsOf(operation), 'no fields')}${held}</tr>\n`
  })
  return html`<tbody>${isNamed ? head : undefined}${rows}</tbody>\n`
}

/** Empty where the operation does not document the status. */
function statusCell(status: string, count: number | undefined): Markup {
  if (count === undefined) return html`<td></td>`
  const told = count > 0 ? `${status}: seen ${counted(count, 'time')}` : `${status}: never seen`
  const look = count > 0 ? 'lit' : 'unlit'
  return html`<td class="status"><span class="cell ${look}" role="img" title="${told}" aria-label="${told}"></span></td>`
}

function partCell(part: Part, none: string): Markup {
  if (part.all === 0) return html`<td class="part"><span class="none">${none}</span></td>`
  return html`<td class="part">${bar(part)}<span>${part.seen}/${part.all}</span></td>`
}

function bar(part: Part): Markup {
  const look = part.seen === part.all ? 'bar full' : 'bar'
  return html`<span class="${look}" aria-hidden="true"><i style="width: ${percentOf(part)}%"></i></span>`
}

function unprovenList(statements: readonly StatementCoverage[]): Markup | undefined {
  const unproven = statements.filter(({ provenBy }) => provenBy.length === 0)
  if (unproven.length === 0) return undefined
  const items = unproven.map(({ id, says, gap }) => {
    const why =
      gap === undefined ? undefined : html` <span class="about">(not simulated: ${gap})</span>`
    return html`<li><code>${id}</code> ${says}${why}</li>\n`
  })
  return html`<details class="missing"><summary>${counted(unproven.length, 'statement')} that no workflow has proven</summary><ul>${items}</ul></details>`
}

function unseenList(operations: readonly OperationCoverage[]): Markup | undefined {
  const unseen = operations.filter(({ unseenFields }) => unseenFields.length > 0)
  if (unseen.length === 0) return undefined
  const items = unseen.map(
    ({ operation, unseenFields }) =>
      html`<li><code>${operation}</code>: ${unseenFields.join(', ')}</li>\n`,
  )
  const count = unseen.reduce((total, { unseenFields }) => total + unseenFields.length, 0)
  return html`<details class="missing"><summary>${counted(count, 'field')} that no reply had</summary><ul>${items}</ul></details>`
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`
}
