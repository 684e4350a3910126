// The shape of values of JSON: kinds, formats and fields, merged over the entries of lists or the answers of a run.
import type { DocumentedField } from './documented-field.ts'
import { type Kind, kindOf, placesOf, type TextFormat, textFormat } from './value-class.ts'

/** What was seen at one place. */
export interface Shape {
  readonly documented: DocumentedField
  /** How many values were seen, by their kinds, each with the first of them. */
  readonly kinds: Map<Kind, { count: number; readonly example: unknown }>
  /** Formats of texts by their names, each with the first text. */
  readonly formats: Map<string, { readonly format: TextFormat; readonly example: string }>
  /** Texts themselves, where the document lists what they may be. */
  readonly values: Set<string>
  /** The most decimals of a number. */
  places: number
  /** Fields of objects. */
  readonly fields: Map<string, Shape>
  /** What all entries of lists have in common. */
  entries: Shape | undefined
  /** The lists themselves. */
  readonly lists: (readonly unknown[])[]
}

/** The name of fields whose names are data, and of the entries of lists. */
export const EACH = '*'

export function emptyShape(documented: DocumentedField): Shape {
  return {
    documented,
    kinds: new Map(),
    formats: new Map(),
    values: new Set(),
    places: 0,
    fields: new Map(),
    entries: undefined,
    lists: [],
  }
}

/** A value's own shape. */
export function shapeOf(value: unknown, documented: DocumentedField): Shape {
  const shape = emptyShape(documented)
  addTo(shape, value)
  return shape
}

/** Merges a value into a shape. */
export function addTo(shape: Shape, value: unknown): void {
  const kind = kindOf(value)
  const known = shape.kinds.get(kind)
  if (known) known.count += 1
  else shape.kinds.set(kind, { count: 1, example: value })
  if (typeof value === 'string') addText(shape, value)
  if (typeof value === 'number') shape.places = Math.max(shape.places, placesOf(value))
  if (Array.isArray(value)) addList(shape, value)
  else if (kind === 'object') addFields(shape, value as Readonly<Record<string, unknown>>)
}

function addText(shape: Shape, text: string): void {
  if (shape.documented.values.size > 0) {
    shape.values.add(text)
    return
  }
  const format = textFormat(text)
  if (!shape.formats.has(format.name)) shape.formats.set(format.name, { format, example: text })
}

function addList(shape: Shape, list: readonly unknown[]): void {
  shape.lists.push(list)
  for (const each of list) {
    shape.entries ??= emptyShape(shape.documented.entry())
    addTo(shape.entries, each)
  }
}

function addFields(shape: Shape, fields: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(fields)) {
    const { isNamed, of } = shape.documented.field(name)
    const key = isNamed ? name : EACH
    const field = shape.fields.get(key) ?? emptyShape(of)
    shape.fields.set(key, field)
    addTo(field, value)
  }
}

/** How many values were seen. */
export function countOf({ kinds }: Shape): number {
  return [...kinds.values()].reduce((sum, { count }) => sum + count, 0)
}
