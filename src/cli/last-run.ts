// Which cases failed when workflows were last run here: `.esimulator/.last-run.json`, for `run --failed`.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { LAST_RUN_FILE } from '../stores/world-files.ts'
import type { CaseResult } from '../workflows/result.ts'

/** Beside the state. */
export const LAST_RUN = `.esimulator/${LAST_RUN_FILE}`

/** What tells a case from others. */
export type CaseKey = Pick<CaseResult, 'file' | 'workflow' | 'case'>

export function isSameCase(one: CaseKey, other: CaseKey): boolean {
  return one.file === other.file && one.workflow === other.workflow && one.case === other.case
}

/** Those that failed; none where nothing is known. */
export function failedLast(): CaseKey[] {
  try {
    const { failed } = JSON.parse(readFileSync(LAST_RUN, 'utf8')) as { failed?: unknown }
    return Array.isArray(failed) ? failed.filter(isCaseKey) : []
  } catch {
    return []
  }
}

function isCaseKey(value: Partial<CaseKey> | null): value is CaseKey {
  return typeof value?.file === 'string' && typeof value.workflow === 'string'
}

/**
 * Notes what failed now; what failed before and was not run is not forgotten. Where it cannot be
 * written nothing is: a run needs it not.
 */
export function noteFailed(cases: readonly CaseResult[]): void {
  const before = failedLast()
  const left = before.filter((known) => !cases.some((each) => isSameCase(each, known)))
  const now = cases.filter(({ outcome }) => outcome === 'failed')
  const failed = [...left, ...now.map(keyOf)]
  try {
    if (failed.length > 0) {
      mkdirSync(dirname(LAST_RUN), { recursive: true, mode: 0o700 })
      writeFileSync(LAST_RUN, `${JSON.stringify({ failed }, null, 2)}\n`)
    } else if (before.length > 0) rmSync(LAST_RUN)
  } catch {}
}

function keyOf({ file, workflow, case: name }: CaseResult): CaseKey {
  return name === undefined ? { file, workflow } : { file, workflow, case: name }
}
