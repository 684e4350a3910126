// `esimulator spec diff`: what a new version of an API changes for its clients, and what that touches.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SpecDiff } from '../contracts/spec-diff/result.ts'
import {
  countsText,
  operationsText,
  type Row,
  rowsOf,
  someOf,
  touchedBy,
} from '../contracts/spec-diff/rows.ts'
import { namesOnly } from '../server/redaction/redactor.ts'
import { reasonOf } from '../state/reason.ts'
import { unknownAction } from './actions.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Flags } from './config.ts'
import { table } from './table.ts'
import { withReason } from './with-reason.ts'

export const specFlags: readonly OwnFlag[] = [
  { usage: '--suite <FILE>', says: 'workflows of your own, too: a file or a pattern', many: true },
  { usage: '--provider <SLUG>', says: 'whose API it is, where its operations do not tell' },
  { usage: '--all', says: 'list every change that breaks nothing, and all that is touched' },
  { usage: '--report <markdown:FILE>', says: 'write it as Markdown, for a pull request' },
  { usage: '--json', says: 'print JSON: esimulator schema spec-diff' },
]

export const spec: Run = async (_config, [action, ...versions], flags) => {
  if (action !== 'diff') {
    if (action !== undefined) throw unknownAction('spec', action)
    throw new CannotRun('something is missing: esimulator spec diff OLD NEW')
  }
  const [old, now, ...more] = versions
  if (old === undefined || now === undefined || more.length > 0)
    throw new CannotRun('two versions are compared: esimulator spec diff OLD NEW')
  const report = reportFile(flags)
  const { diffSpecs } = await import('../library/spec-diff.ts')
  const provider = flags.provider as string | undefined
  const suites = (flags.suite ?? []) as readonly string[]
  const diff = withoutSecrets(await withReason(() => diffSpecs(old, now, { provider, suites })))
  if (report !== undefined) await write(report, diff)
  console.log(flags.json === true ? JSON.stringify(diff) : diffText(diff, flags.all === true))
  return diff.counts.breaking > 0 ? 1 : 0
}

/** A URL may have a password or a token in it. */
function withoutSecrets(diff: SpecDiff): SpecDiff {
  const told = ({ source, ...others }: SpecDiff['old']) => ({
    source: namesOnly.redacted(source, 'sentence'),
    ...others,
  })
  return { ...diff, old: told(diff.old), new: told(diff.new) }
}

/** @throws CannotRun for a report there is not */
function reportFile({ report }: Flags): string | undefined {
  if (report === undefined) return undefined
  const [, file] = /^markdown:(.+)$/s.exec(String(report)) ?? []
  if (file === undefined)
    throw new CannotRun(`there is no report ${report}: write --report markdown:FILE`)
  return file
}

/** @throws CannotRun */
async function write(file: string, diff: SpecDiff): Promise<void> {
  const { markdownReport } = await import('../contracts/spec-diff/markdown.ts')
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, markdownReport(diff))
  } catch (error) {
    throw new CannotRun(`the report markdown:${file} cannot be written: ${reasonOf(error)}`)
  }
}

/** Rows that break nothing are shown up to here. */
const HARMLESS_SHOWN = 15

function diffText(diff: SpecDiff, isAll: boolean): string {
  const title = `${diff.old.source} → ${diff.new.source}: `
  if (diff.changes.length === 0) return `${title}nothing changed`
  const harmless = rowsOf(diff, false, isAll)
  const shown = isAll ? harmless : harmless.slice(0, HARMLESS_SHOWN)
  const left = harmless.length - shown.length
  const cells = (rows: readonly Row[]) =>
    rows.map((row) => [operationsText(row), row.where, row.says])
  const touched = touchedBy(diff, isAll).map(([operation, { cases, statements, handlers }]) => [
    operation,
    someOf(cases, isAll ? Number.POSITIVE_INFINITY : 2),
    someOf(statements, isAll ? Number.POSITIVE_INFINITY : 4),
    handlers.join(', '),
  ])
  return [
    title + countsText(diff),
    ...section('BREAKING', ['operation', 'where', 'change'], cells(rowsOf(diff, true, isAll))),
    ...section('breaks nothing', ['operation', 'where', 'change'], cells(shown)),
    ...(left > 0 ? [`and ${left} more: --all lists them`] : []),
    ...section('touched', ['operation', 'cases', 'statements', 'handlers'], touched),
  ].join('\n')
}

function section(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  return rows.length === 0 ? [] : ['', title, table(columns, rows)]
}
