// Faults of callbacks, as a receiver sees them and as deliveries and attempts tell them.
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  type DeliveryShown,
  type Receiver,
  type RunningSimulator,
  type StartOptions,
  startReceiver,
  startSimulator,
} from '../../src/index.ts'
import { call, expectProblem } from '../support/control.ts'
import { startWholesale, type Wholesale } from '../support/wholesale.ts'

const CARDS = ['8901313340000000011', '8901313340000000029', '8901313340000000037'] as const

/** Sets a fault of the notifications of wholesale, unless another provider is named. */
function hurt(sim: RunningSimulator, fault: Record<string, unknown>) {
  const json = { provider: 'wholesale', callback: '*', ...fault }
  return call<{ id: string; hits: number }>(sim.url, '/_sim/faults', { json })
}

async function hits(sim: RunningSimulator): Promise<number[]> {
  const { body } = await call<{ faults: { hits: number }[] }>(sim.url, '/_sim/faults')
  return body.faults.map((each) => each.hits)
}

/** Requests the activation of cards, as Txn1, Txn2 and so on. */
async function activate(sim: Wholesale, count: number, first = 1): Promise<void> {
  for (let at = first; at < first + count; at += 1)
    await sim.activate({
      partnerTransactionId: `Txn${at}`,
      iccid: CARDS[at - 1],
      eid: undefined,
    })
}

const transactionOf = ({ json }: Pick<DeliveryShown, 'json'>) =>
  (json as { partnerTransactionId: string }).partnerTransactionId

const told = async (sim: RunningSimulator) => (await sim.callbacks.deliveries()).deliveries

/** True where a receiver that verifies the signature of Standard Webhooks finds it right. */
function verifies({ headers, body }: Receiver['arrivals'][number], sim: RunningSimulator): boolean {
  const secret = sim.credentials.wholesale?.callbackSecret ?? ''
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  return headers['webhook-signature'] === expected
}

/** A wholesale world with a receiver. */
async function startPair(options: StartOptions = {}, answer: number | number[] = 200) {
  const receiver = await startReceiver({ answer })
  const sim = await startWholesale({ callbackUrl: receiver.url, ...options })
  return {
    receiver,
    sim,
    async [Symbol.asyncDispose]() {
      await sim.close()
      await receiver.close()
    },
  }
}

test('twice and reversed: the first is told of last, and twice, under one id', async () => {
  await using pair = await startPair()
  const { sim, receiver } = pair
  const callback = 'subscriptionNotification'
  for (const kind of ['duplicate', 'reorder'])
    expect((await hurt(sim, { callback, kind, times: 1 })).status).toBe(201)
  await activate(sim, 2)
  expect(await sim.callbacks.deliveries({ provider: 'wholesale' })).toMatchObject({ total: 0 })

  await sim.clock.advance('PT2S')
  const listed = await sim.callbacks.deliveries({ provider: 'wholesale' })
  expect([listed.total, listed.distinct]).toEqual([3, 2])
  expect(listed.deliveries.map(transactionOf)).toEqual(['Txn2', 'Txn1', 'Txn1'])
  const [, second, third] = listed.deliveries
  expect(second?.headers['webhook-id']).toBe(third?.headers['webhook-id'])
  expect(listed.deliveries).toMatchObject([
    { signature: 'genuine', json: { result: 'Success', action: 'Activate' } },
    {
      signature: 'genuine',
      attempt: 1,
      faults: ['duplicate', 'reorder'],
      json: { iccid: CARDS[0], subscription: { status: 'Active' } },
    },
    { signature: 'genuine', attempt: 2, faults: ['duplicate', 'reorder'] },
  ])
  expect(listed.deliveries[0]).not.toHaveProperty('faults')

  expect(receiver.arrivals.map(({ body }) => body)).toEqual(
    listed.deliveries.map(({ body }) => body),
  )
  expect(receiver.arrivals.every((arrival) => verifies(arrival, sim))).toBe(true)
  expect(await hits(sim)).toEqual([1, 1])
  const [txn1] = await sim.callbacks.list({ order: 'oldest' })
  expect(txn1).toMatchObject({
    state: 'delivered',
    attempts: [{ status: 200 }, { status: 200, faults: ['duplicate', 'reorder'] }],
  })
})

test('each thing a duplicate sends is told by the advance it happens in', async () => {
  await using pair = await startPair()
  await hurt(pair.sim, { kind: 'duplicate' })
  await activate(pair.sim, 1)
  const { fired } = await pair.sim.clock.advance('PT2S')
  const sent = fired.filter((each) => each.kind === 'callback')
  expect(sent).toMatchObject([
    { attempt: 1, status: 200, state: 'delivered', faults: ['duplicate'] },
    { attempt: 2, status: 200, state: 'delivered', faults: ['duplicate'] },
  ])
})

test('a duplicate of which one is taken is delivered; the retry schedule counts it once', async () => {
  await using taken = await startPair({}, [500, 200])
  await hurt(taken.sim, { kind: 'duplicate' })
  await activate(taken.sim, 1)
  await taken.sim.clock.advance('PT1H')
  expect(await taken.sim.callbacks.list()).toMatchObject([
    { state: 'delivered', attempts: [{ status: 500 }, { status: 200 }] },
  ])

  await using refused = await startPair({}, 500)
  await hurt(refused.sim, { kind: 'duplicate' })
  await activate(refused.sim, 1)
  await refused.sim.clock.advance('PT7S')
  expect(await refused.sim.callbacks.list()).toMatchObject([
    { state: 'retrying', nextAt: '2026-01-01T00:05:07.000Z', attempts: [{}, {}, {}, {}] },
  ])
})

test('a reordered callback that no other follows leaves after a while, and says so', async () => {
  await using pair = await startPair()
  const { sim } = pair
  await hurt(sim, { kind: 'reorder', times: 1 })
  await activate(sim, 1)
  await sim.clock.advance('PT1M1S')
  expect(await sim.callbacks.list()).toMatchObject([
    { state: 'pending', faults: ['reorder'], nextAt: '2026-01-01T00:01:02.000Z', attempts: [] },
  ])
  await sim.clock.advance('PT1S')
  expect(await told(sim)).toMatchObject([
    { faults: ['reorder'], note: 'no other callback left while it waited for one' },
  ])
  const [callback] = await sim.callbacks.list()
  expect(callback).toMatchObject({ state: 'delivered', attempts: [{ faults: ['reorder'] }] })
  expect(callback).not.toHaveProperty('faults')
})

test('how long it waits for another can be said', async () => {
  await using pair = await startPair()
  await hurt(pair.sim, { kind: 'reorder', within: 'PT3S' })
  await activate(pair.sim, 1)
  await pair.sim.clock.advance('PT5S')
  expect(await told(pair.sim)).toMatchObject([{ at: '2026-01-01T00:00:05.000Z' }])
})

test('a callback that another one waits for is not reordered itself', async () => {
  await using pair = await startPair()
  await hurt(pair.sim, { kind: 'reorder' })
  await activate(pair.sim, 3)
  await pair.sim.clock.advance('PT2S')
  await pair.sim.clock.advance('PT1M')
  expect((await told(pair.sim)).map(transactionOf)).toEqual(['Txn2', 'Txn1', 'Txn3'])
  expect(await hits(pair.sim)).toEqual([2])
})

test('callbacks of another provider let none go', async () => {
  await using receiver = await startReceiver()
  await using sim = await startWholesale({ callbackUrl: receiver.url })
  await hurt(sim, { kind: 'reorder', within: 'PT1H' })
  await activate(sim, 1)
  await sim.clock.advance('PT2S')
  await sim.callbacks.send({ provider: 'esim-go', type: 'LowBalance' })
  await sim.clock.advance('PT1M')
  expect(await sim.callbacks.deliveries()).toMatchObject({ total: 1, types: 'LowBalance' })
})

test('a late callback leaves later by the world’s clock, signed then', async () => {
  await using pair = await startPair()
  const { sim, receiver } = pair
  await hurt(sim, { kind: 'late', by: 'PT10M', nth: 1 })
  await activate(sim, 2)
  await sim.clock.advance('PT10M1S')
  expect((await told(sim)).map(transactionOf)).toEqual(['Txn2'])
  await sim.clock.advance('PT1S')
  expect(await told(sim)).toMatchObject([
    { at: '2026-01-01T00:00:02.000Z' },
    { at: '2026-01-01T00:10:02.000Z', faults: ['late'], signature: 'genuine' },
  ])
  expect(Number(receiver.arrivals[1]?.headers['webhook-timestamp'])).toBe(
    Date.parse('2026-01-01T00:10:02Z') / 1000,
  )
})

test('a dropped callback never leaves, and is taken for delivered', async () => {
  await using pair = await startPair()
  const { sim, receiver } = pair
  await hurt(sim, { kind: 'drop', times: 1 })
  await activate(sim, 2)
  const { fired } = await sim.clock.advance('P1D')
  expect(receiver.arrivals).toHaveLength(1)
  expect((await told(sim)).map(transactionOf)).toEqual(['Txn2'])
  const [dropped] = await sim.callbacks.list({ order: 'oldest' })
  const attempt = { faults: ['drop'], note: expect.stringMatching(/^nothing left: a fault/) }
  expect(dropped).toMatchObject({ state: 'delivered', attempts: [attempt] })
  expect(fired.find((each) => each.kind === 'callback')).toMatchObject({
    state: 'delivered',
    ...attempt,
  })
})

test('a fault of one attempt leaves the next alone', async () => {
  await using receiver = await startReceiver({ answer: () => statuses.shift() ?? 200 })
  const statuses = [401]
  await using sim = await startWholesale({ callbackUrl: receiver.url })
  await hurt(sim, { kind: 'bad-signature', times: 1 })
  await activate(sim, 1)
  await sim.clock.advance('PT1M')
  expect(receiver.arrivals.map((arrival) => verifies(arrival, sim))).toEqual([false, true])
  expect(await told(sim)).toMatchObject([
    { attempt: 1, signature: 'broken', status: 401, faults: ['bad-signature'] },
    { attempt: 2, signature: 'genuine', status: 200 },
  ])
})

test.each(['bad-signature', 'other-secret'])(
  '%s: the form is right, and no receiver takes it for genuine',
  async (kind) => {
    await using pair = await startPair()
    const { sim, receiver } = pair
    await hurt(sim, { kind })
    await activate(sim, 1)
    await sim.clock.advance('PT2S')
    const [arrival] = await receiver.waitFor(1)
    expect(arrival && verifies(arrival, sim)).toBe(false)
    expect(arrival?.headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/)
    expect(await told(sim)).toMatchObject([{ signature: 'broken', faults: [kind] }])
  },
)

test('an expired timestamp is signed right', async () => {
  await using pair = await startPair()
  const { sim, receiver } = pair
  await hurt(sim, { kind: 'expired-timestamp', by: 'PT1H', callback: 'Activate' })
  await activate(sim, 1)
  await sim.clock.advance('PT2S')
  const [arrival] = await receiver.waitFor(1)
  expect(arrival && verifies(arrival, sim)).toBe(true)
  expect(Number(arrival?.headers['webhook-timestamp'])).toBe(
    Date.parse('2025-12-31T23:00:02Z') / 1000,
  )
  expect(await told(sim)).toMatchObject([{ signature: 'genuine', faults: ['expired-timestamp'] }])
})

test('a truncated body has the length of what is left of it', async () => {
  await using pair = await startPair()
  const { sim, receiver } = pair
  await hurt(sim, { kind: 'truncated', times: 1 })
  await hurt(sim, { kind: 'truncated', nth: 2, bytes: 7 })
  await activate(sim, 2)
  await sim.clock.advance('PT2S')
  const [whole] = await sim.callbacks.list({ order: 'oldest' })
  const [half, seven] = receiver.arrivals
  expect(half?.body).toBe(whole?.body.slice(0, half?.body.length))
  expect(half?.body.length).toBe((whole?.body.length ?? 0) >> 1)
  expect([half?.headers['content-length'], half?.json]).toEqual([
    String(half?.body.length),
    undefined,
  ])
  expect(seven?.body).toBe('{"partn')
  const [first] = await told(sim)
  expect(first).toMatchObject({ signature: 'broken', body: half?.body, faults: ['truncated'] })
  expect(first).not.toHaveProperty('json')
  expect(first?.headers).toMatchObject({ 'content-length': half?.headers['content-length'] })
})

test('another content type, and the body as ever', async () => {
  await using pair = await startPair()
  const { sim, receiver } = pair
  await hurt(sim, { kind: 'content-type', times: 1 })
  await hurt(sim, { kind: 'content-type', nth: 2, contentType: 'application/xml; charset=utf-8' })
  await activate(sim, 2)
  await sim.clock.advance('PT2S')
  expect(receiver.arrivals.map(({ headers }) => headers['content-type'])).toEqual([
    'text/plain',
    'application/xml; charset=utf-8',
  ])
  expect(await told(sim)).toMatchObject([
    { signature: 'genuine', headers: { 'content-type': 'text/plain' } },
    {},
  ])
})

test('faults are of a type, of a webhook, of what the body says', async () => {
  await using pair = await startPair()
  const { sim } = pair
  await hurt(sim, { kind: 'drop', callback: 'Suspend' })
  await hurt(sim, { kind: 'drop', match: { body: { '/partnerTransactionId': 'Txn2' } } })
  await activate(sim, 2)
  await sim.clock.advance('PT2S')
  expect((await told(sim)).map(transactionOf)).toEqual(['Txn1'])
  expect(await hits(sim)).toEqual([0, 1])
})

/** eSIM Go with an installed eSIM, and a receiver. */
async function startEsimGo(version = 3) {
  const receiver = await startReceiver()
  const sim = await startSimulator({ given: 'an assigned bundle' })
  await sim.callbacks.target('esim-go', receiver.url, version)
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  return {
    receiver,
    sim,
    use: async (amount: string) => {
      await sim.device(iccid).use(amount)
      await sim.clock.advance('PT0S')
    },
    async [Symbol.asyncDispose]() {
      await sim.close()
      await receiver.close()
    },
  }
}

test('eSIM Go: signatures are spoilt, callbacks come twice, and out of order', async () => {
  await using shop = await startEsimGo()
  const { sim, receiver } = shop
  const provider = 'esim-go'
  await hurt(sim, { provider, callback: 'FirstAttachment', kind: 'reorder' })
  await hurt(sim, { provider, callback: 'FirstUse', kind: 'duplicate' })
  await hurt(sim, { provider, callback: 'Utilisation', kind: 'other-secret', nth: 1 })
  await hurt(sim, { provider, callback: 'usageCallback', kind: 'bad-signature', nth: 4 })
  await shop.use('600MB')
  expect(await told(sim)).toMatchObject([
    { type: 'FirstUse', faults: ['duplicate'], signature: 'genuine' },
    { type: 'FirstUse', faults: ['duplicate'], signature: 'genuine' },
    { type: 'Utilisation', faults: ['other-secret'], signature: 'broken' },
    { type: 'Utilisation', faults: ['bad-signature'], signature: 'broken' },
    { type: 'FirstAttachment', faults: ['reorder'], signature: 'genuine' },
  ])
  const genuine = receiver.arrivals.map(
    ({ headers, body }) =>
      headers['x-signature-sha256'] ===
      createHmac('sha256', 'test-esim-go-key').update(body).digest('base64'),
  )
  expect(genuine).toEqual([true, true, false, false, true])
})

test.each([
  [{ provider: 'esim-go', kind: 'expired-timestamp' }, /eSIM Go signs no timestamp: bad-signature/],
  [{ provider: 'highland', kind: 'drop' }, /Highland sends no callbacks/],
  [{ kind: 'duplicat' }, /no kind "duplicat": did you mean duplicate\?/],
  [{ kind: 'late', By: 'PT1M' }, /no field of late "By": did you mean by\?/],
  [{ kind: 'late', by: 'soon' }, /by: "soon" is not a duration/],
  [{ kind: 'truncated', bytes: -1 }, /bytes must be a whole number/],
  [{ kind: 'content-type', contentType: 'text' }, /contentType must be a media type/],
  [{ kind: 'drop', callback: 'Activat' }, /no callback of wholesale "Activat": did you mean Act/],
  [{ kind: 'drop', match: { body: { '/icid': '1' } } }, /no field "icid": did you mean iccid\?/],
  [
    { provider: 'esim-go', kind: 'drop', match: { body: { '/bundle/nmae': 'x' } } },
    /no field "nmae": did you mean name\?/,
  ],
  [{ kind: 'drop', match: { path: { iccid: '1' } } }, /of a callback only the body/],
  [{ kind: 'drop', when: 'after' }, /when: drop is a fault of callbacks/],
])('%j is refused when it is set', async (fault, detail) => {
  await using sim = await startSimulator()
  expectProblem(await hurt(sim, fault), 400, detail)
})

test('what nothing is signed with cannot be spoilt, and is refused when it is set', async () => {
  await using shop = await startEsimGo(2)
  const { sim } = shop
  const why = /signs no callbacks now .*there is no signature to spoil/
  for (const kind of ['bad-signature', 'other-secret'])
    expectProblem(await hurt(sim, { provider: 'esim-go', kind }), 400, why)
  await sim.set('wholesale', { signing: 'none' })
  for (const kind of ['bad-signature', 'other-secret', 'expired-timestamp'])
    expectProblem(await hurt(sim, { kind }), 400, why)
  expect((await hurt(sim, { kind: 'truncated' })).status).toBe(201)
})

test('a fault of every new world is held to what it is like', async () => {
  const fault = { provider: 'wholesale', callback: '*', kind: 'bad-signature' }
  await using pair = await startPair({ faults: [fault] })
  await activate(pair.sim, 1)
  await pair.sim.clock.advance('PT2S')
  expect(await told(pair.sim)).toMatchObject([{ signature: 'broken' }])
  const settings = { wholesale: { signing: 'none' } } as const
  await expect(startSimulator({ faults: [fault], settings })).rejects.toThrow(
    /signs no callbacks now/,
  )
})

test('however many faults repeat it, a callback is sent ten times at most', async () => {
  await using pair = await startPair()
  for (let at = 0; at < 12; at += 1) await hurt(pair.sim, { kind: 'duplicate' })
  await activate(pair.sim, 1)
  await pair.sim.clock.advance('PT2S')
  expect(pair.receiver.arrivals).toHaveLength(10)
})

test('where signing is turned off later, a fault of it happens no more', async () => {
  await using pair = await startPair()
  const { sim } = pair
  await hurt(sim, { kind: 'bad-signature' })
  await hurt(sim, { kind: 'truncated', nth: 1 })
  await sim.set('wholesale', { signing: 'none' })
  await activate(sim, 1)
  await sim.clock.advance('PT2S')
  expect(await told(sim)).toMatchObject([{ signature: 'none', faults: ['truncated'] }])
  expect(await hits(sim)).toEqual([0, 1])
})

test('a callback that waits is part of the world, and leaves as its faults say when it is due', async () => {
  await using pair = await startPair()
  const { sim } = pair
  await hurt(sim, { kind: 'late', nth: 1 })
  await hurt(sim, { kind: 'duplicate', nth: 1 })
  await activate(sim, 1)
  await sim.clock.advance('PT2S')
  const document = await sim.state()
  await sim.restore(document)
  await call(sim.url, '/_sim/faults', { method: 'DELETE' })
  await sim.clock.advance('PT10M')
  expect(await told(sim)).toMatchObject([
    { faults: ['late', 'duplicate'] },
    { faults: ['late', 'duplicate'] },
  ])
})
