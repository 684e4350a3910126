// Orders: priced, checked, paid, delivered.
import { checkedAmount } from '../../../state/amount.ts'
import { bundlesOf } from '../../../state/bundles.ts'
import { defined } from '../../../state/defined.ts'
import { addDuration } from '../../../state/duration.ts'
import { Refusal } from '../../../state/refusal.ts'
import { defineTask } from '../../../state/tasks.ts'
import type { World } from '../../../state/world.ts'
import type { Call } from '../../call.ts'
import { addLot } from '../bundles/inventory.ts'
import { putOnEsim, refuseWhileProcessing } from '../bundles/put-on-esim.ts'
import { magicBundle } from '../catalogue/magic-bundles.ts'
import { findBought, findBundle } from '../catalogue/on-sale.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { findInService } from '../esims/deactivation.ts'
import { findUsable, incompatibilityOf, mintEsim } from '../esims/esims.ts'
import { orderLifecycle } from '../lifecycles.ts'
import { canPay, pay, spendable } from '../organisation/account.ts'
import { alertIfLow } from '../organisation/balance-alerts.ts'
import {
  type CatalogueBundle,
  type Esim,
  type Order,
  type OrderLine,
  orders,
  SLUG,
} from '../records.ts'
import { settings } from '../settings.ts'
import { brandingProfile } from './branding-profile.ts'

/** IPv4 as it is, where a socket of both families writes it as IPv6. */
const MAPPED = /^::ffff:(?=\d+\.)/i

/** The address an order came from, as it is told; absent where the sender has gone. */
export function sourceIpOf({ caller }: Pick<Call, 'caller'>): string | undefined {
  return caller === '' ? undefined : caller.replace(MAPPED, '')
}

/** What a caller asks for, whichever form it came in. */
export interface OrderRequest {
  /** Drawn unless given: only a named state gives one. */
  readonly reference?: string | undefined
  readonly assign: boolean
  /** The branding profile of new eSIMs, as it was sent; only v2.5 asks for one. */
  readonly profileId?: string
  /** The address it came from, where that is known. */
  readonly sourceIp?: string
  readonly lines: readonly {
    readonly item: string
    readonly quantity: number
    readonly iccids: readonly string[]
    readonly allowReassign: boolean
  }[]
}

export interface PricedOrder {
  readonly assign: boolean
  readonly lines: readonly OrderLine[]
  /** The branding profile of new eSIMs. */
  readonly brandingId?: string
  /** US cents. */
  readonly total: number
  /** False where the balance does not suffice. */
  readonly valid: boolean
}

/**
 * The most eSIMs one order or application may bring forth (invented: a slip of the keyboard
 * fills no memory).
 */
export const MOST_ESIMS = 1000

/**
 * Prices an order and checks every rule of it.
 * @throws Refusal `invalid-request`, `unknown-bundle`, `foreign-esim`, `deactivated`,
 *   `incompatible`, `busy` where a given eSIM is still being worked on
 */
export function priceOrder(world: World, request: OrderRequest): PricedOrder {
  const { assign, profileId } = request
  if (profileId !== undefined && !assign)
    throw new Refusal('invalid-request', 'profileID can only be given where assign is true')
  const brandingId = profileId === undefined ? undefined : brandingProfile(world, profileId)

  const lines = request.lines.map((line) => priceLine(world, line, assign))
  const count = countOf(lines)
  if (assign && count > MOST_ESIMS)
    throw new Refusal('invalid-request', `an order assigns at most ${MOST_ESIMS} bundles to eSIMs`)

  const prices = lines.map(({ quantity, pricePerUnit }) => quantity * pricePerUnit)
  const total = checkedAmount(
    prices.reduce((sum, price) => sum + price, 0),
    'the total in cents',
  )
  return { assign, lines, total, valid: canPay(world, total), ...defined({ brandingId }) }
}

function priceLine(
  world: World,
  { item, quantity, iccids, allowReassign }: OrderRequest['lines'][number],
  assign: boolean,
): OrderLine {
  const bundle = findBundle(world, item)
  if (iccids.length > 0 && !assign)
    throw new Refusal('invalid-request', 'ICCIDs can only be given where assign is true')
  if (iccids.length > 0 && iccids.length !== quantity)
    throw new Refusal(
      'invalid-request',
      `quantity of ${item} is ${quantity}, but ${iccids.length} ICCIDs are given: they must match`,
    )

  for (const iccid of iccids) {
    const problem = incompatibilityOf(findUsable(world, iccid).esim, bundle)
    if (problem && !allowReassign)
      throw new Refusal<EsimGoRefusal>(
        'incompatible',
        `${problem}; allowReassign would take a new eSIM`,
      )
    if (!problem) refuseWhileProcessing(world, bundlesOf(world, SLUG, iccid))
  }

  return {
    type: 'bundle',
    item,
    quantity,
    pricePerUnit: bundle.price,
    allowReassign,
    wanted: iccids,
    iccids: [],
  }
}

function countOf(lines: readonly OrderLine[]): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0)
}

/**
 * Pays for an order and delivers it, at once or after the delivery delay.
 * @throws Refusal `insufficient-balance`, or what pricing it refuses
 */
export function placeOrder(world: World, request: OrderRequest): Order {
  const { lines, total, brandingId } = priceOrder(world, request)
  const before = spendable(world)
  pay(world, total)
  alertIfLow(world, before)

  const order = world.in(orders).put({
    reference: request.reference ?? world.random.uuid(),
    serial: world.next('esim-go.order'),
    createdAt: world.now,
    assign: request.assign,
    total,
    status: 'processing',
    lines,
    runningBalance: spendable(world),
    ...defined({ brandingId, sourceIp: request.sourceIp }),
  })
  const deliveredAt = deliveryOf(world, lines)
  if (deliveredAt <= world.now) return deliverOrder(world, order)

  world.schedule(deliverLate, deliveredAt, { order: order.reference })
  return order
}

/** When an order made now is delivered (virtual ms): its slowest line decides. */
function deliveryOf(world: World, lines: readonly OrderLine[]): number {
  const delays = [
    world.settings(settings).deliveryDelay,
    ...lines.flatMap(({ item }) => magicBundle(item)?.delivery ?? []),
  ]
  return Math.max(...delays.map((delay) => addDuration(world.now, delay)))
}

/**
 * Hands over what was ordered: into the inventory, onto the given eSIMs, or
 * onto new ones.
 */
function deliverOrder(world: World, order: Order): Order {
  const together = countOf(order.lines)
  let ordinal = 0
  const lines = order.lines.map((line): OrderLine => {
    const bundle = findBought(world, line.item)
    if (!order.assign) {
      addLot(world, bundle, line.quantity, line.pricePerUnit)
      return line
    }

    const iccids: string[] = []
    const purchase = { price: line.pricePerUnit, boughtAt: order.createdAt }
    for (let unit = 0; unit < line.quantity; unit += 1) {
      const { iccid } = esimFor(world, order, bundle, line.wanted[unit])
      const reference = `${order.reference}-${ordinal}`
      putOnEsim(world, iccid, bundle, { reference, purchase, together })
      ordinal += 1
      iccids.push(iccid)
    }
    return { ...line, iccids }
  })
  const status = orderLifecycle.processing.deliver
  return world.in(orders).put({ ...order, status, lines })
}

/**
 * The eSIM a bundle of an order goes onto: the one asked for, or a new one. An eSIM that has gone
 * or was deactivated since the order was placed is replaced by a new one, too (invented).
 */
function esimFor(
  world: World,
  order: Order,
  bundle: CatalogueBundle,
  iccid: string | undefined,
): Esim {
  const asked = iccid === undefined ? undefined : findInService(world, iccid)?.esim
  if (asked && !incompatibilityOf(asked, bundle)) return asked
  return mintEsim(world, defined({ brandingId: order.brandingId }))
}

/** Hands over an order whose delivery takes its time. */
export const deliverLate = defineTask({
  provider: SLUG,
  name: 'deliver-order',
  shownAs: { kind: 'order', says: 'the order is delivered' },
  perform(world, { order: reference }: { order: string }) {
    const order = world.in(orders).get(reference)
    if (order?.status === 'processing') deliverOrder(world, order)
  },
})
