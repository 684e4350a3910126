// A provider with a token endpoint: forms, tokens on the world's clock, media types of its own, paths that settings move.
import type { Document } from 'openapi-backend'
import { expect, test } from 'vitest'
import { type Handler, reply } from '../../src/simulators/call.ts'
import {
  bearerChallenge,
  clientAuthentication,
  issueToken,
  seedClient,
  wordTokenRefusal,
} from '../../src/simulators/client-credentials.ts'
import type { SettingValues, Simulator } from '../../src/simulators/simulator.ts'
import { credentials } from '../../src/state/credentials.ts'
import { addDuration } from '../../src/state/duration.ts'
import { chosenSettings, defineSettings, duration, text } from '../../src/state/settings.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import {
  fake,
  settings as fakeSettings,
  fakeSpec,
  makeLater,
  SLUG,
} from '../support/fake-provider.ts'
import {
  type Answer,
  type CallOptions,
  type FakeServer,
  startFake,
} from '../support/fake-server.ts'

const HAL = 'application/hal+json'
const json = (schema: object, type = 'application/json') => ({
  description: 'A body',
  content: { [type]: { schema } },
})
const marks = { 'x-provenance': 'invented', 'x-effect': 'reads' }

const document = {
  ...fakeSpec,
  paths: {
    ...fakeSpec.paths,
    '/token': {
      post: {
        ...marks,
        operationId: 'issueToken',
        security: [],
        requestBody: {
          required: true,
          content: {
            'application/x-www-form-urlencoded': {
              schema: {
                type: 'object',
                required: ['grant_type'],
                properties: {
                  grant_type: { type: 'string' },
                  client_id: { type: 'string' },
                  client_secret: { type: 'string' },
                },
              },
            },
          },
        },
        responses: {
          200: json({ type: 'object', required: ['access_token'] }),
          default: json({ type: 'object', required: ['error'] }),
        },
      },
    },
    '/links/{rel}': {
      get: {
        ...marks,
        operationId: 'getLink',
        parameters: [{ name: 'rel', in: 'path', required: true, schema: { type: 'string' } }],
        responses: {
          200: json(
            {
              type: 'object',
              required: ['_links'],
              properties: { _links: { type: 'object', required: ['self'] } },
            },
            HAL,
          ),
          default: json({ type: 'object' }),
        },
      },
    },
  },
} as unknown as Document

const settings = defineSettings(SLUG, {
  ...fakeSettings.table,
  tokenLifetime: duration('PT5M', 'how long a token is good'),
  tokenPath: text(/^\//, 'a path', '/token', ''),
})

/** The spec's path for one asked for: the token endpoint lies where the setting says, and nowhere else. */
function pathOf(path: string, { tokenPath }: SettingValues): string {
  if (path === `/v1${tokenPath}`) return '/v1/token'
  return path === '/v1/token' ? '/v1/moved-away' : path
}

const simulator: Simulator = {
  ...fake,
  settings,
  handlers: {
    ...fake.handlers,
    issueToken: issueToken(SLUG) as unknown as Handler,
    getLink: ({ path, basePath }) =>
      reply(200, { _links: path.rel === 'self' ? { self: { href: basePath } } : {} }),
  },
  refusalReply: (refusal, operation, values) => {
    if (operation === 'issueToken') return wordTokenRefusal(refusal)
    const worded = fake.refusalReply(refusal, operation, values)
    return refusal.code === 'unauthorized'
      ? { ...worded, status: 401, headers: bearerChallenge(refusal) }
      : worded
  },
  requests: { pathOf },
  auth: clientAuthentication(SLUG, ({ tokenPath }) => `/v1${tokenPath}`),
  seeds: { default: (world) => seedClient(world, SLUG) },
}

const start = () => startFake({ simulator, document })
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }
const GRANT = 'grant_type=client_credentials'
const GOOD = `${GRANT}&client_id=test-client&client_secret=test-secret`

const ask = (
  server: FakeServer,
  raw: string,
  headers: Readonly<Record<string, string>> = FORM,
  path = '/fake/v1/token',
) => server.call('POST', path, { raw, headers, key: null })

async function tokenOf(server: FakeServer, raw = GOOD, path?: string): Promise<string> {
  return ((await ask(server, raw, FORM, path)).body as { access_token: string }).access_token
}

const bearing = (token: string): CallOptions => ({
  key: null,
  headers: { Authorization: `Bearer ${token}` },
})
const list = (server: FakeServer, token: string, path = '/fake/v1/things') =>
  server.call('GET', path, bearing(token))

test('a client gets a token for its id and secret, and it opens the API', async () => {
  await using server = await start()
  const { status, body, headers } = await ask(server, GOOD)
  expect([status, body]).toEqual([
    200,
    { access_token: expect.stringMatching(/^\w{43}$/), token_type: 'Bearer', expires_in: 300 },
  ])
  expect(headers.get('cache-control')).toBe('no-store')
  expect((await list(server, (body as { access_token: string }).access_token)).status).toBe(200)
})

test('a client may show itself by HTTP Basic, its id and secret encoded as in a form', async () => {
  await using server = await start()
  const basic = (pair: string) => ({
    ...FORM,
    Authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
  })
  expect((await ask(server, GRANT, basic('test-client:test-secret'))).status).toBe(200)
  expect((await ask(server, GRANT, basic('test%2Dclient:test%2Dsecret'))).status).toBe(200)
  expect((await ask(server, GRANT, basic('test-client'))).body).toMatchObject({
    error: 'invalid_client',
  })
  expect((await ask(server, GOOD, basic('test-client:test-secret'))).body).toMatchObject({
    error: 'invalid_request',
  })
})

test.each([
  ['client_id=test-client&client_secret=test-secret', 400, 'invalid_request'],
  [
    `grant_type=password&client_id=test-client&client_secret=test-secret`,
    400,
    'unsupported_grant_type',
  ],
  [GRANT, 401, 'invalid_client'],
  [`${GRANT}&client_id=test-client&client_secret=wrong`, 401, 'invalid_client'],
  [`${GRANT}&client_id=other&client_secret=test-secret`, 401, 'invalid_client'],
  ['', 400, 'invalid_request'],
])('the form %j is refused with %i %s', async (form, status, error) => {
  await using server = await start()
  const answer = await ask(server, form)
  expect([answer.status, answer.body]).toEqual([
    status,
    { error, error_description: expect.any(String) },
  ])
  expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Basic realm="token"' : null)
})

test('the same fields as JSON are taken and noted, and refused where strict', async () => {
  await using server = await start()
  const body = JSON.stringify({
    grant_type: 'client_credentials',
    client_id: 'test-client',
    client_secret: 'test-secret',
  })
  expect((await ask(server, body, { 'Content-Type': 'application/json' })).status).toBe(200)
  expect(server.journal.list()[0]?.undocumented).toEqual(['Content-Type: application/json'])
  server.world.transaction(() =>
    server.world.in(chosenSettings).put({ provider: SLUG, values: { strict: true } }),
  )
  expect((await ask(server, body, { 'Content-Type': 'application/json' })).status).toBe(400)
})

test('without a token, and with a wrong one, the challenge tells which it was', async () => {
  await using server = await start()
  const none = await server.call('GET', '/fake/v1/things', { key: null })
  expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="api"'])
  const wrong = await list(server, 'nobody-has-this')
  expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([
    401,
    expect.stringContaining('error="invalid_token"'),
  ])
})

test('a token ends on the world clock, to the millisecond', async () => {
  await using server = await start()
  const token = await tokenOf(server)
  await server.runner.advance(addDuration(server.world.now, 'PT5M') - 1)
  expect((await list(server, token)).status).toBe(200)
  await server.runner.advance(server.world.now + 1)
  expect((await list(server, token)).status).toBe(401)
  expect(server.journal.list()[0]?.refusal?.reason).toMatch(
    /ended at 2026-01-01T00:05:00.000Z: fetch another/,
  )
  expect((await list(server, await tokenOf(server))).status).toBe(200)
})

test('tokens that have ended are dropped when another is given', async () => {
  await using server = await start()
  await tokenOf(server)
  await tokenOf(server)
  await server.runner.advance(addDuration(server.world.now, 'PT6M'))
  await tokenOf(server)
  expect(server.world.in(credentials).count('tokens')).toBe(1)
})

test('a client secret and a token each lead to their world', async () => {
  await using server = await start()
  const other = server.worlds.create('other', {}).world
  const own = [...other.in(credentials).values()].find(({ kind }) => kind === 'client')
  const token = await tokenOf(
    server,
    `${GRANT}&client_id=${own?.client}&client_secret=${own?.secret}`,
  )
  expect(other.in(credentials).count('tokens')).toBe(1)
  expect((await list(server, token)).status).toBe(200)
  expect((await list(server, token, '/w/default/fake/v1/things')).status).toBe(401)
  const json = JSON.stringify({
    grant_type: 'client_credentials',
    client_id: own?.client,
    client_secret: own?.secret,
  })
  expect((await ask(server, json, { 'Content-Type': 'application/json' })).status).toBe(200)
})

test('how often a token is fetched moves no draw of the provider', async () => {
  const draw = async (tokens: number) => {
    await using server = await start()
    let token = ''
    for (let at = 0; at < tokens; at += 1) token = await tokenOf(server)
    return (
      await server.call('POST', '/fake/v1/things', { json: { colour: 'red' }, ...bearing(token) })
    ).body
  }
  expect(await draw(3)).toEqual(await draw(1))
})

test('neither secrets nor tokens, good or bad, come into the journal', async () => {
  await using server = await start()
  const token = await tokenOf(server)
  await ask(server, `${GRANT}&client_id=test-client&client_secret=a-real-one`)
  await list(server, token)
  await list(server, 'an-ended-token')
  const kept = JSON.stringify(server.journal.list())
  for (const secret of ['test-secret', 'a-real-one', token, 'an-ended-token'])
    expect(kept).not.toContain(secret)
})

test.each([
  [
    'a form',
    (secret: string) =>
      new URLSearchParams({ client_id: 'test-client', client_secret: secret }).toString(),
    FORM,
  ],
  [
    'a form written by hand',
    (secret: string) => `${GRANT}&client_id=a&client_secret=${encodeURIComponent(secret)}`,
    FORM,
  ],
  [
    'JSON',
    (secret: string) => JSON.stringify({ client_id: 'a', client_secret: secret }),
    { 'Content-Type': 'application/json' },
  ],
  ['JSON sent as a form', (secret: string) => JSON.stringify({ client_secret: secret }), FORM],
])(
  'a secret that is not ours stays out of the journal, however %s has to write it',
  async (_what, body, headers) => {
    await using server = await start()
    for (const secret of ['plain-one', 'a+b/c==', 'with a blank', 'quote"and\\slash']) {
      await ask(server, body(secret), headers)
      const kept = String(server.journal.list()[0]?.requestBody)
      expect(kept).toContain('[redacted]')
      for (const tail of ['plain-one', 'b/c', 'b%2Fc', 'blank', 'slash'])
        expect(kept).not.toContain(tail)
    }
  },
)

test('a body with half an escape in its secret is refused, and not kept', async () => {
  await using server = await start()
  const answer = await ask(server, '{"client_secret": "half\\u12"}', {
    'Content-Type': 'application/json',
  })
  expect(answer.status).toBe(400)
  expect(server.journal.list()[0]?.requestBody).not.toContain('half')
})

test('a reply has the media type of its spec, and is checked against it', async () => {
  await using server = await start()
  const token = await tokenOf(server)
  const good = await server.call('GET', '/fake/v1/links/self', bearing(token))
  expect([good.status, good.headers.get('content-type'), good.text]).toEqual([
    200,
    HAL,
    '{"_links":{"self":{"href":"/v1"}}}',
  ])
  const bad = await server.call('GET', '/fake/v1/links/none', bearing(token))
  expect([bad.status, bad.body]).toMatchObject([
    500,
    { code: 'reply-violates-spec', reason: expect.stringMatching(/_links.*self/) },
  ])
})

/** Words every refusal with a header, and counts. */
const wordy: Simulator = {
  ...simulator,
  refusalReply: (refusal, operation, values) => ({
    ...simulator.refusalReply(refusal, operation, values),
    headers: { 'Retry-After': '5' },
  }),
  requests: { pathOf, count: () => ({ headers: { 'X-Seen': '1' } }) },
}

/** The fake spec, its refusals in HAL. */
const halDocument = {
  ...fakeSpec,
  paths: {
    ...document.paths,
    '/things': {
      get: {
        ...marks,
        operationId: 'listThings',
        responses: { 200: json({ type: 'object' }), default: json({ type: 'object' }, HAL) },
      },
    },
  },
} as unknown as Document

const refusedList = (server: FakeServer) => server.call('GET', '/fake/v1/things', { key: null })
const shownBy = ({ headers }: Answer) =>
  ['content-type', 'retry-after', 'x-seen'].map((name) => headers.get(name))

test('a refusal of what could not be kept has the headers and the media type of any other', async () => {
  let failing = true
  const flushed = () => (failing ? Promise.reject(new Error('the disk is full')) : undefined)
  const store = { ...memoryStore(), flushed }
  await using server = await startFake({ simulator: wordy, document: halDocument, store })
  const lost = await refusedList(server)
  expect(lost.text).toBe('{"code":"writes-refused","reason":"the disk is full"}')
  failing = false
  const usual = await refusedList(server)
  expect(usual.text).toContain('unauthorized')
  for (const answer of [lost, usual]) expect(shownBy(answer)).toEqual([HAL, '5', '1'])
})

test('a refusal of what had come due and could not be kept has them, too', async () => {
  let full = false
  const failure = () => (full ? new Error('the disk is full') : undefined)
  const store = { ...memoryStore(), failure }
  await using server = await startFake({ simulator: wordy, document: halDocument, store })
  server.world.transaction(() => server.world.schedule(makeLater, server.world.now, {}))
  full = true
  const answer = await refusedList(server)
  expect(answer.text).toContain('writes-refused')
  expect(shownBy(answer)).toEqual([HAL, '5', null])
})

test('a token endpoint words what could not be kept as it words everything', async () => {
  const flushed = () => Promise.reject(new Error('the disk is full'))
  const store = { ...memoryStore(), flushed }
  await using server = await startFake({ simulator, document, store })
  const { status, body, headers } = await ask(server, GOOD)
  expect([status, body]).toEqual([
    503,
    { error: 'temporarily_unavailable', error_description: 'the disk is full' },
  ])
  expect(headers.get('cache-control')).toBe('no-store')
})

test('a world that is not there is refused with the headers of its provider', async () => {
  await using server = await startFake({ simulator: wordy, document })
  const answer = await server.call('GET', '/w/nowhere/fake/v1/things')
  expect([answer.status, ...shownBy(answer)]).toEqual([404, 'application/json', '5', null])
})

test('a path that a setting moves is found there, and no longer where it was', async () => {
  await using server = await start()
  server.world.transaction(() =>
    server.world.in(chosenSettings).put({ provider: SLUG, values: { tokenPath: '/oauth2/token' } }),
  )
  expect((await ask(server, GOOD, FORM, '/fake/v1/oauth2/token')).status).toBe(200)
  expect((await ask(server, GOOD)).status).toBe(404)
})
