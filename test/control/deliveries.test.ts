// What left at each attempt at a callback: listed in order, filtered, counted, to the byte.
import { expect, test } from 'vitest'
import { type RunningSimulator, startReceiver, startSimulator } from '../../src/index.ts'
import { CALLBACKS_KEPT } from '../../src/state/callbacks.ts'
import { DELIVERIES_KEPT, deliveries, noteDelivery } from '../../src/state/deliveries.ts'
import { ACTIVATION, ADA, startEnterprise } from '../support/accounts-orders.ts'
import { call, expectProblem } from '../support/control.ts'
import { startFake } from '../support/fake-server.ts'
import { startWholesale } from '../support/wholesale.ts'

async function used(sim: RunningSimulator, amount: string): Promise<string> {
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  await sim.device(iccid).use(amount)
  return iccid
}

/** Moves no time, and returns when what is due has left. */
const settled = (sim: RunningSimulator) => sim.clock.advance('PT0S')

test('what left is listed oldest first, as the receiver had it', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  const iccid = await used(sim, '800MB')
  await settled(sim)

  const listed = await sim.callbacks.deliveries()
  expect(listed).toMatchObject({
    total: 5,
    distinct: 5,
    types: 'FirstAttachment,FirstUse,Utilisation,Utilisation,Utilisation',
  })
  const ids = (await sim.callbacks.list({ order: 'oldest' })).map(({ id }) => id)
  expect(listed.deliveries.map(({ callback }) => callback)).toEqual(ids)
  for (const [at, delivery] of listed.deliveries.entries()) {
    const arrival = receiver.arrivals[at]
    expect(delivery).toMatchObject({
      id: at + 1,
      provider: 'esim-go',
      iccid,
      at: '2026-01-01T00:00:00.000Z',
      attempt: 1,
      url: receiver.url,
      status: 200,
      signature: 'genuine',
    })
    expect([delivery.body, delivery.json]).toEqual([arrival?.body, arrival?.json])
    // Node adds Host and Connection of its own.
    expect(arrival?.headers).toMatchObject(delivery.headers)
    expect(Object.keys(delivery.headers).sort()).toEqual([
      'content-length',
      'content-type',
      'user-agent',
      'x-signature-sha256',
    ])
  }
})

test('each attempt at a callback is a delivery of its own, and distinct counts it once', async () => {
  await using receiver = await startReceiver({ answer: [500, 503, 200] })
  await using sim = await startWholesale({ callbackUrl: receiver.url })
  await sim.activate()
  await sim.clock.advance('PT1H')

  const { total, distinct, types, deliveries: left } = await sim.callbacks.deliveries()
  expect([total, distinct, types]).toEqual([3, 1, 'Activate,Activate,Activate'])
  expect(left.map(({ at, attempt, status }) => [at, attempt, status])).toEqual([
    ['2026-01-01T00:00:02.000Z', 1, 500],
    ['2026-01-01T00:00:07.000Z', 2, 503],
    ['2026-01-01T00:05:07.000Z', 3, 200],
  ])
  expect(new Set(left.map(({ headers }) => headers['webhook-id']))).toEqual(
    new Set([left[0]?.callback]),
  )
  expect(new Set(left.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3)
})

test('deliveries are filtered as callbacks are, and by callback', async () => {
  await using receiver = await startReceiver({ answer: ({ json }) => statusFor(json) })
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  const iccid = await used(sim, '800MB')
  await settled(sim)

  const count = async (filter: object) => (await sim.callbacks.deliveries(filter)).total
  expect(await count({ type: 'Utilisation' })).toBe(3)
  expect(await count({ iccid, provider: 'esim-go' })).toBe(5)
  expect(await count({ iccid: '8943108170000000001' })).toBe(0)
  expect(await count({ provider: 'wholesale' })).toBe(0)
  expect(await count({ state: 'retrying' })).toBe(3)
  expect(await count({ state: 'delivered' })).toBe(2)

  const [retried] = await sim.callbacks.list({ type: 'Utilisation' })
  await sim.clock.advance('PT5S')
  const ofOne = await sim.callbacks.deliveries({ callback: retried?.id ?? '' })
  expect(ofOne).toMatchObject({ total: 2, distinct: 1, types: 'Utilisation,Utilisation' })

  const newest = await sim.callbacks.deliveries({ order: 'newest', limit: 2 })
  expect(newest).toMatchObject({ total: 8, distinct: 5, types: 'Utilisation,Utilisation' })
  expect(newest.deliveries.map(({ id }) => id)).toEqual([8, 7])
  const after = await sim.callbacks.deliveries({ after: 6, limit: 1 })
  expect([after.total, after.deliveries[0]?.id]).toEqual([2, 7])
  expectProblem(
    await call(sim.url, '/_sim/deliveries?order=first'),
    400,
    /order must be one of oldest, newest/,
  )
  expectProblem(await call(sim.url, '/_sim/deliveries?provider=none'), 400, /there are: esim-go/)
})

/** What is told of use is not taken. */
function statusFor(json: unknown): number {
  const { alertType } = json as { alertType: string }
  return alertType === 'Utilisation' ? 500 : 200
}

test('an attempt that finds nobody is there with its error; what may not leave is not', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  await sim.callbacks.target('esim-go', 'http://127.0.0.1:1/')
  await used(sim, '1KB')
  await settled(sim)
  expect(await sim.callbacks.deliveries()).toMatchObject({
    total: 2,
    deliveries: [{ error: expect.stringMatching(/nothing listens/), signature: 'genuine' }, {}],
  })

  await sim.callbacks.target('esim-go', 'http://10.1.2.3/')
  await used(sim, '20MB')
  await settled(sim)
  expect(await sim.callbacks.list({ limit: 1 })).toMatchObject([
    { state: 'dead', attempts: [{ error: expect.stringMatching(/--callback-allow/) }] },
  ])
  expect(await sim.callbacks.deliveries()).toMatchObject({ total: 2 })
})

test('an unsigned delivery has no signature', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  await sim.callbacks.target('esim-go', receiver.url, 2)
  await used(sim, '1KB')
  await settled(sim)
  const { deliveries: left } = await sim.callbacks.deliveries()
  expect(left.map(({ signature }) => signature)).toEqual(['none', 'none'])
})

test('deliveries are part of the world', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  await used(sim, '1KB')
  await settled(sim)
  const before = await sim.callbacks.deliveries()
  const document = await sim.state()
  expect(document.collections.deliveries?.['1']).not.toHaveProperty('body')
  await sim.reset()
  expect(await sim.callbacks.deliveries()).toMatchObject({ total: 0, distinct: 0, types: '' })
  await sim.restore(document)
  expect(await sim.callbacks.deliveries()).toEqual(before)
})

test('the oldest deliveries of a provider go, and none of another', async () => {
  expect(DELIVERIES_KEPT).toBe(CALLBACKS_KEPT)
  await using server = await startFake()
  const { world } = server
  const of = (provider: string) => ({
    provider,
    callback: 'cb_1',
    type: 'T',
    url: 'http://127.0.0.1:9/',
    at: world.now,
    attempt: 1,
    signature: 'none' as const,
    headers: {},
  })
  world.transaction(() => {
    noteDelivery(world, of('q'))
    for (let at = 0; at < DELIVERIES_KEPT + 2; at += 1) noteDelivery(world, of('p'))
  })
  const all = world.in(deliveries)
  expect(all.size).toBe(1 + DELIVERIES_KEPT)
  expect(all.page('left', {}, 0, 2).map(({ id, provider }) => [id, provider])).toEqual([
    [1, 'q'],
    [4, 'p'],
  ])
})

interface CallbackList {
  readonly total: number
  readonly callbacks: readonly { readonly id: string; readonly body: string; json: unknown }[]
}

test('callbacks are counted, and come in the order asked for, with their JSON', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  await used(sim, '800MB')
  await sim.callbacks.target('esim-go', 'http://127.0.0.1:1/')
  await sim.callbacks.send({ provider: 'esim-go', type: 'FirstAttachment' })

  const list = (query: string) => call<CallbackList>(sim.url, `/_sim/callbacks?${query}`)
  const unsent = (await list('state=unsent&limit=2')).body
  const [first, second] = unsent.callbacks
  expect([unsent.total, Number(first?.id.slice(3)) - Number(second?.id.slice(3))]).toEqual([5, 1])
  const [oldest] = (await list('state=unsent&order=oldest&limit=1')).body.callbacks
  expect(Number(first?.id.slice(3)) - Number(oldest?.id.slice(3))).toBe(4)
  expect(oldest?.json).toEqual(JSON.parse(oldest?.body ?? ''))

  const queued = (await list('order=oldest')).body
  expect(queued.total).toBe(1)
  expect(queued.callbacks[0]?.json).toEqual(JSON.parse(queued.callbacks[0]?.body ?? ''))
})

test('messages are counted, and come in the order asked for', async () => {
  await using sim = await startEnterprise()
  await sim.order(ACTIVATION)
  await sim.order({ ...ACTIVATION, subscriber: { ...ADA, email: 'eve@bank.example' } })
  await sim.clock.advance('P1D')
  const list = (query: string) =>
    call<{ total: number; messages: { id: number }[] }>(sim.url, `/_sim/messages?${query}`)
  const newest = (await list('limit=1')).body
  const oldest = (await list('order=oldest&limit=1&channel=email')).body
  expect([newest.total, oldest.total]).toEqual([4, 4])
  expect([newest.messages[0]?.id, oldest.messages[0]?.id]).toEqual([4, 1])
})

test('one delivery is told as it left, and whether its signature holds for the key of now', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  await sim.faults.add({ provider: 'esim-go', callback: 'FirstUse', kind: 'bad-signature' })
  await used(sim, '1MB')
  await settled(sim)
  const [genuine, broken] = (await sim.callbacks.deliveries()).deliveries
  const first = await sim.callbacks.delivery(genuine?.id ?? 0)
  expect(first).toMatchObject({
    ...genuine,
    signatureCheck: {
      scheme: 'hmac-sha256',
      header: 'x-signature-sha256',
      signed: true,
      holds: true,
      says: 'the signature in x-signature-sha256 is that of the apiKey this world has now',
    },
  })
  const second = await sim.callbacks.delivery(broken?.id ?? 0)
  expect(second).toMatchObject({
    signature: 'broken',
    signatureCheck: { signed: true, holds: false, says: expect.stringMatching(/not that of/) },
  })
  const gone = await call(sim.url, '/_sim/deliveries/99')
  expectProblem(gone, 404, /there is no delivery 99: GET \/_sim\/deliveries/)
})

test('a delivery without a signature says so; one of Standard Webhooks is checked by its rule', async () => {
  await using receiver = await startReceiver()
  await using sim = await startWholesale({ callbackUrl: receiver.url })
  await sim.activate()
  await sim.clock.advance('PT1H')
  expect((await sim.callbacks.delivery(1)).signatureCheck).toMatchObject({
    scheme: 'standard-webhooks',
    header: 'webhook-signature',
    signed: true,
    holds: true,
  })
  await sim.set('wholesale', { signing: 'none' })
  const [callback] = await sim.callbacks.list()
  await sim.callbacks.redeliver(callback?.id ?? '')
  await settled(sim)
  expect((await sim.callbacks.delivery(2)).signatureCheck).toMatchObject({
    signed: false,
    holds: false,
    says: expect.stringMatching(/^it is not signed/),
  })
})
