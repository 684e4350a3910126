// The JSON of the catalogue: a bundle on sale, and what it is good for.
import { defined } from '../../../state/defined.ts'
import { findCountry } from '../../countries.ts'
import { money } from '../money.ts'
import { type CatalogueBundle, PROFILE_NAME } from '../records.ts'
import type { components } from '../spec.d.ts'
import { isSince, V25 } from '../versions.ts'

type Schemas = components['schemas']

/** A bundle in the list: v2.5 also tells its profile (public). */
export function listedBundle(
  bundle: CatalogueBundle,
  basePath: string,
): Schemas['CatalogueBundle'] {
  const json = catalogueBundle(bundle)
  return isSince(V25, basePath) ? { ...json, profileName: PROFILE_NAME } : json
}

/** A bundle by itself: v2.5 calls its groups `group` there (public). */
export function bundleDetails(
  bundle: CatalogueBundle,
  basePath: string,
): Schemas['CatalogueBundle'] {
  const json = listedBundle(bundle, basePath)
  if (!isSince(V25, basePath)) return json
  const { groups, ...rest } = json
  return defined({ ...rest, group: groups })
}

const rendered = new WeakMap<CatalogueBundle, Schemas['CatalogueBundle']>()

/**
 * A bundle as the catalogue shows it; rendered once, since a page of global bundles names
 * thousands of countries.
 */
function catalogueBundle(bundle: CatalogueBundle): Schemas['CatalogueBundle'] {
  const json = rendered.get(bundle) ?? render(bundle)
  rendered.set(bundle, json)
  return json
}

function render(bundle: CatalogueBundle): Schemas['CatalogueBundle'] {
  return {
    name: bundle.name,
    description: bundle.description,
    groups: [...bundle.groups],
    countries: bundle.countries.map(country),
    dataAmount: bundle.dataAmount,
    duration: bundle.duration,
    speed: [...bundle.speed],
    autostart: bundle.autostart,
    unlimited: bundle.unlimited,
    roamingEnabled: [],
    price: money(bundle.price),
    billingType: bundle.billingType,
    allowances: [dataAllowance(bundle)],
  }
}

function country(iso: string): Schemas['CatalogueBundle']['countries'][number] {
  const found = findCountry(iso)
  return { name: found?.name ?? iso, region: found?.region ?? '', iso }
}

/** The one allowance of a bundle: data, in megabytes. */
export function dataAllowance({
  description,
  dataAmount,
  unlimited,
}: CatalogueBundle): Schemas['Allowances'][number] {
  return {
    type: 'DATA',
    service: 'ROAMING',
    description,
    amount: dataAmount,
    unit: 'MB',
    unlimited,
  }
}
