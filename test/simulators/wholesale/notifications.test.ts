// Notifications: one a transaction, as the spec has them, signed, and tried again until taken.
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Receiver, startReceiver } from '../../../src/index.ts'
import { readSpec } from '../../../src/server/spec-files.ts'
import { compileWebhooks } from '../../../src/server/webhooks.ts'
import {
  ACTIVATION,
  EID,
  ESIM,
  GPSI,
  ICCID,
  startWholesale,
  type Wholesale,
} from '../../support/wholesale.ts'

const webhooks = compileWebhooks(readSpec('wholesale.yaml'))
const problems = (notification: unknown) =>
  webhooks.problems('subscriptionNotification', 'any', notification)

/** A world whose notifications go to a receiver of its own. */
async function startWithReceiver(given: string, answer: number | readonly number[] = 200) {
  const receiver = await startReceiver({ answer })
  const sim = await startWholesale({ given, callbackUrl: receiver.url })
  return { sim, receiver }
}

/** The signature as a receiver computes it from what arrived, by the Standard Webhooks recipe. */
function expected({ headers, body }: Receiver['arrivals'][number], secret: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}

const secretOf = (sim: Wholesale) => sim.credentials.wholesale?.callbackSecret ?? ''

test('WHL-005 WHL-006 each completed request is told once, at its completion, to the configured URL', async () => {
  const { sim, receiver } = await startWithReceiver('default')
  await using _sim = sim
  await using _receiver = receiver
  await sim.call('POST', '/activate', ACTIVATION)
  await sim.clock.advance('PT1S')
  expect(receiver.arrivals).toEqual([])
  await sim.settle()
  for (const [action, partnerTransactionId] of [
    ['Suspend', 'S'],
    ['Resume', 'R'],
    ['Cease', 'FAIL-C'],
    ['Cease', 'C'],
    ['Reactivate', 'A'],
  ] as const) {
    await sim.update(action, { partnerTransactionId })
    await sim.settle()
  }
  await sim.clock.advance('P1D')
  const told = receiver.arrivals.map(({ json }) => json as Record<string, unknown>)
  expect(
    told.map(({ partnerTransactionId, action, result }) => [partnerTransactionId, action, result]),
  ).toEqual([
    ['Txn101010101', 'Activate', 'Success'],
    ['S', 'Suspend', 'Success'],
    ['R', 'Resume', 'Success'],
    ['FAIL-C', 'Cease', 'Failure'],
    ['C', 'Cease', 'Success'],
    ['A', 'Reactivate', 'Success'],
  ])
  for (const each of told) expect(problems(each)).toEqual([])
  expect(told.map(({ subscription }) => (subscription as { status: string }).status)).toEqual([
    'Active',
    'Suspended',
    'Active',
    'Active',
    'Ceased',
    'Active',
  ])
})

test('a notification holds what the partner asked with, and what came of it', async () => {
  await using sim = await startWholesale()
  const headers = {
    'X-Correlation-Id': '0b0e1a52-8a0f-4b5c-9d55-3e1c1f0a9d11',
    wholesaleCustomerId: 'brand-1',
  }
  await sim.activate(
    { partnerTransactionId: 'T', gpsiReservationId: 'GRID368599719', eSIMDeliveryMethod: 'QR' },
    headers,
  )
  await sim.settle()
  const [told] = await sim.told()
  expect(told).toEqual({
    partnerTransactionId: 'T',
    correlationId: '0b0e1a52-8a0f-4b5c-9d55-3e1c1f0a9d11',
    wholesaleCustomerId: 'brand-1',
    action: 'Activate',
    result: 'Success',
    iccid: ESIM,
    gpsi: GPSI,
    eid: EID,
    activationCode: expect.stringMatching(/^LPA:1\$/),
    subscription: {
      subscriberId: 'Sub042',
      wholesalePlanId: 'Plan001',
      status: 'Active',
      billCycleFrequency: 'MONTHLY',
      billCycleStartDay: 1,
      nextBillCycle: '2026-02-01T00:00:00.000Z',
      buckets: [{ bucketRefId: '1000001', totalBytes: 10_000_000_000 }],
      products: expect.any(Array),
    },
    requestedAt: '2026-01-01T00:00:00.000Z',
    completedAt: '2026-01-01T00:00:02.000Z',
  })
  expect(problems(told)).toEqual([])
})

test('a failed activation is told with its reason, and fits the spec', async () => {
  await using sim = await startWholesale()
  await sim.activate({ partnerTransactionId: 'FAIL-1' })
  await sim.settle()
  const [told] = await sim.told()
  expect(told).toMatchObject({ result: 'Failure', reasonCode: 'PROVISIONING_FAILED' })
  expect(told).not.toHaveProperty('activationCode')
  expect(problems(told)).toEqual([])
})

test('a notification is signed so that a receiver of Standard Webhooks finds it genuine', async () => {
  const { sim, receiver } = await startWithReceiver('an active line')
  await using _sim = sim
  await using _receiver = receiver
  expect(secretOf(sim)).toBe('whsec_ZXNpbXVsYXRvci13aG9sZXNhbGUtdGVzdC1zZWNyZXQ=')
  await sim.update('Suspend')
  await sim.settle()
  const [arrival] = await receiver.waitFor(1)
  if (!arrival) throw new Error('nothing arrived')
  expect(arrival.headers).toMatchObject({
    'webhook-id': expect.stringMatching(/^cb_[0-9a-f]{16}_000001$/),
    'webhook-timestamp': String(Date.UTC(2026, 0, 1, 0, 0, 2) / 1000),
    'webhook-signature': expected(arrival, secretOf(sim)),
  })
  expect(expected({ ...arrival, body: `${arrival.body} ` }, secretOf(sim))).not.toBe(
    arrival.headers['webhook-signature'],
  )
})

test('with the setting signing none there are no such headers', async () => {
  const { sim, receiver } = await startWithReceiver('an active line')
  await using _sim = sim
  await using _receiver = receiver
  await sim.set('wholesale', { signing: 'none' })
  await sim.update('Suspend')
  await sim.settle()
  const [arrival] = await receiver.waitFor(1)
  expect(Object.keys(arrival?.headers ?? {}).filter((name) => name.startsWith('webhook'))).toEqual(
    [],
  )
})

test('with the setting signingClock wall the timestamp is of the machine, as receivers check it', async () => {
  const { sim, receiver } = await startWithReceiver('an active line')
  await using _sim = sim
  await using _receiver = receiver
  await sim.set('wholesale', { signingClock: 'wall' })
  const before = Math.floor(Date.now() / 1000)
  await sim.update('Suspend')
  await sim.settle()
  const [arrival] = await receiver.waitFor(1)
  if (!arrival) throw new Error('nothing arrived')
  const stamp = Number(arrival.headers['webhook-timestamp'])
  expect(stamp).toBeGreaterThanOrEqual(before)
  expect(stamp).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000))
  expect(arrival.headers['webhook-signature']).toBe(expected(arrival, secretOf(sim)))
})

test('another world signs with another secret, always the same', async () => {
  await using sim = await startWholesale()
  const secretIn = async (name: string) => {
    const made = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name }),
    }
    const answer = await fetch(`${sim.url}/_sim/worlds`, made)
    const { credentials } = (await answer.json()) as {
      credentials: Record<string, { callbackSecret: string }>
    }
    await fetch(`${sim.url}/_sim/worlds/${name}`, { method: 'DELETE' })
    return credentials.wholesale?.callbackSecret ?? ''
  }
  const [one, two, again] = [await secretIn('one'), await secretIn('two'), await secretIn('one')]
  expect(one).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(again).toBe(one)
  expect(new Set([one, two, secretOf(sim)]).size).toBe(3)
})

test('a receiver that fails is tried again with growing delays, then the notification is dead and can be sent again', async () => {
  const { sim, receiver } = await startWithReceiver(
    'an active line',
    [500, 500, 500, 500, 500, 500, 200],
  )
  await using _sim = sim
  await using _receiver = receiver
  await sim.update('Suspend')
  await sim.clock.advance('P1D')
  expect(receiver.arrivals.map(({ at }) => at)).toEqual([
    'PT0S',
    'PT5S',
    'PT5M5S',
    'PT35M5S',
    'PT2H35M5S',
    'PT7H35M5S',
  ])
  const [dead] = await sim.deliveries()
  expect(dead).toMatchObject({ state: 'dead', type: 'Suspend', iccid: ICCID })
  await sim.callbacks.redeliver(dead?.id ?? '')
  await sim.clock.advance('PT0S')
  const arrivals = await receiver.waitFor(7)
  expect(new Set(arrivals.map(({ body }) => body)).size).toBe(1)
  expect(new Set(arrivals.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  expect(new Set(arrivals.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(7)
  for (const arrival of arrivals)
    expect(arrival.headers['webhook-signature']).toBe(expected(arrival, secretOf(sim)))
  expect(await sim.deliveries()).toMatchObject([{ state: 'delivered' }])
})

test('retrySchedule moves the delays between attempts', async () => {
  const { sim, receiver } = await startWithReceiver('an active line', 503)
  await using _sim = sim
  await using _receiver = receiver
  await sim.set('wholesale', { retrySchedule: ['PT1M'] })
  await sim.update('Suspend')
  await sim.clock.advance('P1D')
  expect(receiver.arrivals.map(({ at }) => at)).toEqual(['PT0S', 'PT1M'])
  expect(await sim.deliveries()).toMatchObject([{ state: 'dead' }])
})

test('where no URL is configured nothing is told, and the request settles all the same', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.callbacks.target('wholesale', undefined)
  await sim.update('Suspend')
  await sim.settle()
  expect(await sim.told()).toEqual([])
  expect(await sim.sims('wholesale')).toMatchObject([{ service: 'suspended' }])
})

test('a request that is refused is not told', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.update('Resume')
  await sim.activate({ location: { address: { zip: '00001' } } })
  await sim.clock.advance('P1D')
  expect(await sim.told()).toEqual([])
})
