// A company of Highland is imported: a simulator that begins with the seed file answers as the account did.
import { expect, test } from 'vitest'
import { type RunningSimulator, startSimulator } from '../../../src/index.ts'
import { COMPANY, ESIM } from '../../support/highland.ts'
import { send } from '../../support/http.ts'
import { begunWith, importedFrom } from '../../support/imported.ts'

type Json = Record<string, unknown>

/** Fields of the company that the reads of its eSIMs do not tell. */
const NOT_TOLD = ['sim_suspended']

async function readsOf(sim: RunningSimulator, ids: readonly string[]) {
  const get = async (path: string) => (await send<Json>('GET', `${sim.url}/highland${path}`)).body
  const usage = `/b2b/sim/product_usage/all_product/?company_id=${COMPANY}&sim_id=`
  const summary = await get(`/b2b/company/summary?company_id=${COMPANY}`)
  return {
    summary: Object.fromEntries(
      Object.entries(summary).filter(([name]) => !NOT_TOLD.includes(name)),
    ),
    products: await get(`/b2b/company/product_list?company_id=${COMPANY}`),
    esims: await Promise.all(ids.map((id) => get(usage + id))),
  }
}

test('what the reads answer of the company, its products and the eSIMs that are named is the same', async () => {
  const products = [
    `${COMPANY},9001,901,AT+CH,Alps-2GB/14days`,
    `${COMPANY},9002,902,*,World-1GB/7days`,
  ]
  await using sim = await startSimulator({ stock: { highland: { products } } })
  const post = (path: string, json: object) =>
    send<{ sim_id: string; iccid: string }>('POST', `${sim.url}/highland/b2b/sim/${path}`, { json })
  const { body: second } = await post('acquire', { company_id: COMPANY })
  const { body: third } = await post('acquire', { company_id: COMPANY })
  const ids = [ESIM, second.sim_id, third.sim_id]
  const add = (sim_id: string, product_id: string, market_id: string) =>
    post('product/add', { company_id: COMPANY, sim_id, product_id, market_id })
  await add(ESIM, '9001', '901')
  await add(ESIM, '9001', '901')
  await add(second.sim_id, '9002', '902')
  await add(second.sim_id, '852', '162')
  await sim.device(second.iccid, 'highland').install()
  await sim.device(second.iccid, 'highland').attach('US')
  await sim.device(second.iccid, 'highland').use('1GB')
  await sim.clock.advance('P1D')

  const inputs = { company_id: COMPANY, sim_ids: ids.join() }
  const { stock, result } = await importedFrom(sim, 'highland', { inputs })
  expect(result.taken).toEqual({ companies: 1, products: 2, acquired: 3 })
  await using again = await begunWith(stock, sim)
  expect(await readsOf(again, ids)).toEqual(await readsOf(sim, ids))

  const { stock: hidden, text } = await importedFrom(sim, 'highland', { inputs, keepNames: false })
  expect(text).not.toMatch(/Test Company|partner\.example/)
  await using last = await begunWith(hidden, sim)
  expect((await readsOf(last, ids)).esims).toEqual((await readsOf(sim, ids)).esims)
})

test('eSIMs that are not named are told of, since no read lists them', async () => {
  await using sim = await startSimulator()
  const { result } = await importedFrom(sim, 'highland', { inputs: { company_id: COMPANY } })
  expect(result.left).toContainEqual({
    why: 'the API lists none: name them, as in --input sim_ids=76010106,76010107',
    count: 1,
    examples: [`1 eSIMs of ${COMPANY}`],
  })
})
