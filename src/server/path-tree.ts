// Finds what is served at a path: by its segments, written out before named ones, as OpenAPI has it.
import { percentDecoded } from '../state/percent-encoding.ts'

/** The values of named segments, by name. */
export type PathParams = Record<string, string>

export interface PathTree<T> {
  /**
   * Serves a value by a method at a template, as in `/esims/{iccid}`.
   * @throws Error where another template of the same shape has the method already
   */
  add(method: string, template: string, value: T): void
  /**
   * What a method has at a path, with or without a slash at its end; `undefined` where it has nothing,
   * and where the path cannot be decoded.
   */
  find(method: string, path: string): { readonly value: T; readonly params: PathParams } | undefined
}

/** More characters than this no named segment has. */
const LONGEST = 512

interface Leaf<T> {
  readonly template: string
  /** Of the named segments, in their order. */
  readonly names: readonly string[]
  readonly value: T
}

/** A segment that has names and other text, as in `{id}.csv`. */
interface Mixed<T> {
  readonly pattern: RegExp
  readonly place: Place<T>
}

/** What may follow the beginning of a path. */
interface Place<T> {
  readonly written: Map<string, Place<T>>
  readonly mixed: Mixed<T>[]
  named: Place<T> | undefined
  readonly leaves: Map<string, Leaf<T>>
}

function openPlace<T>(): Place<T> {
  return { written: new Map(), mixed: [], named: undefined, leaves: new Map() }
}

const NAME = /\{(\w+)\}/g
const NAME_ALONE = /^\{\w+\}$/

export function openPathTree<T>(): PathTree<T> {
  const root = openPlace<T>()
  return {
    add(method, template, value) {
      const place = template.slice(1, endOf(template)).split('/').reduce(placeBelow, root)
      const other = place.leaves.get(method)
      if (other)
        throw new Error(`${method} ${template} cannot be told from ${method} ${other.template}`)
      const names = [...template.matchAll(NAME)].map(([, name = '']) => name)
      place.leaves.set(method, { template, names, value })
    },
    find(method, path) {
      const reached = withoutFragment(path)
      const isEscaped = reached.includes('%')
      if (isEscaped && percentDecoded(reached) === undefined) return undefined
      const values: string[] = []
      const search = { method, path: reached, end: endOf(reached), isEscaped, values }
      const leaf = leafBelow(root, search, 1)
      return leaf && { value: leaf.value, params: paramsOf(leaf, values) }
    },
  }
}

/** Where a path ends but for a slash at its end. */
function endOf(path: string): number {
  return path.length > 1 && path.endsWith('/') ? path.length - 1 : path.length
}

/** A fragment is never sent: where one was, it is refused, and the journal names the operation. */
function withoutFragment(path: string): string {
  const at = path.indexOf('#')
  return at < 0 ? path : path.slice(0, at)
}

function paramsOf({ names }: Leaf<unknown>, values: readonly string[]): PathParams {
  const params: PathParams = {}
  // A loop: this is done at every request.
  for (let at = 0; at < names.length; at += 1) params[names[at] ?? ''] = values[at] ?? ''
  return params
}

/** The place of one more segment of a template, made where it is new. */
function placeBelow<T>(place: Place<T>, segment: string): Place<T> {
  if (NAME_ALONE.test(segment)) {
    place.named ??= openPlace()
    return place.named
  }
  if (segment.search(NAME) >= 0) return mixedPlace(place, patternOf(segment))
  const below = place.written.get(segment) ?? openPlace<T>()
  place.written.set(segment, below)
  return below
}

function mixedPlace<T>({ mixed }: Place<T>, pattern: RegExp): Place<T> {
  const known = mixed.find((each) => each.pattern.source === pattern.source)
  if (known) return known.place
  const place = openPlace<T>()
  mixed.push({ pattern, place })
  return place
}

/** What a segment with names and other text matches: a group a name. */
function patternOf(segment: string): RegExp {
  const parts = segment.split(/\{\w+\}/).map((text) => text.replaceAll(/\W/g, '\\$&'))
  return new RegExp(`^${parts.join('(.*?)')}$`, 's')
}

interface Search {
  readonly method: string
  readonly path: string
  /** Where the path ends. */
  readonly end: number
  readonly isEscaped: boolean
  /** Of the named segments so far. */
  readonly values: string[]
}

/**
 * What is there at the end of a path; what is written out is tried before what is named.
 * @param from where the next segment begins
 */
function leafBelow<T>(place: Place<T>, search: Search, from: number): Leaf<T> | undefined {
  const { method, path, end, values } = search
  if (from > end) return place.leaves.get(method)

  const slash = path.indexOf('/', from)
  const to = slash < 0 ? end : Math.min(slash, end)
  const segment = search.isEscaped ? decodeURIComponent(path.slice(from, to)) : path.slice(from, to)
  const written = place.written.get(segment)
  const leaf = written && leafBelow(written, search, to + 1)
  if (leaf) return leaf

  const { length: count } = values
  for (const { pattern, place: below } of place.mixed) {
    const [whole, ...found] = pattern.exec(segment) ?? []
    if (whole === undefined || found.some(({ length }) => length > LONGEST)) continue
    values.push(...found)
    const mixed = leafBelow(below, search, to + 1)
    if (mixed) return mixed
    values.length = count
  }

  if (!place.named || segment.length > LONGEST) return undefined
  values.push(segment)
  const named = leafBelow(place.named, search, to + 1)
  if (!named) values.length = count
  return named
}
