// What becomes of a world whose replica is gone, or no longer sure that it has it.
import { once } from 'node:events'
import { request } from 'node:http'
import { expect, test, vi } from 'vitest'
import { call } from '../../support/control.ts'
import { send } from '../../support/http.ts'
import { makeWorld, startReplica } from '../../support/replicas.ts'
import { sharedDatabase } from '../../support/shared-store.ts'

interface Clock {
  readonly now: string
}

test('a request waits for the lease of a replica that is gone, and is served by another then', async () => {
  const database = sharedDatabase()
  await using a = await startReplica(database)
  await using b = await startReplica(database)
  const key = await makeWorld(a, 'w')
  await call(a.url, '/w/w/_sim/clock/advance', { json: { by: 'PT1H' } })
  const headers = { 'X-API-Key': key }
  // So that there are connections which end with it.
  expect((await send('GET', `${b.url}/w/w/esim-go/v2.4/esims`, { headers })).status).toBe(200)
  await a.vanish()
  let answered = 0
  const asked = [
    send('GET', `${b.url}/esim-go/v2.4/esims`, { headers }),
    send('POST', `${b.url}/w/w/_sim/clock/advance`, { json: { by: 'PT1H' } }),
    send('GET', `${b.url}/w/w/_sim/clock`),
  ].map((answer) => answer.finally(() => (answered += 1)))
  await call(b.url, '/_sim/worlds')
  expect([answered, database.holderOf('w')]).toEqual([0, a.url])
  a.store.expire()
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  expect(statuses).toEqual([200, 200, 200])
  expect(database.holderOf('w')).toBe(b.url)
  const { body } = await call<Clock>(b.url, '/w/w/_sim/clock')
  expect(body.now).toBe('2026-01-01T02:00:00.000Z')
})

test('a request with an empty body is served where its world was taken over, too', async () => {
  const database = sharedDatabase()
  await using a = await startReplica(database)
  await using b = await startReplica(database)
  await makeWorld(a, 'w')
  const saved = await call(a.url, '/w/w/_sim/snapshots/s', { method: 'PUT', json: {} })
  expect(saved.status).toBe(201)
  await a.vanish()
  // It is known whose it is, so it is tried there first.
  const restoring = send('POST', `${b.url}/w/w/_sim/snapshots/s/restore`, {
    headers: { 'content-length': '0' },
  })
  await call(b.url, '/_sim/worlds')
  a.store.expire()
  const restored = await restoring
  expect(restored.status).toBe(200)
})

test('a request that a replica may have carried out is not sent again', async () => {
  const database = sharedDatabase()
  await using a = await startReplica(database)
  await using b = await startReplica(database)
  const key = await makeWorld(a, 'w')
  const fault = { provider: 'esim-go', operation: '*', kind: 'hang' }
  expect((await call(a.url, '/w/w/_sim/faults', { json: fault })).status).toBe(201)
  const asked = send('GET', `${b.url}/w/w/esim-go/v2.4/esims`, { headers: { 'X-API-Key': key } })
  // It has come to where it hangs.
  const noted = () => call<{ exchanges: object[] }>(a.url, '/w/w/_sim/journal?path=esims')
  await vi.waitFor(async () => expect(JSON.stringify((await noted()).body)).toContain('v2.4/esims'))
  await a.vanish()
  const answer = await asked
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, expect.any(String)])
})

test('a reply does not leave before it is sure that the world is still held', async () => {
  const database = sharedDatabase()
  await using a = await startReplica(database)
  await using b = await startReplica(database)
  const key = await makeWorld(a, 'w')
  const headers = { 'X-API-Key': key }
  const esims = '/w/w/esim-go/v2.4/esims'
  a.store.doubt()
  let answered = 0
  const asked = [
    send('GET', a.url + esims, { headers }),
    send('GET', `${a.url}/w/w/_sim/clock`),
    send('GET', `${a.url}/_sim/worlds/w`),
  ].map((answer) => answer.finally(() => (answered += 1)))
  await call(b.url, '/_sim/openapi.json')
  expect(answered).toBe(0)
  a.store.learn()
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  expect(statuses).toEqual([200, 200, 200])
})

test('a replica that lost a world refuses what it had under way, ends its streams, and passes on', async () => {
  const database = sharedDatabase()
  await using a = await startReplica(database)
  await using b = await startReplica(database)
  const key = await makeWorld(a, 'w')
  const headers = { 'X-API-Key': key }
  const listening = request(`${a.url}/w/w/_sim/events`).end()
  const [stream] = await once(listening, 'response')
  let heard = ''
  stream.on('data', (chunk: Buffer) => {
    heard += chunk.toString()
  })
  a.store.doubt()
  a.store.expire()
  expect((await call(b.url, '/w/w/_sim/clock/advance', { json: { by: 'P1D' } })).status).toBe(200)
  const stale = send('GET', `${a.url}/w/w/esim-go/v2.4/esims`, { headers })
  const write = send('PUT', `${a.url}/w/w/_sim/callbacks/target/esim-go`, {
    json: { url: 'http://127.0.0.1:9/' },
  })
  await call(b.url, '/_sim/openapi.json')
  a.store.learn()
  const refused = await stale
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, expect.any(String)])
  expect((await write).status).toBe(503)
  await vi.waitFor(() => expect(heard).toMatch(/event: end\ndata: \{"why":".*took it over/))
  // What is asked for from now on is answered by who has it.
  expect((await send('GET', `${a.url}/w/w/esim-go/v2.4/esims`, { headers })).status).toBe(200)
  const { body } = await call<Clock>(a.url, '/w/w/_sim/clock')
  expect(body.now).toBe('2026-01-02T00:00:00.000Z')
  const { body: targets } = await call<{ targets: object }>(b.url, '/w/w/_sim/callbacks/target')
  expect(JSON.stringify(targets)).not.toContain('127.0.0.1:9')
})

test('a replica starts while another has the world default', async () => {
  const database = sharedDatabase()
  await using a = await startReplica(database)
  await using b = await startReplica(database)
  expect(database.log.filter(({ world }) => world === 'default')).toHaveLength(1)
  expect((await call(b.url, '/_sim/clock')).body).toEqual((await call(a.url, '/_sim/clock')).body)
})
