// What a history asks of Highland: every operation, with what replies told of.
import { recall } from '../memory.js'

const TEST = '1a9a1d8ddc9311f09e024c50dd6c0d86'
const HIGHLAND = '4345d86fbf8a11f09f474c50dd6c0d86'
const TEST_SIM = { company: TEST, sim: '76010106' }

const products = [
  ['852', '162'],
  ['851', '162'],
  ['846', '162'],
  ['842', '157'],
  ['857', '167'],
  ['870', '168'],
  ['9001', '901'],
  ['852', '157'],
  ['1', '1'],
]

const company = (memory, dice) =>
  dice.weighted([
    [5, TEST],
    [4, recall(memory, 'company', dice, TEST)],
    [0.6, HIGHLAND],
    [0.3, '0'.repeat(32)],
    [0.2, 'nobody'],
  ])

/** An eSIM with its company; at times with another's. */
function esim(memory, dice) {
  const it = dice.chance(0.4) ? TEST_SIM : recall(memory, 'highland sim', dice, TEST_SIM)
  const owner = it.company === '' || dice.chance(0.1) ? company(memory, dice) : it.company
  const sim_id = dice.chance(0.04) ? dice.pick(['61007800', '1', 'x']) : it.sim
  return { company_id: owner, sim_id }
}

function onboardCompany(_memory, dice) {
  const json = {
    company_name: dice.pick(['Roam Ltd', 'Alp SARL', '  ', 'Zoë & Söhne']),
    registration_number: `HRB ${dice.whole(1, 20)}`,
    country_code: dice.pick(['DE', 'DE', 'GB', 'de', 'XX']),
    contact_email: dice.pick(['ops@roam.example', 'ops@alp.example', 'no mail']),
  }
  return { method: 'PUT', path: '/b2b/company', json }
}

function adding(memory, dice) {
  const [product_id, market_id] = dice.pick(products)
  const seen = recall(memory, 'product', dice, { id: product_id, market: market_id })
  const own = dice.chance(0.2) ? { product_id: seen.id, market_id: seen.market } : {}
  const json = { ...esim(memory, dice), product_id, market_id, ...own }
  return { method: 'POST', path: '/b2b/sim/product/add', json }
}

const removing = (path) => (memory, dice) => ({
  method: 'POST',
  path,
  json: { ...esim(memory, dice), product_id: dice.pick(products)[0] },
})

function windowed(memory, dice) {
  const now = Date.parse(memory.now)
  const at = (ms) => {
    const text = new Date(ms).toISOString()
    return dice.pick([
      text,
      text.slice(0, 19),
      `${text.slice(0, 19)}.123456`,
      `${text.slice(0, 19)}+02:00`,
    ])
  }
  const query = {
    ...esim(memory, dice),
    from: dice.chance(0.93)
      ? at(now - dice.pick([0, 3_600_000, 86_400_000, 8e9]))
      : dice.pick(['yesterday', '2026-02-30T00:00:00', '2026-01-01T24:30:00']),
    to: at(now + dice.pick([0, 1, 86_400_000, -9e9])),
  }
  return { method: 'GET', path: '/b2b/sim/product_usage/window', query }
}

function addInventory(memory, dice) {
  const line = () => {
    const id = dice.whole(61_008_000, 61_008_400)
    const own = `8948010${String(id - (id % 2)).padStart(12, '0')}`
    const iccid = dice.chance(0.85) ? own : recall(memory, 'esim-go iccid', dice, own)
    const msisdn = `1425${dice.whole(1_000_000, 9_999_999)}`
    return `${id},${iccid},2600100${id},${msisdn},1$sm-dp.example$CODE${id}`
  }
  const lines = Array.from({ length: dice.whole(1, 3) }, line)
  if (dice.chance(0.1)) lines.push(dice.pick(['nonsense', '', lines[0], '76010106,1,2,3,4']))
  const esim_list = dice.chance(0.3) ? lines.join('\n') : lines
  return { method: 'PUT', path: '/highland/esim', json: { esim_list } }
}

const asked = (path) => (memory, dice) => ({ method: 'GET', path, query: esim(memory, dice) })
const told = (path) => (memory, dice) => ({ method: 'POST', path, json: esim(memory, dice) })
const ofCompany = (path) => (memory, dice) => ({
  method: 'GET',
  path,
  query: { company_id: company(memory, dice) },
})

/** By operation: how often it is asked, and how. */
export const moves = {
  onboardCompany: [2, onboardCompany],
  getCompanySummary: [1.5, ofCompany('/b2b/company/summary')],
  listProducts: [1, ofCompany('/b2b/company/product_list')],
  acquireEsim: [
    4,
    (memory, dice) => ({
      method: 'POST',
      path: '/b2b/sim/acquire',
      json: { company_id: company(memory, dice) },
    }),
  ],
  acquireEsimById: [
    2.5,
    (memory, dice) => ({
      method: 'POST',
      path: '/b2b/sim/acquire/simid',
      json: {
        company_id: company(memory, dice),
        sim_id: String(
          dice.chance(0.2)
            ? dice.whole(61_008_000, 61_008_400)
            : dice.whole(61_007_764, 61_007_820),
        ),
      },
    }),
  ],
  getBarCode: [
    1.5,
    (memory, dice) => {
      const link = recall(memory, 'link', dice, '')
      const id = /bar_code\/([0-9a-f]{32})/.exec(link)?.[1]
      const wrong = dice.pick(['0'.repeat(32), 'nothing'])
      return {
        method: 'GET',
        path: `/b2b/sim/bar_code/${id && dice.chance(0.9) ? id : wrong}`,
        open: true,
      }
    },
  ],
  addProduct: [5, adding],
  removeProduct: [1.5, removing('/mvno/sim/product/remove')],
  removeProductB2b: [1.5, removing('/b2b/sim/product/remove')],
  getUsage: [2, asked('/b2b/sim/product_usage')],
  getUsageInWindow: [2, windowed],
  getUsageOfAllProducts: [
    2,
    (memory, dice) =>
      asked(`/b2b/sim/product_usage/all_product${dice.pick(['', '/'])}`)(memory, dice),
  ],
  suspendEsim: [1.5, told('/b2b/sim/suspend')],
  restoreEsim: [1.5, told('/b2b/sim/restore')],
  addInventory: [1.5, addInventory],
}
