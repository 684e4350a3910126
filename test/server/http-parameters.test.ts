// Parameters: numbers, booleans, dates, what may be repeated; on all providers and /_sim alike.
import { afterAll, expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { send } from '../support/http.ts'

const sim = await startSimulator({
  given: 'an assigned bundle',
  settings: { 'esim-go': { rateLimit: 0 } },
})
const strict = await startSimulator({
  settings: { 'esim-go': { rateLimit: 0, strict: true }, 'accounts-orders': { strict: true } },
})
afterAll(() => Promise.all([sim.close(), strict.close()]))

async function bearerAt(url: string): Promise<Readonly<Record<string, string>>> {
  const path = '/accounts-orders/auth/realms/enterprise-apis/protocol/openid-connect/token'
  const { body } = await send<{ access_token: string }>('POST', url + path, {
    raw: 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  })
  return { Authorization: `Bearer ${body.access_token}` }
}

const headers = { 'X-API-Key': 'test-esim-go-key', ...(await bearerAt(sim.url)) }
const strictHeaders = { 'X-API-Key': 'test-esim-go-key', ...(await bearerAt(strict.url)) }
const get = <T = unknown>(path: string) => send<T>('GET', sim.url + path, { headers })
const getStrictly = (path: string) => send('GET', strict.url + path, { headers: strictHeaders })

const NUMBERS = [
  ['/esim-go/v2.4/esims', 'perPage'],
  ['/esim-go/v2.4/orders', 'limit'],
  ['/esim-go/v2.5/catalogue', 'page'],
  ['/accounts-orders/enterprise/accounts', 'limit'],
  ['/accounts-orders/enterprise/usage/items', 'limit'],
  ['/_sim/sims', 'limit'],
  ['/_sim/journal', 'after'],
] as const

for (const [path, name] of NUMBERS) {
  test.each([
    '1e1',
    '0x10',
    '0b11',
    '%205',
    '5%20',
    '+5',
    '%2B5',
    '5.0',
    '05',
    '',
    'NaN',
    'Infinity',
    '1_0',
    '99999999999999999999',
    '%D9%A5',
  ])(`${path}?${name}=%s is 400`, async (text) => {
    const { status, text: answer } = await get(`${path}?${name}=${text}`)
    const kind = path.startsWith('/_sim') ? 'a whole number' : 'integer'
    expect(answer).toContain(`${name} must be ${kind}`)
    expect(status).toBe(400)
  })

  test(`${path}?${name}= takes a decimal number, and one of them`, async () => {
    expect(await get(`${path}?${name}=5`)).toMatchObject({ status: 200 })
    const twice = await get(`${path}?${name}=5&${name}=5`)
    expect(twice.text).toContain(`${name} takes one value, and was sent twice`)
    expect(twice.status).toBe(400)
  })
}

test('a number in a path is a decimal one, too', async () => {
  await get('/esim-go/v2.4/esims')
  expect(await get('/_sim/journal/1')).toMatchObject({ status: 200 })
  for (const text of ['0x1', '1e0', '+1', '1.0', '%201'])
    expect(await get(`/_sim/journal/${text}`), text).toMatchObject({ status: 400 })
})

test.each(['True', 'TRUE', 'true', 'tRuE'])('%s is a boolean', async (word) => {
  expect(await get(`/esim-go/v2.4/orders?includeIccids=${word}`)).toMatchObject({ status: 200 })
  expect(await get(`/esim-go/v2.4/networks?returnAll=${word}`)).toMatchObject({ status: 200 })
  expect(await get(`/_sim/journal?refused=${word}`)).toMatchObject({ status: 200 })
})

test('False leaves the ICCIDs out as false does, and 1 and 0 are no booleans', async () => {
  const lines = async (word: string) =>
    (await get(`/esim-go/v2.4/orders?includeIccids=${word}`)).text
  expect(await lines('False')).toBe(await lines('false'))
  for (const word of ['1', '0', 'yes', ''])
    for (const path of ['/esim-go/v2.4/orders?includeIccids', '/_sim/journal?refused']) {
      const answer = await get(`${path}=${word}`)
      expect(answer.status).toBe(400)
      expect(answer.text).toMatch(/must be (boolean|true or false)/)
    }
})

interface Networks {
  readonly countryNetworks: readonly { readonly name: string }[]
}

test.each([
  'isos=GB,FR',
  'isos=GB%2CFR',
  'isos=GB&isos=FR',
  'isos[]=GB&isos[]=FR',
  'isos%5B%5D=GB&isos=FR',
  'isos[0]=GB&isos[1]=FR',
  'countries=United%20Kingdom&countries=France',
  'countries[]=United+Kingdom&isos=FR',
])('/networks?%s asks for both countries', async (query) => {
  for (const version of ['v2.4', 'v2.5']) {
    const { body } = await get<Networks>(`/esim-go/${version}/networks?${query}`)
    expect(body.countryNetworks.map(({ name }) => name).toSorted()).toEqual(['FR', 'GB'])
  }
})

interface Page {
  readonly rows: number
}

test.each(['countries=GB&countries=FR', 'countries[]=GB&countries[]=FR'])(
  '/catalogue?%s finds the bundles of both',
  async (query) => {
    const rows = async (asked: string) =>
      (await get<Page>(`/esim-go/v2.4/catalogue?${asked}`)).body.rows
    expect(await rows(query)).toBe(await rows('countries=GB,FR'))
    expect(await rows(query)).toBeGreaterThan(await rows('countries=GB'))
  },
)

test('brackets are for lists, with every list', async () => {
  const bounds = 'createdAt[]=gte:2026-01-01T00:00:00Z&createdAt[]=lt:2026-01-01T00:00:00Z'
  expect((await get(`/esim-go/v2.4/orders?${bounds}`)).body).toEqual([])
  const items = '/accounts-orders/enterprise/usage/items'
  expect(await get(`${items}?type[]=voice&type[]=sms`)).toMatchObject({ status: 200 })
  expect(await get(`${items}?type[]=fax`)).toMatchObject({ status: 400 })

  await get('/esim-go/v2.4/esims?perPage[]=1')
  expect((await sim.journal.list())[0]).toMatchObject({ status: 200, undocumented: ['?perPage[]'] })
  expect(await get('/_sim/sims?limit[]=1')).toMatchObject({ status: 400 })
})

test('of a text that takes one value the last one counts, which is journalled', async () => {
  const { body } = await get<Page>('/esim-go/v2.4/catalogue?region=Asia&region=Nowhere')
  expect(body.rows).toBe(0)
  expect((await sim.journal.list())[0]).toMatchObject({
    undocumented: ['?region (sent twice: the last one counts)'],
  })
  await get('/accounts-orders/enterprise/usage/items?direction=inbound&direction=outbound')
  expect((await sim.journal.list())[0]).toMatchObject({
    undocumented: ['?direction (sent twice: the last one counts)'],
  })
})

test('strict refuses what is repeated though it takes one value, and brackets', async () => {
  for (const path of [
    '/esim-go/v2.4/catalogue?region=Asia&region=Asia',
    '/esim-go/v2.4/networks?isos[]=GB',
    '/accounts-orders/enterprise/usage/items?direction=inbound&direction=inbound',
  ]) {
    const { status, text } = await getStrictly(path)
    expect(status, path).toBe(400)
    expect(text).toMatch(/not in the spec, and strict is on/)
  }
  expect(await getStrictly('/esim-go/v2.4/networks?isos=GB&isos=FR')).toMatchObject({ status: 200 })
})

test('/_sim refuses what is repeated', async () => {
  const { status, text } = await get('/_sim/sims?provider=esim-go&provider=highland')
  expect(status).toBe(400)
  expect(text).toContain('provider takes one value, and was sent twice')
})

const TIMES = ['2027-02-30T00:00:00Z', '2026-01-01T24:00:00Z', '2026-06-30T23:59:60Z']

test.each(TIMES)('%s is refused wherever a time is read', async (time) => {
  const queries = [
    `/esim-go/v2.4/orders?createdAt=gte:${time}`,
    `/accounts-orders/enterprise/usage/items?from-date=${time}`,
    `/accounts-orders/enterprise/usage/items?to-date=${time}`,
  ]
  for (const path of queries) expect(await get(path), path).toMatchObject({ status: 400 })

  const bodies = [
    ['/esim-go/v2.4/esims/apply', { bundle: 'esim_1GB_7D_GB_V2', startTime: time }],
    ['/_sim/clock/advance', { to: time }],
    ['/_sim/clock/freeze', { at: time }],
    ['/_sim/worlds', { name: 'w', clock: { at: time } }],
  ] as const
  for (const [path, json] of bodies)
    expect(await send('POST', sim.url + path, { json, headers }), path).toMatchObject({
      status: 400,
    })
  await expect(startSimulator({ clock: { at: time } })).rejects.toThrow(/at must be an instant/)
})

test('a day there is not is refused, and one with a time that is one is not', async () => {
  const items = '/accounts-orders/enterprise/usage/items?from-date='
  for (const day of ['2027-02-29', '2027-04-31'])
    expect(await get(items + day), day).toMatchObject({ status: 400 })
  for (const day of ['2028-02-29', '2026-01-01T00:00:00:000Z', '2026-01-01T23:59:59.5Z'])
    expect(await get(items + day), day).toMatchObject({ status: 200 })
})

const order = await send<{ orderReference: string }>('POST', `${sim.url}/esim-go/v2.4/orders`, {
  json: {
    type: 'transaction',
    assign: true,
    order: [{ type: 'bundle', quantity: 1, item: 'esim_1GB_7D_GB_V2' }],
  },
  headers,
})

test.each([
  ['application/json; charset=utf-8', 'application/json'],
  ['application/json;charset="utf-8";q=0.5, text/csv;q=0.1', 'application/json'],
  ['text/csv;q=0, application/json; v=1', 'application/json'],
  ['text/csv;q=0, */*', 'application/json'],
  ['application/*;q=0.1, application/zip;q=0', 'application/json'],
  ['text/csv; header=present, application/json;q=0.9', 'text/csv'],
  ['*/*', 'text/csv'],
  ['image/png', 'text/csv'],
])('Accept: %s is answered with %s', async (Accept, type) => {
  const { orderReference } = order.body
  const url = `${sim.url}/esim-go/v2.4/esims/assignments?reference=${orderReference}`
  const answer = await send('GET', url, { headers: { ...headers, Accept } })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe(type)
})

test('strict refuses an Accept that takes nothing there is, 406', async () => {
  const path = '/accounts-orders/enterprise/accounts'
  const asked = (Accept: string) => ({ headers: { ...strictHeaders, Accept } })
  expect(await send('GET', strict.url + path, asked('image/png'))).toMatchObject({
    status: 406,
    body: { type: 'UNACCEPTABLE' },
  })
  const good = 'application/json; charset=utf-8'
  expect(await send('GET', strict.url + path, asked(good))).toMatchObject({ status: 200 })
})
