// Data products: Highland's own, and those a partner defines in the setting `products`.
import type { World } from '../../state/world.ts'
import { findCountry } from '../countries.ts'
import { HIGHLAND_ID } from './catalogue.ts'
import { markets } from './markets.ts'
import { builtIn, type Product, parseProduct } from './product-line.ts'
import { settings } from './settings.ts'

/** The products a company defined; Highland's are the default ones. */
export function productsOf(world: World, company: string): Product[] {
  const partners = world.settings(settings).products.flatMap((line) => parseProduct(line) ?? [])
  return [...builtIn, ...partners].filter((product) => product.company === company)
}

/** A product a company may use: its own or a default one. */
export function findProduct(world: World, company: string, id: string): Product | undefined {
  return [...productsOf(world, company), ...builtIn].find((product) => product.id === id)
}

/** Where a product works, in the words of the product list. */
export interface Area {
  /** `market_area`. */
  readonly area: string
  /** `market_country_code`: mobile country codes (MCC), or `All`. */
  readonly code: string
  /** Names of countries. */
  readonly coverage: readonly string[]
}

/**
 * Where a product works. A default product has its market's own words (public); a partner's has
 * what its countries make of these (inferred).
 */
export function areaOf({ company, market, marketName, countries }: Product): Area {
  const printed = company === HIGHLAND_ID ? markets[market] : undefined
  if (printed) return printed
  if (countries === '*') return { area: marketName, code: 'All', coverage: ['All'] }

  const found = countries.split('+').flatMap((iso) => findCountry(iso) ?? [])
  const codes = found.flatMap(({ networks }) => networks.map(({ mcc }) => mcc))
  return {
    area: marketName,
    code: [...new Set(codes)].sort().join(),
    coverage: found.map(({ name }) => name),
  }
}
