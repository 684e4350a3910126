// What an eSIM of Highland, a line and a subscription go through.
import { ask } from '../asking.js'
import { recall, remember } from '../memory.js'
import { jsonOf } from '../send.js'
import { control, device, NOBODYS, pass, SHARE } from './ways.js'

const highland = (town, memory, method, path, rest) =>
  ask(town, memory, { method, path, slug: 'highland', share: SHARE, ...rest })

/** Acquired, given a product, used, until its bar code has expired. */
export function* highlandTrip(town, memory) {
  const { dice } = town
  const company_id = recall(memory, 'company', dice, '1a9a1d8ddc9311f09e024c50dd6c0d86')
  const got = jsonOf(
    yield* highland(town, memory, 'POST', '/b2b/sim/acquire', { json: { company_id } }),
  )
  if (!got?.sim_id) return
  const { sim_id, iccid, bar_code_url } = got
  const id = bar_code_url.slice(-32)
  const own = { company_id, sim_id }
  yield* highland(town, memory, 'GET', `/b2b/sim/bar_code/${id}`, { open: true })
  const [product_id, market_id, country] = dice.pick([
    ['852', '162', 'US'],
    ['842', '157', 'CN'],
    ['857', '167', 'FR'],
    ['870', '168', 'JP'],
  ])
  yield* highland(town, memory, 'POST', '/b2b/sim/product/add', {
    json: { ...own, product_id, market_id },
  })
  if (dice.chance(0.8)) yield* device(town, memory, iccid, 'install')
  yield* device(town, memory, iccid, 'attach', { country })
  yield* device(town, memory, iccid, 'use', { data: dice.pick(['9MB', '11MB', '200MB', '6GB']) })
  const seen = (path) => highland(town, memory, 'GET', path, { query: own })
  yield* seen('/b2b/sim/product_usage')
  if (dice.chance(0.5)) {
    yield* highland(town, memory, 'POST', '/b2b/sim/suspend', { json: own })
    yield* device(town, memory, iccid, 'use', { bytes: 1000 })
    yield* highland(town, memory, 'POST', '/b2b/sim/restore', { json: own })
  }
  yield* pass(town, memory, dice.pick(['P2DT23H59M59S', 'P3D', 'P8D', 'P31D']))
  yield* highland(town, memory, 'GET', `/b2b/sim/bar_code/${id}`, { open: true })
  const removal = dice.pick(['/mvno/sim/product/remove', '/b2b/sim/product/remove'])
  if (dice.chance(0.6))
    yield* highland(town, memory, 'POST', removal, { json: { ...own, product_id } })
  yield* seen('/b2b/sim/product_usage/all_product/')
  const window = { ...own, from: '2026-01-01T00:00:00', to: '2060-01-01T00:00:00Z' }
  yield* highland(town, memory, 'GET', '/b2b/sim/product_usage/window', { query: window })
}

/** Tells the beginning of a bearer's story: a token, where there is none. */
function* bearer(town, memory, slug, withToken, move) {
  yield* withToken(town, memory, slug)
  return yield* ask(town, memory, { slug, share: SHARE, ...move })
}

/** A line from its activation to its end, with what its handset does. */
export function* line(town, memory, { withToken, wholesale, pathOf }) {
  const { dice } = town
  const whole = (move) => bearer(town, memory, 'wholesale', withToken, move)
  const activation = wholesale.activateSubscription[1](memory, dice)
  const { partnerTransactionId, iccid: named } = activation.json
  const plain = { headers: {}, query: {} }
  const reply = yield* whole({ ...activation, ...plain })
  const told = () =>
    whole({
      method: 'GET',
      path: pathOf(memory, dice, 'queryTransactionStatus'),
      query: { partnerTransactionId },
    })
  if (dice.chance(0.4)) yield* told()
  if (reply.status !== 200) return
  if (dice.chance(0.2)) {
    const json = { ...activation.json, partnerTransactionId: `${partnerTransactionId}-2` }
    yield* whole({ ...activation, ...plain, json })
  }
  yield* pass(town, memory, 'PT2S')
  yield* told()
  const query = { provider: 'wholesale', limit: '1000' }
  const rows = jsonOf(yield* control(town, memory, 'GET', '/sims', undefined, query))?.sims ?? []
  const iccid = named ?? rows.at(-1)?.iccid ?? '11986621644523024501'
  remember(memory, 'line', { iccid })
  if (dice.chance(0.7)) yield* device(town, memory, iccid, 'install')
  yield* device(town, memory, iccid, 'use', { data: dice.pick(['1MB', '600MB', '3GB', '11GB']) })
  const actions = dice.pick([
    ['Suspend', 'Resume'],
    ['Suspend', 'Cease', 'Reactivate'],
    ['Cease', 'Resume', 'Reactivate'],
    ['Resume'],
  ])
  for (const action of actions) {
    const id = `Txn${dice.text(7, '0123456789')}`
    const json = { partnerTransactionId: id, iccid, action }
    const path = pathOf(memory, dice, 'updateSubscriptionStatus')
    yield* whole({ method: 'POST', path, json, about: { transaction: id } })
    if (dice.chance(0.2)) yield* whole({ method: 'POST', path, json })
    if (dice.chance(0.9)) yield* pass(town, memory, dice.pick(['PT2S', '5s']))
    if (dice.chance(0.4)) yield* device(town, memory, iccid, 'use', { data: '2MB' })
  }
  if (dice.chance(0.3)) yield* pass(town, memory, 'P32D')
  yield* control(town, memory, 'GET', `/sims/${iccid}`)
}

/** A subscription that is ordered, delivered, used and changed. */
export function* subscription(town, memory, { withToken, orders }) {
  const { dice } = town
  const slug = 'accounts-orders'
  const call = (move) => bearer(town, memory, slug, withToken, move)
  const get = (path, query) => call({ method: 'GET', path: `/enterprise${path}`, query })
  const order = jsonOf(yield* call(orders.createOrder[1](memory, dice)))
  if (!order?.id) return
  if (dice.chance(0.4)) yield* get(`/orders/${order.id}`)
  yield* pass(town, memory, 'PT2M')
  yield* get(`/orders/${order.id}`)
  const id = order.subscription_id
  const found = jsonOf(yield* get(`/subscriptions/${id}/sim-profile`))
  const iccid =
    found?.iccid ?? order.sim_profile?.iccid ?? recall(memory, `${slug} iccid`, dice, NOBODYS)
  if (dice.chance(0.7)) yield* device(town, memory, iccid, 'install')
  const uses = [
    { data: dice.pick(['5MB', '3GB', '11GB']) },
    { sms: 2, peer: '447700900123' },
    { minutes: 2.5, direction: 'inbound', peer: '447700900123' },
    { bytes: 5000 },
  ]
  if (dice.chance(0.3))
    yield* device(town, memory, iccid, 'attach', { country: dice.pick(['US', 'FR', 'JP']) })
  for (const use of uses) if (dice.chance(0.6)) yield* device(town, memory, iccid, 'use', use)
  yield* get('/usage/items', { 'subscription-id': id, limit: '5' })
  yield* get('/products', { limit: '3' })
  if (dice.chance(0.4)) yield* get(`/subscriptions/${id}/services`)
  if (dice.chance(0.4)) yield* control(town, memory, 'GET', '/messages', undefined, { limit: '3' })
  if (dice.chance(0.3)) yield* pass(town, memory, 'P31D')
  yield* get(`/subscriptions/${id}`)
}
