// What a history asks of eSIM Go: every operation of v2.4 and v2.5, with what replies told of.
import { knows, recall } from '../memory.js'

const bundles = [
  [16, 'esim_1GB_7D_GB_V2'],
  [4, 'esim_2GB_15D_FR_V2'],
  [4, 'esim_5GB_30D_DE_V2'],
  [4, 'esim_10GB_30D_REUP_V2'],
  [3, 'esim_12GB_365D_GB_V2'],
  [1, 'esim_120GB_365D_US_V2'],
  [4, 'esim_UL_1D_GB_V2'],
  [2, 'esim_ULE_3D_REUL_V2'],
  [2, 'esim_1GB_7D_RGB_V2'],
  [1, 'esim_50GB_90D_RGBS_V2'],
  [1, 'esim_5GB_10D_DE_OWN'],
  [1, 'esim_1GB_7D_COSTLY_V2'],
  [2, 'esim_1GB_7D_MISFIT_V2'],
  [2, 'esim_1GB_7D_SLOW_V2'],
  [1, 'esim_1GB_7D_STUCK_V2'],
  [2, 'esim_1GB_7D_LATE_V2'],
  [1, 'esim_1GB_7D_LOST_V2'],
  [0.4, 'esim_1GB_7D_BAD_V2'],
  [0.4, 'esim_1GB_7D_SOLDOUT_V2'],
  [0.4, 'esim_1GB_7D_LIMITED_V2'],
  [0.4, 'esim_1GB_7D_BROKEN_V2'],
  [0.4, 'esim_1GB_7D_BUSY_V2'],
  [0.5, 'esim_9GB_7D_XX_V2'],
  [0.3, 'ESIM_1gb_7d_gb_v2'],
]

const oddIccids = [
  '8943108999999994004',
  '8943108999999994038',
  '8943108999999994293',
  '8943108999999995001',
  '8943108999999995035',
  '8943108170000000013',
  '894310817000000001',
  '89431081',
  'abc',
]

const UUID = '3a6e2e40-c674-45e9-b289-b35027bf72a9'
const bundle = (dice) => dice.weighted(bundles)
const dear = (memory, dice) =>
  dice.chance(0.2) ? recall(memory, 'bundle', dice, bundle(dice)) : bundle(dice)
/** One of the inventory, at most times. */
const held = (memory, dice) =>
  dice.chance(0.85) ? recall(memory, 'held', dice, bundle(dice)) : bundle(dice)
const iccid = (memory, dice) =>
  dice.chance(0.06)
    ? dice.pick(oddIccids)
    : recall(memory, 'esim-go iccid', dice, '8943108170000000013')
const reference = (memory, dice) =>
  dice.chance(0.06) ? dice.pick([UUID, 'nothing', '%20']) : recall(memory, 'reference', dice, UUID)

/** A time about the world's own: before it, at it, after it. */
function about(memory, dice) {
  const away = dice.pick([-86_400_000, -1000, 0, 1000, 3_600_000, 86_400_000, 2_592_000_000])
  if (dice.chance(0.04)) return dice.pick(['2026-02-30T25:00:00Z', '2026-13-01T00:00:00Z'])
  return new Date(Date.parse(memory.now) + away).toISOString()
}

const get = (path, query = {}, rest = {}) => ({ method: 'GET', path, query, ...rest })

function orderLine(memory, dice, assign) {
  const some = { type: 'bundle', allowReassign: dice.chance(0.5) }
  const line = { item: dear(memory, dice), ...dice.some(some, 0.5) }
  const quantity = dice.weighted([
    [8, 1],
    [4, dice.whole(2, 4)],
    [1, dice.whole(6, 8)],
    [0.4, dice.pick([0, -1, 1.5, '2', 1001, 1001, 10_001])],
  ])
  if (dice.chance(0.9)) line.quantity = quantity
  if (dice.chance(assign ? 0.4 : 0.02) && knows(memory, 'esim-go iccid'))
    line.iccids = Array.from({ length: Math.min(Math.max(1, Number(quantity)), 3) }, () =>
      iccid(memory, dice),
    )
  return line
}

function createOrder(memory, dice, version) {
  const type = dice.weighted([
    [7, 'transaction'],
    [3, 'validate'],
    [0.2, 'wish'],
  ])
  const assign = dice.chance(0.65)
  const some = version === 'v2.5' ? dice.some({ profileID: 'brand-1' }, 0.15) : {}
  if (dice.chance(0.15)) {
    const flat = { item: bundle(dice), ...dice.some({ quantity: dice.whole(1, 3) }, 0.7) }
    const onto = dice.chance(0.4) ? { iccid: iccid(memory, dice) } : {}
    return { method: 'POST', path: '/orders', json: { type, assign, ...flat, ...onto, ...some } }
  }
  const count = dice.weighted([
    [8, 1],
    [2, 2],
    [1, 3],
    [0.1, 0],
  ])
  const order = Array.from({ length: count }, () => orderLine(memory, dice, assign))
  const named = dice.chance(0.1) ? { Order: order } : { order }
  return { method: 'POST', path: '/orders', json: { type, assign, ...named, ...some } }
}

function applyBundle(memory, dice) {
  const when = dice.chance(0.1) ? { startTime: about(memory, dice) } : {}
  const more = { ...when, ...dice.some({ allowReassign: dice.chance(0.5) }, 0.25) }
  const name = held(memory, dice)
  const one = dice.chance(0.85) ? { bundle: name } : { name }
  const list = [held(memory, dice), { name, repeat: dice.whole(1, 2) }].slice(dice.whole(0, 1))
  const json = dice.weighted([
    [6, { iccid: iccid(memory, dice), ...one, ...more }],
    [3, { ...one, ...more }],
    [
      1.5,
      {
        ...one,
        repeat: dice.weighted([
          [5, dice.whole(1, 3)],
          [1, 7],
        ]),
        ...more,
      },
    ],
    [2, { bundles: list }],
    [0.3, { iccid: iccid(memory, dice), ...one, repeat: 2 }],
    [0.3, { iccid: iccid(memory, dice), bundles: [name] }],
    [0.3, { bundle: name, name: bundle(dice) }],
    [0.3, { bundle: name, bundles: list }],
    [0.3, { bundles: list, repeat: 2 }],
    [0.3, { ...one, repeat: 1001 }],
  ])
  return { method: 'POST', path: '/esims/apply', json }
}

function assignments(memory, dice) {
  const count = dice.weighted([
    [6, 1],
    [2, 2],
    [1, 0],
  ])
  const Accept = dice.pick([
    'application/json',
    'application/json',
    'application/zip',
    'text/csv',
    '*/*',
    'application/json;q=0.2, application/zip;q=0.1',
    'image/png',
  ])
  const list = Array.from({ length: count }, () => reference(memory, dice))
  const additional = { additionalFields: dice.pick(['appleInstallUrl', 'installUrl', 'nothing']) }
  const headers = dice.chance(0.85) ? { Accept } : {}
  return get('/esims/assignments', { reference: list, ...dice.some(additional, 0.3) }, { headers })
}

/** A bundle on an eSIM that was seen, as `{iccid, name, id}`. */
function assignment(memory, dice) {
  const made = { iccid: iccid(memory, dice), name: bundle(dice), id: '215009266' }
  return dice.chance(0.08) ? made : recall(memory, 'assignment', dice, made)
}

function revoking(memory, dice, how) {
  const it = assignment(memory, dice)
  const { offer } = recall(memory, 'offer', dice, { offer: UUID })
  const query = dice.some(
    {
      type: dice.pick(['validate', 'validate', 'transaction', 'perhaps']),
      refundToBalance: dice.pick(['true', 'false', 'maybe']),
      offerId: dice.chance(0.8) ? offer : it.id,
    },
    0.4,
  )
  const path = `/esims/${it.iccid}/bundles/${it.name}`
  return {
    method: 'DELETE',
    path: how === 'bundle' ? path : `${path}/${how}/${it.id}`,
    query,
    about: { iccid: it.iccid, name: it.name },
  }
}

const ofEsim = (memory, dice, end, query = {}) => {
  const it = iccid(memory, dice)
  return get(`/esims/${it}${end}`, query, { about: { iccid: it } })
}

function listEsims(memory, dice) {
  const filters = ['iccid', 'customerRef', 'lastAction', 'actionDate', 'assignedDate']
  return get(
    '/esims',
    dice.some(
      {
        page: dice.pick(['1', '2', '3', '0', 'x']),
        perPage: dice.pick(['1', '2', '5', '50', '5001']),
        direction: dice.pick(['asc', 'desc', 'up']),
        orderBy: dice.pick([...filters, 'customerRef', 'assignedDate', 'physical', 'colour']),
        filterBy: dice.pick(filters),
        filter: dice.pick(['8943', 'Bundle', 'alice', '2026', iccid(memory, dice)]),
      },
      0.35,
    ),
  )
}

function updateEsim(memory, dice) {
  const customerRef = dice.pick(['alice', 'bob', '', 'Zoë & Co, "x"', 'customer-17'])
  const values = { iccid: iccid(memory, dice), customerRef }
  return dice.weighted([
    [6, { method: 'PUT', path: '/esims', json: values }],
    [3, { method: 'PUT', path: '/esims', query: values }],
    [1, { method: 'PUT', path: '/esims', query: { iccid: values.iccid }, json: { customerRef } }],
  ])
}

function getCatalogue(_memory, dice) {
  return get(
    '/catalogue',
    dice.some(
      {
        page: dice.pick(['1', '2', '40', '999']),
        perPage: dice.pick(['1', '3', '10', '20', '0']),
        direction: dice.pick(['asc', 'desc']),
        orderBy: dice.pick(['name', 'description', 'dataAmount', 'duration', 'price', 'size']),
        description: dice.pick(['germany', '1GB*United', '*unlimited*', 'zzz', '']),
        group: dice.pick(['Standard Fixed', 'Standard Long Duration', 'standard fixed', 'Own']),
        countries: dice.pick(['GB', 'GB, US', 'gb,fr', 'XX', '']),
        region: dice.pick(['Europe', 'Asia', 'Atlantis']),
      },
      0.35,
    ),
  )
}

function listOrders(memory, dice) {
  const bound = (word) => word + about(memory, dice)
  return get(
    '/orders',
    dice.some(
      {
        includeIccids: dice.pick(['true', 'false', 'no']),
        page: dice.pick(['1', '2', '3']),
        limit: dice.pick(['1', '2', '5', '100', '101']),
        createdAt: dice.pick([
          [bound('gte:'), bound('lte:')],
          [bound('gt:')],
          [bound('lt:')],
          [bound('')],
          ['gte:2026-02-30T99:00:00Z'],
          ['lte:yesterday'],
        ]),
      },
      0.35,
    ),
  )
}

function sendSms(memory, dice) {
  const json = {
    message: dice.pick([
      'Hello',
      'Hello',
      'Grüße 👋',
      'x'.repeat(160),
      'x'.repeat(161),
      '',
      '\ud83d',
    ]),
    ...dice.some({ from: dice.pick(['eSIM', 'Roam Ltd', 'nobody', '']) }, 0.5),
  }
  return { method: 'POST', path: `/esims/${iccid(memory, dice)}/sms`, json }
}

function getNetworks(_memory, dice) {
  return get(
    '/networks',
    dice.some(
      {
        isos: dice.pick(['GB', 'GB,US', 'fr', 'XX', 'GB,XX']),
        countries: dice.pick(['United Kingdom', 'United Kingdom,France', 'Atlantis']),
        returnAll: dice.pick(['false', 'false', 'false', 'true', '1']),
      },
      0.45,
    ),
  )
}

function topUpBalance(_memory, dice) {
  const amount = dice.pick(['1000', '1000', '2500', '5000', '1400', '1402', '1429', '1503', '1599'])
  const other = dice.pick(['999', '5001', '0', '-5', 'much', '1000.5'])
  return {
    method: 'POST',
    path: '/organisation/balance',
    query: { amount: dice.chance(0.75) ? amount : other },
  }
}

function refundInventory(memory, dice) {
  const json = {
    usageId: recall(memory, 'lot', dice, 4711),
    quantity: dice.weighted([
      [6, 1],
      [2, 2],
      [1, 99],
      [0.5, 0],
    ]),
  }
  return { method: 'POST', path: '/inventory/refund', json }
}

function applyBundleToEsim(memory, dice) {
  const more = dice.some({ startTime: about(memory, dice), repeat: dice.whole(1, 3) }, 0.15)
  const json = { name: held(memory, dice), ...more }
  return { method: 'POST', path: `/esims/${iccid(memory, dice)}/bundles`, json }
}

const csvQuery = (dice) =>
  dice.some({ additionalFields: dice.pick(['appleInstallUrl', 'installUrl']) }, 0.4)

/** By operation: how often it is asked, and how; those of v2.5 alone are below. */
export const moves = {
  getApiDetails: [0.5, () => get('/')],
  createOrder: [12, createOrder],
  applyBundle: [7, applyBundle],
  getQrCodes: [0.6, (memory, dice) => get(`/esims/qr/${reference(memory, dice)}`)],
  getEsimsCsv: [1, (memory, dice) => get(`/esims/csv/${reference(memory, dice)}`, csvQuery(dice))],
  getAssignments: [3, assignments],
  getEsimHistory: [3, (memory, dice) => ofEsim(memory, dice, '/history')],
  refreshEsim: [2, (memory, dice) => ofEsim(memory, dice, '/refresh')],
  checkCompatibility: [
    2,
    (memory, dice) => ofEsim(memory, dice, `/compatible/${dear(memory, dice)}`),
  ],
  sendSms: [2, sendSms],
  revokeApplication: [1, (memory, dice) => revoking(memory, dice, 'applications')],
  revokeAssignment: [2, (memory, dice) => revoking(memory, dice, 'assignments')],
  getBundleStatus: [
    2,
    (memory, dice) => {
      const it = assignment(memory, dice)
      return get(`/esims/${it.iccid}/bundles/${it.name}`, {}, { about: it })
    },
  ],
  revokeBundle: [3, (memory, dice) => revoking(memory, dice, 'bundle')],
  listEsimBundles: [
    6,
    (memory, dice) =>
      ofEsim(
        memory,
        dice,
        '/bundles',
        dice.some({ includeUsed: dice.pick(['true', 'false']), limit: dice.pick(['1', '200']) }),
      ),
  ],
  applyBundleToEsim: [2, applyBundleToEsim],
  getEsimLocation: [2, (memory, dice) => ofEsim(memory, dice, '/location')],
  getEsim: [4, (memory, dice) => ofEsim(memory, dice, '', csvQuery(dice))],
  listEsims: [3, listEsims],
  updateEsim: [2, updateEsim],
  topUpBalance: [2.5, topUpBalance],
  listBundleGroups: [0.6, () => get('/organisation/groups')],
  getOrganisation: [2, () => get('/organisation')],
  getOrder: [
    2,
    (memory, dice) => get(`/orders/${recall(memory, 'order', dice, reference(memory, dice))}`),
  ],
  listOrders: [2, listOrders],
  refundInventory: [1.5, refundInventory],
  getInventory: [3, () => get('/inventory')],
  getCatalogueBundle: [1, (memory, dice) => get(`/catalogue/bundle/${dear(memory, dice)}`)],
  getCatalogue: [1.5, getCatalogue],
  getNetworks: [1, getNetworks],
}

export const newerMoves = {
  deleteEsim: [
    0.8,
    (memory, dice) => ({ method: 'DELETE', path: `/esims/${iccid(memory, dice)}` }),
  ],
  suspendEsim: [
    3,
    (memory, dice) => ({
      method: 'POST',
      path: `/esims/${iccid(memory, dice)}/suspend`,
      json: { suspend: dice.pick([true, false, false, 'yes']) },
    }),
  ],
  getSuspension: [1.5, (memory, dice) => ofEsim(memory, dice, '/suspend')],
  listPrices: [0.4, () => get('/catalogue/prices')],
}
