// What a schema allows, of all its parts together and in the words of JSON Schema 2020-12.
import type { OpenApiDocument } from '../../workflows/sources.ts'
import type { Json } from '../document-schemas.ts'
import {
  formsOf,
  hasNullForm,
  isObject,
  listOf,
  NOTHING,
  type Parts,
  partsKey,
  partsOf,
  perDocument,
} from './schema-parts.ts'

export interface Facts {
  /** `null` is not among them; `undefined`: any. */
  readonly types: ReadonlySet<string> | undefined
  readonly isNullable: boolean
  /** The only values, as JSON, without `null`; `undefined`: any. */
  readonly values: ReadonlySet<string> | undefined
  /** The schemas of each field that is named, which must all hold. */
  readonly fields: ReadonlyMap<string, readonly unknown[]>
  readonly required: ReadonlySet<string>
  /** The schemas of fields that are not named; none: anything goes. */
  readonly others: readonly unknown[]
  /** Whether fields that are not named are refused. */
  readonly isClosed: boolean
  readonly items: readonly unknown[]
  /** Constraints by their words: of two lower bounds the higher one, and so on. */
  readonly constraints: ReadonlyMap<string, unknown>
  /** Lists of alternatives. */
  readonly forms: readonly (readonly unknown[])[]
  /** Words that are only compared as a whole. */
  readonly rest: ReadonlyMap<string, string>
  readonly usual: unknown
  readonly isDeprecated: boolean
  readonly isReadOnly: boolean
  readonly isWriteOnly: boolean
}

/** Constraints, and whether more of it allows more or less; the others are equal or not. */
export const CONSTRAINTS: Readonly<Record<string, 'lower' | 'upper' | 'exact'>> = {
  minLength: 'lower',
  maxLength: 'upper',
  minimum: 'lower',
  maximum: 'upper',
  exclusiveMinimum: 'lower',
  exclusiveMaximum: 'upper',
  minItems: 'lower',
  maxItems: 'upper',
  minProperties: 'lower',
  maxProperties: 'upper',
  pattern: 'exact',
  format: 'exact',
  multipleOf: 'exact',
  uniqueItems: 'exact',
  contentEncoding: 'exact',
  contentMediaType: 'exact',
}

const REST = [
  'not',
  'if',
  'then',
  'else',
  'patternProperties',
  'prefixItems',
  'contains',
  'dependentRequired',
  'dependentSchemas',
  'propertyNames',
  'unevaluatedProperties',
  'unevaluatedItems',
  'discriminator',
]

const factsIn = perDocument<Facts>()

/** What all the parts allow. */
export function factsOf(document: OpenApiDocument, parts: Parts): Facts {
  const key = partsKey(parts)
  const facts = factsIn(document).get(key) ?? readFacts(document, parts)
  factsIn(document).set(key, facts)
  return facts
}

function readFacts(document: OpenApiDocument, parts: Parts): Facts {
  const values = valuesOf(parts)
  const fields = new Map<string, unknown[]>()
  for (const part of parts)
    for (const [name, schema] of Object.entries(isObject(part.properties) ? part.properties : {}))
      fields.set(name, [...(fields.get(name) ?? []), schema])
  const required = new Set(parts.flatMap(({ required: names }) => listOf(names).map(String)))
  for (const name of required) if (!fields.has(name)) fields.set(name, [])
  return {
    ...typesOf(document, parts),
    values,
    fields,
    required,
    others: parts.map(({ additionalProperties }) => additionalProperties).filter(isObject),
    isClosed: parts.some((part) => part === NOTHING || part.additionalProperties === false),
    items: parts.map(({ items }) => items).filter((items) => items !== undefined),
    constraints: constraintsOf(parts),
    forms: parts.flatMap(formsOf).filter((forms) => forms.length > 1),
    rest: restOf(parts),
    usual: parts.map((part) => part.default).find((value) => value !== undefined),
    isDeprecated: parts.some(({ deprecated }) => deprecated === true),
    isReadOnly: parts.some(({ readOnly }) => readOnly === true),
    isWriteOnly: parts.some(({ writeOnly }) => writeOnly === true),
  }
}

type Types = Pick<Facts, 'types' | 'isNullable'>

const typesIn = perDocument<Types>()
const ANY: Types = { types: undefined, isNullable: true }

function typesOf(document: OpenApiDocument, parts: Parts): Types {
  const key = partsKey(parts)
  const known = typesIn(document).get(key)
  if (known) return known
  // A form that leads back to its own schema adds no type to it.
  typesIn(document).set(key, ANY)
  const types = readTypes(document, parts)
  typesIn(document).set(key, types)
  return types
}

/** The types that every part allows; of a schema that names none, those its other words are about. */
function readTypes(document: OpenApiDocument, parts: Parts): Types {
  const named = parts.filter(({ type }) => type !== undefined).map(namedTypes)
  const ofForms = parts.flatMap(formsOf).flatMap((forms): Types[] => {
    if (forms.length < 2) return []
    const each = forms.map((form) => typesOf(document, partsOf(document, [form])))
    const all = each.flatMap(({ types }) => [...(types ?? [])])
    if (each.some(({ types }) => types === undefined)) return []
    return [{ types: new Set(all), isNullable: each.some(({ isNullable }) => isNullable) }]
  })
  const said = [...named, ...ofForms]
  const meant = said.length > 0 ? said : parts.map(typesMeant).filter(({ types }) => types?.size)
  const [first, ...others] = meant.map(({ types }) => [...(types ?? [])])
  if (!first) return ANY
  // `nullable` beside an `allOf` is taken as it is meant, though OpenAPI 3.0 gives it no effect there.
  const isNullable =
    parts.some((part) => part.nullable === true || hasNullForm(part)) ||
    meant.every((each) => each.isNullable)
  return { types: new Set(others.reduce(typesInBoth, first)), isNullable }
}

function namedTypes({ type }: Json): Types {
  const types = [type].flat().map(String)
  return { types: withoutNull(types), isNullable: types.includes('null') }
}

const withoutNull = (types: readonly string[]) => new Set(types.filter((type) => type !== 'null'))

function typesInBoth(some: readonly string[], others: readonly string[]): string[] {
  const both = [...some, ...others].filter((type) => takes(some, type) && takes(others, type))
  return [...new Set(both)]
}

/** Whether one of the types has all values of another. */
export function takes(types: Iterable<string>, type: string): boolean {
  const all = new Set(types)
  return all.has(type) || (type === 'integer' && all.has('number'))
}

function typesMeant(part: Json): Types {
  const { enum: values, const: only } = part
  const given = Array.isArray(values) ? values : [only].filter((value) => value !== undefined)
  const types = given.length > 0 ? given.map(typeOf) : typesOfWords(part)
  return { types: withoutNull(types), isNullable: types.includes('null') }
}

function typesOfWords({ properties, required, additionalProperties, items }: Json): string[] {
  if ([properties, required, additionalProperties].some((word) => word !== undefined))
    return ['object']
  return items === undefined ? [] : ['array']
}

/** The type of a value, as schemas call it. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

function valuesOf(parts: Parts): ReadonlySet<string> | undefined {
  const lists = parts.flatMap(({ enum: values, const: only }) => [
    ...(Array.isArray(values) ? [values] : []),
    ...(only === undefined ? [] : [[only]]),
  ])
  const [first, ...others] = lists.map((list) =>
    list.filter((value) => value !== null).map((value) => JSON.stringify(value)),
  )
  return first && new Set(others.reduce((all, list) => all.filter((v) => list.includes(v)), first))
}

function constraintsOf(parts: Parts): Map<string, unknown> {
  const constraints = new Map<string, unknown>()
  for (const part of parts.map(withoutOldBounds))
    for (const [word, kind] of Object.entries(CONSTRAINTS)) {
      const value = part[word]
      if (value === undefined || value === false) continue
      const known = constraints.get(word)
      constraints.set(word, known === undefined ? value : stricter(kind, known, value))
    }
  return constraints
}

function stricter(kind: 'lower' | 'upper' | 'exact', some: unknown, other: unknown): unknown {
  if (kind === 'lower') return Math.max(Number(some), Number(other))
  if (kind === 'upper') return Math.min(Number(some), Number(other))
  return some === other ? some : `${some} and ${other}`
}

/** OpenAPI 3.0 says with `true` that a bound itself is excluded. */
function withoutOldBounds(part: Json): Json {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, ...others } = part
  const fields: Record<string, unknown> = { ...others }
  fields[exclusiveMinimum === true ? 'exclusiveMinimum' : 'minimum'] = minimum
  fields[exclusiveMaximum === true ? 'exclusiveMaximum' : 'maximum'] = maximum
  if (typeof exclusiveMinimum === 'number') fields.exclusiveMinimum = exclusiveMinimum
  if (typeof exclusiveMaximum === 'number') fields.exclusiveMaximum = exclusiveMaximum
  return fields
}

function restOf(parts: Parts): Map<string, string> {
  const rest = new Map<string, string>()
  for (const part of parts)
    for (const word of REST)
      if (part[word] !== undefined)
        rest.set(word, (rest.get(word) ?? '') + JSON.stringify(sorted(part[word])))
  return rest
}

/** A value with the names of its objects in order: the same for the same rules. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  const names = Object.keys(value).filter((name) => name !== 'description')
  return Object.fromEntries(names.toSorted().map((name) => [name, sorted(value[name])]))
}
