// What a simulator counts, as Prometheus reads it.
import { expect, test } from 'vitest'
import { startReceiver, startSimulator } from '../../src/index.ts'
import { call, expectProblem } from '../support/control.ts'
import { type Family, readExposition } from '../support/exposition.ts'
import { makeWorld, startReplica } from '../support/replicas.ts'
import { sharedDatabase } from '../support/shared-store.ts'

async function metricsOf(url: string): Promise<Map<string, Family>> {
  const answer = await fetch(`${url}/_sim/metrics`)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  return readExposition(await answer.text())
}

/** The samples of a metric. */
const valuesOf = (all: Map<string, Family>, name: string) =>
  Object.fromEntries(all.get(name)?.samples ?? [])

const KEY = { 'X-API-Key': 'test-esim-go-key' }

test('requests are counted by operation and class of status, refusals by their true reason', async () => {
  await using sim = await startSimulator()
  const esims = `${sim.baseUrl('esim-go')}/esims`
  for (const headers of [KEY, KEY, {}]) await fetch(esims, { headers })
  await fetch(`${sim.baseUrl('esim-go')}/nothing`, { headers: KEY })
  const v25 = sim.baseUrl('esim-go').replace('v2.4', 'v2.5')
  await fetch(`${v25}/esims`, { headers: KEY })
  const all = await metricsOf(sim.url)
  expect(valuesOf(all, 'esimulator_requests_total')).toEqual({
    'esimulator_requests_total{provider="esim-go",operation="listEsims",status="2xx"}': 3,
    'esimulator_requests_total{provider="esim-go",operation="listEsims",status="4xx"}': 1,
    'esimulator_requests_total{provider="esim-go",operation="none",status="4xx"}': 1,
  })
  expect(valuesOf(all, 'esimulator_refusals_total')).toEqual({
    'esimulator_refusals_total{provider="esim-go",code="unauthorized"}': 1,
    'esimulator_refusals_total{provider="esim-go",code="unknown-route"}': 1,
  })
  const times = valuesOf(all, 'esimulator_request_duration_seconds')
  expect(times['esimulator_request_duration_seconds_count{provider="esim-go"}']).toBe(5)
  expect(valuesOf(all, 'esimulator_exchanges_total')).toEqual({ esimulator_exchanges_total: 5 })
})

test('a fault that lets nothing leave is counted, with its request', async () => {
  await using sim = await startSimulator()
  await sim.faults.add({ provider: 'esim-go', operation: 'listEsims', kind: 'reset' })
  await fetch(`${sim.baseUrl('esim-go')}/esims`, { headers: KEY }).catch(() => {})
  const all = await metricsOf(sim.url)
  expect(valuesOf(all, 'esimulator_faults_total')).toEqual({
    'esimulator_faults_total{provider="esim-go",kind="reset"}': 1,
  })
  expect(valuesOf(all, 'esimulator_requests_total')).toEqual({
    'esimulator_requests_total{provider="esim-go",operation="listEsims",status="none"}': 1,
  })
})

test('callbacks are counted: attempts by outcome, those that are over by state, those that wait', async () => {
  await using receiver = await startReceiver({ answer: [500, 200] })
  await using sim = await startSimulator({ given: 'an assigned bundle', callbackUrl: receiver.url })
  const [{ iccid } = { iccid: '' }] = await sim.sims('esim-go')
  await sim.device(iccid).attach('GB')
  await receiver.waitFor(1)
  await expect.poll(() => sim.callbacks.list({ state: 'retrying' })).toHaveLength(1)
  const waiting = await metricsOf(sim.url)
  expect(valuesOf(waiting, 'esimulator_callbacks_pending')).toEqual({
    esimulator_callbacks_pending: 1,
  })
  await sim.clock.advance('P1D')
  const all = await metricsOf(sim.url)
  expect(valuesOf(all, 'esimulator_callbacks_pending')).toEqual({ esimulator_callbacks_pending: 0 })
  const outcome = (of: string) =>
    `esimulator_callback_attempts_total{provider="esim-go",outcome="${of}"}`
  expect(valuesOf(all, 'esimulator_callback_attempts_total')).toMatchObject({
    [outcome('taken')]: 1,
    [outcome('failed')]: 1,
  })
  const state = (of: string) => `esimulator_callbacks_total{provider="esim-go",state="${of}"}`
  expect(valuesOf(all, 'esimulator_callbacks_total')).toMatchObject({
    [state('delivered')]: 1,
    [state('dead')]: 0,
  })
})

test('nobody needs a token, and no name of a world or a SIM is told', async () => {
  await using sim = await startSimulator({ token: 'a-secret' })
  await sim.worlds.create({ name: 'secret-name' })
  await fetch(`${sim.url}/w/secret-name/esim-go/v2.4/esims/8943108170000000013`, { headers: KEY })
  const text = await (await fetch(`${sim.url}/_sim/metrics`)).text()
  expect(text).toContain('esimulator_worlds_open 2')
  expect(text).not.toMatch(/secret-name|a-secret|8943108170000000013|test-esim-go-key/)
  const headers = { Origin: 'https://attacker.example' }
  expectProblem(await call(sim.url, '/_sim/metrics', { headers }), 403, /pages of/)
  expect(readExposition(await sim.metrics()).get('esimulator_ready')?.samples).toEqual(
    new Map([['esimulator_ready', 1]]),
  )
})

test('the process tells of its event loop and its memory', async () => {
  await using sim = await startSimulator()
  const all = await metricsOf(sim.url)
  for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes'])
    expect(all.get(name)?.samples.size, name).toBe(1)
  expect([...all.keys()].filter((name) => !/^(esimulator|nodejs|process)_/.test(name))).toEqual([])
  expect(all.has('esimulator_leases_sure')).toBe(false)
})

test('replicas tell of their worlds, and of what they pass on', async () => {
  const database = sharedDatabase()
  await using a = await startReplica(database)
  await using b = await startReplica(database)
  const key = await makeWorld(a, 'w')
  await fetch(`${b.url}/w/w/esim-go/v2.4/esims`, { headers: { 'X-API-Key': key } })
  const ofB = await metricsOf(b.url)
  expect(valuesOf(ofB, 'esimulator_requests_passed_on_total')).toEqual({
    esimulator_requests_passed_on_total: 1,
  })
  expect(valuesOf(ofB, 'esimulator_requests_total')).toEqual({})
  expect(valuesOf(ofB, 'esimulator_leases_sure')).toEqual({ esimulator_leases_sure: 1 })
  const ofA = await metricsOf(a.url)
  expect(valuesOf(ofA, 'esimulator_requests_total')).toEqual({
    'esimulator_requests_total{provider="esim-go",operation="listEsims",status="2xx"}': 1,
  })
  a.store.doubt()
  const doubting = await metricsOf(a.url)
  expect(valuesOf(doubting, 'esimulator_ready')).toEqual({ esimulator_ready: 0 })
  a.store.learn()
})
