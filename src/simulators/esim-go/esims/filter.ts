// `filterBy` and `filter` of the list of eSIMs: texts, times and numbers compared.
import { iso } from '../../../state/instant.ts'
import { Refusal } from '../../../state/refusal.ts'
import { type Comparison, comparisonOf, spanOf } from '../comparison.ts'
import type { Esim } from '../records.ts'
import type { operations } from '../spec.d.ts'

type ListQuery = NonNullable<operations['listEsims']['parameters']['query']>
export type FilterColumn = NonNullable<ListQuery['filterBy']>

type EsimFilter = (esim: Esim) => boolean

/**
 * The eSIMs a filter leaves (public: times and numbers have `eq: lt: lte: gt: gte:`, texts `eq:`
 * or a wildcard). `*` stands for any text (invented); a filter with one must fit the whole column,
 * another text is found anywhere in it. Case does not count.
 * @throws Refusal `invalid-request` for a filter the column has no meaning for
 */
export function esimFilter(column: FilterColumn, filter: string): EsimFilter {
  const comparison = comparisonOf(filter)
  switch (column) {
    case 'iccid':
      return numberFilter(comparison)
    case 'actionDate':
      return timeFilter(column, comparison, ({ actionAt }) => actionAt)
    case 'assignedDate':
      return timeFilter(column, comparison, ({ assignedAt }) => assignedAt)
    case 'customerRef':
      return textFilter(column, comparison, ({ customerRef }) => customerRef)
    case 'lastAction':
      return textFilter(column, comparison, ({ lastAction = '' }) => lastAction)
  }
}

function refuse(column: FilterColumn, value: string, wanted: string): never {
  throw new Refusal('invalid-request', `filter: "${value}" is no ${column}: ${wanted}`)
}

function textFilter(
  column: FilterColumn,
  { operator, value }: Comparison,
  read: (esim: Esim) => string,
): EsimFilter {
  if (operator !== undefined && operator !== 'eq')
    refuse(column, `${operator}:${value}`, 'a text knows eq: and the wildcard * alone')
  const fits = textTest(value.toLowerCase(), operator === 'eq')
  return (esim) => fits(read(esim).toLowerCase())
}

/** Whether a lower-case text is what was asked for, fits a pattern, or holds it. */
function textTest(wanted: string, isWhole: boolean): (text: string) => boolean {
  if (isWhole) return (text) => text === wanted
  if (!wanted.includes('*')) return (text) => text.includes(wanted)
  const pieces = wanted.split('*')
  return (text) => fitsPieces(text, pieces)
}

/** No pattern is compiled that could run long. @param pieces of a pattern, at least two */
function fitsPieces(text: string, pieces: readonly string[]): boolean {
  const first = pieces[0] ?? ''
  const last = pieces.at(-1) ?? ''
  if (!text.startsWith(first)) return false
  let from = first.length
  for (const piece of pieces.slice(1, -1)) {
    const at = text.indexOf(piece, from)
    if (at < 0) return false
    from = at + piece.length
  }
  return text.length - last.length >= from && text.endsWith(last)
}

/** ICCIDs are numbers too long for JavaScript: the longer one is the greater. */
function numberFilter({ operator, value }: Comparison): EsimFilter {
  if (operator === undefined) {
    if (!/^[\d*]+$/.test(value)) refuse('iccid', value, 'give digits, with * for any')
    const fits = textTest(value, false)
    return ({ iccid }) => fits(iccid)
  }

  if (!/^\d+$/.test(value)) refuse('iccid', value, 'give digits')
  const order = (iccid: string) => {
    if (iccid.length !== value.length) return iccid.length - value.length
    return Number(iccid > value) - Number(iccid < value)
  }
  switch (operator) {
    case 'eq':
      return ({ iccid }) => iccid === value
    case 'lt':
      return ({ iccid }) => order(iccid) < 0
    case 'lte':
      return ({ iccid }) => order(iccid) <= 0
    case 'gt':
      return ({ iccid }) => order(iccid) > 0
    case 'gte':
      return ({ iccid }) => order(iccid) >= 0
  }
}

/** @param read the instant of the column, `undefined` where it has none: it fits no filter */
function timeFilter(
  column: FilterColumn,
  comparison: Comparison,
  read: (esim: Esim) => number | undefined,
): EsimFilter {
  const { operator, value } = comparison
  if (operator === undefined && value.includes('*')) {
    const fits = textTest(value.toLowerCase(), false)
    return (esim) => {
      const at = read(esim)
      return at !== undefined && fits(iso(at).toLowerCase())
    }
  }

  const span =
    spanOf(comparison) ??
    refuse(column, value, 'write 2026-01-02 or 2026-01-02T15:04:05Z, or a pattern such as 2026-01*')
  return (esim) => {
    const at = read(esim)
    return at !== undefined && at >= span.from && at <= span.to
  }
}
