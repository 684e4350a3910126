// Examples of replies: those of the spec, else one made of its schema.
import type { Reply } from '../simulators/call.ts'
import { JSON_LIKE } from './media-type.ts'
import { textFitting } from './pattern-text.ts'
import type { Operation } from './spec.ts'

interface Media {
  readonly schema?: Schema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value?: unknown }>>
}

/** A dereferenced JSON Schema as far as an example is made of it. */
interface Schema {
  readonly type?: string | readonly string[]
  readonly example?: unknown
  readonly examples?: readonly unknown[]
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly minLength?: number
  readonly minItems?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly allOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}

function mediaOf({ object }: Operation, status: number): [type: string, media: Media][] {
  const { content = {} } = object.responses[status] ?? {}
  return Object.entries(content) as [string, Media][]
}

/** Names of the examples of an operation, with the status each is of. */
export function examplesOf(operation: Operation): ReadonlyMap<string, number> {
  const names = new Map<string, number>()
  for (const status of Object.keys(operation.object.responses).map(Number))
    for (const [, { examples = {} }] of mediaOf(operation, status))
      for (const name of Object.keys(examples)) if (!names.has(name)) names.set(name, status)
  return names
}

/**
 * An example of a reply of a status the spec has: the named one, else its first, else one made of the
 * schema where that comes out right. `undefined` where there is none.
 */
export function exampleOf(operation: Operation, status: number, name?: string): Reply | undefined {
  if (!operation.object.responses[status]) return undefined
  const media = mediaOf(operation, status)
  if (media.length === 0) return name === undefined ? { status } : undefined
  for (const [type, of] of media) {
    const value =
      written(of, name) ?? (name === undefined ? made(operation, status, type, of) : undefined)
    if (value === undefined) continue
    if (JSON_LIKE.test(type)) return { status, body: value }
    return { status, content: { type, render: () => String(value) } }
  }
  return undefined
}

function written({ example, examples = {} }: Media, name: string | undefined): unknown {
  if (name !== undefined) return Object.hasOwn(examples, name) ? examples[name]?.value : undefined
  return example ?? Object.values(examples)[0]?.value
}

/** One made of the schema, where it fits. */
function made(operation: Operation, status: number, type: string, { schema }: Media): unknown {
  if (!schema || !JSON_LIKE.test(type)) return undefined
  const value = sampleOf(schema)
  return operation.violations(status, type, value).length === 0 ? value : undefined
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  uuid: '00000000-0000-4000-8000-000000000000',
  uri: 'https://example.com/',
  email: 'someone@example.com',
}

/** A value that most likely fits a schema: its example, its first word, or what its type asks for. */
function sampleOf(schema: Schema): unknown {
  const { example, examples, default: fallback, const: fixed, enum: words } = schema
  const given = example ?? examples?.[0] ?? fixed ?? words?.[0] ?? fallback
  if (given !== undefined) return given

  const parts = schema.allOf ?? []
  const branch = (schema.oneOf ?? schema.anyOf ?? [])[0]
  const all = [...parts, ...(branch ? [branch] : [])].map(sampleOf)
  if (schema.properties || all.some((each) => typeof each === 'object'))
    return Object.assign({}, ...all, objectOf(schema))
  if (all.length > 0) return all[0]
  return simpleOf(schema)
}

function objectOf({ properties = {} }: Schema): object {
  return Object.fromEntries(
    Object.entries(properties).map(([name, below]) => [name, sampleOf(below)]),
  )
}

function simpleOf(schema: Schema): unknown {
  const { type, minimum = 0, items = {} } = schema
  switch (Array.isArray(type) ? type[0] : type) {
    case 'array':
      return [sampleOf(items)]
    case 'object':
      return {}
    case 'integer':
    case 'number':
      return Math.max(minimum, 1)
    case 'boolean':
      return true
    default:
      return textOf(schema)
  }
}

function textOf({ format = '', pattern, minLength = 1 }: Schema): string {
  const fitting = pattern === undefined ? undefined : textFitting(pattern)
  return fitting ?? FORMATS[format] ?? 'text'.padEnd(minLength, 'x')
}
