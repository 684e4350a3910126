// What chance would seldom bring at a provider, in worlds that begin with the state it needs.
import { ask } from './asking.js'
import { newMemory } from './memory.js'
import { TOKEN_PATH } from './moves/accounts-orders.js'
import { tokenRequest } from './moves/tokens.js'
import { jsonOf } from './send.js'

const TEST = '1a9a1d8ddc9311f09e024c50dd6c0d86'
const GB = 'esim_1GB_7D_GB_V2'
const UL = 'esim_UL_1D_GB_V2'

/** A world of a named state, for one edge; with short ways to ask. */
function* edgeWorld(town, name, given) {
  const memory = newMemory(name)
  const clock = { mode: 'frozen', at: '2033-05-05T05:05:05Z' }
  const json = { name, clock, ...(given ? { given } : {}) }
  town.worlds.set(name, memory)
  const first = town.worlds.get('default')
  const move = { method: 'POST', path: '/_sim/worlds', json, share: 0, elsewhere: true }
  const reply = yield* ask(town, first, move)
  memory.credentials = jsonOf(reply)?.credentials ?? {}
  const of = (slug, mount) =>
    function* call(method, path, json, rest = {}) {
      const sent = json === undefined ? {} : { json }
      const move = { method, path, slug, mount, share: 0, ...sent, ...rest }
      return jsonOf(yield* ask(town, memory, move))
    }
  const sim = (method, path, json, query) => of(undefined)(method, `/_sim${path}`, json, { query })
  const token = (slug, path) =>
    ask(town, memory, { ...tokenRequest(memory, town.dice, slug, path, true), slug, share: 0 })
  return { memory, of, sim, token, pass: (by) => sim('POST', '/clock/advance', { by }) }
}

const order = (lines, more = {}) => ({ type: 'transaction', assign: true, order: lines, ...more })

function* esimGo(town) {
  const { of, sim, pass } = yield* edgeWorld(town, 'edge-esim-go', 'an eSIM with an older profile')
  const [v24, v25] = [of('esim-go', '/v2.4'), of('esim-go', '/v2.5')]
  const iccid = (yield* v24('GET', '/esims'))?.esims?.[0]?.iccid ?? '8943108170000000013'
  for (const allowReassign of [false, true]) {
    yield* v24(
      'POST',
      '/orders',
      order([{ item: UL, quantity: 1, iccids: [iccid], allowReassign }]),
    )
    yield* v24('POST', '/orders', order([{ item: UL, quantity: 1 }], { assign: false }))
    yield* v24('POST', '/esims/apply', { iccid, bundle: UL, allowReassign })
  }
  yield* v24('POST', '/orders', order([{ item: GB, quantity: 4 }], { assign: false }))
  const odd = [
    { bundle: GB, name: UL },
    { bundle: GB, bundles: [GB] },
    { bundles: [GB], repeat: 2 },
    { bundle: GB, repeat: 1001 },
    { bundle: GB, startTime: '2033-02-30T25:00:00Z' },
    { bundle: GB, startTime: '2033-05-05T06:05:05Z' },
    { bundles: [{ name: GB, repeat: 2 }] },
  ]
  for (const json of odd) yield* v25('POST', '/esims/apply', json)
  yield* v24('POST', '/orders', order([{ item: GB, quantity: 1001 }]))
  yield* sim('PATCH', '/settings/esim-go', {
    lowBalance: 100_000,
    msisdns: 'none',
    groups: 'object',
  })
  const bought = yield* v25('POST', '/orders', order([{ item: GB, quantity: 1 }]))
  const other = bought?.order?.[0]?.iccids?.[0] ?? iccid
  yield* v25('POST', `/esims/${other}/sms`, { message: 'Hello' })
  yield* v25('POST', `/esims/${iccid}/sms`, { message: 'half \ud83d' })
  for (const orderBy of [
    'iccid',
    'customerRef',
    'lastAction',
    'actionDate',
    'assignedDate',
    'physical',
  ])
    for (const direction of ['asc', 'desc'])
      yield* v25('GET', '/esims', undefined, { query: { orderBy, direction } })
  yield* sim('POST', `/sims/${other}/install`)
  yield* sim('POST', `/sims/${other}/use`, { data: '2GB' })
  for (const by of ['PT1H', 'P180D', 'P8D']) yield* pass(by)
  const reference = bought?.orderReference ?? 'none'
  for (const path of [`/esims/qr/${reference}`, `/esims/csv/${reference}`, `/esims/${other}`])
    yield* v25('GET', path)
  yield* v25('POST', '/orders', order([{ item: GB, quantity: 1, iccids: [other] }]))
  yield* v25('GET', '/catalogue', undefined, { query: { perPage: '3' } })
  yield* v25('GET', '/catalogue/prices')
  yield* v25('GET', '/networks', undefined, { query: { returnAll: 'true' } })
}

/** Each way to take a bundle off, in each version: looked at first, then done. */
function* revoking(v24, v25) {
  for (const call of [v24, v25])
    for (const how of ['assignments', 'applications', undefined]) {
      const bought = yield* call('POST', '/orders', order([{ item: GB, quantity: 1 }]))
      const iccid = bought?.order?.[0]?.iccids?.[0]
      const listed = yield* call('GET', `/esims/${iccid}/bundles`)
      const id = listed?.bundles?.[0]?.assignments?.[0]?.id
      const path = `/esims/${iccid}/bundles/${GB}${how ? `/${how}/${id}` : ''}`
      for (const type of ['validate', 'transaction', 'transaction'])
        yield* call('DELETE', path, undefined, { query: { type } })
    }
}

/** What comes of waiting: bundles that start, lapse and come back; lists that are full. */
function* longEsimGo(town) {
  const { of, sim, pass } = yield* edgeWorld(town, 'edge-long', 'bundles in the inventory')
  const [v24, v25] = [of('esim-go', '/v2.4'), of('esim-go', '/v2.5')]
  yield* revoking(v24, v25)
  const bought = yield* v24('POST', '/orders', order([{ item: GB, quantity: 1 }]))
  const iccid = bought?.order?.[0]?.iccids?.[0] ?? '8943108170000000013'
  yield* sim('POST', `/sims/${iccid}/install`)
  yield* sim('POST', `/sims/${iccid}/attach`, { country: 'GB' })
  yield* v24('GET', `/esims/${iccid}/refresh`)
  yield* sim('POST', `/sims/${iccid}/use`, { bytes: 5 })
  yield* pass('PT1M')
  yield* v24('GET', `/esims/${iccid}/location`)
  const slow = 'esim_1GB_7D_SLOW_V2'
  yield* v24('POST', '/orders', order([{ item: slow, quantity: 2 }], { assign: false }))
  const startTime = '2033-05-05T05:09:00Z'
  const applied = yield* v25('POST', '/esims/apply', { bundle: slow, startTime })
  const late = applied?.esims?.[0]?.iccid ?? iccid
  yield* v25('POST', `/esims/${late}/bundles`, { name: GB })
  yield* pass('PT11M')
  yield* v25('GET', `/esims/${late}/bundles`)
  for (let turn = 0; turn < 105; turn += 1) {
    yield* v25('PUT', '/esims', { iccid, customerRef: `customer-${turn}` })
    yield* sim('POST', `/sims/${iccid}/${turn % 2 ? 'enable' : 'disable'}`)
    yield* v25('PUT', '/esims', { iccid, customerRef: '' })
  }
  yield* v25('GET', `/esims/${iccid}/history`)
  yield* sim('GET', `/sims/${iccid}`)
  const unused = yield* v24('POST', '/orders', order([{ item: GB, quantity: 1 }]))
  const kept = unused?.order?.[0]?.iccids?.[0] ?? iccid
  for (const by of ['P60D', 'P306D', 'P2D']) {
    yield* pass(by)
    yield* v25('GET', `/esims/${kept}/bundles`, undefined, { query: { includeUsed: 'true' } })
    yield* v25('POST', '/inventory/refund', { usageId: 1, quantity: 1 })
  }
  yield* v25('GET', `/esims/${kept}/history`)
  const poor = yield* edgeWorld(town, 'edge-poor', 'an account without a card')
  yield* poor.of('esim-go', '/v2.4')('POST', '/organisation/balance', undefined, {
    query: { amount: '1000' },
  })
  yield* poor.of('esim-go', '/v2.4')('POST', '/orders', order([{ item: GB, quantity: 1 }]))
}

function* highland(town) {
  const { of } = yield* edgeWorld(town, 'edge-highland', 'an empty stock')
  const call = of('highland')
  const company = {
    ...{ company_name: 'Roam', registration_number: 'HRB 1' },
    ...{ country_code: 'DE', contact_email: 'a@b.example' },
  }
  yield* call('PUT', '/b2b/company', company)
  yield* call('PUT', '/b2b/company', { ...company, registration_number: 'hrb-1' })
  yield* call('POST', '/b2b/sim/acquire', { company_id: TEST })
  const own = { company_id: TEST, sim_id: '76010106' }
  for (const from of ['2033-02-30T00:00:00', '2033-01-01T00:00:00', '2034-01-01T00:00:00Z'])
    yield* call('GET', '/b2b/sim/product_usage/window', undefined, {
      query: { ...own, from, to: '2033-12-31T23:59:59.999999' },
    })
  const lines = ['1,8948010000042217613,260010191724652,14254458443,1$a$B', 'x', '']
  for (const esim_list of [lines, [lines[0]], [lines[0]], [lines[0].replace('1,', '2,')]])
    yield* call('PUT', '/highland/esim', { esim_list })
}

function* wholesale(town) {
  const { of, token, pass } = yield* edgeWorld(town, 'edge-wholesale', 'an empty SIM stock')
  const call = of('wholesale')
  yield* token('wholesale', '/oauth/token')
  const line = {
    ...{ subscriberId: 'Sub1', wholesalePlanId: 'Plan001' },
    location: { address: { zip: '80120' } },
  }
  let turn = 0
  function* activate(call, more) {
    turn += 1
    yield* call('POST', '/activate', { partnerTransactionId: `Edge${turn}`, ...line, ...more })
  }
  yield* activate(call, { eid: '89049032021008881300304741158317' })
  yield* activate(call, { iccid: '8901313340000000011' })
  yield* pass('PT2S')
  const other = yield* edgeWorld(town, 'edge-lines')
  const stocked = other.of('wholesale')
  yield* other.token('wholesale', '/oauth/token')
  const iccid = '8901313340000000011'
  yield* activate(stocked, { iccid })
  yield* activate(stocked, { iccid })
  const data = { productId: 'Plan001-DATA', characteristics: [] }
  for (const action of ['Add', 'Remove', 'Update'])
    yield* activate(stocked, { iccid: '8901313340000000029', products: [{ ...data, action }] })
  yield* other.pass('PT2S')
  yield* other.sim('PATCH', '/settings/wholesale', { strict: true })
  yield* activate(stocked, { iccid: '8901313340000000037', eSIMDeliveryMethod: 'QR' })
  const update = { partnerTransactionId: 'Edge', gpsi: '17205550001', action: 'Suspend' }
  yield* stocked('POST', '/updateStatus', update)
  yield* other.pass('P32D')
}

function* subscriptions(town) {
  const { of, sim, token, pass } = yield* edgeWorld(town, 'edge-orders')
  const call = of('accounts-orders')
  yield* token('accounts-orders', TOKEN_PATH)
  const get = (path, query) => call('GET', `/enterprise${path}`, undefined, { query })
  const templates = yield* get('/order-templates')
  const accounts = yield* get('/accounts')
  const ids = accounts?._embedded?.accounts?.map(({ id }) => id) ?? []
  const template_id = templates?._embedded?.['order-templates']?.at(-1)?.id
  const who = { first_name: 'Ada', last_name: 'Byron' }
  const wanted = (account_id, subscriber, more = {}) => ({
    ...{ type: 'activate_subscription', account_id, subscriber: { ...who, ...subscriber } },
    sim_profile: { sim_type: 'esim', delivery: { type: 'api' } },
    ...more,
  })
  const [email, employee_id] = ['ada.abbott@northgate.example', 'E1001']
  const orders = [
    wanted(ids[2], { email: 'x@y.example' }),
    wanted('acc_1', { email: 'x@y.example' }),
    wanted(ids[0], { email, employee_id }),
    wanted(ids[0], { email: 'x@y.example' }, { template_id: 'otpl_1' }),
    wanted(ids[0], { email: 'x@y.example' }, { template_id }),
  ]
  let placed
  for (const json of orders) placed = yield* call('POST', '/enterprise/orders', json)
  yield* pass('PT2M')
  const iccid = placed?.sim_profile?.iccid ?? '1'
  yield* sim('POST', `/sims/${iccid}/install`)
  const from = placed?.phone_numbers?.[0]?.msisdn ?? '1'
  yield* call('POST', '/enterprise/sms', { from, to: ['447700900123'], text: 'Hello' })
  for (const use of [{ sms: 1 }, { minutes: 1 }, { data: '1MB' }, { data: '4GB' }])
    yield* sim('POST', `/sims/${iccid}/use`, use)
  const spans = [
    { 'from-date': '2033-05-06', 'to-date': '2033-05-05' },
    { 'to-date': '2033-02-30' },
    { 'from-date': '2033-02-30', 'to-date': '2033-13-01' },
  ]
  for (const span of spans) yield* get('/usage/items', span)
  yield* pass('P31D')
  yield* token('accounts-orders', TOKEN_PATH)
  yield* get(`/subscriptions/${placed?.subscription_id}`)
  yield* sim('POST', `/sims/${iccid}/use`, { data: '1MB' })
  yield* sim('PATCH', '/settings/accounts-orders', { strict: true })
  for (const path of [
    '/orders/order_1',
    '/order-templates/otlp_1',
    '/usage/items?account-id=acc_1',
  ])
    yield* get(path)
  for (const body of ['{"client_secret":"\\u12"}', '{"client_secret":"a\\u0041"}', '{']) {
    const headers = { 'Content-Type': 'application/json' }
    yield* call('POST', TOKEN_PATH, undefined, { body, headers, open: true })
  }
}

/** All of it; the worlds go again. */
export function* edgesOfProviders(town) {
  for (const edge of [esimGo, longEsimGo, highland, wholesale, subscriptions]) yield* edge(town)
  const first = town.worlds.get('default')
  for (const name of [...town.worlds.keys()].filter((each) => each.startsWith('edge-'))) {
    town.worlds.delete(name)
    const move = { method: 'DELETE', path: `/_sim/worlds/${name}`, share: 0, elsewhere: true }
    yield* ask(town, first, move)
  }
}
