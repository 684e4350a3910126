// What eSIMs of eSIM Go go through: trips, inventories, suspensions, half a year of nothing.
import { ask } from '../asking.js'
import { forget, recall } from '../memory.js'
import { jsonOf } from '../send.js'
import { control, device, NOBODYS, pass, SHARE } from './ways.js'

const esimGo = (town, memory, method, path, rest = {}) =>
  ask(town, memory, {
    ...{ method, path, slug: 'esim-go', mount: `/${town.dice.pick(['v2.4', 'v2.5'])}` },
    ...{ share: SHARE, ...rest },
  })

/** An eSIM of an order, its latest first; or one that was seen. */
function orderedIccid(memory, dice, reply) {
  const iccids = jsonOf(reply)?.order?.flatMap((line) => line.iccids ?? []) ?? []
  return iccids[0] ?? recall(memory, 'esim-go iccid', dice, NOBODYS)
}

const trips = [
  ['esim_1GB_7D_GB_V2', 'GB', ['5MB', '1MB', '500MB', '300MB', '194MB', '1MB']],
  ['esim_1GB_7D_GB_V2', 'GB', ['1.2GB', '10MB']],
  ['esim_2GB_15D_FR_V2', 'FR', ['1GB', '600MB', '100MB', '400MB']],
  ['esim_10GB_30D_REUP_V2', 'DE', ['4GB', '5GB', '2GB']],
  ['esim_UL_1D_GB_V2', 'GB', ['20GB', '1KB']],
  ['esim_12GB_365D_GB_V2', 'GB', ['900MB', '200MB']],
  ['esim_1GB_7D_LATE_V2', 'GB', ['1MB']],
  ['esim_1GB_7D_SLOW_V2', 'GB', ['1MB']],
]

/** Bought, installed, used up, looked at, over. */
export function* trip(town, memory) {
  const { dice } = town
  const [item, country, amounts] = dice.pick(trips)
  const quantity = dice.weighted([
    [8, 1],
    [1, 2],
    [0.5, 6],
  ])
  const order = [{ type: 'bundle', item, quantity }]
  const json = { type: 'transaction', assign: true, order }
  const iccid = orderedIccid(memory, dice, yield* esimGo(town, memory, 'POST', '/orders', { json }))
  if (dice.chance(0.5)) yield* pass(town, memory, dice.pick(['PT10M', 'PT5M', 'PT10S']))
  const about = { iccid, name: item }
  const look = (end, query) =>
    esimGo(town, memory, 'GET', `/esims/${iccid}${end}`, { about, query })
  if (dice.chance(0.3)) yield* device(town, memory, iccid, 'download')
  yield* device(town, memory, iccid, 'install')
  yield* device(town, memory, iccid, 'attach', { country })
  for (const data of amounts) {
    yield* device(town, memory, iccid, 'use', { data })
    if (dice.chance(0.3))
      yield* look(dice.pick(['/bundles', '/location', '/history', '', `/bundles/${item}`]))
    if (dice.chance(0.15)) yield* pass(town, memory, dice.pick(['PT1H', 'P1D', 'PT5S']))
  }
  yield* look('/location')
  if (dice.chance(0.3)) yield* esimGo(town, memory, 'GET', `/esims/${iccid}/refresh`)
  yield* pass(town, memory, dice.pick(['PT1M', 'PT5M', 'P8D', 'P16D', 'P31D']))
  yield* look('/bundles', { includeUsed: 'true' })
  if (dice.chance(0.4)) yield* look('/history')
  const ends = [
    ['disable', 'delete'],
    ['disable', 'enable'],
    ['detach'],
    ['disable', 'delete', 'install'],
  ]
  if (dice.chance(0.4)) for (const end of dice.pick(ends)) yield* device(town, memory, iccid, end)
}

/** Bought into the inventory, applied, and given back in one way or another. */
export function* inventory(town, memory) {
  const { dice } = town
  const item = dice.pick([
    'esim_1GB_7D_GB_V2',
    'esim_5GB_30D_DE_V2',
    'esim_12GB_365D_GB_V2',
    'esim_UL_1D_GB_V2',
  ])
  const order = [{ type: 'bundle', item, quantity: dice.whole(1, 5) }]
  yield* esimGo(town, memory, 'POST', '/orders', {
    json: { type: 'transaction', assign: false, order },
  })
  yield* esimGo(town, memory, 'GET', '/inventory')
  const onto = dice.chance(0.5) ? { iccid: recall(memory, 'esim-go iccid', dice, undefined) } : {}
  const applied = yield* esimGo(town, memory, 'POST', '/esims/apply', {
    json: { bundle: item, ...onto },
  })
  const iccid = jsonOf(applied)?.esims?.[0]?.iccid ?? onto.iccid ?? NOBODYS
  if (dice.chance(0.6))
    yield* esimGo(town, memory, 'POST', `/esims/${iccid}/bundles`, { json: { name: item } })
  if (dice.chance(0.3)) yield* device(town, memory, iccid, 'install')
  if (dice.chance(0.3)) yield* device(town, memory, iccid, 'use', { data: '7MB' })
  const about = { iccid, name: item }
  const bundles = jsonOf(yield* esimGo(town, memory, 'GET', `/esims/${iccid}/bundles`, { about }))
  const [first] = bundles?.bundles?.flatMap(({ assignments }) => assignments) ?? []
  const path = `/esims/${iccid}/bundles/${item}`
  const query = { type: 'validate' }
  const verdict = jsonOf(yield* esimGo(town, memory, 'DELETE', path, { query, about }))
  const offer = verdict?.options?.find(({ offerId }) => offerId)?.offerId
  if (first && dice.chance(0.5))
    yield* esimGo(
      town,
      memory,
      'DELETE',
      `${path}/${dice.pick(['assignments', 'applications'])}/${first.id}`,
      { about },
    )
  const refund = offer && dice.chance(0.6) ? { refundToBalance: 'true', offerId: offer } : {}
  yield* esimGo(town, memory, 'DELETE', path, { query: refund, about })
  if (dice.chance(0.3)) yield* device(town, memory, iccid, 'install')
  if (dice.chance(0.2)) yield* pass(town, memory, dice.pick(['P4DT1M', 'P61D']))
  yield* esimGo(town, memory, 'GET', '/inventory')
  const usageId = recall(memory, 'lot', dice, 1)
  yield* esimGo(town, memory, 'POST', '/inventory/refund', { json: { usageId, quantity: 1 } })
  yield* esimGo(town, memory, 'GET', '/organisation')
}

/** Suspended and back, told of as idle, deleted. */
export function* suspension(town, memory) {
  const { dice } = town
  const iccid = recall(memory, 'esim-go iccid', dice, NOBODYS)
  const v25 = (method, path, rest) =>
    esimGo(town, memory, method, path, { mount: '/v2.5', ...rest })
  const suspend = (suspend) => v25('POST', `/esims/${iccid}/suspend`, { json: { suspend } })
  yield* suspend(true)
  yield* v25('GET', `/esims/${iccid}/suspend`)
  yield* device(town, memory, iccid, 'use', { data: '1MB' })
  if (dice.chance(0.5))
    yield* esimGo(town, memory, 'POST', '/esims/apply', {
      json: { iccid, bundle: 'esim_1GB_7D_GB_V2' },
    })
  yield* suspend(false)
  if (dice.chance(0.15)) {
    yield* pass(town, memory, 'P181D')
    yield* pass(town, memory, 'P7DT1S')
    yield* esimGo(town, memory, 'GET', `/esims/${iccid}`)
    const reference = recall(memory, 'reference', dice, 'none')
    yield* esimGo(town, memory, 'GET', `/esims/csv/${reference}`)
  }
  if (dice.chance(0.3)) {
    yield* v25('DELETE', `/esims/${iccid}`)
    yield* device(town, memory, iccid, 'use', { data: '1MB' })
    yield* esimGo(town, memory, 'GET', `/esims/${iccid}`)
  }
}

/** Used up, left alone for half a year, told of, deactivated; and what is told of its order. */
export function* idle(town, memory) {
  const { dice } = town
  const order = [{ type: 'bundle', item: 'esim_1GB_7D_GB_V2', quantity: 1 }]
  const json = { type: 'transaction', assign: true, order }
  const reply = yield* esimGo(town, memory, 'POST', '/orders', { json })
  const iccid = orderedIccid(memory, dice, reply)
  const reference = jsonOf(reply)?.orderReference ?? 'none'
  yield* device(town, memory, iccid, 'install')
  yield* device(town, memory, iccid, 'use', { data: '2GB' })
  yield* pass(town, memory, 'P180D')
  yield* pass(town, memory, dice.pick(['P7D', 'P8D']))
  for (const path of [`/esims/qr/${reference}`, `/esims/csv/${reference}`, `/esims/${iccid}`])
    yield* esimGo(town, memory, 'GET', path, { mount: '/v2.5' })
  const suspend = { mount: '/v2.5', json: { suspend: true } }
  yield* esimGo(town, memory, 'POST', `/esims/${iccid}/suspend`, suspend)
  const onto = [{ ...order[0], iccids: [iccid], allowReassign: dice.chance(0.5) }]
  yield* esimGo(town, memory, 'POST', '/orders', { json: { ...json, order: onto } })
}

/** Bought to start at an hour of its own, looked at before and after it. */
export function* appointed(town, memory) {
  const { dice } = town
  const item = dice.pick(['esim_1GB_7D_GB_V2', 'esim_12GB_365D_GB_V2'])
  const order = [{ type: 'bundle', item, quantity: 2 }]
  yield* esimGo(town, memory, 'POST', '/orders', {
    json: { type: 'transaction', assign: false, order },
  })
  const startTime = new Date(Date.parse(memory.now) + 3_600_000).toISOString()
  const json = { bundle: item, startTime, ...dice.some({ allowReassign: true }, 0.3) }
  const applied = yield* esimGo(town, memory, 'POST', '/esims/apply', { json })
  const iccid = jsonOf(applied)?.esims?.[0]?.iccid ?? NOBODYS
  yield* esimGo(town, memory, 'POST', `/esims/${iccid}/bundles`, {
    json: { name: item, startTime },
  })
  yield* pass(town, memory, dice.pick(['PT59M', 'PT1H']))
  const about = { iccid, name: item }
  yield* esimGo(town, memory, 'GET', `/esims/${iccid}/bundles`, { about })
  yield* pass(town, memory, dice.pick(['PT1M', 'P32D']))
  yield* esimGo(town, memory, 'GET', `/esims/${iccid}/bundles/${item}`, { about })
}

/** An eSIM whose profile is too old for an unlimited bundle. */
export function* older(town, memory) {
  const { dice } = town
  const rows = jsonOf(
    yield* control(town, memory, 'GET', '/sims', undefined, { provider: 'esim-go', limit: '1' }),
  )
  const iccid = rows?.sims?.[0]?.iccid ?? NOBODYS
  const item = 'esim_UL_1D_GB_V2'
  yield* esimGo(town, memory, 'GET', `/esims/${iccid}/compatible/${item}`)
  for (const allowReassign of [false, true]) {
    const order = [{ type: 'bundle', item, quantity: 1, iccids: [iccid], allowReassign }]
    yield* esimGo(town, memory, 'POST', '/orders', {
      json: { type: 'transaction', assign: true, order },
    })
  }
  const json = { iccid, bundle: item, allowReassign: dice.chance(0.5) }
  yield* esimGo(town, memory, 'POST', '/esims/apply', { json })
}

/** More eSIMs than are seen to at once, and a world that begins anew after them. */
export function* many(town, memory) {
  if (town.played < (town.manyAt ?? 0)) return
  town.manyAt = town.played + 3000
  yield* esimGo(town, memory, 'POST', '/organisation/balance', { query: { amount: '5000' } })
  const order = [{ type: 'bundle', item: 'esim_1GB_7D_GB_V2', quantity: 600 }]
  const json = { type: 'transaction', assign: true, order }
  const reply = yield* esimGo(town, memory, 'POST', '/orders', { json, share: 0 })
  yield* control(town, memory, 'GET', '/sims', undefined, { limit: '1000' })
  yield* esimGo(town, memory, 'GET', '/esims', { query: { perPage: '700', page: '1' } })
  const reference = jsonOf(reply, 1e7)?.orderReference ?? 'none'
  const headers = { Accept: 'application/json' }
  yield* esimGo(town, memory, 'GET', '/esims/assignments', { query: { reference }, headers })
  yield* pass(town, memory, 'PT10S')
  const away = yield* ask(town, memory, { method: 'POST', path: '/_sim/reset', share: 0 })
  if (away.status === 200) forget(memory)
}
