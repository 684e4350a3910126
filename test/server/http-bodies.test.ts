// How the bytes of a body become a value: codings, UTF-8, JSON; on provider paths and /_sim alike.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { send } from '../support/http.ts'
import { APIS, head, type RawAnswer, sendRaw } from '../support/raw.ts'

const sim = await startSimulator({ settings: { 'esim-go': { rateLimit: 0 } } })
afterAll(() => sim.close())

const token = await send<{ access_token: string }>('POST', `${sim.url}/wholesale/oauth/token`, {
  raw: 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret',
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
})
const enterprise = await send<{ access_token: string }>(
  'POST',
  `${sim.url}/accounts-orders/auth/realms/enterprise-apis/protocol/openid-connect/token`,
  {
    raw: 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  },
)

const CREDENTIALS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'esim-go': { 'X-API-Key': 'test-esim-go-key' },
  'esim-go v2.5': { 'X-API-Key': 'test-esim-go-key' },
  wholesale: { Authorization: `Bearer ${token.body.access_token}` },
  'accounts-orders': { Authorization: `Bearer ${enterprise.body.access_token}` },
}

type Api = (typeof APIS)[number]

/** Sends a body as JSON to a path of the API that takes it. */
function post(
  { api, post: path }: { readonly api: Api['api']; readonly post: string },
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawAnswer> {
  const bytes = Buffer.from(body)
  const request = head(`POST ${path}`, {
    'Content-Type': 'application/json',
    'Content-Length': String(bytes.length),
    ...CREDENTIALS[api],
    ...headers,
  })
  return sendRaw(sim.port, Buffer.concat([Buffer.from(request), bytes]))
}

function expectRefusal(answer: RawAnswer, status: number, { refusal }: Api, why: RegExp): void {
  expect(answer.text).toMatch(why)
  expect(answer.status).toBe(status)
  expect(Object.keys(answer.body as object).toSorted()).toEqual(refusal)
}

const BODY = '{"unknown":"ü"}'
/** What each API says to that body, sent as it is: it has been read. */
const plain = new Map(
  await Promise.all(APIS.map(async (api) => [api.api, (await post(api, BODY)).text] as const)),
)

const codings = [
  ['gzip', gzipSync(BODY)],
  ['x-gzip', gzipSync(BODY)],
  ['GZip', gzipSync(BODY)],
  ['deflate', deflateSync(BODY)],
  ['br', brotliCompressSync(BODY)],
  ['identity', Buffer.from(BODY)],
  ['', Buffer.from(BODY)],
  ['gzip, br', brotliCompressSync(gzipSync(BODY))],
  ['deflate,identity, gzip', gzipSync(deflateSync(BODY))],
] as const

for (const api of APIS) {
  test.each(codings)(
    `${api.api}: a body with the coding "%s" is inflated`,
    async (coding, bytes) => {
      const answer = await post(api, bytes, { 'Content-Encoding': coding })
      expect(answer.text).toBe(plain.get(api.api))
    },
  )

  test.each(['compress', 'zstd', 'gzip, unheard', 'gzip, gzip, gzip, gzip'])(
    `${api.api}: a body with the coding "%s" is 415, which says what is known`,
    async (coding) => {
      const answer = await post(api, gzipSync(BODY), { 'Content-Encoding': coding })
      expectRefusal(answer, 415, api, /gzip, deflate, br, identity/)
      expect(answer.headers['accept-encoding']).toBe('gzip, deflate, br, identity')
    },
  )

  test.each([
    ['gzip', Buffer.from(BODY)],
    ['gzip', gzipSync(BODY).subarray(0, 20)],
    ['deflate', deflateRawSync(BODY)],
    ['br', gzipSync(BODY)],
  ])(`${api.api}: a body that is not the %s it is said to be is 400`, async (coding, bytes) => {
    const answer = await post(api, bytes, { 'Content-Encoding': coding })
    expectRefusal(answer, 400, api, /Content-Encoding/)
  })

  test(`${api.api}: a body is inflated up to the limit of bodies, and no further`, async () => {
    const large = `{"a":"${'x'.repeat(1_048_576)}"}`
    for (const [coding, bytes] of [
      ['gzip', gzipSync(large)],
      ['br', brotliCompressSync(large)],
      ['gzip, gzip', gzipSync(gzipSync(large))],
      ['gzip', gzipSync(Buffer.alloc(50_000_000))],
    ] as const) {
      const answer = await post(api, bytes, { 'Content-Encoding': coding })
      expectRefusal(answer, 413, api, /larger than 1048576 bytes/)
      expect(answer.headers.connection).toBe('close')
    }
  })

  test(`${api.api}: a transfer coding but chunked is 501`, async () => {
    const request = head(`POST ${api.post}`, {
      'Content-Type': 'application/json',
      'Transfer-Encoding': 'gzip, chunked',
      ...CREDENTIALS[api.api],
    })
    const answer = await sendRaw(sim.port, `${request}2\r\n{}\r\n0\r\n\r\n`)
    expectRefusal(answer, 501, api, /transfer coding gzip, chunked/)
  })

  test(`${api.api}: a body without end is cut off with an answer`, async () => {
    const request = head(`POST ${api.post}`, {
      'Content-Type': 'application/json',
      'Transfer-Encoding': 'chunked',
      ...CREDENTIALS[api.api],
    })
    const chunk = `100000\r\n${' '.repeat(1_048_576)}\r\n`
    const answer = await sendRaw(sim.port, request + chunk.repeat(17))
    expectRefusal(answer, 413, api, /larger than 1048576 bytes/)
  })

  test(`${api.api}: a byte order mark is passed over (RFC 8259 8.1)`, async () => {
    expect((await post(api, `\ufeff${BODY}`)).text).toBe(plain.get(api.api))
  })

  test.each([
    ['Latin-1', Buffer.from('{"a":"\xfc"}', 'latin1')],
    ['UTF-16', Buffer.from(BODY, 'utf16le')],
    ['UTF-8 of half a character', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])(`${api.api}: %s is 400`, async (_what, bytes) => {
    expectRefusal(await post(api, bytes), 400, api, /not (UTF-8|JSON)/)
  })

  test.each([
    ['{"a":01}', /not JSON/],
    ["{'a':1}", /not JSON/],
    ['{"a":1,}', /not JSON/],
    ['{"a":NaN}', /not JSON/],
    ['{"a":"\\ud800"}', /half a character/],
    ['{"\\udc00":1}', /half a character/],
    ['{"a":["\\ud83d\\ud83d\\ude00"]}', /half a character/],
    [`${'['.repeat(70)}${']'.repeat(70)}`, /nested more than 64 deep/],
    [`${'['.repeat(500_000)}${']'.repeat(500_000)}`, /nested more than 64 deep/],
    ['{"__proto__":{}}', /not allowed/],
  ])(`${api.api}: the JSON %.20s is 400`, async (body, why) => {
    expectRefusal(await post(api, body), 400, api, why)
  })
}

test('whole characters that are escaped are what they are', async () => {
  const answer = await post(APIS[0], '{"type":"\\ud83d\\ude00","a\\\\ud800":1}')
  expect(answer.text).not.toMatch(/half a character/)
})

test('a name that an object has twice: the last one counts, and the journal tells', async () => {
  const body =
    '{"type":"x","type": "validate","Order":[{"item":"a:\\"","quantity":1,"item":"b"}],"order":[1]}'
  await post(APIS[0], body)
  const [newest] = await sim.journal.list()
  expect(newest?.undocumented).toEqual([
    '/Order (sent as order, too: that counts)',
    '/type (sent twice: the last one counts)',
    '/Order/item (sent twice: the last one counts)',
  ])

  await post(APIS[0], '{"a:b":{"type":1,"x":"type"},"url":"http://h:1","type":[{"a":1},{"a":1}]}')
  const [other] = await sim.journal.list()
  expect(other?.undocumented.filter((each) => /twice|too/.test(each))).toEqual([])
})

test('strict and /_sim refuse a name that an object has twice', async () => {
  const twice = '{"by":"PT1S","by":"PT2S"}'
  const answer = await post({ api: '/_sim', post: '/_sim/clock/advance' }, twice)
  expectRefusal(answer, 400, APIS[5], /\/by \(sent twice/)

  await using strict = await startSimulator({ settings: { highland: { strict: true } } })
  const refused = await send('POST', `${strict.url}/highland/b2b/sim/acquire`, {
    raw: '{"company_id":"a","company_id":"b"}',
    headers: { 'Content-Type': 'application/json' },
  })
  expect(refused).toMatchObject({
    status: 400,
    body: { details: expect.stringMatching(/company_id \(sent twice/) },
  })
})

test('a form has each field once (RFC 6749 3.2), and its escapes are UTF-8', async () => {
  for (const raw of [
    'grant_type=client_credentials&grant_type=client_credentials',
    'grant_type=client_credentials&client_id=%FF',
    'grant_type=client_credentials&client_id=%4',
  ])
    for (const path of [
      '/wholesale/oauth/token',
      '/accounts-orders/auth/realms/enterprise-apis/protocol/openid-connect/token',
    ]) {
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
      const { status, body } = await send('POST', sim.url + path, { raw, headers })
      expect({ status, body }).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    }
})

test('an ICCID that is sent as a number is told that it lost digits', async () => {
  const sms = '{"bundle":"esim_1GB_7D_GB_V2","iccid":8943108170000000013}'
  const answer = await post({ api: 'esim-go', post: '/esim-go/v2.4/esims/apply' }, sms)
  expect(answer).toMatchObject({
    status: 400,
    body: { message: expect.stringMatching(/iccid must be string: a JSON number .* in quotes/) },
  })
  const short = await post({ api: 'esim-go', post: '/esim-go/v2.4/esims/apply' }, '{"iccid":12}')
  expect(short.text).toMatch(/iccid must be string(?!:)/)
})

test('a state may be sent inflated, but not a bomb', async () => {
  const state = await send('GET', `${sim.url}/_sim/state`)
  const put = (bytes: Uint8Array) =>
    sendRaw(
      sim.port,
      Buffer.concat([
        Buffer.from(
          head('PUT /_sim/state', {
            'Content-Type': 'application/json',
            'Content-Encoding': 'gzip',
            'Content-Length': String(bytes.length),
          }),
        ),
        bytes,
      ]),
    )
  expect(await put(gzipSync(state.text))).toMatchObject({ status: 200 })
  const bomb = gzipSync(Buffer.alloc(250_000_000, ' '))
  const { status, text } = await put(bomb)
  expect(status).toBe(413)
  expect(text).toContain(`larger than ${bomb.length * 100} bytes`)
})

test('a body of another type is 415 with Accept: always at /_sim, where strict at providers', async () => {
  const answer = await post(APIS[5], '{}', { 'Content-Type': 'text/plain' })
  expect(answer).toMatchObject({ status: 415, headers: { accept: 'application/json' } })

  await using strict = await startSimulator({
    settings: { 'esim-go': { strict: true }, highland: { strict: true } },
  })
  for (const path of ['/esim-go/v2.4/orders', '/highland/b2b/sim/acquire']) {
    const { status, headers } = await send('POST', strict.url + path, {
      raw: '{}',
      headers: { 'Content-Type': 'text/plain', ...CREDENTIALS['esim-go'] },
    })
    expect(status).toBe(415)
    expect(headers.get('accept')).toBe('application/json')
  }
})
