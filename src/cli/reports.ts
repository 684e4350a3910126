// The reports that a run is asked for: written each by itself, so that one that cannot be hinders no other.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { reasonOf } from '../state/reason.ts'
import type { ReportKind } from '../workflows/reports/kinds.ts'
import type { Report } from './options.ts'

/**
 * Writes what is asked for, folders too; what has no file is printed.
 * @returns a sentence for each that could not be written
 */
export async function writeReports<T>(
  reports: readonly Report[],
  result: T,
  kinds: Readonly<Record<string, ReportKind<T>>>,
  print: (text: string) => void,
): Promise<string[]> {
  const problems: string[] = []
  for (const { kind, file } of reports) {
    const text = (await kinds[kind]?.load())?.(result) ?? ''
    if (file === undefined) {
      print(text)
      continue
    }
    try {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    } catch (error) {
      const reason = reasonOf(error)
      problems.push(`the report ${kind}:${file} cannot be written: ${reason}`)
    }
  }
  return problems
}
