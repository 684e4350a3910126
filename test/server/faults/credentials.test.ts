// Faults that refuse: a revoked credential, and too many calls in a window of the world's time.
import { expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../../src/index.ts'
import { send } from '../../support/http.ts'
import { type NamedCall, type ProviderCalls, providerCalls } from '../../support/provider-calls.ts'

const make = ({ method, url, headers, body }: NamedCall) =>
  send<Record<string, unknown>>(method, url, { headers, raw: body })

async function callsOf(sim: RunningSimulator, slug: string): Promise<ProviderCalls> {
  const found = (await providerCalls(sim)).find((each) => each.slug === slug)
  if (!found) throw new Error(slug)
  return found
}

test.each(['wholesale', 'accounts-orders'])(
  '%s: a revoked token is gone, and another opens the API',
  async (slug) => {
    await using sim = await startSimulator({ given: 'an assigned bundle' })
    const { read, token } = await callsOf(sim, slug)
    if (!token) throw new Error('no token')
    await sim.faults.add({ provider: slug, kind: 'revoked', times: 1 })
    const refused = await make(read)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toMatch(/error="invalid_token"/)
    expect((await sim.journal.list({ limit: 1 }))[0]).toMatchObject({
      refusal: { code: 'unauthorized', reason: 'fault_1 has revoked the token: fetch another' },
      fault: { kind: 'revoked', saw: 'a refusal of its credential' },
    })

    // The fault is over, and the token stays revoked.
    expect((await sim.faults.get('fault_1')).active).toBe(false)
    expect((await make(read)).status).toBe(401)
    const { body } = await make(token)
    const headers = { ...read.headers, Authorization: `Bearer ${body.access_token}` }
    expect((await make({ ...read, headers })).status).toBe(200)
  },
)

test('a key is refused as a bad one is, as often as the fault happens', async () => {
  await using sim = await startSimulator()
  const { read } = await callsOf(sim, 'esim-go')
  await sim.faults.add({ provider: 'esim-go', kind: 'revoked', times: 2 })
  const bad = await send('GET', read.url, { headers: { 'X-API-Key': 'nonsense' } })
  for (const _ of [1, 2]) {
    const { status, body } = await make(read)
    expect([status, body]).toEqual([bad.status, bad.body])
  }
  expect((await make(read)).status).toBe(200)
})

test('a call without a credential has none to revoke, and the token endpoint is left alone', async () => {
  await using sim = await startSimulator()
  await sim.faults.add({ provider: 'highland', kind: 'revoked' })
  const { read } = await callsOf(sim, 'highland')
  expect((await make(read)).status).toBe(200)
  expect((await sim.journal.list({ limit: 1 }))[0]?.missedFaults).toEqual([
    'fault_1 (revoked): the call came without a credential',
  ])
  await sim.set('highland', { auth: 'header', authHeader: 'X-Key', authValue: 'k' })
  expect((await make({ ...read, headers: { 'X-Key': 'k' } })).status).toBe(401)

  await sim.faults.add({ provider: 'wholesale', kind: 'revoked' })
  const { token } = await callsOf(sim, 'wholesale')
  if (token) expect((await make(token)).status).toBe(200)
})

test('a rate limit lets so many through in a window that begins with the first call', async () => {
  await using sim = await startSimulator()
  const { read } = await callsOf(sim, 'esim-go')
  await sim.clock.advance('PT17S')
  await sim.faults.add({ provider: 'esim-go', kind: 'rate-limit', limit: 2, window: 'PT1M' })
  const answers = async (count: number) => {
    const found: unknown[] = []
    for (let at = 0; at < count; at += 1) {
      const { status, headers } = await make(read)
      found.push([status, headers.get('retry-after')])
    }
    return found
  }
  const fine = [200, null]
  expect(await answers(3)).toEqual([fine, fine, [429, '60']])
  await sim.clock.advance('PT59.5S')
  expect(await answers(1)).toEqual([[429, '1']])
  await sim.clock.advance('PT0.5S')
  expect(await answers(3)).toEqual([fine, fine, [429, '60']])
  expect(await sim.faults.list()).toMatchObject([{ seen: 7, hits: 3 }])
})

test.each([
  ['wholesale', {}],
  ['highland', { body: { status: 'failure', details: 'Slow down.' } }],
  ['accounts-orders', { body: 'slow down', contentType: 'text/plain' }],
])('%s: what is beyond a rate limit is a 429 with Retry-After', async (slug, given) => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const { read } = await callsOf(sim, slug)
  const limit = { kind: 'rate-limit', limit: 0, window: 'PT10S', operation: read.operation }
  await sim.faults.add({ provider: slug, ...limit, ...given })
  const { status, headers, text } = await make(read)
  expect([status, headers.get('retry-after')]).toEqual([429, '10'])
  const { body } = given as { body?: unknown }
  if (body !== undefined) expect(text).toBe(typeof body === 'string' ? body : JSON.stringify(body))
})
