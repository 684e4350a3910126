// Revoking bundles at eSIM Go: which comes off, and what it gives back.
import { expect, test } from 'vitest'
import { history } from '../../../src/simulators/esim-go/esims/history.ts'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import {
  NOTHING_BACK,
  offerOf,
  revoke,
  revokeOne,
  TO_BALANCE,
  TO_INVENTORY,
} from '../../support/esim-go-revoke.ts'
import {
  assignmentsOn,
  bundleOn,
  buy,
  esimWith,
  FR_1,
  GB_1,
  GB_YEAR,
  inInventory,
  money,
  onAir,
  ownIccids,
} from '../../support/esim-go-shop.ts'
import { expectRefused } from '../../support/refused.ts'

const states = async (sim: TestSim, iccid: string) =>
  (await assignmentsOn(sim, iccid)).map(({ bundleState }) => bundleState)
const ids = async (sim: TestSim, iccid: string) =>
  (await assignmentsOn(sim, iccid)).map(({ id }) => id)
const count = <T>(length: number, of: T): T[] => Array.from({ length }, () => of)

/** An eSIM that stays in the account whatever is revoked, and can use nothing in the UK. */
const installed = async (sim: TestSim, ...bundles: [string, ...string[]]) => {
  const iccid = await esimWith(sim, ...bundles)
  await sim.device(iccid).install()
  return iccid
}

test.each(['assignments', 'applications'])(
  'ESG-066 a single assignment is revoked by its id, under %s',
  async (word) => {
    await using sim = await startEsimGo()
    const iccid = await installed(sim, GB_1, GB_1, GB_1)
    const [, second] = await ids(sim, iccid)
    expect((await revokeOne(sim, iccid, GB_1, second, '', word)).body).toEqual(TO_INVENTORY)
    expect(await states(sim, iccid)).toEqual(['queued', 'revoked', 'queued'])
  },
)

test('ESG-067 one month can be taken off a one-year bundle; the others stay, and a part gives nothing back', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_YEAR)
  const before = money(sim)
  const [first, second] = await ids(sim, iccid)
  expect((await revokeOne(sim, iccid, GB_YEAR, second)).body).toEqual(NOTHING_BACK)
  expect(await states(sim, iccid)).toEqual(['queued', 'revoked', ...count(10, 'queued')])
  await sim.device(iccid).use(1)
  await sim.advance('P1M')
  await sim.device(iccid).use(1)
  expect(await states(sim, iccid)).toEqual(['expired', 'revoked', 'active', ...count(9, 'queued')])
  expect((await bundleOn(sim, iccid, GB_YEAR))[0]?.id).toBe(first)
  expect(money(sim)).toEqual(before)
  expect(await inInventory(sim, GB_YEAR)).toBe(0)
})

test('every month of a one-year bundle can be taken off, one after the other', async () => {
  await using sim = await startEsimGo()
  const iccid = await installed(sim, GB_YEAR)
  for (const id of await ids(sim, iccid))
    expect((await revokeOne(sim, iccid, GB_YEAR, id)).body).toEqual(NOTHING_BACK)
  expect(await states(sim, iccid)).toEqual(count(12, 'revoked'))
})

test('a one-year bundle revoked by its name comes off whole and goes back whole', async () => {
  await using sim = await startEsimGo()
  const iccid = await installed(sim, FR_1, GB_YEAR)
  expect((await revoke(sim, iccid, GB_YEAR)).body).toEqual(TO_INVENTORY)
  expect(await states(sim, iccid)).toEqual(['queued', ...count(12, 'revoked')])
  expect(await inInventory(sim, GB_YEAR)).toBe(1)
})

test('a one-year bundle that has begun gives nothing back: the months that are not over come off', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_YEAR)
  await sim.device(iccid).use(1)
  await sim.advance('P1M')
  expect((await revoke(sim, iccid, GB_YEAR)).body).toEqual(NOTHING_BACK)
  expect(await states(sim, iccid)).toEqual(['expired', ...count(11, 'revoked')])
  expect(await inInventory(sim, GB_YEAR)).toBe(0)
})

test('ESG-068 type=validate tells the options and what they would do, and changes nothing', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const before = sim.state()
  const [id] = await ids(sim, iccid)
  const { status, body } = await revoke(sim, iccid, GB_1, 'type=validate')
  expect(status).toBe(200)
  expect(body.options).toEqual([
    { refundTo: 'inventory', returnsEsim: true },
    { refundTo: 'balance', offerId: id, amount: 2.28, currency: 'USD', returnsEsim: true },
  ])
  expect((await revokeOne(sim, iccid, GB_1, id, 'type=validate')).body).toEqual(body)
  expect(sim.state()).toBe(before)
})

test('ESG-068 type=validate tells that nothing would come back, and that the eSIM would stay', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(1)
  const { body } = await revoke(sim, iccid, GB_1, 'type=validate')
  expect(body.options).toEqual([{ refundTo: 'none', returnsEsim: false }])
})

test.each([
  ['ESG-069 with type=transaction', 'type=transaction'],
  ['ESG-070 without type', ''],
])('%s the bundle is revoked', async (_what, query) => {
  await using sim = await startEsimGo()
  const iccid = await installed(sim, GB_1)
  expect((await revoke(sim, iccid, GB_1, query)).body).toEqual(TO_INVENTORY)
  expect(await states(sim, iccid)).toEqual(['revoked'])
})

test('ESG-069 ESG-070 an assignment is revoked with type=transaction and without type', async () => {
  await using sim = await startEsimGo()
  const iccid = await installed(sim, GB_1, GB_1)
  const [first, second] = await ids(sim, iccid)
  expect((await revokeOne(sim, iccid, GB_1, first, 'type=transaction')).body).toEqual(TO_INVENTORY)
  expect((await revokeOne(sim, iccid, GB_1, second)).body).toEqual(TO_INVENTORY)
  expect(await states(sim, iccid)).toEqual(['revoked', 'revoked'])
})

test('a type that is neither is refused', async () => {
  await using sim = await startEsimGo()
  const iccid = await installed(sim, GB_1)
  await expectRefused(sim, () => revoke(sim, iccid, GB_1, 'type=simulate'), {
    status: 400,
    code: 'invalid-request',
  })
})

test('ESG-056 a revoked bundle is no longer on the eSIM: no network can use it, and only includeUsed lists it', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await revoke(sim, iccid, GB_1)
  expect(await assignmentsOn(sim, iccid, '')).toEqual([])
  expect(await assignmentsOn(sim, iccid)).toMatchObject([
    { name: GB_1, bundleState: 'revoked', remainingQuantity: 1_000_000_000 },
  ])
  expect(await bundleOn(sim, iccid, GB_1)).toMatchObject([{ bundleState: 'revoked' }])
  await expect(sim.device(iccid).use(1)).rejects.toThrow(/the SIM has no bundle/)
})

test('ESG-056 a revoked bundle does not begin at its startTime', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await installed(sim, FR_1)
  await sim.post('/esims/apply', { iccid, bundle: GB_1, startTime: '2026-01-02T00:00:00Z' })
  await revoke(sim, iccid, GB_1)
  await sim.advance('P10D')
  expect(await states(sim, iccid)).toEqual(['queued', 'revoked'])
})

test('ESG-083 of several assignments of the bundle the latest is revoked, and then the one before it', async () => {
  await using sim = await startEsimGo()
  const iccid = await installed(sim, GB_1, FR_1, GB_1, GB_1)
  await revoke(sim, iccid, GB_1)
  expect(await states(sim, iccid)).toEqual(['queued', 'queued', 'revoked', 'queued'])
  await revoke(sim, iccid, GB_1)
  expect(await states(sim, iccid)).toEqual(['queued', 'revoked', 'revoked', 'queued'])
})

test('with the setting revokePick the oldest unused assignment is revoked, and the latest where all are in use', async () => {
  await using sim = await startEsimGo()
  await sim.set({ revokePick: 'oldest-unused' })
  const iccid = await onAir(sim, GB_1, GB_1, GB_1)
  await sim.device(iccid).use(1)
  expect((await revoke(sim, iccid, GB_1)).body).toEqual(TO_INVENTORY)
  expect(await states(sim, iccid)).toEqual(['active', 'revoked', 'queued'])
  await revoke(sim, iccid, GB_1)
  expect((await revoke(sim, iccid, GB_1)).body).toEqual(NOTHING_BACK)
  expect(await states(sim, iccid)).toEqual(['revoked', 'revoked', 'revoked'])
})

test('ESG-084 an assignment not started and not used goes back to the inventory', async () => {
  await using sim = await startEsimGo()
  const iccid = await installed(sim, GB_1)
  const before = money(sim)
  expect((await revoke(sim, iccid, GB_1)).body).toEqual(TO_INVENTORY)
  expect(await inInventory(sim, GB_1)).toBe(1)
  expect(money(sim)).toEqual(before)
  expect((await sim.post('/esims/apply', { iccid, bundle: GB_1 })).status).toBe(200)
})

test('ESG-084 what came out of a lot of the inventory goes back into that lot', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await installed(sim, FR_1)
  const lots = async () =>
    (await sim.get<{ bundles: Schemas['InventoryBundle'][] }>('/inventory')).body.bundles[0]
      ?.available
  const before = await lots()
  await sim.post('/esims/apply', { iccid, bundle: GB_1 })
  expect(await lots()).toMatchObject([{ total: 5, remaining: 4 }])
  await revoke(sim, iccid, GB_1)
  expect(await lots()).toEqual(before)
})

test('what goes back to the inventory is as old as its purchase: it expires then, and its refund period goes on', async () => {
  await using sim = await startEsimGo()
  const iccid = await installed(sim, GB_1)
  await sim.advance('P59D')
  await revoke(sim, iccid, GB_1)
  const { body } = await sim.get<{ bundles: Schemas['InventoryBundle'][] }>('/inventory')
  const [lot] = body.bundles[0]?.available ?? []
  expect(lot).toMatchObject({ total: 1, remaining: 1, expiry: '2027-01-01T00:00:00.000Z' })
  await sim.advance('P1D')
  const refund = () => sim.post('/inventory/refund', { usageId: lot?.id, quantity: 1 })
  await expectRefused(sim, refund, { status: 400, code: 'wrong-state', reason: /refund period/ })
})

test('ESG-085 ESG-088 an assignment not started and not used is credited to the balance with refundToBalance', async () => {
  await using sim = await startEsimGo()
  const iccid = await installed(sim, GB_1)
  const { balance, testCredit } = money(sim)
  const offer = await offerOf(sim, iccid, GB_1)
  expect((await revoke(sim, iccid, GB_1, `refundToBalance=true&offerId=${offer}`)).body).toEqual(
    TO_BALANCE,
  )
  expect(money(sim)).toEqual({ balance: balance + 228, testCredit })
  expect(await inInventory(sim, GB_1)).toBe(0)
  expect(await states(sim, iccid)).toEqual(['revoked'])
})

test('a one-year bundle is worth its whole price', async () => {
  await using sim = await startEsimGo()
  const { balance: full, testCredit: credit } = money(sim)
  const iccid = await installed(sim, GB_YEAR)
  const offer = await offerOf(sim, iccid, GB_YEAR)
  await revoke(sim, iccid, GB_YEAR, `refundToBalance=true&offerId=${offer}`)
  const { balance, testCredit } = money(sim)
  expect(balance + testCredit).toBe(full + credit)
})

test('an assignment by its id is credited to the balance alike', async () => {
  await using sim = await startEsimGo()
  const iccid = await installed(sim, GB_1, GB_1)
  const [first] = await ids(sim, iccid)
  const { balance } = money(sim)
  expect(
    (await revokeOne(sim, iccid, GB_1, first, `refundToBalance=true&offerId=${first}`)).body,
  ).toEqual(TO_BALANCE)
  expect(money(sim).balance).toBe(balance + 228)
})

test('ESG-086 an assignment that has started gives nothing back', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(1)
  const before = money(sim)
  const [id] = await ids(sim, iccid)
  const refund = () => revoke(sim, iccid, GB_1, `refundToBalance=true&offerId=${id}`)
  await expectRefused(sim, refund, { status: 400, code: 'wrong-state', reason: /has started/ })
  expect((await revoke(sim, iccid, GB_1)).body).toEqual(NOTHING_BACK)
  expect(await inInventory(sim, GB_1)).toBe(0)
  expect(money(sim)).toEqual(before)
  await expect(sim.device(iccid).use(1)).rejects.toThrow(/no bundle/)
})

test('ESG-087 an assignment bought 60 days ago gives nothing back, a second earlier it does', async () => {
  await using sim = await startEsimGo()
  const iccid = await installed(sim, GB_1, GB_1)
  const before = money(sim)
  await sim.advance('P59DT23H59M59S')
  expect((await revoke(sim, iccid, GB_1)).body).toEqual(TO_INVENTORY)
  await sim.advance('PT1S')
  const [id] = await ids(sim, iccid)
  const refund = () => revoke(sim, iccid, GB_1, `refundToBalance=true&offerId=${id}`)
  await expectRefused(sim, refund, { status: 400, code: 'wrong-state', reason: /refund period/ })
  expect((await revoke(sim, iccid, GB_1)).body).toEqual(NOTHING_BACK)
  expect(await inInventory(sim, GB_1)).toBe(1)
  expect(money(sim)).toEqual(before)
})

test('ESG-087 the refund period counts from the purchase, not from the application, and is a setting', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await sim.set({ refundWindow: 'P10D' })
  const iccid = await installed(sim, FR_1)
  await sim.advance('P9D')
  await sim.post('/esims/apply', { iccid, bundle: GB_1 })
  await sim.advance('P1D')
  expect((await revoke(sim, iccid, GB_1)).body).toEqual(NOTHING_BACK)
  expect(await inInventory(sim, GB_1)).toBe(4)
})

test('an organisation without refunds is given nothing back', async () => {
  await using sim = await startEsimGo()
  await sim.set({ refunds: 'disabled' })
  const iccid = await installed(sim, GB_1)
  expect((await revoke(sim, iccid, GB_1, 'type=validate')).body.options).toEqual([
    { refundTo: 'none', returnsEsim: false },
  ])
  expect((await revoke(sim, iccid, GB_1)).body).toEqual(NOTHING_BACK)
})

test('what would have expired in the inventory can only go to the balance', async () => {
  await using sim = await startEsimGo()
  await sim.set({ inventoryLifetime: 'P1D' })
  const iccid = await installed(sim, GB_1)
  await sim.advance('P1D')
  expect((await revoke(sim, iccid, GB_1, 'type=validate')).body.options).toMatchObject([
    { refundTo: 'balance' },
  ])
  expect((await revoke(sim, iccid, GB_1)).body).toEqual(NOTHING_BACK)
})

test('a bundle that came out of a lot goes back there while that lot lasts, whatever is set meanwhile', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await installed(sim, FR_1)
  await sim.post('/esims/apply', { iccid, bundle: GB_1 })
  await sim.set({ inventoryLifetime: 'P1D' })
  await sim.advance('P2D')
  expect((await revoke(sim, iccid, GB_1)).body).toEqual(TO_INVENTORY)
  expect(await inInventory(sim, GB_1)).toBe(5)
})

test('ESG-089 a refund to the balance needs the offerId, and the right one', async () => {
  await using sim = await startEsimGo()
  const iccid = await installed(sim, GB_1)
  const refused = { status: 400, code: 'invalid-request', reason: /offerId/ }
  await expectRefused(sim, () => revoke(sim, iccid, GB_1, 'refundToBalance=true'), refused)
  await expectRefused(sim, () => revoke(sim, iccid, GB_1, 'refundToBalance=true&offerId='), {
    status: 400,
    code: 'invalid-request',
  })
  await expectRefused(
    sim,
    () => revoke(sim, iccid, GB_1, 'refundToBalance=true&offerId=1'),
    refused,
  )
  await expectRefused(sim, () => revoke(sim, iccid, GB_1, 'offerId=1'), refused)
  const offer = await offerOf(sim, iccid, GB_1)
  expect((await revoke(sim, iccid, GB_1, `offerId=${offer}&refundToBalance=false`)).body).toEqual(
    TO_INVENTORY,
  )
})

test('a bundle that is processing is answered 503 until it is ready, also where it would only be validated', async () => {
  await using sim = await startEsimGo()
  await sim.set({ processingDelay: 'PT10M' })
  const iccid = await esimWith(sim, GB_1)
  const [id] = await ids(sim, iccid)
  await sim.advance('PT9M58S')
  const busy = { status: 503, code: 'busy', reason: /is processing/ }
  const answer = await expectRefused(sim, () => revoke(sim, iccid, GB_1), busy)
  expect(answer.headers.get('retry-after')).toBe('2')
  await expectRefused(sim, () => revoke(sim, iccid, GB_1, 'type=validate'), busy)
  await expectRefused(sim, () => revokeOne(sim, iccid, GB_1, id), busy)
  await sim.advance('PT2S')
  expect((await revoke(sim, iccid, GB_1)).status).toBe(200)
})

test('what is not there, is over or was revoked already cannot be revoked', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1, GB_1, GB_1)
  const [first, , third] = await ids(sim, iccid)
  await sim.device(iccid).use(1_000_000_000)
  await sim.advance('P7D')
  await sim.device(iccid).use(1_000_000_000)
  await revokeOne(sim, iccid, GB_1, third)
  expect(await states(sim, iccid)).toEqual(['expired', 'depleted', 'revoked'])
  const over = { status: 400, code: 'wrong-state' }
  const missing = { status: 400, code: 'not-found' }
  await expectRefused(sim, () => revoke(sim, iccid, GB_1), over)
  await expectRefused(sim, () => revokeOne(sim, iccid, GB_1, first), {
    ...over,
    reason: /is expired/,
  })
  await expectRefused(sim, () => revokeOne(sim, iccid, GB_1, third), {
    ...over,
    reason: /is revoked/,
  })
  await expectRefused(sim, () => revoke(sim, iccid, FR_1), missing)
  await expectRefused(sim, () => revokeOne(sim, iccid, FR_1, first), missing)
  await expectRefused(sim, () => revokeOne(sim, iccid, GB_1, '1'), missing)
})

test('ESG-017 ESG-071 a bundle is revoked by its exact name only', async () => {
  await using sim = await startEsimGo()
  const iccid = await installed(sim, GB_1)
  const missing = { status: 400, code: 'not-found', reason: /case-sensitive/ }
  await expectRefused(sim, () => revoke(sim, iccid, GB_1.toLowerCase()), missing)
  expect((await revoke(sim, iccid, GB_1)).status).toBe(200)
})

test('the bundle of somebody else is refused like any other eSIM of theirs', async () => {
  await using sim = await startEsimGo()
  const call = () => revoke(sim, '8943108170000000013', GB_1)
  await expectRefused(sim, call, { status: 403, code: 'foreign-esim', message: 'access denied' })
})

test('a revoke is the last action of its eSIM, and stands in its history', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1, GB_1)
  const actions = async () =>
    (await sim.get<Schemas['EsimPage']>('/esims')).body.esims.map(({ lastAction }) => lastAction)
  await revoke(sim, iccid, GB_1)
  expect(await actions()).toEqual(['Bundle Refund'])
  await sim.device(iccid).use(1)
  await revoke(sim, iccid, GB_1)
  expect(await actions()).toEqual(['Bundle Revoked'])
  const told = [...sim.world.in(history).values()].filter(({ name }) =>
    /Revoked|Refunded/.test(name),
  )
  const all = { iccid, bundle: GB_1, bundleState: 'revoked' }
  expect(told).toMatchObject([
    { ...all, name: 'Bundle Revoked' },
    { ...all, name: 'Bundle Refunded to Inventory' },
    { ...all, name: 'Bundle Revoked' },
  ])
})

test('an application can still be asked about when its bundle was revoked', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await installed(sim, FR_1)
  const { applyReference } = (
    await sim.post<Schemas['ApplyResult']>('/esims/apply', { iccid, bundle: GB_1 })
  ).body
  await revoke(sim, iccid, GB_1)
  const { body } = await sim.get(`/esims/assignments?reference=${applyReference}`, {
    Accept: 'application/json',
  })
  expect(body).toMatchObject({ iccid, bundle: GB_1 })
})

test('with one of two bundles revoked the other is used', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1, GB_1)
  const [first, second] = await ids(sim, iccid)
  await revokeOne(sim, iccid, GB_1, first)
  expect(await sim.device(iccid).use(5)).toMatchObject({ bundles: [{ id: second, used: 5 }] })
  expect(await ownIccids(sim)).toEqual([iccid])
})

/** Takes from every bundle what its provider noted of it, as in a state that was kept before any of that was noted. */
async function forgetPurchases(sim: TestSim): Promise<void> {
  const place = `${sim.origin}/w/${sim.world.name}/_sim/state`
  const kept = (
    await sim.get<{ collections: { bundles: Record<string, { extra?: unknown }> } }>(place)
  ).body
  for (const bundle of Object.values(kept.collections.bundles)) delete bundle.extra
  const put = await sim.put(place, kept)
  if (put.status !== 200) throw new Error(put.text)
}

test('a bundle of a state that did not note its purchase counts as bought when it was assigned, at what it costs now', async () => {
  await using sim = await startEsimGo()
  const iccid = await installed(sim, GB_1, GB_1, GB_1)
  const { balance } = money(sim)
  await forgetPurchases(sim)
  const offer = await offerOf(sim, iccid, GB_1)
  expect((await revoke(sim, iccid, GB_1, `refundToBalance=true&offerId=${offer}`)).body).toEqual(
    TO_BALANCE,
  )
  expect(money(sim).balance).toBe(balance + 228)
  expect((await revoke(sim, iccid, GB_1)).body).toEqual(TO_INVENTORY)
  await sim.advance('P60D')
  expect((await revoke(sim, iccid, GB_1)).body).toEqual(NOTHING_BACK)
  expect(await inInventory(sim, GB_1)).toBe(1)
})

test('a bundle of a state that did not note when it will be ready is answered 503 while it is processing', async () => {
  await using sim = await startEsimGo()
  await sim.set({ processingDelay: 'PT10M' })
  const iccid = await installed(sim, GB_1)
  await forgetPurchases(sim)
  const { headers } = await expectRefused(sim, () => revoke(sim, iccid, GB_1), {
    status: 503,
    code: 'busy',
  })
  expect(headers.get('retry-after')).toBe('5')
})

test('money that was test credit comes back as balance', async () => {
  await using sim = await startEsimGo()
  const { balance } = money(sim)
  await buy(sim, { item: GB_1 })
  expect(money(sim).balance).toBe(balance)
  const { body } = await sim.get<{ bundles: Schemas['InventoryBundle'][] }>('/inventory')
  await sim.post('/inventory/refund', { usageId: body.bundles[0]?.available[0]?.id, quantity: 1 })
  expect(money(sim).balance).toBe(balance + 228)
})
