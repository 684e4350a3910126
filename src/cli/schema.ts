// `esimulator schema`: the JSON Schemas of the files that are written for esimulator, and of what it writes.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unknownName } from '../server/nearest.ts'
import { knownPlugins } from '../simulators/plugins.ts'
import { reasonOf } from '../state/reason.ts'
import {
  editorComment,
  schemaFile,
  schemaPath,
  type WrittenKind,
} from '../workflows/editor-comment.ts'
import { readSchema } from '../workflows/schema-files.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import { configSchema } from './config-schema.ts'

const SCHEMAS: Readonly<Record<string, () => object>> = {
  workflow: () => readSchema('workflow'),
  result: () => readSchema('run-result'),
  diff: () => readSchema('diff-result'),
  config: configSchema,
  'seed-file': seedFileSchema,
  cassette: () => readSchema('cassette'),
  'spec-diff': () => readSchema('spec-diff'),
}

/** Their names, in the order in which they are listed. */
export const SCHEMA_NAMES = Object.keys(SCHEMAS)

/** What people write by hand, and where it lies mostly. */
const WRITTEN: Readonly<Record<WrittenKind, string>> = {
  config: 'esimulator.config.yaml',
  'seed-file': 'seed.yaml',
  workflow: 'a workflow',
}

export const schemaFlags: readonly OwnFlag[] = [
  {
    usage: '--write <DIR>',
    says: 'write those of the files that people write, for editors, and tell the line that names each',
  },
  {
    usage: '--plugin <PATH|PACKAGE>',
    says: 'a provider of your own that the schema of seed files is to know',
    many: true,
  },
]

/** The providers of plug-ins that take one check their part of a seed file themselves. */
function seedFileSchema(): object {
  const { properties, ...schema } = readSchema('seed-file')
  const brought = knownPlugins()
    .filter(({ applySeedFile }) => applySeedFile !== undefined)
    .map(({ slug, title }) => [slug, { type: 'object', description: `What ${title} has` }])
  return { ...schema, properties: { ...(properties as object), ...Object.fromEntries(brought) } }
}

export const schema: Run = async (config, [name], { write: folder, plugin }) => {
  if (Array.isArray(plugin)) {
    const { loadPlugins } = await import('./plugins.ts')
    await loadPlugins({ ...config, plugin: plugin.map(String) })
  }
  if (typeof folder === 'string') return writeAll(folder, name)
  if (name === undefined) {
    console.log(Object.keys(SCHEMAS).join('\n'))
    return 0
  }
  const read = Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined
  if (!read) throw new CannotRun(unknownName('no schema', name, Object.keys(SCHEMAS)))
  console.log(JSON.stringify(read(), null, 2))
  return 0
}

/** Writes the schemas for editors: all of them, or one. @throws CannotRun */
function writeAll(folder: string, name: string | undefined): number {
  const all = Object.keys(WRITTEN) as WrittenKind[]
  const wanted = name === undefined ? all : all.filter((kind) => kind === name)
  if (wanted.length === 0)
    throw new CannotRun(unknownName('no schema of a file to write', `${name}`, all))
  try {
    mkdirSync(folder, { recursive: true })
    for (const kind of wanted)
      writeFileSync(
        join(folder, schemaFile(kind)),
        `${JSON.stringify(SCHEMAS[kind]?.(), null, 2)}\n`,
      )
  } catch (error) {
    throw new CannotRun(`cannot write to ${folder}: ${reasonOf(error)}`)
  }
  console.log(`written to ${folder}; the first line of a file in this folder names its schema:`)
  for (const kind of wanted)
    console.log(`${WRITTEN[kind]}:\n  ${editorComment(schemaPath(kind, undefined, folder))}`)
  return 0
}
