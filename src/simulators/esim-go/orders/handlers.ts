// POST /orders, GET /orders, GET /orders/{orderReference}.
import { sortable } from '../../../state/collection.ts'
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import { reply } from '../../simulator.ts'
import type { EsimGoRefusal } from '../errors.ts'
import * as wire from '../esims/wire.ts'
import * as wire25 from '../esims/wire-v25.ts'
import type { EsimGoHandlers } from '../handlers.ts'
import { type Order, orders } from '../records.ts'
import type { components } from '../spec.d.ts'
import { since25 } from '../versions.ts'
import { type OrderRequest, place, price } from './ordering.ts'

/** Both forms of the body as one: a list of lines, or one line laid flat. */
function wishOf(body: components['schemas']['OrderRequest']): OrderRequest {
  const assign = body.assign ?? false
  if (body.order) {
    return {
      assign,
      lines: body.order.map(({ item, quantity, iccids = [], allowReassign = false }) => ({
        item,
        quantity: quantity ?? Math.max(1, iccids.length),
        iccids,
        allowReassign,
      })),
    }
  }
  const iccids = body.iccid === undefined ? [] : [body.iccid]
  return {
    assign,
    lines: [{ item: body.item ?? '', quantity: body.quantity ?? 1, iccids, allowReassign: false }],
  }
}

/** The earliest and latest `createdAt` (ms, both included) that `bounds` leave. */
function windowOf(bounds: readonly string[]): { from: number; to: number } {
  let from = 0
  let to = Number.MAX_SAFE_INTEGER
  for (const bound of bounds) {
    const [, operator = 'eq', time = ''] = /^(?:(eq|lte?|gte?):)?(.*)$/.exec(bound) ?? []
    const at = Date.parse(time)
    if (Number.isNaN(at)) throw new Refusal('invalid-request', `createdAt: "${time}" is not a time`)
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

function shown(world: World, record: Order, basePath: string, withEsims = true) {
  return {
    ...wire.order(world, record, withEsims),
    ...since25(basePath, () => wire25.order(record)),
  }
}

export const orderHandlers: EsimGoHandlers = {
  createOrder({ body, basePath }, world) {
    const brandingId = body.profileID
    const wish = {
      ...wishOf(body),
      ...since25(basePath, () => (brandingId === undefined ? {} : { brandingId })),
    }
    if (body.type === 'transaction') return reply(200, shown(world, place(world, wish), basePath))
    const { lines, total, valid } = price(world, wish)
    return reply(200, wire.pricedOrder(world, lines, total, valid))
  },

  getOrder({ path, basePath }, world) {
    const order = world.in(orders).get(path.orderReference)
    if (!order)
      throw new Refusal<EsimGoRefusal>('unknown-order', `there is no order ${path.orderReference}`)
    return reply(200, shown(world, order, basePath))
  },

  listOrders({ query, baseUrl, basePath }, world) {
    const { page = 1, limit = 10, createdAt = [], includeIccids = true } = query
    const found = pageOf(world, page, limit, createdAt)
    return reply(
      200,
      found.map((record) => {
        const order = shown(world, record, basePath, includeIccids)
        // No invoice is known to us: the link leads to the order itself (invented).
        const invoiceLink = `${baseUrl}/orders/${record.reference}`
        return { ...order, order: order.order.map((line) => ({ ...line, invoiceLink })) }
      }),
    )
  },
}
