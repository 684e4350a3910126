// What a provider asks for where its spec is wider: patterns and fields, which `strict` demands.
import { isFull, tell } from './bounded.ts'

/** A JSON Schema as far as these rules go. */
interface StrictSchema {
  readonly type?: string
  readonly 'x-strict-pattern'?: string
  readonly 'x-strict-required'?: readonly string[]
  readonly properties?: Readonly<Record<string, StrictSchema>>
  readonly items?: StrictSchema
  readonly anyOf?: readonly StrictSchema[]
  readonly oneOf?: readonly StrictSchema[]
  readonly allOf?: readonly StrictSchema[]
}

/** An operation object, dereferenced, as far as these rules go. */
interface StrictOperation {
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly schema?: StrictSchema
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema?: StrictSchema }>> }
}

interface StrictRequest {
  readonly path: object
  readonly query: object
  readonly header: object
  readonly requestBody?: unknown
}

/**
 * What tells, of a valid request, which values break an `x-strict-pattern` of its operation, and
 * which fields of its body are missing that an `x-strict-required` names.
 */
export function strictProblemsOf(operation: StrictOperation): (request: StrictRequest) => string[] {
  const { parameters = [], requestBody } = operation
  const schemaOf = (part: string): StrictSchema => {
    const own = parameters.filter((each) => each.in === part)
    const named = own.map(({ name, schema = {} }) => {
      return [part === 'header' ? name.toLowerCase() : name, schema]
    })
    return { properties: Object.fromEntries(named) }
  }
  const parts = { path: schemaOf('path'), query: schemaOf('query'), header: schemaOf('header') }
  const body = Object.values(requestBody?.content ?? {})[0]?.schema ?? {}

  return ({ path, query, header, requestBody: sent }) => {
    const broken: string[] = []
    noteBroken(path, parts.path, broken)
    noteBroken(query, parts.query, broken)
    noteBroken(header, parts.header, broken)
    noteBroken(sent, body, broken)
    return broken
  }
}

const compiled = new Map<string, RegExp>()

function regexOf(pattern: string): RegExp {
  const regex = compiled.get(pattern) ?? new RegExp(pattern, 'u')
  compiled.set(pattern, regex)
  return regex
}

/** Notes sentences about a value and all within it, in the order it was sent. */
function noteBroken(value: unknown, schema: StrictSchema, broken: string[], name = ''): void {
  if (isFull(broken)) return
  if (Array.isArray(value)) {
    for (const each of value) noteBroken(each, schema.items ?? {}, broken, name)
    return
  }

  if (typeof value === 'object' && value !== null) {
    noteBrokenIn(value, schema, broken, name)
    return
  }

  const pattern = schema['x-strict-pattern']
  if (value === undefined || pattern === undefined || regexOf(pattern).test(String(value))) return
  tell(broken, `${name} must match pattern "${pattern}", and strict is on`)
}

function noteBrokenIn(value: object, schema: StrictSchema, broken: string[], name: string): void {
  for (const field of requiredBy(schema))
    if (!Object.hasOwn(value, field))
      tell(broken, `${name && `${name} `}must have required property '${field}', and strict is on`)
  for (const [key, below] of Object.entries(value))
    for (const each of schemasOf(schema, key))
      noteBroken(below, each, broken, name ? `${name}.${key}` : key)
}

/** The fields that a schema and its branches want under `strict`. */
function requiredBy(schema: StrictSchema): string[] {
  return [...(schema['x-strict-required'] ?? []), ...branchesOf(schema).flatMap(requiredBy)]
}

function branchesOf({ allOf = [], anyOf = [], oneOf = [] }: StrictSchema): StrictSchema[] {
  return [...allOf, ...anyOf, ...oneOf]
}

/** What a schema and its branches say of a property. */
function schemasOf(schema: StrictSchema, key: string): StrictSchema[] {
  const own = schema.properties?.[key]
  const below = branchesOf(schema).flatMap((branch) => schemasOf(branch, key))
  return own ? [own, ...below] : below
}
