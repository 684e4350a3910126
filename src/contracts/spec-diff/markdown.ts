// The changes of two versions in Markdown, for a pull request.
import type { SpecDiff } from './result.ts'
import { countsText, operationsText, rowsOf, someOf, touchedBy } from './rows.ts'

/** The whole report. */
export function markdownReport(diff: SpecDiff): string {
  const breaking = rowsOf(diff, true).map((row) => [operationsText(row), row.where, row.says])
  const harmless = rowsOf(diff, false).map((row) => [operationsText(row), row.where, row.says])
  const touched = touchedBy(diff, false).map(([title, { cases, statements, handlers }]) => [
    title,
    someOf(cases, 5),
    someOf(statements, 10),
    handlers.join(', '),
  ])
  const columns = ['operation', 'where', 'change']
  const parts = [
    `## ${text(diff.old.source)} → ${text(diff.new.source)}: ${countsText(diff)}`,
    ...section('### Breaking for a client', columns, breaking),
    ...section('### What that touches', ['operation', 'cases', 'statements', 'handlers'], touched),
    ...folded(`${harmless.length} that break nothing`, section('', columns, harmless)),
  ]
  return `${parts.join('\n\n')}\n`
}

type Rows = readonly (readonly string[])[]

function section(title: string, columns: readonly string[], rows: Rows): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]) => `| ${cells.map(text).join(' | ')} |`
  const table = [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
  return title === '' ? [table] : [title, table]
}

function folded(title: string, parts: readonly string[]): string[] {
  if (parts.length === 0) return []
  return [`<details><summary>${title}</summary>`, ...parts, '</details>']
}

/** A text that Markdown shows as it is: none of it begins a cell, a link, HTML or emphasis. */
function text(written: string): string {
  return written
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]<>|~]/g, (mark) => `\\${mark}`)
    .replaceAll('&', '&amp;')
}
