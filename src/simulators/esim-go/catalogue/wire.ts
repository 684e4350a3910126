// The JSON of the catalogue: a bundle on sale, and what it is good for.
import { defined } from '../../../state/defined.ts'
import { money } from '../money.ts'
import { type CatalogueBundle, PROFILE_NAME } from '../records.ts'
import type { components } from '../spec.d.ts'
import { isSince, V25 } from '../versions.ts'
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

/** Which shape of a bundle is asked for. */
interface AskedShape {
  readonly basePath: string
  readonly regional: RegionalShape
}

/** A bundle in the list: v2.5 also tells its profile (public). */
export function listedBundle(
  bundle: CatalogueBundle,
  { basePath, regional }: AskedShape,
): Schemas['CatalogueBundle'] {
  const json = catalogueBundle(bundle, regional)
  return isSince(V25, basePath) ? { ...json, profileName: PROFILE_NAME } : json
}

/** A bundle by itself: v2.5 calls its groups `group` there (public). */
export function bundleDetails(
  bundle: CatalogueBundle,
  asked: AskedShape,
): Schemas['CatalogueBundle'] {
  const json = listedBundle(bundle, asked)
  if (!isSince(V25, asked.basePath)) return json
  const { groups, ...rest } = json
  return defined({ ...rest, group: groups })
}

/**
 * A bundle as the catalogue shows it; rendered once, since a page of global bundles names
 * thousands of countries.
 */
function catalogueBundle(
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
