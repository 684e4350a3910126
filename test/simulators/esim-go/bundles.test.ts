// Bundles on eSIMs at eSIM Go: their states, their use, and what is told about them.
import { expect, test } from 'vitest'
import { startEsimGo, type TestSim } from '../../support/esim-go.ts'
import {
  assignmentsOn,
  bundleOn,
  buy,
  esimWith,
  FR_1,
  GB_1,
  GB_UNLIMITED,
  GB_YEAR,
  GIGABYTE,
  iccidsOf,
  onAir,
} from '../../support/esim-go-shop.ts'
import { expectRefused } from '../../support/refused.ts'

type Listed = { bundles: { name: string; description: string; assignments: { id: string }[] }[] }

const stateOf = async (sim: TestSim, iccid: string, name = GB_1) =>
  (await bundleOn(sim, iccid, name)).map(({ bundleState }) => bundleState)

const allStates = async (sim: TestSim, iccid: string) =>
  (await assignmentsOn(sim, iccid)).map(({ bundleState }) => bundleState)

test('ESG-028 a bundle is usually ready at once: ordered or applied', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await esimWith(sim, GB_1)
  expect(await stateOf(sim, iccid)).toEqual(['queued'])
  await sim.post('/esims/apply', { iccid, bundle: GB_1 })
  expect(await stateOf(sim, iccid)).toEqual(['queued'])
})

test('ESG-029 a bundle may be processing for up to 10 minutes, and its state says so', async () => {
  await using sim = await startEsimGo()
  await sim.set({ processingDelay: 'PT10M' })
  const iccid = await esimWith(sim, GB_1)
  expect(await stateOf(sim, iccid)).toEqual(['processing'])
  expect(await allStates(sim, iccid)).toEqual(['processing'])
  await sim.advance('PT9M59S')
  expect(await stateOf(sim, iccid)).toEqual(['processing'])
  await sim.advance('PT1S')
  expect(await stateOf(sim, iccid)).toEqual(['queued'])
})

test('ESG-029 a bundle that is applied may be processing too', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await esimWith(sim, FR_1)
  await sim.set({ processingDelay: 'PT1M' })
  await sim.post('/esims/apply', { iccid, bundle: GB_1 })
  expect(await stateOf(sim, iccid)).toEqual(['processing'])
  await sim.advance('PT1M')
  expect(await stateOf(sim, iccid)).toEqual(['queued'])
})

test('ESG-030 the eSIM can be installed while its bundle is processing', async () => {
  await using sim = await startEsimGo()
  await sim.set({ processingDelay: 'PT10M' })
  const iccid = await esimWith(sim, GB_1)
  await sim.device(iccid).install()
  expect((await sim.get(`/esims/${iccid}`)).body).toMatchObject({ profileStatus: 'Installed' })
  expect(await stateOf(sim, iccid)).toEqual(['processing'])
})

test('ESG-031 the eSIM registers with a network while its bundle is processing', async () => {
  await using sim = await startEsimGo()
  await sim.set({ processingDelay: 'PT10M' })
  const iccid = await esimWith(sim, GB_1)
  await sim.device(iccid).install()
  await sim.device(iccid).attach('GB')
  expect(await stateOf(sim, iccid)).toEqual(['processing'])
  const { status, body } = await sim.get(`/esims/${iccid}/location`)
  expect([status, body]).toEqual([200, expect.objectContaining({ country: 'GB' })])
})

test('ESG-031 where there is no coverage the eSIM does not register', async () => {
  await using sim = await startEsimGo()
  await sim.set({ processingDelay: 'PT10M' })
  const iccid = await esimWith(sim, GB_1)
  await sim.device(iccid).install()
  await expect(sim.device(iccid).attach('AQ')).rejects.toThrow(/no network AQ/)
  expect(await stateOf(sim, iccid)).toEqual(['processing'])
  expect((await sim.get(`/esims/${iccid}/location`)).status).toBe(400)
})

test('a bundle that is processing carries no data', async () => {
  await using sim = await startEsimGo()
  await sim.set({ processingDelay: 'PT10M' })
  const iccid = await onAir(sim, GB_1)
  await expect(sim.device(iccid).use(1)).rejects.toThrow(/is processing/)
  await sim.advance('PT10M')
  expect(await sim.device(iccid).use(1)).toMatchObject({ used: 1 })
})

test('a startTime that passes while the bundle is processing begins it when it is ready', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  await sim.set({ processingDelay: 'PT10M' })
  const { body } = await sim.post<{ esims: { iccid: string }[] }>('/esims/apply', {
    bundle: GB_1,
    startTime: '2026-01-01T00:05:00Z',
  })
  const iccid = body.esims[0]?.iccid ?? ''
  await sim.advance('PT10M')
  expect(await bundleOn(sim, iccid, GB_1)).toMatchObject([
    { bundleState: 'active', startTime: '2026-01-01T00:10:00.000Z' },
  ])
})

test('ESG-032 after an order the status of the bundle can be asked for', async () => {
  await using sim = await startEsimGo()
  const order = await buy(sim, { item: GB_1 }, true)
  const [iccid = ''] = iccidsOf(order)
  expect(await bundleOn(sim, iccid, GB_1)).toMatchObject([
    { assignmentReference: `${order.orderReference}-0`, bundleState: 'queued' },
  ])
})

test('ESG-052 queued: assigned, not used yet, waiting for use, however long', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.advance('P90D')
  const [assignment] = await bundleOn(sim, iccid, GB_1)
  expect(assignment).toMatchObject({
    bundleState: 'queued',
    initialQuantity: GIGABYTE,
    remainingQuantity: GIGABYTE,
  })
  expect(assignment).not.toHaveProperty('startTime')
  expect(assignment).not.toHaveProperty('endTime')
})

test('ESG-053 active: has been used, has data left, and is within its duration', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.advance('PT1H')
  await sim.device(iccid).use(1)
  const active = [
    {
      bundleState: 'active',
      remainingQuantity: GIGABYTE - 1,
      startTime: '2026-01-01T01:00:00.000Z',
      endTime: '2026-01-08T01:00:00.000Z',
    },
  ]
  expect(await bundleOn(sim, iccid, GB_1)).toMatchObject(active)
  await sim.advance('P6DT23H59M59S')
  expect(await bundleOn(sim, iccid, GB_1)).toMatchObject(active)
})

test('ESG-054 depleted: no data left, but still within its duration', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(GIGABYTE)
  const [assignment] = await bundleOn(sim, iccid, GB_1)
  expect(assignment).toMatchObject({
    bundleState: 'depleted',
    remainingQuantity: 0,
    endTime: '2026-01-08T00:00:00.000Z',
  })
})

test('ESG-055 expired: its duration is over, with data left', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(1)
  await sim.advance('P7D')
  expect(await bundleOn(sim, iccid, GB_1)).toMatchObject([
    { bundleState: 'expired', remainingQuantity: GIGABYTE - 1 },
  ])
})

test('ESG-055 a depleted bundle still expires at its end', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(GIGABYTE)
  await sim.advance('P6DT23H59M59S')
  expect(await stateOf(sim, iccid)).toEqual(['depleted'])
  await sim.advance('PT1S')
  expect(await stateOf(sim, iccid)).toEqual(['expired'])
})

test('an expired bundle carries no data', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(1)
  await sim.advance('P7D')
  await expect(sim.device(iccid).use(1)).rejects.toThrow(/is expired/)
})

test('ESG-071 a bundle on an eSIM is named as the catalogue names it', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const { bundles } = (await sim.get<Listed>(`/esims/${iccid}/bundles`)).body
  const listed = bundles[0]
  const sold = await sim.get<{ name: string; description: string }>(
    `/catalogue/bundle/${listed?.name}`,
  )
  expect(sold.body).toMatchObject({ name: listed?.name, description: listed?.description })
  expect(await bundleOn(sim, iccid, listed?.name ?? '')).toHaveLength(1)
})

test('ESG-017 ESG-071 the name of a bundle on an eSIM in another case is refused', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const asked = () => sim.get(`/esims/${iccid}/bundles/${GB_1.toLowerCase()}`)
  await expectRefused(sim, asked, { status: 400, code: 'not-found', reason: /case-sensitive/ })
})

test('ESG-077 the status of a bundle tells about its assignment', async () => {
  await using sim = await startEsimGo()
  await sim.advance('PT1H')
  const order = await buy(sim, { item: GB_1 }, true)
  const [assignment] = await bundleOn(sim, iccidsOf(order)[0] ?? '', GB_1)
  expect(assignment).toEqual({
    id: expect.stringMatching(/^2150\d{5}$/),
    callTypeGroup: 'data',
    initialQuantity: GIGABYTE,
    remainingQuantity: GIGABYTE,
    assignmentDateTime: '2026-01-01T01:00:00.000Z',
    assignmentReference: `${order.orderReference}-0`,
    bundleState: 'queued',
    unlimited: false,
  })
})

test('a bundle that is not on the eSIM is refused', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  await expectRefused(sim, () => sim.get(`/esims/${iccid}/bundles/${FR_1}`), {
    status: 400,
    code: 'not-found',
  })
})

test('ESG-078 the data that remains is in both answers', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(300_000_000)
  expect(await bundleOn(sim, iccid, GB_1)).toMatchObject([
    { initialQuantity: GIGABYTE, remainingQuantity: 700_000_000 },
  ])
  expect(await assignmentsOn(sim, iccid)).toMatchObject([
    { initialQuantity: GIGABYTE, remainingQuantity: 700_000_000 },
  ])
})

test('ESG-079 a bundle can have several assignments', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1, FR_1, GB_1)
  const { bundles } = (await sim.get<Listed>(`/esims/${iccid}/bundles`)).body
  expect(bundles.map(({ name, assignments }) => [name, assignments.length])).toEqual([
    [GB_1, 2],
    [FR_1, 1],
  ])
  const ids = bundles.flatMap(({ assignments }) => assignments.map(({ id }) => id))
  expect(new Set(ids).size).toBe(3)
})

test('ESG-080 a one-year bundle has 12 assignments', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_YEAR)
  const months = await bundleOn(sim, iccid, GB_YEAR)
  expect(months).toHaveLength(12)
  expect(new Set(months.map(({ id }) => id)).size).toBe(12)
  expect(months.reduce((sum, { initialQuantity }) => sum + initialQuantity, 0)).toBe(120 * GIGABYTE)
  expect(await assignmentsOn(sim, iccid)).toHaveLength(12)
})

test('ESG-081 each of the 12 has a start and an end of its own', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_YEAR)
  await sim.device(iccid).use(1)
  await sim.advance('P1Y')
  const days = await daysOf(sim, iccid)
  expect(days.slice(0, 3)).toEqual([
    ['2026-01-01', '2026-02-01'],
    ['2026-02-01', '2026-03-01'],
    ['2026-03-01', '2026-04-01'],
  ])
  expect(days.at(-1)).toEqual(['2026-12-01', '2027-01-01'])
  expect(new Set(await stateOf(sim, iccid, GB_YEAR))).toEqual(new Set(['expired']))
})

/** First and last day of each month of a year. */
async function daysOf(sim: TestSim, iccid: string): Promise<string[][]> {
  const months = await bundleOn(sim, iccid, GB_YEAR)
  return months.map(({ startTime = '', endTime = '' }) => [
    startTime.slice(0, 10),
    endTime.slice(0, 10),
  ])
}

test('a one-year bundle is over 365 days after its first use, used or not', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_YEAR)
  const device = sim.device(iccid)
  for (const gap of ['P0D', 'P200D', 'P100D']) {
    await sim.advance(gap)
    expect(await device.use(1000)).toMatchObject({ used: 1000 })
  }
  await sim.advance('P64DT23H59M59S')
  expect(await device.use(1000)).toMatchObject({ used: 1000 })
  await sim.advance('PT1S')
  await expect(device.use(1000)).rejects.toThrow(/is expired/)
})

test('a year that holds 29 February is over after 365 days, too', async () => {
  await using sim = await startEsimGo()
  await sim.advance('P2Y')
  const iccid = await onAir(sim, GB_YEAR)
  await sim.device(iccid).use(1)
  await sim.advance('P1Y')
  expect((await daysOf(sim, iccid)).at(-1)).toEqual(['2028-12-01', '2028-12-31'])
})

test.each([
  ['P30D', ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31'], '2026-12-31'],
  ['P242D', ['2026-08-31', '2026-09-30', '2026-10-31', '2026-11-30', '2026-12-31'], '2027-07-31'],
])(
  'the months of a year begun %s after 1 January are counted from its beginning',
  async (later, first, last) => {
    await using sim = await startEsimGo()
    const iccid = await onAir(sim, GB_YEAR)
    await sim.advance(later)
    await sim.device(iccid).use(1)
    await sim.advance('P1Y')
    const days = await daysOf(sim, iccid)
    expect(days.slice(0, 5).map(([start]) => start)).toEqual(first)
    expect(days.at(-1)?.[0]).toBe(last)
    for (const [at, [, end]] of days.slice(0, -1).entries()) expect(end).toBe(days[at + 1]?.[0])
  },
)

test('a startTime on a 31st does not lose its day either', async () => {
  await using sim = await startEsimGo()
  await buy(sim, { item: GB_YEAR })
  const { body } = await sim.post<{ esims: { iccid: string }[] }>('/esims/apply', {
    bundle: GB_YEAR,
    startTime: '2026-01-31T00:00:00Z',
  })
  await sim.advance('P2Y')
  const days = await daysOf(sim, body.esims[0]?.iccid ?? '')
  expect(days.slice(0, 3)).toEqual([
    ['2026-01-31', '2026-02-28'],
    ['2026-02-28', '2026-03-31'],
    ['2026-03-31', '2026-04-30'],
  ])
  expect(days.at(-1)).toEqual(['2026-12-31', '2027-01-31'])
})

test('a month of a one-year bundle that is used up is followed by the next in its time', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_YEAR)
  const device = sim.device(iccid)
  expect(await device.use(10 * GIGABYTE + 1)).toMatchObject({ used: 10 * GIGABYTE, denied: 1 })
  const firstThree = async () => (await stateOf(sim, iccid, GB_YEAR)).slice(0, 3)
  expect(await firstThree()).toEqual(['depleted', 'queued', 'queued'])
  await sim.advance('P30DT23H59M59S')
  await expect(device.use(1)).rejects.toThrow(/is depleted/)
  await sim.advance('PT1S')
  expect(await device.use(1)).toMatchObject({ used: 1 })
  expect(await firstThree()).toEqual(['expired', 'active', 'queued'])
})

test('a second one-year bundle waits while the months of the first go by', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_YEAR, GB_YEAR)
  await sim.device(iccid).use(1)
  await sim.advance('P1M')
  expect((await assignmentsOn(sim, iccid)).map(({ bundleState }) => bundleState)).toEqual([
    'expired',
    'active',
    ...Array.from({ length: 22 }, () => 'queued'),
  ])
})

test('with yearMonths from-use each month begins with its own first use', async () => {
  await using sim = await startEsimGo()
  await sim.set({ yearMonths: 'from-use' })
  const iccid = await onAir(sim, GB_YEAR)
  await sim.device(iccid).use(10 * GIGABYTE + 1)
  const firstThree = async () => (await stateOf(sim, iccid, GB_YEAR)).slice(0, 3)
  expect(await firstThree()).toEqual(['depleted', 'active', 'queued'])
  await sim.advance('P300D')
  expect(await firstThree()).toEqual(['expired', 'expired', 'queued'])
  expect(await sim.device(iccid).use(1)).toMatchObject({ used: 1 })
})

test('a startTime begins the first month of a one-year bundle, and the others follow one another', async () => {
  await using sim = await startEsimGo()
  await buy(sim, { item: GB_YEAR })
  const { body } = await sim.post<{ esims: { iccid: string }[] }>('/esims/apply', {
    bundle: GB_YEAR,
    startTime: '2026-01-02T00:00:00Z',
  })
  await sim.advance('P1D')
  const iccid = body.esims[0]?.iccid ?? ''
  expect(await stateOf(sim, iccid, GB_YEAR)).toEqual([
    'active',
    ...Array.from({ length: 11 }, () => 'queued'),
  ])
  await sim.advance('P2M')
  const months = await bundleOn(sim, iccid, GB_YEAR)
  expect(months.slice(0, 4)).toMatchObject([
    { bundleState: 'expired', endTime: '2026-02-02T00:00:00.000Z' },
    {
      bundleState: 'expired',
      startTime: '2026-02-02T00:00:00.000Z',
      endTime: '2026-03-02T00:00:00.000Z',
    },
    { bundleState: 'active', startTime: '2026-03-02T00:00:00.000Z' },
    { bundleState: 'queued' },
  ])
})

test('no month of a one-year bundle is used before its startTime', async () => {
  await using sim = await startEsimGo()
  await buy(sim, { item: GB_YEAR })
  const { body } = await sim.post<{ esims: { iccid: string }[] }>('/esims/apply', {
    bundle: GB_YEAR,
    startTime: '2026-01-02T00:00:00Z',
  })
  const device = sim.device(body.esims[0]?.iccid ?? '')
  await device.install()
  await device.attach('GB')
  await expect(device.use(1)).rejects.toThrow(/is queued/)
  await sim.advance('P1D')
  expect(await device.use(1)).toMatchObject({ used: 1 })
})

test('ESG-082 where the same bundle was applied more than once, the answer is about the latest assignment', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(GIGABYTE)
  const latest = await buy(sim, { item: GB_1, iccids: [iccid] }, true)
  const assignments = await bundleOn(sim, iccid, GB_1)
  expect(assignments).toMatchObject([
    { assignmentReference: `${latest.orderReference}-0`, bundleState: 'queued' },
  ])
})

test('ESG-082 two one-year bundles: the answer is about the 12 of the latest', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_YEAR)
  const latest = await buy(sim, { item: GB_YEAR, iccids: [iccid] }, true)
  const assignments = await bundleOn(sim, iccid, GB_YEAR)
  expect(assignments).toHaveLength(12)
  expect(new Set(assignments.map(({ assignmentReference }) => assignmentReference))).toEqual(
    new Set([`${latest.orderReference}-0`]),
  )
})

test('ESG-090 the list tells about the bundles that are on the eSIM now: processing, queued and active ones', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1, FR_1)
  await sim.device(iccid).use(1)
  await sim.set({ processingDelay: 'PT1M' })
  await buy(sim, { item: FR_1, iccids: [iccid] }, true)
  const states = (await assignmentsOn(sim, iccid, '')).map(({ name, bundleState }) => [
    name,
    bundleState,
  ])
  expect(states).toEqual([
    [GB_1, 'active'],
    [FR_1, 'queued'],
    [FR_1, 'processing'],
  ])
})

test('ESG-091 includeUsed adds the used and the expired ones', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(1)
  await sim.advance('P7D')
  await buy(sim, { item: GB_1, quantity: 2, iccids: [iccid, iccid] }, true)
  await sim.device(iccid).use(GIGABYTE)
  const states = async (query: string) =>
    (await assignmentsOn(sim, iccid, query)).map(({ bundleState }) => bundleState)
  expect(await states('?includeUsed=true')).toEqual(['expired', 'depleted', 'queued'])
  expect(await states('?includeUsed=false')).toEqual(['queued'])
  expect(await states('')).toEqual(['queued'])
})

test('ESG-161 includeUsed=true answers what v2.1 listed: the used and the expired ones beside the others', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1, GB_1)
  await sim.device(iccid).use(GIGABYTE)
  const ids = async (query: string) => (await assignmentsOn(sim, iccid, query)).map(({ id }) => id)
  const all = await ids('?includeUsed=true')
  expect(all).toHaveLength(2)
  expect(await ids('')).toEqual(all.slice(1))
})

test('ESG-092 limit is the number of assignments to answer, over all bundles', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1, FR_1, GB_1, FR_1)
  expect(await assignmentsOn(sim, iccid, '?limit=3')).toHaveLength(3)
  expect(await assignmentsOn(sim, iccid, '?limit=1')).toHaveLength(1)
})

test.each([
  ['', 15],
  ['&limit=1', 1],
  ['&limit=16', 16],
])('with includeUsed and %j the %i most recent assignments are told', async (query, count) => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  for (let more = 1; more < 17; more += 1) {
    await sim.device(iccid).use(GIGABYTE)
    await buy(sim, { item: GB_1, iccids: [iccid] }, true)
  }
  await sim.device(iccid).use(1)
  const all = await assignmentsOn(sim, iccid)
  expect(all.map(({ bundleState }) => bundleState)).toEqual([
    ...Array.from({ length: 16 }, () => 'depleted'),
    'active',
  ])
  expect(await assignmentsOn(sim, iccid, `?includeUsed=true${query}`)).toEqual(all.slice(-count))
})

test('among bundles of several names, too, the most recent are told', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1, FR_1, GB_1, FR_1, FR_1)
  const told = (await assignmentsOn(sim, iccid, '?limit=3')).map(({ name }) => name)
  expect(told).toEqual([GB_1, FR_1, FR_1])
})

test.each([0, 201, -1, 1.5, 'many', ''])('ESG-093 a limit of "%s" is refused', async (limit) => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const asked = () => sim.get(`/esims/${iccid}/bundles?limit=${limit}`)
  await expectRefused(sim, asked, { status: 400, code: 'invalid-request', reason: /limit/ })
})

test.each([1, 200])('ESG-093 a limit of %i is accepted', async (limit) => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  expect(await assignmentsOn(sim, iccid, `?limit=${limit}`)).toHaveLength(1)
})

test('ESG-094 without limit there are 15', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_YEAR, GB_YEAR)
  expect(await assignmentsOn(sim, iccid, '')).toHaveLength(15)
  expect(await assignmentsOn(sim, iccid, '?limit=200')).toHaveLength(24)
})

test('an unlimited bundle never depletes', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_UNLIMITED)
  expect(await sim.device(iccid).use(5_000 * GIGABYTE)).toMatchObject({
    used: 5_000 * GIGABYTE,
    denied: 0,
  })
  expect(await bundleOn(sim, iccid, GB_UNLIMITED)).toMatchObject([
    { bundleState: 'active', unlimited: true },
  ])
  await sim.advance('P7D')
  expect(await stateOf(sim, iccid, GB_UNLIMITED)).toEqual(['expired'])
})

test('the next queued bundle starts at the next use, not when the last one ends', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1, GB_1)
  await sim.device(iccid).use(1)
  expect(await allStates(sim, iccid)).toEqual(['active', 'queued'])
  await sim.advance('P8D')
  expect(await allStates(sim, iccid)).toEqual(['expired', 'queued'])
  await sim.device(iccid).use(1)
  expect(await assignmentsOn(sim, iccid)).toMatchObject([
    { bundleState: 'expired' },
    { bundleState: 'active', startTime: '2026-01-09T00:00:00.000Z' },
  ])
})

test('a use that is more than one bundle has is carried on by the next', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1, GB_1)
  expect(await sim.device(iccid).use(GIGABYTE + 5)).toMatchObject({ used: GIGABYTE + 5, denied: 0 })
  expect(await assignmentsOn(sim, iccid)).toMatchObject([
    { bundleState: 'depleted', remainingQuantity: 0 },
    { bundleState: 'active', remainingQuantity: GIGABYTE - 5 },
  ])
})

test('a use that is more than there is, is carried as far as it goes', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  expect(await sim.device(iccid).use(GIGABYTE + 5)).toMatchObject({ used: GIGABYTE, denied: 5 })
  expect(await stateOf(sim, iccid)).toEqual(['depleted'])
})

test('a bundle of another country is left alone', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, FR_1)
  await expect(sim.device(iccid).use(1)).rejects.toThrow(/covers GB/)
  await buy(sim, { item: GB_1, iccids: [iccid] }, true)
  await sim.device(iccid).use(1)
  expect(await allStates(sim, iccid)).toEqual(['queued', 'active'])
})

test('looking at an eSIM changes nothing', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(1)
  await sim.advance()
  const before = sim.state()
  for (const path of ['', '/bundles', `/bundles/${GB_1}`, '/bundles?includeUsed=true'])
    await sim.get(`/esims/${iccid}${path}`)
  for (const path of [
    '/',
    '/esims',
    '/orders',
    '/inventory',
    '/organisation',
    '/catalogue',
    '/networks?isos=GB',
  ])
    await sim.get(path)
  expect(sim.state()).toBe(before)
})
