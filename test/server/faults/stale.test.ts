// Stale reads, and faults as a part of the history: what goes back takes them with it.
import { expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../../src/index.ts'
import { call, expectProblem } from '../../support/control.ts'
import { send } from '../../support/http.ts'

const KEY = { 'X-API-Key': 'test-esim-go-key' }
const ORDER = {
  type: 'transaction',
  assign: true,
  order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
}

const order = (sim: RunningSimulator) =>
  send('POST', `${sim.baseUrl('esim-go')}/orders`, { headers: KEY, json: ORDER })
const orders = async (sim: RunningSimulator) =>
  (await send<unknown[]>('GET', `${sim.baseUrl('esim-go')}/orders`, { headers: KEY })).body.length

test('a stale read is answered from the world as it was so many steps ago, and changes nothing', async () => {
  await using sim = await startSimulator()
  for (const _ of [1, 2, 3]) expect((await order(sim)).status).toBe(200)
  const before = (await sim.state()).collections['esim-go.orders']
  const stale = { provider: 'esim-go', operation: 'listOrders', kind: 'stale', times: 1 }
  // Setting the fault is a step, too.
  await sim.faults.add({ ...stale, steps: 3 })
  expect([await orders(sim), await orders(sim)]).toEqual([1, 3])
  expect((await sim.state()).collections['esim-go.orders']).toEqual(before)
  expect((await sim.journal.list({ limit: 2 }))[1]).toMatchObject({
    status: 200,
    fault: { kind: 'stale', when: 'before', saw: 'the world as it was 3 steps ago' },
  })
})

test('a stale read is of the time it was then', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const [esim] = await sim.sims('esim-go')
  await sim.device(esim?.iccid ?? '').use('1MB')
  await sim.faults.add({
    provider: 'esim-go',
    operation: 'listEsimBundles',
    kind: 'stale',
    steps: 1,
    times: 1,
  })
  await sim.clock.advance('P30D')
  const states = async () => {
    const url = `${sim.baseUrl('esim-go')}/esims/${esim?.iccid}/bundles?includeUsed=true`
    return (await send('GET', url, { headers: KEY })).text.match(/"bundleState":"\w+"/)?.[0]
  }
  expect([await states(), await states()]).toEqual([
    '"bundleState":"active"',
    '"bundleState":"expired"',
  ])
})

test('where the history does not go back so far, the call is answered as ever, and the journal says why', async () => {
  await using sim = await startSimulator()
  await sim.faults.add({ provider: 'esim-go', operation: 'listOrders', kind: 'stale', steps: 7 })
  expect(await orders(sim)).toBe(0)
  expect((await sim.journal.list({ limit: 1 }))[0]?.missedFaults).toEqual([
    'fault_1 (stale): the history goes back 1 steps',
  ])
})

test('what changes something cannot be stale, and of * only what reads is', async () => {
  await using sim = await startSimulator()
  const stale = { provider: 'esim-go', kind: 'stale', steps: 1 }
  const refused = await call(sim.url, '/_sim/faults', {
    json: { ...stale, operation: 'createOrder' },
  })
  expectProblem(refused, 400, /stale cannot happen to createOrder/)
  await sim.faults.add(stale)
  expect((await order(sim)).status).toBe(200)
  expect(await sim.faults.list()).toMatchObject([{ seen: 0 }])
  expect(await orders(sim)).toBe(0)
})

test('a rewind takes back what a fault has counted, and the fault', async () => {
  await using sim = await startSimulator()
  await sim.faults.add({
    provider: 'esim-go',
    operation: 'listOrders',
    kind: 'status',
    status: 503,
    times: 1,
  })
  const get = async () =>
    (await send('GET', `${sim.baseUrl('esim-go')}/orders`, { headers: KEY })).status
  expect([await get(), await get()]).toEqual([503, 200])
  await sim.rewind(1)
  expect(await sim.faults.list()).toMatchObject([{ hits: 0, active: true }])
  expect(await get()).toBe(503)
  // Going back is a step, too.
  await sim.rewind(4)
  expect(await sim.faults.list()).toEqual([])
})

test.each(['before', 'after'] as const)(
  'a rewind lets go of an answer that waits for the clock, %s',
  async (when) => {
    await using sim = await startSimulator()
    const delay = { kind: 'delay', delay: 'PT1H', clock: 'world', when } as const
    await sim.faults.add({ provider: 'esim-go', operation: 'createOrder', ...delay })
    const lost = order(sim)
    await expect.poll(async () => (await sim.faults.get('fault_1')).hits).toBe(1)
    await sim.rewind(1)
    await expect(lost).rejects.toThrow()
    await sim.clock.advance('P1D')
    expect(await orders(sim)).toBe(0)
  },
)

test('a snapshot has the faults, and brings them back', async () => {
  await using sim = await startSimulator()
  await sim.faults.add({ provider: 'esim-go', operation: 'listOrders', kind: 'empty' })
  await sim.snapshots.save('with')
  await sim.faults.clear()
  await sim.snapshots.restore('with')
  expect(await sim.faults.list()).toMatchObject([{ id: 'fault_1', kind: 'empty' }])
})
