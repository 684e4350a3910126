// The names a request body may have: finds undocumented fields, and restores the spec's spelling where case is free.

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

/**
 * The body with its names spelled as in the spec, where `freeCase`; names the spec does not know go to `undocumented`
 * as paths. Returns the very same value where nothing was respelled.
 * @throws UnsafeBody for a name such as `__proto__` at any depth, and for nesting beyond 64
 */
export function walkBody(
  value: unknown,
  shape: BodyShape | undefined,
  freeCase: boolean,
  undocumented: string[],
  path = '',
  depth = 0,
): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) throw new UnsafeBody(`the body is nested more than ${MAX_DEPTH} deep`)
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      const below = walkBody(
        value[at],
        shape?.items,
        freeCase,
        undocumented,
        `${path}/${at}`,
        depth + 1,
      )
      if (below !== value[at]) value[at] = below
    }
    return value
  }
  const record = value as Record<string, unknown>
  for (const key of Object.keys(record)) {
    if (FORBIDDEN.has(key)) throw new UnsafeBody(`the field name "${key}" is not allowed`)
    const name =
      shape && freeCase && !shape.names.has(key)
        ? (shape.spelling.get(key.toLowerCase()) ?? key)
        : key
    const known = shape?.names.get(name)
    if (shape && shape.names.size > 0 && !known) undocumented.push(`${path}/${key}`)
    const value = record[key]
    const below =
      typeof value === 'object'
        ? walkBody(value, known, freeCase, undocumented, `${path}/${name}`, depth + 1)
        : value
    if (name !== key && !Object.hasOwn(record, name)) {
      delete record[key]
      record[name] = below
    } else if (below !== value) record[key] = below
  }
  return record
}
