// POST /orders, GET /orders, GET /orders/{orderReference}.
import { sortable } from '../../../state/collection.ts'
import { instantOf } from '../../../state/instant.ts'
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import { reply } from '../../call.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { type Order, orders } from '../records.ts'
import type { EsimGoHandlers } from '../settings.ts'
import { placeOrder, priceOrder } from './ordering.ts'
import * as wire from './wire.ts'

/** `gte:2026-01-01T00:00:00Z`; without an operator, that very instant. */
const BOUND = /^(?:(eq|lte?|gte?):)?(.*)$/

/** The earliest and latest `createdAt` (ms, both included) that `bounds` leave. */
function windowOf(bounds: readonly string[]): { from: number; to: number } {
  let from = 0
  let to = Number.MAX_SAFE_INTEGER
  for (const bound of bounds) {
    const [, operator = 'eq', time = ''] = BOUND.exec(bound) ?? []
    const at = instantOf(time)
    if (at === undefined)
      throw new Refusal('invalid-request', `createdAt: "${time}" is not a time there is`)

    if (operator === 'gte' || operator === 'eq') from = Math.max(from, at)
    if (operator === 'gt') from = Math.max(from, at + 1)
    if (operator === 'lte' || operator === 'eq') to = Math.min(to, at)
    if (operator === 'lt') to = Math.min(to, at - 1)
  }
  return { from, to }
}

/** One page, newest first (inferred), of the orders made in the window. */
function pageOf(world: World, page: number, limit: number, bounds: readonly string[]): Order[] {
  const { from, to } = windowOf(bounds)
  const range = { from: sortable(from), to: sortable(Math.max(0, to + 1)), descending: true }
  return world.in(orders).page('created', range, (page - 1) * limit, limit)
}

export const orderHandlers: EsimGoHandlers = {
  createOrder({ body, basePath }, world) {
    const request = wire.orderRequest(body, basePath)
    if (body.type === 'transaction')
      return reply(200, wire.order(world, placeOrder(world, request), basePath))
    return reply(200, wire.pricedOrder(world, priceOrder(world, request)))
  },

  getOrder({ path, basePath }, world) {
    const order = world.in(orders).get(path.orderReference)
    if (!order)
      throw new Refusal<EsimGoRefusal>('unknown-order', `there is no order ${path.orderReference}`)
    return reply(200, wire.order(world, order, basePath))
  },

  listOrders({ query, baseUrl, basePath }, world) {
    const { page = 1, limit = 10, createdAt = [], includeIccids: withEsims = true } = query
    const shape = { basePath, baseUrl, withEsims }
    const found = pageOf(world, page, limit, createdAt)
    return reply(
      200,
      found.map((order) => wire.listedOrder(world, order, shape)),
    )
  },
}
