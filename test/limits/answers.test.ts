// What is kept as it was sent, and shown again: so long and so much of it, that every answer can be given.
import { expect, test } from 'vitest'
import { CALLBACKS_SHOWN } from '../../src/control/wire.ts'
import { type RunningSimulator, type StateDocument, startSimulator } from '../../src/index.ts'
import { MOST_TOLD } from '../../src/server/bounded.ts'
import { MOST_INSTALLED } from '../../src/simulators/esim-go/esims/install-details.ts'
import { MOST_ON_PAGE } from '../../src/simulators/esim-go/orders/handlers.ts'
import { LONGEST_STOCK_TEXT, MOST_IN_STOCK_LIST } from '../../src/simulators/seed-reading.ts'
import { MOST_CHARACTERISTICS } from '../../src/simulators/wholesale/activation.ts'
import { LONGEST_CALLBACK } from '../../src/state/callbacks.ts'
import { LONGEST_CODE } from '../../src/state/installation-code.ts'
import { call, expectProblem } from '../support/control.ts'
import { startEsimGo } from '../support/esim-go.ts'
import { esimWith, GB_1 } from '../support/esim-go-shop.ts'
import { COMPANY } from '../support/highland.ts'
import { send } from '../support/http.ts'
import { startWholesale } from '../support/wholesale.ts'

type Fields = Record<string, unknown>
type Collections = Record<string, Record<string, Fields>>

const KEY = { 'X-API-Key': 'test-esim-go-key' }

/** Lays records over those of a world. */
async function put(sim: RunningSimulator, name: string, records: Record<string, Fields>) {
  const state = await sim.state()
  const collections = structuredClone(state.collections) as Collections
  collections[name] = { ...collections[name], ...records }
  await sim.restore({ ...state, collections } as StateDocument)
}

test('how more than 1,000 eSIMs are installed is not told at once, in any form', async () => {
  await using sim = await startSimulator({ stock: { 'esim-go': { balance: 100_000 } } })
  const base = sim.baseUrl('esim-go')
  const half = 1 + MOST_INSTALLED / 2
  const line = { type: 'bundle', item: GB_1, quantity: half }
  const json = { type: 'transaction', assign: true, order: [line] }
  const references: string[] = []
  for (let order = 0; order < 2; order += 1) {
    const sent = { headers: KEY, json }
    const { body } = await send<{ orderReference: string }>('POST', `${base}/orders`, sent)
    references.push(body.orderReference)
  }
  const ask = (query: string, Accept: string) =>
    send<{ message: string }>('GET', `${base}/esims/assignments?${query}`, {
      headers: { ...KEY, Accept },
    })
  const both = references.map((reference) => `reference=${reference}`).join('&')
  for (const Accept of ['text/csv', 'application/json', 'application/zip']) {
    const { status, body } = await ask(both, Accept)
    expect([status, body.message]).toEqual([
      400,
      expect.stringMatching(/more than 1000 eSIMs: ask for fewer/),
    ])
  }
  const one = await ask(`reference=${references[0]}`, 'text/csv')
  expect([one.status, one.text.trim().split('\n').length]).toEqual([200, half + 1])
}, 120_000)

test('a page of orders has so many lines', async () => {
  await using sim = await startSimulator()
  const order = { type: 'transaction', order: [{ type: 'bundle', item: GB_1, quantity: 1 }] }
  const base = sim.baseUrl('esim-go')
  await send('POST', `${base}/orders`, { headers: KEY, json: order })
  const state = await sim.state()
  const [record = {}] = Object.values(state.collections['esim-go.orders'] ?? {})
  const [line] = record.lines as unknown[]
  const lines = Array(1000).fill(line)
  const many = Array.from({ length: MOST_ON_PAGE / 1000 + 1 }, (_, at) => {
    const reference = `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`
    return [reference, { ...record, reference, serial: 1000 + at, lines }]
  })
  await put(sim, 'esim-go.orders', Object.fromEntries(many))
  const list = (limit: number) =>
    send<{ message: string }>('GET', `${base}/orders?limit=${limit}`, { headers: KEY })
  const refused = await list(MOST_ON_PAGE / 1000 + 1)
  expect([refused.status, refused.body.message]).toEqual([
    400,
    expect.stringMatching(
      /limit: these 101 orders have more than 100000 lines and eSIMs, ask for fewer/,
    ),
  ])
  expect((await list(MOST_ON_PAGE / 1000)).status).toBe(200)
}, 120_000)

test('with a SIM its latest callbacks are shown', async () => {
  await using sim = await startSimulator({
    given: 'an assigned bundle',
    callbackUrl: 'http://127.0.0.1:9/',
    settings: { 'esim-go': { retrySchedule: [] } },
  })
  const iccid = (await sim.sims('esim-go'))[0]?.iccid ?? ''
  await sim.device(iccid).attach('GB')
  await sim.clock.advance('PT0S')
  const state = await sim.state()
  const [record] = Object.values(state.collections.callbacks ?? {}) as Fields[]
  const older = Array.from({ length: CALLBACKS_SHOWN + 50 }, (_, at) => {
    const id = `cb_0000000000000000_${String(at).padStart(6, '0')}`
    return [id, { ...record, id, serial: 0 }]
  })
  await put(sim, 'callbacks', Object.fromEntries(older))
  const { callbacks } = await sim.device(iccid).show()
  expect([callbacks.length, callbacks.at(-1)?.id]).toEqual([CALLBACKS_SHOWN, record?.id])
})

test('of the words a parameter has in vain the journal notes the first', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const words = Array.from({ length: 3000 }, (_, at) => `w${at}`).join(',')
  const { status } = await sim.get(`/esims/${iccid}?additionalFields=${words.slice(0, 15_000)}`)
  const [newest] = sim.journal.list()
  expect([status, newest?.undocumented.length]).toEqual([200, MOST_TOLD + 1])
  expect(newest?.undocumented.at(-1)).toBe('and more')
})

test('a product of a line has so many characteristics, however often it is changed', async () => {
  await using sim = await startWholesale()
  const change = (from: number, count: number) => ({
    productId: 'Plan001-VOICE',
    action: 'Update',
    characteristics: Array.from({ length: count }, (_, at) => ({
      key: `k${from + at}`,
      value: 'v',
    })),
  })
  const activate = (...products: object[]) => sim.activate({ products })
  const tooMany = await activate(change(0, MOST_CHARACTERISTICS), change(50, 1))
  expect(tooMany).toMatchObject({ status: 400, body: { message: /./ } })
  expect((await sim.journal.list({ limit: 1 }))[0]?.refusal?.reason).toMatch(
    /Plan001-VOICE would have 21 characteristics: 20 is the most/,
  )
  expect((await activate(change(0, MOST_CHARACTERISTICS + 1))).status).toBe(400)
  expect((await activate(...Array(21).fill(change(0, 1)))).status).toBe(400)
  expect((await activate(change(0, MOST_CHARACTERISTICS), change(0, 3))).status).toBe(200)
})

test('an activation code is so long at most, and one that long has a QR code', async () => {
  await using sim = await startSimulator()
  const add = (code: string) =>
    send('PUT', `${sim.url}/highland/highland/esim`, {
      json: { esim_list: [`1,8948010000042217613,260010191724652,14254458443,${code}`] },
    })
  const code = `1$${'a'.repeat(240)}$`.padEnd(LONGEST_CODE, 'C')
  expect((await add(`${code}C`)).status).toBe(400)
  expect((await add(code)).status).toBe(200)
  const { body } = await send<{ bar_code_url: string }>(
    'POST',
    `${sim.url}/highland/b2b/sim/acquire/simid`,
    { json: { company_id: COMPANY, sim_id: '1' } },
  )
  const url = body.bar_code_url ?? ''
  expect(url).toMatch(/bar_code/)
  expect(await send('GET', url)).toMatchObject({ status: 200 })
})

const bundle = { name: 'own', countries: ['GB'], dataAmount: 1, duration: 1, price: 1 }
const stock: readonly [what: string, catalogue: object, why: RegExp][] = [
  [
    'a description that is too long',
    { ...bundle, description: 'x'.repeat(LONGEST_STOCK_TEXT + 1) },
    /description must have 1000 characters at most/,
  ],
  ['a name that is too long', { ...bundle, name: 'x'.repeat(5000) }, /name must have 1000/],
  [
    'too many groups',
    { ...bundle, groups: Array(MOST_IN_STOCK_LIST + 1).fill('a') },
    /groups must have 300 entries at most/,
  ],
  [
    'too many countries',
    { ...bundle, countries: Array(MOST_IN_STOCK_LIST + 1).fill('GB') },
    /countries must have 300 entries at most/,
  ],
]

test.each(stock)('stock with %s is refused, and nothing is changed', async (_, entry, why) => {
  await using sim = await startSimulator()
  const before = await sim.state()
  const sent = { method: 'PATCH', json: { catalogue: [entry] } }
  expectProblem(await call(sim.url, '/_sim/stock/esim-go', sent), 400, why)
  expect(await sim.state()).toEqual(before)
})

test('a callback on demand that is too long is refused', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  const fields = { bundle: { name: 'x'.repeat(LONGEST_CALLBACK) } }
  const json = { provider: 'esim-go', type: 'Utilisation', fields }
  expectProblem(
    await call(sim.url, '/_sim/callbacks', { json }),
    400,
    /the callback would have \d+ characters: it has 32768 at most/,
  )
  expect(await sim.callbacks.unsent()).toEqual([])
})

test('a customer reference and an order of many lines are refused beyond their bounds', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const name = (length: number) => sim.put('/esims', { iccid, customerRef: 'x'.repeat(length) })
  expect((await name(1000)).status).toBe(200)
  expect(await name(1001)).toMatchObject({ status: 400, body: { message: /customerRef/ } })
  const order = (lines: number) =>
    sim.post('/orders', { type: 'validate', order: Array(lines).fill({ item: GB_1 }) })
  expect((await order(1000)).status).toBe(200)
  expect((await order(1001)).status).toBe(400)
})
