// The returns process of eSIM Go: an eSIM without bundles that nobody installed leaves the account, and may come back.
import { expect, test } from 'vitest'
import { history } from '../../../src/simulators/esim-go/esims/history.ts'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import { revoke, revokeOne, TO_INVENTORY } from '../../support/esim-go-revoke.ts'
import {
  assignmentsOn,
  buy,
  esimWith,
  FR_1,
  GB_1,
  GB_YEAR,
  iccidsOf,
  inInventory,
  money,
  ownIccids,
} from '../../support/esim-go-shop.ts'
import { listen } from '../../support/receiver.ts'
import { expectRefused } from '../../support/refused.ts'

const FOREIGN = { status: 403, code: 'foreign-esim', message: 'access denied' }

/** An eSIM that has just left the account. */
async function returned(sim: TestSim): Promise<string> {
  const iccid = await esimWith(sim, GB_1)
  await revoke(sim, iccid, GB_1)
  return iccid
}

test('ESG-072 an eSIM that is not installed and has no bundle left after the revoke leaves the account', async () => {
  await using sim = await startEsimGo()
  const [kept, other] = [await esimWith(sim, GB_1), await esimWith(sim, GB_1)]
  expect((await revoke(sim, other, GB_1)).body).toEqual(TO_INVENTORY)
  expect(await ownIccids(sim)).toEqual([kept])
})

test.each(['released', 'downloaded'])('ESG-072 so does one that is %s', async (profile) => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  if (profile === 'downloaded') await sim.device(iccid).download()
  await revoke(sim, iccid, GB_1)
  expect(await ownIccids(sim)).toEqual([])
})

test('ESG-072 so does one whose last month is revoked by its id', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_YEAR)
  const all = await assignmentsOn(sim, iccid)
  for (const { id } of all) {
    expect(await ownIccids(sim)).toEqual([iccid])
    await revokeOne(sim, iccid, GB_YEAR, id)
  }
  expect(await ownIccids(sim)).toEqual([])
})

test('ESG-072 so does one that was installed once and is not any more', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  await sim.device(iccid).install()
  await sim.device(iccid).disable()
  await sim.device(iccid).delete()
  await revoke(sim, iccid, GB_1)
  expect(await ownIccids(sim)).toEqual([])
})

test('ESG-073 the eSIM is out of the account at once, and cannot be reached any more', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await returned(sim)
  await expectRefused(sim, () => sim.get(`/esims/${iccid}`), FOREIGN)
  await expectRefused(sim, () => sim.get(`/esims/${iccid}/bundles`), FOREIGN)
  await expectRefused(sim, () => sim.get(`/esims/${iccid}/bundles/${GB_1}`), FOREIGN)
  await expectRefused(sim, () => sim.put('/esims', { iccid, customerRef: 'x' }), FOREIGN)
  await expectRefused(sim, () => sim.post('/esims/apply', { iccid, bundle: GB_1 }), FOREIGN)
  await expectRefused(sim, () => revoke(sim, iccid, GB_1), FOREIGN)
  const order = { type: 'transaction', assign: true, order: [{ item: GB_1, iccids: [iccid] }] }
  await expectRefused(sim, () => sim.post('/orders', order), { status: 400, code: 'foreign-esim' })
})

test('ESG-073 an order goes on naming the eSIM, without telling how it is installed', async () => {
  await using sim = await startEsimGo()
  const order = await buy(sim, { item: GB_1, quantity: 2 }, true)
  const [gone = '', kept = ''] = iccidsOf(order)
  await revoke(sim, gone, GB_1)
  const [line] = (await sim.get<Schemas['Order']>(`/orders/${order.orderReference}`)).body.order
  expect(line?.iccids).toEqual([gone, kept])
  expect(line?.esims?.map(({ iccid }) => iccid)).toEqual([kept])
  const assignments = () =>
    sim.get(`/esims/assignments?reference=${order.orderReference}`, { Accept: 'application/json' })
  expect((await assignments()).body).toMatchObject({ iccid: kept })
  await revoke(sim, kept, GB_1)
  await expectRefused(sim, assignments, FOREIGN)
})

test('an order that is on its way to an eSIM that has left goes to a new one', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  await sim.set({ deliveryDelay: 'PT5M' })
  await buy(sim, { item: FR_1, iccids: [iccid] }, true)
  await revoke(sim, iccid, GB_1)
  await sim.advance('PT5M')
  const [fresh = ''] = await ownIccids(sim)
  expect(fresh).not.toBe(iccid)
  expect(await assignmentsOn(sim, fresh)).toMatchObject([{ name: FR_1 }])
})

test('ESG-074 an eSIM that is installed by then comes back after 4 days', async () => {
  await using sim = await startEsimGo()
  const iccid = await returned(sim)
  await sim.advance('P1D')
  await sim.device(iccid).install()
  await sim.advance('P2DT23H59M59S')
  expect(await ownIccids(sim)).toEqual([])
  await sim.advance('PT1S')
  expect(await ownIccids(sim)).toEqual([iccid])
  expect((await sim.get<Schemas['EsimDetails']>(`/esims/${iccid}`)).body.profileStatus).toBe(
    'Installed',
  )
  expect(await assignmentsOn(sim, iccid)).toMatchObject([{ name: GB_1, bundleState: 'revoked' }])
})

test('ESG-246 the history has eSIM Returned when the eSIM leaves the account, not when it comes back', async () => {
  await using sim = await startEsimGo()
  const iccid = await returned(sim)
  const left = { iccid, name: 'eSIM Returned', at: sim.world.now }
  expect([...sim.world.in(history).values()].at(-1)).toMatchObject(left)
  await sim.device(iccid).install()
  await sim.advance('P4D')
  const { body } = await sim.get<Schemas['HistoryEntry'][]>(`/esims/${iccid}/history`)
  expect(body.filter(({ name }) => name === 'eSIM Returned')).toEqual([
    { name: 'eSIM Returned', date: '2026-01-01T00:00:00.000Z' },
  ])
})

test('ESG-074 one that nobody installs does not come back', async () => {
  await using sim = await startEsimGo()
  const iccid = await returned(sim)
  await sim.advance('P30D')
  expect(await ownIccids(sim)).toEqual([])
  await expectRefused(sim, () => sim.get(`/esims/${iccid}`), FOREIGN)
})

test('ESG-074 one that is found installed later comes back when it is found', async () => {
  await using sim = await startEsimGo()
  const iccid = await returned(sim)
  await sim.advance('P9D')
  await sim.device(iccid).install()
  await sim.advance()
  expect(await ownIccids(sim)).toEqual([iccid])
})

test('ESG-074 one that was installed and deleted again before the 4 days are over stays away, until it is installed again', async () => {
  await using sim = await startEsimGo()
  const iccid = await returned(sim)
  await sim.device(iccid).install()
  await sim.device(iccid).disable()
  await sim.device(iccid).delete()
  await sim.advance('P5D')
  expect(await ownIccids(sim)).toEqual([])
  await sim.device(iccid).install()
  await sim.advance()
  expect(await ownIccids(sim)).toEqual([iccid])
})

test('how long a return takes at least is a setting', async () => {
  await using sim = await startEsimGo()
  await sim.set({ returnsDelay: 'P10D' })
  const iccid = await returned(sim)
  await sim.device(iccid).install()
  await sim.advance('P9D')
  expect(await ownIccids(sim)).toEqual([])
  await sim.advance('P1D')
  expect(await ownIccids(sim)).toEqual([iccid])
})

test('an eSIM that is back is as any other: it keeps its customer reference and takes bundles', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  await sim.put('/esims', { iccid, customerRef: 'alice' })
  await revoke(sim, iccid, GB_1)
  await sim.device(iccid).install()
  await sim.advance('P4D')
  expect((await sim.get<Schemas['EsimPage']>('/esims')).body.esims).toMatchObject([
    { iccid, lastAction: 'Bundle Refund' },
  ])
  expect((await sim.get<Schemas['EsimDetails']>(`/esims/${iccid}`)).body.customerRef).toBe('alice')
  expect((await sim.post('/esims/apply', { iccid, bundle: GB_1 })).status).toBe(200)
  await sim.device(iccid).attach('GB')
  expect(await sim.device(iccid).use(1)).toMatchObject({ used: 1 })
})

test.each(['enabled', 'disabled'])(
  'ESG-075 an eSIM that is installed, and %s, is kept',
  async (profile) => {
    await using sim = await startEsimGo()
    const iccid = await esimWith(sim, GB_1)
    await sim.device(iccid).install()
    if (profile === 'disabled') await sim.device(iccid).disable()
    await revoke(sim, iccid, GB_1)
    expect(await ownIccids(sim)).toEqual([iccid])
  },
)

test('ESG-076 an eSIM with more than one bundle on it is kept', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1, FR_1)
  expect((await revoke(sim, iccid, GB_1, 'type=validate')).body.options?.[0]).toEqual({
    refundTo: 'inventory',
    returnsEsim: false,
  })
  await revoke(sim, iccid, GB_1)
  expect(await ownIccids(sim)).toEqual([iccid])
  await revoke(sim, iccid, FR_1)
  expect(await ownIccids(sim)).toEqual([])
})

test('ESG-076 a bundle that is over does not keep it', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await esimWith(sim, GB_1)
  await sim.post('/esims/apply', { iccid, bundle: GB_1, startTime: '2026-01-01T00:00:00Z' })
  await sim.advance('P7D')
  expect((await assignmentsOn(sim, iccid)).map(({ bundleState }) => bundleState)).toEqual([
    'queued',
    'expired',
  ])
  await revoke(sim, iccid, GB_1)
  expect(await ownIccids(sim)).toEqual([])
})

test('nothing is told of an eSIM that has left, and all of it again once it is back', async () => {
  await using receiver = await listen()
  await using sim = await startEsimGo()
  await sim.sendCallbacksTo(receiver.url)
  const iccid = await returned(sim)
  await sim.device(iccid).install()
  await sim.device(iccid).attach('GB')
  await sim.advance('P4D')
  expect(await sim.callbacks()).toEqual([])
  await sim.device(iccid).disable()
  await sim.device(iccid).delete()
  await sim.advance()
  expect((await sim.callbacks()).map(({ type }) => type)).toContain('ProfileStatusChange')
})

test('a returned eSIM costs nothing more than its bundle gave back', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const before = money(sim)
  await revoke(sim, iccid, GB_1)
  await sim.advance('P30D')
  expect(money(sim)).toEqual(before)
  expect(await inInventory(sim, GB_1)).toBe(1)
})
