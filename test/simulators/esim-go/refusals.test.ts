// What eSIM Go refuses: in its own words, for the reason the journal tells, with nothing changed.
import { request } from 'node:http'
import { expect, test } from 'vitest'
import { type Answer, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import { assignmentsOn, esimWith, FR_1, GB_1, ownIccids } from '../../support/esim-go-shop.ts'
import { type Expected, expectRefused } from '../../support/refused.ts'

const UNKNOWN_ICCID = '8943108170000000013'
/** What becomes of it as a JSON number: its last digits are lost. */
const AS_NUMBER = Number(UNKNOWN_ICCID)
const BAD_REQUEST = { status: 400, code: 'invalid-request' }
const MALFORMED = { status: 400, code: 'malformed-body' }

interface Operation {
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly json?: object
}

/** Every operation that is played, as a good call of it without its key. */
const PLAYED: readonly Operation[] = [
  { operation: 'getApiDetails', method: 'GET', path: '/' },
  { operation: 'applyBundle', method: 'POST', path: '/esims/apply', json: { bundle: GB_1 } },
  { operation: 'getAssignments', method: 'GET', path: '/esims/assignments?reference=a' },
  { operation: 'getBundleStatus', method: 'GET', path: `/esims/${UNKNOWN_ICCID}/bundles/${GB_1}` },
  {
    operation: 'revokeApplication',
    method: 'DELETE',
    path: `/esims/${UNKNOWN_ICCID}/bundles/${GB_1}/applications/1`,
  },
  {
    operation: 'revokeAssignment',
    method: 'DELETE',
    path: `/esims/${UNKNOWN_ICCID}/bundles/${GB_1}/assignments/1`,
  },
  { operation: 'revokeBundle', method: 'DELETE', path: `/esims/${UNKNOWN_ICCID}/bundles/${GB_1}` },
  { operation: 'listEsimBundles', method: 'GET', path: `/esims/${UNKNOWN_ICCID}/bundles` },
  { operation: 'getEsim', method: 'GET', path: `/esims/${UNKNOWN_ICCID}` },
  { operation: 'listEsims', method: 'GET', path: '/esims' },
  {
    operation: 'updateEsim',
    method: 'PUT',
    path: '/esims',
    json: { iccid: UNKNOWN_ICCID, customerRef: 'a' },
  },
  { operation: 'listBundleGroups', method: 'GET', path: '/organisation/groups' },
  { operation: 'getOrganisation', method: 'GET', path: '/organisation' },
  { operation: 'getOrder', method: 'GET', path: '/orders/a' },
  { operation: 'listOrders', method: 'GET', path: '/orders' },
  {
    operation: 'createOrder',
    method: 'POST',
    path: '/orders',
    json: { type: 'transaction', order: [{ item: GB_1 }] },
  },
  {
    operation: 'refundInventory',
    method: 'POST',
    path: '/inventory/refund',
    json: { usageId: 1, quantity: 1 },
  },
  { operation: 'getInventory', method: 'GET', path: '/inventory' },
  { operation: 'getCatalogueBundle', method: 'GET', path: `/catalogue/bundle/${GB_1}` },
  { operation: 'getCatalogue', method: 'GET', path: '/catalogue' },
  { operation: 'getNetworks', method: 'GET', path: '/networks?returnAll=true' },
  { operation: 'getQrCodes', method: 'GET', path: '/esims/qr/a' },
  { operation: 'getEsimsCsv', method: 'GET', path: '/esims/csv/a' },
  { operation: 'getEsimHistory', method: 'GET', path: `/esims/${UNKNOWN_ICCID}/history` },
  { operation: 'refreshEsim', method: 'GET', path: `/esims/${UNKNOWN_ICCID}/refresh` },
  {
    operation: 'checkCompatibility',
    method: 'GET',
    path: `/esims/${UNKNOWN_ICCID}/compatible/${GB_1}`,
  },
  {
    operation: 'sendSms',
    method: 'POST',
    path: `/esims/${UNKNOWN_ICCID}/sms`,
    json: { message: 'Hello' },
  },
  {
    operation: 'applyBundleToEsim',
    method: 'POST',
    path: `/esims/${UNKNOWN_ICCID}/bundles`,
    json: { name: GB_1 },
  },
  { operation: 'getEsimLocation', method: 'GET', path: `/esims/${UNKNOWN_ICCID}/location` },
  { operation: 'topUpBalance', method: 'POST', path: '/organisation/balance?amount=1000' },
]

const answers401 = (operation: string) => operation === 'createOrder' || operation === 'getNetworks'

/** A world with an eSIM, a bundle on it and bundles in the inventory: something there to be changed. */
async function stocked(): Promise<TestSim> {
  const sim = await startEsimGo('bundles in the inventory')
  await esimWith(sim, GB_1)
  return sim
}

/** POST /orders with these fields laid over a good order. */
const order = (fields: object) => ({
  type: 'transaction',
  assign: true,
  order: [{ type: 'bundle', quantity: 1, item: GB_1 }],
  ...fields,
})

/** The same, laid over its line. */
const line = (fields: object) =>
  order({ order: [{ type: 'bundle', quantity: 1, item: GB_1, ...fields }] })

test('ESG-003 every refusal is a JSON object with a message and nothing else', async () => {
  await using sim = await stocked()
  const refusals: Answer<object>[] = [
    await sim.get('/nowhere'),
    await sim.call('PATCH', '/orders'),
    await sim.get('/orders/unknown'),
    await sim.call('GET', '/esims', { key: 'wrong' }),
    await sim.call('GET', '/networks', { key: 'wrong' }),
    await sim.post('/orders', {}),
    await sim.call('POST', '/orders', { raw: '{' }),
    await sim.get(`/esims/${UNKNOWN_ICCID}`),
    await sim.call('DELETE', `/esims/${UNKNOWN_ICCID}/bundles/${GB_1}`),
  ]
  expect(refusals.map(({ status }) => status)).toEqual([
    404, 405, 400, 403, 401, 400, 400, 403, 403,
  ])
  for (const { body, headers } of refusals) {
    expect(headers.get('content-type')).toBe('application/json')
    expect(body).toEqual({ message: expect.stringMatching(/./) })
  }
})

test.each(PLAYED)(
  'ESG-002 $operation needs the key in X-API-Key',
  async ({ operation, method, path, json }) => {
    await using sim = await stocked()
    const expected = {
      status: answers401(operation) ? 401 : 403,
      code: 'unauthorized',
      reason: /X-API-Key is missing/,
    }
    await expectRefused(sim, () => sim.call(method, path, { json, key: null }), expected)
    await sim.call(method, path, { json })
    expect(sim.journal.list()[0]?.refusal?.code).not.toBe('unauthorized')
  },
)

test('ESG-002 the name of the header is matched without regard to case', async () => {
  await using sim = await startEsimGo()
  for (const name of ['x-api-key', 'X-API-KEY', 'X-Api-Key']) {
    expect(
      (await sim.call('GET', '/esims', { key: null, headers: { [name]: sim.key } })).status,
    ).toBe(200)
  }
})

test('a key in the query or as a bearer token is no key', async () => {
  await using sim = await startEsimGo()
  const elsewhere = [
    () => sim.call('GET', `/esims?apiKey=${sim.key}&X-API-Key=${sim.key}`, { key: null }),
    () => sim.call('GET', '/esims', { key: null, headers: { Authorization: `Bearer ${sim.key}` } }),
  ]
  for (const call of elsewhere)
    await expectRefused(sim, call, { status: 403, code: 'unauthorized' })
})

test.each(PLAYED.filter(({ operation }) => answers401(operation)))(
  'ESG-004 a bad key is answered 401 by $operation',
  async ({ method, path, json }) => {
    await using sim = await stocked()
    await expectRefused(sim, () => sim.call(method, path, { json, key: 'wrong' }), {
      status: 401,
      code: 'unauthorized',
      message: 'unauthorized',
    })
  },
)

test.each(PLAYED.filter(({ operation }) => !answers401(operation)))(
  'ESG-005 a bad key is answered 403 by $operation',
  async ({ method, path, json }) => {
    await using sim = await stocked()
    await expectRefused(sim, () => sim.call(method, path, { json, key: 'wrong' }), {
      status: 403,
      code: 'unauthorized',
      message: 'access denied',
    })
  },
)

test('the key of another world is a bad key', async () => {
  await using sim = await stocked()
  await using other = await startEsimGo()
  const call = () => sim.call('GET', '/esims', { key: other.key })
  await expectRefused(sim, call, {
    status: 403,
    code: 'unauthorized',
    reason: /no key of the world/,
  })
})

test('a key in another case is a bad key', async () => {
  await using sim = await startEsimGo()
  await expectRefused(sim, () => sim.call('GET', '/esims', { key: sim.key.toUpperCase() }), {
    status: 403,
    code: 'unauthorized',
  })
})

test('a bad key is refused before the body is looked at', async () => {
  await using sim = await stocked()
  const call = () => sim.call('POST', '/esims/apply', { raw: '{', key: 'wrong' })
  await expectRefused(sim, call, { status: 403, code: 'unauthorized' })
})

test('a bad key, an empty inventory and a foreign eSIM are answered the same, and the journal knows which it was', async () => {
  await using sim = await startEsimGo()
  const answers = [
    await sim.call('GET', '/esims', { key: 'wrong' }),
    await sim.post('/esims/apply', { bundle: GB_1 }),
    await sim.get(`/esims/${UNKNOWN_ICCID}`),
  ]
  expect(answers.map(({ status, text }) => [status, text])).toEqual(
    answers.map(() => [403, '{"message":"access denied"}']),
  )
  expect(sim.journal.list().map(({ refusal }) => refusal?.code)).toEqual([
    'foreign-esim',
    'none-in-inventory',
    'unauthorized',
  ])
})

test('the journal keeps no key', async () => {
  await using sim = await startEsimGo()
  await sim.get('/organisation')
  await sim.call('POST', '/orders', { json: order({ note: sim.key }), key: 'secret-guess' })
  const kept = JSON.stringify(sim.journal.list())
  expect(kept).toContain('[redacted]')
  expect(kept).not.toContain(sim.key)
  expect(kept).not.toContain('secret-guess')
})

test.each([
  '/nowhere',
  '/esim',
  '/orders/a/b',
  '/catalogue/bundle',
  '/esims/a/b/c/d',
  '/Orders',
  '//orders',
  '/orders/..%2f',
])('the unknown path %s is refused', async (path) => {
  await using sim = await stocked()
  const answer = await sim.get(path)
  expect([answer.status, answer.body]).toEqual(
    path === '/orders/..%2f' ? [400, expect.anything()] : [404, { message: 'not found' }],
  )
})

test('an unknown path is refused without a key too, and the journal names it', async () => {
  await using sim = await stocked()
  const call = () => sim.call('GET', '/nowhere', { key: null })
  await expectRefused(sim, call, {
    status: 404,
    code: 'unknown-route',
    reason: /\/nowhere; base paths are \/esim-go\/v2\.4/,
  })
})

test.each([
  ['DELETE', '/orders'],
  ['PATCH', '/esims'],
  ['POST', '/catalogue'],
  ['PUT', '/esims/apply'],
  ['DELETE', `/esims/${UNKNOWN_ICCID}`],
  ['OPTIONS', '/orders'],
])('the wrong method %s %s is refused', async (method, path) => {
  await using sim = await stocked()
  await expectRefused(sim, () => sim.call(method, path), {
    status: 405,
    code: 'method-not-allowed',
  })
})

test('an unknown world is refused, by prefix and by header', async () => {
  await using sim = await startEsimGo()
  const byPrefix = await sim.get(`${sim.origin}/w/nowhere/esim-go/v2.4/esims`)
  const byHeader = await sim.get(`${sim.origin}/esim-go/v2.4/esims`, { 'X-Sim-World': 'nowhere' })
  for (const { status, body } of [byPrefix, byHeader]) {
    expect(status).toBe(404)
    expect(body).toEqual({ message: 'there is no world "nowhere"' })
  }
})

test('the key alone finds its world', async () => {
  await using sim = await startEsimGo('an assigned bundle')
  const { text } = await sim.get(`${sim.origin}/esim-go/v2.4/esims`)
  expect(text).toBe((await sim.get('/esims')).text)
})

test('the world default has its fixed key', async () => {
  await using sim = await startEsimGo()
  const url = `${sim.origin}/esim-go/v2.4/esims`
  expect((await sim.call('GET', url, { key: 'test-esim-go-key' })).status).toBe(200)
  expect((await sim.call('GET', url, { key: 'test-esim-go-kez' })).status).toBe(403)
})

test.each([
  ['{', /not JSON/],
  ['{"type":"transaction",}', /not JSON/],
  ["{'type':'transaction'}", /not JSON/],
  ['type=transaction&item=a', /not JSON/],
  ['\u0000', /not JSON/],
  ['{"type":"transaction","order":[{"item":"a"}]', /not JSON/],
])('the malformed body %j is refused', async (raw, reason) => {
  await using sim = await stocked()
  for (const [method, path] of [
    ['POST', '/orders'],
    ['POST', '/esims/apply'],
    ['PUT', '/esims'],
  ] as const) {
    await expectRefused(sim, () => sim.call(method, path, { raw }), { ...MALFORMED, reason })
  }
})

test.each(['null', '[]', '"text"', '17', 'true', '{}', ''])(
  'the body %j is refused',
  async (raw) => {
    await using sim = await stocked()
    for (const [method, path] of [
      ['POST', '/orders'],
      ['POST', '/esims/apply'],
      ['PUT', '/esims'],
    ] as const) {
      await expectRefused(sim, () => sim.call(method, path, { raw }), BAD_REQUEST)
    }
  },
)

test.each([
  ['no type', order({ type: undefined }), /type/],
  ['an unknown type', order({ type: 'buy' }), /validate, transaction/],
  ['a type in another case', order({ type: 'Transaction' }), /validate, transaction/],
  ['a type that is a number', order({ type: 1 }), /type/],
  ['assign as text', order({ assign: 'true' }), /assign/],
  ['no lines at all', order({ order: undefined }), /order/],
  ['an empty list of lines', order({ order: [] }), /order/],
  ['lines that are an object', order({ order: { item: GB_1 } }), /order/],
  ['a line that is text', order({ order: [GB_1] }), /order\.0/],
  ['a line without an item', line({ item: undefined }), /item/],
  ['a line with an empty item', line({ item: '' }), /item/],
  ['a line with an item that is a number', line({ item: 1 }), /item/],
  ['a line of an unknown type', line({ type: 'esim' }), /type/],
  ['a quantity as text', line({ quantity: '1' }), /quantity/],
  ['a quantity of 0', line({ quantity: 0 }), /quantity/],
  ['a quantity below 0', line({ quantity: -1 }), /quantity/],
  ['a quantity of 1.5', line({ quantity: 1.5 }), /quantity/],
  ['a quantity of 10001', line({ quantity: 10_001 }), /quantity/],
  ['ICCIDs that are text', line({ iccids: UNKNOWN_ICCID }), /iccids/],
  ['an ICCID as a JSON number', line({ iccids: [AS_NUMBER] }), /iccids\.0/],
  ['an ICCID with letters', line({ iccids: ['894310817000000001X'] }), /iccids\.0/],
  ['an ICCID that is too short', line({ iccids: ['89431081700000000'] }), /iccids\.0/],
  ['an ICCID that is too long', line({ iccids: ['AS_NUMBER0000'] }), /iccids\.0/],
  ['an ICCID with a space', line({ iccids: [` ${UNKNOWN_ICCID}`] }), /iccids\.0/],
  ['allowReassign as text', line({ allowReassign: 'yes' }), /allowReassign/],
  [
    'the flat form with an ICCID as a JSON number',
    { type: 'transaction', item: GB_1, iccid: AS_NUMBER },
    /iccid/,
  ],
  [
    'the flat form with a quantity of 0',
    { type: 'transaction', item: GB_1, quantity: 0 },
    /quantity/,
  ],
])('an order with %s is refused', async (_what, json, reason) => {
  await using sim = await stocked()
  await expectRefused(sim, () => sim.post('/orders', json), { ...BAD_REQUEST, reason })
})

test('a quantity beyond every number is refused', async () => {
  await using sim = await stocked()
  const raw = JSON.stringify(line({ quantity: 1 })).replace('"quantity":1', '"quantity":1e400')
  await expectRefused(sim, () => sim.call('POST', '/orders', { raw }), {
    ...BAD_REQUEST,
    reason: /quantity/,
  })
})

test.each([
  ['a bundle that is a number', { bundle: 1 }, /bundle/],
  ['an empty bundle', { bundle: '' }, /bundle/],
  ['bundles that are text', { bundles: GB_1 }, /bundles/],
  ['a list with a number in it', { bundles: [GB_1, 1] }, /bundles\.1/],
  ['an entry without a name', { bundles: [{ repeat: 1 }] }, /bundles\.0/],
  ['an entry with a repeat of 0', { bundles: [{ name: GB_1, repeat: 0 }] }, /bundles\.0/],
  ['a repeat of 0', { bundle: GB_1, repeat: 0 }, /repeat/],
  ['a repeat as text', { bundle: GB_1, repeat: '2' }, /repeat/],
  ['a repeat of 10001', { bundle: GB_1, repeat: 10_001 }, /repeat/],
  ['an ICCID as a JSON number', { bundle: GB_1, iccid: AS_NUMBER }, /iccid/],
  ['a bad ICCID', { bundle: GB_1, iccid: '89' }, /iccid/],
  ['allowReassign as text', { bundle: GB_1, allowReassign: 'true' }, /allowReassign/],
  ['a startTime that is a number', { bundle: GB_1, startTime: 1767225600000 }, /startTime/],
])('an application with %s is refused', async (_what, json, reason) => {
  await using sim = await stocked()
  await expectRefused(sim, () => sim.post('/esims/apply', json), { ...BAD_REQUEST, reason })
})

test.each([
  ['an ICCID as a JSON number', { iccid: AS_NUMBER, customerRef: 'a' }, /iccid/],
  ['a bad ICCID', { iccid: 'abc', customerRef: 'a' }, /iccid/],
  [
    'a customer reference that is a number',
    { iccid: UNKNOWN_ICCID, customerRef: 17 },
    /customerRef/,
  ],
  ['a customer reference of null', { iccid: UNKNOWN_ICCID, customerRef: null }, /customerRef/],
])('an update with %s is refused', async (_what, json, reason) => {
  await using sim = await stocked()
  await expectRefused(sim, () => sim.put('/esims', json), { ...BAD_REQUEST, reason })
})

test.each([
  ['/esims/abc', /iccid/],
  ['/esims/89431081', /iccid/],
  ['/esims/894310817000000001X/bundles', /iccid/],
  ['/esims?iccid=abc&customerRef=a', /iccid/],
  ['/orders?limit=0', /limit/],
  ['/orders?limit=10001', /limit/],
  ['/orders?page=0', /page/],
  ['/orders?page=first', /page/],
  ['/orders?includeIccids=yes', /includeIccids/],
  ['/orders?createdAt=yesterday', /createdAt/],
  ['/orders?createdAt=since:2026-01-01T00:00:00Z', /createdAt/],
  ['/orders?createdAt=gte:2026-01', /createdAt/],
  ['/orders?createdAt=gte:2027-02-30T00:00:00Z', /createdAt.* is not a time/],
  ['/orders?createdAt=2026-01-01T24:00:00Z', /createdAt.* is not a time/],
  ['/orders?createdAt=gte:2026-13-01T00:00:00Z', /createdAt/],
  ['/orders?createdAt=gte:2026-01-01T00:00:00Z&createdAt=tomorrow', /createdAt/],
  ['/catalogue?perPage=0', /perPage/],
  ['/catalogue?perPage=5001', /perPage/],
  ['/catalogue?page=1.5', /page/],
  ['/catalogue?direction=up', /asc, desc/],
  ['/catalogue?orderBy=colour', /orderBy/],
  ['/networks?returnAll=maybe', /returnAll/],
])('asking for %s is refused', async (path, reason) => {
  await using sim = await stocked()
  const method = path.startsWith('/esims?') ? 'PUT' : 'GET'
  await expectRefused(sim, () => sim.call(method, path), { ...BAD_REQUEST, reason })
})

test.each([
  ['an order', '/orders', line({ item: 'esim_1GB_7D_XX_V2' })],
  [
    'an order that is only validated',
    '/orders',
    { ...line({ item: 'esim_1GB_7D_XX_V2' }), type: 'validate' },
  ],
  ['an application', '/esims/apply', { bundle: 'esim_1GB_7D_XX_V2' }],
])('an unknown bundle in %s is refused', async (_what, path, json) => {
  await using sim = await stocked()
  await expectRefused(sim, () => sim.post(path, json), {
    status: 400,
    code: 'unknown-bundle',
    reason: /esim_1GB_7D_XX_V2/,
  })
})

test.each([
  ['an order', '/orders', line({ item: GB_1.toLowerCase() })],
  ['an application', '/esims/apply', { bundle: GB_1.toUpperCase() }],
])('ESG-017 the name of a bundle in the wrong case in %s is refused', async (_what, path, json) => {
  await using sim = await stocked()
  await expectRefused(sim, () => sim.post(path, json), {
    status: 400,
    code: 'unknown-bundle',
    reason: /case-sensitive/,
  })
})

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  'a bundle called %s is unknown',
  async (item) => {
    await using sim = await stocked()
    await expectRefused(sim, () => sim.post('/orders', line({ item })), {
      status: 400,
      code: 'unknown-bundle',
    })
    await expectRefused(sim, () => sim.get(`/catalogue/bundle/${item}`), {
      status: 400,
      code: 'unknown-bundle',
    })
  },
)

test.each(['__proto__', 'constructor', 'toString'])(
  'an order called %s is unknown',
  async (reference) => {
    await using sim = await stocked()
    await expectRefused(sim, () => sim.get(`/orders/${reference}`), {
      status: 400,
      code: 'unknown-order',
    })
  },
)

test.each([
  ['GET', ''],
  ['GET', '/bundles'],
  ['GET', `/bundles/${GB_1}`],
] as const)('%s of a foreign eSIM%s is refused without saying why', async (method, below) => {
  await using sim = await stocked()
  await using other = await startEsimGo('an assigned bundle')
  const [foreign = ''] = await ownIccids(other)
  const expected: Expected = {
    status: 403,
    code: 'foreign-esim',
    reason: new RegExp(foreign),
    message: 'access denied',
  }
  await expectRefused(sim, () => sim.call(method, `/esims/${foreign}${below}`), expected)
})

test('a foreign eSIM gets no bundle of ours', async () => {
  await using sim = await stocked()
  await using other = await startEsimGo('an assigned bundle')
  const [foreign = ''] = await ownIccids(other)
  const call = () => sim.post('/esims/apply', { iccid: foreign, bundle: GB_1 })
  await expectRefused(sim, call, { status: 403, code: 'foreign-esim', message: 'access denied' })
  expect(await assignmentsOn(other, foreign)).toHaveLength(1)
})

test.each(['__proto__', 'constructor', 'prototype'])(
  'a body with the field %s at any depth is refused',
  async (name) => {
    await using sim = await stocked()
    const good = JSON.stringify(order({}))
    const bodies = [
      good.replace('{', `{"${name}":{"type":"validate"},`),
      good.replace('"type":"bundle"', `"${name}":{"item":"a"},"type":"bundle"`),
      good.replace('"assign":true', `"assign":true,"note":[{"deep":{"${name}":null}}]`),
    ]
    for (const raw of bodies) {
      expect(raw).toContain(name)
      await expectRefused(sim, () => sim.call('POST', '/orders', { raw }), {
        ...MALFORMED,
        reason: new RegExp(name),
      })
    }
    expect(Object.prototype).not.toHaveProperty('item')
  },
)

test('a body nested too deep is refused', async () => {
  await using sim = await stocked()
  const raw = `{"note":${'['.repeat(100)}${']'.repeat(100)},${JSON.stringify(order({})).slice(1)}`
  await expectRefused(sim, () => sim.call('POST', '/orders', { raw }), {
    ...MALFORMED,
    reason: /64 deep/,
  })
})

test('a body over 1 MB is refused, one just below is not', async () => {
  await using sim = await stocked()
  const sized = (bytes: number) => {
    const empty = JSON.stringify({ ...order({ type: 'validate' }), note: '' })
    return empty.replace('"note":""', `"note":"${'x'.repeat(bytes - empty.length)}"`)
  }
  expect(sized(1_048_576)).toHaveLength(1_048_576)
  expect((await sim.call('POST', '/orders', { raw: sized(1_048_576) })).status).toBe(200)
  const call = () => sim.call('POST', '/orders', { raw: sized(1_048_577) })
  await expectRefused(sim, call, { status: 413, code: 'body-too-large', reason: /1048576 bytes/ })
})

test('a body over 1 MB that comes in chunks is refused too', async () => {
  await using sim = await stocked()
  const before = sim.state()
  const status = await new Promise((done, fail) => {
    const outgoing = request(
      `${sim.base}/orders`,
      { method: 'POST', headers: { 'X-API-Key': sim.key } },
      (answer) => {
        answer.resume()
        done(answer.statusCode)
      },
    )
    outgoing.on('error', fail)
    for (let chunk = 0; chunk < 20; chunk += 1) outgoing.write('x'.repeat(64 * 1024))
    outgoing.end()
  })
  expect(status).toBe(413)
  expect(sim.journal.list()[0]?.refusal?.code).toBe('body-too-large')
  expect(sim.state()).toBe(before)
})

test.each(['text/plain', 'application/x-www-form-urlencoded'])(
  'a body sent as %s is accepted and noted',
  async (type) => {
    await using sim = await stocked()
    const raw = JSON.stringify(order({ type: 'validate' }))
    expect(
      (await sim.call('POST', '/orders', { raw, headers: { 'Content-Type': type } })).status,
    ).toBe(200)
    expect(sim.journal.list()[0]?.undocumented).toEqual([`Content-Type: ${type}`])
  },
)

test('with strict a body that is not sent as JSON is refused', async () => {
  await using sim = await stocked()
  await sim.set({ strict: true })
  const call = () =>
    sim.call('POST', '/orders', { json: order({}), headers: { 'Content-Type': 'text/plain' } })
  await expectRefused(sim, call, { status: 415, code: 'unsupported-media-type' })
})

test('fields and parameters the spec does not know are accepted and noted', async () => {
  await using sim = await stocked()
  expect(
    (
      await sim.post('/orders?trace=1', {
        ...line({ type: 'bundle', colour: 'red' }),
        type: 'validate',
        note: 'x',
      })
    ).status,
  ).toBe(200)
  expect(sim.journal.list()[0]?.undocumented.toSorted()).toEqual([
    '/note',
    '/order/0/colour',
    '?trace',
  ])
})

test('with strict a field or a parameter the spec does not know is refused', async () => {
  await using sim = await stocked()
  await sim.set({ strict: true })
  await expectRefused(sim, () => sim.post('/orders', order({ note: 'x' })), {
    ...BAD_REQUEST,
    reason: /\/note/,
  })
  await expectRefused(sim, () => sim.get('/orders?trace=1'), { ...BAD_REQUEST, reason: /\?trace/ })
})

test('one bad line refuses the whole order', async () => {
  await using sim = await stocked()
  const lines = [{ item: GB_1 }, { item: FR_1 }, { item: 'esim_1GB_7D_XX_V2' }]
  await expectRefused(sim, () => sim.post('/orders', order({ order: lines })), {
    status: 400,
    code: 'unknown-bundle',
  })
})

test('a path that is no good URL encoding is refused', async () => {
  await using sim = await stocked()
  const answer = await sim.get<{ message: string }>('/esims/%E0%A4%A')
  expect([400, 404]).toContain(answer.status)
  expect(answer.body).toEqual({ message: expect.stringMatching(/./) })
})
