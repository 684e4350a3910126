// What the catalogue calls the base countries of a bundle: a country, or the area it is sold as.
import { findCountry } from '../../countries.ts'
import type { CatalogueBundle } from '../records.ts'
import type { components } from '../spec.d.ts'

type Country = components['schemas']['Country']

/**
 * How a regional bundle is shown: its area as one base country and the real ones as roaming, or
 * the real ones as its base countries.
 */
export type RegionalShape = 'area' | 'countries'

const NO_COUNTRIES: readonly Country[] = []

const shown = new Map<string, Country>()

/** A country as the catalogue shows it; one object a country, since regional bundles have many. */
function country(iso: string): Country {
  const found = shown.get(iso) ?? shownCountry(iso)
  shown.set(iso, found)
  return found
}

function shownCountry(iso: string): Country {
  const found = findCountry(iso)
  return { name: found?.name ?? iso, region: found?.region ?? '', iso }
}

/** The base countries of a bundle; an area stands for itself, with its name as its code. */
export function baseCountries(
  { area, countries }: CatalogueBundle,
  shape: RegionalShape,
): readonly Country[] {
  if (!area || shape === 'countries') return countries.map(country)
  return [{ name: area.name, region: area.region, iso: area.name }]
}

/** The countries a bundle roams in besides its base: those of its area. */
export function roamingCountries(
  { area, countries }: CatalogueBundle,
  shape: RegionalShape,
): readonly Country[] {
  return area && shape === 'area' ? countries.map(country) : NO_COUNTRIES
}

/** The codes of a bundle's base countries: of an area, its name. */
export function baseCodes(
  { area, countries }: CatalogueBundle,
  shape: RegionalShape,
): readonly string[] {
  return area && shape === 'area' ? [area.name] : countries
}
