// Callbacks over the control API: listed, shown with their signature, sent again, aimed.
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  type CallbackShown,
  type RunningSimulator,
  startReceiver,
  startSimulator,
} from '../../src/index.ts'
import { call, expectProblem } from '../support/control.ts'
import { startWholesale } from '../support/wholesale.ts'

async function used(sim: RunningSimulator, amount: string): Promise<string> {
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  await sim.device(iccid).use(amount)
  return iccid
}

test('callbacks are listed newest first, by state, type, SIM and provider', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  const iccid = await used(sim, '800MB')
  await receiver.waitFor(5)
  await expect.poll(() => sim.callbacks.list({ state: 'delivered' })).toHaveLength(5)
  const all = await sim.callbacks.list()
  const [, mark] = all[0]?.id.split('_') ?? []
  expect(mark).toMatch(/^[0-9a-f]{16}$/)
  expect(all.map(({ id }) => id)).toEqual([5, 4, 3, 2, 1].map((n) => `cb_${mark}_00000${n}`))
  expect(await sim.callbacks.list({ limit: 2 })).toEqual(all.slice(0, 2))
  expect(
    await sim.callbacks.list({ type: 'Utilisation', iccid, provider: 'esim-go' }),
  ).toHaveLength(3)
  expect(await sim.callbacks.list({ state: 'dead' })).toEqual([])
  expect(all[4]).toMatchObject({
    type: 'FirstAttachment',
    attempts: [{ at: '2026-01-01T00:00:00.000Z', status: 200 }],
  })
  expectProblem(await call(sim.url, '/_sim/callbacks?state=lost'), 400, /state must be one of/)
})

test('one callback shows the bytes and the signature it was sent with', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  await used(sim, '1KB')
  const [arrival] = await receiver.waitFor(1)
  const [first] = await sim.callbacks.list({ type: 'FirstAttachment' })
  const { body } = await call<CallbackShown>(sim.url, `/_sim/callbacks/${first?.id}`)
  expect(body.body).toBe(arrival?.body)
  const secret = sim.credentials['esim-go']?.callbackSecret ?? ''
  const signature = createHmac('sha256', secret).update(body.body).digest('base64')
  expect(body.headers).toEqual({ 'X-Signature-SHA256': signature })
  expect(arrival?.headers['x-signature-sha256']).toBe(signature)
})

test('a dead callback is sent again with the whole schedule before it', async () => {
  await using receiver = await startReceiver({ answer: [500, 500, 500, 500, 200] })
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  await sim.device(iccid).attach('GB')
  await receiver.waitFor(1)
  await sim.clock.advance('PT1H')
  const dead = await sim.callbacks.list()
  expect(dead).toMatchObject([{ state: 'dead', attempts: [{}, {}, {}] }])
  const { id = '' } = dead[0] ?? {}
  expect(await sim.callbacks.redeliver(id)).toMatchObject({ state: 'pending' })
  await receiver.waitFor(4)
  await expect
    .poll(() => sim.callbacks.list())
    .toMatchObject([{ state: 'retrying', nextAt: '2026-01-01T01:00:05.000Z' }])
  await expect(sim.callbacks.redeliver(id)).rejects.toMatchObject({
    status: 409,
    message: expect.stringMatching(/still to come/),
  })
  await sim.clock.advance('PT10S')
  expect(await sim.callbacks.list()).toMatchObject([{ state: 'delivered' }])
  expect(receiver.arrivals).toHaveLength(5)
})

test('a callback there is not is refused', async () => {
  await using sim = await startSimulator()
  expectProblem(
    await call(sim.url, '/_sim/callbacks/cb_000009'),
    404,
    /GET \/_sim\/callbacks and `esimulator callbacks` list them/,
  )
  expectProblem(await call(sim.url, '/_sim/callbacks/9'), 400, /"9" is no id of a callback/)
})

test('a target is set and taken away, and the world shows it', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const put = (json: object) =>
    call(sim.url, '/_sim/callbacks/target/esim-go', { method: 'PUT', json })
  expect((await put({ url: receiver.url, version: 2 })).body).toEqual({
    provider: 'esim-go',
    url: receiver.url,
    version: 2,
    allowed: true,
  })
  expect((await call(sim.url, '/_sim/worlds/default')).body).toMatchObject({
    targets: { 'esim-go': { url: receiver.url, version: 2 } },
  })
  await used(sim, '1KB')
  const [arrival] = await receiver.waitFor(1)
  expect(arrival?.headers['x-signature-sha256']).toBeUndefined()
  await sim.callbacks.target('esim-go', undefined)
  const before = (await sim.callbacks.list()).length
  await used(sim, '700MB')
  expect(await sim.callbacks.list()).toHaveLength(before)
})

test('a target the policy forbids is kept, and said to be shut', async () => {
  await using sim = await startSimulator()
  const put = (url: string) =>
    call(sim.url, '/_sim/callbacks/target/esim-go', { method: 'PUT', json: { url } })
  expect((await put('http://10.1.2.3:3000/')).body).toMatchObject({
    allowed: false,
    why: expect.stringMatching(/--callback-allow 10\.1\.2\.3/),
  })
  expect((await put('http://169.254.169.254/')).body).toMatchObject({
    allowed: false,
    why: expect.stringMatching(/never go to linkLocal/),
  })
})

test('what can be no target is refused', async () => {
  await using sim = await startSimulator()
  const put = (json: object, slug = 'esim-go') =>
    call(sim.url, `/_sim/callbacks/target/${slug}`, { method: 'PUT', json })
  expectProblem(await put({ url: 'receiver' }), 400, /is not a URL/)
  expectProblem(await put({ url: 'file:///etc/passwd' }), 400, /http:\/\/ or https:\/\//)
  expectProblem(await put({ url: 'http://user:pass@127.0.0.1/' }), 400, /no user name or password/)
  expectProblem(await put({ url: 'http://127.0.0.1/', version: 9 }), 400, /version 3 or 2/)
  expectProblem(await put({ url: 'http://127.0.0.1/' }, 'nobody'), 404, /there are: esim-go/)
})

const NO_TARGET =
  /no callback URL is set: PUT \/_sim\/callbacks\/target\/[a-z-]+ sets where they go/

test('why an eSIM Go callback was not sent is told by one GET', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const iccid = await used(sim, '1KB')
  const { body } = await call<{ callbacks: unknown[] }>(sim.url, '/_sim/callbacks?state=unsent')
  const unsent = {
    id: expect.stringMatching(/^un_\d{6}$/),
    provider: 'esim-go',
    iccid,
    state: 'unsent',
    reason: expect.stringMatching(NO_TARGET),
    body: expect.stringContaining(iccid),
    queuedAt: '2026-01-01T00:00:00.000Z',
  }
  expect(body.callbacks.slice(0, 2)).toEqual([
    {
      ...unsent,
      type: 'FirstUse',
      json: expect.objectContaining({ iccid, alertType: 'FirstUse' }),
    },
    { ...unsent, type: 'FirstAttachment', json: { iccid, alertType: 'FirstAttachment' } },
  ])
  expect(await sim.callbacks.list()).toEqual([])
})

test('why a wholesale notification was not sent is told by one GET', async () => {
  await using sim = await startWholesale()
  await sim.callbacks.target('wholesale', undefined)
  await sim.activate()
  await sim.settle()
  expect(await sim.callbacks.unsent()).toMatchObject([
    {
      provider: 'wholesale',
      iccid: expect.any(String),
      state: 'unsent',
      reason: expect.stringMatching(NO_TARGET),
      body: expect.stringContaining('"action":"Activate"'),
    },
  ])
})

test('unsent callbacks are filtered as the others are, and shown by their id', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const iccid = await used(sim, '800MB')
  const all = await sim.callbacks.unsent()
  const told = all.slice(0, 5).map(({ type }) => type)
  expect(told).toEqual(['Utilisation', 'Utilisation', 'Utilisation', 'FirstUse', 'FirstAttachment'])
  expect(await sim.callbacks.unsent({ type: 'Utilisation', iccid, provider: 'esim-go' })).toEqual(
    all.slice(0, 3),
  )
  expect(await sim.callbacks.unsent({ limit: 1 })).toEqual(all.slice(0, 1))
  expect(await sim.callbacks.unsent({ provider: 'wholesale' })).toEqual([])
  expect((await call(sim.url, `/_sim/callbacks/${all[4]?.id}`)).body).toEqual(all[4])
})

test('an unsent callback is sent once there is a target, and is unsent no longer', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  await used(sim, '1KB')
  const [unsent] = await sim.callbacks.unsent({ type: 'FirstUse' })
  const { id = '', body = '' } = unsent ?? {}
  await sim.callbacks.target('esim-go', receiver.url)
  expect(await sim.callbacks.redeliver(id)).toMatchObject({
    id: expect.stringMatching(/^cb_[0-9a-f]{16}_000001$/),
    type: 'FirstUse',
    state: 'pending',
    url: receiver.url,
    body,
  })

  const [arrival] = await receiver.waitFor(1)
  const secret = sim.credentials['esim-go']?.callbackSecret ?? ''
  expect(arrival?.body).toBe(body)
  expect(arrival?.headers['x-signature-sha256']).toBe(
    createHmac('sha256', secret).update(body).digest('base64'),
  )
  expect(await sim.callbacks.unsent({ type: 'FirstUse' })).toEqual([])
  await expect(sim.callbacks.redeliver(id)).rejects.toMatchObject({ status: 404 })
})

test('an unsent callback stays where there is still no target, and what to do is told', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  await used(sim, '1KB')
  const [unsent] = await sim.callbacks.unsent()
  const before = await sim.state()
  await expect(sim.callbacks.redeliver(unsent?.id ?? '')).rejects.toMatchObject({
    status: 409,
    message: expect.stringMatching(NO_TARGET),
  })
  expect(await sim.state()).toEqual(before)
})
