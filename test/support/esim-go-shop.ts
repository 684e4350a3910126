// What most tests of eSIM Go begin with: bundles bought, eSIMs with bundles on them, money counted.
import { expect } from 'vitest'
import type { RunningSimulator } from '../../src/index.ts'
import { accounts } from '../../src/simulators/esim-go/records.ts'
import type { Schemas, TestSim } from './esim-go.ts'

/** 1 GB for 7 days in the United Kingdom: 2.28. */
export const GB_1 = 'esim_1GB_7D_GB_V2'
/** 1 GB for 7 days in France. */
export const FR_1 = 'esim_1GB_7D_FR_V2'
/** 120 GB for a year in the United Kingdom. */
export const GB_YEAR = 'esim_120GB_365D_GB_V2'
/** No limit for 7 days in the United Kingdom. */
export const GB_UNLIMITED = 'esim_UL_7D_GB_V2'

export const GIGABYTE = 1_000_000_000

export type OrderAnswer = Schemas['Order']
type Line = Schemas['OrderRequestLine']

/** Buys and expects it to work. */
export async function buy(
  sim: TestSim,
  line: Omit<Line, 'type'>,
  assign = false,
): Promise<OrderAnswer> {
  const { status, body } = await sim.post<OrderAnswer>('/orders', {
    type: 'transaction',
    assign,
    order: [{ type: 'bundle', ...line }],
  })
  if (status !== 200) throw new Error(`the order was answered ${status}: ${JSON.stringify(body)}`)
  return body
}

/** Orders eSIMs with one bundle each as a client does: their ICCIDs; nothing is installed. */
export async function orderEsims(
  simulator: Pick<RunningSimulator<'esim-go'>, 'baseUrl'>,
  quantity = 1,
): Promise<string[]> {
  const order = [{ type: 'bundle', quantity, item: GB_1 }]
  const answer = await fetch(`${simulator.baseUrl('esim-go')}/orders`, {
    method: 'POST',
    headers: { 'X-API-Key': 'test-esim-go-key', 'Content-Type': 'application/json' },
    body: JSON.stringify({ type: 'transaction', assign: true, order }),
  })
  expect(answer.status).toBe(200)
  return iccidsOf((await answer.json()) as OrderAnswer)
}

/** The ICCID of a new eSIM with these bundles on it, in this order. */
export async function esimWith(sim: TestSim, first: string, ...more: string[]): Promise<string> {
  const iccid = iccidsOf(await buy(sim, { item: first }, true))[0]
  if (iccid === undefined) throw new Error('the order brought no eSIM')
  for (const item of more) await buy(sim, { item, iccids: [iccid] }, true)
  return iccid
}

/** The same, installed and on the air where its bundles work. */
export async function onAir(sim: TestSim, first: string, ...more: string[]): Promise<string> {
  const iccid = await esimWith(sim, first, ...more)
  await sim.device(iccid).install()
  await sim.device(iccid).attach('GB')
  return iccid
}

/** Every ICCID of an order. */
export function iccidsOf(order: OrderAnswer): string[] {
  return order.order.flatMap(({ iccids = [] }) => iccids)
}

/** The assignments on an eSIM, in the order they are listed. */
export async function assignmentsOn(
  sim: TestSim,
  iccid: string,
  query = '?includeUsed=true&limit=200',
) {
  const { body } = await sim.get<{
    bundles: { name: string; assignments: Schemas['BundleAssignment'][] }[]
  }>(`/esims/${iccid}/bundles${query}`)
  return body.bundles.flatMap(({ name, assignments }) =>
    assignments.map((assignment) => ({ name, ...assignment })),
  )
}

/** The latest assignments of one bundle of an eSIM. */
export async function bundleOn(
  sim: TestSim,
  iccid: string,
  name: string,
): Promise<Schemas['BundleAssignment'][]> {
  return (
    await sim.get<{ assignments: Schemas['BundleAssignment'][] }>(`/esims/${iccid}/bundles/${name}`)
  ).body.assignments
}

/** How many uses of a bundle the inventory has. */
export async function inInventory(sim: TestSim, name: string): Promise<number> {
  const { bundles } = (await sim.get<{ bundles: Schemas['InventoryBundle'][] }>('/inventory')).body
  const lots = bundles.find((bundle) => bundle.name === name)?.available ?? []
  return lots.reduce((sum, { remaining }) => sum + remaining, 0)
}

/** The ICCIDs of the organisation. */
export async function ownIccids(sim: TestSim): Promise<string[]> {
  return (await sim.get<Schemas['EsimPage']>('/esims?perPage=5000')).body.esims.map(
    ({ iccid }) => iccid,
  )
}

/** Balance and test credit to the cent: the wire shows whole units. */
export function money(sim: TestSim): { balance: number; testCredit: number } {
  const holder = sim.world.in(accounts).get('account')
  return { balance: holder?.balance ?? Number.NaN, testCredit: holder?.testCredit ?? Number.NaN }
}
