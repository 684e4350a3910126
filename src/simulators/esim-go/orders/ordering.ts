// Orders: priced, checked, paid, delivered.

import { bundlesOf } from '../../../state/bundles.ts'
import { addDuration } from '../../../state/duration.ts'
import { Refusal } from '../../../state/refusal.ts'
import { defineTask } from '../../../state/tasks.ts'
import type { World } from '../../../state/world.ts'
import { addLot } from '../bundles/inventory.ts'
import { putOnEsim, refuseWhileProcessing } from '../bundles/put-on-esim.ts'
import { findBundle } from '../catalogue/on-sale.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { findInService } from '../esims/deactivation.ts'
import { findUsable, incompatibilityOf, mintEsim } from '../esims/esims.ts'
import { magicBundle } from '../magic-values.ts'
import { canPay, pay, spendable } from '../organisation/account.ts'
import { tellIfLow } from '../organisation/balance-alerts.ts'
import { type Order, type OrderLine, orders, SLUG } from '../records.ts'
import { settings } from '../settings.ts'

/** What a caller asks for, whichever form it came in. */
export interface OrderRequest {
  readonly assign: boolean
  /** The branding profile of new eSIMs; only v2.5 asks for one. */
  readonly brandingId?: string
  readonly lines: readonly {
    readonly item: string
    readonly quantity: number
    readonly iccids: readonly string[]
    readonly allowReassign: boolean
  }[]
}

export interface Priced {
  readonly lines: readonly OrderLine[]
  /** US cents. */
  readonly total: number
  /** False where the balance does not suffice. */
  readonly valid: boolean
}

/** The most eSIMs one order may bring forth (invented: it keeps a slip of the keyboard from filling the memory). */
const MOST_ESIMS = 1000

/**
 * Prices an order and checks every rule of it.
 * @throws Refusal `invalid-request`, `unknown-bundle`, `foreign-esim`, `deactivated`, `incompatible`, `busy` where a given eSIM is still being
 *   worked on
 */
export function price(world: World, wish: OrderRequest): Priced {
  if (wish.brandingId !== undefined && !wish.assign)
    throw new Refusal('invalid-request', 'profileID can only be given where assign is true')
  const lines = wish.lines.map(({ item, quantity, iccids, allowReassign }): OrderLine => {
    const bundle = findBundle(world, item)
    if (iccids.length > 0 && !wish.assign)
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
  })
  const count = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  if (wish.assign && count > MOST_ESIMS)
    throw new Refusal('invalid-request', `an order assigns at most ${MOST_ESIMS} bundles to eSIMs`)
  const total = lines.reduce((sum, { quantity, pricePerUnit }) => sum + quantity * pricePerUnit, 0)
  return { lines, total, valid: canPay(world, total) }
}

/**
 * Pays for an order and delivers it, at once or after the delivery delay.
 * @throws Refusal `insufficient-balance`
 */
export function place(world: World, wish: OrderRequest): Order {
  const { lines, total } = price(world, wish)
  const before = spendable(world)
  pay(world, total)
  tellIfLow(world, before)
  const order = world.in(orders).put({
    reference: world.random.uuid(),
    serial: world.next('esim-go.order'),
    createdAt: world.now,
    assign: wish.assign,
    total,
    status: 'processing',
    lines,
    runningBalance: spendable(world),
    ...(wish.brandingId === undefined ? {} : { brandingId: wish.brandingId }),
  })
  const delays = [
    world.settings(settings).deliveryDelay,
    ...lines.flatMap(({ item }) => magicBundle(item)?.delivery ?? []),
  ]
  const ready = Math.max(...delays.map((delay) => addDuration(world.now, delay)))
  if (ready <= world.now) return deliverOrder(world, order)
  world.schedule(deliverLate, ready, { order: order.reference })
  return order
}

/**
 * Hands over what was ordered: into the inventory, onto the given eSIMs, or onto new ones. What was ordered for an eSIM that has gone or was
 * deactivated meanwhile goes onto a new one (invented).
 */
function deliverOrder(world: World, order: Order): Order {
  const together = order.lines.reduce((sum, { quantity }) => sum + quantity, 0)
  let ordinal = 0
  const branded = order.brandingId === undefined ? {} : { brandingId: order.brandingId }
  const lines = order.lines.map((line): OrderLine => {
    const bundle = findBundle(world, line.item)
    if (!order.assign) {
      addLot(world, bundle, line.quantity, line.pricePerUnit)
      return line
    }
    const iccids: string[] = []
    for (let unit = 0; unit < line.quantity; unit += 1) {
      const wanted = findInService(world, line.wanted[unit] ?? '')?.esim
      const esim = wanted && !incompatibilityOf(wanted, bundle) ? wanted : mintEsim(world, branded)
      const purchase = { price: line.pricePerUnit, boughtAt: order.createdAt }
      putOnEsim(world, esim.iccid, bundle, `${order.reference}-${ordinal}`, { purchase, together })
      ordinal += 1
      iccids.push(esim.iccid)
    }
    return { ...line, iccids }
  })
  return world.in(orders).put({ ...order, status: 'completed', lines })
}

/** Hands over an order whose delivery takes its time. */
export const deliverLate = defineTask({
  provider: SLUG,
  name: 'deliver-order',
  perform(world, { order: reference }: { order: string }) {
    const order = world.in(orders).get(reference)
    if (order?.status === 'processing') deliverOrder(world, order)
  },
})
