// Inputs at and beyond what the schemas of an operation allow: generated from them, the same each time.
import { pointerToken } from '../state/json-pointer.ts'
import { isObject } from '../stores/json-shape.ts'
import type { SeenExchange } from '../workflows/seen-exchange.ts'
import type { SentRequest } from '../workflows/send.ts'
import type { OpenApiDocument } from '../workflows/sources.ts'
import { jsonBody, withBody, withQuery } from './call.ts'
import { type Json, schemaAt, schemasOf } from './document-schemas.ts'

/** A call that a schema does not allow, or one at the edge of what it allows. */
export interface GeneratedCall {
  /** What was done: `below minimum`. */
  readonly what: string
  /** Where: a JSON pointer into the body, or `?name` of the query. */
  readonly where: string
  readonly isAllowed: boolean
  readonly request: SentRequest
}

/** One value in the place of another. */
interface Change {
  readonly what: string
  /** `undefined` takes it out. */
  readonly value: unknown
}

/** Everything that can be made of a call that was answered 2xx. */
export function generatedCalls(exchange: SeenExchange): readonly GeneratedCall[] {
  return [...bodyCalls(exchange), ...queryCalls(exchange)]
}

/** How many places of a body are changed: of a long list only the first entry is. */
const DEEPEST = 8

function bodyCalls({ source, operation, request }: SeenExchange): GeneratedCall[] {
  const body = jsonBody(request)
  const schema = requestSchema(source.document, operation.object)
  if (body === undefined || !schema) return []
  const { document } = source
  const calls: GeneratedCall[] = []
  for (const spot of spotsOf({ document, schema, value: body, path: [] }))
    for (const { what, value } of changesOf(document, spot)) {
      const changed = withChange(body, spot.path, value)
      // A form of the schema may allow it after all, such as the other one of two.
      const isAllowed = schemasOf(document).problems(schema, changed).length === 0
      if (isAllowed) continue
      calls.push({
        what,
        where: pointerOf(spot.path),
        isAllowed,
        request: withBody(request, changed),
      })
    }
  return calls
}

function queryCalls({ source, operation, request }: SeenExchange): GeneratedCall[] {
  const { document } = source
  return operation.parameters.flatMap(({ name, in: place, schema: written }) => {
    if (place !== 'query') return []
    const schema = merged(document, written, 0)
    // A list in a query may be a single text.
    if (typesOf(schema).some((type) => type === 'array' || type === 'object')) return []
    const spot: Spot = { schema, value: undefined, path: [], isRequired: false }
    const beyond = changesOf(document, spot)
    return [...beyond, ...atBounds(schema)].flatMap(({ what, value }) => {
      if (!['string', 'number', 'boolean'].includes(typeof value)) return []
      const text = String(value)
      const isAllowed = schemasOf(document).problems(schema, readAs(text, schema.type)).length === 0
      // A number that is sent for a text is a text.
      if (isAllowed && beyond.some((each) => each.what === what)) return []
      return [{ what, where: `?${name}`, isAllowed, request: withQuery(request, name, text) }]
    })
  })
}

/** The last numbers that a schema still allows. A word of a list may need another parameter. */
function atBounds({ minimum, maximum }: Json): Change[] {
  const changes: Change[] = []
  if (typeof minimum === 'number') changes.push({ what: 'at the minimum', value: minimum })
  if (typeof maximum === 'number') changes.push({ what: 'at the maximum', value: maximum })
  return changes
}

/** A query's text as the type that its schema gives it. */
function readAs(text: string, type: unknown): unknown {
  const isNumber = type === 'integer' || type === 'number'
  if (isNumber && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text)
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true'
  return text
}

function requestSchema(
  document: OpenApiDocument,
  { requestBody }: SeenExchange['operation']['object'],
): Json | undefined {
  const { content = {} } = schemaAt(document, requestBody) as {
    readonly content?: Readonly<Record<string, { readonly schema?: Json }>>
  }
  const name = Object.keys(content).find((type) => /[/+]json$/.test(type))
  return name === undefined ? undefined : content[name]?.schema
}

/** A place in a body, with the schema that speaks of it. */
interface Spot {
  readonly schema: Json
  readonly value: unknown
  readonly path: readonly string[]
  readonly isRequired: boolean
}

function spotsOf(within: {
  readonly document: OpenApiDocument
  readonly schema: unknown
  readonly value: unknown
  readonly path: readonly string[]
  readonly isRequired?: boolean
}): Spot[] {
  const { document, value, path, isRequired = false } = within
  const schema = merged(document, within.schema, 0)
  const own: Spot = { schema, value, path, isRequired }
  if (path.length > DEEPEST || typeof value !== 'object' || value === null) return [own]
  if (Array.isArray(value)) {
    if (value.length === 0) return [own]
    const entry = { document, schema: schema.items, value: value[0], path: [...path, '0'] }
    return [own, ...spotsOf(entry)]
  }
  const { properties = {}, required = [] } = schema as {
    readonly properties?: Json
    readonly required?: readonly string[]
  }
  const fields = Object.entries(properties).flatMap(([name, each]) =>
    spotsOf({
      document,
      schema: each,
      value: (value as Json)[name],
      path: [...path, name],
      isRequired: required.includes(name) && name in value,
    }),
  )
  return [own, ...fields]
}

/** A schema with those it is put together from laid over one another. */
function merged(document: OpenApiDocument, written: unknown, depth: number): Json {
  const schema = schemaAt(document, written)
  const all = Array.isArray(schema.allOf) && depth < DEEPEST ? (schema.allOf as unknown[]) : []
  const parts = all.map((each) => merged(document, each, depth + 1))
  const required = [schema, ...parts].flatMap((each) => (each.required as string[]) ?? [])
  const properties = Object.assign({}, ...[...parts, schema].map((each) => each.properties ?? {}))
  return { ...Object.assign({}, ...parts), ...schema, required, properties }
}

/** What of other types stands in the place of a value. */
const OTHER_TYPES: readonly (Change & { readonly type: string })[] = [
  { what: 'a text', type: 'string', value: 'text' },
  { what: 'a number', type: 'number', value: 7.5 },
  { what: 'true', type: 'boolean', value: true },
  { what: 'a list', type: 'array', value: [] },
  { what: 'an object', type: 'object', value: {} },
]

/** Beyond each bound that a schema has, and of other types. */
function changesOf(document: OpenApiDocument, { schema, value, path, isRequired }: Spot): Change[] {
  const types = typesOf(schema)
  const mayBeAbsent = path.length > 0 && !isRequired
  const changes: Change[] = []
  if (isRequired) changes.push({ what: 'left out', value: undefined })
  if (types.length > 0) {
    const isFit = (type: string) =>
      types.includes(type) || (type === 'number' && types.includes('integer'))
    changes.push(...OTHER_TYPES.filter(({ type }) => !isFit(type)))
    if (!types.includes('null') && !mayBeAbsent) changes.push({ what: 'null', value: null })
    if (types.includes('integer') && !types.includes('number'))
      changes.push({ what: 'not whole', value: 1.5 })
  }
  changes.push(...beyondNumbers(schema), ...beyondTexts(schema), ...beyondLists(schema, value))
  const values = schema.enum
  if (Array.isArray(values)) changes.push({ what: 'no value of the list', value: 'no-such-value' })
  if (schema.const !== undefined) changes.push({ what: 'another constant', value: 'no-such-value' })
  if (schema.additionalProperties === false && path.length >= 0 && isObject(value))
    changes.push({ what: 'an unknown field', value: { ...value, noSuchField: 1 } })
  // An API may take an optional field that is empty for one that is left out.
  const isEmpty = (each: Change) => mayBeAbsent && each.value === ''
  const fits = (each: Change) =>
    each.value !== undefined && schemasOf(document).problems(schema, each.value).length === 0
  return changes.filter((each) => !fits(each) && !isEmpty(each))
}

function typesOf({ type }: Json): readonly string[] {
  if (typeof type === 'string') return [type]
  return Array.isArray(type) ? (type as string[]) : []
}

function beyondNumbers({
  minimum,
  maximum,
  exclusiveMinimum,
  exclusiveMaximum,
  multipleOf,
}: Json): Change[] {
  const changes: Change[] = []
  if (typeof minimum === 'number') changes.push({ what: 'below the minimum', value: minimum - 1 })
  if (typeof maximum === 'number') changes.push({ what: 'above the maximum', value: maximum + 1 })
  if (typeof exclusiveMinimum === 'number')
    changes.push({ what: 'at the excluded minimum', value: exclusiveMinimum })
  if (typeof exclusiveMaximum === 'number')
    changes.push({ what: 'at the excluded maximum', value: exclusiveMaximum })
  if (typeof multipleOf === 'number')
    changes.push({ what: `no multiple of ${multipleOf}`, value: multipleOf * 1.5 })
  return changes
}

/** Longer texts are cut: what counts is that they are too long. */
const LONGEST = 100_000

function beyondTexts({ minLength, maxLength, pattern, format, type }: Json): Change[] {
  const changes: Change[] = []
  if (typeof minLength === 'number' && minLength > 0)
    changes.push({ what: 'too short', value: 'x'.repeat(minLength - 1) })
  if (typeof maxLength === 'number' && maxLength < LONGEST)
    changes.push({ what: 'too long', value: 'x'.repeat(maxLength + 1) })
  if (typeof pattern === 'string')
    changes.push({ what: 'not of the pattern', value: '\u00a7\u{1f4f6} ~' })
  if (typeof format === 'string' && type === 'string')
    changes.push({ what: `not of the format ${format}`, value: 'not of this format' })
  return changes
}

function beyondLists({ minItems, maxItems, uniqueItems }: Json, value: unknown): Change[] {
  if (!Array.isArray(value)) return []
  const changes: Change[] = []
  const [first] = value as unknown[]
  if (typeof minItems === 'number' && minItems > 0)
    changes.push({ what: 'too few entries', value: value.slice(0, minItems - 1) })
  if (typeof maxItems === 'number' && maxItems < 1000)
    changes.push({
      what: 'too many entries',
      value: Array.from({ length: maxItems + 1 }, () => first),
    })
  if (uniqueItems === true) changes.push({ what: 'an entry twice', value: [first, first] })
  return changes
}

/** A body with another value at a place. */
function withChange(body: unknown, path: readonly string[], value: unknown): unknown {
  const [name, ...rest] = path
  if (name === undefined) return value
  if (Array.isArray(body))
    return body.map((each, at) => (String(at) === name ? withChange(each, rest, value) : each))
  if (!isObject(body)) return body
  const { [name]: before, ...others } = body
  if (rest.length === 0 && value === undefined) return others
  return { ...others, [name]: withChange(before, rest, value) }
}

function pointerOf(path: readonly string[]): string {
  return path.map((part) => `/${pointerToken(part)}`).join('')
}
