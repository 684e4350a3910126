// Data products at Highland: default ones and a partner's, put on eSIMs and taken off.
import { expect, test } from 'vitest'
import { startSimulator } from '../../../src/index.ts'
import { findCountry } from '../../../src/simulators/countries.ts'
import { markets } from '../../../src/simulators/highland/markets.ts'
import {
  COMPANY,
  ESIM,
  expectFailure,
  HIGHLAND,
  type Highland,
  LINE,
  type Schemas,
  startHighland,
  USA,
  USA_SMALL,
} from '../../support/highland.ts'

type Listed = { product_list: Schemas['Product'][] }
type All = { product_usage: Schemas['ProductUsage'][] }

const ALPS = `${COMPANY},9001,901,AT+CH,Alps, east & west-2GB/14days`
const OTHERS = `${HIGHLAND.replace('4345', '0000')},9002,901,DE,Elsewhere-1GB/1days`

const listed = async (sim: Highland, company: string) =>
  (await sim.get<Listed>('/b2b/company/product_list', { company_id: company })).body.product_list
const on = async (sim: Highland) =>
  (await sim.get<All>('/b2b/sim/product_usage/all_product/')).body.product_usage.map(
    ({ product_id }) => product_id,
  )

const MANY = expect.stringMatching(/^\(76\)[A-Z][^,]*(,[A-Z][^,]*)+$/)

test('HLD-011 HLD-028 the 16 default products are listed under the id of Highland itself, as they are printed', async () => {
  await using sim = await startHighland()
  const products = await listed(sim, HIGHLAND)
  expect(
    products.map((each) => [
      each.id,
      each.useAreaId,
      each.name,
      each.market_name,
      each.market_area,
      each.market_country_code,
    ]),
  ).toEqual([
    ['842', '157', 'China-10MB/90days', 'China', 'China(76)', '460'],
    [
      '844',
      '160',
      'Australia & Malaysia & Taiwan & Singapore-100GB/1800days',
      'Australia & Malaysia & Taiwan & Singapore',
      '(76)Australia,Malaysia,Taiwan,Singapore',
      '460',
    ],
    ['845', '161', 'Canada -100GB/1800days', 'Canada', 'Canada(76)', '460'],
    ['846', '162', 'USA -50GB/30days', 'USA', 'USA(76)', '310,311'],
    ['851', '162', 'USA -1GB/7days', 'USA', 'USA(76)', '310,311'],
    ['852', '162', 'USA-5GB/30days', 'USA', 'USA(76)', '310,311'],
    ['847', '163', 'New Zealand -100GB/1800days', 'New Zealand', 'New Zealand(76)', '460'],
    [
      '856',
      '166',
      'Asia Pacific 24 Countries-360MB/365days',
      'Asia Pacific-24 countries',
      'Asia Pacific-24 countries(76)',
      '460',
    ],
    [
      '867',
      '166',
      'Asia Pacific 24 Countries-10GB/60days',
      'Asia Pacific-24 countries',
      'Asia Pacific-24 countries(76)',
      '460',
    ],
    [
      '871',
      '166',
      'Asia Pacific 24 Countries -1200MB/365days',
      'Asia Pacific-24 countries',
      'Asia Pacific-24 countries(76)',
      '460',
    ],
    [
      '857',
      '167',
      'Multi-Countries & Regions_A11-2GB/365days',
      'Multi-Countries & Regions - A11',
      MANY,
      'All',
    ],
    [
      '858',
      '167',
      'Multi-Countries & Regions_A11-200MB/30days',
      'Multi-Countries & Regions - A11',
      MANY,
      'All',
    ],
    [
      '859',
      '167',
      'Multi-Countries & Regions_A11-1GB/180days',
      'Multi-Countries & Regions - A11',
      MANY,
      'All',
    ],
    [
      '868',
      '168',
      'Global 163 Countries & Regions_2GB/365days',
      'Global 163 Countries & Regions',
      MANY,
      'All',
    ],
    [
      '869',
      '168',
      'Global 163 Countries & Regions_1GB/180days',
      'Global 163 Countries & Regions',
      MANY,
      'All',
    ],
    [
      '870',
      '168',
      'Global 163 Countries & Regions_200MB/30days',
      'Global 163 Countries & Regions',
      MANY,
      'All',
    ],
  ])
  const names = (id: string) =>
    products
      .find((each) => each.id === id)
      ?.market_area.replace('(76)', '')
      .split(',') ?? []
  expect(names('857')).toHaveLength(47)
  expect(names('857').slice(0, 5)).toEqual([
    'Kyrgyzstan',
    'Uzbekistan',
    'Hong Kong',
    'Kazakhstan',
    'Macau',
  ])
  expect(names('870')).toHaveLength(163)
  expect(names('870').slice(-3)).toEqual(['Suriname', 'Guyana', 'Bermuda'])
})

test.each([
  ['842', /^China-10MB\/90days\n.*10MB\n.*90 days from the first use\n.*\n.*plus\n.*China$/],
  [
    '845',
    /^Canada -100GB\/1800days\n.*100GB\n.*1800 days from the first use\n.*\n.*plus\n.*Canada$/,
  ],
  [
    '859',
    /_A11-1GB\/180days\n.*1GB\n.*180 days from the first connect to the network\n.*\n.*plus\n.*Kyrgyzstan, .*, Maldives$/,
  ],
])(
  'HLD-036 the description of product %s has a line each for name, limit, validity, network, APN and coverage',
  async (id, lines) => {
    await using sim = await startHighland()
    const product = (await listed(sim, HIGHLAND)).find((each) => each.id === id)
    expect(product?.description).toMatch(lines)
  },
)

test('HLD-026 HLD-027 a product has these fields, with ids as texts and a time without a zone', async () => {
  await using sim = await startHighland()
  const [china] = await listed(sim, HIGHLAND)
  expect(china).toEqual({
    id: '842',
    name: 'China-10MB/90days',
    description: expect.stringMatching(/./),
    useAreaId: '157',
    type: 'DataPlan',
    market_name: 'China',
    market_area: 'China(76)',
    market_country_code: '460',
    company_id: HIGHLAND,
    company_name: 'Highland Solutions LLC',
    last_updated: '2026-01-01T00:00:00.000000',
  })
})

test('every country of a market has networks', () => {
  const codes = Object.values(markets).flatMap(({ countries }) => countries.split('+'))
  expect(codes.filter((code) => !findCountry(code))).toEqual([])
  const sizes = Object.values(markets).map(({ coverage }) => new Set(coverage).size)
  expect(sizes).toEqual([1, 4, 1, 1, 1, 24, 47, 163])
})

test.each([
  ['AT+CH', '228,232', 'Austria, Switzerland'],
  ['DE', '262', 'Germany'],
  ['US', '310,311,312', 'United States'],
  ['*', 'All', 'All'],
])(
  "HLD-039 a partner's product in %s has the mobile country codes %s",
  async (countries, code, named) => {
    const line = `${COMPANY},9001,901,${countries},Own-2GB/14days`
    await using sim = await startHighland({ settings: { highland: { products: [line] } } })
    const [own] = await listed(sim, COMPANY)
    expect(own?.market_country_code).toBe(code)
    expect(own?.description.split('\n')).toEqual([
      'Own-2GB/14days',
      expect.stringContaining('2GB'),
      expect.stringContaining('14 days from the first use'),
      expect.stringMatching(/./),
      expect.stringContaining('plus'),
      expect.stringContaining(named),
    ])
  },
)

test("HLD-009 a partner's own products are listed under its id and can be used; another's are not seen", async () => {
  await using sim = await startHighland()
  expect(await listed(sim, COMPANY)).toEqual([])
  await sim.set('highland', { products: [ALPS, OTHERS] })
  expect(await listed(sim, COMPANY)).toMatchObject([
    {
      id: '9001',
      useAreaId: '901',
      name: 'Alps, east & west-2GB/14days',
      market_name: 'Alps, east & west',
      market_country_code: '228,232',
    },
  ])
  expect(await listed(sim, HIGHLAND)).toHaveLength(16)
  expect(
    (await sim.post('/b2b/sim/product/add', { product_id: '9001', market_id: '901' })).body.status,
  ).toBe('success')
  await sim.device(sim.iccid()).attach('CH')
  expect(await sim.device(sim.iccid()).use(7)).toMatchObject({ used: 7 })
  await expectFailure(
    sim,
    () => sim.post('/b2b/sim/product/add', { product_id: '9002', market_id: '901' }),
    {
      code: 'unknown-product',
      details: 'Product not found.',
    },
  )
})

test('a product on an eSIM stays as it was when its company defines others', async () => {
  await using sim = await startHighland({ settings: { highland: { products: [ALPS] } } })
  await sim.post('/b2b/sim/product/add', { product_id: '9001', market_id: '901' })
  await sim.set('highland', { products: null })
  expect(
    (await sim.get<{ product_usage: object }>('/b2b/sim/product_usage')).body.product_usage,
  ).toMatchObject({
    product_id: '9001',
    market_id: '901',
    total_bytes: 2e9,
  })
  expect(await sim.device(sim.iccid()).use(7)).toMatchObject({
    used: 7,
    attached: { country: 'AT' },
  })
})

test.each([
  ['no line', 'Alps', /line 1: must look like company_id,id,market_id/],
  ['no data in its name', ALPS.replace('-2GB', '-lots'), /must look like/],
  ['nothing of data', ALPS.replace('2GB', '0GB'), /must look like/],
  ['no country', ALPS.replace('AT+CH', ''), /must look like/],
  ['in a country there is not', ALPS.replace('AT+CH', 'AT+ZZ'), /names ZZ, which is no country/],
  ['the id of a default product', ALPS.replace('9001', '842'), /there is a product 842 already/],
])('a product that is %s cannot be set', async (_what, line, why) => {
  await using sim = await startHighland()
  await expect(sim.set('highland', { products: [line] })).rejects.toThrow(why)
  await expect(sim.set('highland', { products: [ALPS, ALPS] })).rejects.toThrow(
    /line 2: there is a product 9001 already/,
  )
})

test('a seed file brings products and stock', async () => {
  await using sim = await startHighland({
    stock: { highland: { products: [ALPS], esims: [LINE] } },
  })
  expect(await listed(sim, COMPANY)).toHaveLength(1)
  const { body } = await sim.post('/b2b/sim/acquire/simid', { sim_id: '61007763' })
  expect(body).toMatchObject({ status: 'success', iccid: '8948010000042217613' })
})

test.each<[unknown, RegExp]>([
  [{ nothing: 1 }, /knows no "nothing"; it knows: products, esims/],
  [{ products: 'x' }, /products must be a list/],
  [{ products: ['x'] }, /"products" line 1/],
  [{ esims: 'x' }, /highland\.esims must be a list/],
  [{ esims: ['x'] }, /line 1 is not simId/],
  [{ esims: [`${LINE}$x`] }, /line 1 is not simId/],
  [{ esims: [LINE, LINE] }, /line 2: eSIM 61007763 is there already/],
])('a seed file with %j stops the start', async (own, why) => {
  await expect(startSimulator({ stock: { highland: own } })).rejects.toThrow(why)
})

test('HLD-010 HLD-012 HLD-033 a default product is added to the test eSIM', async () => {
  await using sim = await startHighland()
  const { body } = await sim.post('/b2b/sim/product/add', USA)
  expect(body).toEqual({ status: 'success', sim_id: ESIM, ...USA, product_name: 'USA-5GB/30days' })
  expect(await on(sim)).toEqual(['852'])
})

test('HLD-010 every default product can be used by a partner', async () => {
  await using sim = await startHighland()
  const products = await listed(sim, HIGHLAND)
  for (const { id, useAreaId, name } of products) {
    const product = { product_id: id, market_id: useAreaId }
    expect((await sim.post('/b2b/sim/product/add', product)).body).toEqual({
      status: 'success',
      sim_id: ESIM,
      ...product,
      product_name: name,
    })
  }
  expect(await on(sim)).toEqual(products.map(({ id }) => id))
})

test('HLD-030 the market id is needed, and must be the one of the product', async () => {
  await using sim = await startHighland()
  const without = () => sim.post('/b2b/sim/product/add', { product_id: '852' })
  await expectFailure(sim, without, { status: 400, code: 'invalid-request', details: /market_id/ })
  await expectFailure(sim, () => sim.post('/b2b/sim/product/add', { ...USA, market_id: '157' }), {
    code: 'wrong-market',
    details: 'Product is not in this market.',
    reason: /product 852 is in market 162/,
  })
  await expectFailure(sim, () => sim.post('/b2b/sim/product/add', { ...USA, product_id: '1' }), {
    code: 'unknown-product',
  })
  await expectFailure(sim, () => sim.post('/b2b/sim/product/add', { ...USA, product_id: 852 }), {
    status: 400,
    code: 'invalid-request',
  })
})

test('HLD-016 an eSIM can have several products, also one twice', async () => {
  await using sim = await startHighland()
  for (const product of [USA, USA_SMALL, USA]) await sim.post('/b2b/sim/product/add', product)
  expect(await on(sim)).toEqual(['852', '851', '852'])
})

test.each([
  ['HLD-013 HLD-031 HLD-033', '/mvno/sim/product/remove'],
  ['HLD-031 HLD-032', '/b2b/sim/product/remove'],
])('%s a product is removed without a market id by %s', async (_numbers, path) => {
  await using sim = await startHighland()
  for (const product of [USA, USA_SMALL]) await sim.post('/b2b/sim/product/add', product)
  const { body } = await sim.post(path, { product_id: '852' })
  expect(body).toEqual({ status: 'success', sim_id: ESIM, ...USA, product_name: 'USA-5GB/30days' })
  expect(await on(sim)).toEqual(['851'])
  const again = () => sim.post(path, { product_id: '852' })
  await expectFailure(sim, again, { code: 'no-product', details: 'eSIM has no such product.' })
})

test('HLD-013 removing by the path of the document', async () => {
  await using sim = await startHighland({ given: 'an eSIM with a data product' })
  expect((await sim.post('/mvno/sim/product/remove', { product_id: '852' })).body.status).toBe(
    'success',
  )
})

test('HLD-031 HLD-032 HLD-033 removing by the path of the examples needs no market id', async () => {
  await using sim = await startHighland({ given: 'an eSIM with a data product' })
  expect((await sim.post('/b2b/sim/product/remove', { product_id: '852' })).body.status).toBe(
    'success',
  )
})

test('of a product that is on an eSIM twice the one added last is removed', async () => {
  await using sim = await startHighland({ given: 'an eSIM with a data product' })
  await sim.device(sim.iccid()).use(10)
  await sim.post('/b2b/sim/product/add', USA)
  await sim.post('/mvno/sim/product/remove', { product_id: '852' })
  const { product_usage } = (await sim.get<All>('/b2b/sim/product_usage/all_product/')).body
  expect(product_usage).toMatchObject([{ product_status: 'active', used_bytes: 10 }])
})
