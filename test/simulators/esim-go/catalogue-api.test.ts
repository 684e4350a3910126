// The catalogue of eSIM Go over HTTP, its filters and pages, and the networks behind it.
import { expect, test } from 'vitest'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import { buy, GB_1, GB_UNLIMITED, GB_YEAR, onAir } from '../../support/esim-go-shop.ts'
import { expectRefused } from '../../support/refused.ts'

type Page = Schemas['CataloguePage']
type Bundle = Schemas['CatalogueBundle']
type Networks = Schemas['Networks']

const PICTURES = 'https://esimgo-cms-images-prod.s3.eu-west-1.amazonaws.com'
const EUROPE_PLUS = { name: 'Europe+', region: 'Europe', iso: 'Europe+' }

/** Every bundle a search finds, from as many pages as it takes. */
async function found(
  sim: TestSim,
  query: Readonly<Record<string, string>> = {},
): Promise<Bundle[]> {
  const bundles: Bundle[] = []
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const { status, body } = await sim.get<Page>(
      `/catalogue?${new URLSearchParams({ perPage: '5000', page: String(page), ...query })}`,
    )
    expect(status).toBe(200)
    bundles.push(...body.bundles)
    pages = body.pageCount
    if (page >= pages) expect(bundles).toHaveLength(body.rows)
  }
  return bundles
}

const names = (bundles: readonly Bundle[]) => bundles.map(({ name }) => name)

const isos = (networks: Networks) => networks.countryNetworks.map(({ name }) => name)

test('ESG-143 one bundle of the catalogue is answered', async () => {
  await using sim = await startEsimGo()
  const { status, body } = await sim.get<Bundle>(`/catalogue/bundle/${GB_1}`)
  expect(status).toBe(200)
  expect(body).toEqual({
    name: GB_1,
    description: 'eSIM, 1GB, 7 Days, United Kingdom, V2',
    groups: ['Standard Fixed'],
    countries: [{ name: 'United Kingdom', region: 'Europe', iso: 'GB' }],
    dataAmount: 1000,
    duration: 7,
    speed: expect.arrayContaining(['4G']),
    autostart: true,
    unlimited: false,
    roamingEnabled: [],
    imageUrl: `${PICTURES}/United_Kingdom.jpg`,
    price: 2.28,
    billingType: 'FixedCost',
    allowances: [
      {
        type: 'DATA',
        service: 'ROAMING',
        description: 'eSIM, 1GB, 7 Days, United Kingdom, V2',
        amount: 1000,
        unit: 'MB',
        unlimited: false,
      },
    ],
  })
})

test('ESG-143 the answer about one bundle is what the catalogue says of it', async () => {
  await using sim = await startEsimGo()
  for (const { name, ...rest } of (await found(sim, { countries: 'GB' })).slice(0, 20)) {
    expect((await sim.get<Bundle>(`/catalogue/bundle/${name}`)).body).toEqual({ name, ...rest })
  }
})

test.each(['esim_1gb_7d_gb_v2', 'esim_1GB_7D_GB', 'nothing'])(
  'ESG-017 the bundle %s is not in the catalogue',
  async (name) => {
    await using sim = await startEsimGo()
    await expectRefused(sim, () => sim.get(`/catalogue/bundle/${name}`), {
      status: 400,
      code: 'unknown-bundle',
      reason: new RegExp(name),
    })
  },
)

test('ESG-144 the catalogue lists the bundles the organisation may order', async () => {
  await using sim = await startEsimGo()
  const bundles = await found(sim)
  expect(bundles.length).toBeGreaterThanOrEqual(2000)
  expect(names(bundles)).toEqual(expect.arrayContaining([GB_1, GB_YEAR, GB_UNLIMITED]))
})

test('the first page of five is the recorded one', async () => {
  await using sim = await startEsimGo()
  const { bundles } = (await sim.get<Page>('/catalogue?perPage=5')).body
  expect(
    bundles.map(({ name, price, speed, countries }) => [name, price, speed === null, countries]),
  ).toEqual([
    ['esim_1GB_7D_AD_V2', 6.9, false, [{ name: 'Andorra', region: 'Europe', iso: 'AD' }]],
    [
      'esim_1GB_7D_AE_V2',
      2.26,
      false,
      [{ name: 'United Arab Emirates', region: 'Middle East', iso: 'AE' }],
    ],
    [
      'esim_1GB_7D_AG_V2',
      6.54,
      true,
      [{ name: 'Antigua and Barbuda', region: 'North America', iso: 'AG' }],
    ],
    ['esim_1GB_7D_AI_V2', 6.54, true, [{ name: 'Anguilla', region: 'North America', iso: 'AI' }]],
    ['esim_1GB_7D_AL_V2', 2.63, false, [{ name: 'Albania', region: 'Europe', iso: 'AL' }]],
  ])
})

test('the recorded speeds are told: of AD, and null of AG', async () => {
  await using sim = await startEsimGo()
  const speedOf = async (iso: string) =>
    (await sim.get<Bundle>(`/catalogue/bundle/esim_1GB_7D_${iso}_V2`)).body.speed
  expect(await speedOf('AD')).toEqual(['2G', '3G', '4G'])
  expect(await speedOf('AG')).toBeNull()
})

test('every bundle has the address of a picture, that of North America as recorded', async () => {
  await using sim = await startEsimGo()
  const pictures = new Map((await found(sim)).map(({ name, imageUrl }) => [name, imageUrl ?? '']))
  for (const url of pictures.values()) expect(new URL(url).href).toBe(url)
  expect(pictures.get('esim_1GB_7D_RNA_V2')).toBe(`${PICTURES}/North_America_bbe3181858.jpg`)
  expect(pictures.get('esim_1GB_7D_CI_V2')).toBe(`${PICTURES}/Ivory_Coast.jpg`)
})

test('every unlimited bundle is described as Unlimited, its days and its place', async () => {
  await using sim = await startEsimGo()
  const unlimited = (await found(sim)).filter((bundle) => bundle.unlimited)
  for (const { description, duration } of unlimited)
    expect(description).toMatch(
      new RegExp(`^eSIM, Unlimited, ${duration} ${duration === 1 ? 'Day' : 'Days'}, .+, V2$`),
    )
  const { body } = await sim.get<Bundle>('/catalogue/bundle/esim_UL_1D_GB_V2')
  expect(body.description).toBe('eSIM, Unlimited, 1 Day, United Kingdom, V2')
})

test('ESG-100 page picks the page of the catalogue, perPage its length', async () => {
  await using sim = await startEsimGo()
  const all = names(await found(sim))
  const page = async (query: string) => (await sim.get<Page>(`/catalogue?${query}`)).body
  expect(await page('perPage=7')).toMatchObject({
    rows: all.length,
    pageSize: 7,
    pageCount: Math.ceil(all.length / 7),
  })
  expect(names((await page('perPage=7')).bundles)).toEqual(all.slice(0, 7))
  expect(names((await page('perPage=7&page=3')).bundles)).toEqual(all.slice(14, 21))
  expect((await page('perPage=5000&page=9')).bundles).toEqual([])
})

test('a page of the catalogue is 50 long unless told', async () => {
  await using sim = await startEsimGo()
  const { body } = await sim.get<Page>('/catalogue')
  expect([body.bundles.length, body.pageSize]).toEqual([50, 50])
})

test.each(['name', 'description', 'dataAmount', 'duration', 'price'] as const)(
  'ESG-101 orderBy=%s sorts the catalogue by that column',
  async (orderBy) => {
    await using sim = await startEsimGo()
    const values = (await found(sim, { orderBy, region: 'Oceania' })).map(
      (bundle) => bundle[orderBy],
    )
    expect(new Set(values).size).toBeGreaterThan(2)
    expect(values).toEqual(values.toSorted((a, b) => Number(a > b) - Number(a < b)))
  },
)

test('ESG-102 direction turns the order of the catalogue', async () => {
  await using sim = await startEsimGo()
  const query = { orderBy: 'name', countries: 'GB' }
  const up = names(await found(sim, { ...query, direction: 'asc' }))
  expect(names(await found(sim, query))).toEqual(up)
  expect(names(await found(sim, { ...query, direction: 'desc' }))).toEqual(up.toReversed())
})

test.each(['France', 'france', '1GB, 7 Days, Fr', 'eSIM*1GB*France*', '*France*'])(
  'ESG-146 the description %s finds bundles that hold it',
  async (description) => {
    await using sim = await startEsimGo()
    const bundles = await found(sim, { description })
    expect(names(bundles)).toContain('esim_1GB_7D_FR_V2')
    expect(bundles.length).toBeLessThan(1000)
    const wanted = description.toLowerCase().split('*')
    for (const bundle of bundles)
      for (const piece of wanted) expect(bundle.description.toLowerCase()).toContain(piece)
  },
)

test('ESG-146 a description nobody has finds nothing', async () => {
  await using sim = await startEsimGo()
  expect(await found(sim, { description: 'Atlantis' })).toEqual([])
  expect(await found(sim, { description: 'France*eSIM' })).toEqual([])
})

test('ESG-147 group finds bundles of exactly that group', async () => {
  await using sim = await startEsimGo()
  const bundles = await found(sim, { group: 'Standard Unlimited Lite' })
  expect(bundles.length).toBeGreaterThan(0)
  for (const { groups } of bundles) expect(groups).toEqual(['Standard Unlimited Lite'])
  expect(await found(sim, { group: 'Standard Unlimited' })).toEqual([])
  expect(await found(sim, { group: 'standard unlimited lite' })).toEqual([])
})

test('ESG-148 countries is a list of ISO codes separated by commas', async () => {
  await using sim = await startEsimGo()
  const both = names(await found(sim, { countries: 'GB, US' }))
  const apart = [
    ...names(await found(sim, { countries: 'GB' })),
    ...names(await found(sim, { countries: 'US' })),
  ]
  expect(new Set(both)).toEqual(new Set(apart))
  expect(both).toEqual(expect.arrayContaining([GB_1, 'esim_1GB_7D_US_V2']))
})

test('ESG-149 a bundle is found if at least one of the countries is a base country of it', async () => {
  await using sim = await startEsimGo()
  const bundles = await found(sim, { countries: 'GB,US' })
  for (const { countries } of bundles)
    expect(countries.some(({ iso }) => iso === 'GB' || iso === 'US')).toBe(true)
  const first = await sim.get<Page>('/catalogue?countries=GB&perPage=1')
  expect(names(first.body.bundles)).toEqual([GB_1])
  expect(names(await found(sim, { countries: 'Europe+' }))).toContain('esim_1GB_7D_REUP_V2')
  const has = ({ countries }: Bundle) => countries.some(({ iso }) => iso === 'GB' || iso === 'US')
  const all = await found(sim)
  expect(new Set(names(bundles))).toEqual(new Set(names(all.filter(has))))
  expect(all.length - bundles.length).toBeGreaterThan(1000)
  expect(await found(sim, { countries: 'XX' })).toEqual([])
})

test('ESG-150 region finds bundles with a base country in that region', async () => {
  await using sim = await startEsimGo()
  const bundles = await found(sim, { region: 'Oceania' })
  expect(names(bundles)).toContain('esim_1GB_7D_AU_V2')
  for (const { countries } of bundles)
    expect(countries.map(({ region }) => region)).toContain('Oceania')
  const all = await found(sim)
  expect(bundles).toHaveLength(
    all.filter(({ countries }) => countries.some(({ region }) => region === 'Oceania')).length,
  )
})

test('a regional bundle has its area as its one base country, and roams in the real ones', async () => {
  await using sim = await startEsimGo()
  const { body } = await sim.get<Bundle>('/catalogue/bundle/esim_1GB_7D_REUP_V2')
  expect(body.countries).toEqual([EUROPE_PLUS])
  expect(body.roamingEnabled).toHaveLength(43)
  expect(body.roamingEnabled).toContainEqual({ name: 'Turkey', region: 'Middle East', iso: 'TR' })
  const listed = await found(sim, { description: 'Europe+' })
  expect(listed).toContainEqual(body)
  for (const { countries } of listed) expect(countries).toEqual([EUROPE_PLUS])
})

test('with regionalBundles countries the real ones are the base countries', async () => {
  await using sim = await startEsimGo()
  await sim.set({ regionalBundles: 'countries' })
  const { body } = await sim.get<Bundle>('/catalogue/bundle/esim_1GB_7D_REUP_V2')
  expect(body.countries).toHaveLength(43)
  expect(body.roamingEnabled).toEqual([])
  expect(names(await found(sim, { countries: 'GB' }))).toContain('esim_1GB_7D_REUP_V2')
})

test.each([
  ['area', ['Europe+'], 1],
  ['countries', expect.arrayContaining(['GB', 'TR']), 43],
])(
  'with regionalBundles %s the inventory shows such a bundle alike',
  async (shape, some, count) => {
    await using sim = await startEsimGo()
    await sim.set({ regionalBundles: shape })
    await buy(sim, { item: 'esim_1GB_7D_REUP_V2' })
    const { body } = await sim.get<{ bundles: Schemas['InventoryBundle'][] }>('/inventory')
    expect(body.bundles[0]?.countries).toEqual(some)
    expect(body.bundles[0]?.countries).toHaveLength(count)
  },
)

test('a regional bundle works in each of its real countries', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, 'esim_1GB_7D_REUP_V2')
  const device = sim.device(iccid)
  expect(await device.use(1000)).toMatchObject({ used: 1000 })
  await device.attach('TR')
  expect(await device.use(1000)).toMatchObject({ used: 1000 })
  await device.attach('US')
  await expect(device.use(1000)).rejects.toThrow(/no active or queued bundle covers US/)
})

test('filters narrow each other', async () => {
  await using sim = await startEsimGo()
  expect(
    names(
      await found(sim, {
        countries: 'GB',
        group: 'Standard Fixed',
        description: '1GB*7 Days*United Kingdom',
      }),
    ),
  ).toEqual([GB_1])
})

test('with the documented wire the catalogue is a bare array', async () => {
  await using sim = await startEsimGo()
  const { bundles } = (await sim.get<Page>('/catalogue?perPage=3')).body
  await sim.set({ wire: 'documented' })
  expect((await sim.get<Bundle[]>('/catalogue?perPage=3')).body).toEqual(bundles)
})

test('ESG-151 the networks of countries given by name are answered', async () => {
  await using sim = await startEsimGo()
  const { status, body } = await sim.get<Networks>('/networks?countries=United%20Kingdom,france')
  expect(status).toBe(200)
  expect(isos(body)).toEqual(['GB', 'FR'])
  expect(body.countryNetworks[1]?.networks).toContainEqual(
    expect.objectContaining({ name: 'Orange', brandName: 'Orange France', tagid: 'FRAF1' }),
  )
})

test('ESG-152 the networks of countries given by ISO code are answered', async () => {
  await using sim = await startEsimGo()
  const { body } = await sim.get<Networks>('/networks?isos=US,%20gb')
  expect(isos(body)).toEqual(['US', 'GB'])
  for (const { networks } of body.countryNetworks) expect(networks.length).toBeGreaterThan(0)
})

test('ESG-164 the names and codes of the price list, as of the rate sheet, are taken', async () => {
  await using sim = await startEsimGo()
  const { prices } = (
    await sim.get<Schemas['PriceList']>(sim.base.replace('v2.4', 'v2.5/catalogue/prices'))
  ).body
  const codes = prices.map(({ country }) => country.iso)
  const namesOfAll = prices.map(({ country }) => encodeURIComponent(country.name)).join(',')
  expect(codes.length).toBeGreaterThan(150)
  expect(isos((await sim.get<Networks>(`/networks?countries=${namesOfAll}`)).body)).toEqual(codes)
  expect(isos((await sim.get<Networks>(`/networks?isos=${codes.join(',')}`)).body)).toEqual(codes)
})

test('a country named twice is answered once', async () => {
  await using sim = await startEsimGo()
  expect(
    isos((await sim.get<Networks>('/networks?isos=GB,GB&countries=United%20Kingdom')).body),
  ).toEqual(['GB'])
})

test('ESG-153 returnAll=true answers every country', async () => {
  await using sim = await startEsimGo()
  const { body } = await sim.get<Networks>('/networks?returnAll=true')
  expect(isos(body).length).toBeGreaterThanOrEqual(190)
  const sold = new Set(
    (await found(sim)).flatMap(({ countries }) => countries.map(({ iso }) => iso)),
  )
  for (const { roamingEnabled } of await found(sim))
    for (const { iso } of roamingEnabled) sold.add(iso)
  const areas = [...sold].filter((code) => !isos(body).includes(code))
  expect(areas).toContain('Europe+')
  for (const area of areas) expect(area.length).toBeGreaterThan(2)
  expect(isos(body).filter((iso) => !sold.has(iso))).toEqual(['AF'])
})

test.each(['', '?returnAll=false', '?countries=', '?isos=,'])(
  'asking for no network at all, with "%s", is refused',
  async (query) => {
    await using sim = await startEsimGo()
    await expectRefused(sim, () => sim.get(`/networks${query}`), {
      status: 400,
      code: 'invalid-request',
      reason: /returnAll/,
    })
  },
)

test('every unknown country of both lists is named, also where all are asked for', async () => {
  await using sim = await startEsimGo()
  for (const more of ['', '&returnAll=true']) {
    const call = () => sim.get(`/networks?countries=Atlantis,France,Mu&isos=GB,XX${more}`)
    await expectRefused(sim, call, {
      status: 400,
      code: 'invalid-request',
      message: /: "Atlantis", "Mu", "XX"$/,
    })
  }
})

test.each(['?countries=Atlantis', '?isos=XX', '?isos=GB,XX'])(
  'networks of an unknown country, %s, are refused',
  async (query) => {
    await using sim = await startEsimGo()
    await expectRefused(sim, () => sim.get(`/networks${query}`), {
      status: 400,
      code: 'invalid-request',
      reason: /no country/,
    })
  },
)
