// Bodies that an operation takes: the examples of its document, or one made of its schema.
import { type MadeSchema, madeValue } from '../server/made-value.ts'
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
  const schemaOf = (schema: unknown) => (dereferenced(document, schema) ?? {}) as MadeSchema
  const value = media.example ?? madeValue(media.schema, { schemaOf, fields: 'required' })
  return [{ name: 'sample', value }]
}
