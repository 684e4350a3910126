// The journal over the control API.
import { expect, test } from 'vitest'
import {
  type ExchangeShown,
  type JournalFilter,
  type RunningSimulator,
  startSimulator,
} from '../../src/index.ts'
import { BODY_KEPT } from '../../src/server/journal.ts'
import { call, expectProblem } from '../support/control.ts'
import { send } from '../support/http.ts'

async function threeCalls(sim: RunningSimulator): Promise<void> {
  const base = sim.baseUrl('esim-go')
  await fetch(`${base}/esims`, { headers: { 'X-API-Key': 'test-esim-go-key' } })
  await fetch(`${base}/esims?nonsense=1`, { headers: { 'X-API-Key': 'test-esim-go-key' } })
  await fetch(`${base}/catalogue`, { headers: { 'X-API-Key': 'a-wrong-key' } })
}

test('exchanges are listed newest first, with the true reason of a refusal and without secrets', async () => {
  await using sim = await startSimulator()
  await threeCalls(sim)
  const entries = await sim.journal.list()
  expect(entries.map(({ id }) => id)).toEqual([3, 2, 1])
  expect(entries[0]).toMatchObject({
    at: '2026-01-01T00:00:00.000Z',
    operation: 'getCatalogue',
    status: 403,
    refusal: {
      code: 'unauthorized',
      reason: expect.stringMatching(/no key of the world "default"/),
    },
  })
  expect(entries[1]?.undocumented).toEqual(['?nonsense'])
  expect(JSON.stringify(entries)).not.toMatch(/a-wrong-key|test-esim-go-key/)
})

test('the list is filtered by operation, status and refusal', async () => {
  await using sim = await startSimulator()
  await threeCalls(sim)
  const ids = async (filter: object) => (await sim.journal.list(filter)).map(({ id }) => id)
  const operation = (await sim.journal.list({ status: 200 }))[0]?.operation ?? ''
  expect(await ids({ operation })).toEqual([2, 1])
  expect(await ids({ status: 403 })).toEqual([3])
  expect(await ids({ refused: true })).toEqual([3])
  expect(await ids({ refused: false, limit: 1 })).toEqual([2])
  expect(await ids({ provider: 'esim-go' })).toEqual([3, 2, 1])
})

test('one exchange is shown by its number, one there is not is refused', async () => {
  await using sim = await startSimulator()
  await threeCalls(sim)
  expect((await call<ExchangeShown>(sim.url, '/_sim/journal/2')).body).toMatchObject({
    id: 2,
    method: 'GET',
    replyType: 'application/json',
  })
  expectProblem(await call(sim.url, '/_sim/journal/4'), 404, /no exchange 4/)
  expectProblem(
    await call(sim.url, '/_sim/journal/last'),
    400,
    /id must be a whole number, and is "last"/,
  )
})

test('calls of the control API are not in the journal', async () => {
  await using sim = await startSimulator()
  await call(sim.url, '/_sim/clock')
  expect(await sim.journal.list()).toEqual([])
})

const KEY = { 'X-API-Key': 'test-esim-go-key' }

/** Exchanges of every kind, numbered from 1. */
async function exchanges(sim: RunningSimulator): Promise<void> {
  const base = sim.baseUrl('esim-go')
  const get = (path: string, headers = KEY) => fetch(base + path, { headers })
  await get('/esims') // 1: 200
  await get('/esims/8943108999999995035') // 2: 503
  await get('/catalogue', { 'X-API-Key': 'wrong' }) // 3: 403
  await sim.clock.advance('PT1H')
  await send('POST', `${base}/orders`, { json: { type: 'nonsense' }, headers: KEY }) // 4: 400
  await get('/catalog') // 5: 404
  await send('GET', `${sim.url}/v2.4/catalogue`, { headers: KEY }) // 6: 404, nobody's
  await send('GET', `${sim.url}/highland/b2b/sim/bar_code/nope`) // 7
}

test('the list is filtered by everything that tells exchanges apart, and says how many there are', async () => {
  await using sim = await startSimulator()
  await exchanges(sim)
  const ids = async (filter: JournalFilter) =>
    (await sim.journal.list(filter)).map(({ id }) => id).reverse()
  expect(await ids({ status: '4xx' })).toEqual([3, 4, 5, 6, 7])
  expect(await ids({ status: '5XX' })).toEqual([2])
  expect(await ids({ method: 'post' })).toEqual([4])
  expect(await ids({ until: '2026-01-01T00:00:00Z' })).toEqual([1, 2, 3])
  expect(await ids({ since: new Date('2026-01-01T01:00:00Z') })).toEqual([4, 5, 6, 7])
  expect(await ids({ iccid: '8943108999999995035' })).toEqual([2])
  expect(await ids({ path: '/v2.4/catalog' })).toEqual([3, 5, 6])
  expect(await ids({ text: 'NONSENSE' })).toEqual([4])
  expect(await ids({ text: 'no key of the world' })).toEqual([3])
  expect(await ids({ fault: true })).toEqual([])
  expect(await ids({ fault: false, refused: false })).toEqual([1])
  const { body } = await call<{ total: number }>(sim.url, '/_sim/journal?status=4xx&limit=2')
  expect(body.total).toBe(5)
})

test('every exchange is read once, page by page, in either order', async () => {
  await using sim = await startSimulator()
  await exchanges(sim)
  for (const order of ['newest', 'oldest'] as const) {
    const read: number[] = []
    let from = ''
    for (;;) {
      const { body } = await call<{ entries: { id: number }[]; next?: number; total: number }>(
        sim.url,
        `/_sim/journal?limit=3&order=${order}${from}`,
      )
      expect(body.total).toBe(7)
      read.push(...body.entries.map(({ id }) => id))
      if (body.next === undefined) break
      from = `&${order === 'newest' ? 'before' : 'after'}=${body.next}`
    }
    const all = [1, 2, 3, 4, 5, 6, 7]
    expect(read).toEqual(order === 'newest' ? all.reverse() : all)
  }
})

test.each([
  ['operation=getCatalog', /no provider has operation "getCatalog": did you mean getCatalogue\?/],
  [
    'operation=zzz&provider=highland',
    /highland has no operation "zzz": `esimulator provenance` and GET \/_sim\/prov/,
  ],
  ['status=6xx', /"6xx" is no status/],
  ['since=yesterday', /since: "yesterday" is no instant: give one in UTC/],
  ['provider=nobody', /there is no provider "nobody"/],
  ['order=random', /order must be one of oldest, newest/],
  ['iccid=x', /"x" is no ICCID/],
  ['colour=red', /listJournal knows no \?colour=; it knows provider, operation, method/],
])('?%s is refused, with what to do', async (query, detail) => {
  await using sim = await startSimulator()
  expectProblem(await call(sim.url, `/_sim/journal?${query}`), 400, detail)
})

test('bodies that are JSON are shown parsed, too; those that are not, or are cut, are not', async () => {
  await using sim = await startSimulator()
  const post = (raw: string) =>
    send('POST', `${sim.baseUrl('esim-go')}/orders`, {
      raw,
      headers: { ...KEY, 'Content-Type': 'application/json' },
    })
  await post('{"type": "nonsense"}')
  await post('{"type": nonsense}')
  await post(JSON.stringify({ type: 'x'.repeat(BODY_KEPT) }))
  const [cut, wrong, good] = await sim.journal.list()
  expect(good).toMatchObject({
    requestJson: { type: 'nonsense' },
    replyJson: { message: expect.any(String) },
  })
  expect(wrong).not.toHaveProperty('requestJson')
  expect(cut?.requestBody).toMatch(/characters\)$/)
  expect(cut).not.toHaveProperty('requestJson')
})

test('a refused body names each field with its rule, what was expected, and what came', async () => {
  await using sim = await startSimulator()
  const json = { type: 'transaction', order: [{ type: 'bundle', quantity: 'two' }] }
  await send('POST', `${sim.baseUrl('esim-go')}/orders`, { json, headers: KEY })
  await send('GET', `${sim.baseUrl('esim-go')}/esims?perPage=many`, { headers: KEY })
  const [query, body] = await sim.journal.list()
  expect(body?.refusal?.fields).toContainEqual({
    in: 'body',
    pointer: '/order/0/quantity',
    rule: 'type',
    expected: 'integer',
    got: '"two"',
  })
  expect(query?.refusal?.fields).toEqual([
    { in: 'query', pointer: '/perPage', rule: 'type', expected: 'integer', got: '"many"' },
  ])
  expect(body?.refusal).toMatchObject({ stage: 'validate', advice: expect.stringMatching(/mend/) })
})

test('a field that is missing is named by where it belongs, and a secret in a wrong field is not told', async () => {
  await using sim = await startSimulator()
  const token = `${sim.url}/wholesale/oauth/token`
  const form = (raw: string) =>
    send('POST', token, { raw, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })
  await form('client_id=test-client&client_secret=test-secret')
  const [missing] = await sim.journal.list()
  expect(missing?.refusal?.fields).toContainEqual({
    in: 'body',
    pointer: '/grant_type',
    rule: 'required',
    expected: 'a value',
  })
  const url = `${sim.baseUrl('esim-go')}/esims?perPage=test-esim-go-key`
  await send('GET', url, { headers: KEY })
  const [leaky] = await sim.journal.list()
  expect(leaky?.refusal?.fields).toMatchObject([{ pointer: '/perPage', got: '"[redacted]"' }])
  expect(JSON.stringify(leaky)).not.toContain('test-esim-go-key')
})

test('a path that leads nowhere names the operations that are near, whoever it was meant for', async () => {
  await using sim = await startSimulator()
  await exchanges(sim)
  const near = async (id: number) => (await sim.journal.get(id)).nearMisses?.[0]
  const catalogue = { provider: 'esim-go', operation: 'getCatalogue', method: 'GET' }
  expect(await near(5)).toEqual({
    ...catalogue,
    path: '/esim-go/v2.4/catalogue',
    why: '"catalog" should be "catalogue"',
  })
  expect(await near(6)).toEqual({
    ...catalogue,
    path: '/esim-go/v2.4/catalogue',
    why: '"esim-go" of the base path is missing',
  })
  expect(await near(3)).toBeUndefined()
})

test('a request that reaches no provider is in the journal of its world, its sender is told what is near', async () => {
  await using sim = await startSimulator()
  await sim.control.call('createWorld', { body: { name: 'w' } })
  const answer = await call(sim.url, '/w/w/esimgo/v2.4/esims?key=test-esim-go-key', {
    json: { a: 1 },
    headers: { Cookie: 'session=1' },
  })
  expectProblem(
    answer,
    404,
    /nothing is served at .*\/esim-go\/v2\.4\/esims is near: "esimgo" should/,
  )
  expect(await sim.journal.list()).toEqual([])
  const { body } = await call<{ entries: ExchangeShown[] }>(sim.url, '/w/w/_sim/journal')
  expect(body.entries).toMatchObject([
    {
      id: 1,
      url: '/w/w/esimgo/v2.4/esims?key=[redacted]',
      status: 404,
      requestJson: { a: 1 },
      requestHeaders: { cookie: '[redacted]' },
      refusal: { code: 'unknown-route', stage: 'route' },
    },
  ])
  await call(sim.url, '/favicon.ico')
  await call(sim.url, '/')
  await call(sim.url, '/_sim/nothing')
  expect(await sim.journal.list()).toEqual([])
})
