// v2.5: everything v2.4 has, with fields and prices that v2.4 does not show.
import { expect, test } from 'vitest'
import { compileSpec, type Operation } from '../../../src/server/spec.ts'
import { readSpec } from '../../../src/server/spec-files.ts'
import { findBundle } from '../../../src/simulators/esim-go/catalogue/on-sale.ts'
import { userBundles } from '../../../src/simulators/esim-go/records.ts'
import { type Schemas, startEsimGo } from '../../support/esim-go.ts'
import {
  buy,
  esimWith,
  GB_1,
  GB_UNLIMITED,
  GIGABYTE,
  iccidsOf,
  onAir,
} from '../../support/esim-go-shop.ts'
import { esimOf, suspend, v25 } from '../../support/esim-go-v25.ts'

type Bundles = { bundles: { assignments: Schemas['BundleAssignment'][] }[] }

test('ESG-201 the paths lie below /v2.5, and describe themselves', async () => {
  await using sim = await startEsimGo()
  expect(v25(sim).base).toMatch(/\/esim-go\/v2\.5$/)
  const [older, newer] = [await sim.get<string[]>('/'), await v25(sim).get<string[]>('/')]
  const added = [
    'DELETE /esims/{iccid}',
    'POST /esims/{iccid}/suspend',
    'GET /esims/{iccid}/suspend',
    'GET /catalogue/prices',
  ]
  expect(newer.body.toSorted()).toEqual([...older.body, ...added].toSorted())
})

test('ESG-202 every operation of v2.4 is in v2.5, with the same parameters', async () => {
  const [older, newer] = [
    await compileSpec(readSpec('esim-go.yaml')),
    await compileSpec(readSpec('esim-go-v2.5.yaml')),
  ]
  const namesOf = ({ object: { parameters = [] } }: Operation) =>
    parameters.map((each) => `${each.in} ${each.name}`)
  for (const [id, operation] of older.operations) {
    const same = newer.operations.get(id)
    expect([same?.method, same?.path], id).toEqual([operation.method, operation.path])
    expect(same && namesOf(same), id).toEqual(namesOf(operation))
  }
})

test('ESG-202 what is bought by one version is there in the other, and costs the same', async () => {
  await using sim = await startEsimGo()
  const order = {
    type: 'transaction',
    assign: true,
    order: [{ type: 'bundle', item: GB_1, quantity: 1 }],
  }
  const { body } = await v25(sim).post<Schemas['Order']>('/orders', order)
  const [iccid] = iccidsOf(body)
  expect(body).toMatchObject({ total: 2.28, status: 'completed' })
  expect((await sim.get(`/esims/${iccid}`)).body).toMatchObject({
    iccid,
    profileStatus: 'Released',
  })
  expect((await sim.get<Schemas['Order']>(`/orders/${body.orderReference}`)).body.total).toBe(2.28)
})

test('ESG-202 v2.5 refuses what v2.4 refuses, in the same words', async () => {
  await using sim = await startEsimGo()
  for (const path of [
    '/esims/8943108170000000013',
    '/catalogue/bundle/nothing',
    '/orders/nothing',
    '/networks',
    '/networks?isos=XX',
    '/esims?perPage=0',
  ]) {
    const [older, newer] = [await sim.get(path), await v25(sim).get(path)]
    expect([path, newer.status, newer.body]).toEqual([path, older.status, older.body])
  }
})

test('ESG-221 ESG-222 an eSIM shows its state and its number', async () => {
  await using sim = await startEsimGo()
  const [active, suspended] = [await esimWith(sim, GB_1), await esimWith(sim, GB_1)]
  await suspend(sim, suspended)
  const number = expect.stringMatching(/^\d+$/)
  expect(await esimOf(sim, active)).toMatchObject({ state: 'active', msisdn: number })
  expect(await esimOf(sim, suspended)).toMatchObject({ state: 'suspended', msisdn: number })
  expect((await v25(sim).get<Schemas['EsimPage']>('/esims')).body.esims).toMatchObject([
    { iccid: active, state: 'active', msisdn: number },
    { iccid: suspended, state: 'suspended', msisdn: number },
  ])
})

test('ESG-222 an eSIM without a number shows none', async () => {
  await using sim = await startEsimGo()
  await sim.set({ msisdns: 'none' })
  expect(await esimOf(sim, await esimWith(sim, GB_1))).not.toHaveProperty('msisdn')
})

test('ESG-223 additionalFields=installUrl adds both links, appleInstallUrl the one', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const { matchingId, smdpAddress } = await esimOf(sim, iccid)
  const code = `carddata=LPA:1$${smdpAddress}$${matchingId}`
  const apple = `https://esimsetup.apple.com/esim_qrcode_provisioning?${code}`
  const android = `https://esimsetup.android.com/esim_qrcode_provisioning?${code}`
  const links = { appleInstallUrl: apple, androidInstallUrl: android }
  expect(await esimOf(sim, iccid, '?additionalFields=installUrl')).toMatchObject(links)
  expect(await esimOf(sim, iccid, '?additionalFields=appleInstallUrl')).not.toHaveProperty(
    'androidInstallUrl',
  )
  expect(await esimOf(sim, iccid)).not.toHaveProperty('appleInstallUrl')
  const [{ orderReference }] = (await sim.get<[Schemas['Order']]>('/orders')).body
  const path = `/esims/assignments?reference=${orderReference}&additionalFields=installUrl`
  expect((await v25(sim).get(path, { Accept: 'application/json' })).body).toMatchObject(links)
  const [header = '', line = ''] = (await v25(sim).get(path)).text.split('\n')
  expect(header).toBe(
    'ICCID,Matching ID,RSP URL,Bundle,Reference,Apple Install URL,Android Install URL',
  )
  expect(line.split(',').slice(-2)).toEqual([apple, android])
})

test('ESG-224 an assignment shows what it was good for and what is left, in bytes', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(250_000_000)
  const data = {
    type: 'DATA',
    service: 'ROAMING',
    description: 'eSIM, 1GB, 7 Days, United Kingdom, V2',
    initialAmount: GIGABYTE,
    remainingAmount: 750_000_000,
    unit: 'BYTES',
    unlimited: false,
  }
  const all = (await v25(sim).get<Bundles>(`/esims/${iccid}/bundles`)).body.bundles
  expect(all[0]?.assignments).toMatchObject([{ initialQuantity: GIGABYTE, allowances: [data] }])
  expect((await v25(sim).get(`/esims/${iccid}/bundles/${GB_1}`)).body).toMatchObject({
    assignments: [{ allowances: [data] }],
  })
})

test('ESG-225 a bundle of the inventory shows its allowances, in megabytes', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await buy(sim, { item: GB_UNLIMITED })
  const { bundles } = (await v25(sim).get<{ bundles: Schemas['InventoryBundle'][] }>('/inventory'))
    .body
  const allowances = new Map(bundles.map((bundle) => [bundle.name, bundle.allowances]))
  expect(allowances.get(GB_1)).toMatchObject([
    { type: 'DATA', amount: 1000, unit: 'MB', unlimited: false },
  ])
  expect(allowances.get(GB_UNLIMITED)).toMatchObject([
    { type: 'DATA', amount: -1, unit: 'MB', unlimited: true },
  ])
})

test('ESG-226 an order shows what could be spent once it was paid, now and later', async () => {
  await using sim = await startEsimGo()
  const order = (quantity: number) => ({
    type: 'transaction',
    assign: false,
    order: [{ type: 'bundle', item: GB_1, quantity }],
  })
  const first = (await v25(sim).post<Schemas['Order']>('/orders', order(1))).body
  const second = (await v25(sim).post<Schemas['Order']>('/orders', order(24))).body
  expect([first.runningBalance, second.runningBalance]).toEqual(['1047.72', '993.00'])
  expect((await v25(sim).get(`/orders/${first.orderReference}`)).body).toMatchObject({
    runningBalance: '1047.72',
  })
  const listed = (await v25(sim).get<Schemas['Order'][]>('/orders')).body
  expect(listed.map(({ runningBalance }) => runningBalance)).toEqual(['993.00', '1047.72'])
})

test('ESG-227 profileID picks the branding of the new eSIMs; others have the default one', async () => {
  await using sim = await startEsimGo()
  const line = { type: 'bundle', item: GB_1, quantity: 1 }
  const { body } = await v25(sim).post<Schemas['Order']>('/orders', {
    type: 'transaction',
    assign: true,
    profileID: '{0F616F71-1C51-4B7E-9D5C-0E5B2A4D7C11}',
    order: [line],
  })
  const [branded = ''] = iccidsOf(body)
  expect(await esimOf(sim, branded)).toMatchObject({
    brandingId: '0f616f71-1c51-4b7e-9d5c-0e5b2a4d7c11',
  })
  expect(await esimOf(sim, await esimWith(sim, GB_1))).toMatchObject({ brandingId: '(default)' })
})

test.each(['validate', 'transaction'])(
  'ESG-228 profileID without assign is refused for %s',
  async (type) => {
    await using sim = await startEsimGo()
    const order = {
      type,
      profileID: 'f616f7',
      order: [{ type: 'bundle', item: GB_1, quantity: 1 }],
    }
    const { status, body } = await v25(sim).post('/orders', order)
    expect([status, body]).toEqual([400, { message: expect.stringContaining('profileID') }])
  },
)

test('v2.4 does not know profileID: it is journalled and has no effect', async () => {
  await using sim = await startEsimGo()
  const line = { type: 'bundle', item: GB_1, quantity: 1 }
  const { status, body } = await sim.post<Schemas['Order']>('/orders', {
    type: 'transaction',
    assign: true,
    profileID: 'f616f7',
    order: [line],
  })
  expect(status).toBe(200)
  expect(await esimOf(sim, iccidsOf(body)[0] ?? '')).toMatchObject({ brandingId: '(default)' })
})

test('v2.4 shows nothing that only v2.5 has', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await onAir(sim, GB_1)
  const bodies = await Promise.all(
    [
      `/esims/${iccid}`,
      '/esims',
      `/esims/${iccid}/bundles`,
      `/esims/${iccid}/bundles/${GB_1}`,
      '/inventory',
      '/orders',
    ].map((path) => sim.get(path)),
  )
  const names =
    /"(state|msisdn|brandingId|profileName|allowances|runningBalance|sourceIP|AllowReassign|useDms)":/
  for (const { status, text } of bodies)
    expect([status, text.match(names)?.[0]]).toEqual([200, undefined])
})

test('ESG-213 the price of a gigabyte is told for every country, with the name of its profile', async () => {
  await using sim = await startEsimGo()
  const { status, body } = await v25(sim).get<Schemas['PriceList']>('/catalogue/prices')
  expect(status).toBe(200)
  const country = { iso: 'GB', name: 'United Kingdom' }
  const gb = body.prices.find((each) => each.country.iso === 'GB')
  expect(gb).toEqual({
    country,
    prices: [
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        price: '2.28',
        currency: 'USD',
        profile: 'Profile 1',
        country,
      },
    ],
  })
  expect(new Set(body.prices.map((each) => each.country.iso)).size).toBe(body.prices.length)
  expect(body.prices.length).toBeGreaterThan(150)
})

test('ESG-214 the hash stays as long as the prices do', async () => {
  await using one = await startEsimGo()
  await using another = await startEsimGo()
  const [first, again, elsewhere] = [
    await v25(one).get('/catalogue/prices'),
    await v25(one).get('/catalogue/prices'),
    await v25(another).get('/catalogue/prices'),
  ]
  expect(first.body).toEqual(again.body)
  expect(first.body).toEqual(elsewhere.body)
  one.world.transaction(() =>
    one.world.in(userBundles).put({ ...findBundle(one.world, GB_1), price: 300 }),
  )
  const dearer = (await v25(one).get<Schemas['PriceList']>('/catalogue/prices')).body
  expect(dearer.prices.find((each) => each.country.iso === 'GB')?.prices).toMatchObject([
    { price: '3.00' },
  ])
  expect(dearer.hash).not.toBe((first.body as Schemas['PriceList']).hash)
})

test('ESG-215 an organisation that is not billed by consumption gets 403', async () => {
  await using sim = await startEsimGo()
  await sim.set({ consumptionBilling: false })
  expect((await v25(sim).get('/catalogue/prices')).status).toBe(403)
})
