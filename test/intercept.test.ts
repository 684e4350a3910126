// Clients whose host is written into them: their calls come to a simulator in their own process.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import axios from 'axios'
import { Agent, request as undiciRequest } from 'undici'
import { expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../src/index.ts'
import { GB_1 } from './support/esim-go-shop.ts'

const PUBLIC = 'https://api.esim-go.com/v2.4'
const KEY = { 'X-API-Key': 'test-esim-go-key' }

interface Client {
  balance(): Promise<number>
  buy(item: string): Promise<{ readonly status: number; readonly body: unknown }>
}

const CLIENTS = ['with-fetch', 'with-axios', 'with-https'] as const
const clientNamed = async (name: string): Promise<Client> => {
  const file = new URL(`./fixtures/hard-coded-clients/${name}.js`, import.meta.url)
  const { openClient } = (await import(file.href)) as { openClient(key: string): Client }
  return openClient('test-esim-go-key')
}
const callsSeen = async (sim: RunningSimulator) =>
  (await sim.journal.list()).map(({ method, url }) => `${method} ${url}`)

test.each(CLIENTS)(
  'a client %s buys from the simulator, and knows only the real host',
  async (name) => {
    await using sim = await startSimulator({ intercept: true })
    const client = await clientNamed(name)
    const before = await client.balance()
    expect(await client.buy(GB_1)).toMatchObject({ status: 200, body: { status: 'completed' } })
    expect(await client.balance()).toBeLessThan(before)
    expect(await callsSeen(sim)).toEqual([
      'GET /v2.4/organisation',
      'POST /v2.4/orders',
      'GET /v2.4/organisation',
    ])
  },
)

test('undici is led to the simulator with a dispatcher of its own, too', async () => {
  await using sim = await startSimulator({ intercept: true })
  const dispatcher = new Agent({ keepAliveTimeout: 10, pipelining: 1 })
  const { statusCode, body } = await undiciRequest(`${PUBLIC}/organisation`, {
    headers: KEY,
    dispatcher,
  })
  expect([statusCode, await body.json()]).toMatchObject([200, { organisations: [{}] }])
  await dispatcher.close()
  expect(await callsSeen(sim)).toEqual(['GET /v2.4/organisation'])
})

test('without TLS the public host is led to the simulator as well: nothing goes to the real one', async () => {
  await using sim = await startSimulator({ intercept: true })
  const response = await fetch('http://api.esim-go.com/v2.4/catalogue', { headers: KEY })
  const { status } = await axios.get('http://api.esim-go.com/v2.4/catalogue', { headers: KEY })
  expect([response.status, status]).toEqual([200, 200])
  expect(await callsSeen(sim)).toHaveLength(2)
})

test('what a simulator of its own hosts, and what is none of its, is left as it is', async () => {
  await using elsewhere = await otherServer()
  await using _sim = await startSimulator({ intercept: true })
  expect(await (await fetch(elsewhere.url)).text()).toBe('elsewhere')
  expect((await axios.get(elsewhere.url)).data).toBe('elsewhere')
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(elsewhere.url).port) })
  await once(socket, 'connect')
  socket.destroy()
})

test('links in answers carry the public host, and a client that follows them stays with us', async () => {
  await using sim = await startSimulator({ intercept: true })
  const token = await fetch(
    'https://api.1global.com/auth/realms/enterprise-apis/protocol/openid-connect/token',
    {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'test-client',
        client_secret: 'test-secret',
      }),
    },
  )
  const { access_token: bearer } = (await token.json()) as { access_token: string }
  const headers = { Authorization: `Bearer ${bearer}` }
  const first = await fetch('https://api.1global.com/enterprise/subscriptions?limit=1', { headers })
  const page = (await first.json()) as { _links: { self: { href: string } } }
  expect(page._links.self.href).toMatch(/^https:\/\/api\.1global\.com\/enterprise\/subscriptions/)
  expect((await fetch(page._links.self.href, { headers })).status).toBe(200)
  expect(await callsSeen(sim)).toHaveLength(3)
})

test('a host of your own stands for a provider that has no known one', async () => {
  await using sim = await startSimulator({
    intercept: { hosts: { 'api.my-provider.example': 'highland' } },
  })
  const answer = await fetch('https://api.my-provider.example/b2b/company/summary?company_id=1')
  expect(answer.headers.get('content-type')).toContain('json')
  expect(await callsSeen(sim)).toEqual(['GET /b2b/company/summary?company_id=1'])
})

test('connections break as they would: reset, and cut off in the middle of the body', async () => {
  await using sim = await startSimulator({ intercept: true })
  await sim.faults.add({ provider: 'esim-go', kind: 'reset', when: 'before', times: 3 })
  const https = await clientNamed('with-https')
  await expect(https.balance()).rejects.toMatchObject({ code: 'ECONNRESET' })
  await expect(axios.get(PUBLIC, { headers: KEY })).rejects.toMatchObject({ code: 'ECONNRESET' })
  await expect(fetch(PUBLIC, { headers: KEY })).rejects.toThrow('fetch failed')
  await sim.faults.add({ provider: 'esim-go', kind: 'truncated', times: 2 })
  const cut = await fetch(`${PUBLIC}/catalogue`, { headers: KEY })
  await expect(cut.text()).rejects.toThrow('terminated')
  await expect(https.balance()).rejects.toMatchObject({ code: 'ECONNRESET' })
})

test('an answer that never comes leaves the client to its own patience', async () => {
  await using sim = await startSimulator({ intercept: true })
  await sim.faults.add({ provider: 'esim-go', kind: 'hang', times: 2 })
  const signal = AbortSignal.timeout(50)
  await expect(fetch(PUBLIC, { headers: KEY, signal })).rejects.toThrow('timeout')
  await expect(axios.get(PUBLIC, { headers: KEY, timeout: 50 })).rejects.toMatchObject({
    code: 'ECONNABORTED',
  })
})

test('nothing of it is left once the simulator is closed, and the next one begins anew', async () => {
  const { connect: before } = await import('node:tls')
  for (const round of [1, 2]) {
    await using sim = await startSimulator({ intercept: true })
    const client = await clientNamed('with-https')
    expect([round, await client.balance()]).toEqual([round, expect.any(Number)])
    expect(await callsSeen(sim)).toHaveLength(1)
  }
  const { connect: after } = await import('node:tls')
  expect(after).toBe(before)
})

test('what a library has put over it outlives it, and the next simulator intercepts all the same', async () => {
  const { default: tls } = await import('node:tls')
  const before = tls.connect
  const sim = await startSimulator({ intercept: true })
  const { connect: ours } = tls
  const over = (...args: unknown[]) => Reflect.apply(ours, tls, args)
  try {
    Object.assign(tls, { connect: over })
    await sim.close()
    expect(tls.connect).toBe(over)
    // Libraries put back what they found.
    Object.assign(tls, { connect: ours })
    await using next = await startSimulator({ intercept: true })
    expect((await fetch(`${PUBLIC}/organisation`, { headers: KEY })).status).toBe(200)
    expect(await callsSeen(next)).toHaveLength(1)
  } finally {
    Object.assign(tls, { connect: before })
  }
})

test('a second simulator that would intercept is refused, and one that would not is welcome', async () => {
  await using sim = await startSimulator({ intercept: true })
  await expect(startSimulator({ intercept: true })).rejects.toThrow(
    'another simulator intercepts the calls of this process already: close it first',
  )
  await using _other = await startSimulator()
  expect((await fetch(`${PUBLIC}/organisation`, { headers: KEY })).status).toBe(200)
  expect(await callsSeen(sim)).toHaveLength(1)
})

test('a call chooses its world by its credential', async () => {
  await using sim = await startSimulator({ intercept: true })
  await sim.control.call('createWorld', {
    body: { name: 'job-7', credentials: { 'esim-go': ['job-7-key'] } },
  })
  await fetch(`${PUBLIC}/organisation`, { headers: { 'X-API-Key': 'job-7-key' } })
  expect(await callsSeen(sim)).toEqual([])
})

test('wrong hosts are refused with what to do', async () => {
  const refusal = (hosts: Record<string, string>) => startSimulator({ intercept: { hosts } })
  await expect(refusal({ 'api.example': 'higland' })).rejects.toThrow('highland')
  await expect(refusal({ localhost: 'highland' })).rejects.toThrow('--port highland=PORT')
  await expect(refusal({ 'https://api.example/': 'highland' })).rejects.toThrow('no host name')
  await expect(refusal({ 'api.example:8443': 'highland' })).rejects.toThrow('map a host name')
})

test('TLS sockets tell what clients ask them for', async () => {
  await using _sim = await startSimulator({ intercept: true })
  const asked = httpsRequest(`${PUBLIC}/organisation`, { headers: KEY, agent: false }).end()
  const [response] = await once(asked, 'response')
  expect(response.socket).toMatchObject({ encrypted: true, authorized: true })
  expect(response.socket.getProtocol()).toBe('TLSv1.3')
  response.resume()
  await once(response, 'end')
})

test.each(CLIENTS)(
  'a program %s runs unchanged with --import esimulator/intercept, its calls come to a simulator elsewhere',
  async (name) => {
    await using sim = await startSimulator()
    const shop = 'test/fixtures/hard-coded-clients/shop.js'
    const child = spawn(process.execPath, [shop, name, GB_1], {
      env: {
        PATH: process.env.PATH,
        NODE_OPTIONS: '--import esimulator/intercept',
        ESIMULATOR_URL: sim.url,
      },
    })
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(errors).toBe('')
    const { before, status, after } = JSON.parse(out)
    expect(status).toBe(200)
    expect(after).toBeLessThan(before)
    expect(await callsSeen(sim)).toHaveLength(3)
  },
)

async function otherServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_request, response) => response.end('elsewhere'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
