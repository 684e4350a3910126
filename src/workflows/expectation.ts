// A part of an answer, as `expect` of a step has it: each leaf is held to by itself.
import { compared } from './conditions.ts'
import type { Path } from './document.ts'

/** A leaf that is not as it should be. */
export interface Unmet {
  readonly path: Path
  readonly expected: unknown
  readonly seen: unknown
}

/** Every leaf of `expected` that `seen` does not have. What is not named may be anything. */
export function unmet(expected: unknown, seen: unknown, path: Path = []): Unmet[] {
  if (typeof expected !== 'object' || expected === null)
    return isLike(expected, seen) ? [] : [{ path, expected, seen: seen ?? null }]
  if (typeof seen !== 'object' || seen === null || Array.isArray(expected) !== Array.isArray(seen))
    return [{ path, expected, seen: seen ?? null }]
  return Object.entries(expected).flatMap(([name, each]) => {
    const part = (seen as Readonly<Record<string, unknown>>)[name]
    return unmet(each, part, [...path, Array.isArray(expected) ? Number(name) : name])
  })
}

/** Texts are held to exactly here: only `==` of a condition overlooks their case. */
function isLike(expected: unknown, seen: unknown): boolean {
  if (typeof expected === 'string' && typeof seen === 'string') return expected === seen
  return compared(expected, '==', seen)
}
