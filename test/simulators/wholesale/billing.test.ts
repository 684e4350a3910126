// Data and bill cycles: what a line may use, where, and when its allowances are renewed.
import { expect, test } from 'vitest'
import { ESIM, ICCID, startWholesale, type Wholesale } from '../../support/wholesale.ts'

const buckets = async (sim: Wholesale, iccid = ICCID) =>
  (await sim.device(iccid).show()).bundles.map(({ reference, state, remainingBytes, endsAt }) => ({
    reference,
    state,
    remainingBytes,
    endsAt,
  }))
const full = (endsAt: string) => [
  { reference: '1000001', state: 'active', remainingBytes: 10e9, endsAt },
]

/** A card in a handset, activated on the wanted day. */
async function activatedOn(
  instant: string,
  fields: object = {},
  settings: Readonly<Record<string, string>> = {},
): Promise<Wholesale> {
  const sim = await startWholesale()
  await sim.clock.advance({ to: instant })
  await sim.authorize()
  await sim.set('wholesale', { settlingDelay: 'PT0S', ...settings })
  expect((await sim.activate({ iccid: ICCID, eid: undefined, ...fields })).status).toBe(200)
  return sim
}

test('a line uses data from its allowance, in the United States', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  expect(await sim.device(ICCID).use('4GB')).toMatchObject({
    used: 4e9,
    denied: 0,
    attached: { country: 'US' },
  })
  expect(await sim.device(ICCID).use('7GB')).toMatchObject({ used: 6e9, denied: 1e9 })
  expect(await buckets(sim)).toMatchObject([{ state: 'depleted', remainingBytes: 0 }])
})

test('abroad only an allowance that covers the country carries data', async () => {
  await using sim = await startWholesale()
  await sim.activate({ bucketRefId: ['1000001', '1000003'] })
  await sim.settle()
  await sim.device(ESIM).install()
  await sim.device(ESIM).attach('MX')
  expect(await sim.device(ESIM).use('3GB')).toMatchObject({
    used: 1e9,
    denied: 2e9,
    bundles: [{ name: '1 GB North America' }],
  })
  await sim.device(ESIM).attach('FR')
  await expect(sim.device(ESIM).use(1)).rejects.toThrow(/covers FR/)
})

test('the location of a SIM is the network it is on', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.device(ICCID).attach('US')
  expect(await sim.device(ICCID).show()).toMatchObject({
    country: 'US',
    attached: { country: 'US' },
  })
})

test('a line whose data product was removed, or that has no allowance, uses no data', async () => {
  for (const fields of [
    { products: [{ productId: 'Plan001-DATA', action: 'Remove' }] },
    { bucketRefId: [] },
  ]) {
    await using sim = await startWholesale()
    await sim.activate(fields)
    await sim.settle()
    await sim.device(ESIM).install()
    await expect(sim.device(ESIM).use(1)).rejects.toThrow(/no active or queued bundle/)
  }
})

test.each(['a suspended line', 'a ceased line'])('%s uses no data', async (given) => {
  await using sim = await startWholesale({ given })
  await expect(sim.device(ICCID).use(1)).rejects.toThrow(/the service is (suspended|ceased)/)
})

test('a line uses data until its suspension settles, and again after its resumption', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.update('Suspend')
  await sim.device(ICCID).use(1)
  await sim.settle()
  await expect(sim.device(ICCID).use(1)).rejects.toThrow(/suspended/)
  await sim.update('Resume')
  await expect(sim.device(ICCID).use(1)).rejects.toThrow(/suspended/)
  await sim.settle()
  expect(await sim.device(ICCID).use(1)).toMatchObject({ used: 1 })
  expect(await buckets(sim)).toMatchObject([{ remainingBytes: 10e9 - 2 }])
})

test.each([
  ['2026-01-15T10:00:00Z', 20, '2026-01-20T00:00:00.000Z'],
  ['2026-01-15T10:00:00Z', 15, '2026-02-15T00:00:00.000Z'],
  ['2026-01-15T10:00:00Z', 1, '2026-02-01T00:00:00.000Z'],
  ['2026-02-28T23:59:59Z', 1, '2026-03-01T00:00:00.000Z'],
  ['2026-12-31T12:00:00Z', 28, '2027-01-28T00:00:00.000Z'],
  ['2026-03-01T00:00:00Z', 1, '2026-04-01T00:00:00.000Z'],
])(
  'WHL-019 WHL-020 of a line activated at %s with bill day %i the first cycle ends at %s',
  async (instant, billCycleStartDay, ends) => {
    await using sim = await activatedOn(instant, { billCycleStartDay })
    expect(await buckets(sim)).toEqual(full(ends))
    expect((await sim.told())[0]?.subscription).toMatchObject({
      billCycleFrequency: 'MONTHLY',
      billCycleStartDay,
      nextBillCycle: ends,
    })
  },
)

test.each([
  ['2026-01-01T10:00:00Z', '2026-02-01T00:00:00.000Z'],
  ['2026-01-13T10:00:00Z', '2026-02-01T00:00:00.000Z'],
  ['2026-03-31T23:00:00Z', '2026-04-01T00:00:00.000Z'],
])('WHL-020 without a bill day it is the 1st: activated at %s', async (instant, nextBillCycle) => {
  await using sim = await activatedOn(instant)
  expect((await sim.told())[0]?.subscription).toMatchObject({ billCycleStartDay: 1, nextBillCycle })
  expect(await buckets(sim)).toEqual(full(nextBillCycle))
})

test.each([
  ['2026-01-15T10:00:00Z', 15, '2026-02-15T00:00:00.000Z'],
  ['2026-01-28T10:00:00Z', 28, '2026-02-28T00:00:00.000Z'],
  ['2026-01-29T10:00:00Z', 28, '2026-02-28T00:00:00.000Z'],
  ['2026-03-31T23:00:00Z', 28, '2026-04-28T00:00:00.000Z'],
])(
  'with the setting billCycleDefault activation it is the day of the activation, the 28th at most: %s has %i',
  async (instant, billCycleStartDay, nextBillCycle) => {
    await using sim = await activatedOn(instant, {}, { billCycleDefault: 'activation' })
    expect((await sim.told())[0]?.subscription).toMatchObject({ billCycleStartDay, nextBillCycle })
    // It is the line's own from then on.
    await sim.set('wholesale', { billCycleDefault: 'first' })
    await sim.clock.advance({ to: nextBillCycle })
    await sim.authorize()
    await sim.update('Suspend')
    await sim.clock.advance('PT1S')
    expect((await sim.told()).at(-1)?.subscription).toMatchObject({ billCycleStartDay })
  },
)

test('allowances are renewed in full when a cycle begins, month after month', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.device(ICCID).use('10GB')
  await sim.clock.advance({ to: '2026-01-31T23:59:59Z' })
  expect(await buckets(sim)).toMatchObject([{ state: 'depleted' }])
  await sim.clock.advance('PT1S')
  expect(await buckets(sim)).toEqual(full('2026-03-01T00:00:00.000Z'))
  await sim.device(ICCID).use('1GB')
  await sim.clock.advance('P1Y')
  expect(await buckets(sim)).toEqual(full('2027-03-01T00:00:00.000Z'))
})

test('a suspended line keeps its bill cycle', async () => {
  await using sim = await startWholesale({ given: 'a suspended line' })
  await sim.clock.advance({ to: '2026-02-01T00:00:00Z' })
  expect(await buckets(sim)).toEqual(full('2026-03-01T00:00:00.000Z'))
})

test('a cycle that begins while a request is pending renews the allowances and leaves the request pending', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.clock.advance({ to: '2026-01-31T23:59:59Z' })
  await sim.authorize()
  expect((await sim.update('Suspend')).status).toBe(200)
  await sim.clock.advance('PT1S')
  expect(await buckets(sim)).toEqual(full('2026-03-01T00:00:00.000Z'))
  expect((await sim.update('Cease')).body).toMatchObject({ code: 'REQUEST_IN_PROGRESS' })
  await sim.clock.advance('PT1S')
  expect(await sim.device(ICCID).show()).toMatchObject({ service: 'suspended' })
})

test('a ceased line has no allowances and no cycle; reactivated it gets new ones, renewed once a cycle', async () => {
  await using sim = await startWholesale({ given: 'an active line' })
  await sim.device(ICCID).use('3GB')
  await sim.update('Cease')
  await sim.settle()
  expect(await buckets(sim)).toEqual([])
  expect((await sim.told()).at(-1)?.subscription).toMatchObject({ status: 'Ceased', buckets: [] })
  expect((await sim.told()).at(-1)?.subscription).not.toHaveProperty('nextBillCycle')
  await sim.update('Reactivate')
  await sim.settle()
  expect(await buckets(sim)).toEqual(full('2026-02-01T00:00:00.000Z'))
  const { fired } = await sim.clock.advance({ to: '2026-02-01T00:00:00Z' })
  expect(
    fired.filter((each) => each.kind === 'event' && each.type === 'bundle.activated'),
  ).toHaveLength(1)
  expect(await buckets(sim)).toEqual(full('2026-03-01T00:00:00.000Z'))
})

test('a ceased line stays without allowances when its cycle would have begun', async () => {
  await using sim = await startWholesale({ given: 'a ceased line' })
  await sim.clock.advance('P3M')
  expect(await buckets(sim)).toEqual([])
})
