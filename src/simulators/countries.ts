// The countries and territories with coverage, and the mobile networks of each.
import { loadNow, readBuilt } from '../state/shipped-files.ts'
import type { Network as Attachment } from '../state/sims.ts'

/** No operator serves Antarctica: the word is understood, and no country has it. */
export type Region =
  | 'Africa'
  | 'Asia'
  | 'Europe'
  | 'Middle East'
  | 'North America'
  | 'Oceania'
  | 'South America'
  | 'Antarctica'

/** One mobile network of a country. */
export interface Network {
  /** The operating company, as in `Orange S.A.`. */
  readonly name: string
  readonly brandName: string
  readonly mcc: string
  readonly mnc: string
  /**
   * TADIG code: three letters of the country and two characters, unique. No package lists them; all
   * but those of `recorded` are made up.
   */
  readonly tadig: string
  /** Those on the air, oldest first: `2G` to `5G`. */
  readonly generations: readonly string[]
}

export interface Country {
  /** ISO 3166 alpha-2, upper case. */
  readonly iso: string
  /** Has no comma: in lists, names are separated by commas. */
  readonly name: string
  /** As sellers of eSIMs have it: one of few, by `recordedRegions` or by rule. */
  readonly region: Region
  /** As the United Nations have it, such as `Caribbean`. */
  readonly subregion: string
  /**
   * One to four, the best equipped operators of the country, in the order of
   * their codes.
   */
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
interface Operator extends Omit<Network, 'tadig'> {
  /**
   * Grows with 5G, generations and bands: nothing better tells large operators
   * from small.
   */
  readonly rank: number
  /** The country codes of its row. */
  readonly isos: readonly string[]
  readonly notes: string
}

const MOST_NETWORKS = 4

/** Names that sellers of eSIMs write differently, or whose comma would break a list. */
const sellersNames: Readonly<Record<string, string>> = {
  AX: 'Aaland Islands',
  BQ: 'Bonaire',
  SH: 'Saint Helena',
  TR: 'Turkey',
}

/**
 * Territories on the networks of another country, which the operator list does
 * not repeat.
 */
const servedFrom: Readonly<Record<string, string>> = { AX: 'FI', SJ: 'NO', VA: 'IT' }

/** Networks as they are on record with a seller of eSIMs, by MCC and MNC. */
const recorded: Readonly<Record<string, Pick<Network, 'name' | 'brandName' | 'tadig'>>> = {
  '20801': { name: 'Orange', brandName: 'Orange France', tadig: 'FRAF1' },
}

/** In one subregion with the Gulf; travel catalogues have them under Asia. */
const caucasus: readonly string[] = ['AM', 'AZ', 'GE']

/** Regions on record that no rule of ours gives. */
const recordedRegions: Readonly<Record<string, Region>> = {
  CY: 'Middle East',
  EG: 'Middle East',
  IR: 'Middle East',
  PA: 'South America',
}

const bandsOfGenerations: readonly (readonly [generation: string, band: RegExp])[] = [
  ['2G', /\bGSM(?!-R)/],
  ['3G', /UMTS|CDMA/],
  ['4G', /LTE/],
  ['5G', /5G/],
]
const anyBand = /\bGSM(?!-R)|UMTS|CDMA|LTE|5G/g

let all: readonly Country[] | undefined
let byIso: ReadonlyMap<string, Country> | undefined
let byName: ReadonlyMap<string, Country> | undefined

/**
 * Every country with at least one network, by name. The build makes the list of two data packages,
 * which are read at the first call where nothing is built.
 */
export function countries(): readonly Country[] {
  all ??= readBuilt<readonly Country[]>('specs/countries.json') ?? compiled()
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

/**
 * The network a device finds in a country.
 * @param operator its name, TADIG code or MCC-MNC; the first network unless given
 */
export function findNetwork(iso: string, operator?: string): Attachment | undefined {
  const country = findCountry(iso)
  const network =
    operator === undefined
      ? country?.networks[0]
      : country?.networks.find((each) => isCalled(each, operator.toLowerCase()))
  if (!country || !network) return undefined

  const { name, brandName, mcc, mnc, tadig } = network
  return { country: country.iso, name, brandName, mcc, mnc, tadig }
}

function isCalled({ name, brandName, tadig, mcc, mnc }: Network, lowerCase: string): boolean {
  const names = [name, brandName, tadig, `${mcc}-${mnc}`, mcc + mnc]
  return names.some((each) => each.toLowerCase() === lowerCase)
}

function compiled(): readonly Country[] {
  const operators = operatorsByCountry(
    loadNow<readonly OperatorRow[]>('mcc-mnc-list/mcc-mnc-list.json'),
  )
  const rows = loadNow<readonly CountryRow[]>('world-countries/dist/countries-unescaped.json')
  const nameOf = new Map(rows.map((row) => [row.cca2, sellersNames[row.cca2] ?? row.name.common]))

  const found: Country[] = []
  for (const row of rows) {
    const name = nameOf.get(row.cca2) ?? row.name.common
    const local = (operators.get(servedFrom[row.cca2] ?? row.cca2) ?? []).filter((operator) =>
      serves(operator, name, nameOf),
    )
    if (local.length === 0) continue
    const networks = bestNetworks(local, row.cca3)
    const { cca2: iso, subregion } = row
    found.push({ iso, name, region: regionOf(row), subregion, networks })
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * Operators on the air, by country code; one row can name several codes
 * (`BQ/CW/SX`).
 */
function operatorsByCountry(rows: readonly OperatorRow[]): ReadonlyMap<string, Operator[]> {
  // Hundreds of operators share a few lists of generations.
  const lists = new Map<string, readonly string[]>()
  const operators = new Map<string, Operator[]>()
  for (const row of rows) {
    const operator = operatorOf(row, lists)
    if (!operator) continue
    for (const iso of operator.isos) {
      const others = operators.get(iso)
      if (others) others.push(operator)
      else operators.set(iso, [operator])
    }
  }
  return operators
}

/** `undefined` where the row is no public mobile network on the air. */
function operatorOf(row: OperatorRow, lists: Map<string, readonly string[]>): Operator | undefined {
  const { type, status, countryCode, bands, mcc, mnc } = row
  if (type !== 'National' || status !== 'Operational' || countryCode === null || bands === null)
    return undefined
  if (/MVN[OE]|satellite/i.test(bands)) return undefined

  const brandName = row.brand ?? row.operator ?? `${mcc}-${mnc}`
  const onAir = bandsOfGenerations.filter(([, band]) => band.test(bands)).map(([name]) => name)
  if (onAir.length === 0 || brandName.includes('private')) return undefined

  const generations = lists.get(onAir.join()) ?? onAir
  lists.set(onAir.join(), generations)
  const bandCount = bands.match(anyBand)?.length ?? 0
  return {
    // India's rows name the licence area where all others name the company.
    name: countryCode === 'IN' ? brandName : (row.operator ?? brandName),
    brandName,
    mcc,
    mnc,
    generations,
    rank: bandCount + 2 * onAir.length + (onAir.includes('5G') ? 10 : 0),
    isos: countryCode.split('/'),
    notes: row.notes ?? '',
  }
}

/**
 * Where a row shared by several territories notes some of them, it serves only
 * those.
 */
function serves(
  { isos, notes }: Operator,
  name: string,
  nameOf: ReadonlyMap<string, string>,
): boolean {
  if (isos.length < 2 || notes.includes(name)) return true
  return !isos.some((iso) => notes.includes(nameOf.get(iso) ?? iso))
}

/** The best row of each brand, and of these the best few. */
function bestNetworks(local: readonly Operator[], prefix: string): readonly Network[] {
  const brands = new Map<string, Operator>()
  for (const operator of local) {
    const brand = operator.brandName.toLowerCase()
    const best = brands.get(brand)
    if (!best || operator.rank > best.rank) brands.set(brand, operator)
  }
  return [...brands.values()]
    .sort((a, b) => b.rank - a.rank || byCode(a, b))
    .slice(0, MOST_NETWORKS)
    .sort(byCode)
    .map(({ name, brandName, mcc, mnc, generations }, index) => {
      const initial = /[A-Z]/.exec(brandName.toUpperCase())?.[0] ?? 'X'
      const tadig = `${prefix}${initial}${index + 1}`
      return { name, brandName, mcc, mnc, tadig, generations, ...recorded[mcc + mnc] }
    })
}

function byCode(a: Operator, b: Operator): number {
  return a.mcc + a.mnc < b.mcc + b.mnc ? -1 : 1
}

function regionOf({ cca2, region, subregion }: CountryRow): Region {
  const recorded = recordedRegions[cca2]
  if (recorded) return recorded
  if (subregion === 'South America') return subregion
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
