// The rate limit of eSIM Go: off unless set, counted by address in seconds of the world's clock.
import { expect, test } from 'vitest'
import { countRequest } from '../../../src/simulators/esim-go/rate-limit.ts'
import { startEsimGo, type TestSim } from '../../support/esim-go.ts'
import { GB_1, ownIccids } from '../../support/esim-go-shop.ts'

const headersOf = ({ headers }: { headers: Headers }) =>
  ['limit', 'remaining', 'reset', 'cost'].map((name) => headers.get(`x-ratelimit-${name}`))

async function limited(rateLimit: number): Promise<TestSim> {
  const sim = await startEsimGo()
  await sim.set({ rateLimit })
  return sim
}

test('without the setting nothing is counted', async () => {
  await using sim = await startEsimGo()
  for (let call = 0; call < 12; call += 1) {
    const answer = await sim.get('/organisation/groups')
    expect([answer.status, ...headersOf(answer)]).toEqual([200, null, null, null, null])
  }
})

test('ten requests a second are answered, and every reply tells how many are left', async () => {
  await using sim = await limited(10)
  for (let left = 9; left >= 0; left -= 1) {
    const answer = await sim.get('/orders')
    expect([answer.status, ...headersOf(answer)]).toEqual([
      200,
      '10',
      String(left),
      '2026-01-01T00:00:01.000Z',
      '1',
    ])
  }
  const over = await sim.get('/orders')
  expect([over.status, over.body]).toEqual([429, { message: 'Rate limit exceeded' }])
  expect(over.headers.get('retry-after')).toBe('1')
  expect(headersOf(over)).toEqual(['10', '0', '2026-01-01T00:00:01.000Z', '1'])
  expect(sim.journal.list()[0]?.refusal).toMatchObject({
    code: 'rate-limited',
    reason: expect.stringContaining('127.0.0.1'),
  })
})

test('the next second of the world has a window of its own', async () => {
  await using sim = await limited(1)
  expect((await sim.get('/orders')).status).toBe(200)
  await sim.advance('PT0.999S')
  expect((await sim.get('/orders')).status).toBe(429)
  await sim.advance('PT0.001S')
  const answer = await sim.get('/orders')
  expect([answer.status, headersOf(answer)[2]]).toEqual([200, '2026-01-01T00:00:02.000Z'])
})

test('windows begin with whole seconds, not with the first request', async () => {
  await using sim = await limited(1)
  await sim.advance('PT0.4S')
  expect(headersOf(await sim.get('/orders'))[2]).toBe('2026-01-01T00:00:01.000Z')
  await sim.advance('PT0.6S')
  expect((await sim.get('/orders')).status).toBe(200)
})

test('refused requests count, and carry the headers: a bad key, a bad body, an unknown path', async () => {
  await using sim = await limited(3)
  const answers = [
    await sim.call('GET', '/esims', { key: 'wrong' }),
    await sim.call('POST', '/orders', { raw: '{' }),
    await sim.get('/nowhere'),
    await sim.call('GET', '/esims', { key: 'wrong' }),
    await sim.get('/nowhere'),
  ]
  expect(answers.map((answer) => [answer.status, headersOf(answer)[1]])).toEqual([
    [403, '2'],
    [400, '1'],
    [404, '0'],
    [429, '0'],
    [429, '0'],
  ])
})

test('a request over the limit does nothing', async () => {
  await using sim = await limited(1)
  await sim.get('/orders')
  const order = { type: 'transaction', assign: true, order: [{ item: GB_1 }] }
  expect((await sim.post('/orders', order)).status).toBe(429)
  await sim.advance('PT1S')
  expect(await ownIccids(sim)).toEqual([])
})

test('each address has a limit of its own, and windows that are over are let go', async () => {
  await using sim = await limited(1)
  const { world } = sim
  const kept = () => world.records.get('esim-go.rate-windows')?.size
  for (const caller of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
    expect(countRequest(caller, world)?.refusal).toBeUndefined()
    expect(countRequest(caller, world)?.refusal?.code).toBe('rate-limited')
  }
  expect(kept()).toBe(3)
  await sim.advance('PT1S')
  for (const caller of ['192.0.2.4', '192.0.2.5']) countRequest(caller, world)
  expect(kept()).toBe(2)
})

test('a limit set back to 0 is off', async () => {
  await using sim = await limited(1)
  await sim.get('/orders')
  await sim.set({ rateLimit: 0 })
  expect((await sim.get('/orders')).status).toBe(200)
})
