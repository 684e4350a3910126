// What a schema allows, of all its parts together and in the words of JSON Schema 2020-12.
import type { Json } from '../document-schemas.ts'
import { formsOf, hasNullForm, isObject, listOf, NOTHING, type Parts } from './schema-parts.ts'

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

/** What all the parts allow. */
export function factsOf(parts: Parts): Facts {
  const types = typesOf(parts)
  const values = valuesOf(parts)
  const fields = new Map<string, unknown[]>()
  for (const part of parts)
    for (const [name, schema] of Object.entries(isObject(part.properties) ? part.properties : {}))
      fields.set(name, [...(fields.get(name) ?? []), schema])
  const required = new Set(parts.flatMap(({ required: names }) => listOf(names).map(String)))
  for (const name of required) if (!fields.has(name)) fields.set(name, [])
  return {
    types,
    isNullable: isNullable(parts, types),
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

/** The types that every part allows; of a schema that names none, those its other words are about. */
function typesOf(parts: Parts): ReadonlySet<string> | undefined {
  const named = parts.filter(({ type }) => type !== undefined).map(({ type }) => [type].flat())
  const lists = named.length > 0 ? named : parts.map(typesMeant).filter((list) => list.length > 0)
  const [first, ...others] = lists.map((list) => list.map(String).filter((type) => type !== 'null'))
  return first && new Set(others.reduce(typesInBoth, first))
}

function typesInBoth(some: readonly string[], others: readonly string[]): string[] {
  const both = [...some, ...others].filter((type) => takes(some, type) && takes(others, type))
  return [...new Set(both)]
}

/** Whether one of the types has all values of another. */
export function takes(types: Iterable<string>, type: string): boolean {
  const all = new Set(types)
  return all.has(type) || (type === 'integer' && all.has('number'))
}

function typesMeant(part: Json): string[] {
  const { enum: values, const: only } = part
  if (Array.isArray(values)) return [...new Set(values.map(typeOf))]
  if (only !== undefined) return [typeOf(only)]
  if (part.properties !== undefined || part.required !== undefined) return ['object']
  if (part.additionalProperties !== undefined) return ['object']
  return part.items === undefined ? [] : ['array']
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

/** `nullable` beside an `allOf` is taken as it is meant, though OpenAPI 3.0 gives it no effect there. */
function isNullable(parts: Parts, types: Facts['types']): boolean {
  if (types === undefined) return true
  if (parts.some((part) => part.nullable === true || hasNullForm(part))) return true
  const named = parts.filter(({ type }) => type !== undefined)
  if (named.length > 0) return named.every(({ type }) => [type].flat().includes('null'))
  return parts.some((part) => typesMeant(part).includes('null'))
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
