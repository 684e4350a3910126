// What a query parameter filters a list by: known by its name, or by `x-filter` of the parameter.
import { pointerToken } from '../state/json-pointer.ts'
import type { SourceParameter } from '../workflows/sources.ts'
import type { Json } from './document-schemas.ts'
import { plain, valuesAt } from './paging.ts'

/**
 * What an item has to have, for a value that is asked for: the very value; the value within a text; at
 * least or at most the value; the value as the last part of a path. `like` is what a name alone says:
 * items that have the value stay, and those that have not even something like it go.
 */
export type Match = 'is' | 'contains' | 'from' | 'to' | 'last-part' | 'like'

/** A filter of a list. */
export interface FilterRule {
  readonly parameter: SourceParameter
  /** JSON pointers into an item, `*` for any entry: one of them has to match. */
  readonly of: readonly string[]
  readonly match: Match
  /** How a value is written in the query: `eq:{value}`. */
  readonly write: string
  /** Other parameters that have to be sent with it. */
  readonly with: Readonly<Record<string, string>>
  /** How many characters of an item's value count: 10 for the day of a time. */
  readonly first: number | undefined
}

/** What `x-filter` of a parameter may say. */
interface FilterMark {
  readonly of: string | readonly string[]
  readonly match?: Match
  readonly write?: string
  readonly with?: Readonly<Record<string, string>>
  readonly first?: number
}

/** What the parameters of a list filter it by, as far as that is known. */
export function filterRules(
  parameters: readonly SourceParameter[],
  items: readonly unknown[],
): readonly FilterRule[] {
  return parameters
    .filter((each) => each.in === 'query')
    .flatMap((parameter) => {
      const mark = parameter.filter as FilterMark | readonly FilterMark[] | false | undefined
      if (mark === false) return []
      if (mark !== undefined) return [mark].flat().map((each) => ruleOf(parameter, each))
      const field = fieldNamed(parameter.name, items)
      return field === undefined
        ? []
        : [ruleOf(parameter, { of: `/${pointerToken(field)}`, match: 'like' })]
    })
}

function ruleOf(parameter: SourceParameter, mark: FilterMark): FilterRule {
  const { of, match = 'is', write = '{value}', with: others = {}, first } = mark
  return { parameter, of: [of].flat(), match, write, with: others, first }
}

/** The field of the items that has the name of a parameter, however its words are put together. */
function fieldNamed(name: string, items: readonly unknown[]): string | undefined {
  const [item] = items
  if (typeof item !== 'object' || item === null) return undefined
  return Object.keys(item).find((field) => plain(field) === plain(name))
}

/** The values that an item has for a filter, as texts that can be asked for. */
export function valuesOf(item: unknown, { of, match, first }: FilterRule): readonly string[] {
  return of
    .flatMap((pointer) => valuesAt(item, pointer))
    .filter((value) => ['string', 'number', 'boolean'].includes(typeof value))
    .map((value) => {
      const text = String(value).slice(0, first)
      return match === 'last-part' ? (text.split('/').at(-1) ?? '') : text
    })
}

/** Whether an item has to be, may be, or must not be among those that a filter leaves. */
export function belongs(
  item: unknown,
  rule: FilterRule,
  value: string,
): 'must' | 'may' | 'must not' {
  const own = valuesOf(item, rule)
  if (own.some((each) => fits(rule.match, each, value))) return 'must'
  const small = value.toLowerCase()
  const isLike = (each: string) =>
    rule.match === 'like'
      ? each.toLowerCase().includes(small)
      : fits(rule.match, each.toLowerCase(), small)
  return own.some(isLike) ? 'may' : 'must not'
}

function fits(match: Match, own: string, value: string): boolean {
  if (match === 'contains') return own.includes(value)
  if (match === 'from') return compared(own, value) >= 0
  if (match === 'to') return compared(own, value) <= 0
  return own === value
}

/** As numbers or instants where both are such, else as texts. */
function compared(one: string, other: string): number {
  const asNumbers = Number(one) - Number(other)
  if (Number.isFinite(asNumbers)) return asNumbers
  const asTimes = Date.parse(one) - Date.parse(other)
  if (Number.isFinite(asTimes)) return asTimes
  return one < other ? -1 : Number(one > other)
}

/** The values of an enumeration, of the parameter or of the entries of its list. */
export function enumerated({ schema }: SourceParameter): readonly string[] {
  const { enum: own, items } = schema as { readonly enum?: unknown; readonly items?: Json }
  const values = own ?? items?.enum
  return Array.isArray(values) ? values.map(String) : []
}
