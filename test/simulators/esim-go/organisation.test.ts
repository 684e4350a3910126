// The organisation at eSIM Go: the API's own description, its details, its groups and its inventory.
import { expect, test } from 'vitest'
import { type Schemas, startEsimGo } from '../../support/esim-go.ts'
import { buy, GB_1 } from '../../support/esim-go-shop.ts'

type Organisations = { organisations: Schemas['Organisation'][] }
type Inventory = { bundles: Schemas['InventoryBundle'][] }

const BUNDLE = 'esim_1GB_7D_GB_V2'

test('ESG-001 the paths lie below /v2.4 and nowhere else', async () => {
  await using sim = await startEsimGo()
  expect((await sim.get('/organisation')).status).toBe(200)
  for (const base of ['', '/v2', '/v2.40', '/v2.1', '/V2.4']) {
    expect((await sim.get(`${sim.base.replace('/v2.4', base)}/organisation`)).status).toBe(404)
  }
})

test('ESG-006 the API lists its endpoints as strings', async () => {
  await using sim = await startEsimGo()
  const { status, body } = await sim.get<string[]>('/')
  expect(status).toBe(200)
  expect(body).toHaveLength(30)
  expect(body).toEqual(
    expect.arrayContaining([
      'GET /',
      'POST /orders',
      'GET /esims/{iccid}',
      'GET /catalogue/bundle/{name}',
    ]),
  )
})

test('the list of endpoints is there with and without a trailing slash', async () => {
  await using sim = await startEsimGo()
  const bare = await sim.get<string[]>('')
  expect(bare.status).toBe(200)
  expect(bare.text).toBe((await sim.get('/')).text)
})

test('ESG-115 the organisation is answered with its details and all its users', async () => {
  await using sim = await startEsimGo()
  const { organisations } = (await sim.get<Organisations>('/organisation')).body
  expect(organisations).toHaveLength(1)
  expect(organisations[0]).toMatchObject({
    apiKey: sim.key,
    currency: 'USD',
    balance: 1050,
    testCredit: 50,
  })
  // Each field the document shows, and of every user.
  const text = expect.any(String)
  expect(organisations[0]).toEqual({
    name: expect.stringMatching(/./),
    apiKey: sim.key,
    taxLiable: text,
    addr1: text,
    addr2: text,
    city: text,
    country: text,
    postcode: text,
    callbackUrl: '',
    notes: text,
    groups: expect.arrayContaining(['Standard Fixed']),
    currency: 'USD',
    balance: expect.any(Number),
    testCredit: 50,
    testCreditExpiry: text,
    businessType: text,
    website: text,
    productDescription: text,
    users: expect.arrayContaining([
      {
        firstName: text,
        lastName: text,
        role: 'Admin',
        emailAddress: text,
        phoneNumber: text,
        timeZone: text,
      },
    ]),
  })
  expect(organisations[0]?.testCreditExpiry).toBe('2026-01-31T00:00:00.000Z')
  const users = organisations[0]?.users ?? []
  expect(users.length).toBeGreaterThan(0)
  for (const user of users) expect(user.emailAddress).toMatch(/^\S+@travel\.example$/)
})

test('the balance holds the test credit while it lasts', async () => {
  await using sim = await startEsimGo()
  const shown = async () => {
    const { body } = await sim.get<Organisations>('/organisation')
    return [body.organisations[0]?.balance, body.organisations[0]?.testCredit]
  }
  await buy(sim, { item: GB_1 })
  expect(await shown()).toEqual([1047, 47])
  await sim.advance('P30D')
  expect(await shown()).toEqual([1000, 0])
})

test('with balanceShown without the balance is told without the test credit, on a top-up too', async () => {
  await using sim = await startEsimGo()
  await sim.set({ balanceShown: 'without' })
  await buy(sim, { item: GB_1 })
  const { body } = await sim.get<Organisations>('/organisation')
  expect(body.organisations[0]).toMatchObject({ balance: 1000, testCredit: 47 })
  const answer = await sim.call('POST', '/organisation/balance?amount=1000')
  expect(answer.body).toMatchObject({ balance: 2000 })
})

test('the organisation shows where its callbacks go', async () => {
  await using sim = await startEsimGo()
  await sim.sendCallbacksTo('http://127.0.0.1:9/callback')
  expect((await sim.get<Organisations>('/organisation')).body.organisations[0]?.callbackUrl).toBe(
    'http://127.0.0.1:9/callback',
  )
})

test('ESG-160 bundles are grouped: each is of groups that the organisation may buy', async () => {
  await using sim = await startEsimGo()
  const groups = (await sim.get<Schemas['BundleGroup'][]>('/organisation/groups')).body
  const names = new Set(groups.map(({ name }) => name))
  const { bundles } = (
    await sim.get<{ bundles: Schemas['CatalogueBundle'][] }>('/catalogue?perPage=5000')
  ).body
  expect(bundles.length).toBeGreaterThan(1000)
  for (const { name, groups: own = [] } of bundles) {
    expect(own.length, name).toBeGreaterThan(0)
    expect(
      own.every((group) => names.has(group)),
      name,
    ).toBe(true)
  }
})

test('ESG-114 the groups are those of the bundles in the catalogue', async () => {
  await using sim = await startEsimGo()
  const { body } = await sim.get<Schemas['BundleGroup'][]>('/organisation/groups')
  expect(body).toContainEqual({ name: 'Standard Fixed' })
  expect(body).toHaveLength(5)
  for (const { name } of body) {
    const page = await sim.get<Schemas['CataloguePage']>(
      `/catalogue?perPage=1&group=${encodeURIComponent(name)}`,
    )
    expect(page.body.rows).toBeGreaterThan(0)
  }
})

test('the groups come as an object where the setting says so', async () => {
  await using sim = await startEsimGo()
  const { body: groups } = await sim.get('/organisation/groups')
  await sim.set({ groups: 'object' })
  expect((await sim.get('/organisation/groups')).body).toEqual({ groups })
})

test('ESG-142 the inventory lists the bundles bought and how many uses of each remain', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await sim.post('/esims/apply', { bundle: BUNDLE, repeat: 2 })
  const { bundles } = (await sim.get<Inventory>('/inventory')).body
  expect(bundles).toHaveLength(1)
  expect(bundles[0]).toMatchObject({
    name: BUNDLE,
    data: 1000,
    duration: 7,
    durationUnit: 'day',
    countries: ['GB'],
    unlimited: false,
  })
  expect(bundles[0]?.available).toMatchObject([
    { total: 5, remaining: 3, expiry: '2027-01-01T00:00:00.000Z' },
  ])
})

test('two purchases of a bundle are two lots under one name', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await sim.post('/orders', { type: 'transaction', order: [{ item: BUNDLE, quantity: 2 }] })
  const { bundles } = (await sim.get<Inventory>('/inventory')).body
  expect(bundles).toHaveLength(1)
  const lots = bundles[0]?.available ?? []
  expect(lots.map(({ total }) => total)).toEqual([5, 2])
  expect(new Set(lots.map(({ id }) => id)).size).toBe(2)
})

test('a lot that is used up leaves the inventory', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await sim.post('/esims/apply', { bundle: BUNDLE, repeat: 5 })
  expect((await sim.get<Inventory>('/inventory')).body).toEqual({ bundles: [] })
})

test('a lot leaves the inventory at its expiry, not before', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await sim.advance('P364DT23H59M59S')
  expect((await sim.get<Inventory>('/inventory')).body.bundles).toHaveLength(1)
  await sim.advance('PT1S')
  expect((await sim.get<Inventory>('/inventory')).body.bundles).toEqual([])
})

test('an organisation has the same people each time, and other ones in another world', async () => {
  await using sim = await startEsimGo()
  await using other = await startEsimGo()
  const mine = (await sim.get<Organisations>('/organisation')).body.organisations[0]
  expect((await sim.get<Organisations>('/organisation')).body.organisations[0]).toEqual(mine)
  expect(
    (await other.get<Organisations>('/organisation')).body.organisations[0]?.users,
  ).not.toEqual(mine?.users)
})

test('the balance is shown in whole units, rounded down, and cents are kept', async () => {
  await using sim = await startEsimGo()
  const balances: (number | undefined)[] = []
  for (let order = 0; order < 3; order += 1) {
    await sim.post('/orders', { type: 'transaction', order: [{ item: BUNDLE }] })
    balances.push((await sim.get<Organisations>('/organisation')).body.organisations[0]?.testCredit)
  }
  expect(balances).toEqual([47, 45, 43])
})

test('the Date header is the time of the world', async () => {
  await using sim = await startEsimGo()
  expect((await sim.get('/organisation')).headers.get('date')).toBe('Thu, 01 Jan 2026 00:00:00 GMT')
  await sim.advance('P1DT2H3M4S')
  expect((await sim.get('/organisation')).headers.get('date')).toBe('Fri, 02 Jan 2026 02:03:04 GMT')
  expect((await sim.get('/nowhere')).headers.get('date')).toBe('Fri, 02 Jan 2026 02:03:04 GMT')
})

test.each([
  '/organisation',
  '/organisation/groups',
  '/catalogue?perPage=1',
  '/orders',
  '/inventory',
  '/esims',
  '/networks?isos=GB',
])('a trailing slash changes nothing about %s', async (path) => {
  await using sim = await startEsimGo('an assigned bundle')
  const plain = await sim.get(path)
  const [before, query] = path.split('?')
  const slashed = await sim.get(`${before}/${query === undefined ? '' : `?${query}`}`)
  expect(plain.status).toBe(200)
  expect(slashed.status).toBe(200)
  expect(slashed.text).toBe(plain.text)
})
