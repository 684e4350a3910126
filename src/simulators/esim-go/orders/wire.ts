// The JSON of orders, asked for and answered.
import { defined } from '../../../state/defined.ts'
import { iso } from '../../../state/instant.ts'
import type { Look } from '../../../state/record-view.ts'
import { simKey, sims } from '../../../state/sims.ts'
import type { World } from '../../../state/world.ts'
import type { Call } from '../../call.ts'
import { CURRENCY, money, moneyText } from '../money.ts'
import { esims, type Order, type OrderLine, SLUG } from '../records.ts'
import type { components } from '../spec.d.ts'
import { isSince, since25, V23, V25 } from '../versions.ts'
import { type OrderRequest, type PricedOrder, sourceIpOf } from './ordering.ts'

type Schemas = components['schemas']

/**
 * What a body asks for, in either of its forms: a list of lines, or the one
 * line laid flat.
 */
export function orderRequest(
  body: Schemas['OrderRequest'],
  call: Pick<Call, 'basePath' | 'caller'>,
): OrderRequest {
  const request: OrderRequest = defined({
    // By v2.2 it may be a text.
    assign: String(body.assign) === 'true',
    lines: body.order?.map(requestedLine) ?? [flatLine(body)],
    sourceIp: sourceIpOf(call),
  })
  return since25(call.basePath, request, () => defined({ profileId: body.profileID || undefined }))
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

/** What of its eSIMs an order shows: nothing, who they are, or also how they are installed. */
type EsimDetail = 'none' | 'iccids' | 'installation'

/** How an order is shown. */
export interface OrderShape {
  /** Of the version that asks. */
  readonly basePath: string
  readonly esims: EsimDetail
}

/** The most eSIMs of an order of which v2.2 tells how they are installed (public). */
const MOST_INSTALLATIONS = 5

/**
 * How a new order is shown: with its eSIMs, unless it came by v2.2, which shows them where it was
 * asked to (public).
 */
export function newOrderShape(
  { lines }: Order,
  basePath: string,
  includeIccids: boolean | undefined,
): OrderShape {
  if (isSince(V23, basePath)) return { basePath, esims: 'installation' }
  if (!includeIccids) return { basePath, esims: 'none' }
  const isLarge = lines.flatMap(({ iccids }) => iccids).length > MOST_INSTALLATIONS
  return { basePath, esims: isLarge ? 'iccids' : 'installation' }
}

function orderLine(
  world: Look,
  line: OrderLine,
  { basePath, esims: detail }: OrderShape,
): Schemas['OrderLine'] {
  const { type, item, quantity, pricePerUnit, allowReassign, iccids } = line
  const json: Schemas['OrderLine'] = {
    type,
    item,
    quantity,
    subTotal: money(quantity * pricePerUnit),
    pricePerUnit: money(pricePerUnit),
  }
  if (isSince(V25, basePath)) json.AllowReassign = allowReassign
  else Object.assign(json, { allowReassign })
  if (detail === 'none' || iccids.length === 0) return json

  json.iccids = [...iccids]
  if (detail === 'installation') json.esims = iccids.flatMap((iccid) => installation(world, iccid))
  return json
}

/** How an eSIM of the account is installed. */
function installation(world: Look, iccid: string): NonNullable<Schemas['OrderLine']['esims']> {
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

export function order(world: Look, record: Order, shape: OrderShape): Schemas['Order'] {
  const createdDate = iso(record.createdAt)
  const json: Schemas['Order'] = {
    order: record.lines.map((line) => orderLine(world, line, shape)),
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
  return since25(shape.basePath, json, () => order25(record))
}

/**
 * What v2.5 adds (public). Orders of a state that was kept before these were noted have none of
 * them; one of a seed came from nowhere.
 */
function order25({ runningBalance, sourceIp }: Order): Partial<Schemas['Order']> {
  return defined({
    runningBalance: runningBalance === undefined ? undefined : moneyText(runningBalance),
    sourceIP: sourceIp,
  })
}

/** An order as the list shows it: each line with a link to its invoice. */
export function listedOrder(
  world: Look,
  record: Order,
  { baseUrl, ...shape }: OrderShape & { readonly baseUrl: string },
): Schemas['Order'] {
  const json = order(world, record, shape)
  // No invoice is known to us: the link leads to the order itself (invented).
  const invoiceLink = `${baseUrl}/orders/${record.reference}`
  return { ...json, order: json.order.map((line) => ({ ...line, invoiceLink })) }
}

export function pricedOrder(
  world: World,
  priced: PricedOrder,
  basePath: string,
): Schemas['ValidatedOrder'] {
  const createdDate = iso(world.now)
  return {
    order: priced.lines.map((line) => orderLine(world, line, { basePath, esims: 'none' })),
    total: money(priced.total),
    currency: CURRENCY,
    valid: priced.valid,
    // What the request says, though nothing is assigned yet: so the vendor's example has it.
    assigned: priced.assign,
    createdDate,
    createDate: createdDate,
  }
}
