// POST /orders, GET /orders, GET /orders/{orderReference}.
import { sortable } from '../../../state/collection.ts'
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import { reply } from '../../call.ts'
import { comparisonOf, type Span, spanOf } from '../comparison.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { type Order, orders } from '../records.ts'
import type { EsimGoHandlers } from '../settings.ts'
import { placeOrder, priceOrder } from './ordering.ts'
import * as wire from './wire.ts'

/** The earliest and latest `createdAt` (ms, both included) that `bounds` leave. */
function windowOf(bounds: readonly string[]): Span {
  let from = 0
  let to = Number.MAX_SAFE_INTEGER
  for (const bound of bounds) {
    const span = spanOf(comparisonOf(bound))
    if (!span) throw new Refusal('invalid-request', `createdAt: "${bound}" is not a time`)
    from = Math.max(from, span.from)
    to = Math.min(to, span.to)
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
