// The JSON Schemas that ship: of the language of workflows, of what a run and `spec diff` came to, of seed files.
import { existsSync, readFileSync } from 'node:fs'

/** Reads one of them, beside the code where it is built. */
export function readSchema(
  name: 'workflow' | 'run-result' | 'seed-file' | 'spec-diff',
): Readonly<Record<string, unknown>> {
  const built = new URL(`../specs/${name}.schema.json`, import.meta.url)
  const source = new URL(`../../specs/${name}.schema.json`, import.meta.url)
  return JSON.parse(readFileSync(existsSync(built) ? built : source, 'utf8'))
}
