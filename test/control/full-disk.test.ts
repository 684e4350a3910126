// A full disk through the front door: every call that changes something is refused with 503, and nothing has happened.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { StateDocument } from '../../src/index.ts'
import type { Durability } from '../../src/stores/store.ts'
import { ACTIVATION as ENTERPRISE_ORDER, TOKEN_PATH } from '../support/accounts-orders.ts'
import { call } from '../support/control.ts'
import { type FillableDisk, fillableDisk, startOn } from '../support/full-disk.ts'
import { COMPANY } from '../support/highland.ts'
import { send } from '../support/http.ts'
import { MINIMAL } from '../support/wholesale.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'esimulator-full-'))
})
afterAll(() => rm(home, { recursive: true }))

let folders = 0
const newFolder = () => {
  folders += 1
  return join(home, String(folders))
}

type Headers = Readonly<Record<string, string>>

interface Case {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly json?: unknown
  readonly headers?: Headers
  /** What the body of its refusal is. */
  readonly refused: object
}

const why = expect.stringMatching(/./)
const PROBLEM = {
  status: 503,
  code: 'writes-refused',
  detail: expect.stringMatching(/the disk is full \(ENOSPC\)/),
}
const BUNDLE = 'esim_1GB_7D_GB_V2'
const ORDER = { type: 'transaction', order: [{ type: 'bundle', quantity: 1, item: BUNDLE }] }
const TOKEN = {
  raw: 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret',
}
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }

async function bearer(url: string, path: string): Promise<Headers> {
  const { body } = await send<{ access_token: string }>('POST', url + path, {
    ...TOKEN,
    headers: FORM,
  })
  return { Authorization: `Bearer ${body.access_token}` }
}

/** A simulator with a world `ci`, and every call that changes something. */
async function prepared(durability: Durability) {
  const disk = fillableDisk()
  const dir = newFolder()
  const sim = await startOn(disk, dir, durability)
  const { url } = sim
  await call(url, '/_sim/worlds', { json: { name: 'ci' } })
  const enterprise = await bearer(url, `/accounts-orders${TOKEN_PATH}`)
  const wholesale = await bearer(url, '/wholesale/oauth/token')
  const { body: state } = await call(url, '/_sim/state')
  const key = { 'X-API-Key': 'test-esim-go-key' }
  const post = (path: string, json: unknown, refused: object, headers: Headers = {}): Case => ({
    ...{ name: `POST ${path}`, method: 'POST' },
    ...{ path, json, refused, headers },
  })
  const cases: Case[] = [
    post('/esim-go/v2.4/orders', { ...ORDER, assign: true }, { message: why }, key),
    post('/highland/b2b/sim/acquire', { company_id: COMPANY }, { status: 'failure', details: why }),
    post(
      '/wholesale/activate',
      { ...MINIMAL, partnerTransactionId: 'T1' },
      { status: 'Failure', code: why, message: why },
      wholesale,
    ),
    post('/accounts-orders/enterprise/orders', ENTERPRISE_ORDER, {}, enterprise),
    post('/_sim/worlds', { name: 'new' }, PROBLEM),
    post('/_sim/reset', {}, PROBLEM),
    post('/w/ci/_sim/reset', { seed: 'other' }, PROBLEM),
    { ...post('/_sim/state', state, PROBLEM), method: 'PUT' },
    post('/_sim/clock/freeze', { at: '2026-02-01T00:00:00Z' }, PROBLEM),
    {
      ...post('/_sim/callbacks/target/wholesale', { url: 'http://127.0.0.1:9/' }, PROBLEM),
      method: 'PUT',
    },
    { ...post('/_sim/settings/esim-go', { rateLimit: 7 }, PROBLEM), method: 'PATCH' },
    { ...post('/_sim/worlds/ci', undefined, PROBLEM), method: 'DELETE' },
  ]
  return { ...sim, dir, disk, cases }
}

type Prepared = Awaited<ReturnType<typeof prepared>>

/** Everything there is, as text; of a collection, records in the order of their keys. */
async function everything({ url }: Pick<Prepared, 'url'>): Promise<string> {
  const states = ['', '/w/ci'].map((world) => call<StateDocument>(url, `${world}/_sim/state`))
  const sorted = (await Promise.all(states)).flatMap(({ body }) =>
    Object.entries(body.collections).map(([name, records]) => [
      name,
      Object.entries(records).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ]),
  )
  const { body } = await call<{ worlds: readonly { name: string }[] }>(url, '/_sim/worlds')
  return JSON.stringify([body.worlds.toSorted((a, b) => (a.name < b.name ? -1 : 1)), sorted])
}

const make = ({ url }: Prepared, { method, path, json, headers = {} }: Case) =>
  call<Record<string, unknown>>(url, path, { method, headers, ...(json ? { json } : {}) })

/** @param before all there was */
async function expectRefused(sim: Prepared, each: Case, before: string): Promise<void> {
  const answer = await make(sim, each)
  expect([each.name, answer.status, answer.body]).toEqual([
    each.name,
    503,
    expect.objectContaining(each.refused),
  ])
  expect([each.name, answer.headers.get('retry-after')]).toEqual([each.name, expect.any(String)])
  const isAsBefore = (await everything(sim)) === before
  expect([each.name, isAsBefore]).toEqual([each.name, true])
}

/** Resolves when everything can be written again. */
async function hasRoom({ url, disk }: { url: string; disk: FillableDisk }): Promise<void> {
  disk.full = false
  await vi.waitFor(
    async () => expect((await call(url, '/_sim/health')).body).not.toHaveProperty('writesRefused'),
    { timeout: 10_000, interval: 50 },
  )
}

const COUNT = 12
const firsts: [Durability, number][] = [
  ...[0, 1, 2, 3, 4, 5, 7, 11].map((at): [Durability, number] => ['buffered', at]),
  ...[5, 7, 8, 9].map((at): [Durability, number] => ['written', at]),
  ...[0, 6, 10, 11].map((at): [Durability, number] => ['synced', at]),
]

test.each(firsts)(
  '%s, a full disk, found by call %i: 503, and nothing has happened',
  async (durability, first) => {
    const sim = await prepared(durability)
    const { cases, disk } = sim
    expect(cases).toHaveLength(COUNT)
    const before = await everything(sim)
    disk.full = true
    for (const at of cases.keys())
      await expectRefused(sim, cases[(first + at) % COUNT] as Case, before)
    await hasRoom(sim)
    const kept = await everything(sim)
    await sim.close()

    const again = await startOn(disk, sim.dir, durability)
    expect((await everything(again)) === kept).toBe(true)
    for (const each of cases) {
      const { status } = await make({ ...sim, url: again.url }, each)
      expect([each.name, status]).toEqual([
        each.name,
        expect.toSatisfy((code: number) => code < 300),
      ])
    }
    await again.close()
    expect(again.said).toEqual([])
  },
  60_000,
)
