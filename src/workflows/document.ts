// A file that is read with its places: what is wrong in it is told with file, line and column.
import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml'
import { reasonOf } from '../state/reason.ts'
import type { Mistake, Place } from './mistakes.ts'

export { type Mistake, MistakesError, mistakeText, type Place } from './mistakes.ts'

/** Leads to a part of a document: names of objects, positions in lists. */
export type Path = readonly (string | number)[]

/** A YAML or JSON file, read. */
export interface LocatedDocument {
  readonly file: string
  readonly value: unknown
  /** Why the file cannot be read as YAML or JSON. */
  readonly mistakes: readonly Mistake[]
  /** Where a part stands; where it is missing, what it would stand in. */
  place(path: Path): Place
  /** A mistake at a part; `column` moves it on within a text of one line. */
  mistake(path: Path, message: string, column?: number): Mistake
}

/** Aliases may stand for as much as this times what is written: more is an attack. */
const MOST_ALIASES = 100

/** Reads a file; it never throws, and what is wrong is in `mistakes`. */
export function readDocument(file: string, text: string): LocatedDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })

  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const place = (path: Path) => placeAt(offsetOf(document.contents, path, document))
  const mistakes = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    ...placeAt(pos[0]),
    message: `this is no YAML: ${message}`,
  }))

  let value: unknown
  try {
    value = mistakes.length > 0 ? undefined : document.toJS({ maxAliasCount: MOST_ALIASES })
  } catch (error) {
    const message = reasonOf(error)
    mistakes.push({ ...placeAt(0), message: `this is no YAML: ${message}` })
  }
  return {
    file,
    value,
    mistakes,
    place,
    mistake(path, message, column = 0) {
      const at = place(path)
      return { ...at, column: at.column + column, message }
    },
  }
}

type Contents = ReturnType<typeof parseDocument>['contents']

/** Where a part begins, in characters. */
function offsetOf(contents: Contents, path: Path, document: ReturnType<typeof parseDocument>) {
  let at: Node | null = contents
  let offset = startOf(at) ?? 0
  for (const name of path) {
    const node: Node | null = isAlias(at) ? (at.resolve(document) ?? null) : at
    const found = childOf(node, name)
    if (!found) break
    at = found.node
    offset = found.offset
  }
  return offset
}

interface Child {
  readonly node: Node | null
  readonly offset: number
}

/** The part of a node by its name; its value counts as its place, or its name where that has none. */
function childOf(node: Node | null, name: string | number): Child | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(name)] as Node | undefined
    return item && { node: item, offset: startOf(item) ?? 0 }
  }
  if (!isMap(node)) return undefined
  for (const pair of node.items) {
    if (!isPair(pair) || !isScalar(pair.key) || String(pair.key.value) !== String(name)) continue
    const value = (pair.value ?? null) as Node | null
    const offset = (isScalar(value) ? startOf(value) : undefined) ?? startOf(pair.key as Node) ?? 0
    return { node: value, offset }
  }
  return undefined
}

/** A plain text begins where it is written, a quoted one behind its quote. */
function startOf(node: Node | null): number | undefined {
  const start = node?.range?.[0]
  if (start === undefined) return undefined
  const isQuoted = isScalar(node) && /^QUOTE_/.test(String(node.type))
  return isQuoted ? start + 1 : start
}
