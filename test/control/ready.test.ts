// Whether a simulator can serve, as balancers and probes ask it: without a token, under any host name.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { call, expectProblem, rawGet } from '../support/control.ts'
import { fillableDisk, startOn } from '../support/full-disk.ts'
import { hasPostgres, startPostgres } from '../support/postgres.ts'
import { startReplica } from '../support/replicas.ts'
import { sharedDatabase } from '../support/shared-store.ts'

const READY = { status: 200, body: { status: 'ready' } }
const ready = (url: string) => call<{ detail?: string }>(url, '/_sim/ready')

test('a simulator that serves is ready, for who sends no token and knows its address alone', async () => {
  await using sim = await startSimulator({ token: 'a-secret' })
  expect(await ready(sim.url)).toMatchObject(READY)
  const probe = await rawGet(sim.url, '/_sim/ready', { host: '10.1.2.3:4010' })
  expect(probe).toMatchObject(READY)
  expect(await sim.ready()).toEqual({ status: 'ready' })
})

test('no page of another site is told', async () => {
  await using sim = await startSimulator()
  const headers = { Origin: 'https://attacker.example' }
  expectProblem(await call(sim.url, '/_sim/ready', { headers }), 403, /pages of/)
})

test('a world that refuses writes makes it unready, until it takes them again', async () => {
  const home = await mkdtemp(join(tmpdir(), 'esimulator-ready-'))
  const disk = fillableDisk()
  const sim = await startOn(disk, home, 'written')
  await call(sim.url, '/_sim/worlds', { json: { name: 'secret-name' } })
  disk.full = true
  await call(sim.url, '/w/secret-name/_sim/clock/advance', { json: { by: 'PT1S' } })
  const shut = await ready(sim.url)
  expectProblem(shut, 503, /refuses? writes/)
  expect(shut.body.detail).not.toMatch(/secret-name/)
  expect(shut.headers.get('retry-after')).toMatch(/^\d+$/)
  expect((await call(sim.url, '/_sim/health')).body).toMatchObject({
    store: { kind: 'folder', answers: false },
    writesRefused: { 'secret-name': expect.any(String) },
  })
  disk.full = false
  await vi.waitFor(async () => expect(await ready(sim.url)).toMatchObject(READY), {
    timeout: 10_000,
  })
  await sim.close()
  await rm(home, { recursive: true })
})

test('one that leaves is not ready, and still serves', async () => {
  const database = sharedDatabase()
  await using a = await startReplica(database)
  await using b = await startReplica(database)
  const left = a.server.leave()
  expectProblem(await ready(a.url), 503, /ending/)
  expect((await call(a.url, '/_sim/clock')).status).toBe(200)
  await left
  expectProblem(await ready(a.url), 503, /ending/)
  expect(await ready(b.url)).toMatchObject(READY)
})

test('one that is not sure of its leases is not ready', async () => {
  await using a = await startReplica(sharedDatabase())
  a.store.doubt()
  expectProblem(await ready(a.url), 503, /store does not answer/)
  a.store.learn()
  expect(await ready(a.url)).toMatchObject(READY)
})

test.runIf(hasPostgres)(
  'one whose database is away is up, and not ready until it is back',
  async () => {
    const postgres = await startPostgres()
    const store = await postgres.newDatabase()
    const sim = await startSimulator({ store })
    expect(await ready(sim.url)).toMatchObject(READY)
    await postgres.stop()
    await vi.waitFor(
      async () => expectProblem(await ready(sim.url), 503, /store does not answer/),
      {
        timeout: 10_000,
      },
    )
    expect((await call(sim.url, '/_sim/health')).body).toMatchObject({
      status: 'ok',
      store: { kind: 'postgres', answers: false },
    })
    await postgres.start()
    await vi.waitFor(async () => expect(await ready(sim.url)).toMatchObject(READY), {
      timeout: 10_000,
    })
    await sim.close()
    await postgres.stop()
  },
)

test('the health tells the replica, its leases, and the others', async () => {
  const database = sharedDatabase()
  const access = { token: 'a-secret', hosts: [], cors: [] }
  await using a = await startReplica(database, { access })
  await using b = await startReplica(database, { access })
  const headers = { Authorization: 'Bearer a-secret' }
  const { id, url } = b.store.leases.self
  const { body } = await call<object>(a.url, '/_sim/health', { headers })
  expect(body).toMatchObject({
    replica: { id: a.store.leases.self.id, url: a.url, leaving: false },
    leases: { worlds: 1, sure: true },
    replicas: [{ id, url, worlds: 0, leaving: false }],
  })
  expect(JSON.stringify(body)).not.toContain(b.store.leases.self.key)
  expect((await call(a.url, '/_sim/health')).body).not.toHaveProperty('replicas')
})

test('one that shares its store with nobody tells of no replica', async () => {
  await using sim = await startSimulator()
  const health = await sim.health()
  expect(health.store).toEqual({ kind: 'memory', answers: true })
  expect(health).not.toHaveProperty('replica')
})
