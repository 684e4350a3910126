// Stock at run time: in the words of the seed file, all or nothing, and nobody is told.
import { expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { SUBSCRIPTION } from '../support/accounts-orders.ts'
import { call, expectProblem } from '../support/control.ts'
import { send } from '../support/http.ts'
import { CARD, startWholesale } from '../support/wholesale.ts'

const KEY = { 'X-API-Key': 'test-esim-go-key' }
const OWN = { name: 'esim_5GB_10D_DE_OWN', countries: ['DE'], dataAmount: 5000, duration: 10 }
const PRODUCT = '1a9a1d8ddc9311f09e024c50dd6c0d86,9001,901,AT+CH,Alps-2GB/14days'
const LINE =
  '61007763,8948010000042217613,260010191724652,14254458443,1$sm-dp-address.com$ACTIVATIONCODE12346'

interface Listed {
  readonly bundles: readonly { readonly name: string; readonly price: number }[]
}

/** eSIM Go, and calls as a client makes them. */
async function startShop(given = 'default') {
  const sim = await startSimulator({ given })
  const base = sim.baseUrl('esim-go')
  const get = async <T>(path: string) => (await send<T>('GET', base + path, { headers: KEY })).body
  const names = async () =>
    (await get<Listed>('/catalogue?perPage=1000')).bundles.map(({ name }) => name)
  const order = (item: string) =>
    send<{ order: { iccids: string[] }[] }>('POST', `${base}/orders`, {
      json: { type: 'transaction', assign: true, order: [{ type: 'bundle', quantity: 1, item }] },
      headers: KEY,
    })
  return { sim, get, names, order, [Symbol.asyncDispose]: () => sim.close() }
}

test('eSIM Go: money takes the place of what there was, and what is left out stays', async () => {
  await using shop = await startShop()
  expect(await shop.sim.restock('esim-go', { balance: 12.5 })).toMatchObject({
    provider: 'esim-go',
    stock: { balance: 12.5, testCredit: 50, testCreditLifetime: 'P30D', savedCard: true },
  })
  const broke = { balance: 0, testCredit: 0, savedCard: false }
  expect((await shop.sim.restock('esim-go', broke)).stock).toMatchObject(broke)
  expect(await shop.get('/organisation')).toMatchObject({ organisations: [{ balance: 0 }] })
  expect((await shop.order('esim_1GB_7D_GB_V2')).status).not.toBe(200)
})

test('eSIM Go: a list adds bundles to the catalogue, and one of the same name takes its place', async () => {
  await using shop = await startShop()
  await shop.sim.restock('esim-go', { catalogue: [{ ...OWN, price: 7.5 }] })
  await shop.sim.restock('esim-go', { catalogue: [{ ...OWN, price: 9 }] })
  const names = await shop.names()
  expect(names.filter((name) => name === OWN.name)).toHaveLength(1)
  expect(names).toContain('esim_1GB_7D_GB_V2')
  expect(await shop.get(`/catalogue/bundle/${OWN.name}`)).toMatchObject({ price: 9 })
  const { stock } = await shop.sim.stock('esim-go')
  expect(stock.catalogue).toEqual([
    { ...OWN, description: OWN.name, price: 9, groups: ['Own'], speed: ['4G'] },
  ])
})

test('eSIM Go: another catalogue takes everything else off sale, which stays usable', async () => {
  await using shop = await startShop()
  await shop.sim.restock('esim-go', { catalogue: [{ ...OWN, price: 1 }] })
  const { body } = await shop.order(OWN.name)
  const iccid = body.order[0]?.iccids[0] ?? ''

  const other = { ...OWN, name: 'esim_1GB_7D_FR_OWN', countries: ['FR'], price: 2 }
  await shop.sim.restock('esim-go', { catalogue: { replace: true, bundles: [other] } })
  expect(await shop.names()).toEqual([other.name])
  expect((await shop.order(OWN.name)).status).not.toBe(200)
  expect(await shop.sim.device(iccid).install()).toBeDefined()
  expect((await shop.sim.device(iccid).use('10MB')).denied).toBe(0)

  await shop.sim.restock('esim-go', { catalogue: { replace: false } })
  const names = await shop.names()
  expect(names).toContain('esim_1GB_7D_GB_V2')
  expect(names).toContain(other.name)
  expect(names).not.toContain(OWN.name)
})

test('eSIM Go: inventory and eSIMs are added', async () => {
  await using shop = await startShop('bundles in the inventory')
  const inventory = [{ bundle: 'esim_1GB_7D_GB_V2', quantity: 3 }]
  const esims = [{ iccid: '8943108170000009999', customerRef: 'alice', installed: true }]
  const { stock } = await shop.sim.restock('esim-go', { inventory, esims })
  expect(stock.inventory).toEqual([{ bundle: 'esim_1GB_7D_GB_V2', quantity: 8 }])
  expect(await shop.sim.sims('esim-go')).toMatchObject([
    { iccid: '8943108170000009999', profile: 'enabled' },
  ])
})

test('nobody is told of what is put in stock', async () => {
  await using shop = await startShop()
  await shop.sim.callbacks.target('esim-go', 'http://127.0.0.1:1/')
  const esims = [{ installed: true, bundles: ['esim_1GB_7D_GB_V2'] }]
  await shop.sim.restock('esim-go', { esims })
  await shop.sim.callbacks.target('esim-go', undefined)
  await shop.sim.restock('esim-go', { esims })
  expect([await shop.sim.callbacks.list(), await shop.sim.callbacks.unsent()]).toEqual([[], []])
  const [{ iccid } = { iccid: '' }] = await shop.sim.sims('esim-go')
  await shop.sim.device(iccid).use('1KB')
  expect(await shop.sim.callbacks.unsent()).toHaveLength(2)
})

test('Highland: products and eSIMs are added; one product takes the place of its namesake', async () => {
  await using sim = await startSimulator({ given: 'an empty stock' })
  const { stock } = await sim.restock('highland', { products: [PRODUCT], esims: [LINE] })
  expect(stock).toEqual({ products: [PRODUCT], esims: [LINE] })
  const dearer = PRODUCT.replace('2GB', '3GB')
  const another = PRODUCT.replace('9001', '9002')
  await sim.restock('highland', { products: [dearer, another] })
  expect((await sim.stock('highland')).stock).toEqual({
    products: [dearer, another],
    esims: [LINE],
  })
  expect((await sim.settings('highland')).products?.value).toEqual([dearer, another])
})

test('wholesale: SIMs and reservations are added, and can be used', async () => {
  await using sim = await startWholesale({ given: 'an empty SIM stock' })
  const more = {
    cards: ['89014104270000000001'],
    esims: ['8901410427000000036,1$sm-dp.example$CODE$$1'],
    reservations: ['GRID100=12025550123'],
  }
  const { stock } = await sim.restock('wholesale', more)
  expect(stock).toMatchObject({ cards: more.cards, esims: more.esims })
  expect(stock.reservations).toContain('GRID100=12025550123')
  const line = { iccid: more.cards[0], gpsiReservationId: 'GRID100', eid: undefined }
  expect((await sim.activate(line)).status).toBe(200)
  const patch = (json: object) => call(sim.url, '/_sim/stock/wholesale', { method: 'PATCH', json })
  expectProblem(await patch({ cards: more.cards }), 400, /wholesale\.cards\[0\] .* there already/)
})

test('an organisation of your own takes the place of the sample, with subscriptions that are used', async () => {
  await using sim = await startSimulator()
  const id = (prefix: string) => `${prefix}_${'1'.repeat(26)}`
  const [account, subscriber, subscription] = [id('acc'), id('sbr'), id('sub')]
  const iccid = '8944538000000000001'
  const offering = { id: id('prodoff'), type: 'plan', name: 'Own', bytes: 1e9, countries: 'GB' }
  await sim.restock('accounts-orders', {
    replace: true,
    accounts: [{ id: account, reference_code: '1', name: 'Own', country: 'GB' }],
    templates: [{ id: id('otpl'), description: 'Own', offerings: [offering] }],
    subscribers: [{ id: subscriber, first_name: 'A', last_name: 'B' }],
    subscriptions: [
      { id: subscription, account, subscriber, iccid, msisdn: '447700900999', country: 'GB' },
    ],
    products: [
      { id: id('prod'), subscription, offering: { id: id('prodoff'), type: 'plan', name: 'Own' } },
    ],
  })
  expect(await sim.sims('accounts-orders')).toMatchObject([{ iccid }])
  const device = sim.device(iccid, 'accounts-orders')
  await device.attach('GB')
  // The template says what the offering is good for.
  expect(await device.use('500MB')).toMatchObject({ used: 500_000_000 })
})

test('long lists are told in part', async () => {
  await using sim = await startSimulator()
  const cards = Array.from({ length: 1200 }, (_, at) => `89014104271${String(at).padStart(8, '0')}`)
  const { stock, more } = await sim.restock('wholesale', { cards })
  expect(stock.cards).toHaveLength(1000)
  expect(more).toEqual({ cards: 251 })
})

test.each([
  [
    'esim-go',
    { balance: 1, inventory: [{ bundle: 'none', quantity: 1 }] },
    /inventory\[0\]\.bundle/,
  ],
  ['esim-go', { balance: 'much' }, /esim-go\.balance must be a number/],
  ['esim-go', { credit: 1 }, /knows no "credit"; it knows: balance/],
  ['esim-go', { esims: [{ iccid: '894310817000000999' }, { iccid: 'x' }] }, /esims\[1\]\.iccid/],
  ['esim-go', { catalogue: { replace: true } }, /catalogue\.bundles must list what is on sale/],
  ['highland', { esims: [LINE, LINE] }, /highland\.esims: line 2: eSIM 61007763 is there already/],
  ['highland', { esims: [LINE], products: ['x'] }, /products/],
  ['highland', { stock: [] }, /highland\.stock knows no "stock"; it knows: products, esims, comp/],
  ['wholesale', { cards: [CARD] }, /wholesale\.cards\[0\] 8901313340000000011 is there already/],
  [
    'wholesale',
    { esims: ['8901410427000000036,code'] },
    /wholesale\.esims\[0\] must end in its activation code/,
  ],
  ['wholesale', { cards: ['8901410427000000036', '7'] }, /wholesale\.cards\[1\] 7 is no text/],
  ['wholesale', { reservations: ['GRID1=12025550123'] }, /reservations\[0\].*reserved already/],
  ['wholesale', { cards: [{ toString: 1 }] }, /wholesale\.cards\[0\] must be a text/],
  ['wholesale', { reservations: [{ toString: 1 }] }, /reservations\[0\] must be a text/],
  ['highland', { esims: [LINE, { toString: 1 }] }, /highland\.esims\[1\] must be a text/],
  ['highland', { products: [{ toString: 1 }] }, /products/],
  [
    'accounts-orders',
    { subscriptions: [{ iccid: '123456789012345678' }] },
    /subscriptions\[0\]\.iccid must be a text that fits \^89/,
  ],
  ['accounts-orders', { esims: [] }, /accounts-orders\.stock knows no "esims"; it knows: replace/],
  [
    'accounts-orders',
    { replace: true, products: [{ id: `prod_${'0'.repeat(26)}`, subscription: SUBSCRIPTION }] },
    /products\[0\]\.subscription names sub_01HTQ8ZW1JVSFRWJX51K4CTX7Y, which is not there/,
  ],
  [
    'esim-go',
    { esims: [{ bundles: [{ name: 'esim_1GB_7D_GB_V2', state: 'gone' }] }] },
    /esims\[0\]\.bundles\[0\]\.state must be one of processing, queued/,
  ],
  [
    'esim-go',
    { esims: [{ profile: 'enabled', installed: true }] },
    /esims\[0\]\.installed is said by profile/,
  ],
  [
    'esim-go',
    { inventory: [{ bundle: 'esim_1GB_7D_GB_V2', quantity: 2, total: 1 }] },
    /inventory\[0\]\.total must be at least the quantity/,
  ],
  [
    'highland',
    { acquired: [{ simId: '5', company: '0'.repeat(32) }] },
    /acquired\[0\]\.company names 0{32}, which is no company here/,
  ],
  ['esim-go', {}, /has nothing in it/],
])('%s refuses %j, and nothing is changed', async (slug, json, detail) => {
  await using sim = await startSimulator()
  const before = await sim.state()
  const answer = await call(sim.url, `/_sim/stock/${slug}`, { method: 'PATCH', json })
  expectProblem(answer, 400, detail)
  expect(await sim.state()).toEqual(before)
})

test.each(['esim-go', 'highland', 'wholesale', 'accounts-orders'])(
  'what a seed file has for %s must have names',
  async (slug) => {
    const why = `${slug}.stock must hold names and values`
    await expect(startSimulator({ stock: { [slug]: ['8901410427000000036'] } })).rejects.toThrow(
      why,
    )
    await expect(startSimulator({ stock: { [slug]: 5 } })).rejects.toThrow(why)
  },
)

test('an ICCID that is there already is refused, also of an eSIM that is deactivated', async () => {
  await using shop = await startShop('an assigned bundle')
  const [{ iccid } = { iccid: '' }] = await shop.sim.sims('esim-go')
  const patch = () =>
    call(shop.sim.url, '/_sim/stock/esim-go', { method: 'PATCH', json: { esims: [{ iccid }] } })
  expectProblem(await patch(), 400, /is there already/)
  await shop.sim.clock.advance('P400D')
  expectProblem(await patch(), 400, /is there already/)
})

test('what is there can be asked for, and a provider there is not is named', async () => {
  await using sim = await startSimulator()
  const { stock } = await sim.stock('accounts-orders')
  expect(stock).toMatchObject({ accounts: { length: 3 }, templates: { length: 4 } })
  expectProblem(await call(sim.url, '/_sim/stock/nobody'), 404, /there are: esim-go/)
  expect((await sim.stock('wholesale')).stock.cards).toHaveLength(51)
})
