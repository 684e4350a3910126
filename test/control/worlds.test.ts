// Worlds made, found, begun anew and removed over the control API.
import { expect, test } from 'vitest'
import type { WorldRow, WorldShown } from '../../src/control/wire.ts'
import { type ClockShown, startSimulator } from '../../src/index.ts'
import { call, expectProblem } from '../support/control.ts'

const worldsOf = async (url: string) =>
  (await call<{ worlds: WorldRow[] }>(url, '/_sim/worlds')).body.worlds
const ask = (baseUrl: string, key: string) =>
  fetch(`${baseUrl}/esims`, { headers: { 'X-API-Key': key } })

test('a world is made with URLs and credentials that work at once', async () => {
  await using sim = await startSimulator()
  const { status, body } = await call<WorldShown>(sim.url, '/_sim/worlds', {
    json: { name: 'ci-1' },
  })
  expect(status).toBe(201)
  expect(body).toMatchObject({
    name: 'ci-1',
    baseUrls: { 'esim-go': `${sim.url}/w/ci-1/esim-go/v2.4` },
    mounts: {
      'esim-go': ['v2.4', 'v2.5'].map((version) => `${sim.url}/w/ci-1/esim-go/${version}`),
    },
    credentials: { 'esim-go': { apiKey: expect.any(String) } },
  })
  const apiKey = body.credentials['esim-go']?.apiKey ?? ''
  const baseUrl = body.baseUrls['esim-go'] ?? ''
  expect((await ask(baseUrl, apiKey)).status).toBe(200)
  expect((await ask(sim.baseUrl('esim-go'), apiKey)).status).toBe(200)
  expect((await ask(baseUrl, 'test-esim-go-key')).status).toBe(403)
})

test('a world begins as it is told', async () => {
  await using sim = await startSimulator()
  const seeded = (await sim.sims()).length
  const clock = { mode: 'running', at: '2030-05-05T00:00:00Z', rate: 60 }
  const { body } = await call<WorldShown>(sim.url, '/_sim/worlds', {
    json: { name: 'w', seed: 's', given: 'an assigned bundle', clock, ttl: 'PT1H' },
  })
  expect(body).toMatchObject({
    seed: 's',
    sims: seeded + 1,
    clock: { mode: 'running', rate: 60 },
    expiresAt: expect.any(String),
  })
  expect(Date.parse(body.clock.now)).toBeGreaterThanOrEqual(Date.parse(clock.at))
  expect(await worldsOf(sim.url)).toMatchObject([
    { name: 'default', sims: seeded },
    { name: 'w', sims: seeded + 1 },
  ])
})

test('the prefix and the header lead to a world, the prefix first', async () => {
  await using sim = await startSimulator()
  for (const name of ['a', 'b']) await call(sim.url, '/_sim/worlds', { json: { name } })
  await call(sim.url, '/w/a/_sim/clock/advance', { json: { by: 'P1D' } })
  await call(sim.url, '/_sim/clock/advance', {
    json: { by: 'P2D' },
    headers: { 'X-Sim-World': 'b' },
  })
  const now = async (path: string, headers = {}) =>
    (await call<ClockShown>(sim.url, path, { headers })).body.now
  expect(await now('/_sim/clock')).toBe('2026-01-01T00:00:00.000Z')
  expect(await now('/_sim/clock', { 'X-Sim-World': 'a' })).toBe('2026-01-02T00:00:00.000Z')
  expect(await now('/w/b/_sim/clock', { 'X-Sim-World': 'a' })).toBe('2026-01-03T00:00:00.000Z')
})

test('bad and taken names, unknown states and bad clocks are refused', async () => {
  await using sim = await startSimulator()
  const make = (json: object) => call(sim.url, '/_sim/worlds', { json })
  for (const name of ['', 'a b', '../x', 'x'.repeat(65)])
    expectProblem(await make({ name }), 400, /is no name of a world|name is empty/)
  expectProblem(await make({}), 400, /name/)
  expectProblem(await make({ name: 'default' }), 409, /exists already/)
  expectProblem(await make({ name: 'x', given: 'a paradise' }), 400, /there are: "default"/)
  expectProblem(
    await make({ name: 'x', clock: { at: 'tomorrow' } }),
    400,
    /clock\.at: "tomorrow" is no instant/,
  )
  expectProblem(await make({ name: 'x', ttl: 'soon' }), 400, /is not a duration/)
  expectProblem(await make({ name: 'x', ttl: 'PT0S' }), 400, /longer than nothing/)
  expect(await worldsOf(sim.url)).toHaveLength(1)
})

test('a removed world is gone, and its name is free', async () => {
  await using sim = await startSimulator()
  await call(sim.url, '/_sim/worlds', { json: { name: 'w' } })
  expect(await call(sim.url, '/_sim/worlds/w', { method: 'DELETE' })).toMatchObject({
    status: 204,
    body: undefined,
  })
  expectProblem(await call(sim.url, '/_sim/worlds/w'), 404, /no world "w"/)
  expect((await fetch(`${sim.url}/w/w/esim-go/v2.4/esims`)).status).toBe(404)
  expect(await call(sim.url, '/_sim/worlds', { json: { name: 'w' } })).toMatchObject({
    status: 201,
  })
})

test('the default world cannot be removed', async () => {
  await using sim = await startSimulator()
  expectProblem(
    await call(sim.url, '/_sim/worlds/default', { method: 'DELETE' }),
    409,
    /POST \/_sim\/reset/,
  )
})

test('a reset world is as at its start: time, SIMs, journal, settings', async () => {
  await using sim = await startSimulator({ settings: { 'esim-go': { processingDelay: 'PT5M' } } })
  const seeded = (await sim.sims()).length
  await sim.reset({ given: 'an assigned bundle' })
  await sim.clock.advance('P1D')
  await sim.set('esim-go', { processingDelay: 'PT0S' })
  await fetch(`${sim.baseUrl('esim-go')}/esims`)
  expect(await sim.sims('esim-go')).toHaveLength(1)
  const { body } = await call(sim.url, '/_sim/reset', { method: 'POST' })
  expect(body).toMatchObject({
    name: 'default',
    sims: seeded,
    clock: { now: '2026-01-01T00:00:00.000Z', mode: 'frozen' },
  })
  expect(await sim.journal.list()).toEqual([])
  expect((await sim.settings('esim-go')).processingDelay).toMatchObject({ value: 'PT5M' })
})

test('the same seed gives the same SIM, another one another', async () => {
  await using sim = await startSimulator()
  const iccidFor = async (seed: string) => {
    await sim.reset({ seed, given: 'an assigned bundle' })
    return (await sim.sims('esim-go'))[0]?.iccid
  }
  const first = await iccidFor('one')
  expect(await iccidFor('two')).not.toBe(first)
  expect(await iccidFor('one')).toBe(first)
})

test('a reset to a state there is not changes nothing', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  expectProblem(
    await call(sim.url, '/_sim/reset', { json: { given: 'chaos' } }),
    400,
    /there are: "default"/,
  )
  expect(await sim.sims('esim-go')).toHaveLength(1)
})

test('a world whose time to live is over goes away, and who still asks for it is told', async () => {
  await using sim = await startSimulator()
  const { body } = await call<WorldShown>(sim.url, '/_sim/worlds', {
    json: { name: 'brief', ttl: '30ms' },
  })
  await expect.poll(() => worldsOf(sim.url)).toHaveLength(1)
  const over = /"brief".*: its time to live was over at 20\d\d-/
  expectProblem(await call(sim.url, '/_sim/worlds/brief'), 404, over)
  expectProblem(await call(sim.url, '/w/brief/_sim/clock'), 404, over)
  const apiKey = String(body.credentials['esim-go']?.apiKey)
  const byPath = await fetch(`${sim.url}/w/brief/esim-go/v2.4/esims`)
  expect([byPath.status, await byPath.text()]).toEqual([404, expect.stringMatching(/time to live/)])
  // Without a path its credential was all that led to it.
  const byKey = await fetch(`${sim.url}/esim-go/v2.4/esims`, { headers: { 'X-API-Key': apiKey } })
  expect(byKey.status).toBe(403)
  const [entry] = await sim.journal.list({ refused: true })
  const why =
    /no key of the world "default".*it is a credential of the world "brief", and its time to live was over/
  expect(entry?.refusal?.reason).toMatch(why)
})

test('what was of a removed world is told no more once there is another of its name', async () => {
  await using sim = await startSimulator()
  await call(sim.url, '/_sim/worlds', { json: { name: 'w' } })
  await call(sim.url, '/_sim/worlds/w', { method: 'DELETE' })
  expectProblem(
    await call(sim.url, '/_sim/worlds/w'),
    404,
    /no world "w": it was removed at 20\d\d-/,
  )
  const { body } = await call<WorldShown>(sim.url, '/_sim/worlds', { json: { name: 'w' } })
  const headers = { 'X-API-Key': String(body.credentials['esim-go']?.apiKey) }
  expect((await fetch(`${sim.url}/esim-go/v2.4/esims`, { headers })).status).toBe(200)
})

test('worlds that are made and removed under one name at the same time end in one, or none', async () => {
  await using sim = await startSimulator()
  const calls = Array.from({ length: 40 }, (_, at) =>
    at % 2 === 0
      ? call(sim.url, '/_sim/worlds', { json: { name: 'w' } })
      : call(sim.url, '/_sim/worlds/w', { method: 'DELETE' }),
  )
  const statuses = (await Promise.all(calls)).map(({ status }) => status)
  const made = statuses.filter((status) => status === 201).length
  const removed = statuses.filter((status) => status === 204).length
  expect(new Set(statuses)).toEqual(
    new Set([201, 204, 404, 409].filter((each) => statuses.includes(each))),
  )
  expect(await worldsOf(sim.url)).toHaveLength(1 + made - removed)
  expect([0, 1]).toContain(made - removed)
})

test('how many worlds there may be is an option, and the refusal names it', async () => {
  await using sim = await startSimulator({ maxWorlds: 2 })
  expect((await call(sim.url, '/_sim/worlds', { json: { name: 'a' } })).status).toBe(201)
  const one = await call(sim.url, '/_sim/worlds', { json: { name: 'b' } })
  expectProblem(one, 409, /there are 2 worlds already: .*--max-worlds/)
})

test('a credential that leads to a world is refused to another', async () => {
  await using sim = await startSimulator()
  const make = (name: string) =>
    call(sim.url, '/_sim/worlds', {
      json: { name, credentials: { 'esim-go': ['one-key-for-both'] } },
    })
  expect((await make('a')).status).toBe(201)
  expectProblem(await make('b'), 409, /leads to the world "a" already/)
  await call(sim.url, '/_sim/worlds/a', { method: 'DELETE' })
  expect((await make('b')).status).toBe(201)
})

test('however often a world is reset, it is the same to the byte', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const states: string[] = []
  for (let round = 0; round < 3; round += 1) {
    await sim.reset({ given: 'an assigned bundle' })
    states.push(JSON.stringify(await sim.state()))
    // What happens in between is of that life alone; what is drawn after it goes on alike.
    const [row] = await sim.sims('esim-go')
    await sim.device(String(row?.iccid), 'esim-go').use('800MB')
    await call(`${sim.baseUrl('esim-go')}`, '/orders', {
      json: {
        type: 'transaction',
        assign: true,
        order: [{ type: 'bundle', quantity: 2, item: 'esim_1GB_7D_GB_V2' }],
      },
      headers: { 'X-API-Key': 'test-esim-go-key' },
    })
    states.push(JSON.stringify(await sim.state()))
  }
  expect(new Set(states.filter((_, at) => at % 2 === 0)).size).toBe(1)
  expect(new Set(states.filter((_, at) => at % 2 === 1)).size).toBe(1)
  await sim.reset({ given: 'an assigned bundle', seed: 'another' })
  expect(states).not.toContain(JSON.stringify(await sim.state()))
})
