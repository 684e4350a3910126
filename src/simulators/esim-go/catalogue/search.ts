// How a catalogue is searched and ordered.
import { countries } from '../../countries.ts'
import type { CatalogueBundle } from '../records.ts'

export type CatalogueColumn = 'name' | 'description' | 'dataAmount' | 'duration' | 'price'

/** What `GET /catalogue` can ask for. An empty text or list asks for nothing. */
export interface CatalogueQuery {
  /** Somewhere in the description, in either case; `*` stands for any text. */
  readonly description?: string
  /** Exact. */
  readonly group?: string
  /** ISO codes, of which a bundle must have at least one. */
  readonly countries?: readonly string[]
  /** Exact: bundles with a country in it. */
  readonly region?: string
  readonly orderBy?: CatalogueColumn
  readonly direction?: 'asc' | 'desc'
}

type Filter = (bundle: CatalogueBundle) => boolean
type Order = (a: CatalogueBundle, b: CatalogueBundle) => number

/**
 * The bundles asked for, by price and then name where no order is. Equals are in the order of
 * their names, whatever the direction. Answers the list it was given, not a copy, where that is
 * the answer.
 */
export function searchCatalogue(
  bundles: readonly CatalogueBundle[],
  query: CatalogueQuery,
): readonly CatalogueBundle[] {
  const filters = filtersOf(query)
  const found =
    filters.length === 0
      ? bundles
      : bundles.filter((bundle) => filters.every((matches) => matches(bundle)))
  const order = catalogueOrder(query)
  return isOrdered(found, order) ? found : found.toSorted(order)
}

/** The names of all groups that have a bundle, in alphabetical order. */
export function bundleGroups(bundles: readonly CatalogueBundle[]): string[] {
  return [...new Set(bundles.flatMap(({ groups }) => groups))].sort()
}

/** The order asked for: by price and then name where none is. */
export function catalogueOrder({ orderBy = 'price', direction = 'asc' }: CatalogueQuery): Order {
  const sign = direction === 'desc' ? -1 : 1
  return (a, b) => sign * compare(a[orderBy], b[orderBy]) || compare(a.name, b.name)
}

function filtersOf({ description, group, countries: isos, region }: CatalogueQuery): Filter[] {
  const filters: Filter[] = []
  if (group) filters.push(({ groups }) => groups.includes(group))
  if (isos && isos.length > 0)
    filters.push(coversOneOf(isos.map((iso) => iso.trim().toUpperCase())))
  if (region)
    filters.push(
      coversOneOf(countries().flatMap((country) => (country.region === region ? country.iso : []))),
    )
  if (description) filters.push(describedBy(description))
  return filters
}

function coversOneOf(isos: readonly string[]): Filter {
  const asked = new Set(isos)
  return (bundle) => bundle.countries.some((iso) => asked.has(iso))
}

/**
 * Pieces between `*` must follow each other; no pattern is compiled that could
 * run long.
 */
function describedBy(pattern: string): Filter {
  const pieces = pattern.toLowerCase().split('*')
  return ({ description }) => {
    const text = description.toLowerCase()
    let from = 0
    for (const piece of pieces) {
      const at = text.indexOf(piece, from)
      if (at < 0) return false
      from = at + piece.length
    }
    return true
  }
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function isOrdered(bundles: readonly CatalogueBundle[], order: Order): boolean {
  let previous: CatalogueBundle | undefined
  for (const bundle of bundles) {
    if (previous && order(previous, bundle) > 0) return false
    previous = bundle
  }
  return true
}
