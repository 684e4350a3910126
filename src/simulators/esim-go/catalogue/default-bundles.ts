// The default catalogue of bundles, made by rule.

import { defined } from '../../../state/defined.ts'
import { type Country, countries, findCountry } from '../../countries.ts'
import type { CatalogueBundle } from '../records.ts'
import { asListed } from './search.ts'

/**
 * Where a bundle works: a country, or a region under the code its bundles are
 * named with.
 */
interface Area {
  readonly code: string
  readonly name: string
  readonly countries: readonly string[]
  readonly speed: readonly string[] | null
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
const recordedPrices: Readonly<Record<string, number>> = {
  AD: 690,
  AE: 226,
  AG: 654,
  AI: 654,
  AL: 263,
  GB: 228,
}

/** Recorded speeds, `null` where the recorded bundle has that; others are those of the networks. */
const recordedSpeeds: Readonly<Record<string, readonly string[] | null>> = {
  AD: ['2G', '3G', '4G'],
  AG: null,
  AI: null,
}

/** The recorded first page has AE and AG, and not AF between them (inferred: nothing is sold). */
const notSold: readonly string[] = ['AF']

/** Cents for 1 GB in 7 days around which a region's countries lie. */
const regionPrices: Readonly<Record<string, number>> = {
  Europe: 140,
  Asia: 210,
  'Middle East': 300,
  'North America': 330,
  'South America': 340,
  Oceania: 420,
  Africa: 620,
}
const CARIBBEAN_PRICE = 650

/**
 * From this base price on, an area has neither unlimited bundles nor fixed ones over 20 GB:
 * expensive areas are sold less widely.
 */
const EXPENSIVE = 400

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
  ...unlimited('UL', 'Standard Unlimited Lite', 1.08),
  ...unlimited('ULE', 'Standard Unlimited Essential', 1.3),
  ...unlimited('ULP', 'Standard Unlimited Plus', 2.6),
]

const globalPlans: readonly Plan[] = [...widePlans, long(100, 180, 57)]

/**
 * Regional bundles by code: the codes are in public use, the lists of countries change over time
 * and are ours.
 */
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
    'North America',
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
    'AL AT AX BE BG CH CY CZ DE DK EE ES FI FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC ' +
      'MT NL NO PL PT RO SE SI SK SM TR UA VA',
  ],
  ['RLA', 'Americas', 'South America', 340, 'AR BO BR CL CO CR EC GF GT MX PA PE PY SV UY'],
  ['RME', 'Middle East and Africa', 'Middle East', 390, 'AE BH EG IL JO KW MA OM QA SA TN TR ZA'],
  ['RMENA', 'Middle East and North Africa', 'Middle East', 275, 'AE BH EG IL JO KW MA OM QA SA TN'],
  ['RNA', 'North America', 'North America', 260, 'CA MX US'],
  ['ROC', 'Oceania', 'Oceania', 180, 'AU FJ GU NZ PG WS'],
]

/**
 * What the two global codes are made of; the second (seen in `esim_50GB_90D_RGBS_V2`) leaves out
 * the most expensive regions.
 */
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

/**
 * The catalogue of a world whose user puts nothing else on sale, in the order it is listed in;
 * built at the first call, always the same.
 */
export function defaultCatalogue(): readonly CatalogueBundle[] {
  all ??= areas().flatMap(bundlesIn).sort(asListed)
  return all
}

/** The bundle of that exact name in the default catalogue. */
export function defaultBundle(name: string): CatalogueBundle | undefined {
  byName ??= new Map(defaultCatalogue().map((bundle) => [bundle.name, bundle]))
  return byName.get(name)
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
  const sold = countries().filter(({ iso }) => !notSold.includes(iso))
  return [...sold.map(countryArea), ...regional, ...global]
}

function countryArea({ iso, name, region, subregion }: Country): Area {
  const usual = subregion === 'Caribbean' ? CARIBBEAN_PRICE : (regionPrices[region] ?? EXPENSIVE)
  const base = recordedPrices[iso] ?? Math.round((usual * spread(iso)) / 100)
  return {
    code: iso,
    name,
    countries: [iso],
    speed: iso in recordedSpeeds ? (recordedSpeeds[iso] ?? null) : speedOf([iso]),
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
  return base < EXPENSIVE ? widePlans : commonPlans
}

/**
 * From 75 to 135 percent, from the code alone, so that the countries of a region do not all cost
 * the same.
 */
function spread(iso: string): number {
  return 75 + ((iso.charCodeAt(0) * 7 + iso.charCodeAt(1) * 13) % 61)
}

function speedOf(isos: readonly string[]): readonly string[] {
  const speeds = isos.flatMap(
    (iso) => findCountry(iso)?.networks.flatMap(({ generations }) => generations) ?? [],
  )
  return [...new Set(speeds)].sort()
}

function bundlesIn(area: Area): CatalogueBundle[] {
  return area.plans.map((plan) =>
    defined({
      name: `esim_${plan.data}_${plan.days}D_${area.code}_V2`,
      description: descriptionOf(area, plan),
      groups: plan.groups,
      countries: area.countries,
      area: area.sold,
      dataAmount: plan.dataAmount,
      duration: plan.days,
      speed: area.speed,
      autostart: true,
      unlimited: plan.dataAmount < 0,
      price: Math.round(area.base * plan.factor),
      billingType: 'FixedCost' as const,
    }),
  )
}

function descriptionOf({ name }: Area, { label, days }: Plan): string {
  return `eSIM, ${label}, ${days} ${days === 1 ? 'Day' : 'Days'}, ${name}, V2`
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

/**
 * A one-year plan is delivered as 12 one-month assignments, so its data is
 * divisible by 12.
 */
function long(gigabytes: number, days: number, factor: number): Plan {
  return { ...fixed(gigabytes, days, factor), groups: longGroup }
}

/**
 * One family of unlimited plans, all described alike: the group tells the families apart.
 * @param oneDay what one day costs against 1 GB in 7 days
 */
function unlimited(data: string, group: string, oneDay: number): Plan[] {
  return unlimitedDays.map(([days, factor]) => ({
    data,
    label: 'Unlimited',
    days,
    groups: [group],
    dataAmount: -1,
    factor: oneDay * factor,
  }))
}
