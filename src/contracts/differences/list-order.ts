// In which order lists are: by which of their fields, rising or falling.
import { isTime, kindOf, textFormat } from './value-class.ts'

type Direction = 'rising' | 'falling' | 'unsorted'

/** Lists that are in another order. */
export interface OtherOrder {
  /** The name of the field; empty where the entries are no objects. */
  readonly key: string
  readonly left: Direction
  readonly right: Direction
}

/**
 * The field by which two lists are in different orders: sorted on both sides, the other way round,
 * or on one side alone. What may well be chance is none: short lists, and ids that are random.
 */
export function otherOrder(
  left: readonly unknown[],
  right: readonly unknown[],
): OtherOrder | undefined {
  const keys = [...new Set([...left, ...right].slice(0, 50).flatMap(namesOf))]
  const both = keys.flatMap((key) => {
    const [ours, theirs] = [sorted(left, key), sorted(right, key)]
    return ours && theirs ? [{ key, ours, theirs, chance: chanceOf(ours, theirs) }] : []
  })
  const telling = both.filter(({ ours, theirs, chance }) => chance <= mostChance(ours, theirs))
  // One key that both are sorted by tells why the others are as they are.
  const common = both.filter(
    ({ ours, theirs }) => ours.direction === theirs.direction && ours.direction !== 'unsorted',
  )
  if (common.some((key) => telling.every(({ chance }) => key.chance <= chance))) return undefined
  // Of several fields, a time or a number is the likelier key.
  const [best] = telling.toSorted(
    (a, b) => Number(b.ours.isOrdinal) - Number(a.ours.isOrdinal) || a.chance - b.chance,
  )
  return best && { key: best.key, left: best.ours.direction, right: best.theirs.direction }
}

/** How likely it is that shuffled lists look so: nothing tells of two that are not sorted. */
function chanceOf(ours: Sorted, theirs: Sorted): number {
  const chance = (side: Sorted) => (side.direction === 'unsorted' ? 1 : side.chance)
  return chance(ours) * chance(theirs)
}

/**
 * Times and numbers are likely keys; a text may be an id that was rolled. A list that is sorted on
 * one side alone may be so by a field that goes with the true key.
 */
function mostChance(ours: Sorted, theirs: Sorted): number {
  if ([ours, theirs].some(({ direction }) => direction === 'unsorted')) return 1e-6
  return ours.isOrdinal && theirs.isOrdinal ? 2e-3 : 1e-4
}

function namesOf(entry: unknown): string[] {
  if (kindOf(entry) === 'object') return Object.keys(entry as object)
  return typeof entry === 'string' || typeof entry === 'number' ? [''] : []
}

interface Sorted {
  readonly direction: Direction
  /** How likely it is that a shuffled list looks so. */
  readonly chance: number
  readonly isOrdinal: boolean
}

/** How a list is sorted by a field; `undefined` where an entry lacks it or all are the same. */
function sorted(list: readonly unknown[], key: string): Sorted | undefined {
  const values: readonly unknown[] = list.map((each) => valueIn(each, key))
  const isNumber = values.every((each): boolean => typeof each === 'number')
  if (!isNumber && !values.every((each): boolean => typeof each === 'string')) return undefined
  const distinct = new Set<unknown>(values).size
  if (distinct < 2) return undefined
  const isTimes = !isNumber && values.every((each) => isTime(textFormat(String(each)).name))
  const about = { chance: 1 / factorial(Math.min(distinct, 20)), isOrdinal: isNumber || isTimes }
  const isSorted = (sign: number) =>
    COMPARISONS.some((compare) =>
      values.slice(1).every((each, at) => sign * compare(values[at], each) <= 0),
    )
  if (isSorted(1)) return { direction: 'rising', ...about }
  if (isSorted(-1)) return { direction: 'falling', ...about }
  return { direction: 'unsorted', ...about }
}

function valueIn(entry: unknown, key: string): unknown {
  return key === '' ? entry : (entry as Readonly<Record<string, unknown>> | null)?.[key]
}

/** Texts are sorted by their characters, without regard to case, or as people do. */
const COMPARISONS: readonly ((a: unknown, b: unknown) => number)[] = [
  (a, b) => compared(a, b),
  (a, b) => compared(lower(a), lower(b)),
  (a, b) => (typeof a === 'string' ? a.localeCompare(String(b), 'en') : compared(a, b)),
]

const lower = (value: unknown) => (typeof value === 'string' ? value.toLowerCase() : value)

function compared(a: unknown, b: unknown): number {
  const [one, other] = [a, b] as [string, string]
  return Number(one > other) - Number(one < other)
}

function factorial(number: number): number {
  return number < 2 ? 1 : number * factorial(number - 1)
}
