// What gathers by itself while the clock stands still: at its bound the oldest go, and who is told is told.
import { expect, test } from 'vitest'
import { type RunningSimulator, type StateDocument, startSimulator } from '../../src/index.ts'
import { USAGE_KEPT } from '../../src/simulators/accounts-orders/records.ts'
import { MONTHS_KEPT } from '../../src/simulators/accounts-orders/subscriptions.ts'
import { TOKENS_KEPT } from '../../src/simulators/client-credentials.ts'
import { TAKEN_OFF_KEPT } from '../../src/simulators/esim-go/assignments.ts'
import { CALLERS_KEPT } from '../../src/simulators/esim-go/rate-limit.ts'
import { simulators } from '../../src/simulators/index.ts'
import { TRANSACTIONS_KEPT } from '../../src/simulators/wholesale/records.ts'
import { ATTEMPTS_KEPT, MOST_WAITING } from '../../src/state/callbacks.ts'
import type { AnyCollection } from '../../src/state/collection.ts'
import { sharedCollections } from '../../src/state/shared-collections.ts'
import { USES_KEPT } from '../../src/state/usage-records.ts'
import { MSISDN, SUBSCRIPTION, TOKEN_PATH } from '../support/accounts-orders.ts'
import { call, expectProblem } from '../support/control.ts'
import { GB_1 } from '../support/esim-go-shop.ts'
import { COMPANY, ESIM, USA } from '../support/highland.ts'
import { send } from '../support/http.ts'
import { ACTIVATION, ICCID } from '../support/wholesale.ts'

type Fields = Record<string, unknown>
type Collections = Record<string, Record<string, Fields>>

const KEY = { 'X-API-Key': 'test-esim-go-key' }
const FORM = 'grant_type=client_credentials&client_id=test-client&client_secret=test-secret'
const collections = [
  ...sharedCollections,
  ...simulators.flatMap((each) => each.collections ?? []),
] as readonly AnyCollection[]

/** The records of a world that may be changed, and what they are put back with. */
async function opened(sim: RunningSimulator) {
  const state = await sim.state()
  const records = structuredClone(state.collections) as Collections
  return { records, put: () => sim.restore({ ...state, collections: records } as StateDocument) }
}

async function recordsOf(sim: RunningSimulator, collection: string): Promise<Fields[]> {
  return Object.values((await sim.state()).collections[collection] ?? {})
}

async function tokenOf(sim: RunningSimulator, slug: string): Promise<string> {
  const path = slug === 'wholesale' ? '/oauth/token' : TOKEN_PATH
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const { body } = await send<{ access_token: string }>('POST', `${sim.url}/${slug}${path}`, {
    raw: FORM,
    headers,
  })
  return body.access_token
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

/** Something that is capped: how one more comes, and what an older one looks like. */
interface Capped {
  readonly what: string
  readonly collection: string
  readonly bound: number
  /** Prepares a world; what it answers makes one more, each time. */
  readonly begin: (sim: RunningSimulator) => Promise<() => Promise<unknown>>
  readonly older: (record: Fields, at: number) => Fields
  readonly isOf?: (record: Fields) => boolean
}

/** A call that has to succeed. */
async function done(answer: Promise<{ status: number; text: string }>): Promise<void> {
  const { status, text } = await answer
  expect([status, text]).toEqual([status < 300 ? status : 200, text])
}

let last = 0
const fresh = () => {
  last += 1
  return String(last)
}

const capped: readonly Capped[] = [
  {
    what: 'access tokens',
    collection: 'credentials',
    bound: TOKENS_KEPT,
    begin: async (sim) => () => tokenOf(sim, 'wholesale'),
    older: (token, at) => ({ ...token, secret: `old${at}`, serial: 0 }),
    isOf: ({ kind, provider }) => kind === 'token' && provider === 'wholesale',
  },
  {
    what: 'usage items of a subscription',
    collection: 'accounts-orders.usage',
    bound: USAGE_KEPT,
    async begin(sim) {
      const headers = bearer(await tokenOf(sim, 'accounts-orders'))
      const url = `${sim.url}/accounts-orders/enterprise/sms`
      const json = { from: MSISDN, to: ['447700900123'], text: 'a' }
      return () => done(send('POST', url, { headers, json }))
    },
    older: (item, at) => ({
      ...item,
      id: `uitem_${String(at).padStart(26, '0')}`,
      startedAt: at,
    }),
    isOf: ({ subscription }) => subscription === SUBSCRIPTION,
  },
  {
    what: 'uses of a SIM',
    collection: 'uses',
    bound: USES_KEPT,
    async begin(sim) {
      const json = { company_id: COMPANY, sim_id: ESIM, ...USA }
      await done(send('POST', `${sim.url}/highland/b2b/sim/product/add`, { json }))
      const device = sim.device((await sim.sims('highland'))[0]?.iccid ?? '')
      await device.attach('US')
      return async () => {
        await device.use(1000)
        await sim.clock.advance('PT1S')
      }
    },
    older: (use, at) => ({ ...use, at }),
  },
  {
    what: 'assignments taken off an eSIM',
    collection: 'esim-go.taken-off',
    bound: TAKEN_OFF_KEPT,
    async begin(sim) {
      const base = sim.baseUrl('esim-go')
      const order = { type: 'bundle', item: GB_1, quantity: 2 }
      const json = { type: 'transaction', order: [order] }
      await done(send('POST', `${base}/orders`, { json, headers: KEY }))
      const [esim] = await sim.sims('esim-go')
      // Another bundle keeps the eSIM in the account.
      const apply = { iccid: esim?.iccid, name: GB_1 }
      await done(send('POST', `${base}/esims/apply`, { json: apply, headers: KEY }))
      return async () => {
        await done(send('POST', `${base}/esims/apply`, { json: apply, headers: KEY }))
        await done(send('DELETE', `${base}/esims/${esim?.iccid}/bundles/${GB_1}`, { headers: KEY }))
      }
    },
    older: (taken, at) => ({
      ...taken,
      bundle: { ...(taken.bundle as Fields), id: `9${at}`, serial: 0 },
    }),
  },
  {
    what: 'settled transactions of a SIM',
    collection: 'wholesale.transactions',
    bound: TRANSACTIONS_KEPT,
    async begin(sim) {
      await sim.set('wholesale', { settlingDelay: 'PT0S' })
      const headers = bearer(await tokenOf(sim, 'wholesale'))
      const post = (path: string, json: object) =>
        done(send('POST', `${sim.url}/wholesale/${path}`, { headers, json }))
      await post('activate', ACTIVATION)
      let action = 'Resume'
      return async () => {
        action = action === 'Resume' ? 'Suspend' : 'Resume'
        await post('updateStatus', { partnerTransactionId: `n${fresh()}`, iccid: ICCID, action })
      }
    },
    older: (transaction, at) => ({ ...transaction, id: `old${at}`, action: 'Suspend', serial: 0 }),
  },
  {
    what: 'callers that a rate limit counts',
    collection: 'esim-go.rate-windows',
    bound: CALLERS_KEPT,
    async begin(sim) {
      await sim.set('esim-go', { rateLimit: 1000 })
      return () => done(send('GET', `${sim.baseUrl('esim-go')}/organisation`, { headers: KEY }))
    },
    older: (window, at) => ({ ...window, caller: `10.0.${at >> 8}.${at & 255}` }),
  },
]

test.each(capped)(
  '$what: at the bound the oldest go, and the newest stay',
  async (each) => {
    const { collection: name, bound, begin, older, isOf = () => true } = each
    await using sim = await startSimulator({
      given: 'an assigned bundle',
      callbackUrl: 'http://127.0.0.1:9/',
    })
    const oneMore = await begin(sim)
    await oneMore()
    const { records, put } = await opened(sim)
    const keyOf = collections.find((known) => known.name === name)?.key as (
      record: Fields,
    ) => string
    const there = records[name] ?? {}
    const newest = Object.values(there).findLast(isOf)
    if (!newest) throw new Error(`nothing came into ${name}`)
    for (let at = 0; at < bound; at += 1) {
      const record = older(newest, at)
      there[keyOf(record)] = record
    }
    await put()
    for (let time = 0; time < 4; time += 1) await oneMore()
    const kept = (await recordsOf(sim, name)).filter(isOf)
    expect(kept).toHaveLength(bound)
    expect(kept.map(keyOf)).toContain(keyOf(newest))
  },
  120_000,
)

test('a token that is one too many is refused as one that has ended, and the newest is good', async () => {
  await using sim = await startSimulator()
  const first = await tokenOf(sim, 'wholesale')
  const { records, put } = await opened(sim)
  const there = records.credentials ?? {}
  const token = there[`wholesale/${first}`] ?? {}
  for (let at = 0; at < TOKENS_KEPT - 1; at += 1)
    there[`wholesale/new${at}`] = { ...token, secret: `new${at}`, serial: 2 }
  await put()
  const ask = (held: string) =>
    send('GET', `${sim.url}/wholesale/transactionStatus?partnerTransactionId=a`, {
      headers: bearer(held),
    })
  expect((await ask(first)).status).toBe(404)
  const second = await tokenOf(sim, 'wholesale')
  expect((await ask(first)).status).toBe(401)
  expect((await sim.journal.list({ limit: 1 }))[0]?.refusal?.reason).toMatch(
    /before the latest 10000/,
  )
  expect((await ask(second)).status).toBe(404)
})

test('of the months of a product so many that are over are kept, however long the clock goes on', async () => {
  await using sim = await startSimulator()
  const [iccid] = (await sim.sims('accounts-orders')).flatMap(({ iccid, profile }) =>
    profile === 'enabled' ? [iccid] : [],
  )
  const device = sim.device(iccid ?? '', 'accounts-orders')
  await device.attach('GB')
  await device.use('1MB')
  await sim.clock.advance('P5Y')
  const { bundles } = await device.show()
  const used = bundles.filter(({ reference }) => reference === bundles.at(-1)?.reference)
  expect(used.filter(({ state }) => state === 'expired')).toHaveLength(MONTHS_KEPT)
  expect(used.filter(({ state }) => state === 'active')).toHaveLength(1)
})

test('of the attempts at a callback the latest are kept, and the others counted', async () => {
  await using sim = await startSimulator({
    given: 'an assigned bundle',
    callbackUrl: 'http://127.0.0.1:9/',
    settings: { 'esim-go': { retrySchedule: [] } },
  })
  const [esim] = await sim.sims('esim-go')
  await sim
    .device(esim?.iccid ?? '')
    .attach('GB')
    .catch(() => sim.device(esim?.iccid ?? '').use(1))
  await sim.clock.advance('PT0S')
  const [callback] = await sim.callbacks.list()
  const id = callback?.id ?? ''
  const { records, put } = await opened(sim)
  const record = records.callbacks?.[id]
  if (record)
    record.attempts = Array.from({ length: ATTEMPTS_KEPT }, () => ({ at: 0, status: 500 }))
  await put()
  for (const time of [1, 2, 3]) {
    await sim.callbacks.redeliver(id)
    const { fired } = await sim.clock.advance('PT1S')
    // A wake may have been quicker than the advance.
    for (const each of fired) expect(each).toMatchObject({ attempt: ATTEMPTS_KEPT + time })
  }
  const after = (await sim.callbacks.list()).find((each) => each.id === id)
  expect(after?.attempts).toHaveLength(ATTEMPTS_KEPT)
  expect([after?.earlierAttempts, after?.state]).toEqual([3, 'dead'])
  expect(after?.attempts.at(-1)).toHaveProperty('error')
})

test('callbacks to a receiver that is down: beyond the bound they are unsent, and that is told once', async () => {
  const said: string[] = []
  await using sim = await startSimulator({
    given: 'an assigned bundle',
    callbackUrl: 'http://127.0.0.1:9/',
    settings: { 'esim-go': { retrySchedule: ['P1D'] } },
    report: (sentence) => said.push(sentence),
  })
  const iccid = (await sim.sims('esim-go'))[0]?.iccid ?? ''
  const device = sim.device(iccid)
  await device.attach('GB')
  await sim.clock.advance('PT0S')
  const [callback] = await sim.callbacks.list()
  expect(callback).toMatchObject({ state: 'retrying', type: 'FirstAttachment' })

  const { records, put } = await opened(sim)
  const there = records.callbacks ?? {}
  const waits = there[callback?.id ?? '']
  // One place is left.
  for (let at = 0; at < MOST_WAITING - 2; at += 1)
    there[`cb_${at}`] = { ...waits, id: `cb_${at}`, serial: 1000 + at }
  const dead = { ...waits, id: 'cb_0000000000000000_000009', serial: 0, state: 'dead' } as Fields
  delete dead.nextAt
  there[String(dead.id)] = dead
  await put()
  const waiting = async () =>
    (await recordsOf(sim, 'callbacks')).filter(({ nextAt }) => nextAt !== undefined).length

  await device.use('1KB')
  await sim.clock.advance('PT0S')
  expect([await waiting(), await sim.callbacks.unsent(), said]).toEqual([MOST_WAITING, [], []])

  await device.use('300MB')
  await device.use('300MB')
  const why =
    `${MOST_WAITING} callbacks of esim-go wait for an attempt, and no more are queued: ` +
    'GET /_sim/callbacks?state=retrying tells what hinders them'
  const unsent = await sim.callbacks.unsent()
  expect(unsent.map(({ type }) => type)).toEqual(['Utilisation', 'Utilisation'])
  for (const each of unsent) expect(each).toMatchObject({ reason: why, body: /./ })
  expect([await waiting(), said]).toEqual([MOST_WAITING, [`world default: ${why}`]])

  for (const id of [unsent[0]?.id, dead.id])
    expectProblem(
      await call(sim.url, `/_sim/callbacks/${id}/redeliver`, { method: 'POST' }),
      409,
      /10000 callbacks of esim-go wait/,
    )
  expect(await sim.callbacks.unsent()).toEqual(unsent)
}, 120_000)

test('once there is room again, what was not sent can be sent', async () => {
  await using sim = await startSimulator({
    given: 'an assigned bundle',
    callbackUrl: 'http://127.0.0.1:9/',
    settings: { 'esim-go': { retrySchedule: ['PT1S'] } },
    report: () => {},
  })
  const device = sim.device((await sim.sims('esim-go'))[0]?.iccid ?? '')
  await device.attach('GB')
  await sim.clock.advance('PT0S')
  const { records, put } = await opened(sim)
  const there = records.callbacks ?? {}
  const [waits] = Object.values(there)
  // No task tries these: they wait until the state is another.
  for (let at = 0; at < MOST_WAITING - 1; at += 1)
    there[`cb_${at}`] = { ...waits, id: `cb_${at}`, serial: 1000 + at }
  await put()
  await device.use('1KB')
  const [unsent] = await sim.callbacks.unsent()
  expect(unsent).toMatchObject({ type: 'FirstUse' })
  await sim.clock.advance('PT1M')
  expect(await sim.callbacks.redeliver(unsent?.id ?? '')).toMatchObject({ state: 'pending' })
  expect(await sim.callbacks.unsent()).toEqual([])
}, 120_000)

test('what comes and goes after a snapshot leaves nothing behind in it', async () => {
  await using sim = await startSimulator({ given: 'an assigned bundle' })
  await tokenOf(sim, 'wholesale')
  const { records, put } = await opened(sim)
  const there = records.credentials ?? {}
  const token = Object.values(there).find(({ kind }) => kind === 'token')
  for (let at = 0; at < TOKENS_KEPT; at += 1)
    there[`wholesale/old${at}`] = { ...token, secret: `old${at}`, serial: 0 }
  await put()
  await call(sim.url, '/_sim/snapshots/before', { method: 'PUT' })
  const markers = async () => (await recordsOf(sim, 'snapshot-records')).length
  await tokenOf(sim, 'wholesale')
  const first = await markers()
  for (let time = 0; time < 20; time += 1) await tokenOf(sim, 'wholesale')
  // One for each token that came and one for each that went.
  expect(await markers()).toBeLessThanOrEqual(first + 40)

  await call(sim.url, '/_sim/snapshots/before', { method: 'DELETE' })
  const [esim] = await sim.sims('esim-go')
  await call(sim.url, '/_sim/snapshots/again', { method: 'PUT' })
  const device = sim.device(esim?.iccid ?? '')
  for (let time = 0; time < 130; time += 1) {
    await device.disable()
    await device.enable()
  }
  const many = await markers()
  for (let time = 0; time < 30; time += 1) {
    await device.disable()
    await device.enable()
  }
  // Events that came after the snapshot and have gone since are in it no more.
  expect(await markers()).toBe(many)
}, 120_000)

test('what is queued already is not queued again, however often it is asked for', async () => {
  await using sim = await startSimulator({
    given: 'an assigned bundle',
    callbackUrl: 'http://127.0.0.1:9/',
  })
  const [esim] = await sim.sims('esim-go')
  const device = sim.device(esim?.iccid ?? '')
  await sim.set('wholesale', { settlingDelay: 'PT0S' })
  const headers = bearer(await tokenOf(sim, 'wholesale'))
  const post = (path: string, json: object) =>
    done(send('POST', `${sim.url}/wholesale/${path}`, { headers, json }))
  await post('activate', ACTIVATION)
  const round = async () => {
    await device.attach('GB')
    await done(
      send('GET', `${sim.baseUrl('esim-go')}/esims/${esim?.iccid}/refresh`, { headers: KEY }),
    )
    for (const action of ['Cease', 'Reactivate'])
      await post('updateStatus', { partnerTransactionId: `r${fresh()}`, iccid: ICCID, action })
  }
  const queued = async () =>
    (await recordsOf(sim, 'tasks')).filter(({ kind }) => kind !== 'deliver-callback').length
  await round()
  const before = await queued()
  for (let time = 0; time < 5; time += 1) await round()
  expect(await queued()).toBe(before)
})
