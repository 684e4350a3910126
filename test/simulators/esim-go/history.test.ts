// The history of an eSIM at eSIM Go: what was done to it and what became of its bundles, newest first.
import { expect, test } from 'vitest'
import { HISTORY_LENGTH } from '../../../src/simulators/esim-go/esims/history.ts'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import { esimWith, GB_1, GB_YEAR, GIGABYTE, onAir } from '../../support/esim-go-shop.ts'

type Entry = Schemas['HistoryEntry']

const historyOf = async (sim: TestSim, iccid: string) =>
  (await sim.get<Entry[]>(`/esims/${iccid}/history`)).body
const namesOf = async (sim: TestSim, iccid: string) =>
  (await historyOf(sim, iccid)).map(({ name }) => name)

test('ESG-051 the history tells name, bundle, date, state and alert of what happened to an eSIM, newest first', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  await sim.advance('PT1H')
  await sim.device(iccid).install()
  await sim.device(iccid).attach('GB')
  await sim.device(iccid).use(GIGABYTE / 2)
  await sim.advance('P7D')
  const about = (bundleState: string) => ({ bundle: GB_1, bundleName: GB_1, bundleState })
  const date = '2026-01-01T01:00:00.000Z'
  const utilisation = {
    name: 'eSIM Utilisation Alert',
    alertType: 'Utilisation',
    date,
    ...about('active'),
  }
  expect(await historyOf(sim, iccid)).toEqual([
    { name: 'Bundle Expired', date: '2026-01-08T01:00:00.000Z', ...about('expired') },
    utilisation,
    utilisation,
    { name: 'eSIM First Use', alertType: 'FirstUse', date, ...about('active') },
    { name: 'eSIM First Attachment', alertType: 'FirstAttachment', date },
    { name: 'Bundle Applied', date: '2026-01-01T00:00:00.000Z', ...about('queued') },
  ])
})

test('what a caller does to an eSIM is in its history', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await esimWith(sim, GB_1)
  await sim.put('/esims', { iccid, customerRef: 'alice' })
  await sim.get(`/esims/${iccid}/refresh`)
  await sim.post('/esims/apply', { iccid, bundle: GB_1 })
  expect(await namesOf(sim, iccid)).toEqual([
    'Bundle Applied',
    'eSIM Refreshed',
    'eSIM Updated',
    'Bundle Applied',
  ])
})

test('a one-year bundle is applied once', async () => {
  await using sim = await startEsimGo()
  expect(await namesOf(sim, await esimWith(sim, GB_YEAR))).toEqual(['Bundle Applied'])
})

test('a bundle that is not ready was applied as processing', async () => {
  await using sim = await startEsimGo()
  await sim.set({ processingDelay: 'PT10M' })
  const iccid = await esimWith(sim, GB_1)
  await sim.advance('PT10M')
  expect(await historyOf(sim, iccid)).toMatchObject([
    { name: 'Bundle Applied', bundleState: 'processing' },
  ])
})

test('ESG-053 ESG-054 the alert of the last byte stands with a depleted bundle, those before it with an active one', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(GIGABYTE)
  const alerts = (await historyOf(sim, iccid)).filter(
    ({ name }) => name === 'eSIM Utilisation Alert',
  )
  expect(alerts.map(({ bundleState }) => bundleState)).toEqual([
    'depleted',
    'active',
    'active',
    'active',
  ])
})

test('a history is bounded, and of one eSIM only', async () => {
  await using sim = await startEsimGo()
  const other = await esimWith(sim, GB_1)
  const iccid = await esimWith(sim, GB_1)
  for (let turn = 0; turn <= HISTORY_LENGTH; turn += 1)
    await sim.put('/esims', { iccid, customerRef: String(turn) })
  const names = await namesOf(sim, iccid)
  expect(names).toHaveLength(HISTORY_LENGTH)
  expect(new Set(names)).toEqual(new Set(['eSIM Updated']))
  expect(await namesOf(sim, other)).toEqual(['Bundle Applied'])
})

test('looking at a history changes nothing', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const before = sim.state()
  await historyOf(sim, iccid)
  expect(sim.state()).toBe(before)
})

test('a refused call leaves no trace in the history', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  await sim.post('/esims/apply', { iccid, bundle: GB_1 })
  expect(await namesOf(sim, iccid)).toEqual(['Bundle Applied'])
})
