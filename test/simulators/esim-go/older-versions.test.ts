// v2.2 and v2.3: what v2.4 answers, without what came later; on the same state, and not named among the base URLs.
import { expect, test } from 'vitest'
import { controlClient } from '../../../src/control/node-client.ts'
import type { Answer, Schemas, TestSim } from '../../support/esim-go.ts'
import { startEsimGo } from '../../support/esim-go.ts'
import { buy, esimWith, GB_1, iccidsOf, onAir } from '../../support/esim-go-shop.ts'

type Bundles = { bundles: { assignments: Schemas['BundleAssignment'][] }[] }
type Version = 'v2.2' | 'v2.3' | 'v2.4'

const at = (sim: TestSim, version: Version, path: string) =>
  sim.base.replace('v2.4', version) + path
const get = <T>(sim: TestSim, version: Version, path: string): Promise<Answer<T>> =>
  sim.get<T>(at(sim, version, path))

/** The fields of the one assignment an eSIM has. */
async function fieldsOf(sim: TestSim, version: Version, iccid: string): Promise<string[]> {
  const { body } = await get<Bundles>(sim, version, `/esims/${iccid}/bundles`)
  return Object.keys(body.bundles[0]?.assignments[0] ?? {})
}

/** Orders bundles onto new eSIMs, and answers the line. */
async function order(sim: TestSim, version: Version, quantity: number, query = '') {
  const { status, body } = await sim.post<Schemas['Order']>(at(sim, version, `/orders${query}`), {
    type: 'transaction',
    assign: true,
    order: [{ type: 'bundle', item: GB_1, quantity }],
  })
  expect(status).toBe(200)
  return body.order[0]
}

test('ESG-301 v2.2 and v2.3 are served from the same state, and are not among the base URLs', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1)
  const details = (await sim.get(`/esims/${iccid}`)).body
  for (const version of ['v2.2', 'v2.3'] as const) {
    expect((await get(sim, version, `/esims/${iccid}`)).body).toEqual(details)
    expect((await get<string[]>(sim, version, '/')).body).toHaveLength(30)
    expect((await sim.call('GET', at(sim, version, '/networks'), { key: 'wrong' })).status).toBe(
      401,
    )
  }
  const { mounts } = await controlClient({ url: sim.origin }).call('getWorld', {
    path: { name: sim.world.name },
  })
  expect(mounts['esim-go']).toEqual(
    ['v2.4', 'v2.5'].map((version) => expect.stringMatching(`/${version}$`)),
  )
})

test('what is listed of the provenance is of v2.4 and v2.5, whatever was called', async () => {
  await using sim = await startEsimGo()
  await get(sim, 'v2.2', '/esims')
  const { operations } = await controlClient({ url: sim.origin }).call('getProvenance', {
    path: { slug: 'esim-go' },
  })
  const versions = operations.map(({ path }) => path.split('/')[1])
  expect([...new Set(versions)]).toEqual(['v2.4', 'v2.5'])
})

test('a path of no version is told all that are served, in the journal', async () => {
  await using sim = await startEsimGo()
  expect((await sim.get(sim.base.replace('v2.4', 'v2.1/esims'))).status).toBe(404)
  for (const version of ['v2.2', 'v2.3', 'v2.4', 'v2.5'])
    expect(sim.journal.list()[0]?.refusal?.reason).toContain(`/esim-go/${version}`)
})

test('v2.3 answers as v2.4', async () => {
  await using sim = await startEsimGo('bundles in the inventory')
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(20_000_000)
  for (const path of [
    '/esims',
    `/esims/${iccid}/bundles`,
    `/esims/${iccid}/history`,
    `/esims/${iccid}/location`,
    '/inventory',
    '/organisation/groups',
    '/networks?isos=GB',
    '/catalogue?perPage=3',
  ]) {
    const [older, newer] = [await get(sim, 'v2.3', path), await sim.get(path)]
    expect([path, older.status, older.body]).toEqual([path, 200, newer.body])
  }
})

test('ESG-302 v2.2 shows four fields of an assignment less than v2.3', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(1)
  const old = [
    'id',
    'callTypeGroup',
    'initialQuantity',
    'remainingQuantity',
    'startTime',
    'endTime',
  ]
  const added = ['assignmentDateTime', 'assignmentReference', 'bundleState', 'unlimited']
  expect(await fieldsOf(sim, 'v2.2', iccid)).toEqual(old)
  expect(await fieldsOf(sim, 'v2.3', iccid)).toEqual([...old, ...added])
  const { body } = await get<Bundles['bundles'][0]>(sim, 'v2.2', `/esims/${iccid}/bundles/${GB_1}`)
  expect(Object.keys(body.assignments[0] ?? {})).toEqual(old)
})

test('ESG-303 a new order names its ICCIDs by v2.2 where it is asked to, by v2.3 whatever is asked', async () => {
  await using sim = await startEsimGo()
  for (const query of ['', '?includeIccids=false'])
    expect(await order(sim, 'v2.2', 1, query)).not.toHaveProperty('iccids')
  expect((await order(sim, 'v2.2', 2, '?includeIccids=true'))?.iccids).toHaveLength(2)
  for (const query of ['', '?includeIccids=false', '?includeIccids=true'])
    expect((await order(sim, 'v2.3', 1, query))?.iccids).toHaveLength(1)
  expect((await order(sim, 'v2.4', 1, '?includeIccids=false'))?.esims).toHaveLength(1)
})

test('ESG-304 v2.2 tells how up to 5 eSIMs are installed', async () => {
  await using sim = await startEsimGo()
  const five = await order(sim, 'v2.2', 5, '?includeIccids=true')
  const six = await order(sim, 'v2.2', 6, '?includeIccids=true')
  expect([five?.iccids?.length, five?.esims?.length]).toEqual([5, 5])
  expect([six?.iccids?.length, six?.esims]).toEqual([6, undefined])
})

test('ESG-305 a history shows alertType by v2.3, not by v2.2', async () => {
  await using sim = await startEsimGo()
  const iccid = await onAir(sim, GB_1)
  await sim.device(iccid).use(20_000_000)
  const path = `/esims/${iccid}/history`
  const [older, newer] = [
    (await get<Schemas['HistoryEntry'][]>(sim, 'v2.2', path)).body,
    (await get<Schemas['HistoryEntry'][]>(sim, 'v2.3', path)).body,
  ]
  expect(newer.some(({ alertType }) => alertType === 'Utilisation')).toBe(true)
  expect(older).toEqual(newer.map(({ alertType: _, ...entry }) => entry))
})

test('ESG-306 the list of orders shows eSIMs by v2.2 where it is asked to, by v2.3 unless told otherwise', async () => {
  await using sim = await startEsimGo()
  const [iccid] = iccidsOf(await buy(sim, { item: GB_1 }, true))
  const shown = async (version: Version, query: string) =>
    (await get<Schemas['Order'][]>(sim, version, `/orders${query}`)).body[0]?.order[0]?.iccids
  expect(await shown('v2.2', '')).toBeUndefined()
  expect(await shown('v2.2', '?includeIccids=true')).toEqual([iccid])
  expect(await shown('v2.3', '')).toEqual([iccid])
  expect(await shown('v2.3', '?includeIccids=false')).toBeUndefined()
})

test('ESG-307 v2.2 passes over a limit, and lists every assignment', async () => {
  await using sim = await startEsimGo()
  const iccid = await esimWith(sim, GB_1, ...Array<string>(16).fill(GB_1))
  const count = async (version: Version, query: string) =>
    (await get<Bundles>(sim, version, `/esims/${iccid}/bundles${query}`)).body.bundles[0]
      ?.assignments.length
  expect(await count('v2.2', '')).toBe(17)
  expect(await count('v2.2', '?limit=3')).toBe(17)
  expect(sim.journal.list()[0]?.undocumented).toEqual(['?limit'])
  expect(await count('v2.3', '')).toBe(15)
  expect(await count('v2.3', '?limit=3')).toBe(3)
})

test('ESG-308 v2.2 takes assign as a text, and the list as Order', async () => {
  await using sim = await startEsimGo()
  const send = (version: Version, assign: unknown) =>
    sim.post<Schemas['Order']>(at(sim, version, '/orders?includeIccids=true'), {
      type: 'transaction',
      assign,
      Order: [{ Type: 'bundle', Quantity: 1, Item: GB_1 }],
    })
  const { body } = await send('v2.2', 'true')
  expect([body.assigned, iccidsOf(body).length]).toEqual([true, 1])
  expect((await send('v2.2', 'false')).body.assigned).toBe(false)
  expect((await send('v2.2', true)).body.assigned).toBe(true)
  for (const assign of ['yes', 1]) expect((await send('v2.2', assign)).status).toBe(400)
  expect((await send('v2.3', 'true')).status).toBe(400)
})
