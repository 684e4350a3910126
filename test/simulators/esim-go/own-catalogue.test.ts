// A catalogue of the user's own: over the default one, or in its place.
import { expect, test } from 'vitest'
import { controlClient } from '../../../src/control/node-client.ts'
import { type RunningSimulator, startSimulator } from '../../../src/index.ts'
import type { Schemas } from '../../support/esim-go.ts'
import { iccidsOf, type OrderAnswer } from '../../support/esim-go-shop.ts'
import { send } from '../../support/http.ts'

type Page = Schemas['CataloguePage']

const OWN = {
  name: 'esim_5GB_10D_DE_OWN',
  countries: ['DE'],
  dataAmount: 5000,
  duration: 10,
  price: 7.5,
}
const REGIONAL = {
  name: 'esim_1GB_7D_ALPS_OWN',
  countries: ['AT', 'CH'],
  area: { name: 'Alps', region: 'Europe' },
  imageUrl: 'https://pictures.example/alps.jpg',
  speed: null,
  dataAmount: 1000,
  duration: 7,
  price: 3,
}
const KEY = 'test-esim-go-key'
const DEFAULT = 'esim_1GB_7D_GB_V2'

/** A call of eSIM Go in a world. */
function callTo(base: string, key = KEY) {
  return async <T = Schemas['Error']>(method: string, path: string, json?: unknown) => {
    const sent = json === undefined ? {} : { json }
    return send<T>(method, base + path, { ...sent, headers: { 'X-API-Key': key } })
  }
}

const callOf = (sim: RunningSimulator) => callTo(sim.baseUrl('esim-go'))

async function namesIn(call: ReturnType<typeof callTo>): Promise<string[]> {
  const { body } = await call<Page>('GET', '/catalogue?perPage=5000')
  return body.bundles.map(({ name }) => name)
}

const orderOf = (item: string) => ({
  type: 'transaction',
  assign: true,
  order: [{ type: 'bundle', item, quantity: 1 }],
})

const startWith = (catalogue: unknown, given?: string) =>
  startSimulator({
    stock: { 'esim-go': { catalogue } },
    ...(given === undefined ? {} : { given }),
  })

test('a list adds to the default catalogue, in the order of listing', async () => {
  await using sim = await startWith([OWN])
  const names = await namesIn(callOf(sim))
  expect(names).toContain(DEFAULT)
  const at = names.indexOf(OWN.name)
  expect(names.slice(at - 1, at + 2)).toEqual([
    'esim_3GB_30D_ZW_V2',
    OWN.name,
    'esim_5GB_30D_AD_V2',
  ])
})

test('with replace the catalogue is what the file lists, and nothing else', async () => {
  await using sim = await startWith({ replace: true, bundles: [OWN, REGIONAL] })
  const call = callOf(sim)
  expect(await namesIn(call)).toEqual([REGIONAL.name, OWN.name])
  expect((await call('GET', '/organisation/groups')).body).toEqual([{ name: 'Own' }])
  expect((await call('GET', `/catalogue/bundle/${DEFAULT}`)).status).toBe(400)
  expect((await call('POST', '/orders', orderOf(DEFAULT))).status).toBe(400)
  expect((await call('POST', '/orders', orderOf(OWN.name))).status).toBe(200)
})

test('an own bundle may be sold as an area, with a picture and no speed', async () => {
  await using sim = await startWith({ replace: true, bundles: [REGIONAL] })
  const { body } = await callOf(sim)<Schemas['CatalogueBundle']>(
    'GET',
    `/catalogue/bundle/${REGIONAL.name}`,
  )
  expect(body).toMatchObject({
    countries: [{ name: 'Alps', region: 'Europe', iso: 'Alps' }],
    roamingEnabled: [
      { name: 'Austria', region: 'Europe', iso: 'AT' },
      { name: 'Switzerland', region: 'Europe', iso: 'CH' },
    ],
    imageUrl: REGIONAL.imageUrl,
    speed: null,
  })
})

test('magic bundles answer where the catalogue was replaced', async () => {
  await using sim = await startWith({ replace: true, bundles: [OWN] })
  const call = callOf(sim)
  expect((await call('POST', '/orders', orderOf('esim_1GB_7D_SLOW_V2'))).status).toBe(200)
  expect((await call('POST', '/orders', orderOf('esim_1GB_7D_BUSY_V2'))).status).toBe(503)
})

test('no byte of a year is lost where its data does not divide by twelve', async () => {
  await using sim = await startWith([{ ...OWN, duration: 365 }])
  const call = callOf(sim)
  const order = await call<OrderAnswer>('POST', '/orders', orderOf(OWN.name))
  const [iccid] = iccidsOf(order.body)
  const { body } = await call<{ assignments: Schemas['BundleAssignment'][] }>(
    'GET',
    `/esims/${iccid}/bundles/${OWN.name}`,
  )
  const bytes = body.assignments.map(({ initialQuantity }) => initialQuantity)
  expect(bytes).toHaveLength(12)
  expect(bytes.reduce((sum, each) => sum + each, 0)).toBe(5_000_000_000)
})

test('an empty catalogue can be asked for', async () => {
  await using sim = await startWith({ replace: true, bundles: [] })
  expect(await namesIn(callOf(sim))).toEqual([])
})

test('what was bought before the catalogue was replaced goes on working', async () => {
  await using sim = await startWith({ replace: true, bundles: [OWN] }, 'an assigned bundle')
  const [esim] = await sim.sims('esim-go')
  const device = sim.device(esim?.iccid ?? '')
  await device.attach('GB')
  expect(await device.use('1MB')).toMatchObject({ used: 1_000_000 })
  const { body } = await callOf(sim)<{ bundles: { description: string }[] }>(
    'GET',
    `/esims/${esim?.iccid}/bundles`,
  )
  expect(body.bundles[0]?.description).toBe('eSIM, 1GB, 7 Days, United Kingdom, V2')
})

test('an inventory of before the catalogue was replaced can be applied', async () => {
  await using sim = await startWith({ replace: true, bundles: [OWN] }, 'bundles in the inventory')
  const { status } = await callOf(sim)('POST', '/esims/apply', { bundle: DEFAULT })
  expect(status).toBe(200)
})

test('a reset and a restored state keep the replaced catalogue, and other worlds have it', async () => {
  await using sim = await startWith({ replace: true, bundles: [OWN] })
  const control = controlClient({ url: sim.url })
  const { baseUrls, credentials } = await control.call('createWorld', { body: { name: 'other' } })
  const other = callTo(baseUrls['esim-go'] ?? '', credentials['esim-go']?.apiKey)
  expect(await namesIn(other)).toEqual([OWN.name])

  await sim.reset()
  expect(await namesIn(callOf(sim))).toEqual([OWN.name])

  const state = await sim.state()
  await using plain = await startSimulator()
  expect((await namesIn(callOf(plain))).length).toBeGreaterThan(2000)
  await plain.restore(state)
  expect(await namesIn(callOf(plain))).toEqual([OWN.name])
})

test.each([
  [{ replace: true }, /catalogue\.bundles must list what is on sale instead/],
  [{ replace: 'yes', bundles: [OWN] }, /catalogue\.replace must be true or false/],
  [{ replace: true, bundle: [OWN] }, /catalogue knows no "bundle"/],
  [{ replace: true, bundles: [{ ...OWN, price: 'free' }] }, /bundles\[0\]\.price must be a number/],
  [[{ ...OWN, area: 'Europe' }], /catalogue\[0\]\.area must hold names and values/],
])('the catalogue %j is refused', async (catalogue, message) => {
  await expect(startWith(catalogue)).rejects.toThrow(message)
})
