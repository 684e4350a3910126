// Bundles of eSIM Go that are not ready at once: more than 5 in one call, and the 503 for who cannot wait.
import { expect, test } from 'vitest'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import {
  assignmentsOn,
  buy,
  esimWith,
  FR_1,
  GB_1,
  iccidsOf,
  inInventory,
  ownIccids,
} from '../../support/esim-go-shop.ts'
import { expectRefused } from '../../support/refused.ts'

const BUSY = { status: 503, code: 'busy', reason: /is processing/ }

/** The different states of what is on these eSIMs. */
async function statesOn(sim: TestSim, iccids: readonly string[]): Promise<string[]> {
  const all = await Promise.all(iccids.map((iccid) => assignmentsOn(sim, iccid)))
  return [...new Set(all.flat().map(({ bundleState }) => bundleState))]
}

const applied = async (sim: TestSim, request: object) =>
  (await sim.post<Schemas['ApplyResult']>('/esims/apply', request)).body

test.each([
  ['one bundle 6 times', { bundle: GB_1, repeat: 6 }],
  ['a list of 6', { bundles: [GB_1, GB_1, GB_1, GB_1, GB_1, GB_1] }],
  ['a list that comes to 6', { bundles: [GB_1, { name: GB_1, repeat: 5 }] }],
])(
  '%s is applied asynchronously: acknowledged with every ICCID, processing, then queued',
  async (_what, request) => {
    await using sim = await startEsimGo('bundles in the inventory')
    await buy(sim, { item: GB_1 })
    const { esims } = await applied(sim, request)
    const iccids = esims.map(({ iccid }) => iccid)
    expect(new Set(iccids).size).toBe(6)
    expect(await ownIccids(sim)).toEqual(iccids)
    expect(await inInventory(sim, GB_1)).toBe(0)
    expect(await statesOn(sim, iccids)).toEqual(['processing'])
    await sim.advance('PT9S')
    expect(await statesOn(sim, iccids)).toEqual(['processing'])
    await sim.advance('PT1S')
    expect(await statesOn(sim, iccids)).toEqual(['queued'])
  },
)

test('5 bundles are applied at once', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const { esims } = await applied(sim, { bundle: GB_1, repeat: 5 })
  const iccids = esims.map(({ iccid }) => iccid)
  expect(await statesOn(sim, iccids)).toEqual(['queued'])
})

test('an order that assigns more than 5 bundles is completed, and its bundles are processing for a while', async () => {
  await using sim = await startEsimGo()
  const order = await buy(sim, { item: GB_1, quantity: 6 }, true)
  expect(order.status).toBe('completed')
  expect(await statesOn(sim, iccidsOf(order))).toEqual(['processing'])
  await sim.advance('PT10S')
  expect(await statesOn(sim, iccidsOf(order))).toEqual(['queued'])
})

test.each([
  ['PT30S', 'PT1M', 'PT1M'],
  ['PT1M', 'PT30S', 'PT1M'],
  ['PT0S', 'PT0S', 'PT0S'],
])(
  'with asyncApplyDelay %s and processingDelay %s it takes %s',
  async (asyncApplyDelay, processingDelay, takes) => {
    await using sim = await startEsimGo()
    await sim.set({ asyncApplyDelay, processingDelay })
    const iccids = iccidsOf(await buy(sim, { item: GB_1, quantity: 6 }, true))
    if (takes !== 'PT0S') {
      await sim.advance('PT59.999S')
      expect(await statesOn(sim, iccids)).toEqual(['processing'])
      await sim.advance('PT0.001S')
    }
    expect(await statesOn(sim, iccids)).toEqual(['queued'])
  },
)

test('ESG-036 an eSIM that is still being worked on takes no other bundle: 503, with the seconds to wait', async () => {
  await using sim = await startEsimGo()
  await buy(sim, { item: FR_1, quantity: 2 })
  const [iccid = ''] = iccidsOf(await buy(sim, { item: GB_1, quantity: 6 }, true))
  await sim.advance('PT2.5S')
  const order = (type: string) => () =>
    sim.post('/orders', { type, assign: true, order: [{ item: FR_1, iccids: [iccid] }] })
  for (const call of [
    () => sim.post('/esims/apply', { iccid, bundle: FR_1 }),
    order('transaction'),
    order('validate'),
  ]) {
    const answer = await expectRefused(sim, call, BUSY)
    expect(answer.headers.get('retry-after')).toBe('8')
  }
  await sim.advance('PT8S')
  expect((await sim.post('/esims/apply', { iccid, bundle: FR_1 })).status).toBe(200)
  expect((await order('transaction')()).status).toBe(200)
})

test('ESG-036 a bundle that is processing for any other reason makes others wait alike', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await sim.set({ processingDelay: 'PT10M' })
  const iccid = await esimWith(sim, FR_1)
  const answer = await expectRefused(
    sim,
    () => sim.post('/esims/apply', { iccid, bundle: GB_1 }),
    BUSY,
  )
  expect(answer.headers.get('retry-after')).toBe('600')
  expect((await sim.post('/esims/apply', { bundle: GB_1 })).status).toBe(200)
})
