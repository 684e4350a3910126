// How a catalogue is searched and ordered.
import { type Country, countries } from '../../countries.ts'
import type { CatalogueBundle } from '../records.ts'
import { baseCodes, type RegionalShape } from './base-countries.ts'

export type CatalogueColumn =
  | 'name'
  | 'bundleName'
  | 'description'
  | 'dataAmount'
  | 'duration'
  | 'autostart'
  | 'roamingEnabled'
  | 'price'

/** What `GET /catalogue` can ask for. An empty text or list asks for nothing. */
export interface CatalogueQuery {
  /** Somewhere in the description, in either case; `*` stands for any text. */
  readonly description?: string
  /** Exact. */
  readonly group?: string
  /** Codes of base countries, of which a bundle must have at least one. */
  readonly countries?: readonly string[]
  /** Exact: bundles with a base country in it. `LATAM` is an older word for most of America. */
  readonly region?: string
  readonly orderBy?: CatalogueColumn
  readonly direction?: 'asc' | 'desc'
  /** What the base countries of a regional bundle are; its area, unless told. */
  readonly regional?: RegionalShape
}

type Filter = (bundle: CatalogueBundle) => boolean
type Order = (a: CatalogueBundle, b: CatalogueBundle) => number

/**
 * The bundles asked for, in the order they are listed in where no other is asked for. Equals are
 * in that order, whatever the direction. Answers the list it was given, not a copy, where that is
 * the answer.
 * @param bundles in the order they are listed in
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
  const { orderBy, direction } = query
  if (orderBy !== undefined) return found.toSorted(byColumn(orderBy, direction))
  return direction === 'desc' ? found.toReversed() : found
}

/** The names of all groups that have a bundle, in alphabetical order. */
export function bundleGroups(bundles: readonly CatalogueBundle[]): string[] {
  return [...new Set(bundles.flatMap(({ groups }) => groups))].sort()
}

/**
 * The order bundles are listed in: by data with unlimited ones last, then days, then the code of
 * the first base country, as the recorded page is (the first two inferred from it).
 */
export function asListed(a: CatalogueBundle, b: CatalogueBundle): number {
  return (
    compare(sizeOf(a), sizeOf(b)) ||
    compare(a.duration, b.duration) ||
    compare(firstBase(a), firstBase(b)) ||
    compare(a.name, b.name)
  )
}

function sizeOf({ unlimited, dataAmount }: CatalogueBundle): number {
  return unlimited ? Number.POSITIVE_INFINITY : dataAmount
}

function firstBase({ area, countries: isos }: CatalogueBundle): string {
  return area?.name ?? isos[0] ?? ''
}

/** By the values of a column; a list of countries counts as its length. */
function byColumn(orderBy: CatalogueColumn, direction: 'asc' | 'desc' = 'asc'): Order {
  const sign = direction === 'desc' ? -1 : 1
  const value = columns[orderBy]
  return (a, b) => sign * compare(value(a), value(b)) || compare(a.name, b.name)
}

const columns: Readonly<Record<CatalogueColumn, (bundle: CatalogueBundle) => string | number>> = {
  name: ({ name }) => name,
  bundleName: ({ name }) => name,
  description: ({ description }) => description,
  dataAmount: ({ dataAmount }) => dataAmount,
  duration: ({ duration }) => duration,
  autostart: ({ autostart }) => Number(autostart),
  roamingEnabled: ({ area, countries: isos }) => (area ? isos.length : 0),
  price: ({ price }) => price,
}

function filtersOf(query: CatalogueQuery): Filter[] {
  const { description, group, countries: codes, region, regional = 'area' } = query
  const filters: Filter[] = []
  if (group) filters.push(({ groups }) => groups.includes(group))
  if (codes && codes.length > 0) filters.push(hasBase(codes, regional))
  if (region === LATAM) filters.push(isIn(isLatin, regional))
  else if (region) filters.push(isIn((country) => country.region === region, regional, region))
  if (description) filters.push(describedBy(description))
  return filters
}

/** Base countries are compared without regard to case. */
function hasBase(codes: readonly string[], regional: RegionalShape): Filter {
  const asked = new Set(codes.map((code) => code.trim().toLowerCase()))
  return (bundle) => baseCodes(bundle, regional).some((code) => asked.has(code.toLowerCase()))
}

/** An older reference has this word for what replies have as North or South America. */
const LATAM = 'LATAM'
const latinSubregions: readonly string[] = ['Caribbean', 'Central America', 'South America']

function isLatin({ iso, subregion }: Country): boolean {
  return latinSubregions.includes(subregion) || iso === 'MX'
}

/**
 * Bundles with a base country of some sort. An area is of it by the name of its region, or where
 * no region is of that name, if most of its countries are.
 */
function isIn(
  belongs: (country: Country) => boolean,
  regional: RegionalShape,
  name?: string,
): Filter {
  const isos = new Set(countries().flatMap((country) => (belongs(country) ? country.iso : [])))
  return ({ area, countries: own }) => {
    if (!area || regional === 'countries') return own.some((iso) => isos.has(iso))
    if (name !== undefined) return area.region === name
    return own.filter((iso) => isos.has(iso)).length * 2 > own.length
  }
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
