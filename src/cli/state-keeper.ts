// The worlds of cases that failed, each in a file that `state import` puts in again.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PlannedCase } from '../workflows/runner.ts'

/** So many are kept of a run: a world takes a megabyte, and the first that failed tell the most. */
const MOST_KEPT = 20

/**
 * Writes worlds into a folder, which is made.
 * @returns what keeps one: it returns the file, or `undefined` where enough are kept
 */
export function stateKeeper(folder: string) {
  let kept = 0
  return (state: object, { title }: PlannedCase): string | undefined => {
    if (kept >= MOST_KEPT) return undefined
    kept += 1
    mkdirSync(folder, { recursive: true })
    const file = join(folder, `${title.replaceAll(/[^A-Za-z0-9._-]+/g, '-')}.json`)
    writeFileSync(file, `${JSON.stringify(state)}\n`)
    return file.replaceAll('\\', '/')
  }
}
