// `esimulator schema`: the JSON Schemas of the files that are written for esimulator, and of what it writes.
import { unknownName } from '../server/nearest.ts'
import { readSchema } from '../workflows/schema-files.ts'
import { CannotRun } from './cannot-run.ts'
import type { Run } from './command.ts'
import { configSchema } from './config-schema.ts'

const SCHEMAS: Readonly<Record<string, () => object>> = {
  workflow: () => readSchema('workflow'),
  result: () => readSchema('run-result'),
  diff: () => readSchema('diff-result'),
  config: configSchema,
  'seed-file': () => readSchema('seed-file'),
  cassette: () => readSchema('cassette'),
  'spec-diff': () => readSchema('spec-diff'),
}

/** Their names, in the order in which they are listed. */
export const SCHEMA_NAMES = Object.keys(SCHEMAS)

export const schema: Run = async (_config, [name]) => {
  if (name === undefined) {
    console.log(Object.keys(SCHEMAS).join('\n'))
    return 0
  }
  const read = Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined
  if (!read) throw new CannotRun(unknownName('no schema', name, Object.keys(SCHEMAS)))
  console.log(JSON.stringify(read(), null, 2))
  return 0
}
