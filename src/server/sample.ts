// A part of a large value that is enough to tell what is wrong with it.
import type { BodyShape } from './body-shape.ts'
import { MOST_TOLD } from './bounded.ts'

/** How many values a sample has at most, about; a smaller value is its own sample. */
const MOST_VALUES = 5_000
/** How many names that the spec does not know an object of a sample has. */
const MOST_UNKNOWN = 50
/** How many items a list of a sample has, once there are many values. */
const FEW_ITEMS = 2 * MOST_TOLD

/** A sample, and whether it has less than the whole. */
export interface Sample {
  readonly value: unknown
  readonly isCut: boolean
}

/**
 * The value itself, unless it is large: then without most items of its lists and most of the names
 * that the spec does not know.
 */
export function sampleOf(value: unknown, shape: BodyShape | undefined): Sample {
  if (countOf(value, MOST_VALUES) >= 0) return { value, isCut: false }
  let left = MOST_VALUES
  const cut = (part: unknown, known: BodyShape | undefined): unknown => {
    left -= 1
    if (typeof part !== 'object' || part === null) return part
    if (Array.isArray(part)) {
      const items = left > 0 ? FEW_ITEMS : 1
      return part.slice(0, items).map((item) => cut(item, known?.items))
    }
    let unknown = 0
    const entries = Object.entries(part).filter(([name]) => {
      if (known?.names.has(name)) return true
      unknown += 1
      return unknown <= MOST_UNKNOWN
    })
    return Object.fromEntries(
      entries.map(([name, below]) => [name, cut(below, known?.names.get(name))]),
    )
  }
  return { value: cut(value, shape), isCut: true }
}

/** What is left of `budget` once each value within is counted; below 0 where it is not enough. */
function countOf(value: unknown, budget: number): number {
  let left = budget - 1
  if (typeof value !== 'object' || value === null) return left
  for (const below of Array.isArray(value) ? value : Object.values(value)) {
    if (left < 0) break
    left = countOf(below, left)
  }
  return left
}
