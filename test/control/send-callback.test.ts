// Callbacks on demand: genuine, of any type a spec has, of what there is now; nothing else changes.
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  type Receiver,
  type RunningSimulator,
  startReceiver,
  startSimulator,
} from '../../src/index.ts'
import { readSpec } from '../../src/server/spec-files.ts'
import { simulators } from '../../src/simulators/index.ts'
import { call, expectProblem } from '../support/control.ts'
import { ESIM, ICCID, startWholesale } from '../support/wholesale.ts'

const tellers = simulators.flatMap(({ slug, mounts, callbacks }) =>
  callbacks ? [{ slug, mounts, types: callbacks.types }] : [],
)

/** The lists of values that fields of a document may have, the only value of some among them. */
function choicesIn(below: unknown): string[][] {
  if (typeof below !== 'object' || below === null) return []
  return Object.entries(below).flatMap(([name, value]) => {
    if (name === 'enum' && Array.isArray(value)) return [value.map(String)]
    return name === 'const' ? [[String(value)]] : choicesIn(value)
  })
}

test.each(tellers)('$slug: the types it sends are those of its webhooks', ({ mounts, types }) => {
  const choices = mounts.flatMap(({ spec }) => {
    const { components } = readSpec(spec) as { components?: { schemas?: object } }
    return choicesIn(components?.schemas)
  })
  const ofTypes = choices.filter((values) => values.some((value) => types.includes(value)))
  expect(new Set(ofTypes.flat())).toEqual(new Set(types))
})

test('the target of a provider tells the types that can be sent, with a URL and without', async () => {
  const own = new Map(tellers.map(({ slug, types }) => [slug, types]))
  await using sim = await startSimulator({ port: 0 })
  for (const callbackUrl of [undefined, 'http://127.0.0.1:9/']) {
    if (callbackUrl !== undefined) await sim.callbacks.target('esim-go', callbackUrl)
    const told = await sim.callbacks.targets()
    expect(new Map(told.map(({ provider, types }) => [provider, types]))).toEqual(own)
  }
  expect((await sim.callbacks.targetOf('esim-go')).types).toEqual(own.get('esim-go'))
})

/** Moves no time, and returns when what is due has left. */
const settled = (sim: RunningSimulator) => sim.clock.advance('PT0S')

/** The signature of eSIM Go as a receiver computes it from what arrived. */
function isGenuine({ headers, body }: Receiver['arrivals'][number], key: string): boolean {
  return headers['x-signature-sha256'] === createHmac('sha256', key).update(body).digest('base64')
}

test.each(tellers.find(({ slug }) => slug === 'esim-go')?.types ?? [])(
  'eSIM Go: a genuine %s is sent on demand',
  async (type) => {
    await using receiver = await startReceiver()
    const options = { given: 'an assigned bundle', callbackUrl: receiver.url }
    await using sim = await startSimulator(options)
    expect(await sim.callbacks.send({ provider: 'esim-go', type })).toMatchObject({
      state: 'pending',
      provider: 'esim-go',
      type,
    })
    await settled(sim)
    const [arrival] = await receiver.waitFor(1)
    expect(arrival && isGenuine(arrival, 'test-esim-go-key')).toBe(true)
    const { alertType, event } = { ...(arrival?.json as { alertType?: string; event?: string }) }
    expect(alertType ?? event).toBe(type)
    expect(await sim.callbacks.deliveries()).toMatchObject({
      total: 1,
      deliveries: [{ type, signature: 'genuine', status: 200 }],
    })
  },
)

test('eSIM Go: what is told is what there is now', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  await sim.device(iccid).use('300MB')
  const now = await sim.callbacks.send({ provider: 'esim-go', type: 'Utilisation' })
  expect(now.json).toMatchObject({ iccid, bundle: { remainingQuantity: 700_000_000 } })
  expect(now.json).toHaveProperty('bundle.reference')

  const older = { provider: 'esim-go', type: 'Utilisation', iccid, version: 2 }
  expect((await sim.callbacks.send(older)).json).not.toHaveProperty('bundle.reference')

  const status = { provider: 'esim-go', type: 'ProfileStatusChange' }
  expect((await sim.callbacks.send(status)).json).toEqual({
    iccid,
    alertType: 'ProfileStatusChange',
    profileStatus: 'Installed',
    timestamp: '2026-01-01T00:00:00.000Z',
  })
})

test('eSIM Go: a callback of version 2 is unsigned, as its target’s are', async () => {
  await using receiver = await startReceiver()
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  await sim.callbacks.target('esim-go', receiver.url, 2)
  await sim.callbacks.send({ provider: 'esim-go', type: 'FirstUse' })
  await sim.callbacks.send({ provider: 'esim-go', type: 'FirstUse', version: 3 })
  await settled(sim)
  const { deliveries } = await sim.callbacks.deliveries()
  expect(deliveries.map(({ signature, json }) => [signature, 'id' in bundleOf(json)])).toEqual([
    ['none', false],
    ['genuine', true],
  ])
})

function bundleOf(json: unknown): object {
  return (json as { bundle: object }).bundle
}

test('fields are laid over what the provider writes, and null takes one away', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const sent = await sim.callbacks.send({
    provider: 'esim-go',
    type: 'Utilisation',
    fields: { bundle: { remainingQuantity: 0, unlimited: true } },
  })
  expect(sent.json).toMatchObject({
    alertType: 'Utilisation',
    bundle: { name: 'esim_1GB_7D_GB_V2', remainingQuantity: 0, unlimited: true },
  })
  const post = (fields: object) =>
    call(sim.url, '/_sim/callbacks', {
      json: { provider: 'esim-go', type: 'Utilisation', fields },
    })
  expectProblem(
    await post({ bundle: { remainingQuantity: 'none' } }),
    400,
    /bundle\.remainingQuantity must be a whole number.*Put right in "fields"/,
  )
  expectProblem(await post({ bundle: null }), 400, /bundle is missing/)
  expectProblem(await post({ colour: 'red' }), 400, /it knows no "colour"/)
  expectProblem(await post({ alertType: 'FirstUse' }), 400, /alertType must be Utilisation/)
})

test.each([
  ['esim-go', 'an assigned bundle'],
  ['wholesale', 'a suspended line'],
])('%s: nothing of the world changes besides', async (provider, given) => {
  await using sim = await startSimulator({ given })
  const { collections: before } = await sim.state()
  for (const type of tellers.find(({ slug }) => slug === provider)?.types ?? [])
    await sim.callbacks.send({ provider, type })
  const { collections: after } = await sim.state()
  const changed = Object.keys(after).filter(
    (name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]),
  )
  expect(changed.sort()).toEqual(['unsent-callbacks', 'world'])
  const { sequences, ...rest } = after.world ?? {}
  const { sequences: earlier, ...restBefore } = before.world ?? {}
  expect(rest).toEqual(restBefore)
  expect(sequences).not.toEqual(earlier)
})

test('where no URL is set it is unsent, and the answer says so', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const answer = await call(sim.url, '/_sim/callbacks', {
    json: { provider: 'esim-go', type: 'FirstAttachment' },
  })
  expect(answer.status).toBe(201)
  expect(answer.body).toMatchObject({
    state: 'unsent',
    reason: expect.stringMatching(/no callback URL is set: PUT/),
  })
  expect(await sim.callbacks.unsent()).toEqual([answer.body])
})

/** The signature of Standard Webhooks as a receiver computes it from what arrived. */
function signatureOf({ headers, body }: Receiver['arrivals'][number], secret: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}

test('wholesale: genuine notifications of a line as it is now are sent on demand', async () => {
  await using receiver = await startReceiver()
  await using sim = await startWholesale({ given: 'a suspended line', callbackUrl: receiver.url })
  for (const type of ['Activate', 'Suspend', 'Resume', 'Cease', 'Reactivate'])
    await sim.callbacks.send({ provider: 'wholesale', type, iccid: ICCID })
  const failure = { result: 'Failure', reasonCode: 'NO_LUCK', partnerTransactionId: 'Txn7' }
  await sim.callbacks.send({ provider: 'wholesale', type: 'Cease', fields: failure })
  await settled(sim)

  const secret = sim.credentials.wholesale?.callbackSecret ?? ''
  for (const arrival of receiver.arrivals)
    expect(arrival.headers['webhook-signature']).toBe(signatureOf(arrival, secret))
  expect(receiver.arrivals.map(({ json }) => json)).toMatchObject([
    { action: 'Activate', iccid: ICCID, subscription: { status: 'Suspended' } },
    { action: 'Suspend', result: 'Success' },
    { action: 'Resume' },
    { action: 'Cease' },
    { action: 'Reactivate' },
    { action: 'Cease', ...failure },
  ])
})

test('wholesale: a notification is of the latest request of its kind', async () => {
  await using sim = await startWholesale()
  await sim.activate()
  await sim.settle()
  const sent = await sim.callbacks.send({ provider: 'wholesale', type: 'Activate' })
  expect(sent.json).toMatchObject({ partnerTransactionId: 'T-1', iccid: ESIM })
})

test.each([
  [{ provider: 'highland', type: 'Any' }, 400, /^Highland sends no callbacks/],
  [{ provider: 'accounts-orders', type: 'Any' }, 400, /sends no callbacks/],
  [{ provider: 'nobody', type: 'Any' }, 404, /there are: esim-go/],
  [
    { provider: 'esim-go', type: 'firstuse' },
    400,
    /did you mean FirstUse\? There are: FirstAttachment, FirstUse, Util/,
  ],
  [{ provider: 'wholesale', type: 'Renew' }, 400, /there are: Activate, Suspend, Resume, Cease/],
  [{ provider: 'esim-go', type: 'FirstUse', version: 1 }, 400, /version 3 or 2/],
  [{ provider: 'wholesale', type: 'Cease', version: 2 }, 400, /version 1/],
  [{ provider: 'esim-go', type: 'FirstUse', iccid: '8943108170000000001' }, 404, /no eSIM 8943/],
  [{ provider: 'esim-go', type: 'FirstUse' }, 409, /no eSIM to tell of: order one/],
  [{ provider: 'wholesale', type: 'Cease' }, 409, /no subscription to tell of/],
  [{ provider: 'wholesale', type: 'Cease', iccid: ICCID }, 404, /no line on SIM/],
  [{ provider: 'esim-go', type: 'FirstUse', feilds: {} }, 400, /feilds/],
] as const)('%j is refused with %i', async (json, status, detail) => {
  await using sim = await startSimulator()
  const before = await sim.state()
  expectProblem(await call(sim.url, '/_sim/callbacks', { json }), status, detail)
  expect(await sim.state()).toEqual(before)
})

test('an eSIM without a bundle has none to tell of', async () => {
  await using sim = await startSimulator({ given: 'an eSIM with an older profile' })
  await expect(sim.callbacks.send({ provider: 'esim-go', type: 'FirstUse' })).rejects.toMatchObject(
    { status: 400, message: expect.stringMatching(/bundle is missing/) },
  )
})
