// The JSON of the catalogue: a bundle on sale, and what it is good for.
import { money } from '../money.ts'
import type { CatalogueBundle } from '../records.ts'
import type { components } from '../spec.d.ts'
import { baseCountries, type RegionalShape, roamingCountries } from './base-countries.ts'

type Schemas = components['schemas']
type Rendered = WeakMap<CatalogueBundle, Schemas['CatalogueBundle']>

const rendered: Readonly<Record<RegionalShape, Rendered>> = {
  area: new WeakMap(),
  countries: new WeakMap(),
}

/** Where the pictures of recorded bundles lie (public). */
const PICTURES = 'https://esimgo-cms-images-prod.s3.eu-west-1.amazonaws.com'
/** File names on record; all others are made of the name of the base country (invented). */
const recordedPictures: Readonly<Record<string, string>> = {
  'North America': 'North_America_bbe3181858.jpg',
}

/**
 * A bundle as the catalogue shows it; rendered once, since a page of global bundles names
 * thousands of countries.
 */
export function catalogueBundle(
  bundle: CatalogueBundle,
  shape: RegionalShape,
): Schemas['CatalogueBundle'] {
  const known = rendered[shape]
  const json = known.get(bundle) ?? render(bundle, shape)
  known.set(bundle, json)
  return json
}

function render(bundle: CatalogueBundle, shape: RegionalShape): Schemas['CatalogueBundle'] {
  return {
    name: bundle.name,
    description: bundle.description,
    groups: [...bundle.groups],
    countries: [...baseCountries(bundle, shape)],
    dataAmount: bundle.dataAmount,
    duration: bundle.duration,
    speed: bundle.speed && [...bundle.speed],
    autostart: bundle.autostart,
    unlimited: bundle.unlimited,
    roamingEnabled: [...roamingCountries(bundle, shape)],
    imageUrl: bundle.imageUrl ?? pictureOf(bundle),
    price: money(bundle.price),
    billingType: bundle.billingType,
    allowances: [dataAllowance(bundle)],
  }
}

/** The picture of where a bundle is sold: its area, or its first country. */
function pictureOf(bundle: CatalogueBundle): string {
  const name = baseCountries(bundle, 'area')[0]?.name ?? ''
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '')
  return `${PICTURES}/${recordedPictures[name] ?? `${plain.replace(/[^A-Za-z0-9]+/g, '_')}.jpg`}`
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
