// Magic values of eSIM Go: each provokes what it is listed for, and the documents list each.
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { magicBundles } from '../../../src/simulators/esim-go/catalogue/magic-bundles.ts'
import {
  magicAmounts,
  magicIccids,
  refusedBundles,
} from '../../../src/simulators/esim-go/magic-values.ts'
import { luhnDigit } from '../../../src/state/identifiers.ts'
import { type Schemas, startEsimGo, type TestSim } from '../../support/esim-go.ts'
import {
  assignmentsOn,
  buy,
  esimWith,
  GB_1,
  iccidsOf,
  money,
  type OrderAnswer,
} from '../../support/esim-go-shop.ts'
import { expectRefused } from '../../support/refused.ts'

const statuses: Readonly<Record<string, number>> = {
  'invalid-request': 400,
  'card-declined': 400,
  'foreign-esim': 403,
  'none-in-inventory': 403,
  'rate-limited': 429,
  internal: 500,
  busy: 503,
}

const REASON = /is a magic value/
const WAITS = new Set([429, 503])

/** What a caller must be told who is to come back later. */
const expectWait = (status: number, headers: Headers) =>
  expect(headers.has('retry-after')).toBe(WAITS.has(status))

test.each(magicIccids)('ESG-036 ICCID $value is answered $description', async ({ value, code }) => {
  await using sim = await startEsimGo('bundles in the inventory')
  const status = statuses[code] ?? 0
  const calls = [
    () => sim.get(`/esims/${value}`),
    () => sim.get(`/esims/${value}/refresh`),
    () => sim.get(`/esims/${value}/bundles`),
    () => sim.put('/esims', { iccid: value, customerRef: 'a' }),
    () => sim.post('/esims/apply', { iccid: value, bundle: GB_1 }),
    () => sim.post(`/esims/${value}/sms`, { message: 'a' }),
  ]
  for (const call of calls)
    expectWait(status, (await expectRefused(sim, call, { status, code, reason: REASON })).headers)
  const order = () =>
    sim.post('/orders', {
      type: 'transaction',
      assign: true,
      order: [{ item: GB_1, iccids: [value] }],
    })
  await expectRefused(sim, order, { status: status === 403 ? 400 : status, code, reason: REASON })
})

test('magic ICCIDs are good ones, with the status before the check digit', () => {
  for (const { value, code } of magicIccids) {
    expect(value).toMatch(/^8943108\d{12}$/)
    expect(luhnDigit(value.slice(0, -1))).toBe(value.at(-1))
    expect(value.slice(-4, -1)).toBe(String(statuses[code]))
  }
})

test.each(refusedBundles)('bundle $value is answered $description', async ({ value, code }) => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const status = statuses[code] ?? 0
  const calls = [
    () => sim.post('/esims/apply', { bundle: value }),
    () => sim.get(`/catalogue/bundle/${value}`),
    () => sim.get(`/esims/${iccid}/compatible/${value}`),
    () => sim.get(`/esims/${iccid}/bundles/${value}`),
    () => sim.call('DELETE', `/esims/${iccid}/bundles/${value}`),
    () => sim.call('DELETE', `/esims/${iccid}/bundles/${value}/assignments/1`),
    () => sim.call('DELETE', `/esims/${iccid}/bundles/${value}/applications/1`),
  ]
  for (const call of calls)
    expectWait(status, (await expectRefused(sim, call, { status, code, reason: REASON })).headers)
  for (const type of ['validate', 'transaction']) {
    const order = () => sim.post('/orders', { type, assign: true, order: [{ item: value }] })
    await expectRefused(sim, order, { status: status === 403 ? 400 : status, code, reason: REASON })
  }
})

test.each(magicAmounts)(
  'ESG-036 an amount of $value is answered $description',
  async ({ value, code }) => {
    await using sim = await startEsimGo()
    const status = statuses[code] ?? 0
    const call = () => sim.call('POST', `/organisation/balance?amount=${value}`)
    expectWait(status, (await expectRefused(sim, call, { status, code, reason: REASON })).headers)
  },
)

test('an amount is no magic one where no card is saved', async () => {
  await using sim = await startEsimGo('an account without a card')
  await expectRefused(sim, () => sim.call('POST', '/organisation/balance?amount=1503'), {
    status: 400,
    code: 'no-card',
  })
})

const stateOf = async (sim: TestSim, iccid: string) =>
  (await assignmentsOn(sim, iccid))[0]?.bundleState

test('a costly bundle cannot be paid: valid is false, the order is refused', async () => {
  await using sim = await startEsimGo()
  const order = (type: string) => ({ type, order: [{ item: 'esim_1GB_7D_COSTLY_V2' }] })
  const { body } = await sim.post<Schemas['ValidatedOrder']>('/orders', order('validate'))
  expect(body).toMatchObject({ valid: false, total: 1_000_000 })
  await expectRefused(sim, () => sim.post('/orders', order('transaction')), {
    status: 400,
    code: 'insufficient-balance',
  })
})

test('a misfit goes onto no eSIM there is, and onto a new one', async () => {
  await using sim = await startEsimGo()
  const item = 'esim_1GB_7D_MISFIT_V2'
  const iccid = await esimWith(sim, GB_1)
  expect((await sim.get(`/esims/${iccid}/compatible/${item}`)).body).toMatchObject({
    compatible: false,
  })
  const order = () =>
    sim.post('/orders', { type: 'transaction', assign: true, order: [{ item, iccids: [iccid] }] })
  await expectRefused(sim, order, { status: 400, code: 'incompatible' })
  const [other] = iccidsOf(await buy(sim, { item, iccids: [iccid], allowReassign: true }, true))
  expect(other).not.toBe(iccid)
})

test('a slow bundle is processing for 10 minutes, a stuck one for ever', async () => {
  await using sim = await startEsimGo()
  const slow = await esimWith(sim, 'esim_1GB_7D_SLOW_V2')
  const stuck = await esimWith(sim, 'esim_1GB_7D_STUCK_V2')
  await sim.advance('PT9M59S')
  expect([await stateOf(sim, slow), await stateOf(sim, stuck)]).toEqual([
    'processing',
    'processing',
  ])
  await sim.advance('PT1S')
  expect([await stateOf(sim, slow), await stateOf(sim, stuck)]).toEqual(['queued', 'processing'])
  await sim.advance('P20Y')
  expect(await stateOf(sim, stuck)).toBe('processing')
})

test('a late bundle is delivered after 5 minutes, a lost one never, both paid at once', async () => {
  await using sim = await startEsimGo()
  const late = await buy(sim, { item: 'esim_1GB_7D_LATE_V2' }, true)
  const lost = await buy(sim, { item: 'esim_1GB_7D_LOST_V2' }, true)
  expect([late.status, lost.status]).toEqual(['processing', 'processing'])
  expect(money(sim).testCredit).toBe(5_000 - 2 * 228)
  const status = async ({ orderReference }: OrderAnswer) =>
    (await sim.get<OrderAnswer>(`/orders/${orderReference}`)).body.status
  await sim.advance('PT4M59S')
  expect(await status(late)).toBe('processing')
  await sim.advance('PT1S')
  expect([await status(late), await status(lost)]).toEqual(['completed', 'processing'])
  await sim.advance('P20Y')
  expect(await status(lost)).toBe('processing')
})

test('a longer delivery delay than that of a late bundle holds', async () => {
  await using sim = await startEsimGo()
  await sim.set({ deliveryDelay: 'PT1H' })
  const { orderReference } = await buy(sim, { item: 'esim_1GB_7D_LATE_V2' }, true)
  await sim.advance('PT59M')
  expect((await sim.get<OrderAnswer>(`/orders/${orderReference}`)).body.status).toBe('processing')
})

test('odd bundles can be looked at one by one, and the catalogue does not list them', async () => {
  await using sim = await startEsimGo()
  for (const { name } of magicBundles)
    expect(
      (await sim.get<Schemas['CatalogueBundle']>(`/catalogue/bundle/${name}`)).body,
    ).toMatchObject({ name, dataAmount: 1000 })
  const { bundles } = (await sim.get<Schemas['CataloguePage']>('/catalogue?perPage=5000')).body
  const listed = new Set(bundles.map((bundle) => bundle.name))
  expect(
    [...magicBundles.map((each) => each.name), ...refusedBundles.map(({ value }) => value)].filter(
      (each) => listed.has(each),
    ),
  ).toEqual([])
})

test('the documents list every magic value', async () => {
  const values = [...magicIccids, ...magicAmounts, ...refusedBundles].map(({ value }) =>
    String(value),
  )
  const listed = [...values, ...magicBundles.map(({ name }) => name)]
  const text = await readFile(new URL('../../../specs/README.md', import.meta.url), 'utf8')
  expect(listed.filter((value) => !text.includes(`\`${value}\``))).toEqual([])
})
