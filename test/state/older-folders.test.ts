// A state folder of version 0.1.0, one of its logs not folded: whatever comes later has to find in it what was there.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type { CallbackShown, SimRow, SimShown } from '../../src/index.ts'
import { startReceiver, startSimulator } from '../../src/index.ts'
import { call } from '../support/control.ts'

const KEPT = fileURLToPath(new URL('../fixtures/state-0.1.0', import.meta.url))
const KEY = { 'X-API-Key': 'test-esim-go-key' }
const ALICE = '8943108187380282680'
const ASSIGNED = '8943108581035074858'
const LINE = '11986621644523024501'

const home = mkdtempSync(join(tmpdir(), 'esimulator-older-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

let copies = 0
function copied() {
  copies += 1
  const folder = join(home, String(copies))
  cpSync(KEPT, folder, { recursive: true })
  return folder
}

/** A simulator over a folder, and what its replies hold. */
async function opened(stateDir = copied()) {
  const sim = await startSimulator({ store: stateDir })
  return {
    sim,
    async get<T>(path: string, headers: Readonly<Record<string, string>> = {}): Promise<T> {
      const { status, body } = await call<T>(sim.url, path, { headers })
      expect(status).toBe(200)
      return body
    },
    async bearer(slug: string, path: string) {
      const raw = 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret'
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
      const asked = { raw, headers }
      const { body } = await call<{ access_token: string }>(sim.url, `/${slug}${path}`, asked)
      return { Authorization: `Bearer ${body.access_token}` }
    },
    [Symbol.asyncDispose]: () => sim.close(),
  }
}

test('its worlds are there, each at its own time', async () => {
  await using folder = await opened()
  const { worlds } = await folder.get<{ worlds: { name: string }[] }>('/_sim/worlds')
  const frozen = (now: string) => ({ now, mode: 'frozen', rate: 1 })
  expect(worlds.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
    { name: 'Lines', clock: frozen('2031-03-01T00:00:00.000Z'), sims: 4 },
    { name: 'ci.1', clock: frozen('2031-03-01T01:00:00.000Z'), sims: 4 },
    { name: 'default', clock: frozen('2026-01-01T00:02:02.000Z'), sims: 5 },
  ])
})

test('the SIMs of all four providers are in the state they were in', async () => {
  await using folder = await opened()
  const stateOf = ({ provider, iccid, profile, service }: SimRow) =>
    [provider, iccid, profile, service].join(' ')
  expect((await folder.sim.sims()).map(stateOf)).toEqual([
    'highland 8948010587768029940 enabled active',
    `esim-go ${ALICE} enabled active`,
    'highland 8948010246639959872 released active',
    'wholesale 8901313340000000011 enabled active',
    'accounts-orders 8944538601452923821 released active',
  ])
  const lines = await folder.get<{ sims: SimRow[] }>('/w/Lines/_sim/sims?provider=wholesale')
  expect(lines.sims.map(stateOf)).toEqual([`wholesale ${LINE} enabled suspended`])
})

test('eSIM Go: balance, inventory, what is left of a bundle, settings', async () => {
  await using folder = await opened()
  const organisation = await folder.get('/esim-go/v2.4/organisation', KEY)
  expect(organisation).toMatchObject({ organisations: [{ balance: 1040, testCredit: 40 }] })
  const inventory = await folder.get('/esim-go/v2.4/inventory', KEY)
  expect(inventory).toMatchObject({
    bundles: [{ name: 'esim_2GB_15D_FR_V2', available: [{ id: 1, total: 3, remaining: 3 }] }],
  })
  const esims = await folder.get('/esim-go/v2.4/esims', KEY)
  expect(esims).toMatchObject({ esims: [{ iccid: ALICE, customerRef: 'alice' }] })
  const bundles = await folder.get(`/esim-go/v2.5/esims/${ALICE}/bundles`, KEY)
  expect(bundles).toMatchObject({
    bundles: [
      {
        name: 'esim_1GB_7D_GB_V2',
        assignments: [{ bundleState: 'active', remainingQuantity: 400_000_000 }],
      },
    ],
  })
  const settings = await folder.sim.settings('esim-go')
  expect([settings.idleDeletion?.value, settings.lowBalance?.value]).toEqual(['PT0S', 250])
})

test('Highland, wholesale, accounts-orders: a product, a transaction, a subscription, a mail', async () => {
  await using folder = await opened()
  const own = 'company_id=1a9a1d8ddc9311f09e024c50dd6c0d86&sim_id=61007764'
  const usage = await folder.get(`/highland/b2b/sim/product_usage?${own}`)
  expect(usage).toMatchObject({
    product_usage: { product_id: '852', product_status: 'queued', remaining_bytes: 5_000_000_000 },
  })
  const partner = await folder.bearer('wholesale', '/oauth/token')
  const path = '/wholesale/transactionStatus?partnerTransactionId=Txn1'
  expect(await folder.get(path, partner)).toEqual({ status: 'Success' })
  const token = '/auth/realms/enterprise-apis/protocol/openid-connect/token'
  const client = await folder.bearer('accounts-orders', token)
  const list = await folder.get('/accounts-orders/enterprise/subscriptions', client)
  expect(list).toMatchObject({ _embedded: { subscriptions: [{ status: 'active' }] } })
  expect(await folder.get('/_sim/messages')).toMatchObject({
    messages: [{ id: 1, channel: 'email', to: 'ada@bank.example', iccid: '8944538601452923821' }],
  })
})

test('callbacks that wait for their next attempt make it, each when it is due', async () => {
  await using folder = await opened()
  await using receiver = await startReceiver({ answer: 503 })
  const retrying = await folder.sim.callbacks.list({ state: 'retrying' })
  expect(retrying.map(({ id, type, nextAt }) => [id, type, nextAt])).toEqual([
    ['cb_000007', 'Activate', '2026-01-01T00:05:07.000Z'],
    ...['Utilisation', 'Utilisation', 'FirstUse', 'FirstAttachment'].map((type, at) => [
      `cb_00000${6 - at}`,
      type,
      '2026-01-01T00:05:05.000Z',
    ]),
    ...['cb_000002', 'cb_000001'].map((id) => [
      id,
      'ProfileStatusChange',
      '2026-01-01T00:05:05.000Z',
    ]),
  ])
  const { fired } = await folder.sim.clock.advance({ to: '2026-01-01T00:05:07Z' })
  const attempted = fired.flatMap((each) => (each.kind === 'callback' ? [each] : []))
  expect(attempted.map(({ id, attempt, state }) => [id, attempt, state])).toEqual([
    ...[1, 2, 3, 4, 5, 6].map((at) => [`cb_00000${at}`, 3, 'dead']),
    ['cb_000007', 3, 'retrying'],
  ])
  await folder.sim.callbacks.target('esim-go', receiver.url)
  await folder.sim.callbacks.redeliver('cb_000006')
  await receiver.waitFor(1)
  expect(receiver.arrivals[0]?.body).toBe(retrying[1]?.body)
})

test('what stands in the log alone is there: use, attempts, where callbacks go', async () => {
  await using folder = await opened()
  const sim = await folder.get<SimShown>(`/w/ci.1/_sim/sims/${ASSIGNED}`)
  expect(sim).toMatchObject({ profile: 'enabled', country: 'GB' })
  expect(sim.bundles).toMatchObject([{ state: 'active', usedBytes: 550_000_000 }])
  const { callbacks } = await folder.get<{ callbacks: CallbackShown[] }>('/w/ci.1/_sim/callbacks')
  expect(callbacks.map(({ id, state, attempts }) => [id, state, attempts.length])).toEqual([
    ['cb_000004', 'retrying', 1],
    ['cb_000003', 'dead', 3],
    ['cb_000002', 'dead', 3],
    ['cb_000001', 'dead', 3],
  ])
  expect(await folder.get('/_sim/worlds/ci.1')).toMatchObject({
    targets: { 'esim-go': { url: 'http://127.0.0.1:4188/deaf', version: 2 } },
  })
})

test('closed and opened again it is the same, and what is minted next is what would have been', async () => {
  const stateDir = copied()
  const states = ['default', 'Lines', 'ci.1'].map((world) => `/w/${world}/_sim/state`)
  const before: unknown[] = []
  {
    await using folder = await opened(stateDir)
    for (const path of states) before.push(await folder.get(path))
  }
  await using folder = await opened(stateDir)
  for (const [at, path] of states.entries()) expect(await folder.get(path)).toEqual(before[at])
  const order = [{ type: 'bundle', item: 'esim_1GB_7D_GB_V2', quantity: 1 }]
  const json = { type: 'transaction', assign: true, order }
  const asked = { json, headers: KEY }
  const { body } = await call(folder.sim.url, '/esim-go/v2.4/orders', asked)
  // The dice go on from where they stood.
  expect(body).toMatchObject({
    order: [{ iccids: ['8943108659919986932'] }],
    orderReference: '545f07c0-8074-40ea-80d8-28e7e7067410',
  })
})
