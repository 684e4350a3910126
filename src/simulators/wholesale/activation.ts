// What an activation needs, checked before it is acknowledged: plan, coverage, device, SIM, number.
import { SEPARATOR } from '../../state/collection.ts'
import { defined } from '../../state/defined.ts'
import { Refusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import type { WholesaleRefusal } from './errors.ts'
import {
  ACTIVE_ELSEWHERE,
  INCOMPATIBLE_PEI,
  UNAVAILABLE_ICCID,
  UNCOVERED_ZIP,
} from './magic-values.ts'
import { type Plan, plans } from './plans.ts'
import {
  isVisible,
  type Line,
  lines,
  type Product,
  type Reservation,
  reservations,
  type StockSim,
  stockSims,
} from './records.ts'
import type { components } from './spec.d.ts'

type Activation = components['schemas']['Activation']
type ProductChange = NonNullable<Activation['products']>[number]

/** The most characteristics of a product (invented). */
export const MOST_CHARACTERISTICS = 20

/** The products of a line after a change. @throws Refusal `wrong-product`, `invalid-request` */
function applyChange(
  plan: Plan,
  products: readonly Product[],
  { productId, action, characteristics = [] }: ProductChange,
): readonly Product[] {
  const current = products.find((each) => each.productId === productId)
  const offered = [...plan.benefits, ...plan.addOns].find((each) => each.productId === productId)
  if (!offered)
    throw new Refusal<WholesaleRefusal>('wrong-product', `the plan has no product ${productId}`)
  if (action === 'Add' && current)
    throw new Refusal<WholesaleRefusal>(
      'wrong-product',
      `cannot Add ${productId}: the line has it already`,
    )
  if (action !== 'Add' && !current)
    throw new Refusal<WholesaleRefusal>(
      'wrong-product',
      `cannot ${action} ${productId}: the line does not have it`,
    )
  if (action === 'Remove') return products.filter((each) => each !== current)

  const before = (current ?? offered).characteristics
  const values = new Map([...before, ...characteristics].map(({ key, value }) => [key, value]))
  if (values.size > MOST_CHARACTERISTICS)
    throw new Refusal(
      'invalid-request',
      `${productId} would have ${values.size} characteristics: ${MOST_CHARACTERISTICS} is the most`,
    )
  const product = {
    productId,
    characteristics: [...values].map(([key, value]) => ({ key, value })),
  }
  if (!current) return [...products, product]
  return products.map((each) => (each === current ? product : each))
}

/** @throws Refusal `unknown-plan`, `unknown-bucket`, `wrong-product`, `invalid-request` */
function termsOf({
  wholesalePlanId,
  bucketRefId,
  products = [],
}: Activation): Pick<Line, 'plan' | 'buckets' | 'products'> {
  const plan = Object.hasOwn(plans, wholesalePlanId) ? plans[wholesalePlanId] : undefined
  if (!plan)
    throw new Refusal<WholesaleRefusal>('unknown-plan', `there is no plan ${wholesalePlanId}`)

  const buckets = bucketRefId ? [...new Set(bucketRefId)] : plan.included
  const unknown = buckets.find((id) => !Object.hasOwn(plan.buckets, id))
  if (unknown !== undefined)
    throw new Refusal<WholesaleRefusal>(
      'unknown-bucket',
      `the plan ${wholesalePlanId} has no allowance ${unknown}`,
    )

  return {
    plan: wholesalePlanId,
    buckets,
    products: products.reduce((all, change) => applyChange(plan, all, change), plan.benefits),
  }
}

/** @throws Refusal `no-coverage`, `incompatible-device` */
function checkNetwork({ location, pei }: Activation): void {
  const zip = location.address?.zip
  if (zip !== undefined && UNCOVERED_ZIP.test(zip))
    throw new Refusal<WholesaleRefusal>(
      'no-coverage',
      `there is no coverage at the address: ZIP ${zip}`,
    )
  if (pei !== undefined && INCOMPATIBLE_PEI.test(pei))
    throw new Refusal<WholesaleRefusal>(
      'incompatible-device',
      `the device ${pei} is not compatible`,
    )
}

/** The next eSIM of the stock. @throws Refusal `eid-required`, `sim-unavailable` */
function nextEsim(world: World, eid: string | undefined): StockSim {
  if (eid === undefined)
    throw new Refusal<WholesaleRefusal>(
      'eid-required',
      'a device the customer brings needs an eid; any other SIM an iccid',
    )
  const sim = world.in(stockSims).first('esims')
  if (!sim) throw new Refusal<WholesaleRefusal>('sim-unavailable', 'no eSIM is left in stock')
  return sim
}

/**
 * The SIM to activate.
 * @throws Refusal `eid-required`, `unknown-sim`, `sim-unavailable`, `busy`
 */
function simFor(world: World, { iccid, eid }: Activation, node: string | undefined): StockSim {
  if (iccid === undefined) return nextEsim(world, eid)

  const line = world.in(lines).get(iccid)
  if (line?.pending && isVisible(line, node))
    throw new Refusal('busy', `a request for the SIM ${iccid} is in progress`)
  if (line || UNAVAILABLE_ICCID.test(iccid))
    throw new Refusal<WholesaleRefusal>('sim-unavailable', `the SIM ${iccid} is not available`)

  const sim = world.in(stockSims).get(iccid)
  if (!sim) throw new Refusal<WholesaleRefusal>('unknown-sim', `there is no SIM ${iccid}`)
  if (sim.kind === 'esim' && eid === undefined)
    throw new Refusal<WholesaleRefusal>(
      'eid-required',
      `the SIM ${iccid} is an eSIM: it needs an eid`,
    )
  return sim
}

/** The line with a number; a number has one at most. */
export function lineWithNumber(world: World, gpsi: string): Line | undefined {
  return world.in(lines).matching('gpsi', gpsi + SEPARATOR)[0]
}

/** The reservation of a number; a number has one at most. */
export function reservationOf(world: World, gpsi: string): Reservation | undefined {
  return world.in(reservations).matching('gpsi', gpsi + SEPARATOR)[0]
}

/** The next number nobody has: 1 720 555 and four digits, then on. */
function freeNumber(world: World): string {
  for (;;) {
    const gpsi = String(17_205_550_000 + world.next('wholesale.number'))
    if (!lineWithNumber(world, gpsi) && !reservationOf(world, gpsi)) return gpsi
  }
}

/**
 * The number named, else the reserved one, else the next free one.
 * @throws Refusal `unknown-reservation`, `wrong-reservation`, `number-active`, `number-reserved`
 */
function numberFor(world: World, { gpsi: named, gpsiReservationId: id }: Activation): string {
  const reservation = id === undefined ? undefined : world.in(reservations).get(JSON.stringify(id))
  if (id !== undefined && !reservation)
    throw new Refusal<WholesaleRefusal>('unknown-reservation', `there is no reservation ${id}`)

  const gpsi = named ?? reservation?.gpsi ?? freeNumber(world)
  if (reservation && reservation.gpsi !== gpsi)
    throw new Refusal<WholesaleRefusal>(
      'wrong-reservation',
      `the reservation ${id} is not of the number ${gpsi}`,
    )
  if (ACTIVE_ELSEWHERE.test(gpsi))
    throw new Refusal<WholesaleRefusal>(
      'number-active',
      `the number ${gpsi} is already active with another carrier`,
    )
  if (lineWithNumber(world, gpsi))
    throw new Refusal<WholesaleRefusal>(
      'number-active',
      `the number ${gpsi} is already that of a subscription, active or not`,
    )
  if (!reservation && reservationOf(world, gpsi))
    throw new Refusal<WholesaleRefusal>('number-reserved', `the number ${gpsi} is reserved`)
  return gpsi
}

/**
 * A line that is not active yet, holding its SIM and its number from now on.
 * @throws Refusal for the first prerequisite that is not met
 */
export function holdLine(world: World, body: Activation, node: string | undefined): Line {
  const { subscriberId, eid, billCycleStartDay: billDay } = body
  const terms = termsOf(body)
  checkNetwork(body)
  const sim = simFor(world, body, node)
  const gpsi = numberFor(world, body)

  world.in(stockSims).delete(sim.iccid)
  const { iccid } = sim
  return world
    .in(lines)
    .put(defined({ iccid, gpsi, sim, subscriberId, ...terms, node, eid, billDay }))
}

/** Gives back what an activation held. */
export function releaseLine(world: World, { iccid, sim }: Line): void {
  world.in(lines).delete(iccid)
  world.in(stockSims).put(sim)
}
