// POST /orders, GET /orders, GET /orders/{orderReference}.
import { type Range, sortable } from '../../../state/collection.ts'
import { Refusal } from '../../../state/refusal.ts'
import { reply } from '../../call.ts'
import { longList } from '../../long-list.ts'
import { comparisonOf, type Span, spanOf } from '../comparison.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { type Order, orders } from '../records.ts'
import type { EsimGoHandlers } from '../settings.ts'
import { isSince, V23 } from '../versions.ts'
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

/** The orders made in the window, newest first (inferred): where they stand in their index. */
function rangeOf(bounds: readonly string[]): Range {
  const { from, to } = windowOf(bounds)
  return { from: sortable(from), to: sortable(Math.max(0, to + 1)), descending: true }
}

/** How many lines and eSIMs the orders of a page have together at most (invented). */
export const MOST_ON_PAGE = 100_000

/** A page with more of them is made in turns. */
const MANY_ON_PAGE = 500

/**
 * How many lines and eSIMs the orders of a page have together.
 * @throws Refusal `invalid-request` where they would be too many to be sent
 */
function weightOf(page: readonly Order[]): number {
  let together = 0
  for (const { lines } of page) for (const { iccids } of lines) together += 1 + iccids.length
  if (together > MOST_ON_PAGE)
    throw new Refusal(
      'invalid-request',
      `limit: these ${page.length} orders have more than ${MOST_ON_PAGE} lines and eSIMs, ask for fewer`,
    )
  return together
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
    const found = all.page('created', range, (page - 1) * limit, limit)
    const list =
      weightOf(found) > MANY_ON_PAGE
        ? longList(found, (order, seen) => wire.listedOrder(seen, order, shape))
        : found.map((order) => wire.listedOrder(world, order, shape))
    if (settings.ordersList === 'array') return reply(200, list)

    const rows = all.count('created', range)
    return reply(200, { orders: list, pageCount: Math.ceil(rows / limit), rows, pageSize: limit })
  },
}
