// The default catalogue of bundles, made by rule, and how a catalogue is searched and ordered.
import { countries, findCountry } from '../../countries.ts'

/** One bundle on sale. */
export interface CatalogueBundle {
  /** `esim_{DATA}_{DAYS}D_{ISO or region code}_V2`, case-sensitive. */
  readonly name: string
  readonly description: string
  readonly groups: readonly string[]
  /** ISO codes of the countries it works in: its base countries. */
  readonly countries: readonly string[]
  /** Regional and global bundles only: the area they are sold as, such as `Europe+`. */
  readonly area?: { readonly name: string; readonly region: string }
  /** MB, 1,000 to a GB. Unlimited bundles have -1, as integrators of eSIM Go report from the wire. */
  readonly dataAmount: number
  /** Days. */
  readonly duration: number
  readonly speed: readonly string[]
  readonly autostart: boolean
  readonly unlimited: boolean
  /** US cents. */
  readonly price: number
  readonly billingType: 'FixedCost'
}

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

/** Where a bundle works: a country, or a region under the code its bundles are named with. */
interface Area {
  readonly code: string
  readonly name: string
  readonly countries: readonly string[]
  readonly speed: readonly string[]
  readonly sold?: { readonly name: string; readonly region: string }
  /** Cents for 1 GB in 7 days; every other price here follows from it. */
  readonly base: number
  readonly plans: readonly Plan[]
}

/** What is sold in every area that has it, at a multiple of the area's base price. */
interface Plan {
  readonly data: string
  readonly label: string
  readonly days: number
  readonly groups: readonly string[]
  readonly dataAmount: number
  readonly factor: number
}

/** Recorded prices of 1 GB in 7 days, in cents. */
const knownPrices: Readonly<Record<string, number>> = { AD: 690, GB: 228 }

/** Cents for 1 GB in 7 days around which a region's countries lie. */
const regionPrices: Readonly<Record<string, number>> = {
  Europe: 140,
  Asia: 210,
  'Middle East': 300,
  'North America': 330,
  'South America': 340,
  Oceania: 420,
  Africa: 620,
  Caribbean: 650,
}

/** From this base price on, an area has neither unlimited bundles nor fixed ones over 20 GB: dear areas are sold less widely. */
const dear = 400

const fixedGroup = ['Standard Fixed']
const longGroup = ['Standard Long Duration']

/** Days on sale without a limit, and what they cost against one day. */
const unlimitedDays: readonly (readonly [days: number, factor: number])[] = [
  [1, 1],
  [3, 2.5],
  [5, 3.9],
  [7, 5.2],
  [10, 7.1],
  [15, 10],
  [30, 18],
]

const commonPlans: readonly Plan[] = [
  fixed(1, 7, 1),
  fixed(2, 15, 1.7),
  fixed(3, 30, 2.3),
  fixed(5, 30, 3.6),
  fixed(10, 30, 6.4),
  fixed(20, 30, 11.3),
  long(50, 90, 27),
  long(12, 365, 9),
  long(120, 365, 66),
]

const widePlans: readonly Plan[] = [
  ...commonPlans,
  fixed(50, 30, 25),
  fixed(100, 30, 48),
  ...unlimited('UL', 'Unlimited Lite', 1.08),
  ...unlimited('ULE', 'Unlimited Essential', 1.3),
  ...unlimited('ULP', 'Unlimited Plus', 2.6),
]

const globalPlans: readonly Plan[] = [...widePlans, long(100, 180, 57)]

/** Regional bundles by code: the codes are in public use, the lists of countries change over time and are ours. */
const regions: readonly (readonly [
  code: string,
  name: string,
  region: string,
  base: number,
  countries: string,
])[] = [
  ['RAF', 'Africa', 'Africa', 690, 'BW EG KE MA MG MU NA NG RE TN TZ UG ZA ZM'],
  ['RAS', 'Asia', 'Asia', 290, 'AU CN HK ID IN JP KH KR LK MO MY NZ PH PK SG TH TW UZ VN'],
  ['RBK', 'Balkans', 'Europe', 280, 'AL BA BG GR HR MD ME MK RO RS SI XK'],
  [
    'RCA',
    'Caribbean',
    'Caribbean',
    660,
    'AG AI AW BB BL BM BQ CW DM DO GD GF GP GY HT JM KN KY LC MF MQ MS SR SX TC TT VC VG',
  ],
  ['RCE', 'CENAM', 'North America', 385, 'CR GT HN MX NI PA SV'],
  ['RCI', 'CIS', 'Asia', 395, 'AM AZ GE KG KZ MD TJ UZ'],
  [
    'REUL',
    'Europe Lite',
    'Europe',
    130,
    'AT BE BG CH CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK',
  ],
  [
    'REUP',
    'Europe+',
    'Europe',
    160,
    'AL AT AX BE BG CH CY CZ DE DK EE ES FI FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MT NL NO PL PT RO SE SI SK SM TR UA VA',
  ],
  ['RLA', 'Americas', 'South America', 340, 'AR BO BR CL CO CR EC GF GT MX PA PE PY SV UY'],
  ['RME', 'Middle East and Africa', 'Middle East', 390, 'AE BH EG IL JO KW MA OM QA SA TN TR ZA'],
  ['RMENA', 'Middle East and North Africa', 'Middle East', 275, 'AE BH EG IL JO KW MA OM QA SA TN'],
  ['RNA', 'North America', 'North America', 260, 'CA MX US'],
  ['ROC', 'Oceania', 'Oceania', 180, 'AU FJ GU NZ PG WS'],
]

/** What the two global codes are made of; the second (seen in `esim_50GB_90D_RGBS_V2`) leaves out the dearest regions. */
const globals: readonly (readonly [
  code: string,
  name: string,
  base: number,
  regions: readonly string[],
])[] = [
  ['RGB', 'Global', 440, regions.map(([code]) => code)],
  ['RGBS', 'Global Standard', 350, ['RAS', 'RBK', 'REUP', 'RLA', 'RMENA', 'RNA', 'ROC']],
]

let all: readonly CatalogueBundle[] | undefined
let byName: ReadonlyMap<string, CatalogueBundle> | undefined

/** The catalogue of a world that says nothing else, by price and then name; built at the first call, always the same. */
export function defaultCatalogue(): readonly CatalogueBundle[] {
  all ??= areas().flatMap(bundlesOf).sort(inDefaultOrder)
  return all
}

/** The bundle of that exact name in the default catalogue. */
export function defaultBundle(name: string): CatalogueBundle | undefined {
  byName ??= new Map(defaultCatalogue().map((bundle) => [bundle.name, bundle]))
  return byName.get(name)
}

/**
 * The bundles asked for, by price and then name where no order is. Equals are in the order of their names, whatever the direction.
 * Answers the list it was given, not a copy, where that is the answer.
 */
export function searchCatalogue(
  bundles: readonly CatalogueBundle[],
  query: CatalogueQuery,
): readonly CatalogueBundle[] {
  const wanted = filtersOf(query)
  const found =
    wanted.length === 0
      ? bundles
      : bundles.filter((bundle) => wanted.every((isWanted) => isWanted(bundle)))
  const order = orderOf(query)
  return isOrdered(found, order) ? found : found.toSorted(order)
}

/** The names of all groups that have a bundle, in alphabetical order. */
export function bundleGroups(bundles: readonly CatalogueBundle[]): string[] {
  return [...new Set(bundles.flatMap(({ groups }) => groups))].sort()
}

type Filter = (bundle: CatalogueBundle) => boolean
type Order = (a: CatalogueBundle, b: CatalogueBundle) => number

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
  const wanted = new Set(isos)
  return (bundle) => bundle.countries.some((iso) => wanted.has(iso))
}

/** Pieces between `*` must follow each other; no pattern is compiled, so none can be made to run long. */
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

function orderOf({ orderBy = 'price', direction = 'asc' }: CatalogueQuery): Order {
  const sign = direction === 'desc' ? -1 : 1
  return (a, b) => sign * compare(a[orderBy], b[orderBy]) || compare(a.name, b.name)
}

function inDefaultOrder(a: CatalogueBundle, b: CatalogueBundle): number {
  return a.price - b.price || compare(a.name, b.name)
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function isOrdered(bundles: readonly CatalogueBundle[], order: Order): boolean {
  let last: CatalogueBundle | undefined
  for (const bundle of bundles) {
    if (last && order(last, bundle) > 0) return false
    last = bundle
  }
  return true
}

function areas(): Area[] {
  const members = new Map(regions.map(([code, , , , isos]) => [code, isos.split(' ')]))
  const regional = regions.map(([code, name, region, base]) =>
    wideArea(code, { name, region }, base, members.get(code) ?? []),
  )
  const global = globals.map(([code, name, base, parts]) => {
    const isos = new Set(parts.flatMap((part) => members.get(part) ?? []))
    return {
      ...wideArea(code, { name, region: 'Global' }, base, [...isos].sort()),
      plans: globalPlans,
    }
  })
  return [...countries().map(({ iso }) => countryArea(iso)), ...regional, ...global]
}

function countryArea(iso: string): Area {
  const country = findCountry(iso)
  const base =
    knownPrices[iso] ??
    Math.round(((regionPrices[country?.region ?? ''] ?? dear) * spread(iso)) / 100)
  return {
    code: iso,
    name: country?.name ?? iso,
    countries: [iso],
    speed: speedOf([iso]),
    base,
    plans: plansAt(base),
  }
}

function wideArea(
  code: string,
  sold: { name: string; region: string },
  base: number,
  isos: readonly string[],
): Area {
  return {
    code,
    name: sold.name,
    countries: isos,
    speed: speedOf(isos),
    sold,
    base,
    plans: plansAt(base),
  }
}

function plansAt(base: number): readonly Plan[] {
  return base < dear ? widePlans : commonPlans
}

/** From 75 to 135 percent, told from the code alone, so that the countries of a region do not all cost the same. */
function spread(iso: string): number {
  return 75 + ((iso.charCodeAt(0) * 7 + iso.charCodeAt(1) * 13) % 61)
}

function speedOf(isos: readonly string[]): readonly string[] {
  const speeds = isos.flatMap(
    (iso) => findCountry(iso)?.networks.flatMap(({ generations }) => generations) ?? [],
  )
  return [...new Set(speeds)].sort()
}

function bundlesOf({
  code,
  name,
  countries: isos,
  speed,
  sold,
  base,
  plans,
}: Area): CatalogueBundle[] {
  return plans.map(({ data, label, days, groups, dataAmount, factor }) => ({
    name: `esim_${data}_${days}D_${code}_V2`,
    description: `eSIM, ${label}, ${days} ${days === 1 ? 'Day' : 'Days'}, ${name}, V2`,
    groups,
    countries: isos,
    ...(sold && { area: sold }),
    dataAmount,
    duration: days,
    speed,
    autostart: true,
    unlimited: dataAmount < 0,
    price: Math.round(base * factor),
    billingType: 'FixedCost',
  }))
}

function fixed(gigabytes: number, days: number, factor: number): Plan {
  return {
    data: `${gigabytes}GB`,
    label: `${gigabytes}GB`,
    days,
    groups: fixedGroup,
    dataAmount: gigabytes * 1000,
    factor,
  }
}

/** A one-year plan is delivered as 12 one-month assignments, so its data is divisible by 12. */
function long(gigabytes: number, days: number, factor: number): Plan {
  return { ...fixed(gigabytes, days, factor), groups: longGroup }
}

/** One family of unlimited plans; `oneDay` is the price of one day. */
function unlimited(data: string, label: string, oneDay: number): Plan[] {
  const groups = [`Standard ${label}`]
  return unlimitedDays.map(([days, factor]) => ({
    data,
    label,
    days,
    groups,
    dataAmount: -1,
    factor: oneDay * factor,
  }))
}
