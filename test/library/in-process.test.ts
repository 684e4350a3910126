// Requests answered in process, without a socket: as over HTTP, byte for byte.
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { createApp, SimulatorClosed, startSimulator } from '../../src/index.ts'
import { providerCalls } from '../support/provider-calls.ts'

const KEY = { 'X-API-Key': 'test-esim-go-key' }
const JSON_TYPE = { 'Content-Type': 'application/json' }
const ESIMS = 'http://sim/esim-go/v2.4/esims'

interface Wanted {
  readonly method?: string
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** What a client sees of an answer, but for what each connection says of itself. */
async function seen(response: Response) {
  const { status, statusText, headers } = response
  const own = [...headers].filter(([name]) => !['connection', 'keep-alive'].includes(name))
  return {
    status,
    statusText,
    headers: own,
    body: Buffer.from(await response.arrayBuffer()).toString('latin1'),
  }
}

test('every call is answered as over HTTP, of all providers, of worlds and of /_sim', async () => {
  const options = { given: 'an assigned bundle', seed: 'both' } as const
  await using overHttp = await startSimulator(options)
  await using inProcess = await startSimulator(options)
  // The tokens that are collected on the way are drawn in both.
  await providerCalls(inProcess)
  const fromProviders = (await providerCalls(overHttp)).flatMap(({ read, change, token }) => {
    const calls = [...(token ? [token] : []), read, change(), change(), read]
    return calls.map(({ method, url, headers, body }) => ({ method, url, headers, body }))
  })
  const [{ iccid } = { iccid: '' }] = await overHttp.sims('esim-go')
  const base = '/esim-go/v2.4'
  const wanted: Wanted[] = [
    { path: `${base}/esims` },
    { path: `${base}/esims`, headers: KEY, method: 'HEAD' },
    { path: `${base}/nowhere`, headers: KEY },
    { path: `${base}/orders`, headers: { ...KEY, ...JSON_TYPE }, method: 'POST', body: '{"a":' },
    { path: `${base}/orders`, headers: KEY, method: 'POST' },
    { path: `${base}/esims/${iccid}`, headers: KEY, method: 'DELETE' },
    { path: `${base}/esims/${iccid}`, headers: { ...KEY, Prefer: 'code=503' } },
    {
      path: `${base}/esims/assignments?reference=none`,
      headers: { ...KEY, Accept: 'application/zip' },
    },
    { path: '/_sim/worlds', method: 'POST', headers: JSON_TYPE, body: '{"name":"w"}' },
    { path: '/w/w/_sim/clock' },
    { path: `/w/w${base}/esims`, headers: KEY },
    { path: `${base}/esims`, headers: { ...KEY, 'X-Sim-World': 'nobodys' } },
    { path: '/_sim/clock/advance', method: 'POST', headers: JSON_TYPE, body: '{"by":"P9D"}' },
    { path: '/_sim/sims' },
    { path: '/_sim/snapshots/a', method: 'PUT' },
    { path: '/_sim/snapshots/a', method: 'DELETE' },
    { path: '/_sim/nowhere' },
    { path: '/' },
  ]
  const calls = [
    ...fromProviders,
    ...wanted.map(({ path, ...call }) => ({ ...call, url: overHttp.url + path })),
  ]
  for (const { url, ...call } of calls) {
    const init = { ...call, body: call.body ?? null }
    // What is asked is the same to the letter: hrefs have the Host of the request in them.
    const [there, here] = await Promise.all([fetch(url, init), inProcess.fetch(url, init)])
    expect(await seen(here), `${call.method ?? 'GET'} ${url}`).toEqual(await seen(there))
  }
  expect(calls.length).toBeGreaterThan(30)
})

test('an archive of pictures comes with every byte it has', async () => {
  await using sim = await startSimulator({ given: 'an order' })
  const path = '/esim-go/v2.4/esims/qr/3a6e2e40-c674-45e9-b289-b35027bf72a9'
  const [there, here] = await Promise.all([
    fetch(sim.url + path, { headers: KEY }),
    sim.fetch(sim.url + path, { headers: KEY }),
  ])
  expect(here.headers.get('content-type')).toBe('application/zip')
  expect(await seen(here)).toEqual(await seen(there))
})

test('the host of a URL is any, and links have it', async () => {
  await using sim = await startSimulator()
  const made = await sim.fetch('http://sim.example/_sim/worlds', {
    method: 'POST',
    headers: JSON_TYPE,
    body: '{"name":"w"}',
  })
  const { baseUrls } = (await made.json()) as { baseUrls: Record<string, string> }
  expect(baseUrls['esim-go']).toBe('http://sim.example/w/w/esim-go/v2.4')
  expect((await sim.fetch(new Request(`${baseUrls.highland}/`))).status).toBe(404)
})

test('a connection that breaks is the TypeError that fetch has for it', async () => {
  await using sim = await startSimulator()
  for (const kind of ['reset', 'empty']) {
    await sim.faults.clear()
    await sim.faults.add({ provider: 'esim-go', operation: 'listEsims', kind })
    await expect(sim.fetch(ESIMS, { headers: KEY }), kind).rejects.toThrow(TypeError)
  }
  await sim.faults.clear()
  await sim.faults.add({ provider: 'esim-go', operation: 'listEsims', kind: 'truncated' })
  const cut = await sim.fetch(ESIMS, { headers: KEY })
  expect(cut.status).toBe(200)
  await expect(cut.text()).rejects.toThrow(TypeError)
})

test('a request that is called off before or while it waits fails with the reason', async () => {
  await using sim = await startSimulator()
  const before = AbortSignal.abort(new Error('not now'))
  await expect(sim.fetch(ESIMS, { headers: KEY, signal: before })).rejects.toThrow('not now')
  await sim.faults.add({ provider: 'esim-go', operation: 'listEsims', kind: 'hang' })
  const gone = new AbortController()
  const asked = sim.fetch(ESIMS, { headers: KEY, signal: gone.signal })
  await sim.waitFor({ requests: { operation: 'listEsims' } })
  gone.abort(new Error('too long'))
  await expect(asked).rejects.toThrow('too long')
})

test('an application is asked without a port, and is a listener of node:http', async () => {
  await using app = await createApp({ providers: ['esim-go'] })
  expect((await app.fetch(ESIMS, { headers: KEY })).status).toBe(200)
  const server = createServer(app)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  expect((await fetch(`http://127.0.0.1:${port}/_sim/clock`)).status).toBe(200)
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
  await app.close()
  await app.close()
  await expect(app.fetch(ESIMS)).rejects.toThrow(SimulatorClosed)
})

test('what is being answered when the simulator closes is broken off', async () => {
  const sim = await startSimulator()
  await sim.faults.add({ provider: 'esim-go', operation: 'listEsims', kind: 'hang' })
  const asked = sim.fetch(ESIMS, { headers: KEY })
  await sim.waitFor({ requests: { operation: 'listEsims' } })
  await Promise.all([expect(asked).rejects.toThrow(TypeError), sim.close()])
})

test('a request whose body is still being written when the simulator closes is broken off', async () => {
  const sim = await startSimulator()
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const headers = { ...KEY, ...JSON_TYPE }
  const init = { method: 'POST', headers, body: readable, duplex: 'half' }
  const asked = sim.fetch('http://sim/esim-go/v2.4/orders', init as RequestInit)
  const brokenOff = expect(asked).rejects.toThrow(TypeError)
  await sim.close()
  await writable.close()
  await brokenOff
})

test("a provider's public host is answered in process, too", async () => {
  await using sim = await startSimulator({ providers: ['esim-go'] })
  const answer = await sim.fetch('https://api.esim-go.com/v2.4/organisation', { headers: KEY })
  expect(answer.status).toBe(200)
})
