// The catalogue, one bundle of it, its groups, and the networks behind it.
import { Refusal } from '../../../state/refusal.ts'
import { reply } from '../../call.ts'
import { type Country, countries, findCountry, findCountryByName } from '../../countries.ts'
import type { EsimGoRefusal } from '../errors.ts'
import type { EsimGoHandlers } from '../settings.ts'
import { findBundle, onSale } from './on-sale.ts'
import { priceList } from './prices.ts'
import { searchCatalogue } from './search.ts'
import * as wire from './wire.ts'

/** The parts of a comma-separated list. */
function parts(text = ''): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/**
 * The countries asked for by name and by code, each once.
 * @throws Refusal `invalid-request` naming all that are none
 */
function countriesOf(names: readonly string[], codes: readonly string[]): Country[] {
  const found = new Set<Country>()
  const unknown: string[] = []
  const note = (country: Country | undefined, asked: string) =>
    country ? found.add(country) : unknown.push(`"${asked}"`)
  for (const name of names) note(findCountryByName(name), name)
  for (const code of codes) note(findCountry(code), code)
  if (unknown.length > 0)
    throw new Refusal('invalid-request', `no country with networks: ${unknown.join(', ')}`)
  return [...found]
}

export const catalogueHandlers: EsimGoHandlers = {
  getCatalogue({ query, settings, basePath }, world) {
    const { page = 1, perPage = 50, countries: isos, ...search } = query
    const { regionalBundles: regional } = settings
    const asked = { ...search, countries: parts(isos), regional }
    const found = searchCatalogue(onSale(world), asked)
    const bundles = found
      .slice((page - 1) * perPage, page * perPage)
      .map((bundle) => wire.listedBundle(bundle, { basePath, regional }))
    if (settings.wire === 'documented') return reply(200, bundles)
    return reply(200, {
      bundles,
      pageCount: Math.ceil(found.length / perPage),
      rows: found.length,
      pageSize: perPage,
    })
  },

  getCatalogueBundle({ path, settings, basePath }, world) {
    const bundle = findBundle(world, path.name)
    const regional = settings.regionalBundles
    return reply(200, wire.bundleDetails(bundle, { basePath, regional }))
  },

  listPrices({ settings }, world) {
    if (!settings.consumptionBilling)
      throw new Refusal<EsimGoRefusal>(
        'not-by-consumption',
        'the setting consumptionBilling is off: prices are not told',
      )
    return reply(200, priceList(world))
  },

  getNetworks({ query }) {
    const named = countriesOf(parts(query.countries), parts(query.isos))
    const asked = query.returnAll ? countries() : named
    if (asked.length === 0)
      throw new Refusal('invalid-request', 'name countries, isos, or set returnAll to true')
    return reply(200, {
      countryNetworks: asked.map(({ iso, networks }) => ({
        name: iso,
        networks: networks.map(({ tadig: tagid, generations, ...network }) => ({
          ...network,
          tagid,
          speed: [...generations],
        })),
      })),
    })
  },
}
