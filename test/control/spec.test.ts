// specs/control.yaml: what it promises of every operation.
import { expect, test } from 'vitest'
import { compileSpec } from '../../src/server/spec.ts'
import { readSpec } from '../../src/server/spec-files.ts'

const spec = await compileSpec(await readSpec('control.yaml'))

test.each([...spec.operations.values()].map((operation) => [operation.id, operation] as const))(
  '%s words its errors as problems and has a closed body',
  (_, operation) => {
    expect(Object.keys(operation.object.responses.default?.content ?? {})).toEqual([
      'application/problem+json',
    ])
    const schema = operation.object.requestBody?.content['application/json']?.schema
    if (schema) expect(schema.additionalProperties).toBeDefined()
  },
)
