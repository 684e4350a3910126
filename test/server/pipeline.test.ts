// One request to a provider, through the socket: routed, authenticated, validated, handled, checked, remembered.
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { startReceiver } from '../../src/library/receiver.ts'
import { BODY_KEPT, JOURNAL_LENGTH } from '../../src/server/journal.ts'
import type { Simulator } from '../../src/simulators/simulator.ts'
import { targets } from '../../src/state/callbacks.ts'
import { credentials } from '../../src/state/credentials.ts'
import { chosenSettings } from '../../src/state/settings.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { fake, keyOf, makeLater, SLUG, things } from '../support/fake-provider.ts'
import { type FakeServer, startFake } from '../support/fake-server.ts'

const make = (server: FakeServer, json: unknown = { colour: 'red' }) =>
  server.call('POST', '/fake/v1/things', { json })

/** The newest exchange of the journal. */
const newest = (server: FakeServer) => server.journal.list()[0]

/** Makes a call that must be refused and change nothing. */
async function refused(server: FakeServer, ...call: Parameters<FakeServer['call']>) {
  const before = server.state()
  const answer = await server.call(...call)
  expect(server.state()).toBe(before)
  return { status: answer.status, ...(answer.body as { code: string; reason: string }) }
}

test('a call is answered in the provider words and seen by the next', async () => {
  await using server = await startFake()
  const made = await make(server)
  expect(made.status).toBe(201)
  const { id } = made.body as { id: string }
  expect((await server.call('GET', `/fake/v1/things/${id}`)).body).toEqual(made.body)
})

test('replies carry the date of the world, their type and their length', async () => {
  await using server = await startFake()
  const { headers, text } = await make(server)
  expect(headers.get('date')).toBe('Thu, 01 Jan 2026 00:00:00 GMT')
  expect(headers.get('content-type')).toBe('application/json')
  expect(headers.get('content-length')).toBe(String(text.length))
  await server.runner.advance(server.world.now + 86_400_000)
  expect((await make(server)).headers.get('date')).toBe('Fri, 02 Jan 2026 00:00:00 GMT')
})

test('a body that is not JSON is rendered after the commit', async () => {
  await using server = await startFake()
  const { status, headers, text } = await server.call('GET', '/fake/v1/text')
  expect([status, headers.get('content-type'), text]).toEqual([200, 'text/plain', 'a text'])
})

test.each(['now', 'later'])(
  'a body whose rendering fails (%s) is an error, and the server lives on',
  async (fails) => {
    await using server = await startFake()
    expect(await refused(server, 'GET', `/fake/v1/text?fails=${fails}`)).toMatchObject({
      status: 500,
      code: 'internal',
    })
    expect(newest(server)?.refusal).toEqual({
      code: 'internal',
      reason: 'rendering failed',
      stage: 'render',
    })
    expect(server.reports.join()).toContain('fake: Error: rendering failed')
    expect((await server.call('GET', '/fake/v1/text')).status).toBe(200)
  },
)

test('an unknown path is refused, and the journal says where the base paths are', async () => {
  await using server = await startFake()
  expect(await refused(server, 'GET', '/fake/v2/things')).toMatchObject({
    status: 404,
    code: 'unknown-route',
  })
  expect(newest(server)?.refusal?.reason).toContain('base paths are /fake/v1')
})

test.each(['PUT', 'PATCH', 'OPTIONS'])(
  'a path of the spec that knows no %s says so',
  async (method) => {
    await using server = await startFake()
    expect(await refused(server, method, '/fake/v1/things')).toMatchObject({
      status: 400,
      code: 'method-not-allowed',
    })
  },
)

test('HEAD is answered as GET, without the body', async () => {
  await using server = await startFake()
  const { status, text, headers } = await server.call('HEAD', '/fake/v1/things')
  expect([status, text, Number(headers.get('content-length')) > 0]).toEqual([200, '', true])
})

test('a trailing slash is accepted, a broken escape is malformed', async () => {
  await using server = await startFake()
  expect((await server.call('GET', '/fake/v1/things/')).status).toBe(200)
  expect(await refused(server, 'GET', '/fake/v1/things/%zz')).toMatchObject({
    code: 'invalid-request',
  })
})

test('an operation that is a declared gap is refused as not implemented', async () => {
  await using server = await startFake()
  expect(await refused(server, 'GET', '/fake/v1/unserved')).toMatchObject({
    code: 'not-implemented',
    reason: 'unserved is not simulated yet: nobody needs it',
  })
})

test('a missing and a wrong key are refused', async () => {
  await using server = await startFake()
  expect(await refused(server, 'GET', '/fake/v1/things', { key: null })).toMatchObject({
    status: 403,
    code: 'unauthorized',
  })
  expect(await refused(server, 'GET', '/fake/v1/things', { key: 'guess' })).toMatchObject({
    status: 403,
    code: 'unauthorized',
  })
})

test('who is nobody learns nothing about what a call would need', async () => {
  await using server = await startFake()
  expect(
    await refused(server, 'POST', '/fake/v1/things', { key: 'guess', raw: '{' }),
  ).toMatchObject({ code: 'unauthorized' })
})

test.each([
  ['broken JSON', '{"colour":', 'malformed-body'],
  ['a field named __proto__', '{"colour":"red","__proto__":{"admin":true}}', 'malformed-body'],
  [
    'a field named constructor, deep down',
    '{"colour":"red","size":{"a":[{"constructor":1}]}}',
    'malformed-body',
  ],
  [
    'nesting without end',
    `{"colour":"red","size":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    'malformed-body',
  ],
  ['a word that is not in the list', '{"colour":"blue"}', 'invalid-request'],
  ['a missing field', '{}', 'invalid-request'],
  ['a wrong type', '{"colour":"red","size":{"width":"wide"}}', 'invalid-request'],
  ['an array', '[]', 'invalid-request'],
  ['null', 'null', 'invalid-request'],
  ['no body', '', 'invalid-request'],
])('a body with %s is refused', async (_what, raw, code) => {
  await using server = await startFake()
  expect(await refused(server, 'POST', '/fake/v1/things', { raw })).toMatchObject({
    status: 400,
    code,
  })
})

test('a refusal names everything that is wrong with a request', async () => {
  await using server = await startFake()
  const { reason } = await refused(server, 'POST', '/fake/v1/things', {
    json: { size: { width: 'x' } },
  })
  expect(reason).toContain('colour')
  expect(reason).toContain('size.width must be integer')
})

test.each([
  ['?limit=0', /limit must be >= 1/],
  ['?limit=many', /limit must be integer/],
])('a query of %s is refused', async (query, reason) => {
  await using server = await startFake()
  expect((await refused(server, 'GET', `/fake/v1/things${query}`)).reason).toMatch(reason)
})

test('a header parameter is validated, a path parameter too', async () => {
  await using server = await startFake()
  expect(
    await refused(server, 'GET', '/fake/v1/things', { headers: { 'X-Lang': 'fr' } }),
  ).toMatchObject({ code: 'invalid-request' })
  expect(await refused(server, 'GET', '/fake/v1/things/UPPER')).toMatchObject({
    code: 'invalid-request',
  })
})

test('a query is handed over in the types of the spec, repeated parameters as a list', async () => {
  await using server = await startFake()
  const { body } = await server.call('GET', '/fake/v1/things?limit=5&tag=a&tag=b%20c')
  expect(body).toMatchObject({ query: { limit: 5, tag: ['a', 'b c'] } })
})

test('what a handler did before it refused is rolled back', async () => {
  await using server = await startFake()
  expect(
    await refused(server, 'POST', '/fake/v1/things', { json: { colour: 'grey' } }),
  ).toMatchObject({
    code: 'invalid-request',
    reason: 'nothing is grey',
  })
})

test('a mistake of a handler is a 500, rolled back, reported with its place, and told to the journal only', async () => {
  await using server = await startFake()
  expect(await refused(server, 'POST', '/fake/v1/wrong/crash')).toMatchObject({
    status: 500,
    code: 'internal',
  })
  expect(newest(server)?.refusal).toEqual({
    code: 'internal',
    reason: 'a mistake of the handler',
    stage: 'perform',
  })
  expect(server.reports.join()).toMatch(/fake: TypeError: a mistake of the handler\n +at /)
})

test.each([
  ['a field', 'field', /must be equal to one of the allowed values|additional properties/],
  ['its status', 'status', /./],
  ['a missing body', 'empty', /status 200 needs a body/],
  ['its type', 'type', /content type text\/plain is not in the spec for status 200/],
])(
  'a reply that violates its spec by %s is a 500 that names the violation, and is rolled back',
  async (_what, how, reason) => {
    await using server = await startFake()
    const { status, code, reason: told } = await refused(server, 'POST', `/fake/v1/wrong/${how}`)
    expect([status, code]).toEqual([500, 'reply-violates-spec'])
    expect(told).toMatch(/^the reply of goWrong would break the spec: /)
    expect(told).toMatch(reason)
    expect(newest(server)?.violations.join()).toMatch(reason)
  },
)

test('a reply with no body where the spec has none is fine', async () => {
  await using server = await startFake()
  expect((await server.call('POST', '/fake/v1/wrong/nothing')).status).toBe(204)
  expect(newest(server)?.violations).toEqual([])
})

test('a refusal whose wording violates the spec is a 500 that names the violation', async () => {
  await using server = await startFake()
  const { status, reason } = await refused(server, 'POST', '/fake/v1/wrong/refusal')
  expect([status, reason]).toEqual([
    500,
    'the reply of goWrong would break the spec: status 418 is not in the spec',
  ])
  expect(newest(server)).toMatchObject({
    refusal: { code: 'unworded' },
    violations: ['status 418 is not in the spec'],
  })
})

test('a refusal with a status that its operation does not list is a violation too', async () => {
  await using server = await startFake()
  expect(await refused(server, 'GET', '/fake/v1/closed')).toMatchObject({
    status: 500,
    reason: expect.stringContaining('status 400'),
  })
})

test('unchecked, a reply that violates its spec goes out and its changes stay', async () => {
  await using server = await startFake({ checked: false })
  const { status, body } = await server.call('POST', '/fake/v1/wrong/field')
  expect([status, body]).toEqual([200, expect.objectContaining({ colour: 'mauve', extra: 1 })])
  expect(server.world.in(things).size).toBe(1)
  expect((await server.call('POST', '/fake/v1/wrong/refusal')).status).toBe(418)
})

test('unchecked, requests are validated all the same', async () => {
  await using server = await startFake({ checked: false })
  expect(
    await refused(server, 'POST', '/fake/v1/things', { json: { colour: 'blue' } }),
  ).toMatchObject({ code: 'invalid-request' })
})

test('an undocumented field is accepted and journalled with its place', async () => {
  await using server = await startFake()
  const json = {
    colour: 'red',
    shade: 1,
    size: { width: 1, depth: 2 },
    tags: [{ name: 'a' }, { nam: 'b' }],
  }
  expect((await make(server, json)).status).toBe(201)
  expect(newest(server)?.undocumented).toEqual(['/shade', '/size/depth', '/tags/1/nam'])
})

test('an undocumented parameter and a body of another type are accepted and journalled', async () => {
  await using server = await startFake()
  const { status } = await server.call('POST', '/fake/v1/things?verbose=1', {
    raw: '{"colour":"red"}',
    headers: { 'Content-Type': 'text/plain' },
  })
  expect(status).toBe(201)
  expect(newest(server)?.undocumented).toEqual(['?verbose', 'Content-Type: text/plain'])
})

test('strict, what is undocumented is refused and named', async () => {
  await using server = await startFake()
  server.world.transaction(() =>
    server.world.in(chosenSettings).put({ provider: SLUG, values: { strict: true } }),
  )
  expect(
    await refused(server, 'POST', '/fake/v1/things', { json: { colour: 'red', shade: 1 } }),
  ).toMatchObject({
    code: 'invalid-request',
    reason: 'not in the spec, and strict is on: /shade',
  })
  expect(await refused(server, 'GET', '/fake/v1/things?verbose=1')).toMatchObject({
    reason: expect.stringContaining('?verbose'),
  })
  const plain = { raw: '{"colour":"red"}', headers: { 'Content-Type': 'text/plain' } }
  expect(await refused(server, 'POST', '/fake/v1/things', plain)).toMatchObject({
    code: 'unsupported-media-type',
  })
  expect((await make(server)).status).toBe(201)
})

test('a JSON type with a suffix or a charset is JSON', async () => {
  await using server = await startFake()
  for (const type of [
    'application/json; charset=utf-8',
    'application/merge-patch+json',
    'APPLICATION/JSON',
  ]) {
    await server.call('POST', '/fake/v1/things', {
      raw: '{"colour":"red"}',
      headers: { 'Content-Type': type },
    })
    expect(newest(server)).toMatchObject({ status: 201, undocumented: [] })
  }
})

test('the journal tells an exchange as it was', async () => {
  await using server = await startFake()
  const { text } = await server.call('POST', '/fake/v1/things?x=1', {
    json: { colour: 'red' },
    headers: { 'X-Trace': 'abc' },
  })
  expect(newest(server)).toMatchObject({
    id: 1,
    at: server.world.now,
    provider: 'fake',
    operation: 'makeThing',
    method: 'POST',
    url: '/fake/v1/things?x=1',
    status: 201,
    requestHeaders: { 'x-trace': 'abc' },
    requestBody: '{"colour":"red"}',
    replyType: 'application/json',
    replyBody: text,
    refusal: undefined,
  })
})

test('the journal is a ring: the oldest exchanges go first, and ids go on', async () => {
  await using server = await startFake()
  for (let at = 0; at < JOURNAL_LENGTH + 5; at += 1) await server.call('GET', '/fake/v1/things')
  const entries = server.journal.list()
  expect([entries.length, entries[0]?.id, entries.at(-1)?.id]).toEqual([
    JOURNAL_LENGTH,
    JOURNAL_LENGTH + 5,
    6,
  ])
  expect(server.journal.get(5)).toBeUndefined()
  expect(server.journal.get(6)?.id).toBe(6)
  expect(server.journal.get(JOURNAL_LENGTH + 6)).toBeUndefined()
})

test('the journal keeps the beginning of a long body', async () => {
  await using server = await startFake()
  const raw = JSON.stringify({ colour: 'red', note: 'x'.repeat(100_000) })
  await server.call('POST', '/fake/v1/things', { raw })
  const { requestBody } = newest(server) ?? {}
  expect(requestBody).toBe(`${raw.slice(0, BODY_KEPT)}... (${raw.length} characters)`)
})

test('no secret reaches the journal: not in headers, not in bodies, not in the URL', async () => {
  await using server = await startFake()
  const secret = keyOf('default')
  await server.call('POST', `/fake/v1/things?key=${secret}`, {
    json: { colour: 'red', note: `${secret}, ${secret}` },
    headers: {
      Authorization: `Bearer ${secret}`,
      Cookie: `a=${secret}`,
      'X-API-Key': secret,
      'X-Key-Again': `it is ${secret}`,
    },
  })
  expect(newest(server)?.status).toBe(201)
  expect(newest(server)?.requestBody).toBe('{"colour":"red","note":"[redacted], [redacted]"}')
  expect(newest(server)?.requestHeaders).toMatchObject({
    authorization: '[redacted]',
    cookie: '[redacted]',
    'x-api-key': '[redacted]',
  })
  expect(JSON.stringify(server.journal.list())).not.toContain(secret)
})

test('no secret reaches the journal through a reply that repeats it', async () => {
  await using server = await startFake()
  const secret = keyOf('default')
  await server.call('GET', `/fake/v1/things?tag=${secret}`)
  expect(newest(server)?.replyBody).toContain('[redacted]')
  await server.call('GET', `/fake/v1/things/${secret}`)
  expect(newest(server)?.refusal?.reason).not.toContain(secret)
  expect(JSON.stringify(server.journal.list())).not.toContain(secret)
})

test('a secret at the edge of what is kept of a body leaves no part of itself', async () => {
  await using server = await startFake()
  const secret = keyOf('default')
  const start = '{"colour":"red","note":"'
  await server.call('POST', '/fake/v1/things', {
    raw: `${start}${'x'.repeat(BODY_KEPT - start.length - 6)}${secret}"}`,
  })
  expect(newest(server)?.status).toBe(201)
  expect(newest(server)?.requestBody?.includes(secret.slice(0, 6))).toBe(false)
})

test('a bad key is not journalled either', async () => {
  await using server = await startFake()
  await server.call('GET', '/fake/v1/things', { key: 'a key of another system' })
  expect(newest(server)?.requestHeaders['x-key']).toBe('[redacted]')
  await server.call('GET', '/fake/v1/things', {
    key: null,
    headers: { Authorization: 'Basic Z3Vlc3M6bWU=' },
  })
  expect(newest(server)?.requestHeaders.authorization).toBe('[redacted]')
})

test('a world is chosen by the prefix of the path', async () => {
  await using server = await startFake()
  const { world } = server.worlds.create('ci-1', {})
  const { status } = await server.call('POST', '/w/ci-1/fake/v1/things', {
    json: { colour: 'red' },
    key: keyOf('ci-1'),
  })
  expect([status, world.in(things).size, server.world.in(things).size]).toEqual([201, 1, 0])
})

test('a world is chosen by the header X-Sim-World', async () => {
  await using server = await startFake()
  const { world } = server.worlds.create('ci-1', {})
  const headers = { 'X-Sim-World': 'ci-1' }
  await server.call('POST', '/fake/v1/things', {
    json: { colour: 'red' },
    key: keyOf('ci-1'),
    headers,
  })
  expect([world.in(things).size, server.world.in(things).size]).toEqual([1, 0])
})

test('a world is chosen by its credential', async () => {
  await using server = await startFake()
  const { world, journal } = server.worlds.create('ci-1', {})
  await server.call('POST', '/fake/v1/things', { json: { colour: 'red' }, key: keyOf('ci-1') })
  expect([world.in(things).size, server.world.in(things).size]).toEqual([1, 0])
  expect([journal.list().length, server.journal.list().length]).toEqual([1, 0])
})

test('the prefix goes before the header, and the header before the credential', async () => {
  await using server = await startFake()
  const a = server.worlds.create('a', {}).world
  const b = server.worlds.create('b', {}).world
  const json = { colour: 'red' }
  await server.call('POST', '/w/a/fake/v1/things', {
    json,
    key: keyOf('a'),
    headers: { 'X-Sim-World': 'b' },
  })
  expect([a.in(things).size, b.in(things).size]).toEqual([1, 0])
  const { status } = await server.call('POST', '/fake/v1/things', {
    json,
    key: keyOf('a'),
    headers: { 'X-Sim-World': 'b' },
  })
  expect([status, a.in(things).size, b.in(things).size]).toEqual([403, 1, 0])
})

test('without any of these it is the world default', async () => {
  await using server = await startFake()
  await server.call('GET', '/fake/v1/things', { key: 'nobodys' })
  expect(newest(server)?.refusal?.code).toBe('unauthorized')
})

test('a credential of another world than the chosen one is refused as a bad one', async () => {
  await using server = await startFake()
  const { world } = server.worlds.create('ci-1', {})
  const call = { json: { colour: 'red' }, key: keyOf('default') }
  const answer = await server.call('POST', '/w/ci-1/fake/v1/things', call)
  expect(answer).toMatchObject({ status: 403, body: { code: 'unauthorized' } })
  expect([world.in(things).size, server.world.in(things).size]).toEqual([0, 0])
})

test('a credential stops choosing its world when it is gone', async () => {
  await using server = await startFake()
  const { world } = server.worlds.create('ci-1', {})
  world.transaction(() => world.in(credentials).delete(`${SLUG}/${keyOf('ci-1')}`))
  expect((await server.call('GET', '/fake/v1/things', { key: keyOf('ci-1') })).status).toBe(403)
  expect(server.journal.list()).toHaveLength(1)
})

test('a world that is not there is refused in the provider words', async () => {
  await using server = await startFake()
  expect(await refused(server, 'GET', '/w/nowhere/fake/v1/things')).toMatchObject({
    status: 404,
    code: 'unknown-world',
    reason: 'there is no world "nowhere"',
  })
  expect(
    await refused(server, 'GET', '/fake/v1/things', { headers: { 'X-Sim-World': 'nowhere' } }),
  ).toMatchObject({ status: 404 })
})

test('what is nobody path goes to the rest, with the world it names', async () => {
  await using server = await startFake()
  expect((await server.call('GET', '/w/ci-1/_sim/health?x=1')).text).toBe(
    '{"world":"ci-1","path":"/_sim/health?x=1"}',
  )
  expect((await server.call('GET', '/fakery/v1/things')).text).toBe('{"path":"/fakery/v1/things"}')
})

test('on a port of its own the provider is at /, and the control API stays reachable', async () => {
  await using server = await startFake({ ownPort: true })
  const { body } = await server.call('GET', '/v1/things')
  expect(body).toMatchObject({ baseUrl: `${server.origin}/v1` })
  expect((await server.call('GET', '/_sim/health')).text).toBe('{"path":"/_sim/health"}')
})

test('hrefs begin with the host that was called, and carry the world prefix', async () => {
  await using server = await startFake()
  server.worlds.create('ci-1', {})
  expect((await server.call('GET', '/fake/v1/things')).body).toMatchObject({
    baseUrl: `${server.origin}/fake/v1`,
  })
  const { body } = await server.call('GET', '/w/ci-1/fake/v1/things', { key: keyOf('ci-1') })
  expect(body).toMatchObject({ baseUrl: `${server.origin}/w/ci-1/fake/v1` })
})

test('hrefs begin with the public URL where there is one', async () => {
  await using server = await startFake({ publicUrl: 'https://sim.example' })
  expect((await server.call('GET', '/fake/v1/things')).body).toMatchObject({
    baseUrl: 'https://sim.example/fake/v1',
  })
})

test('a body of 1 MB is read, one byte more is refused', async () => {
  await using server = await startFake()
  const frame = '{"colour":"red","note":""}'
  const fill = (size: number) => frame.replace('""', `"${'x'.repeat(size - frame.length)}"`)
  expect((await server.call('POST', '/fake/v1/things', { raw: fill(1_048_576) })).status).toBe(201)
  expect(await refused(server, 'POST', '/fake/v1/things', { raw: fill(1_048_577) })).toMatchObject({
    status: 413,
    code: 'body-too-large',
    reason: 'the body is larger than 1048576 bytes',
  })
  expect(newest(server)?.requestBody).toBeUndefined()
})

test('the limit counts bytes, not characters', async () => {
  await using server = await startFake()
  const raw = JSON.stringify({ colour: 'red', note: 'ß'.repeat(600_000) })
  expect(await refused(server, 'POST', '/fake/v1/things', { raw })).toMatchObject({ status: 413 })
})

test('what is due now runs only after the reply that queued it has left, also while the clock is frozen', async () => {
  const order: string[] = []
  const simulator: Simulator = {
    ...fake,
    tasks: [
      {
        ...makeLater,
        perform(world, data) {
          order.push('task')
          makeLater.perform(world, data)
        },
      },
    ],
  }
  await using server = await startFake({ simulator, left: () => order.push('reply left') })
  expect((await server.call('POST', '/fake/v1/later')).status).toBe(202)
  await vi.waitFor(() => expect(order).toEqual(['reply left', 'task']))
  expect(server.world.in(things).size).toBe(1)
})

test('a call that comes before the wake finds done what was due before it', async () => {
  await using server = await startFake()
  server.world.transaction(() => server.world.schedule(makeLater, server.world.now, {}))
  expect((await server.call('GET', '/fake/v1/things')).body).toMatchObject({
    things: [{ colour: 'green' }],
  })
})

test('a receiver that calls back during an advance is served at the stop the clock has reached', async () => {
  await using server = await startFake()
  const seen: unknown[] = []
  await using receiver = await startReceiver({
    async answer() {
      const { body, headers } = await server.call('GET', '/fake/v1/things')
      seen.push([headers.get('date'), (body as { things: unknown[] }).things.length])
      return 200
    },
  })
  const { world } = server
  world.transaction(() => {
    world.in(targets).put({ provider: SLUG, url: receiver.url })
    world.schedule(makeLater, world.now + 60_000, {})
    world.schedule(makeLater, world.now + 120_000, {})
  })
  const { fired } = await server.runner.advance(world.now + 86_400_000)
  expect(seen).toEqual([
    ['Thu, 01 Jan 2026 00:01:00 GMT', 1],
    ['Thu, 01 Jan 2026 00:02:00 GMT', 2],
  ])
  expect(fired.filter(({ kind }) => kind === 'callback')).toHaveLength(2)
})

test('while nothing can be kept writes are refused, reads and the server go on', async () => {
  const disk: { failure: Error | undefined } = { failure: undefined }
  await using server = await startFake({ store: { ...memoryStore(), failure: () => disk.failure } })
  disk.failure = new Error('the disk is full')
  expect(
    await refused(server, 'POST', '/fake/v1/things', { json: { colour: 'red' } }),
  ).toMatchObject({
    code: 'writes-refused',
    reason: 'the disk is full',
  })
  expect((await server.call('GET', '/fake/v1/things')).status).toBe(200)
  disk.failure = undefined
  expect((await make(server)).status).toBe(201)
})

test('where even what is due cannot be kept, a call is refused and the server lives on', async () => {
  const disk: { failure: Error | undefined } = { failure: undefined }
  await using server = await startFake({ store: { ...memoryStore(), failure: () => disk.failure } })
  server.world.transaction(() => server.world.schedule(makeLater, server.world.now, {}))
  disk.failure = new Error('the disk is full')
  expect(await refused(server, 'GET', '/fake/v1/things')).toMatchObject({ code: 'writes-refused' })
  disk.failure = undefined
  expect((await server.call('GET', '/fake/v1/things')).body).toMatchObject({
    things: [{ colour: 'green' }],
  })
})

test('a reply waits until it is kept, and is an error where that fails', async () => {
  let keep: (error?: Error) => void = () => {}
  const settled = () =>
    new Promise<void>((done, fail) => {
      keep = (error) => (error ? fail(error) : done())
    })
  await using server = await startFake({ store: { ...memoryStore(), flushed: settled } })
  let answered = false
  const first = make(server).then((answer) => {
    answered = true
    return answer
  })
  await vi.waitFor(() => expect(server.journal.list()).toHaveLength(1))
  await turn()
  expect(answered).toBe(false)
  keep()
  expect((await first).status).toBe(201)
  const second = make(server)
  await vi.waitFor(() => expect(server.journal.list()).toHaveLength(2))
  keep(new Error('the disk is full'))
  expect((await second).body).toEqual({ code: 'writes-refused', reason: 'the disk is full' })
})

test('a refusal is worded as the settings of the world have it', async () => {
  await using server = await startFake()
  server.world.transaction(() =>
    server.world.in(chosenSettings).put({ provider: SLUG, values: { refusalStatus: 422 } }),
  )
  expect(
    await refused(server, 'POST', '/fake/v1/things', { json: { colour: 'grey' } }),
  ).toMatchObject({
    status: 422,
    code: 'invalid-request',
  })
})

test.each(['the-key', 'another'])(
  'where a setting names the header of the key, the journal does not keep it: %s',
  async (given) => {
    await using server = await startFake()
    server.world.transaction(() => {
      server.world.in(chosenSettings).put({ provider: SLUG, values: { keyHeader: 'x-door' } })
      server.world.in(credentials).put({ provider: SLUG, kind: 'api-key', secret: 'the-key' })
    })
    const { status } = await server.call('GET', '/fake/v1/things', {
      headers: { 'X-Door': given },
      key: null,
    })
    expect(status).toBe(given === 'the-key' ? 200 : 403)
    expect(newest(server)?.requestHeaders['x-door']).toBe('[redacted]')
  },
)

test('an operation whose security is empty answers anyone', async () => {
  await using server = await startFake()
  expect((await server.call('GET', '/fake/v1/text', { key: null })).status).toBe(200)
  expect((await server.call('GET', '/fake/v1/things', { key: null })).status).toBe(403)
})

test('an empty header names no world, and no href carries it', async () => {
  await using server = await startFake()
  const { body } = await server.call('GET', '/fake/v1/things', { headers: { 'X-Sim-World': '' } })
  expect(body).toMatchObject({ baseUrl: `${server.origin}/fake/v1` })
})

test('hrefs of a world that a header chose carry its prefix', async () => {
  await using server = await startFake()
  server.worlds.create('ci-1', {})
  const { body } = await server.call('GET', '/fake/v1/things', {
    key: keyOf('ci-1'),
    headers: { 'X-Sim-World': 'ci-1' },
  })
  expect(body).toMatchObject({ baseUrl: `${server.origin}/w/ci-1/fake/v1` })
})
