// What a contract asks of a body: an example and matching rules, made of a body that came and the schema it has.
import type { OpenApiDocument } from '../../workflows/sources.ts'
import { type Json, schemaAt } from '../document-schemas.ts'

/** A matching rule of Pact V4. */
export interface Rule {
  readonly match: string
  readonly regex?: string
  readonly min?: number
}

/** Rules by the JSONPath they are for. */
export type Rules = Readonly<Record<string, { readonly matchers: readonly Rule[] }>>

export interface Asked {
  readonly example: unknown
  readonly rules: Rules
}

/** The example and the rules for a body: of the same types, and of the forms that its schema names. */
export function askedOf(document: OpenApiDocument, schema: unknown, body: unknown): Asked {
  const rules: Record<string, { matchers: Rule[] }> = {}
  const example = walked({ document, rules }, [schema], body, '$')
  return { example, rules: { $: { matchers: [{ match: 'type' }] }, ...rules } }
}

interface Walk {
  readonly document: OpenApiDocument
  readonly rules: Record<string, { matchers: Rule[] }>
}

/** @param schemas all that speak of the value */
function walked(walk: Walk, schemas: readonly unknown[], value: unknown, path: string): unknown {
  const all = schemas.flatMap((each) => partsOf(walk.document, each))
  if (Array.isArray(value)) {
    const [example] = value.length === 0 ? [] : [value.reduce(inCommon)]
    walk.rules[path] = { matchers: [{ match: 'type', min: Math.min(1, value.length) }] }
    if (example === undefined) return []
    return [
      walked(
        walk,
        all.flatMap(({ items }) => items ?? []),
        example,
        `${path}[*]`,
      ),
    ]
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, each]) => {
      const own = all.flatMap((schema) => memberSchemas(schema, name))
      return [name, walked(walk, own, each, path + memberPath(name))]
    })
    return Object.fromEntries(members)
  }
  const rule = ruleFor(all, value)
  if (rule) walk.rules[path] = { matchers: [rule] }
  return value
}

/** A schema with all that it is put together from. */
function partsOf(document: OpenApiDocument, schema: unknown, depth = 0): Json[] {
  const found = schemaAt(document, schema)
  const { allOf, oneOf, anyOf } = found
  const parts = [allOf, oneOf, anyOf].flatMap((each) => (Array.isArray(each) ? each : []))
  // A schema that is a part of itself ends somewhere.
  return depth > 8 ? [] : [found, ...parts.flatMap((each) => partsOf(document, each, depth + 1))]
}

function memberSchemas({ properties, additionalProperties }: Json, name: string): unknown[] {
  const known = (properties ?? {}) as Json
  if (Object.hasOwn(known, name)) return [known[name]]
  return typeof additionalProperties === 'object' ? [additionalProperties] : []
}

function memberPath(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `['${name.replaceAll(/['\\]/g, '\\$&')}']`
}

/** What two entries of a list have in common: what every entry has to have. */
function inCommon(one: unknown, other: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === 0 || other.length === 0 ? [] : [...one, ...other]
  if (!isObject(one) || !isObject(other)) return one
  const both = Object.entries(one).filter(
    ([name, value]) => Object.hasOwn(other, name) && kindOf(value) === kindOf(other[name]),
  )
  return Object.fromEntries(both.map(([name, value]) => [name, inCommon(value, other[name])]))
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'list' : typeof value
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '^\\d{4}-\\d{2}-\\d{2}$',
  'date-time':
    '^\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(?:\\.\\d+)?(?:[Zz]|[+-]\\d{2}:\\d{2})$',
  uuid: '^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
  email: '^[^@\\s]+@[^@\\s]+$',
  uri: '^[a-z][a-z0-9+.-]*:.+$',
}

/** The rule for a value that is neither list nor object; none where the one above it does. */
function ruleFor(schemas: readonly Json[], value: unknown): Rule | undefined {
  if (typeof value === 'number') {
    const isWhole = schemas.some(({ type }) => [type].flat().includes('integer'))
    return { match: isWhole && Number.isInteger(value) ? 'integer' : 'number' }
  }
  if (typeof value !== 'string') return undefined
  const forms = schemas.flatMap(formsOf)
  const fitting = forms.find((form) => isForBoth(form) && new RegExp(form).test(value))
  return fitting === undefined ? { match: 'type' } : { match: 'regex', regex: fitting }
}

function formsOf({ enum: values, pattern, format }: Json): string[] {
  const isTexts = Array.isArray(values) && values.length > 0
  const texts = isTexts ? values.filter((each) => typeof each === 'string').map(escaped) : []
  const named = typeof format === 'string' && Object.hasOwn(FORMATS, format) ? FORMATS[format] : []
  return [
    ...(texts.length > 0 ? [`^(?:${texts.join('|')})$`] : []),
    ...(typeof pattern === 'string' ? [wholeForm(pattern)] : []),
    ...[named ?? []].flat(),
  ]
}

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** The same expression for the whole of a text: the verifier takes every one for that. */
function wholeForm(pattern: string): string {
  const before = pattern.startsWith('^') ? '' : '.*'
  const behind = /(?:^|[^\\])(?:\\\\)*\$$/.test(pattern) ? '' : '.*'
  return before + behind === '' ? pattern : `${before}(?:${pattern})${behind}`
}

/** True for an expression that the verifier understands, too: it looks neither ahead nor back. */
function isForBoth(form: string): boolean {
  if (/\(\?(?:[=!]|<[=!])|\\[1-9]/.test(form)) return false
  try {
    new RegExp(form)
    return true
  } catch {
    return false
  }
}
