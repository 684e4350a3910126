// Delays: on the wall clock, or until the world's clock has come so far; before the change or after it.
import { request } from 'node:http'
import { expect, test } from 'vitest'
import { type NewFault, type RunningSimulator, startSimulator } from '../../../src/index.ts'
import { MOST_DELAYED } from '../../../src/server/delayed-replies.ts'
import { wallNow } from '../../../src/server/ticker.ts'
import { send } from '../../support/http.ts'
import { providerCalls } from '../../support/provider-calls.ts'

const KEY = { 'X-API-Key': 'test-esim-go-key' }
const ORDER = {
  type: 'transaction',
  assign: true,
  order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
}

interface Placed {
  readonly createdDate: string
}

const order = (sim: RunningSimulator) =>
  send<Placed>('POST', `${sim.baseUrl('esim-go')}/orders`, { headers: KEY, json: ORDER })
const orders = async (sim: RunningSimulator) =>
  (await send<Placed[]>('GET', `${sim.baseUrl('esim-go')}/orders`, { headers: KEY })).body

const late = (fault: Partial<NewFault> = {}): NewFault => ({
  provider: 'esim-go',
  operation: 'createOrder',
  kind: 'delay',
  delay: 'PT1H',
  clock: 'world',
  ...fault,
})

/** Waits until a fault has happened to a call that is on its way. */
async function happened(sim: RunningSimulator, id: string): Promise<void> {
  await expect.poll(async () => (await sim.faults.get(id)).hits).toBe(1)
}

test.each(['before', 'after'] as const)(
  'on the wall clock an answer comes so much later, %s',
  async (when) => {
    await using sim = await startSimulator()
    await sim.faults.add(late({ delay: 'PT0.1S', clock: 'wall', when }))
    const asked = wallNow()
    expect((await order(sim)).status).toBe(200)
    expect(wallNow() - asked).toBeGreaterThanOrEqual(99)
    expect(await orders(sim)).toHaveLength(1)
  },
)

test('delays of several faults add up', async () => {
  await using sim = await startSimulator()
  const short = { delay: 'PT0.06S', clock: 'wall' } as const
  await sim.faults.add(late(short))
  await sim.faults.add(late({ ...short, when: 'before' }))
  await sim.faults.add(late(short))
  const asked = wallNow()
  expect((await order(sim)).status).toBe(200)
  expect(wallNow() - asked).toBeGreaterThanOrEqual(178)
})

test('after the change: the order is there at once, its answer leaves when the world has come so far', async () => {
  await using sim = await startSimulator()
  const { id } = await sim.faults.add(late())
  const placed = order(sim)
  await happened(sim, id)
  expect(await orders(sim)).toHaveLength(1)

  await sim.clock.advance('PT59M59S')
  const { fired } = await sim.clock.advance('PT1H')
  expect(fired).toContainEqual({
    kind: 'task',
    at: '2026-01-01T01:00:00.000Z',
    type: 'delayed-reply',
    provider: 'esim-go',
    data: { provider: 'esim-go', fault: id },
  })
  const { status, headers, body } = await placed
  expect([status, headers.get('date')]).toEqual([200, 'Thu, 01 Jan 2026 01:00:00 GMT'])
  expect(body.createdDate).toMatch(/^2026-01-01T00:00:00/)
})

test('before the change: nothing is there until then, and the order is of that time', async () => {
  await using sim = await startSimulator()
  const { id } = await sim.faults.add(late({ when: 'before' }))
  const placed = order(sim)
  await happened(sim, id)
  expect(await orders(sim)).toEqual([])

  await sim.clock.advance('P1D')
  const { status, body } = await placed
  expect([status, body.createdDate.slice(0, 19)]).toEqual([200, '2026-01-01T01:00:00'])
  expect(await orders(sim)).toHaveLength(1)
})

test('where the clock runs, the answer leaves by itself', async () => {
  await using sim = await startSimulator({ clock: { mode: 'running', rate: 3600 * 20 } })
  await sim.faults.add(late())
  await sim.faults.add(late({ when: 'before' }))
  expect((await order(sim)).status).toBe(200)
})

test.each(['before', 'after'] as const)(
  'a world that begins anew answers nothing late of its old life, %s',
  async (when) => {
    await using sim = await startSimulator()
    const { id } = await sim.faults.add(late({ when }))
    const lost = order(sim)
    await happened(sim, id)
    await sim.reset()
    await expect(lost).rejects.toThrow()
    await sim.clock.advance('P1D')
    expect(await orders(sim)).toEqual([])
    expect(await sim.faults.list()).toEqual([])
  },
)

test('what a delayed order set going does not wait for its answer', async () => {
  await using sim = await startSimulator()
  await sim.set('esim-go', { processingDelay: 'PT1M' })
  const { id } = await sim.faults.add(late())
  const placed = order(sim)
  await happened(sim, id)
  const { fired } = await sim.clock.advance('PT2M')
  expect(fired.map(({ kind }) => kind)).toContain('event')
  await sim.clock.advance('PT1H')
  expect((await placed).status).toBe(200)
})

test('so many calls wait at once; the next is not delayed, and the journal says why', async () => {
  await using sim = await startSimulator()
  await sim.faults.add(late({ operation: 'listOrders' }))
  const waiting = Array.from({ length: MOST_DELAYED }, () => {
    const asked = request(`${sim.baseUrl('esim-go')}/orders`, { headers: KEY, agent: false })
    asked.on('error', () => {}).end()
    return asked
  })
  await expect
    .poll(async () => (await sim.faults.list())[0]?.hits, { timeout: 60_000 })
    .toBe(MOST_DELAYED)
  expect(await orders(sim)).toEqual([])
  expect((await sim.journal.list({ limit: 1 }))[0]?.missedFaults).toEqual([
    'fault_1 (delay): 1000 calls wait already',
  ])
  for (const asked of waiting) asked.destroy()
  await sim.clock.advance('PT1H')
  await sim.faults.clear()
  await sim.faults.add(late({ operation: 'listOrders', clock: 'wall', delay: 'PT0.001S' }))
  await orders(sim)
  expect(await sim.faults.list()).toMatchObject([{ hits: 1 }])
}, 120_000)

test('a client that goes while its answer waits holds nothing back', async () => {
  await using sim = await startSimulator()
  await sim.set('esim-go', { processingDelay: 'PT0S' })
  const { id } = await sim.faults.add(late({ clock: 'wall', delay: 'PT20H' }))
  const { change } = (await providerCalls(sim))[0] ?? {}
  const { method = '', url = '', headers, body } = change?.() ?? {}
  const asked = request(url, { method, headers: { ...headers }, agent: false })
  asked.on('error', () => {}).end(body)
  await happened(sim, id)
  asked.destroy()
  await sim.faults.clear()
  expect(await orders(sim)).toHaveLength(1)
})

test('a delay that is drawn lies between its ends', async () => {
  await using sim = await startSimulator()
  await sim.faults.add(late({ delay: { uniform: ['PT10M', 'PT20M'] }, times: 1 }))
  const placed = order(sim)
  await happened(sim, 'fault_1')
  const { fired } = await sim.clock.advance('PT1H')
  const at = fired.find(({ type }) => type === 'delayed-reply')?.at ?? ''
  expect(at > '2026-01-01T00:10:00' && at < '2026-01-01T00:20:00').toBe(true)
  await placed
})
