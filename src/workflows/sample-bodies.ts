// Bodies that an operation takes: the examples of its document, or one made of its schema.
import { dereferenced, type OpenApiDocument, type SourceOperation } from './sources.ts'

export interface SampleBody {
  readonly name: string
  readonly summary?: string
  readonly value: unknown
}

interface MediaType {
  readonly schema?: unknown
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, unknown>>
}

/** The bodies to begin with, the first one first; none where the operation takes none. */
export function sampleBodies(
  { object, bodyTypes }: SourceOperation,
  document: OpenApiDocument,
): readonly SampleBody[] {
  const body = dereferenced(document, object.requestBody) as
    | { readonly content?: Readonly<Record<string, MediaType>> }
    | undefined
  const type = bodyTypes.find((each) => each.includes('json')) ?? bodyTypes[0]
  const media = type === undefined ? undefined : body?.content?.[type]
  if (!media) return []
  const written = Object.entries(media.examples ?? {}).map(([name, each]) => {
    const { summary, value } = dereferenced(document, each) as Omit<SampleBody, 'name'>
    return summary === undefined ? { name, value } : { name, summary, value }
  })
  if (written.length > 0) return written
  const value = media.example ?? sampleOf(document, media.schema, 0)
  return [{ name: 'sample', value }]
}

/** What is known of a schema here. */
interface Schema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
  readonly items?: unknown
  readonly example?: unknown
  readonly examples?: readonly unknown[]
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly allOf?: readonly unknown[]
  readonly oneOf?: readonly unknown[]
  readonly anyOf?: readonly unknown[]
}

const DEEPEST = 8

/** A value that a schema allows, as far as its examples and required fields tell. */
export function sampleOf(document: OpenApiDocument, schema: unknown, depth: number): unknown {
  const own = (dereferenced(document, schema) ?? {}) as Schema
  const told = [own.example, own.examples?.[0], own.default, own.const, own.enum?.[0]]
  const found = told.find((each) => each !== undefined)
  if (found !== undefined) return found
  if (depth >= DEEPEST) return null
  const [first] = own.oneOf ?? own.anyOf ?? []
  if (first !== undefined) return sampleOf(document, first, depth + 1)
  const parts = (own.allOf ?? []).map((each) => sampleOf(document, each, depth + 1))
  const { properties = {}, required = [] } = own
  const type = Array.isArray(own.type) ? own.type[0] : own.type
  if (parts.length > 0 || required.length > 0 || type === 'object') {
    const fields = required.map((name) => [name, sampleOf(document, properties[name], depth + 1)])
    return Object.assign({}, ...parts, Object.fromEntries(fields))
  }
  if (type === 'array') return [sampleOf(document, own.items, depth + 1)]
  if (type === 'integer' || type === 'number') return own.minimum ?? 1
  return type === 'boolean' ? false : ''
}
