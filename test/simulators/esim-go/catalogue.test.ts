// The default catalogue of eSIM Go, its countries and networks, and how a catalogue is searched.
import { expect, test, vi } from 'vitest'
import { countries, findCountry, findCountryByName } from '../../../src/simulators/countries.ts'
import {
  defaultBundle,
  defaultCatalogue,
} from '../../../src/simulators/esim-go/catalogue/default-bundles.ts'
import {
  asListed,
  bundleGroups,
  searchCatalogue,
} from '../../../src/simulators/esim-go/catalogue/search.ts'
import type { CatalogueBundle } from '../../../src/simulators/esim-go/records.ts'

const bundle = (name: string, fields: Partial<CatalogueBundle> = {}): CatalogueBundle => ({
  name,
  description: name,
  groups: ['Standard Fixed'],
  countries: ['GB'],
  dataAmount: 1000,
  duration: 7,
  speed: ['4G'],
  autostart: true,
  unlimited: false,
  price: 100,
  billingType: 'FixedCost',
  ...fields,
})
const namesOf = (bundles: readonly CatalogueBundle[]) => bundles.map(({ name }) => name)

test('at least 190 countries each have one to four networks', () => {
  expect(countries().length).toBeGreaterThanOrEqual(190)
  for (const { networks } of countries()) expect([1, 2, 3, 4]).toContain(networks.length)
})

test('every network has the codes and speeds of a real operator, and a TADIG code of its own', () => {
  const networks = countries().flatMap((country) => country.networks)
  for (const network of networks) {
    expect(network.name).not.toBe('')
    expect(network.brandName).not.toBe('')
    expect(network.mcc).toMatch(/^\d{3}$/)
    expect(network.mnc).toMatch(/^\d{2,3}$/)
    expect(network.tadig).toMatch(/^[A-Z]{3}[A-Z0-9]{2}$/)
    expect(network.generations.length).toBeGreaterThan(0)
    expect(['2G', '3G', '4G', '5G']).toEqual(expect.arrayContaining([...network.generations]))
  }
  expect(new Set(networks.map(({ tadig }) => tadig)).size).toBe(networks.length)
})

test('the network on record is as it was recorded', () => {
  expect(findCountry('FR')?.networks).toContainEqual(
    expect.objectContaining({ name: 'Orange', brandName: 'Orange France', tadig: 'FRAF1' }),
  )
})

test('countries come in the order of their names, which hold no comma', () => {
  const names = countries().map(({ name }) => name)
  expect(names).toEqual(names.toSorted())
  expect(names.filter((name) => name.includes(','))).toEqual([])
})

test('a country is found by its code or its name, in either case', () => {
  expect(findCountry('GB')).toMatchObject({ iso: 'GB', name: 'United Kingdom', region: 'Europe' })
  expect(findCountry('gb')).toBe(findCountry('GB'))
  expect(findCountryByName('united kingdom')).toBe(findCountry('GB'))
  expect(findCountry('XX')).toBeUndefined()
  expect(findCountryByName('Atlantis')).toBeUndefined()
})

test('a territory of a shared row lists the operators noted for it only', () => {
  const brands = findCountry('CW')?.networks.map(({ brandName }) => brandName)
  expect(brands).toContain('Digicel')
  expect(brands).not.toContain('Telbo')
})

test('at least 2,000 bundles are on sale, all under names of their own', () => {
  expect(defaultCatalogue().length).toBeGreaterThanOrEqual(2000)
  expect(new Set(namesOf(defaultCatalogue())).size).toBe(defaultCatalogue().length)
})

test('the name of a bundle says its data, its days and where it works', () => {
  for (const {
    name,
    description,
    dataAmount,
    duration,
    unlimited,
    countries: isos,
    area,
  } of defaultCatalogue()) {
    const [, data = '', days, code = ''] =
      /^esim_(\d+GB|ULE|ULP|UL)_(\d+)D_([A-Z]+)_V2$/.exec(name) ?? []
    expect(Number(days)).toBe(duration)
    expect(unlimited).toBe(data.startsWith('UL'))
    expect(dataAmount).toBe(unlimited ? -1 : Number.parseInt(data, 10) * 1000)
    expect(isos.length).toBeGreaterThan(0)
    if (!area) expect(isos).toEqual([code])
    const place = area?.name ?? findCountry(code)?.name
    expect(description.split(', ').slice(-3)).toEqual([
      `${duration} ${duration === 1 ? 'Day' : 'Days'}`,
      place,
      'V2',
    ])
  }
})

test('every country of a bundle is one we have', () => {
  const unknown = new Set(
    defaultCatalogue().flatMap((item) => item.countries.filter((iso) => !findCountry(iso))),
  )
  expect([...unknown]).toEqual([])
})

test('every country but Afghanistan, which the recording leaves out, has a bundle of its own', () => {
  const sold = countries().filter(({ iso }) => defaultBundle(`esim_1GB_7D_${iso}_V2`))
  expect(countries().filter((country) => !sold.includes(country))).toEqual([findCountry('AF')])
  for (const { iso } of sold)
    expect(defaultBundle(`esim_1GB_7D_${iso}_V2`)?.countries).toEqual([iso])
})

test.each([
  ['AG', 'North America'],
  ['AI', 'North America'],
  ['CY', 'Middle East'],
  ['EG', 'Middle East'],
  ['IR', 'Middle East'],
  ['PA', 'South America'],
  ['JM', 'North America'],
  ['CR', 'North America'],
  ['BR', 'South America'],
  ['GR', 'Europe'],
])('the region of %s is %s', (iso, region) => {
  expect(findCountry(iso)?.region).toBe(region)
})

test('the recorded bundles have their recorded price and description', () => {
  expect(defaultBundle('esim_1GB_7D_GB_V2')?.price).toBe(228)
  expect(defaultBundle('esim_1GB_7D_AD_V2')).toMatchObject({
    description: 'eSIM, 1GB, 7 Days, Andorra, V2',
    price: 690,
    dataAmount: 1000,
    duration: 7,
    groups: ['Standard Fixed'],
  })
})

test.each([
  ['esim_20GB_30D_FR_V2', 'Standard Fixed'],
  ['esim_120GB_365D_GB_V2', 'Standard Long Duration'],
  ['esim_UL_1D_GB_V2', 'Standard Unlimited Lite'],
  ['esim_ULE_15D_GB_V2', 'Standard Unlimited Essential'],
  ['esim_ULP_30D_GB_V2', 'Standard Unlimited Plus'],
  ['esim_1GB_7D_REUP_V2', 'Standard Fixed'],
  ['esim_UL_7D_RGB_V2', 'Standard Unlimited Lite'],
  ['esim_50GB_90D_RGBS_V2', 'Standard Long Duration'],
])('%s is on sale under %s', (name, group) => {
  expect(defaultBundle(name)?.groups).toEqual([group])
})

test('the catalogue has five groups', () => {
  expect(bundleGroups(defaultCatalogue())).toEqual([
    'Standard Fixed',
    'Standard Long Duration',
    'Standard Unlimited Essential',
    'Standard Unlimited Lite',
    'Standard Unlimited Plus',
  ])
})

test('the data of a one-year bundle splits into twelve months', () => {
  const years = defaultCatalogue().filter(({ duration }) => duration === 365)
  expect(defaultBundle('esim_120GB_365D_GB_V2')?.dataAmount).toBe(120_000)
  for (const { dataAmount } of years) expect(dataAmount % 12).toBe(0)
})

test('prices are whole cents, and more data in the same place and time costs more', () => {
  const cheaper = new Map<string, CatalogueBundle>()
  const byData = searchCatalogue(defaultCatalogue(), { orderBy: 'dataAmount' }).filter(
    ({ unlimited }) => !unlimited,
  )
  for (const item of byData) {
    expect(Number.isInteger(item.price)).toBe(true)
    const place = item.name.replace(/^esim_\d+GB_/, '')
    expect(item.price).toBeGreaterThan(cheaper.get(place)?.price ?? 0)
    cheaper.set(place, item)
  }
})

test('bundle names are case-sensitive', () => {
  expect(defaultBundle('esim_1gb_7d_gb_v2')).toBeUndefined()
})

test('a second build gives the same catalogue', async () => {
  const first = defaultCatalogue()
  vi.resetModules()
  const again = await import('../../../src/simulators/esim-go/catalogue/default-bundles.ts')
  expect(again.defaultCatalogue()).not.toBe(first)
  expect(again.defaultCatalogue()).toEqual(first)
})

test('a search for nothing answers the catalogue itself, by data, days and country code', () => {
  expect(searchCatalogue(defaultCatalogue(), {})).toBe(defaultCatalogue())
  expect(
    searchCatalogue(defaultCatalogue(), { description: '', group: '', countries: [], region: '' }),
  ).toBe(defaultCatalogue())
  const fixed = defaultCatalogue().filter(({ unlimited }) => !unlimited)
  expect(defaultCatalogue().slice(0, fixed.length)).toEqual(fixed)
  const amounts = fixed.map(({ dataAmount }) => dataAmount)
  expect(amounts).toEqual(amounts.toSorted((a, b) => a - b))
  const small = fixed.filter(({ dataAmount }) => dataAmount === 1000)
  const codes = small.map(({ area, countries: [first] }) => area?.name ?? first)
  expect(codes).toEqual(codes.toSorted())
})

test('an order by a column leaves the list it was given as it was', () => {
  const list = [bundle('b'), bundle('c', { price: 50 }), bundle('a')]
  expect(namesOf(searchCatalogue(list, { orderBy: 'price' }))).toEqual(['c', 'a', 'b'])
  expect(namesOf(list)).toEqual(['b', 'c', 'a'])
})

const unlimitedBundle = { unlimited: true, dataAmount: -1 }

test.each([
  ['less data first', bundle('b'), bundle('a', { dataAmount: 2000 })],
  ['unlimited last', bundle('b', { dataAmount: 1e6 }), bundle('a', unlimitedBundle)],
  ['fewer days first', bundle('b', { duration: 3 }), bundle('a')],
  ['by the code of the country', bundle('b', { countries: ['AD'] }), bundle('a')],
  [
    'an area by its name',
    bundle('b', { area: { name: 'Europe+', region: 'Europe' } }),
    bundle('a', { countries: ['FR'] }),
  ],
  ['else by name', bundle('a'), bundle('b')],
])('bundles are listed with %s', (_, first, second) => {
  expect(asListed(first, second)).toBe(-1)
  expect(asListed(second, first)).toBe(1)
})

test.each([
  ['united kingdom', true],
  ['UNITED', true],
  ['esim*kingdom*v2', true],
  ['*1GB*', true],
  ['kingdom*united', false],
  ['united.kingdom', false],
  ['France', false],
])(
  'the description search %s finds "eSIM, 1GB, 7 Days, United Kingdom, V2": %s',
  (description, found) => {
    const list = [bundle('a', { description: 'eSIM, 1GB, 7 Days, United Kingdom, V2' })]
    expect(searchCatalogue(list, { description })).toHaveLength(found ? 1 : 0)
  },
)

test('a group must be spelled exactly', () => {
  const list = [bundle('a'), bundle('b', { groups: ['Standard Unlimited Lite'] })]
  expect(namesOf(searchCatalogue(list, { group: 'Standard Unlimited Lite' }))).toEqual(['b'])
  expect(searchCatalogue(list, { group: 'Standard' })).toEqual([])
  expect(searchCatalogue(list, { group: 'standard fixed' })).toEqual([])
})

test('one of the countries asked for is enough', () => {
  const list = [
    bundle('gb'),
    bundle('fr', { countries: ['FR'] }),
    bundle('both', { countries: ['GB', 'US'] }),
  ]
  expect(namesOf(searchCatalogue(list, { countries: ['GB'] }))).toEqual(['gb', 'both'])
  expect(namesOf(searchCatalogue(list, { countries: ['FR', ' us'] }))).toEqual(['fr', 'both'])
  expect(searchCatalogue(list, { countries: ['XX'] })).toEqual([])
})

test('the base of a regional bundle is its area, or its countries where that is the shape', () => {
  const area = { name: 'Europe+', region: 'Europe' }
  const list = [bundle('regional', { countries: ['GB', 'TR'], area })]
  const found = (query: object) => namesOf(searchCatalogue(list, query))
  const regional = 'countries'
  expect(found({ countries: ['GB'] })).toEqual([])
  expect(found({ countries: ['europe+'] })).toEqual(['regional'])
  expect(found({ countries: ['GB'], regional })).toEqual(['regional'])
  expect(found({ region: 'Middle East' })).toEqual([])
  expect(found({ region: 'Europe' })).toEqual(['regional'])
  expect(found({ region: 'Middle East', regional })).toEqual(['regional'])
})

test('LATAM finds the south and the middle of America, the Caribbean and Mexico', () => {
  const isos = new Set(
    searchCatalogue(defaultCatalogue(), { region: 'LATAM' }).flatMap(({ area, countries: own }) =>
      area ? area.name : own,
    ),
  )
  for (const part of ['BR', 'PA', 'JM', 'MX', 'Americas', 'Caribbean', 'CENAM'])
    expect(isos).toContain(part)
  for (const part of ['US', 'CA', 'North America', 'Global', 'ES']) expect(isos).not.toContain(part)
})

test('a region finds bundles with a country in it, and Antarctica none', () => {
  const list = [
    bundle('gb'),
    bundle('jp', { countries: ['JP'] }),
    bundle('all', { countries: ['GB', 'JP'] }),
  ]
  expect(namesOf(searchCatalogue(list, { region: 'Europe' }))).toEqual(['gb', 'all'])
  expect(namesOf(searchCatalogue(list, { region: 'Asia' }))).toEqual(['jp', 'all'])
  expect(searchCatalogue(defaultCatalogue(), { region: 'Antarctica' })).toEqual([])
})

test('filters narrow each other', () => {
  const found = searchCatalogue(defaultCatalogue(), {
    countries: ['GB'],
    group: 'Standard Fixed',
    description: '1GB*United',
  })
  expect(namesOf(found)).toEqual(['esim_1GB_7D_GB_V2'])
})

test.each([
  ['name', ['a', 'b', 'c']],
  ['description', ['c', 'b', 'a']],
  ['dataAmount', ['b', 'a', 'c']],
  ['duration', ['b', 'c', 'a']],
  ['price', ['c', 'a', 'b']],
  ['bundleName', ['a', 'b', 'c']],
  ['autostart', ['c', 'a', 'b']],
  ['roamingEnabled', ['b', 'c', 'a']],
] as const)('ordering by %s goes up, and down when asked', (orderBy, expected) => {
  const list = [
    bundle('a', {
      description: 'z',
      dataAmount: 2,
      duration: 30,
      price: 20,
      area: { name: 'Both', region: 'Europe' },
      countries: ['GB', 'FR'],
    }),
    bundle('b', { description: 'y', dataAmount: 1, duration: 1, price: 30 }),
    bundle('c', { description: 'x', dataAmount: 3, duration: 7, price: 10, autostart: false }),
  ]
  const distinct = new Set(expected)
  expect(namesOf(searchCatalogue(list, { orderBy }))).toEqual(expected)
  const down = searchCatalogue(list, { orderBy, direction: 'desc' })
  expect(new Set(namesOf(down))).toEqual(distinct)
  expect(down[0]?.name).toBe(orderBy === 'autostart' ? 'a' : expected.at(-1))
})

test('equals are in the order of their names in both directions', () => {
  const list = [bundle('b'), bundle('a'), bundle('c', { duration: 30 })]
  expect(namesOf(searchCatalogue(list, { orderBy: 'duration' }))).toEqual(['a', 'b', 'c'])
  expect(namesOf(searchCatalogue(list, { orderBy: 'duration', direction: 'desc' }))).toEqual([
    'c',
    'a',
    'b',
  ])
})

test('a direction alone turns the order they are listed in', () => {
  const list = [bundle('a'), bundle('b')]
  expect(namesOf(searchCatalogue(list, { direction: 'desc' }))).toEqual(['b', 'a'])
})
