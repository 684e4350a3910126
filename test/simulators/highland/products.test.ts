// Data products at Highland: default ones and a partner's, put on eSIMs and taken off.
import { expect, test } from 'vitest'
import { startSimulator } from '../../../src/index.ts'
import { findCountry } from '../../../src/simulators/countries.ts'
import { markets } from '../../../src/simulators/highland/catalogue.ts'
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

test('HLD-011 HLD-028 the 16 default products are listed under the id of Highland itself', async () => {
  await using sim = await startHighland()
  const products = await listed(sim, HIGHLAND)
  expect(
    products.map(({ id, useAreaId, name, market_country_code }) => [
      id,
      useAreaId,
      name,
      market_country_code,
    ]),
  ).toEqual([
    ['842', '157', 'China-10MB/90days', '460'],
    ['844', '160', 'Australia & Malaysia & Taiwan & Singapore-100GB/1800days', '460'],
    ['845', '161', 'Canada-100GB/1800days', '460'],
    ['846', '162', 'USA-50GB/30days', '310,311'],
    ['851', '162', 'USA-1GB/7days', '310,311'],
    ['852', '162', 'USA-5GB/30days', '310,311'],
    ['847', '163', 'New Zealand-100GB/1800days', '460'],
    ['856', '166', 'Asia Pacific 24 Countries-360MB/365days', '460'],
    ['867', '166', 'Asia Pacific 24 Countries-10GB/60days', '460'],
    ['871', '166', 'Asia Pacific 24 Countries-1200MB/365days', '460'],
    ['857', '167', 'Multi-Countries & Regions_A11-2GB/365days', 'All'],
    ['858', '167', 'Multi-Countries & Regions_A11-200MB/30days', 'All'],
    ['859', '167', 'Multi-Countries & Regions_A11-1GB/180days', 'All'],
    ['868', '168', 'Global 163 Countries & Regions_2GB/365days', 'All'],
    ['869', '168', 'Global 163 Countries & Regions_1GB/180days', 'All'],
    ['870', '168', 'Global 163 Countries & Regions_200MB/30days', 'All'],
  ])
})

test('HLD-026 HLD-027 a product has these fields, with ids as texts and a time without a zone', async () => {
  await using sim = await startHighland()
  const [china] = await listed(sim, HIGHLAND)
  expect(china).toEqual({
    id: '842',
    name: 'China-10MB/90days',
    description: expect.stringContaining('from the first use'),
    useAreaId: '157',
    type: 'DataPlan',
    market_name: 'China',
    market_area: 'Asia',
    market_country_code: '460',
    company_id: HIGHLAND,
    company_name: 'Highland Solutions LLC',
    last_updated: '2026-01-01T00:00:00.000000',
  })
})

test('every country of a market has networks', () => {
  const codes = Object.values(markets).flatMap(({ countries }) => countries.split('+'))
  expect(codes.filter((code) => code !== '*' && !findCountry(code))).toEqual([])
  expect(markets[166]?.countries.split('+')).toHaveLength(24)
  expect(new Set(markets[166]?.countries.split('+')).size).toBe(24)
})

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
      market_country_code: 'AT,CH',
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
  [{ nothing: 1 }, /knows products and esims, and no nothing/],
  [{ products: 'x' }, /"products" must be a list/],
  [{ products: ['x'] }, /"products" line 1/],
  [{ esims: 'x' }, /must be a list of lines/],
  [{ esims: ['x'] }, /line 1 is not simId/],
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
