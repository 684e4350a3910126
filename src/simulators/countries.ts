// The countries and territories with coverage, and the mobile networks in each; loaded at first use.
import { createRequire } from 'node:module'
import type { Network as Attachment } from '../state/sims.ts'

/** The words of `GET /catalogue?region=`. No operator serves Antarctica, so that word is understood and finds nothing. */
export type Region =
  | 'Africa'
  | 'Asia'
  | 'Caribbean'
  | 'Europe'
  | 'Middle East'
  | 'North America'
  | 'Oceania'
  | 'South America'
  | 'Antarctica'

/** One mobile network, as `GET /networks` and the location of an eSIM show it. */
export interface Network {
  /** The operating company, as in `Orange S.A.`. */
  readonly name: string
  readonly brandName: string
  readonly mcc: string
  readonly mnc: string
  /** TADIG code: three letters of the country and two characters, unique. No package lists them; all but `knownTags` are made up. */
  readonly tagid: string
  /** Generations on the air, oldest first: `2G` to `5G`. */
  readonly speed: readonly string[]
}

export interface Country {
  /** ISO 3166 alpha-2, upper case. */
  readonly iso: string
  /** Has no comma: the API takes lists of names separated by commas. */
  readonly name: string
  readonly region: Region
  /** One to four, the best equipped operators of the country, in the order of their codes. */
  readonly networks: readonly Network[]
}

interface CountryRow {
  readonly cca2: string
  readonly cca3: string
  readonly name: { readonly common: string }
  readonly region: string
  readonly subregion: string
}

interface OperatorRow {
  readonly type: string
  readonly countryCode: string | null
  readonly mcc: string
  readonly mnc: string
  readonly brand: string | null
  readonly operator: string | null
  readonly status: string
  readonly bands: string | null
  readonly notes: string | null
}

/** An operator on the air, before it is placed in a country. */
interface Operator extends Omit<Network, 'tagid'> {
  /** More with 5G, more generations, more bands: nothing better tells the large operators from the small. */
  readonly rank: number
  /** The country codes of its row. */
  readonly shared: readonly string[]
  readonly notes: string
}

const mostNetworks = 4

/** Names that eSIM Go writes differently (Turkey and Aaland Islands are recorded), or whose comma would break a list. */
const names: Readonly<Record<string, string>> = {
  AX: 'Aaland Islands',
  BQ: 'Bonaire',
  SH: 'Saint Helena',
  TR: 'Turkey',
}

/** Territories on the networks of another country, which the operator list does not repeat. */
const servedFrom: Readonly<Record<string, string>> = { AX: 'FI', SJ: 'NO', VA: 'IT' }

/** TADIG codes on record, by MCC and MNC. */
const knownTags: Readonly<Record<string, string>> = { '20801': 'FRAF1' }

/** In one subregion with the Gulf; travel catalogues sell them under Asia. */
const caucasus: readonly string[] = ['AM', 'AZ', 'GE']

const generations: readonly (readonly [speed: string, band: RegExp])[] = [
  ['2G', /\bGSM(?!-R)/],
  ['3G', /UMTS|CDMA/],
  ['4G', /LTE/],
  ['5G', /5G/],
]
const anyBand = /\bGSM(?!-R)|UMTS|CDMA|LTE|5G/g

let all: readonly Country[] | undefined
let byIso: ReadonlyMap<string, Country> | undefined
let byName: ReadonlyMap<string, Country> | undefined

/** Every country with at least one network, by name. The two data packages are read at the first call and let go again. */
export function countries(): readonly Country[] {
  all ??= build()
  return all
}

/** The country of an ISO 3166 alpha-2 code, in either case. */
export function findCountry(iso: string): Country | undefined {
  byIso ??= new Map(countries().map((country) => [country.iso, country]))
  return byIso.get(iso.toUpperCase())
}

/** The country of a name such as `United Kingdom`, in either case. */
export function findCountryByName(name: string): Country | undefined {
  byName ??= new Map(countries().map((country) => [country.name.toLowerCase(), country]))
  return byName.get(name.toLowerCase())
}

/** The network a device finds in a country: the first, or the one of that name, TADIG code or MCC-MNC. */
export function findNetwork(iso: string, operator?: string): Attachment | undefined {
  const country = findCountry(iso)
  const wanted = operator?.toLowerCase()
  const network = country?.networks.find(
    ({ name, brandName, mcc, mnc, tagid }) =>
      wanted === undefined ||
      [name, brandName, tagid, `${mcc}-${mnc}`, mcc + mnc].some(
        (each) => each.toLowerCase() === wanted,
      ),
  )
  if (!country || !network) return undefined
  const { name, brandName, mcc, mnc, tagid } = network
  return { country: country.iso, name, brandName, mcc, mnc, tadig: tagid }
}

function build(): readonly Country[] {
  const operators = operatorsByCountry(
    readJson<readonly OperatorRow[]>('mcc-mnc-list/mcc-mnc-list.json'),
  )
  const rows = readJson<readonly CountryRow[]>('world-countries/dist/countries-unescaped.json')
  const nameOf = new Map(rows.map((row) => [row.cca2, names[row.cca2] ?? row.name.common]))
  const found: Country[] = []
  for (const row of rows) {
    const name = nameOf.get(row.cca2) ?? row.name.common
    const local = (operators.get(servedFrom[row.cca2] ?? row.cca2) ?? []).filter((operator) =>
      serves(operator, name, nameOf),
    )
    if (local.length === 0) continue
    found.push({
      iso: row.cca2,
      name,
      region: regionOf(row),
      networks: bestNetworks(local, row.cca3),
    })
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Reads a data file and drops it from the module cache: only what is kept from it stays in memory. */
function readJson<T>(path: string): T {
  const require = createRequire(import.meta.url)
  const content: T = require(path)
  delete require.cache[require.resolve(path)]
  return content
}

/** Operators on the air, by country code; one row can name several codes (`BQ/CW/SX`). */
function operatorsByCountry(rows: readonly OperatorRow[]): ReadonlyMap<string, Operator[]> {
  const speeds = new Map<string, readonly string[]>()
  const operators = new Map<string, Operator[]>()
  for (const row of rows) {
    const operator = operatorOf(row, speeds)
    for (const iso of operator?.shared ?? []) {
      const list = operators.get(iso)
      if (operator && list) list.push(operator)
      else if (operator) operators.set(iso, [operator])
    }
  }
  return operators
}

/** Nothing where the row is no public mobile network on the air. */
function operatorOf(
  row: OperatorRow,
  speeds: Map<string, readonly string[]>,
): Operator | undefined {
  const { type, status, countryCode, bands, mcc, mnc } = row
  if (type !== 'National' || status !== 'Operational' || countryCode === null || bands === null)
    return undefined
  if (/MVN[OE]|satellite/i.test(bands)) return undefined
  const brandName = row.brand ?? row.operator ?? `${mcc}-${mnc}`
  const speed = generations.filter(([, band]) => band.test(bands)).map(([name]) => name)
  if (speed.length === 0 || brandName.includes('private')) return undefined
  const shared = speeds.get(speed.join()) ?? speed
  speeds.set(speed.join(), shared)
  return {
    // India's rows name the licence area where all others name the company.
    name: countryCode === 'IN' ? brandName : (row.operator ?? brandName),
    brandName,
    mcc,
    mnc,
    speed: shared,
    rank: (bands.match(anyBand)?.length ?? 0) + 2 * speed.length + (speed.includes('5G') ? 10 : 0),
    shared: countryCode.split('/'),
    notes: row.notes ?? '',
  }
}

/** Where a row shared by several territories notes some of them, it serves only those. */
function serves(
  { shared, notes }: Operator,
  name: string,
  nameOf: ReadonlyMap<string, string>,
): boolean {
  if (shared.length < 2 || notes.includes(name)) return true
  return !shared.some((iso) => notes.includes(nameOf.get(iso) ?? iso))
}

/** The best row of each brand, and of these the best few. */
function bestNetworks(local: readonly Operator[], prefix: string): readonly Network[] {
  const brands = new Map<string, Operator>()
  for (const operator of local) {
    const brand = operator.brandName.toLowerCase()
    const known = brands.get(brand)
    if (!known || operator.rank > known.rank) brands.set(brand, operator)
  }
  return [...brands.values()]
    .sort((a, b) => b.rank - a.rank || byCode(a, b))
    .slice(0, mostNetworks)
    .sort(byCode)
    .map(({ name, brandName, mcc, mnc, speed }, index) => {
      const initial = /[A-Z]/.exec(brandName.toUpperCase())?.[0] ?? 'X'
      return {
        name,
        brandName,
        mcc,
        mnc,
        tagid: knownTags[mcc + mnc] ?? `${prefix}${initial}${index + 1}`,
        speed,
      }
    })
}

function byCode(a: Operator, b: Operator): number {
  return a.mcc + a.mnc < b.mcc + b.mnc ? -1 : 1
}

function regionOf({ cca2, region, subregion }: CountryRow): Region {
  if (subregion === 'Caribbean' || subregion === 'South America') return subregion
  if (subregion === 'Western Asia' && !caucasus.includes(cca2)) return 'Middle East'
  switch (region) {
    case 'Africa':
    case 'Asia':
    case 'Europe':
    case 'Oceania':
      return region
    case 'Americas':
      return 'North America'
    default:
      return 'Antarctica'
  }
}
