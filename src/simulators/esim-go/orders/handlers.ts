// POST /orders, GET /orders, GET /orders/{orderReference}.
import { type Range, sortable } from '../../../state/collection.ts'
import { Refusal } from '../../../state/refusal.ts'
import { reply } from '../../call.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { orders } from '../records.ts'
import type { EsimGoHandlers } from '../settings.ts'
import { isSince, V23 } from '../versions.ts'
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
    const at = Date.parse(time)
    if (Number.isNaN(at)) throw new Refusal('invalid-request', `createdAt: "${time}" is not a time`)

    if (operator === 'gte' || operator === 'eq') from = Math.max(from, at)
    if (operator === 'gt') from = Math.max(from, at + 1)
    if (operator === 'lte' || operator === 'eq') to = Math.min(to, at)
    if (operator === 'lt') to = Math.min(to, at - 1)
  }
  return { from, to }
}

/** The orders made in the window, newest first (inferred): where they stand in their index. */
function rangeOf(bounds: readonly string[]): Range {
  const { from, to } = windowOf(bounds)
  return { from: sortable(from), to: sortable(Math.max(0, to + 1)), descending: true }
}

export const orderHandlers: EsimGoHandlers = {
  createOrder(call, world) {
    const { body, query, basePath } = call
    const request = wire.orderRequest(body, call)
    if (body.type === 'validate')
      return reply(200, wire.pricedOrder(world, priceOrder(world, request), basePath))
    const order = placeOrder(world, request)
    const shape = wire.newOrderShape(order, basePath, query.includeIccids)
    return reply(200, wire.order(world, order, shape))
  },

  getOrder({ path, basePath }, world) {
    const order = world.in(orders).get(path.orderReference)
    if (!order)
      throw new Refusal<EsimGoRefusal>('unknown-order', `there is no order ${path.orderReference}`)
    return reply(200, wire.order(world, order, { basePath, esims: 'installation' }))
  },

  listOrders({ query, baseUrl, basePath, settings }, world) {
    const { page = 1, limit = 10, createdAt = [] } = query
    const { includeIccids = isSince(V23, basePath) } = query
    const shape = { basePath, baseUrl, esims: includeIccids ? 'installation' : 'none' } as const
    const range = rangeOf(createdAt)
    const all = world.in(orders)
    const list = all
      .page('created', range, (page - 1) * limit, limit)
      .map((order) => wire.listedOrder(world, order, shape))
    if (settings.ordersList === 'array') return reply(200, list)

    const rows = createdAt.length === 0 ? all.size : all.page('created', range, 0, all.size).length
    return reply(200, { orders: list, pageCount: Math.ceil(rows / limit), rows, pageSize: limit })
  },
}
