// specs/control.yaml: what it promises of every operation.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ROUTES } from '../../src/control/operations.ts'
import { compileSpec, readSpec } from '../../src/server/spec.ts'

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

test('the client looks for every operation where the spec has it', () => {
  const routes = [...spec.operations.values()].map(({ id, method, path }) => [
    id,
    `${method} ${path.replace(/^\/_sim/, '')}`,
  ])
  expect(ROUTES).toEqual(Object.fromEntries(routes))
})

test('the types of the spec are generated', () => {
  const types = readFileSync(new URL('../../src/control/spec.d.ts', import.meta.url), 'utf8')
  expect(types).toMatch(/^\/\/ Generated from specs\/control\.yaml .* Do not edit\.\n/)
})
