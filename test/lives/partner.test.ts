// A month of a partner at Highland and at the wholesale API, lived through the front door: its books agree to the byte.
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  ControlError,
  type RunningSimulator,
  startReceiver,
  startSimulator,
} from '../../src/index.ts'
import type { components as HighlandSpec } from '../../src/simulators/highland/spec.d.ts'
import type { components as WholesaleSpec } from '../../src/simulators/wholesale/spec.d.ts'
import { luhnDigit } from '../../src/state/identifiers.ts'
import { type Dice, diceOf } from '../support/dice.ts'
import { type HttpAnswer, send } from '../support/http.ts'

type Highland = HighlandSpec['schemas']
type Notification = WholesaleSpec['schemas']['Notification']

/** Uses data; one of which not one byte was carried is refused. */
async function used(sim: RunningSimulator, iccid: string, bytes: number): Promise<number> {
  const answer = await sim
    .device(iccid)
    .use(bytes)
    .catch((error: unknown) => {
      if (error instanceof ControlError) return { used: 0 }
      throw error
    })
  return answer.used
}

/** Products of Highland's default list for the United States (documented ids). */
const PRODUCTS = [
  { product_id: '851', market_id: '162' },
  { product_id: '852', market_id: '162' },
] as const

/** A customer of the partner, as its own books have it. */
interface Customer {
  readonly simId: string
  readonly iccid: string
  installed: boolean
  suspended: boolean
  usedBytes: number
  /** What products that were taken off again had carried. */
  takenOff: number
}

type ProductUsage = Highland['ProductUsage']
type HighlandCall = (method: string, path: string, json?: object) => Promise<HttpAnswer<unknown>>

async function succeeds<T>(answering: Promise<HttpAnswer<unknown>>): Promise<T> {
  const { status, body } = await answering
  expect([status, body]).toMatchObject([200, { status: 'success' }])
  return body as T
}

async function usageOf(call: HighlandCall, company: string, simId: string) {
  const path = `/b2b/sim/product_usage/all_product?company_id=${company}&sim_id=${simId}`
  const { product_usage } = await succeeds<{ product_usage: ProductUsage[] }>(call('GET', path))
  return product_usage
}

interface HighlandPartner {
  readonly sim: RunningSimulator
  readonly dice: Dice
  readonly call: HighlandCall
  readonly company: string
  readonly customers: Customer[]
}

async function serve(partner: HighlandPartner, customer: Customer): Promise<void> {
  const { sim, dice, call, company } = partner
  const ids = { company_id: company, sim_id: customer.simId }
  if (!customer.installed) {
    await sim.device(customer.iccid).install()
    customer.installed = true
  }
  if (dice.percent(10)) {
    const path = `/b2b/sim/${customer.suspended ? 'restore' : 'suspend'}`
    await succeeds(call('POST', path, ids))
    customer.suspended = !customer.suspended
  }
  const bytes = await used(sim, customer.iccid, dice.whole(1, 900_000_000))
  if (customer.suspended) expect(bytes).toBe(0)
  customer.usedBytes += bytes

  if (bytes === 0 && !customer.suspended)
    await succeeds(call('POST', '/b2b/sim/product/add', { ...ids, ...dice.pick(PRODUCTS) }))
  if (dice.percent(8)) await takeOff(partner, customer)
}

/** Takes the product that was added last off again. */
async function takeOff({ call, company }: HighlandPartner, customer: Customer): Promise<void> {
  const last = (await usageOf(call, company, customer.simId)).at(-1)
  if (!last) return
  const { product_id } = last
  const ids = { company_id: company, sim_id: customer.simId }
  await succeeds(call('POST', '/mvno/sim/product/remove', { ...ids, product_id }))
  customer.takenOff += last.used_bytes
}

test('a partner of Highland acquires, adds, uses, suspends and removes for a month, and the bytes agree', async () => {
  await using receiver = await startReceiver()
  const credentials = { highland: ['partner-key'] }
  await using sim = await startSimulator({ credentials, callbackUrl: receiver.url })
  const headers = { Authorization: 'Bearer partner-key' }
  const call: HighlandCall = (method, path, json) =>
    send(method, sim.baseUrl('highland') + path, { json, headers })
  const { company_id: company } = await succeeds<Highland['Company']>(
    call('PUT', '/b2b/company', {
      company_name: 'Roam Ltd',
      registration_number: 'HRB 12345',
      country_code: 'DE',
      contact_email: 'ops@roam.example',
    }),
  )
  const customers: Customer[] = []
  const partner: HighlandPartner = { sim, dice: diceOf(852), call, company, customers }

  for (let day = 0; day < 30; day += 1) {
    if (day % 2 === 0) {
      const acquired = await succeeds<Highland['Acquired']>(
        call('POST', '/b2b/sim/acquire', { company_id: company }),
      )
      const books = { installed: false, suspended: false, usedBytes: 0, takenOff: 0 }
      customers.push({ simId: acquired.sim_id, iccid: acquired.iccid, ...books })
    }
    for (const customer of customers) await serve(partner, customer)
    await sim.clock.advance('P1D')
  }

  let total = 0
  for (const { simId, usedBytes, takenOff } of customers) {
    const usage = await usageOf(call, company, simId)
    const told = usage.reduce((sum, { used_bytes }) => sum + used_bytes, 0)
    expect([simId, told + takenOff]).toEqual([simId, usedBytes])
    const window = 'from=2026-01-01T00:00:00&to=2026-01-31T23:59:59'
    const path = `/b2b/sim/product_usage/window?company_id=${company}&sim_id=${simId}&${window}`
    const within = await succeeds<{ used_bytes: number }>(call('GET', path))
    expect([simId, within.used_bytes]).toEqual([simId, usedBytes])
    total += usedBytes
  }
  expect(total).toBeGreaterThan(10e9)
  const summary = await succeeds<Highland['Company']>(
    call('GET', `/b2b/company/summary?company_id=${company}`),
  )
  expect([summary.sim_total, summary.sim_suspended]).toEqual([
    customers.length,
    customers.filter(({ suspended }) => suspended).length,
  ])
  // Highland calls nobody back.
  expect([receiver.arrivals, await sim.callbacks.list({ limit: 1000 })]).toEqual([[], []])
}, 120_000)

const MOVES = {
  active: { Suspend: 'suspended', Cease: 'ceased' },
  suspended: { Resume: 'active', Cease: 'ceased' },
  ceased: { Reactivate: 'active' },
} as const
type State = keyof typeof MOVES
const ACTIONS = ['Suspend', 'Resume', 'Cease', 'Reactivate'] as const

interface Line {
  readonly iccid: string
  state: State
  /** Since it was activated, or reactivated: a line that ceases loses its allowances. */
  usedBytes: number
}

/** ICCIDs of the partner's own stock. */
const cards = Array.from({ length: 12 }, (_, at) => {
  const body = `890141042700000${String(at).padStart(3, '0')}`
  return body + luhnDigit(body)
})

interface WholesalePartner {
  readonly sim: RunningSimulator
  readonly dice: Dice
  readonly lines: Line[]
  /** Transactions that were acknowledged, and how each has to end. */
  readonly acknowledged: Map<string, 'Success' | 'Failure'>
  /** What lines had used when they ceased. */
  ceasedBytes: number
  /** Calls with a token that is good now. */
  call(method: string, path: string, json?: object): Promise<HttpAnswer<unknown>>
}

async function tokenFor(sim: RunningSimulator): Promise<string> {
  const form = 'grant_type=client_credentials&client_id=partner&client_secret=partner-secret'
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const { tokenUrl = '' } = sim.credentials.wholesale ?? {}
  const { body } = await send<{ access_token: string }>('POST', tokenUrl, { raw: form, headers })
  return body.access_token
}

async function activate({ call, acknowledged, lines }: WholesalePartner, iccid: string) {
  const partnerTransactionId = `ACT-${iccid}`
  const { status } = await call('POST', '/activate', {
    partnerTransactionId,
    subscriberId: `Sub-${iccid}`,
    wholesalePlanId: 'Plan001',
    bucketRefId: ['1000001', '1000002'],
    billCycleFrequency: 'MONTHLY',
    billCycleStartDay: 1,
    location: { address: { zip: '80120' } },
    iccid,
  })
  expect(status).toBe(200)
  acknowledged.set(partnerTransactionId, 'Success')
  lines.push({ iccid, state: 'active', usedBytes: 0 })
}

/** Holds what a line used against what is told of its allowances; returns it. */
async function reconciled({ sim }: WholesalePartner, { iccid, usedBytes }: Line): Promise<number> {
  const { bundles } = await sim.device(iccid).show()
  const told = bundles.reduce((sum, bundle) => sum + bundle.usedBytes, 0)
  expect([iccid, told]).toEqual([iccid, usedBytes])
  return told
}

/** Asks for any move, legal or not; one in five is to fail in provisioning. */
async function move(partner: WholesalePartner, line: Line, id: string) {
  const { call, dice, acknowledged } = partner
  const action = dice.pick(ACTIONS)
  const to = (MOVES[line.state] as Partial<Record<string, State>>)[action]
  const fails = dice.percent(20)
  const partnerTransactionId = fails ? `FAIL-${id}` : id
  const update = { partnerTransactionId, iccid: line.iccid, action }
  const { status } = await call('POST', '/updateStatus', update)
  expect([action, line.state, status === 200]).toEqual([action, line.state, to !== undefined])
  if (to === undefined) return
  acknowledged.set(partnerTransactionId, fails ? 'Failure' : 'Success')

  // The same request again is a duplicate: answered alike, done and told once.
  expect((await call('POST', '/updateStatus', update)).status).toBe(200)
  if (fails) return
  line.state = to
  // Until it is settled the line has what it had.
  if (action !== 'Cease') return
  partner.ceasedBytes += await reconciled(partner, line)
  line.usedBytes = 0
}

test('a wholesale partner activates, suspends, ceases and uses for a month: each transaction is told once, and the bytes agree', async () => {
  let arrived = 0
  let failed = 0
  await using receiver = await startReceiver({
    answer() {
      arrived += 1
      if (arrived % 7 !== 0) return 200
      failed += 1
      return 500
    },
  })
  await using sim = await startSimulator({
    callbackUrl: receiver.url,
    credentials: { wholesale: [{ client: 'partner', secret: 'partner-secret' }] },
    stock: { wholesale: { cards } },
  })
  let token = await tokenFor(sim)
  const partner: WholesalePartner = {
    sim,
    dice: diceOf(1000001),
    lines: [],
    acknowledged: new Map(),
    ceasedBytes: 0,
    call: (method, path, json) =>
      send(method, sim.baseUrl('wholesale') + path, {
        json,
        headers: { Authorization: `Bearer ${token}` },
      }),
  }
  const { dice, lines, acknowledged } = partner

  for (let day = 0; day < 30; day += 1) {
    token = await tokenFor(sim)
    const card = cards[lines.length]
    if (card !== undefined && day % 2 === 0) await activate(partner, card)
    await sim.clock.advance('PT1M')
    for (const [at, line] of lines.entries()) {
      const bytes = await used(sim, line.iccid, dice.whole(1, 900_000_000))
      if (line.state !== 'active') expect(bytes).toBe(0)
      line.usedBytes += bytes
      if (dice.percent(30)) await move(partner, line, `T-${day}-${at}`)
    }
    await sim.clock.advance('PT23H59M')
  }
  await sim.clock.advance('PT10M')

  // Data: allowances are renewed on 1 February, so that all of January is in them.
  expect((await sim.clock.show()).now).toBe('2026-01-31T00:10:00.000Z')
  let bytes = partner.ceasedBytes
  for (const line of lines) bytes += await reconciled(partner, line)
  expect(bytes).toBeGreaterThan(20e9)

  // Notifications: one a transaction, signed, as it ended; and the query agrees.
  const callbacks = await sim.callbacks.list({ provider: 'wholesale', limit: 1000 })
  expect(callbacks.filter(({ state }) => state !== 'delivered')).toEqual([])
  expect(receiver.arrivals).toHaveLength(callbacks.length + failed)
  const told = callbacks.map(({ body }) => JSON.parse(body) as Notification)
  expect(told).toHaveLength(acknowledged.size)
  expect(new Map(told.map((each) => [each.partnerTransactionId, each.result]))).toEqual(
    acknowledged,
  )
  const secret = sim.credentials.wholesale?.callbackSecret?.replace('whsec_', '') ?? ''
  for (const { headers, body } of receiver.arrivals) {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    const mac = createHmac('sha256', Buffer.from(secret, 'base64')).update(signed)
    expect(headers['webhook-signature']).toBe(`v1,${mac.digest('base64')}`)
  }
  token = await tokenFor(sim)
  for (const [id, result] of acknowledged) {
    const { status } = await partner.call('GET', `/transactionStatus?partnerTransactionId=${id}`)
    if (result === 'Success') expect([id, status]).toEqual([id, 200])
  }
  expect([...acknowledged.values()].filter((result) => result === 'Failure')).not.toEqual([])
}, 120_000)
