// The validators that the build writes down, held to those that are compiled at run time: same yes, same no, same reasons.
import { existsSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { builtChecks, builtForms } from '../../src/server/built-checks.ts'
import type { Depth } from '../../src/server/checks.ts'
import { compiledChecks } from '../../src/server/compiled-checks.ts'
import { compiledForms } from '../../src/server/compiled-forms.ts'
import { operationsIn } from '../../src/server/spec.ts'
import { readSpec } from '../../src/server/spec-files.ts'
import type { Validator } from '../../src/server/violations.ts'
import { ROOT } from '../support/source.ts'

/** What `npm run build` left. */
function built(path: string): URL | undefined {
  const file = new URL(`../../dist/${path}`, import.meta.url)
  return existsSync(file) ? file : undefined
}

/** A schema, dereferenced, as far as values are made of it. */
interface Schema {
  readonly type?: string | readonly string[]
  readonly example?: unknown
  readonly examples?: readonly unknown[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}

const OF_FORMAT: Readonly<Record<string, unknown>> = {
  'date-time': '2026-01-31T10:00:00Z',
  date: '2026-01-31',
  uri: 'https://one.example/',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
  email: 'a@b.example',
}

/** A value that mostly fits a schema. */
function valueFor(schema: Schema, depth = 0): unknown {
  const [first] = schema.examples ?? []
  const said = schema.example ?? first ?? schema.const ?? schema.enum?.[0]
  if (said !== undefined) return said
  const [form] = schema.oneOf ?? schema.anyOf ?? []
  if (form) return valueFor(form, depth)
  const parts = schema.allOf?.map((each) => valueFor(each, depth)) ?? []
  const fields = Object.entries(schema.properties ?? {})
  if (parts.length > 0 || fields.length > 0) {
    const own = depth > 4 ? [] : fields.map(([name, each]) => [name, valueFor(each, depth + 1)])
    return Object.assign({}, ...parts, Object.fromEntries(own))
  }
  if (schema.items) return [valueFor(schema.items, depth + 1)]
  const type = [schema.type ?? 'object'].flat()[0]
  if (type === 'string') return OF_FORMAT[schema.format ?? ''] ?? 'a text'
  if (type === 'integer' || type === 'number') return 1
  return { array: [], boolean: true, null: null, object: {} }[type ?? '']
}

const STRANGE = [null, '', 'x'.repeat(300), -1, 1.5, true, [], {}, '2026-12-31T23:59:60Z'] as const

/** A value, and what becomes of it where one place of it is left out, or is another thing. */
function* spoilt(value: unknown, depth = 0): Generator<unknown> {
  yield value
  if (depth === 0) yield* STRANGE
  if (typeof value !== 'object' || value === null || depth > 3) return
  if (Array.isArray(value)) {
    for (const each of spoilt(value[0], depth + 1)) yield [each, ...value.slice(1)]
    return
  }
  yield { ...value, undocumented: 1 }
  for (const [name, here] of Object.entries(value)) {
    const { [name]: _, ...others } = value as Record<string, unknown>
    yield others
    const all = depth < 2 ? STRANGE : STRANGE.slice(0, 3)
    for (const each of all) yield { ...value, [name]: each }
    for (const each of spoilt(here, depth + 1)) yield { ...value, [name]: each }
  }
}

/** What a validator says of a value, and what it has made of it: some convert. */
function verdict(validate: Validator | undefined, value: unknown) {
  const seen = structuredClone(value)
  const fits = validate?.(seen)
  const errors = (validate?.errors ?? []).map(({ instancePath, keyword, message, params }) => ({
    instancePath,
    keyword,
    message,
    params,
  }))
  return { fits, errors, seen }
}

/** How often a pair of validators said yes and no. */
interface Said {
  yes: number
  no: number
}

function compare(pair: readonly (Validator | undefined)[], values: Iterable<unknown>, said: Said) {
  const [ours, theirs] = pair
  let left = 80
  for (const value of values) {
    left -= 1
    if (left < 0) return
    const found = verdict(ours, value)
    expect(found, JSON.stringify(value)).toEqual(verdict(theirs, value))
    if (found.fits) said.yes += 1
    else said.no += 1
  }
}

/** The parts of a request as validators see them. */
function requestOf(object: ReturnType<typeof operationsIn>[number]['object']) {
  const { parameters = [], requestBody } = object
  const placed = (where: string) =>
    Object.fromEntries(
      parameters
        .filter((each) => each.in === where)
        .map(({ name, schema = {} }) => [
          where === 'header' ? name.toLowerCase() : name,
          valueFor(schema as Schema),
        ]),
    )
  const [body] = Object.values(requestBody?.content ?? {})
  const parts = { path: placed('path'), query: placed('query'), header: placed('header') }
  return body ? { ...parts, requestBody: valueFor((body.schema ?? {}) as Schema) } : parts
}

const specs = readdirSync(`${ROOT}specs`).filter((file) => file.endsWith('.yaml'))

// It compiles every schema there is.
test.each(specs)(
  '%s: requests and replies are judged alike',
  { timeout: 120_000 },
  async (file) => {
    const ours = builtChecks(file, () => readSpec(file), built)
    expect(ours, 'npm run build makes them').toBeDefined()
    const theirs = await compiledChecks(readSpec(file))
    expect(ours?.document).toEqual(theirs.document)
    const said: Said = { yes: 0, no: 0 }
    for (const { object } of operationsIn(theirs.document))
      for (const depth of ['quick', 'thorough'] satisfies Depth[]) {
        const compiled = theirs.requests(object.operationId, depth)
        const own = ours?.requests(object.operationId, depth) ?? []
        expect(own).toHaveLength(compiled.length)
        for (const [at, each] of compiled.entries())
          compare([own[at], each], spoilt(requestOf(object)), said)

        const replies = ours?.replies(object, depth) ?? {}
        for (const [status, each] of Object.entries(theirs.replies(object, depth))) {
          const [media] = Object.values(object.responses[status]?.content ?? {})
          const values = spoilt(media?.example ?? valueFor((media?.schema ?? {}) as Schema))
          compare([replies[status], each], values, said)
        }
      }
    expect(Math.min(said.yes, said.no)).toBeGreaterThan(100)
  },
)

test.each(specs)('%s: callbacks are judged alike', (file) => {
  const document = readSpec(file)
  const ours = builtForms(file, built) ?? {}
  const theirs = compiledForms(document, {}, (ajv) => ajv)
  expect(Object.keys(ours)).toEqual(Object.keys(theirs))
  const { webhooks = {} } = document as { webhooks?: Readonly<Record<string, object>> }
  const examples = Object.values(webhooks).flatMap((webhook) => examplesIn(webhook))
  const said: Said = { yes: 0, no: 0 }
  for (const [name, forms] of Object.entries(theirs))
    for (const [at, form] of forms.entries())
      for (const example of examples) compare([ours[name]?.[at], form], spoilt(example), said)
  if (Object.keys(theirs).length > 0) expect(Math.min(said.yes, said.no)).toBeGreaterThan(0)
})

/** The values of all that is called an example, at any depth. */
function examplesIn(below: unknown): unknown[] {
  if (typeof below !== 'object' || below === null) return []
  return Object.entries(below).flatMap(([key, value]) => {
    if (key === 'example') return [value]
    if (key !== 'examples') return examplesIn(value)
    return Object.values(value as Readonly<Record<string, { value?: unknown }>>).map(
      (each) => each?.value,
    )
  })
}
