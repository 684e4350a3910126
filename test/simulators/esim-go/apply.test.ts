// Applying bundles of the inventory at eSIM Go: onto an eSIM, or onto new ones.
import { expect, test } from 'vitest'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import {
  assignmentsOn,
  bundleOn,
  buy,
  esimWith,
  FR_1,
  GB_1,
  GB_UNLIMITED,
  inInventory,
  money,
  type OrderAnswer,
  ownIccids,
} from '../../support/esim-go-shop.ts'
import { expectRefused } from '../../support/refused.ts'

type Applied = Schemas['ApplyResult']

const SUCCESS = 'Successfully Applied Bundle'

/** Applies, and expects it to work. */
async function apply(sim: TestSim, request: object): Promise<Applied> {
  const { status, body } = await sim.post<Applied>('/esims/apply', request)
  if (status !== 200)
    throw new Error(`the application was answered ${status}: ${JSON.stringify(body)}`)
  return body
}

test('ESG-019 a new eSIM can be had with a bundle already on it', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const [esim] = (await apply(sim, { bundle: GB_1 })).esims
  expect(esim?.status).toBe(SUCCESS)
  expect((await sim.get<Schemas['EsimDetails']>(`/esims/${esim?.iccid}`)).body.profileStatus).toBe(
    'Released',
  )
  expect(await bundleOn(sim, esim?.iccid ?? '', GB_1)).toMatchObject([
    { bundleState: 'queued', remainingQuantity: 1_000_000_000 },
  ])
})

test.each([
  ['both bundle and bundles', { bundle: GB_1, bundles: [GB_1] }],
  ['both name and bundles', { name: GB_1, bundles: [GB_1] }],
  ['neither bundle nor bundles', { allowReassign: false }],
  ['an empty list of bundles', { bundles: [] }],
])('ESG-020 %s are refused', async (_what, request) => {
  await using sim = await startEsimGo('bundles in the inventory')
  await expectRefused(sim, () => sim.post('/esims/apply', request), {
    status: 400,
    code: 'invalid-request',
  })
})

test('a bundle and a name that differ are refused, the same twice is accepted', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const differ = () => sim.post('/esims/apply', { bundle: GB_1, name: FR_1 })
  await expectRefused(sim, differ, {
    status: 400,
    code: 'invalid-request',
    reason: /different things/,
  })
  expect((await apply(sim, { bundle: GB_1, name: GB_1 })).esims).toHaveLength(1)
})

test('ESG-021 with an ICCID and one bundle, the bundle goes onto that eSIM', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await esimWith(sim, FR_1)
  expect((await apply(sim, { iccid, bundle: GB_1 })).esims).toEqual([
    { iccid, status: SUCCESS, bundle: GB_1 },
  ])
  expect((await assignmentsOn(sim, iccid)).map(({ name }) => name)).toEqual([FR_1, GB_1])
  expect(await ownIccids(sim)).toEqual([iccid])
})

test('name means the same as bundle', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  expect((await apply(sim, { name: GB_1 })).esims).toMatchObject([
    { bundle: GB_1, status: SUCCESS },
  ])
})

test('ESG-022 without an ICCID a new eSIM is assigned to the organisation, and the bundle goes onto it', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  expect(await ownIccids(sim)).toEqual([])
  const { esims } = await apply(sim, { bundle: GB_1 })
  expect(await ownIccids(sim)).toEqual(esims.map(({ iccid }) => iccid))
  expect(await assignmentsOn(sim, esims[0]?.iccid ?? '')).toMatchObject([{ name: GB_1 }])
})

test('ESG-023 one bundle and repeat give that many new eSIMs, each with the bundle', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const { esims } = await apply(sim, { bundle: GB_1, repeat: 3 })
  expect(new Set(esims.map(({ iccid }) => iccid)).size).toBe(3)
  for (const { iccid } of esims)
    expect(await assignmentsOn(sim, iccid)).toMatchObject([{ name: GB_1 }])
  expect(await inInventory(sim, GB_1)).toBe(2)
})

test('ESG-024 a list of bundles gives each of them a new eSIM of its own', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await buy(sim, { item: FR_1 })
  const { esims } = await apply(sim, { bundles: [GB_1, FR_1, GB_1] })
  expect(esims.map(({ bundle }) => bundle)).toEqual([GB_1, FR_1, GB_1])
  expect(new Set(esims.map(({ iccid }) => iccid)).size).toBe(3)
  expect(await ownIccids(sim)).toHaveLength(3)
})

test('an entry of the list may be an object with a repeat of its own', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await buy(sim, { item: FR_1 })
  const { esims } = await apply(sim, { bundles: [{ name: GB_1, repeat: 2 }, FR_1] })
  expect(esims.map(({ bundle }) => bundle)).toEqual([GB_1, GB_1, FR_1])
})

test('ESG-025 the answer always holds the ICCID: of a given eSIM, of a new one, of one the bundle does not fit', async () => {
  await using sim = await startEsimGo('an eSIM with an older profile')
  const [older = ''] = await ownIccids(sim)
  await buy(sim, { item: GB_1, quantity: 2 })
  await buy(sim, { item: GB_UNLIMITED })
  const answers = [
    await apply(sim, { iccid: older, bundle: GB_1 }),
    await apply(sim, { bundle: GB_1 }),
    await apply(sim, { iccid: older, bundle: GB_UNLIMITED }),
  ]
  expect(answers.map(({ esims }) => esims[0]?.iccid)).toEqual([
    older,
    expect.stringMatching(/^\d{19}$/),
    older,
  ])
})

test.each([1, 2])('ESG-026 an ICCID together with repeat %i is refused', async (repeat) => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await esimWith(sim, FR_1)
  const call = () => sim.post('/esims/apply', { iccid, bundle: GB_1, repeat })
  await expectRefused(sim, call, { status: 400, code: 'invalid-request', reason: /repeat/ })
})

test('an ICCID together with a list of bundles is refused', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await esimWith(sim, FR_1)
  await expectRefused(sim, () => sim.post('/esims/apply', { iccid, bundles: [GB_1] }), {
    status: 400,
    code: 'invalid-request',
  })
})

test('repeat beside a list of bundles is refused', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await expectRefused(sim, () => sim.post('/esims/apply', { bundles: [GB_1], repeat: 2 }), {
    status: 400,
    code: 'invalid-request',
  })
})

test('ESG-027 a bundle that was never bought cannot be applied, and the reply does not say why', async () => {
  await using sim = await startEsimGo()
  await expectRefused(sim, () => sim.post('/esims/apply', { bundle: GB_1 }), {
    status: 403,
    code: 'none-in-inventory',
    reason: /the inventory has 0/,
    message: 'access denied',
  })
})

test('ESG-027 more than the inventory has cannot be applied, and what it has stays there', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await expectRefused(sim, () => sim.post('/esims/apply', { bundle: GB_1, repeat: 6 }), {
    status: 403,
    code: 'none-in-inventory',
  })
  const list = () => sim.post('/esims/apply', { bundles: [GB_1, GB_1, FR_1] })
  await expectRefused(sim, list, {
    status: 403,
    code: 'none-in-inventory',
    reason: new RegExp(FR_1),
  })
  expect(await inInventory(sim, GB_1)).toBe(5)
})

test('ESG-027 a bundle put on an eSIM by its order is not in the inventory', async () => {
  await using sim = await startEsimGo()
  await esimWith(sim, GB_1)
  await expectRefused(sim, () => sim.post('/esims/apply', { bundle: GB_1 }), {
    status: 403,
    code: 'none-in-inventory',
  })
})

test('a bundle whose time in the inventory is over cannot be applied', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await sim.advance('P1Y')
  await expectRefused(sim, () => sim.post('/esims/apply', { bundle: GB_1 }), {
    status: 403,
    code: 'none-in-inventory',
  })
})

test('the lot that expires first is used first, and one application may take from two', async () => {
  await using sim = await startEsimGo()
  await sim.set({ inventoryLifetime: 'P60D' })
  await buy(sim, { item: GB_1, quantity: 2 })
  await sim.set({ inventoryLifetime: 'P30D' })
  await buy(sim, { item: GB_1, quantity: 2 })
  const left = async () => {
    const { bundles } = (await sim.get<{ bundles: Schemas['InventoryBundle'][] }>('/inventory'))
      .body
    return bundles[0]?.available.map(({ expiry, remaining }) => [expiry.slice(0, 10), remaining])
  }
  await apply(sim, { bundle: GB_1 })
  expect(await left()).toEqual([
    ['2026-01-31', 1],
    ['2026-03-02', 2],
  ])
  await apply(sim, { bundle: GB_1, repeat: 2 })
  expect(await left()).toEqual([['2026-03-02', 1]])
})

test('ESG-032 after an application the status of the bundle can be asked for', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const { esims, applyReference } = await apply(sim, { bundle: GB_1 })
  const assignments = await bundleOn(sim, esims[0]?.iccid ?? '', GB_1)
  expect(assignments).toMatchObject([
    { bundleState: 'queued', assignmentReference: `${applyReference}-0` },
  ])
})

test('ESG-033 with a startTime the bundle begins at that time, used or not', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const { esims } = await apply(sim, { bundle: GB_1, startTime: '2026-01-03T12:00:00Z' })
  const iccid = esims[0]?.iccid ?? ''
  await sim.advance('P2DT11H59M59S')
  expect(await bundleOn(sim, iccid, GB_1)).toMatchObject([{ bundleState: 'queued' }])
  await sim.advance('PT1S')
  expect(await bundleOn(sim, iccid, GB_1)).toMatchObject([
    {
      bundleState: 'active',
      startTime: '2026-01-03T12:00:00.000Z',
      endTime: '2026-01-10T12:00:00.000Z',
    },
  ])
})

test('a bundle is not used before its startTime', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const [esim] = (await apply(sim, { bundle: GB_1, startTime: '2026-01-03T12:00:00+00:00' })).esims
  const device = sim.device(esim?.iccid ?? '')
  await device.install()
  await device.attach('GB')
  await expect(device.use(1)).rejects.toThrow(/is queued/)
  await sim.advance('P3D')
  expect(await device.use(1)).toMatchObject({ used: 1 })
})

test('a startTime of now begins at once', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const [esim] = (await apply(sim, { bundle: GB_1, startTime: '2026-01-01T00:00:00Z' })).esims
  expect(await bundleOn(sim, esim?.iccid ?? '', GB_1)).toMatchObject([{ bundleState: 'active' }])
})

test.each([
  '2025-12-31T23:59:59Z',
  'tomorrow',
  '2026-02-30T00:00:00Z',
  '2026-02-01',
  // The format date-time allows these two; no clock shows them.
  '2026-06-30T23:59:60Z',
  '2026-02-01T00:00:00+05',
])('a startTime of %s is refused', async (startTime) => {
  await using sim = await startEsimGo('bundles in the inventory')
  await expectRefused(sim, () => sim.post('/esims/apply', { bundle: GB_1, startTime }), {
    status: 400,
    code: 'invalid-request',
  })
})

test('ESG-034 with allowReassign a bundle that does not fit the eSIM goes onto a new one', async () => {
  await using sim = await startEsimGo('an eSIM with an older profile')
  const [older = ''] = await ownIccids(sim)
  await buy(sim, { item: GB_UNLIMITED })
  const { esims } = await apply(sim, { iccid: older, bundle: GB_UNLIMITED, allowReassign: true })
  expect(esims).toMatchObject([{ status: SUCCESS, bundle: GB_UNLIMITED }])
  expect(esims[0]?.iccid).not.toBe(older)
  expect(await inInventory(sim, GB_UNLIMITED)).toBe(0)
})

test('a bundle that does not fit says so in its status, and stays in the inventory', async () => {
  await using sim = await startEsimGo('an eSIM with an older profile')
  const [older = ''] = await ownIccids(sim)
  await buy(sim, { item: GB_UNLIMITED })
  const { esims } = await apply(sim, { iccid: older, bundle: GB_UNLIMITED })
  expect(esims).toEqual([
    { iccid: older, bundle: GB_UNLIMITED, status: expect.stringMatching(/not compatible/) },
  ])
  expect(await inInventory(sim, GB_UNLIMITED)).toBe(1)
  expect(await assignmentsOn(sim, older)).toEqual([])
})

test('ESG-035 the answer lists each eSIM with its status, and one reference of the application', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const answer = await apply(sim, { bundles: [GB_1, GB_1] })
  expect(answer.esims).toEqual([
    { iccid: expect.stringMatching(/^\d{19}$/), status: SUCCESS, bundle: GB_1 },
    { iccid: expect.stringMatching(/^\d{19}$/), status: SUCCESS, bundle: GB_1 },
  ])
  expect(answer.applyReference).toMatch(/^[0-9a-f-]{36}$/)
})

test('an application is an order too, of lines that cost nothing', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const before = money(sim)
  const { applyReference, esims } = await apply(sim, { bundle: GB_1, repeat: 2 })
  const order = (await sim.get<OrderAnswer>(`/orders/${applyReference}`)).body
  expect(order).toMatchObject({ total: 0, status: 'completed', assigned: true })
  expect(order.order).toMatchObject(
    esims.map(({ iccid }, at) => ({
      type: 'bundleAssignment',
      item: `${applyReference}-${at}`,
      quantity: 0,
      pricePerUnit: 0,
      iccids: [iccid],
    })),
  )
  expect(money(sim)).toEqual(before)
})

test('an application that put nothing anywhere is no order', async () => {
  await using sim = await startEsimGo('an eSIM with an older profile')
  const [older = ''] = await ownIccids(sim)
  await buy(sim, { item: GB_UNLIMITED })
  const { applyReference } = await apply(sim, { iccid: older, bundle: GB_UNLIMITED })
  expect((await sim.get(`/orders/${applyReference}`)).status).toBe(400)
})

test.each([
  ['bundle', 'Bundle'],
  ['bundle', 'BUNDLE'],
  ['repeat', 'Repeat'],
])('the field %s may be spelled %s', async (field, spelled) => {
  await using sim = await startEsimGo('bundles in the inventory')
  const request = Object.entries({ bundle: GB_1, repeat: 2 }).map(([name, value]) => [
    name === field ? spelled : name,
    value,
  ])
  expect((await apply(sim, Object.fromEntries(request))).esims).toHaveLength(2)
})

test('1001 eSIMs at once are refused', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const call = () =>
    sim.post('/esims/apply', {
      bundles: [
        { name: GB_1, repeat: 500 },
        { name: GB_1, repeat: 501 },
      ],
    })
  await expectRefused(sim, call, { status: 400, code: 'invalid-request', reason: /at most 1000/ })
})

test('a bundle applied twice to one eSIM is there twice', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await esimWith(sim, FR_1)
  await apply(sim, { iccid, bundle: GB_1 })
  await apply(sim, { iccid, bundle: GB_1 })
  expect((await assignmentsOn(sim, iccid)).map(({ name }) => name)).toEqual([FR_1, GB_1, GB_1])
})
