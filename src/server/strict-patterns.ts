// The patterns a provider's document has where its spec is wider: what `strict` holds a request to.
import { isFull, tell } from './bounded.ts'

/** A JSON Schema as far as these patterns go. */
interface StrictSchema {
  readonly type?: string
  readonly 'x-strict-pattern'?: string
  readonly properties?: Readonly<Record<string, StrictSchema>>
  readonly items?: StrictSchema
  readonly anyOf?: readonly StrictSchema[]
  readonly oneOf?: readonly StrictSchema[]
  readonly allOf?: readonly StrictSchema[]
}

/** An operation object, dereferenced, as far as these patterns go. */
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
 * What tells, of a valid request, which values break an `x-strict-pattern` of
 * its operation.
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
    for (const [key, below] of Object.entries(value))
      for (const each of schemasOf(schema, key))
        noteBroken(below, each, broken, name ? `${name}.${key}` : key)
    return
  }

  const pattern = schema['x-strict-pattern']
  if (value === undefined || pattern === undefined || regexOf(pattern).test(String(value))) return
  tell(broken, `${name} must match pattern "${pattern}", and strict is on`)
}

/** What a schema and its branches say of a property. */
function schemasOf(schema: StrictSchema, key: string): StrictSchema[] {
  const own = schema.properties?.[key]
  const branches = [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  const below = branches.flatMap((branch) => schemasOf(branch, key))
  return own ? [own, ...below] : below
}
