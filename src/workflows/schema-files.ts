// The JSON Schemas that ship: of the language of workflows, of what a run and comparisons came to, of seed files, of cassettes.
import { existsSync, readFileSync } from 'node:fs'

/** Reads one of them, beside the code where it is built. */
export function readSchema(
  name: 'workflow' | 'run-result' | 'diff-result' | 'seed-file' | 'cassette' | 'spec-diff',
): Readonly<Record<string, unknown>> {
  const built = new URL(`../specs/${name}.schema.json`, import.meta.url)
  const source = new URL(`../../specs/${name}.schema.json`, import.meta.url)
  return JSON.parse(readFileSync(existsSync(built) ? built : source, 'utf8'))
}
