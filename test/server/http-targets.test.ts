// What a request is for (RFC 9112 3.2, RFC 3986, RFC 9110 9 and 15): on provider paths and /_sim alike.
import { afterAll, expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { APIS, head, type RawAnswer, sendRaw } from '../support/raw.ts'

const sim = await startSimulator({ settings: { 'esim-go': { rateLimit: 0 } } })
afterAll(() => sim.close())
const KEY = { 'X-API-Key': 'test-esim-go-key' }

/** Checks that an answer is a refusal in the words of its API, and that it says why. */
function expectRefusal(answer: RawAnswer, status: number, refusal: readonly string[], why: RegExp) {
  expect(answer.text).toMatch(why)
  expect(answer.status).toBe(status)
  expect(Object.keys(answer.body as object).toSorted()).toEqual(refusal)
}

const bad = [
  ['a Host of two words', (path: string) => head(`GET ${path}`, { Host: 'a b' }), /Host/],
  ['an empty Host', (path: string) => head(`GET ${path}`, { Host: '' }), /Host/],
  ['a user in the Host', (path: string) => head(`GET ${path}`, { Host: 'user@h' }), /Host/],
  ['a path in the Host', (path: string) => head(`GET ${path}`, { Host: 'h/path' }), /Host/],
  ['a port that is none', (path: string) => head(`GET ${path}`, { Host: 'h:65536' }), /Host/],
  ['an address that is none', (path: string) => head(`GET ${path}`, { Host: '[::1::2]' }), /Host/],
  [
    'two Hosts',
    (path: string) => head(`GET ${path}`, { host: '127.0.0.1' }),
    /several Host headers/,
  ],
  ['a % and no digits', (path: string) => head(`GET ${path}?x=%zz`), /decode/],
  ['bytes that are no UTF-8', (path: string) => head(`GET ${path}/a%FFb`), /decode/],
  ['UTF-8 that is too long', (path: string) => head(`GET ${path}/%C0%AF`), /decode/],
  ['half a character', (path: string) => head(`GET ${path}?x=%ED%A0%80`), /decode/],
  ['a cut escape', (path: string) => head(`GET ${path}?x=%4`), /decode/],
  ['segments of dots', (path: string) => head(`GET ${path}/../x`), /dots/],
  ['escaped segments of dots', (path: string) => head(`GET ${path}/%2e%2E/x`), /dots/],
  ['a fragment', (path: string) => head(`GET ${path}#here`), /fragment/],
  ['a user in an absolute URL', (path: string) => head(`GET http://user@127.0.0.1${path}`), /Host/],
  ['an absolute URL without a host', (path: string) => head(`GET http://${path}`), /Host/],
] as const

for (const { api, get, refusal } of APIS)
  test.each(bad)(`${api}: %s is 400`, async (_what, request, why) => {
    expectRefusal(await sendRaw(sim.port, request(get)), 400, refusal, why)
  })

test('what belongs to no API at all is 400, too', async () => {
  for (const target of ['*', 'ftp://127.0.0.1/_sim/clock', '127.0.0.1:80', 'nothing'])
    expect(await sendRaw(sim.port, head(`GET ${target}`)), target).toMatchObject({ status: 400 })
  expect(await sendRaw(sim.port, head('GET /', { Host: 'a b' }))).toMatchObject({ status: 400 })
})

test('the bytes of a URL beyond ASCII are to be escaped', async () => {
  const path = '/esim-go/v2.4/networks?countries='
  const raw = Buffer.from(head(`GET ${path}Türkiye`, KEY))
  expect(await sendRaw(sim.port, raw)).toMatchObject({ status: 400 })
  const escaped = head(`GET ${path}T%C3%BCrkiye`, KEY)
  expect((await sendRaw(sim.port, escaped)).text).toContain('Türkiye')
})

test.each(['127.0.0.1:4010', 'LOCALHOST', '[::1]:80', 'localhost:', 'a_b.c-d', '%61'])(
  'the Host %s is one',
  async (Host) => {
    const answer = await sendRaw(sim.port, head('GET /esim-go/v2.4/esims', { ...KEY, Host }))
    expect(answer.status).toBe(200)
  },
)

test('without a Host HTTP/1.1 is refused, and HTTP/1.0 is served', async () => {
  const path = '/esim-go/v2.4/esims'
  const key = `X-API-Key: ${KEY['X-API-Key']}\r\n`
  expect((await sendRaw(sim.port, `GET ${path} HTTP/1.1\r\n${key}\r\n`)).status).toBe(400)
  expect((await sendRaw(sim.port, `GET ${path} HTTP/1.0\r\n${key}\r\n`)).status).toBe(200)
})

test('the authority of an absolute URL is the host that counts: for the guard and for links', async () => {
  const evil = head('GET http://evil.example/_sim/worlds', { Host: 'localhost' })
  expect(await sendRaw(sim.port, evil)).toMatchObject({ status: 403 })
  const own = head('GET http://localhost/_sim/worlds', { Host: 'evil.example' })
  expect(await sendRaw(sim.port, own)).toMatchObject({ status: 200 })

  const front = await sendRaw(sim.port, head('GET HTTP://Elsewhere.example:81', { Host: 'h' }))
  expect(front.body).toMatchObject({ control: 'http://Elsewhere.example:81/_sim' })
  const query = head('GET http://localhost?x=1', { Host: 'h' })
  expect(await sendRaw(sim.port, query)).toMatchObject({ status: 200 })
})

test('what is escaped without need is the same path (RFC 3986 6.2.2.2)', async () => {
  for (const path of ['/%65sim-go/v2%2E4/%65sims', '/w/d%65fault/esim-go/v2.4/esims'])
    expect(await sendRaw(sim.port, head(`GET ${path}`, KEY)), path).toMatchObject({ status: 200 })
  expect(await sendRaw(sim.port, head('GET /%5fsim/clock'))).toMatchObject({ status: 200 })
})

test('an escaped slash is part of its segment', async () => {
  const answer = await sendRaw(sim.port, head('GET /esim-go/v2.4/orders/a%2Fb', KEY))
  expect(answer).toMatchObject({ status: 400, body: { message: 'there is no order a/b' } })
})

const METHODS = { 'esim-go': 'GET, HEAD, PUT', 'esim-go v2.5': 'GET, HEAD, PUT' }

test.each(APIS)('$api: a method that is not there is 405 with Allow', async ({ api, get }) => {
  for (const method of ['PATCH', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    const { status, headers } = await sendRaw(sim.port, head(`${method} ${get}`))
    expect(status).toBe(405)
    expect(headers.allow).toBe(api in METHODS ? 'GET, HEAD, PUT' : 'GET, HEAD')
  }
})

test('HEAD is answered as GET without the body, on provider paths and /_sim', async () => {
  for (const path of ['/esim-go/v2.4/esims', '/_sim/clock', '/']) {
    const whole = await sendRaw(sim.port, head(`GET ${path}`, KEY))
    const { status, headers, text } = await sendRaw(sim.port, head(`HEAD ${path}`, KEY))
    expect({ status, text, length: headers['content-length'] }).toEqual({
      status: 200,
      text: '',
      length: String(Buffer.byteLength(whole.text)),
    })
  }
})

test('the server as a whole tells its methods, and is no proxy', async () => {
  const { status, headers } = await sendRaw(sim.port, head('OPTIONS *'))
  expect({ status, allow: headers.allow }).toEqual({
    status: 204,
    allow: 'GET, HEAD, POST, PUT, PATCH, DELETE',
  })
  expect(headers['content-length']).toBeUndefined()
  const tunnel = await sendRaw(sim.port, head('CONNECT evil.example:443'))
  expect(tunnel).toMatchObject({ status: 501, headers: { connection: 'close' } })
})

test('401 says how to show who one is, 429 and 503 when to come again', async () => {
  const { headers } = await sendRaw(sim.port, head('GET /esim-go/v2.4/networks?isos=GB'))
  expect(headers['www-authenticate']).toBe('ApiKey realm="api"')
  for (const path of ['/wholesale/transactionStatus', '/accounts-orders/enterprise/accounts']) {
    const answer = await sendRaw(sim.port, head(`GET ${path}`))
    expect(answer.headers['www-authenticate'], path).toBe('Bearer realm="api"')
  }
  const { authHeader, authValue } = { authHeader: 'x-partner', authValue: 'a-key' }
  const settings = { highland: { auth: 'header', authHeader, authValue } } as const
  await using closed = await startSimulator({ settings })
  const answer = await sendRaw(closed.port, head('GET /highland/b2b/company/product_list'))
  expect(answer).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': 'ApiKey realm="api"' },
  })
  const limited = head('GET /esim-go/v2.4/esims/8943108999999994293', KEY)
  expect((await sendRaw(sim.port, limited)).headers['retry-after']).toMatch(/^\d+$/)
})

test('204 has no Content-Length', async () => {
  const world = JSON.stringify({ name: 'gone' })
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': String(world.length),
  }
  await sendRaw(sim.port, head('POST /_sim/worlds', headers) + world)
  const answer = await sendRaw(sim.port, head('DELETE /_sim/worlds/gone'))
  expect(answer.status).toBe(204)
  expect(answer.headers['content-length']).toBeUndefined()
})

test('an expectation nobody can meet is 417, in the words of the API', async () => {
  for (const { post, refusal } of APIS) {
    const request = head(`POST ${post}`, { Expect: 'a-miracle', 'Content-Length': '10' })
    expectRefusal(await sendRaw(sim.port, request), 417, refusal, /a-miracle/)
  }
  const body = '{"by":"PT1S"}'
  const request = head('POST /_sim/clock/advance', {
    Expect: '100-continue',
    'Content-Type': 'application/json',
    'Content-Length': String(body.length),
  })
  expect((await sendRaw(sim.port, request + body)).status).toBe(200)
})

test('a world there is not is told in the words of the operation that was asked for', async () => {
  const answer = async (method: string, path: string) => {
    const { status, body } = await sendRaw(sim.port, head(`${method} /w/nope${path}`))
    return { status, fields: Object.keys(body as object).toSorted() }
  }
  const oauth = { status: 404, fields: ['error', 'error_description'] }
  expect(await answer('POST', '/wholesale/oauth/token')).toEqual(oauth)
  const realm = '/accounts-orders/auth/realms/enterprise-apis/protocol/openid-connect/token'
  expect(await answer('POST', realm)).toEqual(oauth)
  for (const { get, refusal } of APIS)
    expect(await answer('GET', get)).toEqual({ status: 404, fields: refusal })
})

test('the journal tells why a request was none, and what it was for', async () => {
  await sendRaw(sim.port, head('GET /esim-go/v2.4/esims', { Host: 'a b' }))
  const [newest] = await sim.journal.list()
  expect(newest).toMatchObject({
    operation: 'listEsims',
    status: 400,
    refusal: { code: 'invalid-request', reason: expect.stringMatching(/"a b" is none/) },
  })
})
