// Idempotency-Key at accounts-orders: the same request again; and X-Correlation-ID with every one.
import { expect, test } from 'vitest'
import {
  ACCOUNT,
  ACTIVATION,
  ADA,
  type Enterprise,
  expectRefused,
  MSISDN,
  type Schemas,
  SUBSCRIPTION,
  startEnterprise,
} from '../../support/accounts-orders.ts'

const SMS = { from: MSISDN, to: ['447700900123'], text: 'Your car is waiting' }
const REUSED = { status: 409, type: 'IDEMPOTENCY_KEY_REUSED', code: 'key-reused' }

const post = (sim: Enterprise, path: string, body: object, key: string) =>
  sim.call<Schemas['Order']>('POST', path, body, { 'Idempotency-Key': key })

async function recordsOf(sim: Enterprise, name: string): Promise<Record<string, unknown>> {
  const { collections } = await sim.state()
  return collections[`accounts-orders.${name}`] ?? {}
}

test('ACO-065 an order sent again under its key makes no second one, and is answered as the first time', async () => {
  await using sim = await startEnterprise()
  const first = await post(sim, '/orders', ACTIVATION, 'key-1')
  expect(first.status).toBe(201)
  await sim.settled(first.body)
  const again = await post(sim, '/orders', ACTIVATION, 'key-1')
  expect([again.status, again.body]).toEqual([201, first.body])
  expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
  const { type, ...rest } = ACTIVATION
  expect((await post(sim, '/orders', { ...rest, type }, 'key-1')).body).toEqual(first.body)
  expect(Object.keys(await recordsOf(sim, 'orders'))).toEqual([first.body.id])
  expect(await sim.messages()).toHaveLength(2)
})

test('ACO-065 of several requests under one key at once, one is carried out', async () => {
  await using sim = await startEnterprise()
  await sim.token()
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => post(sim, '/orders', ACTIVATION, 'key-1')),
  )
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
  expect(Object.keys(await recordsOf(sim, 'orders'))).toHaveLength(1)
})

test('ACO-065 an SMS sent again under its key reaches nobody twice', async () => {
  await using sim = await startEnterprise()
  const first = await post(sim, '/sms', SMS, 'key-1')
  const items = await sim.items(`subscription-id=${SUBSCRIPTION}&type=sms`)
  const again = await post(sim, '/sms', SMS, 'key-1')
  expect([again.status, again.body]).toEqual([200, first.body])
  expect(await sim.messages()).toHaveLength(1)
  expect(await sim.items(`subscription-id=${SUBSCRIPTION}&type=sms`)).toEqual(items)
})

test('ACO-065 another body under a key that is taken is refused, by either operation', async () => {
  await using sim = await startEnterprise()
  await post(sim, '/orders', ACTIVATION, 'key-1')
  await post(sim, '/sms', SMS, 'key-1')
  const other = { ...ACTIVATION, subscriber: { ...ADA, group: 'Desk 5' } }
  const messages = [/^Idempotency-Key key-1 came with another body before: send .* of its own$/]
  const expected = { ...REUSED, messages }
  await expectRefused(sim, () => post(sim, '/orders', other, 'key-1'), expected)
  const longer = { ...SMS, to: [...SMS.to, '1'] }
  await expectRefused(sim, () => post(sim, '/sms', longer, 'key-1'), expected)
  expect((await post(sim, '/orders', other, 'key-2')).status).toBe(201)
})

test('ACO-065 without a key, or with an empty one, every request is one of its own', async () => {
  await using sim = await startEnterprise()
  const ids = [
    await sim.order(),
    await sim.order(),
    (await post(sim, '/orders', ACTIVATION, '')).body,
    (await post(sim, '/orders', ACTIVATION, '')).body,
    (await post(sim, '/orders', ACTIVATION, 'key-1')).body,
    (await post(sim, '/orders', ACTIVATION, 'key-2')).body,
  ].map(({ id }) => id)
  expect(new Set(ids).size).toBe(6)
})

test('ACO-065 a request that was refused does not use its key up', async () => {
  await using sim = await startEnterprise()
  const unknown = { ...ACTIVATION, account_id: `acc_${'0'.repeat(26)}` }
  for (const wrong of [unknown, unknown, { ...ACTIVATION, subscriber: {} }])
    expect((await post(sim, '/orders', wrong, 'key-1')).status).toBeGreaterThanOrEqual(400)
  expect(await recordsOf(sim, 'kept-replies')).toEqual({})
  expect((await post(sim, '/orders', ACTIVATION, 'key-1')).status).toBe(201)
})

test.each([
  ['a day', undefined, 'PT23H59M59.999S'],
  ['as long as the setting has it', 'PT10M', 'PT9M59.999S'],
])(
  'ACO-065 a key is kept for %s, then it is free and forgotten',
  async (_long, lifetime, until) => {
    const settings = lifetime === undefined ? {} : { idempotencyLifetime: lifetime }
    await using sim = await startEnterprise({ settings: { 'accounts-orders': settings } })
    const first = await post(sim, '/orders', ACTIVATION, 'key-1')
    await sim.clock.advance(until)
    expect((await post(sim, '/orders', ACTIVATION, 'key-1')).body).toEqual(first.body)
    await sim.clock.advance('PT0.001S')
    const later = await post(sim, '/orders', ACTIVATION, 'key-2')
    expect(Object.keys(await recordsOf(sim, 'kept-replies'))).toEqual(['createOrder key-2'])
    const { status, body } = await post(sim, '/orders', ACTIVATION, 'key-1')
    expect([status, new Set([first.body.id, later.body.id, body.id]).size]).toEqual([201, 3])
  },
)

test('while the clock stands still ten thousand keys are kept; those that came first go first', async () => {
  await using sim = await startEnterprise()
  await post(sim, '/sms', SMS, 'key-1')
  const state = await sim.state()
  const [kept] = Object.values(await recordsOf(sim, 'kept-replies'))
  const many = Array.from({ length: 10_000 }, (_, at) => {
    const id = `sendSms key-${10_000 + at}`
    return [id, { ...(kept as object), id, serial: at }]
  })
  const collections = {
    ...state.collections,
    'accounts-orders.kept-replies': Object.fromEntries(many),
  }
  await sim.restore({ ...state, collections } as typeof state)
  const newest = (await post(sim, '/sms', SMS, 'key-2')).body
  const ids = Object.keys(await recordsOf(sim, 'kept-replies'))
  expect(ids).toHaveLength(10_000)
  expect(ids).not.toContain('sendSms key-10000')
  expect(ids).toContain('sendSms key-10001')
  expect((await post(sim, '/sms', SMS, 'key-2')).body).toEqual(newest)
})

test('ACO-065 the keys of one world are none of another', async () => {
  await using sim = await startEnterprise()
  const headers = { 'Content-Type': 'application/json' }
  const json = (body: object) => ({ method: 'POST', headers, body: JSON.stringify(body) })
  await fetch(`${sim.url}/_sim/worlds`, json({ name: 'w', clock: { mode: 'frozen' } }))
  const world = (await (await fetch(`${sim.url}/_sim/worlds/w`)).json()) as {
    credentials: Record<string, { clientId: string; clientSecret: string }>
  }
  const { clientId = '', clientSecret = '' } = world.credentials['accounts-orders'] ?? {}
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  })
  const tokenUrl = `${sim.root}/auth/realms/enterprise-apis/protocol/openid-connect/token`
  const token = (await (await fetch(tokenUrl, { method: 'POST', body: form })).json()) as {
    access_token: string
  }
  const first = await post(sim, '/orders', ACTIVATION, 'key-1')
  const other = await sim.call<Schemas['Order']>(
    'POST',
    '/orders',
    { ...ACTIVATION, subscriber: { ...ADA, group: 'Desk 5' } },
    { 'Idempotency-Key': 'key-1', Authorization: `Bearer ${token.access_token}` },
  )
  expect([first.status, other.status]).toEqual([201, 201])
  expect(other.body.subscriber?.group).toBe('Desk 5')
})

test('ACO-066 X-Correlation-ID is taken with every request and kept in the journal; none is demanded', async () => {
  await using sim = await startEnterprise({ settings: { 'accounts-orders': { strict: true } } })
  const correlated = { 'X-Correlation-ID': 'desk 4, request 17' }
  for (const path of ['/accounts', `/accounts/${ACCOUNT}`, '/usage/items', '/subscriptions'])
    expect((await sim.get(path, correlated)).status).toBe(200)
  expect((await sim.call('POST', '/orders', ACTIVATION, correlated)).status).toBe(201)
  expect((await sim.call('POST', '/sms', SMS, correlated)).status).toBe(200)
  const kept = await sim.journal.list({ limit: 6 })
  expect(kept.map(({ undocumented }) => undocumented)).toEqual(Array(6).fill([]))
  for (const { requestHeaders } of kept)
    expect(requestHeaders['x-correlation-id']).toBe('desk 4, request 17')
  expect((await sim.get('/accounts')).status).toBe(200)
})
