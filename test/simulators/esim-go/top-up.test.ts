// Money at eSIM Go: the balance is topped up from the saved card, and a customer is told where it runs low or does not suffice.
import { expect, test } from 'vitest'
import { startSimulator } from '../../../src/index.ts'
import { unsentCallbacks } from '../../../src/state/callbacks.ts'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import { buy, GB_1, money } from '../../support/esim-go-shop.ts'
import { type Arrival, listen, type TestReceiver } from '../../support/receiver.ts'
import { expectRefused } from '../../support/refused.ts'

interface ToppedUp {
  readonly amount: number
  readonly balance: number
  readonly ref: number
}
type Alert = Schemas['BalanceAlert']

const topUp = (sim: TestSim, amount: unknown) =>
  sim.call<ToppedUp>('POST', `/organisation/balance?amount=${amount}`)
const INVALID = { status: 400, code: 'invalid-request' }

/** A simulator whose callbacks go to a receiver. */
async function connected(): Promise<
  { sim: TestSim; receiver: TestReceiver<Alert> } & AsyncDisposable
> {
  const sim = await startEsimGo()
  const receiver = await listen<Alert>()
  await sim.sendCallbacksTo(receiver.url)
  const dispose = async () => {
    await sim[Symbol.asyncDispose]()
    await receiver[Symbol.asyncDispose]()
  }
  return { sim, receiver, [Symbol.asyncDispose]: dispose }
}

const alerts = async (sim: TestSim, receiver: TestReceiver<Alert>): Promise<Arrival<Alert>[]> => {
  await sim.advance()
  return receiver.arrivals
}

test('ESG-110 a top-up raises the balance, and the answer tells it', async () => {
  await using sim = await startEsimGo()
  const { status, body } = await topUp(sim, 1500)
  expect([status, body]).toEqual([200, { amount: 1500, balance: 2550, ref: 987_000_001 }])
  expect(money(sim)).toEqual({ balance: 250_000, testCredit: 5_000 })
  expect((await topUp(sim, 1000)).body.ref).toBe(987_000_002)
})

test('ESG-111 without a payment in the portal there is no card to charge', async () => {
  await using sim = await startEsimGo('an account without a card')
  const call = () => topUp(sim, 1000)
  await expectRefused(sim, call, { status: 400, code: 'no-card', message: /portal/ })
})

test.each([
  [true, 200],
  [false, 400],
])('a seed file with savedCard %s: a top-up is answered %i', async (savedCard, status) => {
  await using sim = await startSimulator({ stock: { 'esim-go': { savedCard } } })
  const headers = { 'X-API-Key': 'test-esim-go-key' }
  const answer = await fetch(`${sim.baseUrl('esim-go')}/organisation/balance?amount=1000`, {
    method: 'POST',
    headers,
  })
  expect(answer.status).toBe(status)
})

test('ESG-112 with a saved card one payment after the other can be made', async () => {
  await using sim = await startEsimGo('an empty account')
  for (const balance of [1000, 2000, 3000])
    expect((await topUp(sim, 1000)).body).toMatchObject({ amount: 1000, balance })
  await buy(sim, { item: GB_1 })
})

test.each(['', '?amount=', '?amount=abc', '?amount=1000.5', '?amount=0', '?amount=-1000'])(
  'ESG-113 a top-up needs an amount, and %j has none',
  async (query) => {
    await using sim = await startEsimGo()
    await expectRefused(sim, () => sim.call('POST', `/organisation/balance${query}`), {
      ...INVALID,
      reason: /amount/,
    })
  },
)

test('an amount lies between 1,000 and 5,000', async () => {
  await using sim = await startEsimGo()
  for (const amount of [1, 999, 5001, 1e9])
    await expectRefused(sim, () => topUp(sim, amount), { ...INVALID, reason: /1000 and 5000/ })
  for (const amount of [1000, 4000]) expect((await topUp(sim, amount)).status).toBe(200)
})

test('5,000 is the most of a day, which begins at midnight UTC', async () => {
  await using sim = await startEsimGo()
  const refused = (amount: number, reason: RegExp) =>
    expectRefused(sim, () => topUp(sim, amount), { ...INVALID, reason })
  expect((await topUp(sim, 5000)).status).toBe(200)
  await refused(5000, /at most 5000 a day.* 0 is left until 2026-01-02T00:00:00\.000Z/)
  await sim.advance('PT23H59M59S')
  await refused(1000, /0 is left until 2026-01-02/)
  await sim.advance('PT1S')
  expect((await topUp(sim, 2500)).status).toBe(200)
  await refused(2501, /2500 was topped up since midnight UTC: 2500 is left until 2026-01-03/)
  expect((await topUp(sim, 2500)).status).toBe(200)
  expect(money(sim)).toEqual({ balance: 1_100_000, testCredit: 5_000 })
})

test('a top-up that was declined does not count against the day', async () => {
  await using sim = await startEsimGo()
  expect((await topUp(sim, 1402)).status).toBe(400)
  expect((await topUp(sim, 5000)).status).toBe(200)
})

test('what was topped up on a day is kept with the state', async () => {
  await using sim = await startSimulator()
  const pay = async () => {
    const headers = { 'X-API-Key': 'test-esim-go-key' }
    const url = `${sim.baseUrl('esim-go')}/organisation/balance?amount=3000`
    return (await fetch(url, { method: 'POST', headers })).status
  }
  expect(await pay()).toBe(200)
  await sim.restore(await sim.state())
  expect(await pay()).toBe(400)
  await sim.reset()
  expect(await pay()).toBe(200)
})

test('the limits of an amount are settings', async () => {
  await using sim = await startEsimGo()
  await sim.set({ topUpMinimum: 10, topUpMaximum: 20 })
  for (const amount of [9, 21])
    await expectRefused(sim, () => topUp(sim, amount), { ...INVALID, reason: /10 and 20/ })
  for (const amount of [10, 10]) expect((await topUp(sim, amount)).status).toBe(200)
})

test('a payment that takes the money below the setting lowBalance is told, once, and again after a top-up', async () => {
  await using both = await connected()
  const { sim, receiver } = both
  await sim.set({ lowBalance: 1049 })
  await buy(sim, { item: GB_1 })
  await buy(sim, { item: GB_1 })
  const [first, ...more] = await alerts(sim, receiver)
  expect(more).toEqual([])
  expect(first?.body).toEqual({
    alertType: 'LowBalance',
    balanceInfo: { balance: 1047.72, threshold: 1049, thresholdPercentRemaining: 99.878 },
  })
  expect(first?.headers['x-signature-sha256']).toMatch(/=$/)
  await topUp(sim, 1000)
  await buy(sim, { item: GB_1, quantity: 450 })
  expect((await alerts(sim, receiver)).map(({ body }) => body.alertType)).toEqual([
    'LowBalance',
    'LowBalance',
  ])
})

test('ESG-255 money of exactly lowBalance has reached it, and the next payment tells nothing', async () => {
  await using both = await connected()
  const { sim, receiver } = both
  await sim.set({ lowBalance: 993 })
  await buy(sim, { item: GB_1, quantity: 25 })
  expect((await alerts(sim, receiver)).map(({ body }) => body.balanceInfo)).toEqual([
    { balance: 993, threshold: 993, thresholdPercentRemaining: 100 },
  ])
  await buy(sim, { item: GB_1 })
  expect(await alerts(sim, receiver)).toHaveLength(1)
})

test('ESG-255 money that passes 75, 50 and 10 % of lowBalance is told each time, once a payment', async () => {
  await using both = await connected()
  const { sim, receiver } = both
  await sim.set({ lowBalance: 1000 })
  const spend = (quantity: number) => buy(sim, { item: GB_1, quantity })
  // 1050 to 822, 639.60, 411.60, 183.60 and 92.40.
  for (const quantity of [100, 80, 100, 100, 40]) await spend(quantity)
  expect((await alerts(sim, receiver)).map(({ body }) => body.balanceInfo)).toEqual(
    [822, 639.6, 411.6, 92.4].map((balance) => ({
      balance,
      threshold: 1000,
      thresholdPercentRemaining: Number((balance / 10).toFixed(3)),
    })),
  )
})

test('with lowBalance 0 nothing is told', async () => {
  await using both = await connected()
  const { sim, receiver } = both
  await sim.set({ lowBalance: 0 })
  await buy(sim, { item: GB_1, quantity: 460 })
  expect(await alerts(sim, receiver)).toEqual([])
})

test('an order that is refused for want of money is told, and changes nothing else', async () => {
  await using both = await connected()
  const { sim, receiver } = both
  const order = { type: 'transaction', order: [{ item: GB_1, quantity: 1000 }] }
  const answer = await sim.post('/orders', order)
  expect([answer.status, answer.body]).toEqual([400, { message: 'insufficient balance' }])
  expect(money(sim)).toEqual({ balance: 100_000, testCredit: 5_000 })
  expect((await alerts(sim, receiver)).map(({ body }) => body)).toEqual([
    {
      alertType: 'InsufficientBalance',
      balanceInfo: { balance: 1050, threshold: 100, thresholdPercentRemaining: 1050 },
    },
  ])
})

test('ESG-256 want of money is told ten times, then noted, and told anew once money came in', async () => {
  await using both = await connected()
  const { sim, receiver } = both
  const order = { type: 'transaction', order: [{ item: GB_1, quantity: 1000 }] }
  for (let time = 0; time < 12; time += 1) await sim.post('/orders', order)
  expect(await alerts(sim, receiver)).toHaveLength(10)
  const unsent = [...sim.world.in(unsentCallbacks).values()]
  expect(unsent.map(({ reason }) => reason)).toEqual(
    [1, 2].map(() => 'it was told 10 times since money last came in'),
  )
  await topUp(sim, 1000)
  await sim.post('/orders', order)
  expect(await alerts(sim, receiver)).toHaveLength(11)
})

test('an order that is only validated is told to nobody', async () => {
  await using both = await connected()
  const { sim, receiver } = both
  await sim.post('/orders', { type: 'validate', order: [{ item: GB_1, quantity: 1000 }] })
  expect(await alerts(sim, receiver)).toEqual([])
})

test('where nobody listens, want of money changes nothing, and it is noted that nobody was told', async () => {
  await using sim = await startEsimGo('an empty account')
  const call = () => sim.post('/orders', { type: 'transaction', order: [{ item: GB_1 }] })
  await expectRefused(sim, call, { status: 400, code: 'insufficient-balance' })
  expect([...sim.world.in(unsentCallbacks).values()]).toMatchObject([
    { type: 'InsufficientBalance', reason: expect.stringMatching('no callback URL is set') },
  ])
})
