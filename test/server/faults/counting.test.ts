// Which calls a fault happens to: what it matches, from which on, how often, until when; before or after the change.
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type NewFault, type RunningSimulator, startSimulator } from '../../../src/index.ts'
import { fits, matchesContent } from '../../../src/server/faults/match.ts'
import { setFault } from '../../../src/state/faults.ts'
import { memoryStore } from '../../../src/stores/memory.ts'
import { startFake } from '../../support/fake-server.ts'
import { send } from '../../support/http.ts'
import { type NamedCall, providerCalls } from '../../support/provider-calls.ts'

const KEY = { 'X-API-Key': 'test-esim-go-key' }

/** The statuses of calls that follow one another. */
async function statuses(sim: RunningSimulator, paths: readonly string[]): Promise<number[]> {
  const found: number[] = []
  for (const path of paths)
    found.push((await send('GET', sim.baseUrl('esim-go') + path, { headers: KEY })).status)
  return found
}

const teapot = (fault: Partial<NewFault> = {}): NewFault => ({
  provider: 'esim-go',
  operation: 'listEsims',
  kind: 'status',
  status: 418,
  body: {},
  ...fault,
})

const five = Array.from({ length: 5 }, () => '/esims')

test.each([
  ['without more, it happens every time', {}, [418, 418, 418, 418, 418], [5, 5, true]],
  ['times: so often', { times: 2 }, [418, 418, 200, 200, 200], [2, 2, false]],
  ['nth: that call, once', { nth: 3 }, [200, 200, 418, 200, 200], [3, 1, false]],
  [
    'nth and times: from that call on, so often',
    { nth: 2, times: 2 },
    [200, 418, 418, 200, 200],
    [3, 2, false],
  ],
] as const)('%s', async (_what, fault, expected, [seen, hits, active]) => {
  await using sim = await startSimulator()
  const { id } = await sim.faults.add(teapot(fault))
  expect(await statuses(sim, five)).toEqual(expected)
  expect(await sim.faults.get(id)).toMatchObject({ seen, hits, active })
})

test('until ends a fault at an instant of the world, or after a duration of its time', async () => {
  await using sim = await startSimulator()
  const first = await sim.faults.add(teapot({ until: 'PT1H' }))
  expect(first.until).toBe('2026-01-01T01:00:00.000Z')
  await sim.clock.advance('PT59M59S')
  expect(await statuses(sim, ['/esims'])).toEqual([418])
  await sim.clock.advance('PT1S')
  expect(await statuses(sim, ['/esims'])).toEqual([200])
  expect(await sim.faults.get(first.id)).toMatchObject({ hits: 1, active: false })

  await sim.faults.add(teapot({ until: '2026-01-01T02:00:00Z' }))
  expect(await statuses(sim, ['/esims'])).toEqual([418])
  await sim.clock.advance({ to: '2026-01-01T02:00:00Z' })
  expect(await statuses(sim, ['/esims'])).toEqual([200])
})

test('a fault of one operation leaves the others alone, one of * takes them all', async () => {
  await using sim = await startSimulator()
  await sim.faults.add(teapot())
  expect(await statuses(sim, ['/esims', '/organisation'])).toEqual([418, 200])
  await sim.faults.clear()
  for (const operation of ['*', undefined]) {
    const { id, operation: shown } = await sim.faults.add({
      provider: 'esim-go',
      kind: 'status',
      status: 418,
      body: {},
      ...(operation === undefined ? {} : { operation }),
    })
    expect(shown).toBe('*')
    expect(await statuses(sim, ['/esims', '/organisation'])).toEqual([418, 418])
    await sim.faults.remove(id)
  }
  const highland = await send('GET', `${sim.baseUrl('highland')}/b2b/company/product_list`)
  expect(highland.status).toBe(400)
})

test('an operation may be named by its method and path, and holds in every version of the API', async () => {
  await using sim = await startSimulator()
  expect((await sim.faults.add(teapot({ operation: 'get /esims/{any}' }))).operation).toBe(
    'getEsim',
  )
  const v25 = await send('GET', `${sim.url}/esim-go/v2.5/esims/8943108161000000000`, {
    headers: KEY,
  })
  expect(v25.status).toBe(418)
})

const MATCHES: readonly [
  what: string,
  match: object,
  path: string,
  headers: object,
  status: number,
][] = [
  ['a query parameter', { query: { perPage: 5 } }, '/esims?perPage=5', {}, 418],
  ['another value of it', { query: { perPage: 5 } }, '/esims?perPage=50', {}, 200],
  ['none of it', { query: { perPage: 5 } }, '/esims', {}, 200],
  ['a star', { query: { filter: 'ali*e*' } }, '/esims?filterBy=customerRef&filter=alice', {}, 418],
  ['a header, whatever its case', { headers: { 'X-CASE': '7' } }, '/esims', { 'x-Case': '7' }, 418],
  ['another value of it', { headers: { 'x-case': '7' } }, '/esims', { 'x-case': '77' }, 200],
  [
    'two things, one of which is not so',
    { headers: { 'x-case': 7 }, query: { page: 2 } },
    '/esims',
    { 'x-case': '7' },
    200,
  ],
]

test.each(MATCHES)('match: %s %j', async (_what, match, path, headers, status) => {
  await using sim = await startSimulator()
  await sim.faults.add(teapot({ match }))
  const sent = { headers: { ...KEY, ...(headers as Record<string, string>) } }
  expect((await send('GET', sim.baseUrl('esim-go') + path, sent)).status).toBe(status)
  expect(await sim.faults.list()).toMatchObject([{ seen: status === 418 ? 1 : 0 }])
})

test('match: a path parameter, and a value of the body by its pointer, in any case where the API takes any', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const [esim] = await sim.sims('esim-go')
  const iccid = esim?.iccid ?? ''
  await sim.faults.add(
    teapot({ operation: 'getEsim', match: { path: { iccid: `${iccid.slice(0, 6)}*` } } }),
  )
  expect(await statuses(sim, [`/esims/${iccid}`, '/esims/8944108161000000000'])).toEqual([418, 403])

  const item = 'esim_1GB_7D_GB_V2'
  const match = { body: { '/order/0/item': 'esim_1GB_*', '/order/0/quantity': 2 } }
  await sim.faults.add(teapot({ operation: 'createOrder', match }))
  const order = async (json: object) =>
    (await send('POST', `${sim.baseUrl('esim-go')}/orders`, { headers: KEY, json })).status
  const line = { type: 'bundle', item, quantity: 2 }
  expect([
    await order({ type: 'validate', order: [line] }),
    await order({ type: 'validate', Order: [line] }),
    await order({ type: 'validate', order: [{ ...line, quantity: 1 }] }),
    await order({ type: 'validate', order: [{ ...line, item: 'esim_2GB_15D_GB_V2' }] }),
  ]).toEqual([418, 418, 200, 200])
})

test('match: a form is matched by its fields', async () => {
  await using sim = await startSimulator()
  const match = { body: { '/grant_type': 'client_credentials' } }
  await sim.faults.add({
    provider: 'wholesale',
    operation: 'issueToken',
    kind: 'status',
    status: 503,
    match,
  })
  const url = `${sim.baseUrl('wholesale')}/oauth/token`
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const ask = async (raw: string) => (await send('POST', url, { raw, headers })).status
  expect(
    await ask('grant_type=client_credentials&client_id=test-client&client_secret=test-secret'),
  ).toBe(503)
  expect(await ask('grant_type=password')).toBe(400)
})

test.each([
  ['', '', true],
  ['*', '', true],
  ['a*', 'abc', true],
  ['*c', 'abc', true],
  ['a*c', 'ac', true],
  ['a*a', 'a', false],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c', false],
  ['**', 'x', true],
  ['a.c', 'abc', false],
  ['ab', 'abc', false],
])('the pattern %j and the text %j', (pattern, text, expected) => {
  expect(fits(pattern, text)).toBe(expected)
})

test('a pointer that leads nowhere matches nothing, not even nothing', () => {
  expect(matchesContent({ '/a': null }, { a: null })).toBe(true)
  expect(matchesContent({ '/a~1b/0': { c: 1 } }, { 'a/b': [{ c: 1 }] })).toBe(true)
  for (const content of [{}, [], 'a', undefined, { b: null }])
    expect(matchesContent({ '/a': null }, content)).toBe(false)
  expect(matchesContent({ '/toString': '*' }, {})).toBe(false)
})

test('who is nobody, and who asks for nothing there is, is counted for no fault', async () => {
  await using sim = await startSimulator()
  await sim.faults.add(teapot({ operation: '*' }))
  const base = sim.baseUrl('esim-go')
  expect((await send('GET', `${base}/esims`)).status).toBe(403)
  expect((await send('GET', `${base}/nothing`, { headers: KEY })).status).toBe(404)
  expect(await sim.faults.list()).toMatchObject([{ seen: 0, hits: 0 }])
})

/** A digest of the state, without the fault and what numbers it. */
async function digest(sim: RunningSimulator): Promise<string> {
  const { collections } = await sim.state()
  const { faults: _, world: __, ...others } = collections
  return createHash('sha256').update(JSON.stringify(others)).digest('hex')
}

const slugs = ['esim-go', 'highland', 'wholesale', 'accounts-orders'] as const

test.each(slugs)(
  '%s: before the change nothing is done; after it, all is, and the answer is lost',
  async (slug) => {
    await using sim = await startSimulator({ given: 'an assigned bundle' })
    const found = (await providerCalls(sim)).find((each) => each.slug === slug)
    if (!found) throw new Error(slug)
    const make = async (call: NamedCall) => {
      const { method, url, headers, body } = call
      return send(method, url, { headers, ...(body === undefined ? {} : { raw: body }) }).then(
        ({ status }) => status,
        () => 'lost',
      )
    }
    const { operation } = found.change()
    const before = await digest(sim)
    await sim.faults.add({ provider: slug, operation, kind: 'reset', when: 'before', times: 1 })
    expect(await make(found.change())).toBe('lost')
    expect(await digest(sim)).toBe(before)

    await sim.faults.add({ provider: slug, operation, kind: 'reset', when: 'after', times: 1 })
    expect(await make(found.change())).toBe('lost')
    expect(await digest(sim)).not.toBe(before)
    const [entry] = await sim.journal.list({ limit: 1 })
    expect(entry?.status).toBeLessThan(300)
    expect(entry).toMatchObject({
      operation,
      fault: { kind: 'reset', when: 'after', lost: entry?.status },
    })
    expect(await sim.faults.list()).toMatchObject([{ hits: 1 }, { hits: 1 }])
  },
)

test('an order whose answer is lost is there, and repeated blindly it is there twice', async () => {
  await using sim = await startSimulator()
  const { change } = (await providerCalls(sim))[0] ?? {}
  if (!change) throw new Error('no order')
  const { method, url, headers, body = '' } = change()
  const order = () => send<{ orderReference: string }>(method, url, { headers, raw: body })
  await sim.faults.add({
    provider: 'esim-go',
    operation: 'createOrder',
    kind: 'reset',
    when: 'after',
    times: 1,
  })
  await expect(order()).rejects.toThrow()
  const again = await order()
  const list = await send<{ orderReference: string }[]>('GET', url, { headers })
  expect(list.body).toHaveLength(2)
  expect(list.body[0]?.orderReference).toBe(again.body.orderReference)
})

test('a call that is refused is not carried out: no fault after the change happens to it', async () => {
  await using sim = await startSimulator()
  await sim.faults.add({ provider: 'esim-go', kind: 'reset', when: 'after', times: 1 })
  expect(await statuses(sim, ['/esims?perPage=0', '/esims/1'])).toEqual([400, 400])
  expect(await sim.faults.list()).toMatchObject([{ seen: 0, hits: 0, active: true }])
  await expect(statuses(sim, ['/esims'])).rejects.toThrow()
})

test('of two faults the one that was set first happens, and delays happen besides', async () => {
  await using sim = await startSimulator()
  await sim.faults.add({ provider: 'esim-go', kind: 'delay', when: 'before', delay: 'PT0.001S' })
  await sim.faults.add(teapot({ times: 1 }))
  await sim.faults.add(teapot({ status: 419 }))
  expect(await statuses(sim, ['/esims', '/esims'])).toEqual([418, 419])
  expect(await sim.faults.list()).toMatchObject([
    { seen: 2, hits: 2 },
    { seen: 1, hits: 1 },
    { seen: 2, hits: 1 },
  ])
  const [entry] = await sim.journal.list({ limit: 1 })
  expect(entry).toMatchObject({
    fault: { id: 'fault_3' },
    otherFaults: [{ id: 'fault_1', saw: 'it came PT0.001S late' }],
  })
})

test('a call that no fault concerns costs no transaction more', async () => {
  let commits = 0
  const commit = () => {
    commits += 1
  }
  const store = { ...memoryStore(), commit }
  await using fake = await startFake({ store })
  const read = async () => {
    const before = commits
    expect((await fake.call('GET', '/fake/v1/things')).status).toBe(200)
    return commits - before
  }
  expect(await read()).toBe(0)
  const fault = {
    provider: 'fake',
    operation: 'getText',
    kind: 'empty',
    when: 'after',
    own: {},
  } as const
  fake.world.transaction(() => setFault(fake.world, fault))
  expect(await read()).toBe(0)
  const delay = { ...fault, operation: 'listThings', kind: 'delay', own: { delay: 'PT0S' } }
  fake.world.transaction(() => setFault(fake.world, delay))
  expect(await read()).toBe(1)
})

test('what a fault draws is drawn from the seed, and moves no other dice', async () => {
  const run = async (fault?: NewFault) => {
    await using sim = await startSimulator({ seed: 'dice' })
    if (fault) await sim.faults.add(fault)
    const { change } = (await providerCalls(sim))[0] ?? {}
    const { method = '', url = '', headers, body } = change?.() ?? {}
    const order = await send('POST', url, { headers, raw: body })
    expect([method, order.status]).toEqual(['POST', 200])
    const [entry] = await sim.journal.list({ limit: 1 })
    return { reply: order.text, saw: entry?.fault?.saw }
  }
  const uniform: [string, string] = ['PT0.001S', 'PT0.09S']
  const fault = { provider: 'esim-go', operation: 'createOrder', kind: 'delay', delay: { uniform } }
  const first = await run(fault)
  expect(first.saw).toMatch(/^it came PT0\.0\d+S late$/)
  expect(await run(fault)).toEqual(first)
  expect(await run()).toEqual({ reply: first.reply, saw: undefined })
})

test('a fault of a kind that this version does not know never happens, and the journal says why', async () => {
  await using sim = await startSimulator()
  await sim.faults.add(teapot())
  const state = await sim.state()
  const later = { ...state.collections.faults?.fault_1, kind: 'later' }
  await sim.restore({ ...state, collections: { ...state.collections, faults: { fault_1: later } } })
  expect(await statuses(sim, ['/esims'])).toEqual([200])
  expect(await sim.journal.list({ limit: 1 })).toMatchObject([
    { missedFaults: ['fault_1 (later): this version knows no such kind of fault'] },
  ])
})
