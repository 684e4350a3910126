// Whether something fits a seed file, by the schema of seed files.
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { SeedPart } from '../../simulators/import-plan.ts'
import { readSchema } from '../../workflows/schema-files.ts'

/** Says what is wrong with one entry of a part, or with its value; `undefined` where it fits. */
export function seedProblems(
  provider: string,
  parts: readonly SeedPart[],
): (part: string, value: unknown) => string | undefined {
  const ajv = new Ajv2020({ strict: false, logger: false })
  const validate = ajv.compile(readSchema('seed-file'))
  const problemWith = (part: string, value: unknown): string | undefined => {
    if (validate({ [provider]: { [part]: value } })) return undefined
    const errors = validate.errors ?? []
    // Where there are several forms, what is wrong lies deepest in the one that was meant.
    const [deepest] = errors.toSorted((a, b) => depth(b.instancePath) - depth(a.instancePath))
    const field = deepest?.instancePath.split('/').slice(4).join('.') ?? ''
    return `its ${field || 'form'} ${deepest?.message ?? 'does not fit the seed file'}`
  }
  const values = new Set(parts.filter(({ form }) => form === 'value').map(({ name }) => name))
  return (part, value) => problemWith(part, values.has(part) ? value : [value])
}

function depth(path: string): number {
  return path.split('/').length
}
