// Faults over the control API: set, listed, removed; refused with what was perhaps meant; part of the world.

import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { startSimulator } from '../../src/index.ts'
import { faultKinds } from '../../src/server/faults/kinds.ts'
import { FAULTS_KEPT, LONGEST_FAULT } from '../../src/state/faults.ts'
import { call, expectProblem } from '../support/control.ts'
import { send } from '../support/http.ts'

const KEY = { 'X-API-Key': 'test-esim-go-key' }
const LOST = {
  provider: 'esim-go',
  operation: 'createOrder',
  kind: 'reset',
  when: 'after',
  times: 1,
} as const

test('a fault is set, shown as it was set with its counts, listed in order, and removed', async () => {
  await using sim = await startSimulator()
  const set = await call(sim.url, '/_sim/faults', { json: LOST })
  const shown = {
    id: 'fault_1',
    ...LOST,
    setAt: '2026-01-01T00:00:00.000Z',
    seen: 0,
    hits: 0,
    active: true,
  }
  expect([set.status, set.headers.get('location'), set.body]).toEqual([
    201,
    `${sim.url}/_sim/faults/fault_1`,
    shown,
  ])
  expect((await call(sim.url, '/_sim/faults/fault_1')).body).toEqual(shown)

  const second = await sim.faults.add({
    provider: 'highland',
    kind: 'status',
    status: 503,
    retryAfter: 9,
    match: { query: { company_id: '1*' } },
    until: 'PT1H',
  })
  expect(second).toMatchObject({
    id: 'fault_2',
    operation: '*',
    when: 'before',
    status: 503,
    retryAfter: 9,
    match: { query: { company_id: '1*' } },
    until: '2026-01-01T01:00:00.000Z',
  })
  expect((await sim.faults.list()).map(({ id }) => id)).toEqual(['fault_1', 'fault_2'])

  expect((await call(sim.url, '/_sim/faults/fault_1', { method: 'DELETE' })).status).toBe(204)
  expect((await sim.faults.list()).map(({ id }) => id)).toEqual(['fault_2'])
  await sim.faults.clear()
  expect(await sim.faults.list()).toEqual([])
  expect((await sim.faults.add(LOST)).id).toBe('fault_3')
})

test('a fault there is not is 404, to be shown and to be removed', async () => {
  await using sim = await startSimulator()
  for (const method of ['GET', 'DELETE'])
    expectProblem(
      await call(sim.url, '/_sim/faults/fault_7', { method }),
      404,
      /GET \/_sim\/faults and `esimulator fault list` list them/,
    )
  expectProblem(await call(sim.url, '/_sim/faults/seven'), 400, /"seven" is no id of a fault/)
})

const ORDER = { provider: 'esim-go', operation: 'createOrder' }

test.each([
  [{ kind: 'reset' }, /provider is missing/],
  [{ provider: 'esim-go' }, /kind is missing/],
  [
    { provider: 'esimgo', kind: 'reset' },
    /there is no provider "esimgo": did you mean esim-go\? There are: esim-go, highland/,
  ],
  [{ provider: 'nobody', kind: 'reset' }, /there is no provider "nobody"; there are: esim-go/],
  [
    { ...ORDER, kind: 'rest' },
    /there is no kind "rest": did you mean reset\? There are: status, delay/,
  ],
  [
    { provider: 'esim-go', operation: 'createOrdr', kind: 'reset' },
    /no operation of esim-go "createOrdr": did you mean createOrder\?/,
  ],
  [
    { provider: 'esim-go', operation: 'POST /order', kind: 'reset' },
    /did you mean POST \/orders\?/,
  ],
  [
    { ...ORDER, kind: 'reset', tmies: 1 },
    /no field of reset "tmies": did you mean times\? There are: .*nth, times, until, at/,
  ],
  [{ ...ORDER, kind: 'reset', delay: 'PT1S' }, /no field of reset "delay"/],
  [{ ...ORDER, callback: '*', kind: 'reset' }, /an operation or a callback, and not both/],
  [
    { provider: 'esim-go', callback: '*', kind: 'reset' },
    /reset is a fault of calls: name an operation/,
  ],
  [
    { ...ORDER, kind: 'truncated', when: 'before' },
    /when: truncated is possible after the change, and not before it/,
  ],
  [{ ...ORDER, kind: 'reset', at: 'body', when: 'before' }, /when: reset is possible after/],
  [{ ...ORDER, kind: 'revoked', when: 'after' }, /possible before the change, and not after it/],
  [{ ...ORDER, kind: 'reset', when: 'during' }, /when must be .*before.*after/],
  [{ ...ORDER, kind: 'reset', times: 0 }, /times must be at least 1/],
  [{ ...ORDER, kind: 'reset', nth: 1.5 }, /nth must be a whole number, and is 1\.5/],
  [
    { ...ORDER, kind: 'reset', until: 'soon' },
    /until must be an instant such as .*, or a duration/,
  ],
  [
    { ...ORDER, kind: 'reset', until: '2025-01-01T00:00:00Z' },
    /until: that is over, the world's clock shows 2026-01-01/,
  ],
  [{ ...ORDER, kind: 'reset', until: 'PT0S' }, /until: that is over/],
  [{ ...ORDER, kind: 'status' }, /status: it needs the field status/],
  [{ ...ORDER, kind: 'status', status: 99 }, /status must be a whole number from 200 to 599/],
  [
    { ...ORDER, kind: 'status', status: 418 },
    /418 is not documented for createOrder, which answers 200, 400, 401.*: give another status, or a body/,
  ],
  [{ provider: 'esim-go', kind: 'status', status: 401 }, /401 is not documented for getApiDetails/],
  [{ ...ORDER, kind: 'status', status: 204, body: {} }, /204 has no body/],
  [{ ...ORDER, kind: 'status', status: 503, contentType: 'text/html' }, /contentType needs a body/],
  [
    { ...ORDER, kind: 'status', status: 503, contentType: 'html', body: '' },
    /contentType must be a media type/,
  ],
  [
    { ...ORDER, kind: 'status', status: 503, headers: { 'X-A': 'a\r\nb' } },
    /headers must have texts of one line: X-A/,
  ],
  [{ ...ORDER, kind: 'status', status: 503, headers: { 'X A': 'a' } }, /"X A" is none/],
  [
    { ...ORDER, kind: 'status', status: 503, headers: { 'Content-Length': '5' } },
    /must not have Content-Length: the server sets it/,
  ],
  [{ ...ORDER, kind: 'status', status: 503, retryAfter: -1 }, /retryAfter must be seconds/],
  [{ ...ORDER, kind: 'delay' }, /delay: it needs the field delay/],
  [{ ...ORDER, kind: 'delay', delay: 'later' }, /delay: "later" is not a duration/],
  [{ ...ORDER, kind: 'delay', delay: 'P2D' }, /on the wall clock it must not be longer than a day/],
  [
    { ...ORDER, kind: 'delay', delay: { uniform: ['PT3S', 'PT1S'] } },
    /must not begin with the longer one/,
  ],
  [{ ...ORDER, kind: 'delay', delay: { logNormal: { median: 'PT1S', sigma: 9 } } }, /sigma/],
  [{ ...ORDER, kind: 'delay', delay: { normal: {} } }, /delay/],
  [{ ...ORDER, kind: 'hang', for: 'P2D' }, /for must not be longer than a day/],
  [{ ...ORDER, kind: 'rate-limit', limit: 5 }, /needs the field window/],
  [{ ...ORDER, kind: 'rate-limit', limit: 5, window: 'PT0S' }, /window must not be empty/],
  [
    { provider: 'highland', kind: 'rate-limit', limit: 5, window: 'PT1M' },
    /429 is not documented for \w+.*: give another status, or a body/,
  ],
  [
    { provider: 'wholesale', operation: 'issueToken', kind: 'revoked' },
    /revoked cannot happen to issueToken/,
  ],
  [{ ...ORDER, kind: 'schema', change: 'drop' }, /change must be .*drop-required/],
  [{ ...ORDER, kind: 'schema', pointer: 'esims' }, /pointer must be a JSON pointer/],
  [
    { ...ORDER, kind: 'reset', match: { headrs: {} } },
    /no part of match "headrs": did you mean headers\?/,
  ],
  [
    { ...ORDER, kind: 'reset', match: { query: { limit: 1 } } },
    /no query parameter "limit"; there are: includeIccids/,
  ],
  [
    { provider: 'esim-go', operation: 'getEsim', kind: 'reset', match: { path: { icid: '1' } } },
    /no path parameter "icid": did you mean iccid\?/,
  ],
  [
    { ...ORDER, kind: 'reset', match: { headers: { 'X-API Key': 'a' } } },
    /"X-API Key" is no name of a header/,
  ],
  [
    { ...ORDER, kind: 'reset', match: { headers: { 'Content-Tipe': 'a' } } },
    /no header "Content-Tipe": did you mean content-type\?/,
  ],
  [{ ...ORDER, kind: 'reset', match: { body: { order: 1 } } }, /"order" must be a JSON pointer/],
  [
    { ...ORDER, kind: 'reset', match: { body: { '/order/0/itm': 1 } } },
    /match.body: there is no field "itm": did you mean item\?/,
  ],
  [
    { provider: 'esim-go', operation: 'listEsims', kind: 'reset', match: { body: { '/a': 1 } } },
    /listEsims takes no body/,
  ],
] as const)('%j is refused', async (fault, why) => {
  await using sim = await startSimulator()
  const before = await sim.state()
  expectProblem(await call(sim.url, '/_sim/faults', { json: fault }), 400, why)
  expect(await sim.state()).toEqual(before)
})

test('faults are cleared by a reset, and those of the start are set anew', async () => {
  const fault = {
    provider: 'esim-go',
    operation: 'listEsims',
    kind: 'status',
    status: 503,
    times: 1,
  }
  await using sim = await startSimulator({ faults: [fault] })
  await sim.faults.add(LOST)
  const get = () => send('GET', `${sim.baseUrl('esim-go')}/esims`, { headers: KEY })
  expect([(await get()).status, (await get()).status]).toEqual([503, 200])
  await sim.reset()
  expect(await sim.faults.list()).toMatchObject([{ ...fault, id: 'fault_1', seen: 0, hits: 0 }])
  expect((await get()).status).toBe(503)
})

test('the state has the faults with what they have counted, and takes them elsewhere', async () => {
  await using sim = await startSimulator()
  await sim.faults.add({
    provider: 'esim-go',
    operation: 'listEsims',
    kind: 'status',
    status: 503,
    nth: 2,
  })
  const get = (url: string) => send('GET', `${url}/esims`, { headers: KEY })
  expect((await get(sim.baseUrl('esim-go'))).status).toBe(200)
  await using other = await startSimulator()
  await other.restore(await sim.state())
  expect(await other.faults.list()).toEqual(await sim.faults.list())
  expect((await get(other.baseUrl('esim-go'))).status).toBe(503)
  expect(await other.faults.list()).toMatchObject([{ seen: 2, hits: 1, active: false }])
})

test('a fault whose own fields are wrong is no record of a state', async () => {
  await using sim = await startSimulator()
  await sim.faults.add({ provider: 'esim-go', kind: 'delay', delay: 'PT1S' })
  const state = await sim.state()
  const put = (own: object) => {
    const fault_1 = { ...state.collections.faults?.fault_1, own }
    const collections = { ...state.collections, faults: { fault_1 } }
    return call(sim.url, '/_sim/state', { method: 'PUT', json: { ...state, collections } })
  }
  expectProblem(await put({}), 400, /"fault_1" in "faults": it needs the field delay/)
  expectProblem(await put({ delay: 5 }), 400, /"fault_1" in "faults": own.delay must be a duration/)
})

test('worlds have faults of their own', async () => {
  await using sim = await startSimulator()
  await call(sim.url, '/_sim/worlds', { json: { name: 'other' } })
  await sim.faults.add(LOST)
  expect((await call(sim.url, '/w/other/_sim/faults')).body).toEqual({ faults: [] })
  const set = await call(sim.url, '/_sim/faults', {
    json: LOST,
    headers: { 'X-Sim-World': 'other' },
  })
  const shown = await call(set.headers.get('location') ?? '', '')
  expect(shown.body).toEqual(set.body)
})

test('a world has so many faults; those that are over make room for others', async () => {
  await using sim = await startSimulator()
  await sim.faults.add({
    provider: 'esim-go',
    operation: 'listEsims',
    kind: 'status',
    status: 503,
    times: 1,
  })
  const state = await sim.state()
  const first = state.collections.faults?.fault_1 ?? {}
  const many = Array.from({ length: FAULTS_KEPT }, (_, at) => {
    const id = `fault_${at + 1}`
    return [id, { ...first, id, serial: at + 1 }]
  })
  await sim.restore({
    ...state,
    collections: { ...state.collections, faults: Object.fromEntries(many) },
  })
  expectProblem(
    await call(sim.url, '/_sim/faults', { json: LOST }),
    409,
    /1000 faults are active already/,
  )
  await send('GET', `${sim.baseUrl('esim-go')}/esims`, { headers: KEY })
  expect((await call(sim.url, '/_sim/faults', { json: LOST })).status).toBe(201)
  expect((await sim.faults.list()).map(({ id }) => id)).not.toContain('fault_1')
})

test('a fault that is too long is refused', async () => {
  await using sim = await startSimulator()
  const fault = { provider: 'esim-go', kind: 'status', status: 502 }
  const set = (length: number) =>
    call(sim.url, '/_sim/faults', { json: { ...fault, body: 'x'.repeat(length) } })
  expectProblem(await set(LONGEST_FAULT), 400, /at most 65536 characters of JSON/)
  expect((await set(LONGEST_FAULT - 200)).status).toBe(201)
})

test('faults that are wrong stop the start, and name which', async () => {
  const wrong = { provider: 'esim-go', kind: 'status', status: 599 }
  const good = { provider: 'esim-go', kind: 'empty' }
  await expect(startSimulator({ faults: [good, wrong] })).rejects.toThrow(
    /faults\[1\]: 599 is not documented/,
  )
  await expect(startSimulator({ stock: { faults: [wrong] } })).rejects.toThrow(/faults\[0\]: 599/)
  // @ts-expect-error: a list is wanted
  await expect(startSimulator({ stock: { faults: 'all' } })).rejects.toThrow(
    /faults must be a list/,
  )
  await using sim = await startSimulator({ faults: [good], stock: { faults: [LOST] } })
  expect(await sim.faults.list()).toMatchObject([good, LOST])
})

test('the control document has every field of every kind', async () => {
  const written = await readFile(new URL('../../specs/control.yaml', import.meta.url), 'utf8')
  const { properties } = parse(written).components.schemas.NewFault
  const common = [
    'provider',
    'operation',
    'callback',
    'kind',
    'when',
    'match',
    'nth',
    'times',
    'until',
  ]
  const own = new Set(faultKinds.flatMap(({ fields }) => Object.keys(fields)))
  expect(Object.keys(properties).toSorted()).toEqual([...common, ...own].toSorted())
})

test('every kind is told with its fields, and what a provider documents to set it for', async () => {
  await using sim = await startSimulator({ providers: ['esim-go'] })
  const kinds = await sim.faults.kinds()
  expect(kinds).toContainEqual(
    expect.objectContaining({ name: 'reset', of: 'operation', when: ['before', 'after'] }),
  )
  const status = kinds.find(({ name }) => name === 'status')
  expect(status?.fields).toContainEqual(
    expect.objectContaining({ name: 'status', required: true, form: expect.any(String) }),
  )
  const { operations, callbacks } = await sim.provenance.show('esim-go')
  expect(callbacks).toContain('Utilisation')
  const [operation] = operations.filter(({ id }) => id === 'createOrder')
  const [documented = 0] = operation?.statuses.filter((each) => each >= 500) ?? []
  const fault = { provider: 'esim-go', operation: 'createOrder', kind: 'status' } as const
  expect(await sim.faults.add({ ...fault, status: documented })).toMatchObject({ active: true })
})

test('magic values are told, and each ICCID among them is refused as it says', async () => {
  await using sim = await startSimulator()
  const values = await sim.magic()
  expect(new Set(values.map(({ provider }) => provider))).toEqual(
    new Set(['esim-go', 'wholesale', 'accounts-orders']),
  )
  const iccids = values.filter(({ where }) => where === 'an ICCID')
  expect(iccids.length).toBeGreaterThan(3)
  for (const { value, says } of iccids) {
    const path = `/esim-go/v2.4/esims/${value}`
    const { status } = await call(sim.url, path, { headers: { 'X-API-Key': 'test-esim-go-key' } })
    expect(says).toContain(String(status))
  }
})
