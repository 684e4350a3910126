// Numbers that are sent: bounded, each and in sum, so that nothing becomes Infinity, NaN or inexact.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ProviderSlug, startSimulator } from '../../src/index.ts'
import { type Operation, specOf } from '../../src/server/spec.ts'
import { MOST } from '../../src/state/amount.ts'
import { call, expectProblem } from '../support/control.ts'
import { startEsimGo } from '../support/esim-go.ts'
import { buy, esimWith, GB_1, GB_UNLIMITED, onAir } from '../support/esim-go-shop.ts'
import { COMPANY, ESIM } from '../support/highland.ts'
import { send } from '../support/http.ts'

type Schema = Readonly<Record<string, unknown>>
const KEY = { 'X-API-Key': 'test-esim-go-key' }

const SPECS = [
  'control.yaml',
  'esim-go.yaml',
  'esim-go-v2.5.yaml',
  'esim-go-v2.2.yaml',
  'highland.yaml',
  'wholesale.yaml',
  'accounts-orders.yaml',
]

/** A part of a body, and where it stands. */
interface Part {
  readonly where: string
  readonly schema: Schema
}

function partsOf(schema: unknown, where: string, seen = new Set<unknown>()): Part[] {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return []
  seen.add(schema)
  const known = schema as Schema
  const below = [
    ...Object.entries(known.properties ?? {}).map(([name, each]) => [`${where}.${name}`, each]),
    [`${where}[]`, known.items],
    [`${where}.*`, known.additionalProperties],
    ...['allOf', 'anyOf', 'oneOf'].flatMap((word) =>
      ((known[word] ?? []) as unknown[]).map((each) => [where, each]),
    ),
  ] as [string, unknown][]
  return [{ where, schema: known }, ...below.flatMap(([at, each]) => partsOf(each, at, seen))]
}

/** Every part of the body of an operation. */
function bodyOf({ id, object }: Operation): Part[] {
  return Object.values(object.requestBody?.content ?? {}).flatMap(({ schema }) =>
    partsOf(schema, id),
  )
}

const isOf = ({ schema }: Part, type: string) => [schema.type].flat().includes(type)

/** Numbers of bodies that need no bound in a spec, and what bounds them. */
const CHECKED: Readonly<Record<string, string>> = {
  'changeSettings.*': 'each setting has bounds of its own',
  'addFault.match.path.*': 'compared',
  'addFault.match.query.*': 'compared',
  'addFault.match.headers.*': 'compared',
  ...Object.fromEntries(
    ['status', 'retryAfter', 'bytes', 'steps', 'limit'].map((name) => [
      `addFault.${name}`,
      'each kind has bounds of its own',
    ]),
  ),
}

test.each(SPECS)('%s: every number of a body has a bound that is exact', async (file) => {
  const parts = [...(await specOf(file)).operations.values()].flatMap(bodyOf)
  const unbounded = parts
    .filter((part) => isOf(part, 'integer') || isOf(part, 'number'))
    .filter(({ where, schema }) => schema.enum === undefined && CHECKED[where] === undefined)
    .filter(({ schema }) => !(Number(schema.maximum) <= Number.MAX_SAFE_INTEGER))
  expect(unbounded.map(({ where }) => where)).toEqual([])
})

/** Texts of bodies that need no bound in a spec: none of them is kept as it is sent. */
const NOT_KEPT: Readonly<Record<string, string>> = {
  'applyBundle.bundle': 'the name of a bundle',
  'applyBundle.name': 'the name of a bundle',
  'applyBundle.bundles[]': 'the name of a bundle',
  'applyBundle.bundles[].name': 'the name of a bundle',
  'applyBundleToEsim.name': 'the name of a bundle',
  'createOrder.order[].item': 'the name of a bundle',
  'createOrder.item': 'the name of a bundle',
  'createOrder.profileID': 'a UUID',
  'sendSms.from': 'one of the senders',
  'addInventory.esim_list[]': 'a line, whose parts are bounded',
  'addInventory.esim_list': 'such lines',
  'addInventory[]': 'such a line',
  addInventory: 'such lines',
  'activateSubscription.bucketRefId[]': 'one of the plan',
  'activateSubscription.location.address.addressLine1': 'not looked at',
  'activateSubscription.location.address.addressLine2': 'not looked at',
  'activateSubscription.location.address.city': 'not looked at',
  'activateSubscription.location.address.state': 'not looked at',
  'activateSubscription.location.address.zip': 'looked at, and passed over',
  'issueToken.grant_type': 'one word',
  'issueToken.client_id': 'one that is known',
  'issueToken.client_secret': 'one that is known',
  'issueToken.scope': 'passed over',
  'createWorld.credentials.*[]': 'a credential: 256 characters',
  'createWorld.credentials.*[].client': 'a credential: 256 characters',
  'createWorld.credentials.*[].secret': 'a credential: 256 characters',
  'changeSettings.*': 'each setting has bounds of its own',
  'sendCallback.provider': 'one there is',
  'sendCallback.type': 'one there is',
  'putState.world': 'passed over',
  'putState.writtenBy': 'passed over',
  'putState.generation': 'passed over',
  'putState.checksum': 'passed over',
}

/** True for a pattern of a whole text in which nothing may be repeated without end. */
function isBounded(pattern: unknown): boolean {
  if (typeof pattern !== 'string' || !pattern.startsWith('^') || !pattern.endsWith('$'))
    return false
  return !/[*+]|,\}/.test(pattern.replaceAll(/\\[+*.]|\[[^\]]*\]/g, ''))
}

test.each(SPECS)('%s: every text of a body that is kept has a length', async (file) => {
  const parts = [...(await specOf(file)).operations.values()].flatMap(bodyOf)
  const unbounded = parts
    .filter((part) => isOf(part, 'string') && NOT_KEPT[part.where] === undefined)
    // The whole of a fault has a length; what is waited for is compared.
    .filter(({ where }) => !/^(addFault|waitUntil)\./.test(where))
    .filter(({ schema }) => schema.enum === undefined && schema.maxLength === undefined)
    .filter(({ schema }) => schema.format !== 'date-time' && !isBounded(schema.pattern))
  expect([...new Set(unbounded.map(({ where }) => where))]).toEqual([])
})

test('more data at once than is counted is refused, with the bound', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_UNLIMITED)
  const before = sim.state()
  const use = `/_sim/sims/${iccid}/use`
  const inWorld = sim.base.replace(/\/esim-go.*$/, '')
  for (const bytes of [1e308, 2 ** 53, MOST + 1])
    expectProblem(
      await call(inWorld, use, { json: { bytes } }),
      400,
      /bytes must be at most 10{15}/,
    )
  for (const data of ['1001TB', `${'9'.repeat(28)}TB`, '1000000000000001B'])
    expectProblem(
      await call(inWorld, use, { json: { data } }),
      400,
      /is too much: the most is 1000TB/,
    )
  expect(sim.state()).toBe(before)
})

test('what an unlimited bundle carries in all stays exact, or is refused with the bound', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_UNLIMITED)
  const device = sim.device(iccid)
  const used = async () => (await device.show()).bundles[0]?.usedBytes
  await device.use(MOST - 1)
  await device.use(1)
  expect(await used()).toBe(MOST)
  const before = sim.state()
  await expect(device.use(1)).rejects.toThrow(/would be 1000000000000001, and 10{15} is the most/)
  await expect(device.use(MOST)).rejects.toThrow(/is the most there is/)
  expect(sim.state()).toBe(before)
  expect(await used()).toBe(MOST)
})

test('Highland: what was used in a window is told as a sum that is exact', async () => {
  const products = Array.from(
    { length: 12 },
    (_, at) => `${COMPANY},${9000 + at},901,*,Big-999999GB/30days`,
  )
  await using sim = await startSimulator({ settings: { highland: { products } } })
  const iccid = (await sim.sims('highland'))[0]?.iccid ?? ''
  const owned = { company_id: COMPANY, sim_id: ESIM }
  for (let at = 0; at < 12; at += 1) {
    const json = { ...owned, product_id: String(9000 + at), market_id: '901' }
    const added = await send('POST', `${sim.url}/highland/b2b/sim/product/add`, { json })
    expect(added.status).toBe(200)
  }
  await sim.device(iccid).attach('US')
  for (let at = 0; at < 12; at += 1) await sim.device(iccid).use(999_999e9)
  const window = 'from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z'
  const { status, body } = await send<{ used_bytes: number }>(
    'GET',
    `${sim.url}/highland/b2b/sim/product_usage/window?company_id=${COMPANY}&sim_id=${ESIM}&${window}`,
  )
  expect([status, body.used_bytes]).toEqual([200, Number.MAX_SAFE_INTEGER])
})

test('an order whose total is more than is counted is refused', async () => {
  const bundle = { countries: ['GB'], dataAmount: 1, duration: 1, price: 1e9 }
  const stock = { 'esim-go': { catalogue: [{ name: 'dear', ...bundle }] } }
  await using sim = await startSimulator({ stock })
  const order = (lines: number) =>
    send<{ total: number; message: string }>('POST', `${sim.url}/esim-go/v2.4/orders`, {
      headers: KEY,
      json: {
        type: 'validate',
        order: Array(lines).fill({ type: 'bundle', item: 'dear', quantity: 10_000 }),
      },
    })
  expect(await order(1)).toMatchObject({ status: 200, body: { total: 1e13 } })
  const refused = await order(2)
  expect([refused.status, refused.body.message]).toEqual([
    400,
    expect.stringMatching(/the total in cents would be 2000000000000000, and 10{15} is the most/),
  ])
})

test('a balance does not grow beyond what is counted', async () => {
  await using sim = await startSimulator()
  const state = await sim.state()
  const collections = structuredClone(state.collections) as Record<
    string,
    Record<string, Record<string, unknown>>
  >
  const accounts = collections['esim-go.account'] ?? {}
  accounts.account = { ...accounts.account, balance: MOST - 1000 }
  await sim.restore({ ...state, collections })
  const before = await sim.state()
  const answer = await send<{ message: string }>(
    'POST',
    `${sim.url}/esim-go/v2.4/organisation/balance?amount=1000`,
    { headers: KEY },
  )
  expect([answer.status, answer.body.message]).toEqual([
    400,
    expect.stringMatching(/the balance in cents would be .* is the most/),
  ])
  expect((await sim.state()).collections).toEqual(before.collections)
})

/** Numbers as hostile as JSON can write them. */
const odd = fc.oneof(
  fc.constantFrom(1e308, -1e308, 5e-324, 2 ** 53, 2 ** 53 + 2, -(2 ** 53), 1e15, 1e21, 0, -0, 0.1),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeInteger(),
)

/** Numbers in an answer that are not exact. */
function inexactIn(value: unknown): unknown[] {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? [] : [value]
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(inexactIn)
}

test('whatever number is sent, it is taken or refused, and every answer is exact', async () => {
  await using sim = await startEsimGo()
  const inWorld = sim.base.replace(/\/esim-go.*$/, '')
  const iccid = await onAir(sim, GB_UNLIMITED, GB_1)
  await buy(sim, { item: GB_1, quantity: 10 })
  const order = { type: 'validate', order: [{ type: 'bundle', item: GB_1 }] }
  const calls: ((value: number) => Promise<{ status: number; body: unknown }>)[] = [
    ...['bytes', 'sms', 'minutes'].map(
      (name) => (value: number) =>
        call(inWorld, `/_sim/sims/${iccid}/use`, { json: { [name]: value } }),
    ),
    ...['maxEvents', 'maxWall'].map(
      (name) => (value: number) =>
        call(inWorld, '/_sim/clock/advance', { json: { by: 'PT1S', [name]: value } }),
    ),
    (value) => call(inWorld, `/_sim/sims?offset=${value}&limit=1`),
    async (value) => {
      const { status, body } = await call(inWorld, `/_sim/journal/${value}`)
      // What was sent is shown as it was.
      return {
        status,
        body: Object.entries(Object(body)).filter(([name]) => !name.startsWith('request')),
      }
    },
    (value) =>
      call(inWorld, '/_sim/callbacks/target/esim-go', {
        method: 'PUT',
        json: { url: 'http://127.0.0.1:9/', version: value },
      }),
    (value) => sim.post('/orders', { ...order, order: [{ item: GB_1, quantity: value }] }),
    (value) => sim.post('/esims/apply', { name: GB_1, repeat: value }),
    (value) => sim.post('/inventory/refund', { usageId: value, quantity: 1 }),
    (value) => sim.post('/inventory/refund', { usageId: 1, quantity: value }),
    (value) => sim.post(`/organisation/balance?amount=${value}`, undefined),
    ...['/esims', '/catalogue', '/orders'].map(
      (path) => (value: number) => sim.get(`${path}?page=${value}`),
    ),
  ]
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...calls), odd, async (ask, value) => {
      const { status, body } = await ask(value)
      // A provider that carries no calls says that it does not: 501.
      expect([status < 500 || status === 501, inexactIn(body)]).toEqual([true, []])
    }),
    { numRuns: 150 },
  )
  expect(inexactIn((await call(inWorld, '/_sim/state')).body)).toEqual([])
  const esims = await esimWith(sim, GB_1)
  expect(esims).toMatch(/^\d+$/)
})

test('whatever number a setting is given, it is taken or refused, and all calls are answered', async () => {
  await using sim = await startSimulator()
  const slugs = ['esim-go', 'highland', 'wholesale', 'accounts-orders'] as const
  const settings: [ProviderSlug, string][] = []
  for (const slug of slugs)
    for (const name of Object.keys(await sim.settings(slug))) settings.push([slug, name])
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...settings), odd, async ([slug, name], value) => {
      const sent = { method: 'PATCH', json: { [name]: value } }
      const { status } = await call(sim.url, `/_sim/settings/${slug}`, sent)
      expect([200, 400]).toContain(status)
      const answer = await send('GET', `${sim.url}/esim-go/v2.4/organisation`, { headers: KEY })
      expect(answer.status).not.toBe(500)
    }),
    { numRuns: 60 },
  )
  await sim.restore(await sim.state())
})

test.each([
  ['balance', 1e308],
  ['balance', Number.POSITIVE_INFINITY],
  ['balance', -1],
  ['testCredit', 1e9 + 1],
  ['inventory', [{ bundle: GB_1, quantity: 1e308 }]],
  ['inventory', [{ bundle: GB_1, quantity: 1.5 }]],
  ['catalogue', [{ name: 'a', countries: ['GB'], dataAmount: 1e15, duration: 1, price: 1 }]],
  ['catalogue', [{ name: 'a', countries: ['GB'], dataAmount: 1, duration: 1e308, price: 1 }]],
  ['catalogue', [{ name: 'a', countries: ['GB'], dataAmount: 1, duration: 1, price: Number.NaN }]],
])('a seed file with %s = %j is refused, with the bounds', async (name, value) => {
  await expect(startSimulator({ stock: { 'esim-go': { [name]: value } } })).rejects.toThrow(
    /must be a (whole )?number/,
  )
})
