// Use of data at Highland: of a product, within a window, of all; and when service stops.
import { expect, test } from 'vitest'
import {
  ESIM,
  expectFailure,
  type Highland,
  type Schemas,
  startHighland,
  USA,
  USA_SMALL,
} from '../../support/highland.ts'

type Usage = Schemas['ProductUsage']

const GB = 1e9
const add = (sim: Highland, product: object) => sim.post('/b2b/sim/product/add', product)
const use = (sim: Highland, bytes: number) => sim.device(sim.iccid()).use(bytes)
const current = async (sim: Highland) =>
  (await sim.get<{ product_usage: Usage }>('/b2b/sim/product_usage')).body.product_usage
const all = async (sim: Highland, path = '/b2b/sim/product_usage/all_product/') =>
  (await sim.get<{ product_usage: Usage[] }>(path)).body.product_usage
const states = async (sim: Highland) =>
  (await all(sim)).map(({ product_id, product_status }) => `${product_id} ${product_status}`)
const window = (sim: Highland, from: string, to: string) =>
  sim.get<{ used_bytes: number }>('/b2b/sim/product_usage/window', { from, to })
const usedWithin = async (sim: Highland, from: string, to: string) =>
  (await window(sim, from, to)).body.used_bytes

test('HLD-014 the use of the current product is told', async () => {
  await using sim = await startHighland()
  await add(sim, USA)
  await sim.clock.advance('PT1H')
  await use(sim, 3 * GB)
  const { body } = await sim.get('/b2b/sim/product_usage')
  expect(body).toEqual({
    status: 'success',
    sim_id: ESIM,
    product_usage: {
      ...USA,
      product_name: 'USA-5GB/30days',
      product_status: 'active',
      total_bytes: 5 * GB,
      used_bytes: 3 * GB,
      remaining_bytes: 2 * GB,
      added: '2026-01-01T00:00:00.000000',
      activated: '2026-01-01T01:00:00.000000',
      expires: '2026-01-31T01:00:00.000000',
    },
  })
})

test('HLD-014 the current product is the one in use, else the next, else the last', async () => {
  await using sim = await startHighland()
  await expectFailure(sim, () => sim.get('/b2b/sim/product_usage'), { code: 'no-product' })
  await add(sim, USA_SMALL)
  expect(await current(sim)).toMatchObject({
    product_id: '851',
    product_status: 'queued',
    used_bytes: 0,
  })
  await add(sim, USA)
  await use(sim, 1)
  expect(await current(sim)).toMatchObject({ product_id: '851', product_status: 'active' })
  await use(sim, GB - 1)
  expect(await current(sim)).toMatchObject({ product_id: '852', product_status: 'queued' })
  await use(sim, 5 * GB)
  expect(await current(sim)).toMatchObject({
    product_id: '852',
    product_status: 'depleted',
    remaining_bytes: 0,
  })
})

test('HLD-029 the validity of a product counts from its first use, however late', async () => {
  await using sim = await startHighland()
  await add(sim, USA_SMALL)
  await sim.clock.advance('P100D')
  expect(await current(sim)).not.toHaveProperty('expires')
  await use(sim, 1)
  await sim.clock.advance('P6DT23H59M59S')
  expect((await current(sim)).product_status).toBe('active')
  await sim.clock.advance('PT1S')
  expect((await current(sim)).product_status).toBe('expired')
})

/** The products whose days count from the first connect to the network. */
const GLOBAL = { product_id: '870', market_id: '168' }
const A11 = { product_id: '858', market_id: '167' }

test.each([
  ['857', '167', 365],
  ['858', '167', 30],
  ['859', '167', 180],
  ['868', '168', 365],
  ['869', '168', 180],
  ['870', '168', 30],
])(
  'HLD-037 the validity of product %s counts from the first connect to the network, with no data used',
  async (product_id, market_id, days) => {
    await using sim = await startHighland()
    await add(sim, { product_id, market_id })
    await sim.clock.advance('P100D')
    expect(await current(sim)).toMatchObject({ product_status: 'queued' })
    await sim.device(sim.iccid()).attach('JP')
    const began = Date.parse('2026-04-11T00:00:00Z')
    const time = (instant: number) => new Date(instant).toISOString().replace('Z', '000')
    expect(await current(sim)).toMatchObject({
      product_status: 'active',
      used_bytes: 0,
      activated: time(began),
      expires: time(began + days * 86_400_000),
    })
    await sim.clock.advance(`P${days}D`)
    expect(await current(sim)).toMatchObject({ product_status: 'expired', used_bytes: 0 })
  },
)

test.each([
  ['842', '157', 'CN', '2026-04-02'],
  ['844', '160', 'AU', '2030-12-07'],
  ['845', '161', 'CA', '2030-12-07'],
  ['846', '162', 'US', '2026-02-01'],
  ['851', '162', 'US', '2026-01-09'],
  ['852', '162', 'US', '2026-02-01'],
  ['847', '163', 'NZ', '2030-12-07'],
  ['856', '166', 'JP', '2027-01-02'],
  ['867', '166', 'JP', '2026-03-03'],
  ['871', '166', 'JP', '2027-01-02'],
])(
  'HLD-029 the validity of product %s counts from the first use, not from a connect',
  async (product_id, market_id, country, day) => {
    await using sim = await startHighland()
    await add(sim, { product_id, market_id })
    await sim.device(sim.iccid()).attach(country)
    await sim.clock.advance('P1D')
    expect(await current(sim)).toMatchObject({ product_status: 'queued' })
    await use(sim, 1)
    expect(await current(sim)).toMatchObject({
      product_status: 'active',
      activated: '2026-01-02T00:00:00.000000',
      expires: `${day}T00:00:00.000000`,
    })
  },
)

test('HLD-037 a network where the product does not work, and a suspended eSIM, are no connect', async () => {
  await using sim = await startHighland()
  await add(sim, A11)
  await sim.device(sim.iccid()).attach('FR')
  expect(await states(sim)).toEqual(['858 queued'])
  await sim.post('/b2b/sim/suspend')
  await sim.device(sim.iccid()).attach('JP')
  expect(await states(sim)).toEqual(['858 queued'])
  await sim.post('/b2b/sim/restore')
  expect(await states(sim)).toEqual(['858 active'])
})

test('HLD-037 a product that is added to an eSIM on the network begins at once, unless one before it is to be used', async () => {
  await using sim = await startHighland()
  await sim.device(sim.iccid()).attach('US')
  await add(sim, GLOBAL)
  expect(await states(sim)).toEqual(['870 active'])
  await add(sim, GLOBAL)
  expect(await states(sim)).toEqual(['870 active', '870 queued'])
  await sim.clock.advance('P30D')
  expect(await states(sim)).toEqual(['870 expired', '870 active'])
  await add(sim, USA_SMALL)
  await add(sim, GLOBAL)
  await use(sim, 200e6)
  expect((await states(sim)).slice(1)).toEqual(['870 depleted', '851 queued', '870 queued'])
})

test('a product that is used up or expired stops service, and the next takes over', async () => {
  await using sim = await startHighland()
  await add(sim, USA_SMALL)
  await use(sim, GB)
  await expect(use(sim, 1)).rejects.toThrow(/USA -1GB\/7days is depleted/)
  await add(sim, USA_SMALL)
  await use(sim, 1)
  await sim.clock.advance('P7D')
  await expect(use(sim, 1)).rejects.toThrow(/is expired/)
  await add(sim, USA)
  expect(await use(sim, 1)).toMatchObject({ bundles: [{ name: 'USA-5GB/30days' }] })
  expect(await states(sim)).toEqual(['851 expired', '851 expired', '852 active'])
})

test('one use runs over from a product to the next', async () => {
  await using sim = await startHighland()
  await add(sim, USA_SMALL)
  await add(sim, USA)
  expect(await use(sim, 2 * GB)).toMatchObject({
    used: 2 * GB,
    bundles: [{ used: GB }, { used: GB }],
  })
  expect(await states(sim)).toEqual(['851 depleted', '852 active'])
})

const HERE = {
  '842 157': ['CN'],
  '844 160': ['AU', 'MY', 'TW', 'SG'],
  '845 161': ['CA'],
  '852 162': ['US'],
  '847 163': ['NZ'],
  '856 166': ['IL', 'KZ', 'PK', 'UZ', 'CN', 'MO'],
  '857 167': ['HK', 'JP', 'KG', 'AE', 'XK', 'MN'],
  '870 168': ['BR', 'UA', 'US', 'SX', 'MO', 'CD'],
}
const NOT_HERE = {
  '842 157': ['HK', 'US'],
  '844 160': ['CN'],
  '845 161': ['US'],
  '852 162': ['CA'],
  '847 163': ['AU'],
  '856 166': ['FJ', 'MN', 'NP', 'BN'],
  '857 167': ['FR', 'DE', 'US'],
  '870 168': ['CU', 'KP', 'BN'],
}

test.each(Object.entries(HERE))(
  'HLD-038 the product and market %s work in %j, and not where the market lists no coverage',
  async (product, works) => {
    await using sim = await startHighland()
    const [product_id, market_id] = product.split(' ')
    await add(sim, { product_id, market_id })
    for (const country of NOT_HERE[product as keyof typeof NOT_HERE]) {
      await sim.device(sim.iccid()).attach(country)
      await expect(use(sim, 1), country).rejects.toThrow(/no active or queued bundle covers/)
    }
    for (const country of works) {
      await sim.device(sim.iccid()).attach(country)
      expect(await use(sim, 1), country).toMatchObject({ used: 1 })
    }
  },
)

test('an eSIM on no network goes where its product works', async () => {
  await using sim = await startHighland()
  await add(sim, { product_id: '852', market_id: '162' })
  expect(await use(sim, 1)).toMatchObject({ attached: { country: 'US' } })
  await sim.post('/b2b/sim/product/remove', { product_id: '852' })
  await sim.device(sim.iccid()).detach()
  await add(sim, { product_id: '870', market_id: '168' })
  expect(await use(sim, 1)).toMatchObject({ attached: { country: 'UA' } })
})

test.each(['/b2b/sim/product_usage/all_product/', '/b2b/sim/product_usage/all_product'])(
  'HLD-017 the use of all products is told at %s',
  async (path) => {
    await using sim = await startHighland()
    expect(await all(sim, path)).toEqual([])
    await add(sim, USA_SMALL)
    await add(sim, USA)
    await use(sim, GB + 5)
    expect(await all(sim, path)).toMatchObject([
      { product_id: '851', product_status: 'depleted', used_bytes: GB },
      { product_id: '852', product_status: 'active', used_bytes: 5 },
    ])
  },
)

test('HLD-015 the use within a window is told, in all and by product, both bounds included', async () => {
  await using sim = await startHighland()
  await add(sim, USA_SMALL)
  await add(sim, USA)
  await use(sim, 100)
  await sim.clock.advance('PT1H')
  await use(sim, GB)
  await sim.clock.advance('PT1H')
  await use(sim, 7)
  const { body } = await window(sim, '2026-01-01T00:00:00', '2026-01-01T02:00:00')
  expect(body).toEqual({
    status: 'success',
    sim_id: ESIM,
    from: '2026-01-01T00:00:00',
    to: '2026-01-01T02:00:00',
    used_bytes: GB + 107,
    product_usage: [
      { ...USA_SMALL, product_name: 'USA -1GB/7days', used_bytes: GB },
      { ...USA, product_name: 'USA-5GB/30days', used_bytes: 107 },
    ],
  })
  expect(await usedWithin(sim, '2026-01-01T00:00:00', '2026-01-01T00:00:00')).toBe(100)
  expect(await usedWithin(sim, '2026-01-01T00:00:00.000001', '2026-01-01T00:59:59.999999')).toBe(0)
  expect(await usedWithin(sim, '2026-01-01T01:00:00', '2026-01-01T01:59:59.999999')).toBe(GB)
  expect(await usedWithin(sim, '2026-01-01T02:00:00', '2030-01-01T00:00:00')).toBe(7)
})

test('a time without a zone is UTC, one with a zone is meant as it says', async () => {
  await using sim = await startHighland()
  await add(sim, USA)
  await use(sim, 5)
  const at = async (time: string) => usedWithin(sim, time, time)
  expect([
    await at('2026-01-01T00:00:00'),
    await at('2026-01-01T00:00:00Z'),
    await at('2026-01-01T00:00:00.000000'),
  ]).toEqual([5, 5, 5])
  expect([
    await at('2026-01-01T02:00:00+02:00'),
    await at('2025-12-31T20:30:00-03:30'),
    await at('2026-01-01T00:00:00+02:00'),
  ]).toEqual([5, 5, 0])
})

test.each([
  ['from after to', '2026-01-01T00:00:00.000001', '2026-01-01T00:00:00'],
  ['a day there is not', '2026-02-30T00:00:00', '2026-03-01T00:00:00'],
  ['a date without a time', '2026-01-01', '2026-01-02'],
  ['seven digits of a second', '2026-01-01T00:00:00.0000000', '2026-01-02T00:00:00'],
  ['words', 'yesterday', 'today'],
  ['nothing', '', ''],
])('a window of %s is malformed', async (_what, from, to) => {
  await using sim = await startHighland()
  await expectFailure(sim, () => window(sim, from, to), {
    status: 400,
    code: 'invalid-request',
    details: /from|to/,
  })
})

test('a window needs both bounds', async () => {
  await using sim = await startHighland()
  const call = () => sim.get('/b2b/sim/product_usage/window', { from: '2026-01-01T00:00:00' })
  await expectFailure(sim, call, { status: 400, code: 'invalid-request', details: /to/ })
})

test('what a product carried counts in a window also after it was taken off', async () => {
  await using sim = await startHighland()
  await add(sim, USA)
  await use(sim, 5)
  await sim.post('/mvno/sim/product/remove', { product_id: '852' })
  expect(await usedWithin(sim, '2026-01-01T00:00:00', '2026-01-02T00:00:00')).toBe(5)
  await expect(use(sim, 1)).rejects.toThrow(/the SIM has no bundle/)
})
