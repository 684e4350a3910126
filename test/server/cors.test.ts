// Pages of other origins that --cors opens the providers' APIs to: preflights, and headers of replies.
import { afterAll, expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { openSimulator } from '../../src/library/open-simulator.ts'
import { listen } from '../../src/server/listen.ts'
import { APIS, head, type RawAnswer, sendRaw } from '../support/raw.ts'

const APP = 'http://app.example:3000'
const sim = await startSimulator({
  cors: [APP, 'HTTPS://Other.example:443/', 'capacitor://localhost'],
})
const open = await startSimulator({ cors: ['*'] })
afterAll(() => Promise.all([sim.close(), open.close()]))

const LIST = '/highland/b2b/company/product_list?company_id=1a9a1d8ddc9311f09e024c50dd6c0d86'

/** A request of a page, as a browser sends it. */
const asked = (method: string, path: string, headers: Readonly<Record<string, string>> = {}) =>
  head(`${method} ${path}`, {
    Origin: APP,
    'Sec-Fetch-Site': 'cross-site',
    'Sec-Fetch-Mode': 'cors',
    'Accept-Language': 'en',
    ...headers,
  })

const preflight = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  asked('OPTIONS', path, { 'Access-Control-Request-Method': 'POST', ...headers })

/** Every header by which a server opens something. */
const shared = ({ headers }: RawAnswer) =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => name === 'vary' || name.startsWith('access-')),
  )

const READABLE = {
  vary: 'Origin',
  'access-control-allow-origin': APP,
  'access-control-expose-headers': '*',
}

test.each(APIS.filter(({ api }) => api !== '/_sim'))(
  '$api: a page of a named origin reads every answer, refusals and redirected paths among them',
  async ({ get, post }) => {
    for (const path of [get, post, `${get}/nothing`, `/w/default${get}`, `/w/nope${get}`])
      for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']) {
        const answer = await sendRaw(sim.port, asked(method, path))
        expect(shared(answer), `${method} ${path}`).toEqual(READABLE)
        expect(answer.status, `${method} ${path}`).not.toBe(500)
      }
    const noUrl = await sendRaw(sim.port, asked('GET', `${get}?x=%zz`))
    expect({ status: noUrl.status, headers: shared(noUrl) }).toEqual({
      status: 400,
      headers: READABLE,
    })
  },
)

test('a request that is too large is answered so that its page can read why', async () => {
  const body = 'x'.repeat(1_100_000)
  const request = asked('POST', '/highland/b2b/sim/acquire', {
    'Content-Type': 'application/json',
    'Content-Length': String(body.length),
  })
  const answer = await sendRaw(sim.port, request + body)
  expect({ status: answer.status, headers: shared(answer) }).toEqual({
    status: 413,
    headers: READABLE,
  })
})

test('a preflight is answered for paths and worlds of any kind, and sets nothing going', async () => {
  const before = (await sim.journal.list()).length
  const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE'
  for (const path of [LIST, '/w/nope/highland/x', '/esim-go/v2.4/orders', '/wholesale/oauth/token'])
    expect(await sendRaw(sim.port, preflight(path)), path).toMatchObject({
      status: 204,
      text: '',
      headers: { ...READABLE, 'access-control-allow-methods': methods },
    })
  expect((await sim.journal.list()).length).toBe(before)
})

test('a preflight is told that the headers it names may be sent, Authorization among them', async () => {
  const names = 'authorization,content-type,x-api-key'
  const named = await sendRaw(
    sim.port,
    preflight(LIST, { 'Access-Control-Request-Headers': names }),
  )
  expect(named.headers).toMatchObject({
    'access-control-allow-headers': names,
    'access-control-max-age': '600',
  })
  expect(named.headers).not.toHaveProperty('content-length')
  const none = await sendRaw(sim.port, preflight(LIST))
  expect(none.headers).not.toHaveProperty('access-control-allow-headers')
})

test('a public page that asks for this network is told that it may, where it may', async () => {
  const network = { 'Access-Control-Request-Private-Network': 'true' }
  const allowed = 'access-control-allow-private-network'
  expect((await sendRaw(sim.port, preflight(LIST, network))).headers).toHaveProperty(
    allowed,
    'true',
  )
  expect((await sendRaw(sim.port, preflight(LIST))).headers).not.toHaveProperty(allowed)
  const foreign = preflight(LIST, { ...network, Origin: 'https://evil.example' })
  const answer = await sendRaw(sim.port, foreign)
  expect({ status: answer.status, headers: shared(answer) }).toEqual({
    status: 403,
    headers: { vary: 'Origin' },
  })
})

test.each([
  ['http://app.example:3000', 200],
  ['HTTP://APP.example:3000', 200],
  ['https://other.example', 200],
  ['capacitor://localhost', 200],
  ['http://app.example', 403],
  ['http://app.example:3001', 403],
  ['https://app.example:3000', 403],
  ['http://a.app.example:3000', 403],
  ['http://app.example:3000.evil.example', 403],
  ['http://app.example:3000/', 403],
  ['http://app.example:3000, http://app.example:3000', 403],
  ['http://other.example', 403],
  ['capacitor://other', 403],
  ['*', 403],
  ['null', 403],
  ['', 403],
])('pages of "%s" are answered %d', async (Origin, status) => {
  const answer = await sendRaw(sim.port, asked('GET', LIST, { Origin }))
  expect(answer.status).toBe(status)
  expect(shared(answer)).toEqual(
    status === 200 ? { ...READABLE, 'access-control-allow-origin': Origin } : { vary: 'Origin' },
  )
})

test('a cache is told that the answer differs by origin, also where none is sent', async () => {
  const answer = await sendRaw(sim.port, head(`GET ${LIST}`))
  expect({ status: answer.status, headers: shared(answer) }).toEqual({
    status: 200,
    headers: { vary: 'Origin' },
  })
})

test.each(['http://anyone.example', 'null', 'chrome-extension://abc'])(
  '* opens the APIs of providers to pages of %s, under the names that are listed',
  async (Origin) => {
    const readable = { ...READABLE, 'access-control-allow-origin': '*' }
    const answer = await sendRaw(open.port, asked('GET', LIST, { Origin }))
    expect({ status: answer.status, headers: shared(answer) }).toEqual({
      status: 200,
      headers: readable,
    })
    const asks = await sendRaw(open.port, preflight(LIST, { Origin }))
    expect(asks).toMatchObject({ status: 204, headers: readable })
    const rebound = asked('GET', LIST, { Origin: 'http://evil.example', Host: 'evil.example' })
    const unlisted = await sendRaw(open.port, rebound)
    expect({ status: unlisted.status, headers: shared(unlisted) }).toEqual({
      status: 403,
      headers: { vary: 'Origin' },
    })
  },
)

test('what comes without an Origin is opened by none: no part of a page', async () => {
  for (const { port } of [sim, open])
    for (const dest of ['image', 'script', 'iframe', 'empty']) {
      const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Dest': dest }
      const answer = await sendRaw(port, head(`GET ${LIST}`, headers))
      expect({ status: answer.status, headers: shared(answer) }).toEqual({
        status: 403,
        headers: { vary: 'Origin' },
      })
    }
})

test('the control API and the front page are opened to no page', async () => {
  const before = await sim.state()
  for (const { port } of [sim, open])
    for (const [method, path] of [
      ['GET', '/_sim/worlds'],
      ['GET', '/_sim/health'],
      ['POST', '/_sim/reset'],
      ['GET', '/'],
      ['GET', '/nothing'],
      ['OPTIONS', '*'],
    ] as const) {
      const answer = await sendRaw(port, asked(method, path))
      expect({ status: answer.status, headers: shared(answer) }).toEqual({
        status: 403,
        headers: {},
      })
      expect(answer.text, path).toMatch(/--cors/)
      const asks = await sendRaw(port, preflight(path))
      expect({ status: asks.status, headers: shared(asks) }).toEqual({ status: 403, headers: {} })
    }
  expect(await sim.state()).toEqual(before)
})

test('OPTIONS that is no preflight goes on as it did', async () => {
  for (const headers of [{}, { Origin: APP }]) {
    const answer = await sendRaw(sim.port, head(`OPTIONS ${LIST}`, headers))
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
  }
  const read = { Origin: APP, 'Access-Control-Request-Method': 'GET' }
  expect((await sendRaw(sim.port, head(`GET ${LIST}`, read))).status).toBe(200)
  const own = { Origin: `http://127.0.0.1:${sim.port}`, 'Access-Control-Request-Method': 'PUT' }
  const request = head(`OPTIONS ${LIST}`, { ...own, Host: `127.0.0.1:${sim.port}` })
  expect((await sendRaw(sim.port, request)).status).toBe(405)
})

test('on a port of its own a provider is opened as on that of all', async () => {
  const listening = await listen('127.0.0.1', [{ port: 0, slug: 'highland' }])
  const server = await openSimulator({ cors: [APP] })
  listening.serve(server)
  const port = listening.endpoints[0]?.port ?? 0
  const path = LIST.replace('/highland', '')
  const answer = await sendRaw(port, asked('GET', path))
  expect({ status: answer.status, headers: shared(answer) }).toEqual({
    status: 200,
    headers: READABLE,
  })
  const foreign = await sendRaw(port, asked('GET', path, { Origin: 'https://evil.example' }))
  expect(foreign.status).toBe(403)
  expect((await sendRaw(port, asked('GET', '/_sim/clock'))).status).toBe(403)
  await listening.close(0)
  await server.close()
})
