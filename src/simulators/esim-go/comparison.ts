// Comparisons as filters have them: `gte:2026-01-02`, an operator and a value.
import { instantOf, startOfDay } from '../../state/instant.ts'

/** What a value is compared by; `eq` where a filter names none (public). */
export type Operator = 'eq' | 'lt' | 'lte' | 'gt' | 'gte'

/** A filter taken apart. */
export interface Comparison {
  /** Absent where the filter names none. */
  readonly operator?: Operator
  readonly value: string
}

const COMPARISON = /^(eq|lte?|gte?):/

export function comparisonOf(filter: string): Comparison {
  const operator = COMPARISON.exec(filter)?.[1]
  if (operator === undefined) return { value: filter }
  return { operator: operator as Operator, value: filter.slice(operator.length + 1) }
}

/** A stretch of time in ms since the epoch, its first and its last one included. */
export interface Span {
  readonly from: number
  readonly to: number
}

const DAY_MS = 86_400_000

/**
 * The time a comparison leaves. A date without a time is its whole day in UTC (invented): `gt` is
 * after that day, `lte` up to its end.
 * @returns `undefined` where the value is neither a date nor a time of RFC 3339
 */
export function spanOf({ operator = 'eq', value }: Comparison): Span | undefined {
  const meant = stretchOf(value)
  if (!meant) return undefined
  const { from, to } = meant
  switch (operator) {
    case 'eq':
      return meant
    case 'lt':
      return { from: 0, to: from - 1 }
    case 'lte':
      return { from: 0, to }
    case 'gt':
      return { from: to + 1, to: Number.MAX_SAFE_INTEGER }
    case 'gte':
      return { from, to: Number.MAX_SAFE_INTEGER }
  }
}

/** The day a date means, or the instant of a time. */
function stretchOf(text: string): Span | undefined {
  const day = startOfDay(text)
  if (day !== undefined) return { from: day, to: day + DAY_MS - 1 }
  const at = instantOf(text)
  return at === undefined ? undefined : { from: at, to: at }
}
