// Large worlds: what takes long is done in turns, and once; others are answered meanwhile.
import { expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../src/index.ts'
import { answeredDuring, call } from '../support/control.ts'

const KEY = { 'X-API-Key': 'test-esim-go-key' }
const SHOP = '/esim-go/v2.4'
const GB_1 = 'esim_1GB_7D_GB_V2'

interface Listed {
  readonly rows: number
  readonly esims: readonly { readonly iccid: string; readonly customerRef: string }[]
}

const get = <T = unknown>(sim: RunningSimulator, path: string, headers = {}) =>
  call<T>(sim.url, SHOP + path, { headers: { ...KEY, ...headers } })

const order = (sim: RunningSimulator, quantity: number) =>
  call<{ order: readonly { readonly iccids: readonly string[] }[] }>(sim.url, `${SHOP}/orders`, {
    json: {
      type: 'transaction',
      assign: true,
      order: [{ type: 'bundle', quantity, item: GB_1 }],
    },
    headers: KEY,
  })

type Records = Record<string, Record<string, unknown>>
interface State {
  readonly collections: Record<string, Records>
}

/** More eSIMs than an index is built of at once, by far. */
const MANY = 25_000

/** Fills the world with eSIMs: copies of one that has a bundle. @returns ICCIDs that nobody changed */
async function fill(sim: RunningSimulator): Promise<string> {
  const { body } = await order(sim, 1)
  const [iccid = ''] = body.order[0]?.iccids ?? []
  const state = (await sim.state()) as unknown as State
  const { 'esim-go.esims': esims = {}, sims = {}, tasks = {} } = state.collections
  for (let at = 0; at < MANY; at += 1) {
    const copy = `8900${String(at).padStart(15, '0')}`
    const serial = 1000 + at
    esims[copy] = { ...esims[iccid], iccid: copy, serial, customerRef: at % 7 === 0 ? 'a' : 'b' }
    sims[`esim-go/${copy}`] = { ...sims[`esim-go/${iccid}`], iccid: copy, serial }
    tasks[`${serial}000`] = { id: serial * 1000, kind: 'x/y', due: 9e12 + at, data: {} }
  }
  await sim.restore(state as never)
  return iccid
}

test('a list after an import: others are answered until it is', async () => {
  await using sim = await startSimulator()
  await call(sim.url, '/_sim/worlds', { json: { name: 'other' } })
  await fill(sim)
  const path = '/esims?orderBy=customerRef&page=2'
  expect(await answeredDuring(`${sim.url}/w/other/_sim/clock`, get(sim, path))).toBeGreaterThan(2)
  // Once it is there, there is nothing to wait for.
  expect(await answeredDuring(`${sim.url}/w/other/_sim/clock`, get(sim, path))).toBeLessThan(3)
})

test('a filter goes along with what is written, page by page', async () => {
  await using sim = await startSimulator()
  await fill(sim)
  const some = `/esims?filterBy=customerRef&filter=eq:a&orderBy=iccid&perPage=50`
  const page = async (number: number) => (await get<Listed>(sim, `${some}&page=${number}`)).body
  const first = await page(1)
  expect(first.rows).toBe(Math.ceil(MANY / 7))
  const iccids = first.esims.map(({ iccid }) => iccid)
  expect(iccids).toEqual(
    Array.from({ length: 50 }, (_, at) => `8900${String(7 * at).padStart(15, '0')}`),
  )
  const put = (iccid: string, customerRef: string) =>
    call(sim.url, `${SHOP}/esims`, { method: 'PUT', json: { iccid, customerRef }, headers: KEY })
  expect((await put(iccids[0] ?? '', 'c')).status).toBe(200)
  expect((await put('8900000000000000001', 'A')).status).toBe(200)
  const next = await page(1)
  expect(next.rows).toBe(first.rows)
  expect(next.esims.map(({ iccid }) => iccid)).toEqual(['8900000000000000001', ...iccids.slice(1)])
})

test('what is done first after an import is done once', async () => {
  await using sim = await startSimulator()
  const iccid = await fill(sim)
  const again = await sim.state()
  const used = await sim.device(iccid).install()
  expect(used.sim.profile).toBe('enabled')
  const types = used.events.map(({ type }) => type)
  expect(types).toEqual([...new Set(types)])

  await sim.restore(again)
  await sim.set('esim-go', { rateLimit: 100 })
  const listed = await get<Listed>(sim, '/esims?orderBy=physical')
  expect(listed.headers.get('x-ratelimit-remaining')).toBe('99')
  const { body } = await order(sim, 2)
  const rows = (await get<Listed>(sim, '/esims')).body.rows
  expect(rows).toBe(listed.body.rows + 2)
  expect(body.order[0]?.iccids).toHaveLength(2)
})

test('an import that comes while an index is built: who waited is answered from the new state', async () => {
  await using sim = await startSimulator()
  const before = await sim.state()
  await fill(sim)
  const asked = get<Listed>(sim, '/esims?orderBy=actionDate')
  await sim.restore(before)
  const { status, body } = await asked
  expect(status).toBe(200)
  expect([MANY + 1, 0].includes(body.rows) || body.rows < 100).toBe(true)
  expect((await get<Listed>(sim, '/esims')).body.rows).toBeLessThan(100)
})

test('a page of large orders is the same text in turns as at once, and the journal has its beginning', async () => {
  await using sim = await startSimulator({ stock: { 'esim-go': { balance: 1_000_000 } } })
  for (let at = 0; at < 3; at += 1) expect((await order(sim, 1000)).status).toBe(200)
  await sim.clock.advance('PT10S')
  const text = async (headers = {}) => {
    const answer = await fetch(`${sim.url}${SHOP}/orders?limit=3`, {
      headers: { ...KEY, ...headers },
    })
    const whole = await answer.text()
    expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(whole)))
    return whole
  }
  const inTurns = await text()
  const orders = JSON.parse(inTurns)
  expect(
    orders.map(({ order: [line] }: { order: [{ esims: object[] }] }) => line.esims.length),
  ).toEqual([1000, 1000, 1000])
  // Who has preferences is answered at once.
  expect((await text({ Prefer: 'nothing=known' })) === inTurns).toBe(true)
  const { entries } = (await call<{ entries: { replyBody: string }[] }>(sim.url, '/_sim/journal'))
    .body
  for (const { replyBody } of entries.slice(0, 2)) {
    expect(replyBody.startsWith(inTurns.slice(0, 8192))).toBe(true)
    expect(replyBody).toContain(`(${inTurns.length} characters)`)
  }
})
