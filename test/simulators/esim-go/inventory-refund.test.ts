// Refunds from the inventory of eSIM Go: lots, what remains of them, and what may go back.
import { expect, test } from 'vitest'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import { revoke } from '../../support/esim-go-revoke.ts'
import { buy, esimWith, FR_1, GB_1, inInventory, money } from '../../support/esim-go-shop.ts'
import { expectRefused } from '../../support/refused.ts'

const DONE = {
  message: 'Successfully refunded bundles to balance',
  status: 'Successfully refunded bundles to balance',
}

const refund = (sim: TestSim, usageId: number | undefined, quantity: number) =>
  sim.post('/inventory/refund', { usageId, quantity })

/** The lots of the inventory, with the bundle each is of. */
async function lotsOf(sim: TestSim) {
  const { bundles } = (await sim.get<{ bundles: Schemas['InventoryBundle'][] }>('/inventory')).body
  return bundles.flatMap(({ name, available }) => available.map((lot) => ({ name, ...lot })))
}

test('ESG-134 an item of the inventory is turned into balance', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const { balance } = money(sim)
  const [lot] = await lotsOf(sim)
  const { status, body } = await refund(sim, lot?.id, 1)
  expect([status, body]).toEqual([200, DONE])
  expect(money(sim).balance).toBe(balance + 228)
  expect(await inInventory(sim, GB_1)).toBe(4)
})

test('ESG-135 a refund takes a usageId and a quantity', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const { balance } = money(sim)
  const [lot] = await lotsOf(sim)
  await refund(sim, lot?.id, 3)
  expect(money(sim).balance).toBe(balance + 3 * 228)
  expect(await lotsOf(sim)).toEqual([{ ...lot, remaining: 2 }])
})

test.each([
  {},
  { usageId: 1 },
  { quantity: 1 },
  { usageId: '1', quantity: 1 },
  { usageId: 1, quantity: 0 },
  { usageId: 1, quantity: 0.5 },
])('ESG-135 a refund of %j is refused', async (body) => {
  await using sim = await startEsimGo('bundles in the inventory')
  await expectRefused(sim, () => sim.post('/inventory/refund', body), {
    status: 400,
    code: 'invalid-request',
  })
})

test('ESG-136 the usageIds are those of the lots in the inventory: each purchase is one, of its own price', async () => {
  await using sim = await startEsimGo()
  await buy(sim, { item: GB_1, quantity: 2 })
  await sim.advance('P1D')
  await buy(sim, { item: FR_1 })
  await buy(sim, { item: GB_1 })
  const lots = await lotsOf(sim)
  expect(
    lots.map(({ name, total, remaining, expiry }) => [name, total, remaining, expiry.slice(0, 10)]),
  ).toEqual([
    [FR_1, 1, 1, '2027-01-02'],
    [GB_1, 2, 2, '2027-01-01'],
    [GB_1, 1, 1, '2027-01-02'],
  ])
  expect(new Set(lots.map(({ id }) => id)).size).toBe(3)
  for (const { id, remaining } of lots) expect((await refund(sim, id, remaining)).status).toBe(200)
  expect(await lotsOf(sim)).toEqual([])
})

test('a usageId that is not in the inventory is refused', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await expectRefused(sim, () => refund(sim, 4711, 1), {
    status: 400,
    code: 'not-found',
    reason: /4711/,
  })
})

test('ESG-137 no more can be refunded than remains of the usageId', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await buy(sim, { item: GB_1, quantity: 10 })
  const [lot] = await lotsOf(sim)
  await sim.post('/esims/apply', { bundle: GB_1 })
  const refused = { status: 400, code: 'invalid-request', reason: /exceeds the 4 that remain/ }
  await expectRefused(sim, () => refund(sim, lot?.id, 5), refused)
  expect((await refund(sim, lot?.id, 4)).status).toBe(200)
  await expectRefused(sim, () => refund(sim, lot?.id, 1), { ...refused, reason: /exceeds the 0/ })
})

test('ESG-138 one call refunds one usageId: another lot of the same bundle is left alone', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await buy(sim, { item: GB_1, quantity: 2 })
  const [first, second] = await lotsOf(sim)
  await refund(sim, first?.id, 5)
  expect(await lotsOf(sim)).toEqual([second])
  const several = () =>
    sim.post('/inventory/refund', { usageId: [first?.id, second?.id], quantity: 1 })
  await expectRefused(sim, several, { status: 400, code: 'invalid-request' })
})

test('ESG-139 a bundle that was applied and revoked unused can be refunded', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const { balance } = money(sim)
  const { body } = await sim.post<Schemas['ApplyResult']>('/esims/apply', { bundle: GB_1 })
  await revoke(sim, body.esims[0]?.iccid ?? '', GB_1)
  const [lot] = await lotsOf(sim)
  expect((await refund(sim, lot?.id, 5)).body).toEqual(DONE)
  expect(money(sim).balance).toBe(balance + 5 * 228)
})

test('ESG-140 a bundle that has started cannot be refunded, neither on its eSIM nor after it was revoked', async () => {
  await using sim = await startEsimGo()
  await buy(sim, { item: GB_1 })
  const [lot] = await lotsOf(sim)
  const iccid = await esimWith(sim, FR_1)
  await sim.post('/esims/apply', { iccid, bundle: GB_1 })
  await sim.device(iccid).install()
  await sim.device(iccid).attach('GB')
  await sim.device(iccid).use(1)
  const refused = { status: 400, code: 'invalid-request', reason: /exceeds the 0 that remain/ }
  await expectRefused(sim, () => refund(sim, lot?.id, 1), refused)
  await revoke(sim, iccid, GB_1)
  await expectRefused(sim, () => refund(sim, lot?.id, 1), refused)
})

test('ESG-141 a bundle bought 60 days ago cannot be refunded, a second earlier it can', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const [lot] = await lotsOf(sim)
  await sim.advance('P59DT23H59M59S')
  expect((await refund(sim, lot?.id, 1)).status).toBe(200)
  await sim.advance('PT1S')
  await expectRefused(sim, () => refund(sim, lot?.id, 1), {
    status: 400,
    code: 'wrong-state',
    reason: /refund period/,
  })
  expect(await inInventory(sim, GB_1)).toBe(4)
})

test('an organisation without refunds gets none from its inventory', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await sim.set({ refunds: 'disabled' })
  const [lot] = await lotsOf(sim)
  await expectRefused(sim, () => refund(sim, lot?.id, 1), {
    status: 400,
    code: 'wrong-state',
    reason: /disabled/,
  })
})

test('what is applied comes from the lots that expire first, and not from one that has expired', async () => {
  await using sim = await startEsimGo()
  await sim.set({ inventoryLifetime: 'P10D', asyncApplyDelay: 'PT0S' })
  for (let day = 0; day < 4; day += 1) {
    await buy(sim, { item: GB_1, quantity: 2 })
    await buy(sim, { item: FR_1, quantity: 1 })
    await sim.advance('P1D')
  }
  await sim.advance('P6D')
  await sim.post('/esims/apply', { bundle: GB_1, repeat: 3 })
  const left = async () =>
    (await lotsOf(sim))
      .filter(({ name }) => name === GB_1)
      .map(({ remaining, expiry }) => [remaining, expiry.slice(0, 10)])
  expect(await left()).toEqual([
    [1, '2026-01-13'],
    [2, '2026-01-14'],
  ])
  const tooMany = () => sim.post('/esims/apply', { bundle: GB_1, repeat: 4 })
  await expectRefused(sim, tooMany, {
    status: 403,
    code: 'none-in-inventory',
    reason: /the inventory has 3/,
  })
  await sim.post('/esims/apply', { bundle: GB_1, repeat: 3 })
  expect(await left()).toEqual([])
})

test('a lot that has expired is not listed, cannot be applied and cannot be refunded', async () => {
  await using sim = await startEsimGo()
  await sim.set({ inventoryLifetime: 'P30D' })
  await buy(sim, { item: GB_1 })
  const [lot] = await lotsOf(sim)
  await sim.advance('P29DT23H59M59S')
  expect(await inInventory(sim, GB_1)).toBe(1)
  await sim.advance('PT1S')
  expect(await lotsOf(sim)).toEqual([])
  await expectRefused(sim, () => sim.post('/esims/apply', { bundle: GB_1 }), {
    status: 403,
    code: 'none-in-inventory',
  })
  await expectRefused(sim, () => refund(sim, lot?.id, 1), {
    status: 400,
    code: 'wrong-state',
    reason: /expired/,
  })
})
