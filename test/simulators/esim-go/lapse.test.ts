// Bundles of eSIM Go that nobody uses lapse after twelve idle months.
import { expect, test } from 'vitest'
import { history } from '../../../src/simulators/esim-go/esims/history.ts'
import { startEsimGo, type TestSim } from '../../support/esim-go.ts'
import { revoke } from '../../support/esim-go-revoke.ts'
import {
  assignmentsOn,
  bundleOn,
  buy,
  esimWith,
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
const count = <T>(length: number, of: T): T[] => Array.from({ length }, () => of)

test('a bundle that is queued and unused for 12 months lapses', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.advance('P11M30DT23H59M59S')
  expect(await states(sim, iccid)).toEqual(['queued'])
  await sim.advance('PT1S')
  expect(await states(sim, iccid)).toEqual(['lapsed'])
  expect(await bundleOn(sim, iccid, GB_1)).toMatchObject([{ bundleState: 'lapsed' }])
  expect(await assignmentsOn(sim, iccid, '')).toEqual([])
  await expect(sim.device(iccid).use(1)).rejects.toThrow(/no bundle/)
  expect([...sim.world.in(history).values()].at(-1)).toMatchObject({
    iccid,
    name: 'Bundle Lapsed',
    bundle: GB_1,
    bundleState: 'lapsed',
  })
})

test('a lapsed bundle gives nothing back, cannot be revoked, and takes no eSIM out of the account', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const before = money(sim)
  await sim.advance('P1Y')
  await expectRefused(sim, () => revoke(sim, iccid, GB_1), { status: 400, code: 'wrong-state' })
  expect(money(sim)).toEqual(before)
  expect(await inInventory(sim, GB_1)).toBe(0)
  expect(await ownIccids(sim)).toEqual([iccid])
})

test('a bundle that was used or revoked in time does not lapse', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1, GB_1)
  await sim.advance('P11M')
  await sim.device(iccid).use(1)
  await revoke(sim, iccid, GB_1)
  await sim.advance('P2M')
  expect(await states(sim, iccid)).toEqual(['expired', 'revoked'])
})

test('months that begin with use wait for those before them: they lapse 12 months after the last use ended', async () => {
  await using sim = await startEsimGo()
  await sim.set({ yearMonths: 'from-use' })
  const iccid = await onAir(sim, GB_YEAR)
  await sim.advance('P11M')
  await sim.device(iccid).use(1)
  await sim.advance('P12M')
  expect(await states(sim, iccid)).toEqual(['expired', ...count(11, 'queued')])
  await sim.advance('P1M')
  expect(await states(sim, iccid)).toEqual(['expired', ...count(11, 'lapsed')])
})

test('no month of a year that has begun lapses', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_YEAR)
  await sim.advance('P11M')
  await sim.device(iccid).use(1)
  await sim.advance('P11M')
  expect(await states(sim, iccid)).toEqual([...count(11, 'expired'), 'active'])
  await sim.advance('P3Y')
  expect(await states(sim, iccid)).toEqual(count(12, 'expired'))
})

test('a bundle with a startTime far away waits for it', async () => {
  await using sim = await startEsimGo()
  await buy(sim, { item: GB_1 })
  const { body } = await sim.post<{ esims: { iccid: string }[] }>('/esims/apply', {
    bundle: GB_1,
    startTime: '2027-06-01T00:00:00Z',
  })
  const iccid = body.esims[0]?.iccid ?? ''
  await sim.advance('P16M')
  expect(await states(sim, iccid)).toEqual(['queued'])
  await sim.advance('P1M')
  expect(await states(sim, iccid)).toEqual(['active'])
})

test('a bundle that is processing when its idle time is over lapses as soon as it is ready', async () => {
  await using sim = await startEsimGo()
  await sim.set({ lapseAfter: 'PT5M', processingDelay: 'PT10M' })
  const iccid = await esimWith(sim, GB_1)
  await sim.advance('PT9M59S')
  expect(await states(sim, iccid)).toEqual(['processing'])
  await sim.advance('PT1S')
  expect(await states(sim, iccid)).toEqual(['lapsed'])
})

test('how long a bundle may be idle is a setting', async () => {
  await using sim = await startEsimGo()
  const patient = await esimWith(sim, GB_1)
  await sim.set({ lapseAfter: 'P30D' })
  const iccid = await esimWith(sim, GB_1)
  await sim.advance('P30D')
  expect(await states(sim, iccid)).toEqual(['lapsed'])
  expect(await states(sim, patient)).toEqual(['queued'])
})
