// The file of `run --evidence`: what was proven so far, and what a run adds to it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Evidence, RunEvidence } from '../contracts/evidence.ts'
import { reasonOf } from '../state/reason.ts'
import { CannotRun } from './cannot-run.ts'

/** An open file of evidence. */
export interface EvidenceFile {
  /** Writes it with what a run has proven. @returns why it could not be written */
  add(run: RunEvidence): string | undefined
}

/**
 * Reads a file of evidence; one that is not there begins empty.
 * @throws CannotRun where it is something else
 */
export async function openEvidence(file: string): Promise<EvidenceFile> {
  const { evidenceText, NO_EVIDENCE, withRun } = await import('../contracts/evidence.ts')
  const before = existsSync(file) ? evidenceIn(file) : NO_EVIDENCE
  return {
    add(run) {
      // What else stands there is kept: `npm run evidence` writes more than a run does.
      const text = evidenceText(Object.assign({}, before, withRun(before, run)))
      try {
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, text)
        return undefined
      } catch (error) {
        return `the evidence ${file} cannot be written: ${reasonOf(error)}`
      }
    },
  }
}

/** @throws CannotRun */
function evidenceIn(file: string): Evidence {
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as Partial<Evidence> | null
    if (read?.format === 1 && typeof read.providers === 'object') return read as Evidence
  } catch (error) {
    throw new CannotRun(
      `the evidence ${file} cannot be read: ${reasonOf(error)}; name another file`,
    )
  }
  throw new CannotRun(`${file} holds no evidence of format 1: name another file`)
}
