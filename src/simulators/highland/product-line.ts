// A data product as a line of text: Highland's own, and those of the setting `products`.
import { findCountry } from '../countries.ts'
import { defaults, HIGHLAND_ID } from './catalogue.ts'
import { markets, type ValidFrom } from './markets.ts'

export interface Product {
  /** Id of the company that defined it. */
  readonly company: string
  readonly id: string
  /** Id of its market: the `useAreaId` of the API. */
  readonly market: string
  /** ISO 3166 alpha-2, joined with `+`; `*` is everywhere. */
  readonly countries: string
  /** In the vendor's form, which tells data and validity, as in `USA-5GB/30days`. */
  readonly name: string
  readonly marketName: string
  /** As the name has it, as in `5GB`. */
  readonly limit: string
  readonly bytes: number
  readonly days: number
  readonly validFrom: ValidFrom
}

const COUNTRIES = String.raw`\*|[A-Z]{2}(?:\+[A-Z]{2})*`
const NAME = String.raw`(.*\S)\s*[-_]([1-9]\d{0,5})([MG])B\/([1-9]\d{0,3})days`
const LINE = new RegExp(`^([0-9a-f]{32}),(\\d{1,10}),(\\d{1,10}),(${COUNTRIES}),(${NAME})$`)

/**
 * The product of a line `company_id,id,market_id,countries,name`. 1 GB is 1,000,000,000 bytes
 * (invented: nobody says).
 */
export function parseProduct(line: string): Product | undefined {
  const fields = LINE.exec(line)
  if (!fields) return undefined
  const [, company = '', id = '', market = '', countries = '', name = '', marketName = ''] = fields
  const [amount, unit, days] = fields.slice(7)
  return {
    company,
    id,
    market,
    countries,
    name,
    marketName,
    limit: `${amount}${unit}B`,
    bytes: Number(amount) * (unit === 'G' ? 1e9 : 1e6),
    days: Number(days),
    validFrom: 'use',
  }
}

/** Highland's own products. */
export const builtIn: readonly Product[] = defaults.flatMap(([id, marketId, name]) => {
  const market = markets[marketId]
  const product = parseProduct([HIGHLAND_ID, id, marketId, market?.countries, name].join())
  if (!market || !product) return []
  return { ...product, marketName: market.name, validFrom: market.validFrom }
})

/** What is wrong with a line of the setting `products`, given the lines before it. */
export function productProblem(line: string, before: readonly string[]): string | undefined {
  const product = parseProduct(line)
  if (!product)
    return 'must look like company_id,id,market_id,DE+AT,Alps-5GB/30days (* for every country)'
  const nowhere = product.countries.split('+').find((iso) => iso !== '*' && !findCountry(iso))
  if (nowhere) return `names ${nowhere}, which is no country with networks`
  const isTwin = ({ company, id }: Product) =>
    id === product.id && (company === HIGHLAND_ID || company === product.company)
  const others = [...builtIn, ...before.flatMap((each) => parseProduct(each) ?? [])]
  return others.some(isTwin) ? `there is a product ${product.id} already` : undefined
}
