// Fields of a body that its schema does not know: allowed, and worth telling.
import { pointerToken } from '../state/json-pointer.ts'
import type { OpenApiDocument } from '../workflows/sources.ts'
import { type Json, schemaAt } from './document-schemas.ts'

/** JSON pointers of them, each once however many entries of a list have it (a `*` for the entry). */
export function undocumentedFields(
  document: OpenApiDocument,
  schema: Json,
  body: unknown,
): readonly string[] {
  const found = new Set<string>()
  look({ document, found }, { schemas: [schema], value: body, pointer: '' })
  return [...found]
}

interface Search {
  readonly document: OpenApiDocument
  readonly found: Set<string>
}

/** A value, and the schemas that speak of it. */
interface Spot {
  readonly schemas: readonly unknown[]
  readonly value: unknown
  readonly pointer: string
}

function look(search: Search, { schemas, value, pointer }: Spot): void {
  if (typeof value !== 'object' || value === null) return
  const flat = schemas.flatMap((schema) => parts(search.document, schema, 0))
  if (Array.isArray(value)) {
    const items = flat.flatMap((schema) => (schema.items === undefined ? [] : [schema.items]))
    for (const each of value) look(search, { schemas: items, value: each, pointer: `${pointer}/*` })
    return
  }
  const isOpen = flat.every((schema) => schema.properties === undefined)
  for (const [name, each] of Object.entries(value)) {
    const at = `${pointer}/${pointerToken(name)}`
    const own = flat.flatMap((schema) => {
      const { properties, additionalProperties } = schema as {
        readonly properties?: Json
        readonly additionalProperties?: unknown
      }
      if (properties?.[name] !== undefined) return [properties[name]]
      return additionalProperties === undefined || additionalProperties === false
        ? []
        : [additionalProperties]
    })
    if (own.length === 0 && !isOpen) search.found.add(at)
    else look(search, { schemas: own.filter((part) => part !== true), value: each, pointer: at })
  }
}

const DEEPEST = 20

/** A schema and all that it is put together from, whichever of them hold. */
function parts(document: OpenApiDocument, schema: unknown, depth: number): Json[] {
  if (depth > DEEPEST) return []
  const own = schemaAt(document, schema)
  const within = ['allOf', 'anyOf', 'oneOf'].flatMap((word) => {
    const all = own[word]
    return Array.isArray(all) ? (all as unknown[]) : []
  })
  const branches = [own.then, own.else].filter((each) => each !== undefined)
  return [own, ...[...within, ...branches].flatMap((each) => parts(document, each, depth + 1))]
}
