// Simulators that share a store: each answers for every world, wherever that is.
import { once } from 'node:events'
import { request } from 'node:http'
import { describe, expect, test, vi } from 'vitest'
import { call } from '../../support/control.ts'
import { send } from '../../support/http.ts'
import { hasPostgres } from '../../support/postgres.ts'
import { sendRaw } from '../../support/raw.ts'
import { makeWorld, postgresDatabase, startReplica } from '../../support/replicas.ts'
import { sharedDatabase } from '../../support/shared-store.ts'

const BACKENDS = [
  { where: 'in memory', isThere: true, database: async () => sharedDatabase() },
  { where: 'in PostgreSQL', isThere: hasPostgres, database: postgresDatabase },
]
const ORDER = {
  type: 'transaction',
  assign: true,
  order: [{ type: 'bundle', item: 'esim_1GB_7D_GB_V2', quantity: 1 }],
}

describe.for(BACKENDS)('worlds that are shared $where', ({ isThere, database: open }) => {
  test.runIf(isThere)('are answered for by each, in the same bytes', async () => {
    const database = await open()
    await using a = await startReplica(database)
    await using b = await startReplica(database)
    const key = await makeWorld(a, 'w')
    const headers = { 'X-API-Key': key }
    const paths = [
      '/w/w/esim-go/v2.4/catalogue?perPage=2',
      '/w/w/esim-go/v2.4/esims/none',
      '/w/w/_sim/clock',
      '/_sim/worlds/w',
      '/w/w/nowhere',
    ]
    for (const path of paths) {
      const here = await send('GET', a.url + path, { headers })
      const there = await send('GET', b.url + path, { headers })
      expect([there.status, there.text]).toEqual([here.status, here.text])
      expect([...there.headers]).toEqual([...here.headers])
    }
    const picture = '/w/w/_sim/openapi.json'
    expect((await send('GET', b.url + picture)).status).toBe(200)
  })

  test.runIf(isThere)(
    'take what is sent to another, by prefix, header and credential',
    async () => {
      const database = await open()
      await using a = await startReplica(database)
      await using b = await startReplica(database)
      const key = await makeWorld(a, 'w')
      const ways: [string, Record<string, string>][] = [
        ['/w/w', {}],
        ['', { 'X-Sim-World': 'w' }],
        ['', {}],
      ]
      for (const [prefix, named] of ways) {
        const headers = { 'X-API-Key': key, ...named }
        const ordered = await send('POST', `${b.url}${prefix}/esim-go/v2.4/orders`, {
          json: ORDER,
          headers,
        })
        expect([ordered.status, ordered.text]).toEqual([200, expect.stringContaining('1GB')])
      }
      const listed = await call<{ sims: unknown[] }>(a.url, '/w/w/_sim/sims')
      const before = await call<{ sims: unknown[] }>(a.url, '/w/fresh/_sim/sims')
      expect(before.status).toBe(404)
      expect(listed.body.sims.length).toBeGreaterThan(3)
      const frozen = await call(b.url, '/w/w/_sim/settings/esim-go', {
        method: 'PATCH',
        json: {},
      })
      expect(frozen.status).toBeLessThan(500)
      const journal = await call<{ exchanges: { url: string; headers?: object }[] }>(
        a.url,
        '/w/w/_sim/journal',
      )
      expect(JSON.stringify(journal.body)).not.toContain('passed-on')
    },
  )

  test.runIf(isThere)('are listed by each, and removed through each', async () => {
    const database = await open()
    await using a = await startReplica(database)
    await using b = await startReplica(database)
    await makeWorld(a, 'one')
    await makeWorld(b, 'two')
    interface List {
      readonly worlds: readonly { readonly name: string }[]
    }
    for (const { url } of [a, b]) {
      const { body } = await call<List>(url, '/_sim/worlds')
      expect(body.worlds.map(({ name }) => name).sort()).toEqual(['default', 'one', 'two'])
    }
    expect((await call(b.url, '/_sim/worlds/one', { method: 'DELETE' })).status).toBe(204)
    expect((await call(a.url, '/_sim/worlds/one')).status).toBe(404)
    expect((await call(b.url, '/_sim/worlds', { json: { name: 'two' } })).status).toBe(409)
    expect((await call(a.url, '/_sim/worlds', { json: { name: 'two' } })).status).toBe(409)
    expect((await call(b.url, '/_sim/worlds', { json: { name: 'one' } })).status).toBe(201)
  })

  test.runIf(isThere)('are made once under a name, whoever is asked at the same time', async () => {
    const database = await open()
    await using a = await startReplica(database)
    await using b = await startReplica(database)
    const asked = [a, b, a, b].map(({ url }) => call(url, '/_sim/worlds', { json: { name: 'w' } }))
    const statuses = (await Promise.all(asked)).map(({ status }) => status)
    expect(statuses.sort()).toEqual([201, 409, 409, 409])
  })

  test.runIf(isThere)(
    'tell their events through another, and end when who listens goes',
    async () => {
      const database = await open()
      await using a = await startReplica(database, { idle: 50 })
      await using b = await startReplica(database)
      await makeWorld(a, 'w')
      const asked = request(`${b.url}/w/w/_sim/events`).end()
      const [answer] = await once(asked, 'response')
      let heard = ''
      answer.on('data', (chunk: Buffer) => {
        heard += chunk.toString()
      })
      answer.on('error', () => {})
      await vi.waitFor(() => expect(heard).toContain('event: open'))
      await call(b.url, '/w/w/_sim/clock/advance', { json: { by: 'PT1H' } })
      await vi.waitFor(() => expect(heard).toContain('event: clock'))
      expect(a.server.worlds.get('w')).toBeDefined()
      asked.destroy()
      // Nobody uses it any more.
      await vi.waitFor(() => expect(a.server.worlds.get('w')).toBeUndefined())
    },
  )

  test.runIf(isThere)('lose connections as they would at the first replica', async () => {
    const database = await open()
    await using a = await startReplica(database)
    await using b = await startReplica(database)
    const key = await makeWorld(a, 'w')
    for (const kind of ['reset', 'truncated']) {
      const fault = { provider: 'esim-go', operation: '*', kind, times: 1 }
      const set = await call(b.url, '/w/w/_sim/faults', { json: fault })
      expect([set.status, set.body]).toEqual([201, expect.anything()])
      const asked = send('GET', `${b.url}/w/w/esim-go/v2.4/catalogue`, {
        headers: { 'X-API-Key': key },
      })
      await expect(asked).rejects.toThrow()
    }
  })
})

test('a request that says it was passed on is answered to no stranger', async () => {
  const database = sharedDatabase()
  await using a = await startReplica(database)
  const asked = [
    { 'X-Sim-Passed-On': 'somebody' },
    { 'X-Sim-Passed-On': 'somebody', 'X-Sim-Passed-On-Proof': 'a-guess e30' },
  ]
  for (const headers of asked) {
    const answer = await call(a.url, '/_sim/clock', { headers })
    expect([answer.status, answer.body]).toEqual([421, undefined])
  }
})

test.each([
  ['kept', '/w/w/esim-go/v2.4/orders'],
  ['passed on as it comes', '/w/w/_sim/state'],
])(
  'a body that is %s stays a body, also where its length is said to be of the connection',
  async (_how, path) => {
    const database = sharedDatabase()
    await using a = await startReplica(database)
    await using b = await startReplica(database)
    const key = await makeWorld(a, 'w')
    const body = 'GET /w/w/esim-go/v2.4/catalogue HTTP/1.1\r\nHost: localhost\r\n\r\n'
    const head = [
      `${path.endsWith('state') ? 'PUT' : 'POST'} ${path} HTTP/1.1`,
      'Host: localhost',
      `X-API-Key: ${key}`,
      'Connection: close, content-length, host',
      `Content-Length: ${body.length}`,
      'Content-Type: application/json',
    ]
    const answer = await sendRaw(Number(new URL(b.url).port), `${head.join('\r\n')}\r\n\r\n${body}`)
    expect(answer.status).toBe(400)
    const { body: journal } = await call<{ entries: { url: string }[] }>(a.url, '/w/w/_sim/journal')
    expect(journal.entries.filter(({ url }) => url.includes('catalogue'))).toEqual([])
  },
)

test('a provider on a port of its own is the same through another replica', async () => {
  const database = sharedDatabase()
  await using a = await startReplica(database)
  await using b = await startReplica(database, { ports: [{ port: 0, slug: 'esim-go' }] })
  const key = await makeWorld(a, 'w')
  const headers = { 'X-API-Key': key }
  const own = await send('GET', `${b.urls[1]}/w/w/v2.4/catalogue?perPage=1`, { headers })
  const shared = await send('GET', `${a.url}/w/w/esim-go/v2.4/catalogue?perPage=1`, { headers })
  expect([own.status, own.text]).toEqual([200, shared.text])
})

test('a state of many bytes goes through another replica as it comes', async () => {
  const database = sharedDatabase()
  await using a = await startReplica(database)
  await using b = await startReplica(database)
  await makeWorld(a, 'w')
  const { text } = await send('GET', `${b.url}/w/w/_sim/state`)
  const padded = `${' '.repeat(2_000_000)}${text}`
  const put = await send('PUT', `${b.url}/w/w/_sim/state`, {
    raw: padded,
    headers: { 'Content-Type': 'application/json' },
  })
  expect(put.status).toBe(200)
})
