// Who may ask, for which node, where, and how strictly; and how a refusal is worded.
import { expect, test } from 'vitest'
import { wholesale } from '../../../src/simulators/wholesale/index.ts'
import { type CommonRefusal, Refusal } from '../../../src/state/refusal.ts'
import {
  ACTIVATION,
  type Answer,
  ESIM,
  expectFailure,
  GPSI,
  ICCID,
  MINIMAL,
  SUCCESS,
  SUSPENSION,
  startWholesale,
  type Wholesale,
} from '../../support/wholesale.ts'

const UNAUTHORIZED = { status: 401, code: 'UNAUTHORIZED', refusal: 'unauthorized' }
const INVALID = { status: 400, code: 'INVALID_REQUEST', refusal: 'invalid-request' }
const NOT_FOUND = { status: 404, code: 'SUBSCRIPTION_NOT_FOUND', refusal: 'not-found' }
const UUID = '0b0e1a52-8a0f-4b5c-9d55-3e1c1f0a9d11'
const node = (wholesaleCustomerId: string) => ({ wholesaleCustomerId })
const id = (partnerTransactionId: string) => ({ partnerTransactionId })

/** Asks the token endpoint with these fields. */
async function tokenFor(
  sim: Wholesale,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) {
  const answer = await fetch(`${sim.base}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers,
  })
  return {
    status: answer.status,
    headers: answer.headers,
    body: (await answer.json()) as Record<string, unknown>,
  }
}

const GOOD = {
  grant_type: 'client_credentials',
  client_id: 'test-client',
  client_secret: 'test-secret',
}

test('WHL-038 a client gets a bearer token, and is heard with it', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  const { status, body } = await tokenFor(sim, GOOD)
  expect([status, body]).toEqual([
    200,
    { access_token: expect.stringMatching(/^\S{20,}$/), token_type: 'Bearer', expires_in: 3600 },
  ])
  const Authorization = `Bearer ${body.access_token}`
  expect((await sim.update('Suspend', {}, { Authorization })).body).toEqual(SUCCESS)
})

test('a client may show itself by HTTP Basic', async () => {
  await using sim = await startWholesale()
  const Authorization = `Basic ${Buffer.from('test-client:test-secret').toString('base64')}`
  expect(
    (await tokenFor(sim, { grant_type: 'client_credentials' }, { Authorization })).status,
  ).toBe(200)
})

test.each([
  [{ ...GOOD, client_secret: 'guess' }, 401, 'invalid_client'],
  [{ ...GOOD, client_id: 'nobody' }, 401, 'invalid_client'],
  [{ grant_type: 'client_credentials' }, 401, 'invalid_client'],
  [{ ...GOOD, grant_type: 'password' }, 400, 'unsupported_grant_type'],
  [{ client_id: 'test-client', client_secret: 'test-secret' }, 400, 'invalid_request'],
])('the token endpoint refuses as OAuth does: %j', async (fields, status, error) => {
  await using sim = await startWholesale()
  expect(await tokenFor(sim, fields)).toMatchObject({
    status,
    body: { error, error_description: expect.any(String) },
  })
})

test.each([
  ['no token', ''],
  ['a token nobody gave', 'Bearer guess'],
  ['the client secret', 'Bearer test-secret'],
  ['another scheme', 'Basic dGVzdC1jbGllbnQ6dGVzdC1zZWNyZXQ='],
])('WHL-038 a call with %s is refused, whatever it asks', async (_what, Authorization) => {
  await using sim = await startWholesale({ given: 'an active line' })
  await expectFailure(sim, () => sim.activate({}, { Authorization }), UNAUTHORIZED)
  await expectFailure(sim, () => sim.update('Suspend', {}, { Authorization }), UNAUTHORIZED)
  await expectFailure(sim, () => sim.query('T', { Authorization }), UNAUTHORIZED)
  const { headers } = await sim.query('T', { Authorization })
  expect(headers.get('www-authenticate')).toMatch(/^Bearer /)
})

test("WHL-038 a token ends by the world's clock, and another is good", async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.clock.advance('PT59M59S')
  expect((await sim.update('Suspend')).status).toBe(200)
  await sim.clock.advance('PT1S')
  await expectFailure(sim, () => sim.update('Resume'), {
    ...UNAUTHORIZED,
    reason: /ended at 2026-01-01T01:00:00/,
  })
  await sim.authorize()
  await sim.settle()
  expect((await sim.update('Resume')).status).toBe(200)
})

test('tokenLifetime moves the end of the tokens to come', async () => {
  await using sim = await startWholesale()
  await sim.set('wholesale', { tokenLifetime: 'PT5M' })
  expect((await tokenFor(sim, GOOD)).body).toMatchObject({ expires_in: 300 })
})

test('WHL-012 WHL-032 a line of a sub-node is invisible to a sibling, and not to the partner above', async () => {
  await using sim = await startWholesale()
  expect((await sim.activate({ partnerTransactionId: 'T' }, node('brand-a'))).status).toBe(200)
  const hidden = { status: 404, code: 'TRANSACTION_NOT_FOUND', refusal: 'unknown-transaction' }
  await expectFailure(sim, () => sim.query('T', node('brand-b')), hidden)
  expect((await sim.query('T', node('brand-a'))).body).toEqual({ status: 'InProgress' })
  expect((await sim.query('T')).body).toEqual({ status: 'InProgress' })
  const suspend = { iccid: ESIM }
  await expectFailure(sim, () => sim.update('Suspend', suspend, node('brand-b')), {
    ...NOT_FOUND,
    reason: /of node brand-a, not of brand-b/,
  })
  expect((await sim.update('Suspend', suspend, node('brand-a'))).body).toMatchObject({
    code: 'REQUEST_IN_PROGRESS',
  })
  await sim.settle()
  await expectFailure(
    sim,
    () => sim.update('Suspend', { iccid: undefined, gpsi: 17205550001 }, node('brand-b')),
    NOT_FOUND,
  )
  expect((await sim.update('Suspend', suspend, node('brand-a'))).status).toBe(200)
  await sim.settle()
  expect((await sim.update('Resume', suspend)).status).toBe(200)
})

test('WHL-012 a SIM that a sibling has is not available, and that a request for it is pending is not told', async () => {
  await using sim = await startWholesale()
  await sim.activate({ iccid: ESIM }, node('brand-a'))
  const taken = { status: 409, code: 'SIM_NOT_AVAILABLE', refusal: 'sim-unavailable' }
  await expectFailure(sim, () => sim.activate({ iccid: ESIM }, node('brand-b')), taken)
  for (const headers of [node('brand-a'), {}])
    expect((await sim.activate({ iccid: ESIM }, headers)).body).toMatchObject({
      code: 'REQUEST_IN_PROGRESS',
    })
  await sim.settle()
  await expectFailure(sim, () => sim.activate({ iccid: ESIM }, node('brand-b')), taken)
})

test("WHL-012 the partner's own lines are invisible to a sub-node", async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await expectFailure(sim, () => sim.update('Suspend', {}, node('brand-a')), {
    ...NOT_FOUND,
    reason: /of node none/,
  })
})

test('WHL-012 nodes may use the same transaction id', async () => {
  await using sim = await startWholesale()
  for (const headers of [node('brand-a'), node('brand-b'), {}])
    expect((await sim.activate({ partnerTransactionId: 'T' }, headers)).status).toBe(200)
  await sim.settle()
  expect((await sim.told()).map(({ wholesaleCustomerId }) => wholesaleCustomerId)).toEqual([
    'brand-a',
    'brand-b',
    undefined,
  ])
})

test('WHL-015 a wholesaleCustomerId has 1 to 12 characters, in the header or in the query', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  const suspend = { partnerTransactionId: 'T', iccid: ICCID, action: 'Suspend' }
  await expectFailure(sim, () => sim.update('Suspend', {}, node('1234567890123')), INVALID)
  await expectFailure(sim, () => sim.activate({}, node('1234567890123')), INVALID)
  await expectFailure(sim, () => sim.query('T', node('1234567890123')), INVALID)
  await expectFailure(
    sim,
    () => sim.call('POST', '/updateStatus?wholesaleCustomerId=1234567890123', suspend),
    INVALID,
  )
  await expectFailure(
    sim,
    () => sim.call('POST', '/updateStatus?wholesaleCustomerId=', suspend),
    INVALID,
  )
  await expectFailure(
    sim,
    () => sim.call('POST', '/updateStatus?wholesaleCustomerId=a', suspend, node('b')),
    {
      ...INVALID,
      reason: /a in the query/,
    },
  )
  await expectFailure(
    sim,
    () => sim.call('POST', '/updateStatus?wholesaleCustomerId=123456789012', suspend),
    NOT_FOUND,
  )
  await expectFailure(
    sim,
    () => sim.call('POST', '/updateStatus?wholesaleCustomerId=a', suspend, node('a')),
    NOT_FOUND,
  )
})

test('WHL-014 a correlation id is any text, and only a UUID where strict is on', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  const loose = { 'X-Correlation-Id': 'TQA20210903155950999' }
  expect((await sim.update('Suspend', { partnerTransactionId: 'T' }, loose)).status).toBe(200)
  await sim.settle()
  await sim.set('wholesale', { strict: true })
  await expectFailure(sim, () => sim.update('Resume', {}, loose), {
    ...INVALID,
    reason: /x-correlation-id must match format "uuid"/,
  })
  await expectFailure(sim, () => sim.activate({}, loose), INVALID)
  await expectFailure(sim, () => sim.query('T', loose), INVALID)
  expect((await sim.query('T', { 'X-Correlation-Id': UUID })).status).toBe(200)
  expect((await sim.update('Resume', {}, { 'X-Correlation-Id': UUID })).status).toBe(200)
})

test('WHL-034 with strict a status update needs an iccid, and no gpsi', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.set('wholesale', { strict: true })
  const reason = /must have required property 'iccid'; gpsi is only in an example/
  await expectFailure(sim, () => sim.call('POST', '/updateStatus', SUSPENSION), {
    ...INVALID,
    reason,
  })
  await expectFailure(sim, () => sim.update('Suspend', { gpsi: GPSI }), {
    ...INVALID,
    reason: /gpsi is only in an example/,
  })
  expect((await sim.update('Suspend')).status).toBe(200)
})

test('WHL-013 with strict an eSIM delivery method needs an EID, which the sample has not', async () => {
  await using sim = await startWholesale()
  await sim.set('wholesale', { strict: true })
  await expectFailure(sim, () => sim.call('POST', '/activate', ACTIVATION), {
    ...INVALID,
    reason: /'eid'/,
  })
  const { eSIMDeliveryMethod: _, ...plain } = ACTIVATION
  expect((await sim.call('POST', '/activate', plain)).status).toBe(200)
})

test('an undocumented field is journalled, and with strict refused', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  expect((await sim.update('Suspend', { reason: 'lost' })).status).toBe(200)
  expect(await sim.journal.list({ limit: 1 })).toMatchObject([{ undocumented: ['/reason'] }])
  await sim.settle()
  await sim.set('wholesale', { strict: true })
  await expectFailure(sim, () => sim.update('Resume', { reason: 'found' }), {
    ...INVALID,
    reason: /not in the spec.*\/reason/,
  })
})

test('every path is moved by a line of the setting paths, and is then no longer where it was', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.set('wholesale', {
    paths: [
      'activateSubscription=/sps/v5/subscription/activate',
      'updateSubscriptionStatus=/activate',
      'queryTransactionStatus=/sps/v5/transaction',
      'issueToken=/token',
    ],
  })
  const moved = await fetch(`${sim.base}/token`, {
    method: 'POST',
    body: new URLSearchParams(GOOD),
  })
  expect(moved.status).toBe(200)
  const body = { partnerTransactionId: 'T', iccid: ICCID, action: 'Suspend' }
  expect((await sim.call('POST', '/activate', body)).body).toEqual(SUCCESS)
  expect(
    (await sim.call('POST', '/sps/v5/subscription/activate/', { ...ACTIVATION, iccid: undefined }))
      .body,
  ).toMatchObject({
    code: 'EID_REQUIRED',
  })
  expect((await sim.call('GET', '/sps/v5/transaction?partnerTransactionId=T')).body).toEqual({
    status: 'InProgress',
  })
  const gone = { status: 404, code: 'NOT_FOUND', refusal: 'unknown-route' }
  for (const path of ['/updateStatus', '/transactionStatus', '/oauth/token', '/nowhere'])
    await expectFailure(sim, () => sim.call('POST', path, body), gone)
})

test.each([
  ['activate=/x', /activateSubscription/],
  ['toString=/x', /activateSubscription/],
  ['activateSubscription=x', /operation=\/path/],
  ['activateSubscription=/x/', /operation=\/path/],
  ['activateSubscription=/x=y', /operation=\/path/],
  ['activateSubscription=/../x', /operation=\/path/],
  ['activateSubscription=/x/.', /operation=\/path/],
  ['activateSubscription', /operation=\/path/],
  ['activateSubscription=/x/{partnerTransactionId}', /operation=\/path/],
  ['queryTransactionStatus=/x/{id}', /operation=\/path/],
  ['queryTransactionStatus=/x{partnerTransactionId}', /operation=\/path/],
  ['queryTransactionStatus=/{partnerTransactionId}/{partnerTransactionId}', /operation=\/path/],
])('a line of paths that cannot be is refused: %s', async (line, reason) => {
  await using sim = await startWholesale()
  await expect(sim.set('wholesale', { paths: [line] })).rejects.toThrow(reason)
})

test('no two lines of paths may move the same operation', async () => {
  await using sim = await startWholesale()
  await expect(sim.set('wholesale', { paths: ['issueToken=/x', 'issueToken=/y'] })).rejects.toThrow(
    /as a line before it/,
  )
})

test.each([
  [['issueToken=/x', 'activateSubscription=/x'], '/x'],
  [['activateSubscription=/updateStatus'], '/updateStatus'],
  [['activateSubscription=/transactionStatus', 'issueToken=/x'], '/transactionStatus'],
  [['issueToken=/transactionStatus/token'], '/transactionStatus/token'],
  [['queryTransactionStatus=/{partnerTransactionId}'], '/activate'],
])('the setting paths leaves no operation without a path of its own: %j', async (paths, shared) => {
  await using sim = await startWholesale()
  await expect(sim.set('wholesale', { paths })).rejects.toThrow(
    `leaves two operations at ${shared}`,
  )
})

test('operations may change places', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.set('wholesale', {
    paths: ['activateSubscription=/updateStatus', 'updateSubscriptionStatus=/activate'],
  })
  expect(
    (await sim.call('POST', '/updateStatus', { ...MINIMAL, partnerTransactionId: 'A' })).body,
  ).toEqual(SUCCESS)
  expect(
    (
      await sim.call('POST', '/activate', {
        partnerTransactionId: 'S',
        iccid: ICCID,
        action: 'Suspend',
      })
    ).body,
  ).toEqual(SUCCESS)
})

test('a method, a path, a body and a type there are not are refused in the words of the API', async () => {
  await using sim = await startWholesale()
  const send = (method: string, path: string, body: unknown) => () => sim.call(method, path, body)
  await expectFailure(sim, send('PUT', '/activate', {}), {
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    refusal: 'method-not-allowed',
  })
  await expectFailure(sim, send('GET', '/subscriptions', undefined), {
    status: 404,
    code: 'NOT_FOUND',
    refusal: 'unknown-route',
  })
  await expectFailure(sim, send('POST', '/activate', '{"partner'), {
    status: 400,
    code: 'MALFORMED_REQUEST',
    refusal: 'malformed-body',
  })
  await expectFailure(sim, send('POST', '/activate', undefined), INVALID)
  await expectFailure(sim, send('POST', '/activate', 'x'.repeat(1_100_000)), {
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    refusal: 'body-too-large',
  })
})

const kernel = {
  'unknown-world': 404,
  'unknown-route': 404,
  'method-not-allowed': 405,
  unauthorized: 401,
  forbidden: 403,
  'body-too-large': 413,
  'unsupported-media-type': 415,
  'not-acceptable': 406,
  'expectation-failed': 417,
  'unreadable-body': 500,
  'malformed-body': 400,
  'invalid-request': 400,
  'not-implemented': 501,
  'wrong-state': 409,
  busy: 409,
  'not-found': 404,
  'writes-refused': 503,
  'reply-violates-spec': 500,
  internal: 500,
} as const satisfies Record<CommonRefusal, number>

test('every refusal of the kernel, and one nobody knows, has its status and a body of the one form', () => {
  for (const [code, status] of Object.entries({ ...kernel, 'nobody-knows': 500, constructor: 500 }))
    expect(
      wholesale.refusalReply(new Refusal(code, 'why'), 'activateSubscription'),
      code,
    ).toMatchObject({
      status,
      body: {
        status: 'Failure',
        code: expect.stringMatching(/^[A-Z_]+$/),
        message: expect.stringMatching(/./),
      },
    })
})

test('what is not for the partner is not told: the journal has it', async () => {
  await using sim = await startWholesale()
  await sim.activate({}, node('brand-a'))
  const { body } = await sim.update('Suspend', { iccid: ESIM }, node('brand-b'))
  expect(body.message).toBe('Subscription not found')
})

test.each<[number, string, string, (sim: Wholesale) => Promise<Answer>]>([
  [400, 'INVALID_REQUEST', 'invalid-request', (sim) => sim.activate({ subscriberId: undefined })],
  [400, 'PLAN_NOT_FOUND', 'unknown-plan', (sim) => sim.activate({ wholesalePlanId: 'Plan999' })],
  [401, 'UNAUTHORIZED', 'unauthorized', (sim) => sim.query('T', { Authorization: 'Bearer no' })],
  [404, 'TRANSACTION_NOT_FOUND', 'unknown-transaction', (sim) => sim.query('T')],
  [404, 'SUBSCRIPTION_NOT_FOUND', 'not-found', (sim) => sim.update('Suspend', { iccid: ESIM })],
  [409, 'INVALID_SUBSCRIPTION_STATE', 'wrong-state', (sim) => sim.update('Resume')],
  [429, 'TOO_MANY_REQUESTS', 'rate-limited', (sim) => sim.activate(id('LIMITED-1'))],
  [429, 'TOO_MANY_REQUESTS', 'rate-limited', (sim) => sim.update('Suspend', id('LIMITED-1'))],
  [429, 'TOO_MANY_REQUESTS', 'rate-limited', (sim) => sim.query('LIMITED-1')],
  [500, 'INTERNAL_ERROR', 'internal', (sim) => sim.activate(id('BROKEN-1'))],
  [500, 'INTERNAL_ERROR', 'internal', (sim) => sim.update('Suspend', id('BROKEN-1'))],
  [500, 'INTERNAL_ERROR', 'internal', (sim) => sim.call('GET', '/transactionStatus/BROKEN-1')],
])('WHL-039 a refusal is answered %i %s: %s', async (status, code, refusal, call) => {
  await using sim = await startWholesale({ given: 'an active line' })
  await expectFailure(sim, () => call(sim), { status, code, refusal })
})

test('a 429 says when to try again', async () => {
  await using sim = await startWholesale()
  expect((await sim.query('LIMITED-')).headers.get('retry-after')).toBe('5')
  expect((await sim.query('LIMITED')).status).toBe(404)
})

test("WHL-012 a partner acts on a brand's line: the notification names the brand, and its query finds it", async () => {
  await using sim = await startWholesale()
  const [a, b] = [node('brand-a'), node('brand-b')]
  await sim.activate({}, a)
  await sim.settle()
  expect((await sim.update('Suspend', { iccid: ESIM, ...id('T') })).body).toEqual(SUCCESS)
  expect((await sim.query('T', a)).body).toEqual({ status: 'InProgress' })
  await sim.settle()
  expect((await sim.told()).at(-1)).toMatchObject({
    partnerTransactionId: 'T',
    action: 'Suspend',
    wholesaleCustomerId: 'brand-a',
  })
  for (const headers of [a, {}])
    expect((await sim.query('T', headers)).body).toEqual({ status: 'Success' })
  await expectFailure(sim, () => sim.query('T', b), {
    status: 404,
    code: 'TRANSACTION_NOT_FOUND',
    refusal: 'unknown-transaction',
  })
  expect((await sim.update('Resume', { iccid: ESIM, ...id('FAIL-T') })).body).toEqual(SUCCESS)
  await sim.settle()
  expect((await sim.told()).at(-1)).toMatchObject({
    result: 'Failure',
    wholesaleCustomerId: 'brand-a',
  })
  expect((await sim.query('FAIL-T', a)).body).toEqual({ status: 'Failed' })
})

test("WHL-012 a brand's activation that failed is told with the brand, and found by it alone", async () => {
  await using sim = await startWholesale()
  await sim.activate(id('FAIL-1'), node('brand-a'))
  await sim.settle()
  expect(await sim.told()).toMatchObject([{ wholesaleCustomerId: 'brand-a', result: 'Failure' }])
  expect((await sim.query('FAIL-1', node('brand-a'))).body).toEqual({ status: 'Failed' })
  expect((await sim.query('FAIL-1', node('brand-b'))).status).toBe(404)
})

test("the partner's own request has no brand, and a brand does not find it", async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.update('Suspend', id('T'))
  await sim.settle()
  expect((await sim.told())[0]).not.toHaveProperty('wholesaleCustomerId')
  expect((await sim.query('T', node('brand-a'))).status).toBe(404)
})

test("of requests that share an id the caller's own is told, also where another came later", async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  const a = node('brand-a')
  await sim.activate({ iccid: ESIM }, a)
  await sim.settle()
  await sim.update('Suspend', id('FAIL-T'))
  await sim.settle()
  await sim.update('Suspend', { iccid: ESIM, ...id('FAIL-T') }, a)
  expect((await sim.query('FAIL-T')).body).toEqual({ status: 'Failed' })
  expect((await sim.query('FAIL-T', a)).body).toEqual({ status: 'InProgress' })
})

test('WHL-003 WHL-036 a query may have its id in the path', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  const byPath = (id: string) => sim.call('GET', `/transactionStatus/${encodeURIComponent(id)}`)
  for (const id of ['Txn1', 'a/b?c d', '%41', 'x'.repeat(36)]) {
    await sim.update('Suspend', { partnerTransactionId: id })
    expect((await byPath(id)).body).toEqual({ status: 'InProgress' })
    await sim.settle()
    expect(await byPath(id)).toMatchObject({ status: 200, body: { status: 'Success' } })
    expect((await sim.query(id)).body).toEqual({ status: 'Success' })
    await sim.update('Resume')
    await sim.settle()
  }
  await expectFailure(sim, () => byPath('Txn2'), {
    status: 404,
    code: 'TRANSACTION_NOT_FOUND',
    refusal: 'unknown-transaction',
    reason: /Txn2/,
  })
  await expectFailure(sim, () => byPath('x'.repeat(37)), INVALID)
  await expectFailure(sim, () => sim.call('GET', '/transactionStatus/'), INVALID)
  await expectFailure(
    sim,
    () => sim.call('GET', '/transactionStatus/T', undefined, { Authorization: '' }),
    UNAUTHORIZED,
  )
  expect(
    (await sim.call('GET', '/transactionStatus/Txn1', undefined, node('brand-a'))).status,
  ).toBe(404)
})

test.each([
  ['/status/{partnerTransactionId}', ['/status/T'], ['/status?partnerTransactionId=T']],
  ['/sps/{partnerTransactionId}/status', ['/sps/T/status'], ['/sps/T', '/sps/status']],
  [
    '/transactionStatus/{partnerTransactionId}',
    ['/transactionStatus/T'],
    ['/transactionStatus?partnerTransactionId=T'],
  ],
  ['/status', ['/status/T', '/status?partnerTransactionId=T'], ['/status/T/U']],
])('a query that is moved to %s is served there, and nowhere else', async (to, here, gone) => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.set('wholesale', { paths: [`queryTransactionStatus=${to}`] })
  await sim.update('Suspend', id('T'))
  for (const path of here)
    expect((await sim.call('GET', path)).body, path).toEqual({ status: 'InProgress' })
  const old = to.startsWith('/transactionStatus')
    ? []
    : ['/transactionStatus/T', '/transactionStatus?partnerTransactionId=T']
  for (const path of [...gone, ...old])
    expect((await sim.call('GET', path)).body, path).toMatchObject({ code: 'NOT_FOUND' })
})
