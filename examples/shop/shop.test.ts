// The shop against the simulator: bought, delivered, used, told twice, lost on the way, expired.
import { startSimulator } from 'esimulator'
import jsqr from 'jsqr'
import { PNG } from 'pngjs'
import { expect, onTestFinished, test } from 'vitest'
import { startShop } from './server.js'
import type { Sale } from './shop.js'

const KEY = 'shop-key'
const GB_1 = 'esim_1GB_7D_GB_V2'

/** A shop, and an eSIM Go of its own that calls it. */
async function opened(given?: string) {
  const credentials = { 'esim-go': [KEY] }
  const sim = await startSimulator(given === undefined ? { credentials } : { credentials, given })
  const shop = await startShop({ baseUrl: sim.baseUrl('esim-go'), key: KEY })
  onTestFinished(async () => {
    await shop.close()
    await sim.close()
  })
  await sim.callbacks.target('esim-go', `${shop.url}/callbacks`)
  return { sim, shop, ...customerOf(shop.url) }
}

function customerOf(url: string) {
  const asked = (id: string, wanted: object) =>
    fetch(`${url}/sales/${id}`, { method: 'PUT', body: JSON.stringify(wanted) })
  return {
    asked,
    buy: async (id: string, wanted: object = { bundle: GB_1 }) =>
      (await (await asked(id, wanted)).json()) as Sale,
    sale: async (id: string) => (await (await fetch(`${url}/sales/${id}`)).json()) as Sale,
    checkExpiry: () => fetch(`${url}/expiry-checks`, { method: 'POST' }),
  }
}

type Opened = Awaited<ReturnType<typeof opened>>

/** What a traveller does: installs, and uses data. Resolves when all callbacks have come. */
async function uses({ sim }: Opened, iccid: string, amount: string): Promise<void> {
  await sim.device(iccid).install()
  await sim.device(iccid).use(amount)
  await sim.clock.advance('PT1M')
}

/** What the shop has left of 50 USD. */
async function left({ sim }: Opened): Promise<unknown> {
  return (await sim.stock('esim-go')).stock.testCredit
}

test('a sale delivers a QR code that a handset can read', async () => {
  const { buy, shop, sim } = await opened()
  const { iccid, activationCode, state } = await buy('1')
  expect(state).toBe('sold')
  const { data, width, height } = PNG.sync.read(
    Buffer.from(await (await fetch(`${shop.url}/sales/1/qr.png`)).arrayBuffer()),
  )
  expect(jsqr.default(new Uint8ClampedArray(data), width, height)?.data).toBe(activationCode)
  expect(await sim.device(iccid).install()).toMatchObject({
    sim: { profile: 'enabled', installationCode: activationCode },
  })
})

test('the customer is told when half of the data is used, and 80 %', async () => {
  const world = await opened()
  const { iccid } = await world.buy('1')
  await uses(world, iccid, '800MB')
  expect(await world.sale('1')).toMatchObject({
    state: 'low',
    messages: ['Your QR code is ready', '50 % of your data is used', '80 % of your data is used'],
    topUps: [],
  })
})

test('what runs low is topped up, once', async () => {
  const world = await opened()
  const { iccid } = await world.buy('1', { bundle: GB_1, topUp: true })
  await uses(world, iccid, '1GB')
  expect((await world.sale('1')).topUps).toHaveLength(1)
  expect(await left(world)).toBe(45.44)
})

test('a callback that comes twice is told once', async () => {
  const world = await opened()
  await world.sim.faults.add({ provider: 'esim-go', callback: '*', kind: 'duplicate' })
  const { iccid } = await world.buy('1', { bundle: GB_1, topUp: true })
  await uses(world, iccid, '800MB')
  const { total, distinct } = await world.sim.callbacks.deliveries({ type: 'Utilisation' })
  expect({ total, distinct }).toEqual({ total: 6, distinct: 3 })
  const { messages, topUps } = await world.sale('1')
  expect(messages).toHaveLength(3)
  expect(topUps).toHaveLength(1)
})

test('a callback that comes late is no news', async () => {
  const world = await opened()
  await world.sim.faults.add({
    provider: 'esim-go',
    callback: 'Utilisation',
    kind: 'late',
    by: 'PT1H',
    nth: 2,
  })
  const { iccid } = await world.buy('1')
  await uses(world, iccid, '800MB')
  await world.sim.clock.advance('PT2H')
  const { messages, state } = await world.sale('1')
  expect(messages).toEqual(['Your QR code is ready', '80 % of your data is used'])
  expect(state).toBe('low')
})

test.each(['bad-signature', 'other-secret'] as const)(
  'a callback with a forged signature (%s) is refused, and taken when it comes again',
  async (kind) => {
    const world = await opened()
    await world.sim.faults.add({ provider: 'esim-go', callback: 'Utilisation', kind, times: 3 })
    const { iccid } = await world.buy('1')
    await uses(world, iccid, '800MB')
    const { deliveries } = await world.sim.callbacks.deliveries({ type: 'Utilisation' })
    expect(deliveries.map(({ status }) => status)).toEqual([401, 401, 401, 200, 200, 200])
    expect((await world.sale('1')).messages).toHaveLength(3)
  },
)

test('a lost answer is looked for, and not paid twice', async () => {
  const world = await opened()
  const lost = {
    provider: 'esim-go',
    operation: 'createOrder',
    kind: 'reset',
    when: 'after',
  } as const
  await world.sim.faults.add({ ...lost, times: 1 })
  const { iccid } = await world.buy('1')
  const orders = await world.sim.journal.list({ operation: 'createOrder' })
  expect(orders).toHaveLength(1)
  expect((await world.sim.sims('esim-go')).map((each) => each.iccid)).toEqual([iccid])
  expect(await left(world)).toBe(47.72)
})

test('an order that did not arrive is sent again, once', async () => {
  const world = await opened()
  const lost = { provider: 'esim-go', operation: 'createOrder', kind: 'reset' } as const
  await world.sim.faults.add({ ...lost, when: 'before', times: 1 })
  await world.buy('1')
  expect(await world.sim.journal.list({ operation: 'createOrder' })).toHaveLength(2)
  expect(await left(world)).toBe(47.72)
})

test('where the shop cannot look either, the same sale again goes on, and is paid once', async () => {
  const world = await opened()
  const { faults } = world.sim
  await faults.add({ provider: 'esim-go', operation: 'createOrder', kind: 'reset', when: 'after' })
  await faults.add({ provider: 'esim-go', operation: 'listOrders', kind: 'reset', nth: 2 })
  expect((await world.asked('1', { bundle: GB_1 })).status).toBe(503)
  await faults.clear()
  expect((await world.asked('1', { bundle: GB_1 })).status).toBe(200)
  expect(await left(world)).toBe(47.72)
})

test('a sale nobody was sure of does not take the eSIM of the next one', async () => {
  const world = await opened()
  const { faults } = world.sim
  await faults.add({ provider: 'esim-go', operation: 'createOrder', kind: 'reset', when: 'after' })
  await faults.add({ provider: 'esim-go', operation: 'listOrders', kind: 'reset', nth: 2 })
  expect((await world.asked('1', { bundle: GB_1 })).status).toBe(503)
  await faults.clear()
  const two = await world.buy('2')
  const one = await world.buy('1')
  expect(one.iccid).not.toBe(two.iccid)
  expect(await left(world)).toBe(45.44)
})

test('an order that is under way is not taken for that of another sale', async () => {
  const world = await opened()
  const { faults } = world.sim
  const order = { provider: 'esim-go', operation: 'createOrder' } as const
  await faults.add({ ...order, kind: 'delay', when: 'after', delay: 'PT1S', nth: 1 })
  await faults.add({ ...order, kind: 'reset', when: 'before', nth: 2 })
  let areSold = false
  const sales = Promise.all([world.buy('1'), world.buy('2')]).finally(() => {
    areSold = true
  })
  // A shop that does not take turns looks by now: it sees the order of the other sale.
  await world.sim.waitFor(
    { requests: { operation: 'listOrders' } },
    { count: 4, timeout: 'PT0.5S' },
  )
  while (!areSold) await world.sim.clock.advance('PT1S')
  const [one, two] = await sales
  expect(one.iccid).not.toBe(two.iccid)
  expect(await left(world)).toBe(45.44)
})

test('two sales at once whose answers are lost get an eSIM each', async () => {
  const world = await opened()
  const lost = {
    provider: 'esim-go',
    operation: 'createOrder',
    kind: 'reset',
    when: 'after',
  } as const
  await world.sim.faults.add({ ...lost, times: 2 })
  const [one, two] = await Promise.all([world.buy('1'), world.buy('2')])
  expect(one.iccid).not.toBe(two.iccid)
  expect(await left(world)).toBe(45.44)
})

test('where the money is gone, nothing is sold', async () => {
  const world = await opened('an empty account')
  expect((await world.asked('1', { bundle: GB_1 })).status).toBe(409)
  expect(await world.sim.sims('esim-go')).toEqual([])
})

test('a top-up that fails is bought when the callback comes again', async () => {
  const world = await opened()
  const { iccid } = await world.buy('1', { bundle: GB_1, topUp: true })
  const busy = {
    provider: 'esim-go',
    operation: 'createOrder',
    kind: 'status',
    status: 503,
  } as const
  await world.sim.faults.add({ ...busy, times: 2 })
  await uses(world, iccid, '800MB')
  expect((await world.sale('1')).topUps).toHaveLength(1)
  expect(await left(world)).toBe(45.44)
})

test('an eSIM expires a week after its first use, and not before', async () => {
  const world = await opened()
  const { iccid } = await world.buy('1')
  await uses(world, iccid, '100MB')
  expect((await world.sale('1')).endsAt).toBe('2026-01-08T00:00:00.000Z')
  await world.sim.clock.advance({ to: '2026-01-07T23:59:59Z' })
  await world.checkExpiry()
  expect((await world.sale('1')).state).toBe('in use')
  await world.sim.clock.advance('PT1S')
  await world.checkExpiry()
  await world.checkExpiry()
  expect(await world.sale('1')).toMatchObject({
    state: 'expired',
    messages: ['Your QR code is ready', 'Your eSIM has expired'],
  })
})
