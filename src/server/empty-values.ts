// Fields sent empty: where the spec allows no `null` or `""`, an optional one counts as left out.
import { tell } from './bounded.ts'

/** A JSON Schema, as far as it decides whether `null` or `""` is allowed. */
interface ValueSchema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minLength?: number
  readonly pattern?: string
  readonly format?: string
  readonly properties?: Readonly<Record<string, ValueSchema>>
  readonly required?: readonly string[]
  readonly items?: ValueSchema
  readonly anyOf?: readonly ValueSchema[]
  readonly oneOf?: readonly ValueSchema[]
  readonly allOf?: readonly ValueSchema[]
}

/** What is left out below a schema. */
export interface EmptyRules {
  readonly fields: ReadonlyMap<string, FieldRule>
  readonly items: EmptyRules | undefined
}

/** Which empty values of a field count as none, and what is left out below it. */
interface FieldRule {
  readonly isNullNone: boolean
  readonly isTextNone: boolean
  readonly below: EmptyRules | undefined
}

/** Formats that an empty text does not have. */
const FORMATS = new Set(['date-time', 'date', 'time', 'uuid', 'uri', 'email', 'ipv4', 'ipv6'])

/** Compiles a dereferenced schema; `undefined` where no field of it can be sent empty. */
export function emptyRules(schema: ValueSchema): EmptyRules | undefined {
  const required = requiredBy(schema)
  const fields = new Map<string, FieldRule>()
  for (const [name, belows] of fieldsOf(schema)) {
    const isOptional = !required.has(name)
    const rule = {
      isNullNone: isOptional && !allowsIn(schema, name, null),
      isTextNone: isOptional && !allowsIn(schema, name, ''),
      below: emptyRules({ allOf: belows }),
    }
    if (rule.isNullNone || rule.isTextNone || rule.below) fields.set(name, rule)
  }
  const items = itemsOf(schema)
  const below = items.length > 0 ? emptyRules({ allOf: items }) : undefined
  return fields.size > 0 || below ? { fields, items: below } : undefined
}

/** The parts of a schema that may describe a value, with the schema itself. */
function partsOf(schema: ValueSchema): ValueSchema[] {
  const { anyOf = [], oneOf = [], allOf = [] } = schema
  return [schema, ...[...anyOf, ...oneOf, ...allOf].flatMap(partsOf)]
}

/** Every field of a schema, with all that is said of it. */
function fieldsOf(schema: ValueSchema): Map<string, ValueSchema[]> {
  const fields = new Map<string, ValueSchema[]>()
  for (const { properties = {} } of partsOf(schema))
    for (const [name, below] of Object.entries(properties))
      fields.set(name, [...(fields.get(name) ?? []), below])
  return fields
}

function itemsOf(schema: ValueSchema): ValueSchema[] {
  return partsOf(schema).flatMap(({ items }) => items ?? [])
}

/** Fields that are needed whatever else is sent; others may be needed by a branch alone. */
function requiredBy({ required = [], allOf = [] }: ValueSchema): Set<string> {
  return new Set([...required, ...allOf.flatMap((part) => [...requiredBy(part)])])
}

/** Whether a field of a schema may have an empty value. */
function allowsIn(schema: ValueSchema, name: string, value: null | ''): boolean {
  const { properties, anyOf, oneOf, allOf = [] } = schema
  const own = properties?.[name]
  const isIn = (part: ValueSchema) => allowsIn(part, name, value)
  return (
    (!own || allows(own, value)) &&
    allOf.every(isIn) &&
    (!anyOf || anyOf.some(isIn)) &&
    (!oneOf || oneOf.some(isIn))
  )
}

/** Whether a schema allows an empty value. */
function allows(schema: ValueSchema, value: null | ''): boolean {
  const { type, anyOf, oneOf, allOf = [] } = schema
  const needed = value === null ? 'null' : 'string'
  if (type !== undefined && type !== needed && !type.includes(needed)) return false
  if (schema.enum && !schema.enum.includes(value)) return false
  if ('const' in schema && schema.const !== value) return false
  if (value === '' && !allowsNoText(schema)) return false
  const isAllowedBy = (part: ValueSchema) => allows(part, value)
  return (
    allOf.every(isAllowedBy) &&
    (!anyOf || anyOf.some(isAllowedBy)) &&
    (!oneOf || oneOf.some(isAllowedBy))
  )
}

function allowsNoText({ minLength = 0, pattern, format = '' }: ValueSchema): boolean {
  if (minLength > 0 || FORMATS.has(format)) return false
  return pattern === undefined || new RegExp(pattern, 'u').test('')
}

/** True where a body as it was sent may hold an empty value. */
export function mayHoldEmpty(text: string): boolean {
  return text.includes('""') || text.includes('null')
}

/**
 * Leaves out what counts as none, in place.
 * @param found gets each, as a path
 */
export function dropEmpty(value: unknown, rules: EmptyRules, found: string[]): void {
  drop(value, rules, found, '')
}

function drop(value: unknown, rules: EmptyRules | undefined, found: string[], path: string): void {
  if (!rules || typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) drop(item, rules.items, found, `${path}/${at}`)
    return
  }
  const record = value as Record<string, unknown>
  for (const name of Object.keys(record)) {
    const rule = rules.fields.get(name)
    if (!rule) continue
    const sent = record[name]
    if ((sent === null && rule.isNullNone) || (sent === '' && rule.isTextNone)) {
      delete record[name]
      tell(found, `${path}/${name} (empty)`)
    } else drop(sent, rule.below, found, `${path}/${name}`)
  }
}
