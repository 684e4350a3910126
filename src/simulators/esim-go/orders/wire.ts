// The JSON of orders, asked for and answered.
import { defined } from '../../../state/defined.ts'
import { iso } from '../../../state/instant.ts'
import { simKey, sims } from '../../../state/sims.ts'
import type { World } from '../../../state/world.ts'
import { CURRENCY, money, moneyText } from '../money.ts'
import { esims, type Order, type OrderLine, SLUG } from '../records.ts'
import type { components } from '../spec.d.ts'
import { since25 } from '../versions.ts'
import type { OrderRequest, PricedOrder } from './ordering.ts'

type Schemas = components['schemas']

/**
 * What a body asks for, in either of its forms: a list of lines, or the one
 * line laid flat.
 */
export function orderRequest(body: Schemas['OrderRequest'], basePath: string): OrderRequest {
  const request: OrderRequest = {
    assign: body.assign ?? false,
    lines: body.order?.map(requestedLine) ?? [flatLine(body)],
  }
  return since25(basePath, request, () => defined({ brandingId: body.profileID }))
}

function requestedLine(line: Schemas['OrderRequestLine']): OrderRequest['lines'][number] {
  const { item, quantity, iccids = [], allowReassign = false } = line
  return { item, quantity: quantity ?? Math.max(1, iccids.length), iccids, allowReassign }
}

/** The spec sees to it that there is an `item` where there is no list. */
function flatLine(body: Schemas['OrderRequest']): OrderRequest['lines'][number] {
  const { item = '', quantity = 1, iccid } = body
  return { item, quantity, iccids: iccid === undefined ? [] : [iccid], allowReassign: false }
}

function orderLine(world: World, line: OrderLine, withEsims: boolean): Schemas['OrderLine'] {
  const { type, item, quantity, pricePerUnit, allowReassign, iccids } = line
  const json = {
    type,
    item,
    quantity,
    subTotal: money(quantity * pricePerUnit),
    pricePerUnit: money(pricePerUnit),
    allowReassign,
  }
  if (!withEsims || iccids.length === 0) return json
  return {
    ...json,
    iccids: [...iccids],
    esims: iccids.flatMap((iccid) => installation(world, iccid)),
  }
}

/** How an eSIM of the account is installed. */
function installation(world: World, iccid: string): NonNullable<Schemas['OrderLine']['esims']> {
  const sim = world.in(sims).get(simKey(SLUG, iccid))
  return sim && world.in(esims).has(iccid)
    ? [{ iccid, matchingId: sim.matchingId, smdpAddress: sim.smdpAddress }]
    : []
}

function statusMessage({ assign, status, lines }: Order): string {
  if (status === 'processing') return 'Order is being processed'
  if (!assign) return 'Order completed'
  const count = lines.reduce((sum, { iccids }) => sum + iccids.length, 0)
  return `Order completed: ${count} eSIMs assigned`
}

export function order(
  world: World,
  record: Order,
  basePath: string,
  withEsims = true,
): Schemas['Order'] {
  const createdDate = iso(record.createdAt)
  const json: Schemas['Order'] = {
    order: record.lines.map((line) => orderLine(world, line, withEsims)),
    total: money(record.total),
    currency: CURRENCY,
    valid: true,
    assigned: record.assign && record.status === 'completed',
    status: record.status,
    statusMessage: statusMessage(record),
    orderReference: record.reference,
    createdDate,
    createDate: createdDate,
  }
  return since25(basePath, json, () => runningBalance(record))
}

/** Absent from orders of a state that was kept before it was noted. */
function runningBalance({ runningBalance }: Order): { runningBalance?: string } {
  return runningBalance === undefined ? {} : { runningBalance: moneyText(runningBalance) }
}

/** An order as the list shows it: each line with a link to its invoice. */
export function listedOrder(
  world: World,
  record: Order,
  { basePath, baseUrl, withEsims }: { basePath: string; baseUrl: string; withEsims: boolean },
): Schemas['Order'] {
  const json = order(world, record, basePath, withEsims)
  // No invoice is known to us: the link leads to the order itself (invented).
  const invoiceLink = `${baseUrl}/orders/${record.reference}`
  return { ...json, order: json.order.map((line) => ({ ...line, invoiceLink })) }
}

export function pricedOrder(world: World, priced: PricedOrder): Schemas['ValidatedOrder'] {
  return {
    order: priced.lines.map((line) => orderLine(world, line, false)),
    total: money(priced.total),
    currency: CURRENCY,
    valid: priced.valid,
    assigned: false,
    createdDate: iso(world.now),
  }
}
