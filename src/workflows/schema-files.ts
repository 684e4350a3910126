// The JSON Schemas that ship: of the language of workflows, of what a run and comparisons came to, of seed files, of cassettes.
import { readFileSync } from 'node:fs'
import { packageFile } from '../state/shipped-files.ts'

/** Reads one of them. */
export function readSchema(
  name: 'workflow' | 'run-result' | 'diff-result' | 'seed-file' | 'cassette' | 'spec-diff',
): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(packageFile(`specs/${name}.schema.json`), 'utf8'))
}
