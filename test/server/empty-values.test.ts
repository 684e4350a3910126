// Optional fields sent as `null` or `""`: as if left out, whoever the provider is; with `strict` they are refused.
import { expect, test } from 'vitest'
import { dropEmpty, emptyRules } from '../../src/server/empty-values.ts'
import { ACCOUNT, ADA, BY_API, startEnterprise } from '../support/accounts-orders.ts'
import { startEsimGo, type TestSim } from '../support/esim-go.ts'
import { GB_1, type OrderAnswer, ownIccids } from '../support/esim-go-shop.ts'
import { startHighland } from '../support/highland.ts'
import { send } from '../support/http.ts'
import { expectRefused } from '../support/refused.ts'
import { MINIMAL, startWholesale } from '../support/wholesale.ts'

const stocked = () => startEsimGo('bundles in the inventory')

/** What the newest exchange had that counts as left out. */
const passedOver = (sim: TestSim) => sim.journal.list()[0]?.undocumented

test.each(['', null])(
  'a bundle applied with startTime %j starts with its first use',
  async (startTime) => {
    await using sim = await stocked()
    const { status, body } = await sim.post<{ esims: { iccid: string }[] }>('/esims/apply', {
      bundle: GB_1,
      startTime,
    })
    expect(status).toBe(200)
    expect(passedOver(sim)).toEqual(['/startTime (empty)'])
    const iccid = body.esims[0]?.iccid ?? ''
    const older = await sim.post(`/esims/${iccid}/bundles`, { name: GB_1, startTime, repeat: null })
    expect(older.status).toBe(200)
    await sim.advance('P1D')
    const states = (await sim.get<object>(`/esims/${iccid}/bundles`)).text.match(/queued|active/g)
    expect(states).toEqual(['queued', 'queued'])
  },
)

test('every optional field of an application may be empty', async () => {
  await using sim = await stocked()
  const body = { iccid: '', bundle: '', name: GB_1, bundles: null, repeat: null, allowReassign: '' }
  expect((await sim.post('/esims/apply', body)).status).toBe(200)
  expect(await ownIccids(sim)).toHaveLength(1)
})

test('of an order, too, at every depth', async () => {
  await using sim = await startEsimGo()
  const line = { type: '', item: GB_1, quantity: null, iccids: null, allowReassign: '' }
  const order = { type: 'transaction', assign: true, iccid: '', Order: [line] }
  const { status, body } = await sim.post<OrderAnswer>('/orders', order)
  expect([status, body.order[0]?.quantity]).toEqual([200, 1])
  expect(passedOver(sim)).toEqual([
    '/iccid (empty)',
    '/order/0/type (empty)',
    '/order/0/quantity (empty)',
    '/order/0/iccids (empty)',
    '/order/0/allowReassign (empty)',
  ])
})

test('with strict an empty optional field is refused', async () => {
  await using sim = await stocked()
  await sim.set({ strict: true })
  const call = () => sim.post('/esims/apply', { bundle: GB_1, startTime: '' })
  await expectRefused(sim, call, { status: 400, code: 'invalid-request', reason: /startTime/ })
})

test('a field that has to be there must not be empty', async () => {
  await using sim = await startEsimGo()
  for (const item of ['', null]) {
    const order = { type: 'transaction', order: [{ type: 'bundle', item }] }
    const call = () => sim.post('/orders', order)
    await expectRefused(sim, call, { status: 400, code: 'invalid-request', reason: /item/ })
  }
})

test('a text that may be empty is left as it is: a customer reference is taken away', async () => {
  await using sim = await startEsimGo('an assigned bundle')
  const [iccid = ''] = await ownIccids(sim)
  await sim.put('/esims', { iccid, customerRef: 'alice' })
  expect((await sim.put('/esims', { iccid, customerRef: '' })).status).toBe(200)
  expect(passedOver(sim)).toEqual([])
  expect((await sim.get<{ customerRef: string }>(`/esims/${iccid}`)).body.customerRef).toBe('')
})

test('Highland: a company with empty optional fields, and again, since it names no registration', async () => {
  await using sim = await startHighland()
  const company = { company_name: 'Roam', registration_number: '', country_code: null }
  for (const time of ['first', 'second']) {
    const { body } = await sim.call('PUT', '/b2b/company', { ...company, contact_email: '' })
    expect([time, body.status]).toEqual([time, 'success'])
  }
  const [entry] = await sim.journal.list({ limit: 1 })
  expect(entry?.undocumented).toEqual([
    '/registration_number (empty)',
    '/country_code (empty)',
    '/contact_email (empty)',
  ])
  await sim.set('highland', { strict: true })
  expect((await sim.call('PUT', '/b2b/company', { ...company })).status).toBe(400)
})

test('wholesale: an activation with empty optional fields', async () => {
  await using sim = await startWholesale()
  const body = { ...MINIMAL, partnerTransactionId: 'Txn1', gpsi: '', iccid: null, products: null }
  expect((await sim.call('POST', '/activate', body)).body).toEqual({ status: 'Success' })
  const [entry] = await sim.journal.list({ limit: 1 })
  expect(entry?.undocumented).toEqual(['/gpsi (empty)', '/iccid (empty)', '/products (empty)'])
})

test('an empty parameter of a form is none (RFC 6749)', async () => {
  await using sim = await startWholesale()
  const ask = (form: string) =>
    send<{ error?: string }>('POST', `${sim.base}/oauth/token`, {
      raw: `client_id=test-client&client_secret=test-secret&${form}`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    })
  expect((await ask('grant_type=client_credentials&scope=')).status).toBe(200)
  expect((await ask('grant_type=')).body).toMatchObject({ error: 'invalid_request' })
  expect((await ask('grant_type=else')).body.error).toBe('unsupported_grant_type')
})

test('accounts-orders: an order with an empty template and group', async () => {
  await using sim = await startEnterprise()
  const order = await sim.order({
    type: 'activate_subscription',
    account_id: ACCOUNT,
    template_id: '',
    subscription_id: null,
    subscriber: { ...ADA, group: null },
    sim_profile: BY_API,
  })
  expect(order.status).toBe('pending')
})

const rulesOf = (schema: object) => {
  const rules = emptyRules(schema)
  return (value: unknown) => {
    const found: string[] = []
    if (rules) dropEmpty(value, rules, found)
    return [value, found]
  }
}

test.each([
  [{ type: 'string' }, {}, { a: '' }],
  [{ type: ['string', 'null'], minLength: 1 }, { a: null }, {}],
  [{ type: 'string', minLength: 1 }, {}, {}],
  [{ type: 'string', enum: ['x', ''] }, {}, { a: '' }],
  [{ type: 'string', pattern: '^.*$' }, {}, { a: '' }],
  [{ type: 'string', pattern: '^[0-9]+$' }, {}, {}],
  [{ type: 'string', format: 'uuid' }, {}, {}],
  [{ const: 'x' }, {}, {}],
  [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }, { a: null }, {}],
  [{ allOf: [{ type: 'string' }, { minLength: 1 }] }, {}, {}],
  [{}, { a: null }, { a: '' }],
])('of a field %j, null leaves %j and "" leaves %j', (schema, ofNull, ofText) => {
  const drop = rulesOf({ type: 'object', properties: { a: schema } })
  expect(drop({ a: null })[0]).toEqual(ofNull)
  expect(drop({ a: '' })[0]).toEqual(ofText)
})

test('a field that one branch alone requires is optional, one that all have to have is not', () => {
  const a = { type: 'integer' }
  const branches = { properties: { a }, anyOf: [{ required: ['a'] }, { required: ['b'] }] }
  expect(rulesOf(branches)({ a: null })).toEqual([{}, ['/a (empty)']])
  const both = { allOf: [{ properties: { a } }, { required: ['a'] }] }
  expect(rulesOf(both)({ a: null })).toEqual([{ a: null }, []])
})

test('a name that is in no schema, and items of a list, are left alone', () => {
  const drop = rulesOf({ properties: { list: { type: 'array', items: { type: 'integer' } } } })
  expect(drop({ list: [null, ''], other: null })).toEqual([{ list: [null, ''], other: null }, []])
})
