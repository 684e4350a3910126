// A schema as the objects of its document that must all hold, whatever `$ref`, `allOf` and the like lead to them.
import { dereferenced, type OpenApiDocument } from '../../workflows/sources.ts'
import type { Json } from '../document-schemas.ts'

/** Each object once. None: anything goes. */
export type Parts = readonly Json[]

/** What `false` stands for: no value fits. */
export const NOTHING: Json = { not: {} }

/** Words that allow and forbid nothing. */
const WITHOUT_RULES: ReadonlySet<string> = new Set([
  '$ref',
  'allOf',
  'title',
  'description',
  'example',
  'examples',
  'externalDocs',
  'xml',
  '$comment',
  '$id',
  '$schema',
  '$defs',
  'definitions',
])

/** By document, then by what identifies a schema there: what is asked again and again. */
export function perDocument<T>(): (document: OpenApiDocument) => Map<unknown, T> {
  const kept = new WeakMap<OpenApiDocument, Map<unknown, T>>()
  return (document) => {
    const known = kept.get(document) ?? new Map<unknown, T>()
    kept.set(document, known)
    return known
  }
}

const partsIn = perDocument<Parts>()

/** The parts of several schemas that must all hold; a schema that contains itself is taken once. */
export function partsOf(document: OpenApiDocument, schemas: readonly unknown[]): Parts {
  const [only] = schemas
  const known = schemas.length === 1 ? partsIn(document).get(only) : undefined
  const parts = known ?? readParts(document, schemas)
  if (schemas.length === 1) partsIn(document).set(only, parts)
  return parts
}

const ids = new WeakMap<object, number>()
let lastId = 0

/** Tells parts from others, in whatever order they were found. */
export function partsKey(parts: Parts): string {
  return parts
    .map((part) => {
      const known = ids.get(part)
      if (known !== undefined) return known
      lastId += 1
      ids.set(part, lastId)
      return lastId
    })
    .toSorted((a, b) => a - b)
    .join()
}

function readParts(document: OpenApiDocument, schemas: readonly unknown[]): Parts {
  const parts = new Set<Json>()
  const seen = new Set<unknown>()
  const add = (written: unknown): void => {
    if (written === false) parts.add(NOTHING)
    if (!isObject(written) || seen.has(written)) return
    seen.add(written)
    if (typeof written.$ref === 'string') add(dereferenced(document, written))
    for (const each of listOf(written.allOf)) add(each)
    for (const forms of formsOf(written)) if (forms.length === 1) add(forms[0])
    if (Object.keys(written).some((word) => !word.startsWith('x-') && !WITHOUT_RULES.has(word)))
      parts.add(written)
  }
  for (const schema of schemas) add(schema)
  return [...parts]
}

/** The alternatives of a part, without `null`: a list for `oneOf` and one for `anyOf`. */
export function formsOf(part: Json): (readonly unknown[])[] {
  return [part.oneOf, part.anyOf]
    .filter((forms) => Array.isArray(forms))
    .map((forms) => forms.filter((form) => !isNull(form)))
}

/** Whether `null` is one of the alternatives of a part. */
export function hasNullForm(part: Json): boolean {
  return [part.oneOf, part.anyOf].some((forms) => listOf(forms).some(isNull))
}

function isNull(form: unknown): boolean {
  return isObject(form) && (form.type === 'null' || form.const === null)
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
