// What a document says of a field: its values where they are listed, what is required below it.
import type { OpenApiDocument } from '../../workflows/sources.ts'
import { type Json, schemaAt } from '../document-schemas.ts'

/** A field as a document has it; says nothing where no schema is known. */
export interface DocumentedField {
  /** The values it may have, where the document lists them; `null` is none of them. */
  readonly values: ReadonlySet<string>
  /** True where one value alone tells which of several schemas holds. */
  readonly isDiscriminator: boolean
  /** True where some schema speaks of it. */
  readonly isKnown: boolean
  readonly isInteger: boolean
  /** True where the document says what its text looks like. */
  readonly isFormed: boolean
  readonly isNullable: boolean
  /** Fields below that are always there. */
  readonly required: ReadonlySet<string>
  /** A field below; `isNamed` is false where its name is data, as an id that leads to a value. */
  field(name: string): { readonly isNamed: boolean; readonly of: DocumentedField }
  /** An entry of the list it is. */
  entry(): DocumentedField
}

/** @param schemas that speak of it, whichever of them hold */
export function documentedField(
  document: OpenApiDocument | undefined,
  schemas: readonly unknown[],
): DocumentedField {
  const parts = document ? schemas.flatMap((each) => partsOf(document, each, {})) : []
  const all = parts.map(({ schema }) => schema)
  const below = new Map<string, ReturnType<DocumentedField['field']>>()
  let entry: DocumentedField | undefined
  return {
    values: valuesOf(all),
    isDiscriminator: isDiscriminator(all),
    isKnown: all.length > 0,
    isInteger: all.length > 0 && all.every(({ type }) => type === undefined || type === 'integer'),
    isFormed: all.some((schema) => 'pattern' in schema || 'format' in schema),
    isNullable: all.some(
      ({ nullable, type }) => nullable === true || listOf(type).includes('null') || type === 'null',
    ),
    required: new Set(
      parts.flatMap(({ schema, isSure }) => (isSure ? listOf(schema.required).map(String) : [])),
    ),
    field(name) {
      const known = below.get(name) ?? fieldIn(document, all, name)
      below.set(name, known)
      return known
    },
    entry() {
      entry ??= documentedField(
        document,
        all.flatMap(({ items }) => (items === undefined ? [] : [items])),
      )
      return entry
    },
  }
}

/** Names that no document would give a field: they are data. */
const NAME_OF_DATA = /^\d{5,}$|^[0-9a-f]{8}-[0-9a-f]{4}-/i

function fieldIn(document: OpenApiDocument | undefined, all: readonly Json[], name: string) {
  const own = all.flatMap(({ properties }) => {
    const found = (properties as Json | undefined)?.[name]
    return found === undefined ? [] : [found]
  })
  if (own.length > 0) return { isNamed: true, of: documentedField(document, own) }
  const others = all.flatMap(({ additionalProperties: more }) =>
    typeof more === 'object' && more !== null ? [more] : [],
  )
  const isNamed = others.length === 0 && !NAME_OF_DATA.test(name)
  return { isNamed, of: documentedField(document, others) }
}

/** Each schema that speaks of it allows one value. */
function isDiscriminator(all: readonly Json[]): boolean {
  const telling = all.filter((schema) => 'const' in schema || 'enum' in schema)
  return (
    telling.length > 1 &&
    telling.every((schema) => 'const' in schema || listOf(schema.enum).length === 1)
  )
}

function valuesOf(all: readonly Json[]): ReadonlySet<string> {
  const listed = all.map((schema) => ('const' in schema ? [schema.const] : listOf(schema.enum)))
  // Where one of several schemas takes any text, the lists of the others are not all there is.
  const isOpen = all.some(
    (schema, at) => listed[at]?.length === 0 && (schema.type === 'string' || 'pattern' in schema),
  )
  if (isOpen) return new Set()
  return new Set(listed.flat().filter((each) => typeof each === 'string'))
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

const DEEPEST = 20

interface Part {
  readonly schema: Json
  /** False for one of several of which another may hold instead. */
  readonly isSure: boolean
}

/** A schema and all that it is put together from. */
function partsOf(
  document: OpenApiDocument,
  written: unknown,
  { depth = 0, isSure = true }: { readonly depth?: number; readonly isSure?: boolean },
): Part[] {
  if (depth > DEEPEST) return []
  const schema = schemaAt(document, written)
  const next = depth + 1
  const sure = listOf(schema.allOf)
  const others = [...listOf(schema.anyOf), ...listOf(schema.oneOf)]
  const branches = [schema.then, schema.else].filter((each) => each !== undefined)
  return [
    { schema, isSure },
    ...sure.flatMap((each) => partsOf(document, each, { depth: next, isSure })),
    ...[...others, ...branches].flatMap((each) =>
      partsOf(document, each, { depth: next, isSure: false }),
    ),
  ]
}
