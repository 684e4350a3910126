// The checks of `npm run crash:replicas`: each finds the defect that it is there for, and nothing where there is none.
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
// @ts-expect-error a script without types
import { bookProblems } from '../scripts/crash/checks.js'
// @ts-expect-error a script without types
import * as audit from '../scripts/crash/replicas/audit.js'
// @ts-expect-error a script without types
import { oftenProblems } from '../scripts/crash/replicas/often.js'
// @ts-expect-error a script without types
import { toldProblems } from '../scripts/crash/replicas/told.js'
// @ts-expect-error a script without types
import { acknowledged, staleProblem } from '../scripts/crash/replicas/witness.js'
import { startSimulator } from '../src/index.ts'
import { hasPostgres, newDatabase } from './support/postgres.ts'

const callback = (serial: number, state = 'delivered') => ({
  id: `cb_${serial}`,
  serial,
  state,
  body: JSON.stringify({ partnerTransactionId: `T${serial}` }),
})
const bodies = (...serials: number[]) => serials.map((serial) => callback(serial).body)

function told(queued: readonly object[], arrived: readonly string[], transactions = {}): string[] {
  const callbacks = Object.fromEntries(queued.map((each, at) => [at, each]))
  return [
    ...toldProblems(
      { collections: { callbacks, 'wholesale.transactions': transactions } },
      arrived,
    ),
  ]
}

test('callbacks that came in order, some of them twice, are as they have to be', () => {
  expect(told([callback(1), callback(2), callback(3)], bodies(1, 2, 1, 3, 2))).toEqual([])
})

test('a callback whose first attempt had no answer may come after later ones', () => {
  const attempts = [
    { at: 1, error: 'no answer within 2000 ms' },
    { at: 2, status: 204 },
  ]
  expect(told([{ ...callback(1), attempts }, callback(2)], bodies(2, 1))).toEqual([])
  const refused = [
    { at: 1, status: 500 },
    { at: 2, status: 204 },
  ]
  expect(told([{ ...callback(1), attempts: refused }, callback(2)], bodies(2, 1))[0]).toMatch(
    /number 1 came first/,
  )
})

test.each([
  ['never arrived', [callback(1), callback(2)], bodies(1), /callback cb_2 \(delivered\) never/],
  ['came before an earlier one', [callback(1), callback(2)], bodies(2, 1), /number 1 came first/],
  ['is still on its way', [callback(1, 'retrying')], bodies(1), /cb_1 is still retrying/],
  ['has the body of another and came once', [callback(1), callback(1)], bodies(1), /never arrived/],
])('a callback that %s is found', (_, queued, arrived, sentence) => {
  expect(told(queued, arrived)[0]).toMatch(sentence)
})

test('a transaction that has ended and was not told of is found', () => {
  const done = { a: { id: 'T7', state: 'Success' }, b: { id: 'T8', state: 'InProgress' } }
  expect(told([], [], done)).toEqual(['transaction T7 is Success, and nobody was told'])
})

test('an order placed twice and a use that is lost are found', () => {
  const order = { lines: [{ type: 'bundle' }] }
  const collections = {
    'esim-go.orders': { a: order, b: order },
    bundles: { a: { iccid: '8900', usedBytes: 5 } },
  }
  const writes = [
    { iccid: '8900', used: 3 },
    { iccid: '8900', used: 3 },
  ]
  expect([...oftenProblems({ collections }, { ordered: 1, writes })]).toEqual([
    '2 orders are there, and 1 were placed at most',
    '8900 has used 6 bytes, and 5 are left of it',
  ])
  expect([...oftenProblems({ collections }, { ordered: 2, writes: writes.slice(1) })]).toEqual([])
})

test('a reply that is older than what was acknowledged is found', () => {
  const path = '/esim-go/v2.4/orders/a'
  const known = acknowledged({
    shown: '2026-01-02T00:00:00.000Z',
    writes: [{ path }, { token: 't' }],
  })
  const clock = (now: string) => staleProblem(known, { status: 200, body: { now } }, '/_sim/clock')
  expect(clock('2026-01-01T23:59:59.000Z')).toMatch('showed 2026-01-01T23:59:59.000Z after')
  expect(clock('2026-01-02T00:00:00.000Z')).toBe(undefined)
  expect(staleProblem(known, { status: 404 }, path)).toMatch(
    'was acknowledged, and is answered 404',
  )
  expect(staleProblem(known, { status: 200 }, path)).toBe(undefined)
})

test('money that comes back for a bundle that was applied is found', () => {
  const lot = { total: 3, remaining: 1, price: 100 }
  const applied = {
    iccid: '8900',
    usedBytes: 0,
    extra: { lot: '1', price: '100' },
    provider: 'esim-go',
  }
  const world = (balance: number) => ({
    collections: {
      'esim-go.account': { account: { balance, testCredit: 0 } },
      'esim-go.orders': { a: { reference: 'a', total: 300, lines: [] } },
      'esim-go.inventory': { 1: lot },
      bundles: { a: { ...applied, state: 'queued' } },
      sims: { 'esim-go/8900': {} },
    },
  })
  // One of the lot was refunded, one applied.
  expect(bookProblems(world(100_000_000 - 300 + 100))).toEqual([])
  expect(bookProblems(world(100_000_000 - 300 + 200))).toEqual([
    'the balance is 99999900 cents, the orders make it 99999800',
  ])
})

/** What the database may have seen, and what is found of it. */
const SEEN: readonly (readonly [string, string])[] = [
  [
    'a commit of another process than the one that took the world',
    "UPDATE audit.commits SET program = 'replica-9' WHERE n = (SELECT max(n) FROM audit.commits)",
  ],
  [
    'a commit after the next replica took the world',
    `INSERT INTO esimulator.leases (world, fence, replica, taken_at)
     SELECT world, fence + 1, replica, taken_at FROM esimulator.leases LIMIT 1`,
  ],
  [
    'a later lease has a smaller fencing number',
    `INSERT INTO esimulator.leases (world, fence, replica, taken_at)
     SELECT world, fence + 1, replica, taken_at - interval '1 s' FROM esimulator.leases LIMIT 1`,
  ],
  [
    'an earlier commit under a later fencing number',
    'UPDATE audit.commits SET fence = fence + 1 WHERE n = (SELECT min(n) FROM audit.commits)',
  ],
  [
    'a change under another fencing number than its commit',
    'UPDATE esimulator.changes SET fence = fence + 1',
  ],
  [
    'a commit does not follow the one before',
    'DELETE FROM audit.commits WHERE n = (SELECT min(n) + 1 FROM audit.commits)',
  ],
]

test.skipIf(!hasPostgres)(
  'what the database saw is right, and each thing it may not see is found',
  async () => {
    const database = await newDatabase()
    const store = `${database}?application_name=replica-1`
    await using sim = await startSimulator({ store })
    await audit.beginAudit(database)
    for (const by of ['PT1S', 'PT2S', 'PT3S']) await sim.clock.advance(by)
    expect(await audit.auditProblems(database)).toEqual([])
    expect((await audit.auditCounts(database)).commits).toBeGreaterThan(2)

    const client = new pg.Client(database)
    await client.connect()
    onTestFinished(() => client.end())
    for (const [what, defect] of SEEN) {
      const saved = await rowsOf(client)
      await client.query(defect)
      const found: { what: string }[] = await audit.auditProblems(database)
      expect(found.map((each) => each.what).join()).toContain(what)
      await putBack(client, saved)
    }
    expect(await audit.auditProblems(database)).toEqual([])
  },
)

const TABLES = ['audit.commits', 'esimulator.leases', 'esimulator.changes']

async function rowsOf(client: pg.Client): Promise<readonly string[]> {
  const all: string[] = []
  for (const table of TABLES) {
    const { rows } = await client.query(`SELECT json_agg(t)::text AS rows FROM ${table} t`)
    all.push(String(rows[0]?.rows))
  }
  return all
}

async function putBack(client: pg.Client, saved: readonly string[]): Promise<void> {
  for (const [at, table] of TABLES.entries()) {
    await client.query(`DELETE FROM ${table}`)
    const all = `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`
    await client.query(all, [saved[at]])
  }
}
