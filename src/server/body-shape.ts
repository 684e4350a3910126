// The names a request body may have: finds undocumented ones, and restores the spec's spelling.
import { isFull, shortName, tell } from './bounded.ts'

/** A JSON Schema as far as names go. */
interface SchemaNames {
  readonly properties?: Readonly<Record<string, SchemaNames>>
  readonly items?: SchemaNames
  readonly anyOf?: readonly SchemaNames[]
  readonly oneOf?: readonly SchemaNames[]
  readonly allOf?: readonly SchemaNames[]
}

/** The names an object may have, and what is below each. */
export interface BodyShape {
  readonly names: ReadonlyMap<string, BodyShape>
  /** Lower-case name to the spec's spelling. */
  readonly spelling: ReadonlyMap<string, string>
  readonly items: BodyShape | undefined
}

/** Compiles the shape of a dereferenced schema. */
export function bodyShape(schema: SchemaNames): BodyShape {
  const names = new Map<string, BodyShape>()
  let items: BodyShape | undefined
  const visit = (part: SchemaNames) => {
    for (const [name, below] of Object.entries(part.properties ?? {}))
      names.set(name, bodyShape(below))
    if (part.items) items = bodyShape(part.items)
    for (const branch of [...(part.anyOf ?? []), ...(part.oneOf ?? []), ...(part.allOf ?? [])])
      visit(branch)
  }
  visit(schema)
  return {
    names,
    spelling: new Map([...names.keys()].map((name) => [name.toLowerCase(), name])),
    items,
  }
}

/** Thrown for a body that no schema should see. */
export class UnsafeBody extends Error {}

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])
const MAX_DEPTH = 64

/** How a body is walked through. */
export interface BodyRules {
  /** Names are spelled as in the spec, however they were sent. */
  readonly freeCase: boolean
  /** Gets names the spec does not know, as paths. */
  readonly undocumented: string[]
  /** Where given, counts the members of all objects. */
  members?: number
}

/**
 * The body with its names spelled as in the spec, where case is free. Returns the very same value
 * where nothing was respelled.
 * @throws UnsafeBody for a name such as `__proto__` at any depth, and for nesting beyond 64
 */
export function walkBody(value: unknown, shape: BodyShape | undefined, rules: BodyRules): unknown {
  return walk(value, shape, rules, [])
}

/** @param path where the value stands: the names and positions above it */
function walk(
  value: unknown,
  shape: BodyShape | undefined,
  rules: BodyRules,
  path: (string | number)[],
): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (path.length > MAX_DEPTH)
    throw new UnsafeBody(`the body is nested more than ${MAX_DEPTH} deep`)

  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      if (typeof value[at] !== 'object') continue
      path.push(at)
      const below = walk(value[at], shape?.items, rules, path)
      path.pop()
      if (below !== value[at]) value[at] = below
    }
    return value
  }
  return walkObject(value as Record<string, unknown>, shape, rules, path)
}

function walkObject(
  record: Record<string, unknown>,
  shape: BodyShape | undefined,
  rules: BodyRules,
  path: (string | number)[],
): unknown {
  for (const key of Object.keys(record)) {
    if (FORBIDDEN.has(key)) throw new UnsafeBody(`the field name "${key}" is not allowed`)
    if (rules.members !== undefined) rules.members += 1
    const name = spelled(key, shape, rules)
    const belowShape = shape?.names.get(name)
    if (shape && shape.names.size > 0 && !belowShape) note(rules, path, key)

    let below = record[key]
    if (typeof below === 'object') {
      path.push(name)
      below = walk(below, belowShape, rules, path)
      path.pop()
    }

    if (name !== key) {
      if (Object.hasOwn(record, name))
        note(rules, path, key, ` (sent as ${name}, too: that counts)`)
      else record[name] = below
      delete record[key]
    } else if (below !== record[key]) record[key] = below
  }
  return record
}

function note(
  { undocumented }: BodyRules,
  path: readonly (string | number)[],
  key: string,
  what = '',
): void {
  if (isFull(undocumented)) return
  const names = [...path, key].map((name) => shortName(String(name)))
  tell(undocumented, `/${names.join('/')}${what}`)
}

function spelled(key: string, shape: BodyShape | undefined, { freeCase }: BodyRules): string {
  if (!shape || !freeCase || shape.names.has(key)) return key
  return shape.spelling.get(key.toLowerCase()) ?? key
}
