// A value made of a schema: its own example, else what its type, format and pattern ask for.
import { textFitting } from './pattern-text.ts'

/** A JSON Schema as far as a value is made of it. */
export interface MadeSchema {
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
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, unknown>>
  readonly items?: unknown
  readonly allOf?: readonly unknown[]
  readonly anyOf?: readonly unknown[]
  readonly oneOf?: readonly unknown[]
}

/** How values are made. */
export interface Making {
  /** What a schema says: itself, unless it is a reference. */
  readonly schemaOf: (schema: unknown) => MadeSchema
  /** Fields that an object gets: a reply shows all it can have, a request sends what it must. */
  readonly fields: 'all' | 'required'
}

/** Objects in objects go no deeper: a schema may lead back to itself. */
const DEEPEST = 20

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  uuid: '00000000-0000-4000-8000-000000000000',
  uri: 'https://example.com/',
  email: 'someone@example.com',
}

/** A value that most likely fits a schema. */
export function madeValue(schema: unknown, making: Making, depth = 0): unknown {
  const own = making.schemaOf(schema)
  const { example, examples, default: fallback, const: fixed, enum: words } = own
  const given = example ?? examples?.[0] ?? fixed ?? words?.[0] ?? fallback
  if (given !== undefined) return given
  if (depth >= DEEPEST) return null

  const branch = (own.oneOf ?? own.anyOf ?? []).slice(0, 1)
  const all = [...(own.allOf ?? []), ...branch].map((part) => madeValue(part, making, depth + 1))
  if (own.properties || own.required || all.some((each) => typeof each === 'object'))
    return Object.assign({}, ...all, objectOf(own, making, depth))
  if (all.length > 0) return all[0]
  return simpleOf(own, making, depth)
}

function objectOf({ properties = {}, required = [] }: MadeSchema, making: Making, depth: number) {
  const names = making.fields === 'all' ? Object.keys(properties) : required
  return Object.fromEntries(
    names.map((name) => [name, madeValue(properties[name] ?? {}, making, depth + 1)]),
  )
}

function simpleOf(schema: MadeSchema, making: Making, depth: number): unknown {
  const { type, minimum = 0, items = {} } = schema
  switch (Array.isArray(type) ? type[0] : type) {
    case 'array':
      return [madeValue(items, making, depth + 1)]
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

function textOf({ format = '', pattern, minLength = 1 }: MadeSchema): string {
  const fitting = pattern === undefined ? undefined : textFitting(pattern)
  return fitting ?? FORMATS[format] ?? 'text'.padEnd(minLength, 'x')
}
