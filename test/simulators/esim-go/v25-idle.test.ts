// v2.5: idle eSIMs are told of, and deactivated a week later.
import { Ajv2020 } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { startReceiver } from '../../../src/library/receiver.ts'
import { readSpec } from '../../../src/server/spec-files.ts'
import { tasks as taskRecords } from '../../../src/state/task-queue.ts'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import {
  bundleOn,
  buy,
  esimWith,
  GB_1,
  GB_YEAR,
  GIGABYTE,
  iccidsOf,
  type OrderAnswer,
  onAir,
} from '../../support/esim-go-shop.ts'
import { esimOf, suspend, usedUp, v25 } from '../../support/esim-go-v25.ts'

const SCHEDULED = 'esim.deletion_scheduled'
const DELETED = 'esim.deleted'

/** What was told of idle eSIMs: the event and the day it came, counted from the start of the world. */
async function told(sim: TestSim): Promise<[type: string, day: number][]> {
  const callbacks = (await sim.callbacks()).filter(({ type }) => type.startsWith('esim.'))
  return callbacks.map(({ type, body }) => [
    type,
    (Date.parse(JSON.parse(body).date) - Date.UTC(2026, 0, 1)) / 86_400_000,
  ])
}

/** A world whose callbacks are kept, wherever they go. */
async function listening(given?: string): Promise<TestSim> {
  const sim = await startEsimGo(given)
  await sim.set({ retrySchedule: [] })
  await sim.sendCallbacksTo('http://127.0.0.1:9/')
  return sim
}

test('ESG-229 ESG-231 after 180 idle days the deletion is told, 7 days later it is done and told', async () => {
  await using sim = await listening()
  const iccid = await usedUp(sim)
  await sim.advance('P179DT23H59M59S')
  expect(await told(sim)).toEqual([])
  await sim.advance('PT1S')
  expect(await told(sim)).toEqual([[SCHEDULED, 180]])
  expect(await esimOf(sim, iccid)).toMatchObject({ state: 'active' })
  await sim.advance('P6DT23H59M59S')
  expect(await esimOf(sim, iccid)).toMatchObject({ state: 'active' })
  await sim.advance('PT1S')
  expect(await told(sim)).toEqual([
    [SCHEDULED, 180],
    [DELETED, 187],
  ])
  expect(await esimOf(sim, iccid)).toMatchObject({
    state: 'deactivated',
    profileStatus: 'Deactivated',
  })
  await sim.advance('P2Y')
  expect(await told(sim)).toHaveLength(2)
})

test.each([3, 2])(
  'ESG-232 a receiver of version %i is told the date, the event and the ICCID, as the spec has them',
  async (version) => {
    await using receiver = await startReceiver()
    await using sim = await startEsimGo()
    const iccid = await usedUp(sim)
    await sim.sendCallbacksTo(receiver.url, version)
    await sim.advance('P187D')
    const bodies = receiver.arrivals.map(({ body }) => JSON.parse(body))
    expect(bodies).toEqual([
      { date: '2026-06-30T00:00:00.000Z', event: SCHEDULED, iccid },
      { date: '2026-07-07T00:00:00.000Z', event: DELETED, iccid },
    ])
    const ajv = new Ajv2020({ strict: false })
    ajvFormats.default(ajv)
    ajv.addSchema(await readSpec('esim-go-v2.5.yaml'), 'spec')
    for (const body of bodies)
      expect(
        ajv.validate({ $ref: 'spec#/components/schemas/DeletionCallback' }, body),
        ajv.errorsText(),
      ).toBe(true)
  },
)

test('ESG-229 each use puts the deletion off', async () => {
  await using sim = await listening()
  const iccid = await onAir(sim, GB_1)
  await sim.advance('P100D')
  await sim.device(iccid).use(GIGABYTE)
  await sim.advance('P180D')
  expect(await told(sim)).toEqual([[SCHEDULED, 280]])
})

test('ESG-229 a bundle in use keeps its eSIM; the deletion is scheduled when it ends', async () => {
  await using sim = await listening()
  await sim.set({ queuedKeepsEsim: false, idleDeletion: 'P20D' })
  const iccid = await onAir(sim, GB_YEAR)
  await sim.device(iccid).use(1)
  await sim.advance('P364DT23H59M59S')
  expect(await told(sim)).toEqual([])
  await sim.advance('PT1S')
  expect(await told(sim)).toEqual([[SCHEDULED, 365]])
})

test('ESG-229 a bundle that begins by itself after the warning keeps its eSIM', async () => {
  await using sim = await listening('bundles in the inventory')
  await sim.set({ queuedKeepsEsim: false })
  await sim.post('/esims/apply', { bundle: GB_1, startTime: '2026-07-03T00:00:00Z' })
  await sim.advance('P189D')
  expect(await told(sim)).toEqual([[SCHEDULED, 180]])
  await sim.advance('P8D')
  expect(await told(sim)).toEqual([
    [SCHEDULED, 180],
    [SCHEDULED, 190],
    [DELETED, 197],
  ])
})

test('an unused bundle keeps its eSIM until it lapses; the deletion is scheduled then', async () => {
  await using sim = await listening()
  const iccid = await esimWith(sim, GB_1)
  await sim.advance('P364D')
  expect(await told(sim)).toEqual([])
  await sim.advance('P1D')
  expect(await bundleOn(sim, iccid, GB_1)).toMatchObject([{ bundleState: 'lapsed' }])
  expect(await told(sim)).toEqual([[SCHEDULED, 365]])
})

test('with queuedKeepsEsim off an unused bundle keeps nothing', async () => {
  await using sim = await listening()
  await sim.set({ queuedKeepsEsim: false })
  await esimWith(sim, GB_1)
  await sim.advance('P187D')
  expect(await told(sim)).toEqual([
    [SCHEDULED, 180],
    [DELETED, 187],
  ])
})

test('ESG-230 a bundle applied within the week cancels the deletion', async () => {
  await using sim = await listening()
  const iccid = await usedUp(sim)
  await sim.advance('P186D')
  await buy(sim, { item: GB_1, iccids: [iccid] }, true)
  await sim.advance('P1D')
  expect(await told(sim)).toEqual([[SCHEDULED, 180]])
  expect(await esimOf(sim, iccid)).toMatchObject({ state: 'active' })
  await sim.device(iccid).use(GIGABYTE)
  await sim.advance('P187D')
  expect(await told(sim)).toEqual([
    [SCHEDULED, 180],
    [SCHEDULED, 367],
    [DELETED, 374],
  ])
})

test('a suspended eSIM becomes idle as any other', async () => {
  await using sim = await listening()
  const iccid = await usedUp(sim)
  await suspend(sim, iccid)
  await sim.advance('P187D')
  expect(await told(sim)).toHaveLength(2)
  expect(await esimOf(sim, iccid)).toMatchObject({ state: 'deactivated' })
})

test('nothing is told of an eSIM that was deleted meanwhile', async () => {
  await using sim = await listening()
  const iccid = await usedUp(sim)
  await sim.advance('P180D')
  await v25(sim).delete(`/esims/${iccid}`)
  await sim.advance('P1Y')
  expect(await told(sim)).toEqual([[SCHEDULED, 180]])
})

test('idleDeletion sets another time, and PT0S none', async () => {
  await using sim = await listening()
  await sim.set({ idleDeletion: 'P30D' })
  await usedUp(sim)
  await sim.advance('P37D')
  expect(await told(sim)).toEqual([
    [SCHEDULED, 30],
    [DELETED, 37],
  ])
  await sim.set({ idleDeletion: 'PT0S' })
  const kept = await usedUp(sim)
  await sim.advance('P2Y')
  expect(await told(sim)).toHaveLength(2)
  expect(await esimOf(sim, kept)).toMatchObject({ state: 'active' })
})

test('idle deletion switched off after the warning spares the eSIM', async () => {
  await using sim = await listening()
  const iccid = await usedUp(sim)
  await sim.advance('P180D')
  await sim.set({ idleDeletion: 'PT0S' })
  await sim.advance('P1Y')
  expect(await told(sim)).toEqual([[SCHEDULED, 180]])
  expect(await esimOf(sim, iccid)).toMatchObject({ state: 'active' })
})

test.each(['deactivated', 'deleted'])(
  'what is delivered when its eSIM was %s meanwhile goes onto a new one',
  async (fate) => {
    await using sim = await startEsimGo()
    const iccid = await usedUp(sim)
    await sim.advance('P180D')
    await sim.set({ deliveryDelay: 'P10D' })
    const { orderReference } = await buy(sim, { item: GB_1, iccids: [iccid] }, true)
    if (fate === 'deleted') await v25(sim).delete(`/esims/${iccid}`)
    await sim.advance('P10D')
    const [delivered = ''] = iccidsOf(
      (await sim.get<OrderAnswer>(`/orders/${orderReference}`)).body,
    )
    expect(delivered).toMatch(/^8943108/)
    expect(delivered).not.toBe(iccid)
    expect(await bundleOn(sim, delivered, GB_1)).toMatchObject([{ bundleState: 'queued' }])
  },
)

test('an eSIM that comes back from the returns process is watched again', async () => {
  await using sim = await listening()
  const iccid = await esimWith(sim, GB_1)
  await sim.call('DELETE', `/esims/${iccid}/bundles/${GB_1}`)
  expect((await sim.get(`/esims/${iccid}`)).status).toBe(403)
  await sim.advance('P200D')
  await sim.device(iccid).install()
  await sim.advance()
  expect(await esimOf(sim, iccid)).toMatchObject({ state: 'active' })
  await sim.advance('P1Y')
  expect((await told(sim)).map(([type]) => type)).toEqual([SCHEDULED, DELETED])
})

test('an eSIM that left the account after the warning and came back is watched again', async () => {
  await using sim = await listening()
  await sim.set({ queuedKeepsEsim: false })
  const iccid = await esimWith(sim, GB_1)
  await sim.advance('P185D')
  await sim.call('DELETE', `/esims/${iccid}/bundles/${GB_1}`)
  await sim.advance('P5D')
  await sim.device(iccid).install()
  await sim.advance('P2Y')
  expect((await told(sim)).map(([type]) => type)).toEqual([SCHEDULED, SCHEDULED, DELETED])
})

test('an eSIM has one task at a time to see whether it is idle, however often it is used', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  for (let time = 0; time < 20; time += 1) await sim.device(iccid).use(1000)
  const tasks = [...sim.world.in(taskRecords).values()].filter(
    ({ kind }) => kind === 'esim-go/check-idle',
  )
  expect(tasks).toHaveLength(1)
})

test('the deletion shows on the timeline of the eSIM', async () => {
  await using sim = await startEsimGo()
  const iccid = await usedUp(sim)
  const { fired } = await sim.advance('P187D')
  const events = fired.flatMap((each) => (each.kind === 'event' ? [each.type] : []))
  expect(events).toEqual(
    expect.arrayContaining(['sim.deletion-scheduled', 'sim.ceased', 'sim.idle-deleted']),
  )
  expect((await v25(sim).get<Schemas['EsimDetails']>(`/esims/${iccid}`)).body.state).toBe(
    'deactivated',
  )
})
