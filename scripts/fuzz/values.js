// Values that fit a schema, and values that do not.
import { resolved } from './operations.js'

const TEXTS = [
  '',
  ' ',
  'a',
  'null',
  '0',
  '-1',
  '1e1',
  '0x10',
  '2027-02-30',
  '2026-01-01T00:00:00Z',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '%00',
  '\u0000',
  '\ud800',
  'ä€😀',
  '*',
  "' or 1=1 --",
  '<script>',
  '{{7*7}}',
  'x'.repeat(300),
]
const NUMBERS = [0, -1, 1, 0.5, 1e15, 9007199254740992, 1e308, -1e308, 2147483648, 4294967296]
const ODD = [null, true, false, [], {}, [[]], { a: { b: {} } }, [null]]

/** Any value at all. */
export function anything(dice) {
  return dice.weighted([
    [3, () => dice.pick(TEXTS)],
    [3, () => dice.pick(NUMBERS)],
    [3, () => dice.pick(ODD)],
  ])()
}

/**
 * Makes values of schemas of one document.
 * @param known a value that replies told under the name of a field, if any
 */
export function valuesOf(document, dice, known) {
  function text(schema, name) {
    if (schema.enum) return dice.pick(schema.enum)
    const told = known(name)
    if (told !== undefined && dice.chance(0.9)) return String(told)
    if (schema.example !== undefined && dice.chance(0.7)) return schema.example
    if (schema.format === 'date-time')
      return new Date(1767225600000 + dice.whole(-400, 400) * 86_400_000).toISOString()
    if (schema.format === 'date') return `2026-0${dice.whole(1, 9)}-1${dice.whole(0, 9)}`
    if (schema.format === 'uuid') return '7d4d8b1e-6c1f-4c3a-9b52-7c9a1f0f2a11'
    if (schema.default !== undefined) return schema.default
    const least = schema.minLength ?? 1
    return dice.text(Math.min(dice.whole(least, least + 12), schema.maxLength ?? 40), 'abcDE0189-_')
  }

  function number(schema, name) {
    const told = known(name)
    if (told !== undefined && Number.isInteger(Number(told)) && dice.chance(0.8))
      return Number(told)
    if (schema.enum) return dice.pick(schema.enum)
    const low = schema.minimum ?? 0
    const high = Math.min(schema.maximum ?? low + 50, low + 5000)
    return schema.type === 'integer' || dice.chance(0.7)
      ? dice.whole(Math.ceil(low), Math.floor(high))
      : low + dice.whole(0, 100) / 100
  }

  function object(schema, name, depth) {
    const parts = [schema, ...(schema.allOf ?? []).map((each) => resolved(document, each))]
    const required = new Set(parts.flatMap((part) => part.required ?? []))
    const properties = Object.assign({}, ...parts.map((part) => part.properties ?? {}))
    const made = {}
    for (const [key, each] of Object.entries(properties))
      if (required.has(key) || dice.chance(0.45)) made[key] = value(each, key, depth + 1)
    if (Object.keys(properties).length === 0 && dice.chance(0.3)) made[name || 'a'] = 1
    return made
  }

  /** A value that mostly fits. */
  function value(given, name, depth = 0) {
    const schema = resolved(document, given) ?? {}
    if (depth > 6) return null
    const choice = schema.oneOf ?? schema.anyOf
    if (choice)
      return value(
        { ...withoutChoice(schema), ...resolved(document, dice.pick(choice)) },
        name,
        depth,
      )
    if (schema.const !== undefined) return schema.const
    const type = Array.isArray(schema.type) ? dice.pick(schema.type) : schema.type
    if (type === 'string') return text(schema, name)
    if (type === 'integer' || type === 'number') return number({ ...schema, type }, name)
    if (type === 'boolean') return dice.chance(0.5)
    if (type === 'null') return null
    if (type === 'array') {
      const count = dice.whole(schema.minItems ?? (dice.chance(0.1) ? 0 : 1), 3)
      return Array.from({ length: count }, () => value(schema.items ?? {}, name, depth + 1))
    }
    if (type === 'object' || schema.properties || schema.allOf) return object(schema, name, depth)
    return anything(dice)
  }
  return value
}

function withoutChoice({ oneOf: _, anyOf: __, ...rest }) {
  return rest
}

/** Somewhere in a value something else: a field gone, added, of another type, twice as much. */
export function damaged(value, dice, depth = 0) {
  if (Array.isArray(value) && value.length > 0 && dice.chance(0.7)) {
    const at = dice.whole(0, value.length - 1)
    return value.map((each, index) => (index === at ? damaged(each, dice, depth + 1) : each))
  }
  if (typeof value === 'object' && value !== null && dice.chance(0.85)) {
    const keys = Object.keys(value)
    const key = keys.length > 0 ? dice.pick(keys) : undefined
    if (key === undefined || dice.chance(0.1))
      return { ...value, [dice.pick(TEXTS)]: anything(dice) }
    if (dice.chance(0.2)) {
      const { [key]: _, ...rest } = value
      return rest
    }
    return { ...value, [key]: damaged(value[key], dice, depth + 1) }
  }
  return anything(dice)
}
