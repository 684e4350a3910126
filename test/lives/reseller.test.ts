// A month of a reseller at eSIM Go, lived through the front door: its books agree to the cent and to the byte.
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  type Arrival,
  ControlError,
  type RunningSimulator,
  startReceiver,
  startSimulator,
} from '../../src/index.ts'
import type { components } from '../../src/simulators/esim-go/spec.d.ts'
import { type Dice, diceOf } from '../support/dice.ts'
import { type HttpAnswer, send } from '../support/http.ts'

type Schemas = components['schemas']

const KEY = 'reseller-key'
const DAYS = 30
/** What the reseller sells: a bundle and where its travellers are. */
const OFFERS = [
  { item: 'esim_1GB_7D_GB_V2', country: 'GB' },
  { item: 'esim_1GB_7D_FR_V2', country: 'FR' },
] as const
type Offer = (typeof OFFERS)[number]
const FIRST_BALANCE = 15_000
const TEST_CREDIT = 1_000

/** A traveller's eSIM, as the reseller's own books have it. */
interface Traveller {
  readonly iccid: string
  readonly offer: Offer
  installed: boolean
  attached: boolean
  usedBytes: number
}

/** The reseller's books: money in cents, all of it written down from answers. */
interface Books {
  paid: number
  toppedUp: number
  refunded: number
  lowBalances: number
  insufficient: number
  /** What each order cost, by its reference. */
  readonly orders: Map<string, number>
  readonly travellers: Traveller[]
}

interface Reseller {
  readonly sim: RunningSimulator
  readonly dice: Dice
  readonly books: Books
  call<T>(method: string, path: string, json?: unknown): Promise<HttpAnswer<T>>
}

const cents = (amount: number) => Math.round(amount * 100)

function expectedMoney({ paid, toppedUp, refunded }: Books): number {
  return FIRST_BALANCE + TEST_CREDIT + toppedUp + refunded - paid
}

/** Balance and test credit as the state of the world has them. */
async function money(sim: RunningSimulator): Promise<number> {
  const { collections } = await sim.state()
  const { account } = collections['esim-go.account'] ?? {}
  return Number(account?.balance) + Number(account?.testCredit)
}

async function ok<T>(answering: Promise<HttpAnswer<T>>): Promise<T> {
  const { status, text, body } = await answering
  expect([status, status === 200 ? '' : text]).toEqual([200, ''])
  return body
}

/** Buys, and writes the order down. */
async function buy(
  { call, books }: Reseller,
  line: { item: string; quantity?: number; iccids?: string[] },
  assign: boolean,
): Promise<string[]> {
  const order = { type: 'transaction', assign, order: [{ type: 'bundle', quantity: 1, ...line }] }
  const answer = await ok(call<Schemas['Order']>('POST', '/orders', order))
  const before = expectedMoney(books)
  const lines = answer.order.reduce((sum, { subTotal }) => sum + cents(subTotal), 0)
  expect(cents(answer.total ?? 0)).toBe(lines)
  books.paid += lines
  books.orders.set(answer.orderReference ?? '', lines)
  // A payment that takes the money from 100 USD or more to below is told.
  if (before >= 10_000 && expectedMoney(books) < 10_000) books.lowBalances += 1
  return answer.order.flatMap(({ iccids = [] }) => iccids)
}

async function sellEsims(reseller: Reseller): Promise<void> {
  const { dice, books } = reseller
  const offer = dice.pick(OFFERS)
  const iccids = await buy(reseller, { item: offer.item, quantity: dice.whole(1, 3) }, true)
  for (const iccid of iccids)
    books.travellers.push({ iccid, offer, installed: false, attached: false, usedBytes: 0 })
}

/** Buys into the inventory, hands one out, and gives one back. */
async function turnInventoryOver(reseller: Reseller): Promise<void> {
  const { call, dice, books } = reseller
  const offer = dice.pick(OFFERS)
  await buy(reseller, { item: offer.item, quantity: 3 }, false)
  const price = [...books.orders.values()].at(-1) ?? 0

  const applied = await ok(
    call<Schemas['ApplyResult']>('POST', '/esims/apply', { bundle: offer.item }),
  )
  const iccid = applied.esims?.[0]?.iccid ?? ''
  books.travellers.push({ iccid, offer, installed: false, attached: false, usedBytes: 0 })

  const inventory = await ok(call<{ bundles: Schemas['InventoryBundle'][] }>('GET', '/inventory'))
  const lots = inventory.bundles.find(({ name }) => name === offer.item)?.available ?? []
  const lot = lots.findLast(({ remaining }) => remaining > 0)
  await ok(call('POST', '/inventory/refund', { usageId: lot?.id, quantity: 1 }))
  books.refunded += price / 3
}

/** Tops a traveller up, who then wants the money back; it is given back as it was offered. */
async function sellAndRefund(reseller: Reseller, { iccid, offer }: Traveller): Promise<void> {
  const { call, books } = reseller
  await buy(reseller, { item: offer.item, iccids: [iccid] }, true)
  const path = `/esims/${iccid}/bundles/${offer.item}`
  const offered = await ok(
    call<Schemas['RevokeResult']>('DELETE', `${path}?type=validate&refundToBalance=true`),
  )
  const back = offered.options?.find(({ refundTo }) => refundTo === 'balance')
  const query = `type=transaction&refundToBalance=true&offerId=${back?.offerId}`
  await ok(call('DELETE', `${path}?${query}`))
  books.refunded += cents(back?.amount ?? Number.NaN)
}

async function revokeToInventory(reseller: Reseller, { iccid, offer }: Traveller): Promise<void> {
  await buy(reseller, { item: offer.item, iccids: [iccid] }, true)
  await ok(reseller.call('DELETE', `/esims/${iccid}/bundles/${offer.item}?type=transaction`))
}

/** Uses data; where nothing is left to use, buys more. */
async function travel(reseller: Reseller, traveller: Traveller): Promise<void> {
  const { sim, dice } = reseller
  const device = sim.device(traveller.iccid)
  if (!traveller.installed) {
    await device.install()
    traveller.installed = true
  }
  if (!traveller.attached) await device.attach(traveller.offer.country)
  traveller.attached = true
  const bytes = dice.whole(1, 700_000_000)
  const used = await device.use(bytes).catch((error: unknown) => {
    // A use of which not one byte was carried is refused.
    if (error instanceof ControlError) return { used: 0, denied: bytes }
    throw error
  })
  expect(used.used + used.denied).toBe(bytes)
  traveller.usedBytes += used.used
  if (used.denied > 0 && dice.percent(60))
    await buy(reseller, { item: traveller.offer.item, iccids: [traveller.iccid] }, true)
}

async function topUp({ call, books }: Reseller): Promise<void> {
  await ok(call('POST', '/organisation/balance?amount=1000'))
  books.toppedUp += 100_000
}

/** Asks for more than there is money for. */
async function overreach({ call, books }: Reseller): Promise<void> {
  const order = [{ type: 'bundle', quantity: 1000, item: OFFERS[0].item }]
  const { status } = await call('POST', '/orders', { type: 'transaction', assign: false, order })
  expect(status).toBeGreaterThanOrEqual(400)
  books.insufficient += 1
}

/** A day: it sells, its customers travel, somebody changes their mind. */
async function liveDay(reseller: Reseller, day: number): Promise<void> {
  const { sim, dice, books } = reseller
  if (day < 20) await sellEsims(reseller)
  if (day % 5 === 1) await turnInventoryOver(reseller)
  for (const traveller of books.travellers) if (dice.percent(45)) await travel(reseller, traveller)

  const installed = books.travellers.filter((each) => each.installed)
  const [first, second] = installed.slice(day % Math.max(installed.length - 1, 1))
  if (first && day % 3 === 0) await sellAndRefund(reseller, first)
  if (second && day % 4 === 0) await revokeToInventory(reseller, second)
  if (day === 11) await overreach(reseller)
  if (day % 12 === 11) await topUp(reseller)

  expect(await money(sim)).toBe(expectedMoney(books))
  await sim.clock.advance('P1D')
}

/** Every assignment on an eSIM, whatever became of it. */
async function assignmentsOn({ call }: Reseller, iccid: string) {
  const path = `/esims/${iccid}/bundles?includeUsed=true&limit=200`
  const { bundles } = await ok(
    call<{ bundles: { assignments: Schemas['BundleAssignment'][] }[] }>('GET', path),
  )
  return bundles.flatMap(({ assignments }) => assignments)
}

/** What the callbacks have to be, by eSIM or bundle, from what was used. */
async function expectedAlerts(reseller: Reseller) {
  const utilisation = new Map<string, number>()
  for (const { iccid, usedBytes } of reseller.books.travellers) {
    const assignments = await assignmentsOn(reseller, iccid)
    let used = 0
    for (const { id, initialQuantity, remainingQuantity } of assignments) {
      const carried = initialQuantity - remainingQuantity
      used += carried
      const reached = [1, 50, 80, 100].filter(
        (percent) => carried * 100 >= initialQuantity * percent,
      )
      if (reached.length > 0) utilisation.set(id, reached.length)
    }
    expect([iccid, used]).toEqual([iccid, usedBytes])
  }
  return utilisation
}

const countBy = <T>(list: readonly T[], key: (of: T) => string): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const each of list) counts.set(key(each), (counts.get(key(each)) ?? 0) + 1)
  return counts
}

interface Alert {
  readonly iccid?: string
  readonly alertType: string
  readonly profileStatus?: string
  readonly bundle?: { readonly id: string }
}

/** Every body that arrived, once: what was answered 500 came again. */
function alertsIn(arrivals: readonly Arrival[]): Alert[] {
  for (const { headers, body } of arrivals) {
    const signature = createHmac('sha256', KEY).update(body).digest('base64')
    expect(headers['x-signature-sha256']).toBe(signature)
  }
  return arrivals.map(({ body }) => JSON.parse(body) as Alert)
}

test('a reseller buys, sells, tops up, revokes and refunds for a month, and its books agree', async () => {
  let arrived = 0
  let failed = 0
  await using receiver = await startReceiver({
    answer() {
      arrived += 1
      if (arrived % 10 !== 0) return 200
      failed += 1
      return 500
    },
  })
  await using sim = await startSimulator({
    callbackUrl: receiver.url,
    credentials: { 'esim-go': [KEY] },
    settings: { 'esim-go': { lowBalance: 100 } },
    stock: {
      'esim-go': { balance: 150, testCredit: 10, testCreditLifetime: 'P1Y', savedCard: true },
    },
  })
  const base = sim.baseUrl('esim-go')
  const books: Books = {
    paid: 0,
    toppedUp: 0,
    refunded: 0,
    lowBalances: 0,
    insufficient: 0,
    orders: new Map(),
    travellers: [],
  }
  const reseller: Reseller = {
    sim,
    dice: diceOf(20_260_101),
    books,
    call: (method, path, json) =>
      send(method, base + path, { json, headers: { 'X-API-Key': KEY } }),
  }

  for (let day = 0; day < DAYS; day += 1) await liveDay(reseller, day)
  // Alerts that were refused are tried again.
  await sim.clock.advance('PT10M')

  // Money: what came in is what went out and what is left.
  expect(books.paid).toBeGreaterThan(FIRST_BALANCE)
  expect(await money(sim)).toBe(expectedMoney(books))
  for (const [reference, total] of books.orders) {
    const order = await ok(reseller.call<Schemas['Order']>('GET', `/orders/${reference}`))
    expect([reference, cents(order.total ?? 0)]).toEqual([reference, total])
  }

  // Data: what the devices used is what the API says of their bundles.
  const utilisation = await expectedAlerts(reseller)

  // Callbacks: each of them once, all of them delivered.
  const callbacks = await sim.callbacks.list({ provider: 'esim-go', limit: 1000 })
  expect(callbacks.filter(({ state }) => state !== 'delivered')).toEqual([])
  expect(receiver.arrivals).toHaveLength(callbacks.length + failed)
  expect(failed).toBeGreaterThan(3)
  alertsIn(receiver.arrivals)
  const alerts = callbacks.map(({ body }) => JSON.parse(body) as Alert)
  const ofType = (type: string) => alerts.filter(({ alertType }) => alertType === type)
  const installed = books.travellers.filter((each) => each.installed)
  const once = new Map(installed.map(({ iccid }) => [iccid, 1]))
  const isInstalled = ({ profileStatus }: Alert) => profileStatus === 'Installed'
  const iccidOf = ({ iccid = '' }: Alert) => iccid
  expect(countBy(ofType('ProfileStatusChange').filter(isInstalled), iccidOf)).toEqual(once)
  expect(countBy(ofType('FirstAttachment'), iccidOf)).toEqual(once)
  expect(new Set(ofType('FirstUse').map(iccidOf))).toEqual(
    new Set(installed.filter(({ usedBytes }) => usedBytes > 0).map(({ iccid }) => iccid)),
  )
  expect(countBy(ofType('Utilisation'), ({ bundle }) => bundle?.id ?? '')).toEqual(utilisation)
  expect(ofType('LowBalance')).toHaveLength(books.lowBalances)
  expect(ofType('InsufficientBalance')).toHaveLength(books.insufficient)
  expect(books.lowBalances).toBeGreaterThan(0)
}, 120_000)
