// Subscriptions: begun, given another SIM profile, terminated; their products and monthly data.
import {
  assignBundle,
  type Bundle,
  bundles,
  bundlesOf,
  removeBundle,
  startBundle,
} from '../../state/bundles.ts'
import { SEPARATOR } from '../../state/collection.ts'
import { defined } from '../../state/defined.ts'
import { addDuration } from '../../state/duration.ts'
import type { WorldEvent } from '../../state/events.ts'
import { SMDP_ADDRESS } from '../../state/identifiers.ts'
import { moveService, type Sim, simKey, sims } from '../../state/sims.ts'
import { defineTask } from '../../state/tasks.ts'
import type { World } from '../../state/world.ts'
import { mintId } from './ids.ts'
import { subscriptionLifecycle } from './lifecycles.ts'
import {
  type Offering,
  type Product,
  products,
  type ReservedSim,
  SLUG,
  type Subscription,
  subscriptions,
} from './records.ts'

/** How many months of a product that are over are kept; the oldest go first. */
export const MONTHS_KEPT = 12

/** How long the data of a product lasts (invented): the first time from its first use. */
const MONTH = 'P30D'

/** A SIM of the world, out of what an order kept for it. */
export function putSim(
  world: World,
  reserved: ReservedSim,
  msisdn: string,
  state: Partial<Sim> = {},
): Sim {
  return world.in(sims).put({
    provider: SLUG,
    ...reserved,
    msisdn,
    smdpAddress: SMDP_ADDRESS,
    profile: 'released',
    service: 'active',
    serial: world.next('sim'),
    createdAt: world.now,
    ...state,
  })
}

export function simOf(world: World, { iccid }: Subscription): Sim | undefined {
  return world.in(sims).get(simKey(SLUG, iccid))
}

/** The products of a subscription, in the order they came. */
export function productsOf(world: World, subscription: string): Product[] {
  return world.in(products).matching('subscription', subscription + SEPARATOR)
}

/** Begins a subscription, with a product for each offering. */
export function subscribe(
  world: World,
  subscription: Subscription,
  offerings: readonly Offering[],
): void {
  world.in(subscriptions).put(subscription)
  for (const offering of offerings) addProduct(world, subscription, offering)
}

/** Puts a product on a subscription as it is somewhere else: its month of data begins anew. */
export function putKnownProduct(world: World, product: Product, iccid: string): void {
  const { id, status, terminatesAt } = world.in(products).put(product)
  if (status === 'terminated') return
  grantMonth(world, product, iccid)
  if (terminatesAt !== undefined) world.schedule(terminateProduct, terminatesAt, { product: id })
}

/** A product has the status of its subscription; one with a term ends with it. */
function addProduct(world: World, subscription: Subscription, offering: Offering): void {
  const { account, iccid, status, createdAt, terminatedAt } = subscription
  const terminatesAt =
    offering.days === undefined ? terminatedAt : addDuration(createdAt, `P${offering.days}D`)
  const product = {
    id: mintId(world, 'prod', createdAt),
    account,
    subscription: subscription.id,
    offering,
    status,
    activatedAt: createdAt,
    ...defined({ terminatesAt }),
  }
  putKnownProduct(world, product, iccid)
}

/** Puts a month's data on a SIM; the first month begins with the first use. */
function grantMonth(world: World, { id, offering }: Product, iccid: string): Bundle | undefined {
  const { name, bytes, countries = '*' } = offering
  if (bytes === undefined) return undefined

  const bundle = {
    id: `${id}.${world.next(`${SLUG}.month`)}`,
    provider: SLUG,
    iccid,
    name,
    reference: id,
    extra: { countries },
    unlimited: false,
    initialBytes: bytes,
    duration: MONTH,
  }
  return assignBundle(world, bundle, 'PT0S')
}

/**
 * A month that has ended is followed by another, used or not (invented), as long as its product
 * lasts.
 */
export function renewMonth(event: WorldEvent, world: World): void {
  if (event.type !== 'bundle.expired') return
  const month = world.in(bundles).get(`${SLUG}/${event.bundle}`)
  const product = world.in(products).get(month?.reference ?? '')
  if (product?.status !== 'active') return
  dropOldMonths(world, product)
  const next = grantMonth(world, product, event.iccid)
  if (next) startBundle(world, next)
}

/** Forgets months that have long been over: each month brings another. */
function dropOldMonths(world: World, { id }: Product): void {
  const all = world.in(bundles)
  const over = all
    .matching('reference', SLUG + SEPARATOR + id + SEPARATOR)
    .filter(({ state }) => state === 'expired')
    .sort((a, b) => b.serial - a.serial)
  for (const month of over.slice(MONTHS_KEPT)) all.delete(bundles.key(month))
}

/** Ends products of a subscription now, and takes their data off its SIM. */
function endProducts(world: World, { iccid }: Subscription, ended: readonly Product[]): void {
  for (const product of ended)
    world.in(products).put({ ...product, status: 'terminated', terminatesAt: world.now })
  for (const bundle of bundlesOf(world, SLUG, iccid))
    if (bundle.state !== 'expired' && ended.some(({ id }) => id === bundle.reference))
      removeBundle(world, bundle)
}

/**
 * The term of a product is over; that of a plan ends its subscription, too
 * (invented).
 */
export const terminateProduct = defineTask({
  provider: SLUG,
  name: 'terminate-product',
  shownAs: {
    kind: 'subscription',
    says: 'the term of a product ends; that of a plan ends its subscription',
    iccidOf: (world, { product = '' }) => {
      const subscription = world.in(products).get(product)?.subscription ?? ''
      return world.in(subscriptions).get(subscription)?.iccid
    },
  },
  perform(world, { product: id }: { product: string }) {
    const product = world.in(products).get(id)
    const subscription = world.in(subscriptions).get(product?.subscription ?? '')
    if (product?.status !== 'active' || !subscription) return
    if (product.offering.type !== 'plan') return endProducts(world, subscription, [product])

    const active = productsOf(world, subscription.id).filter(({ status }) => status === 'active')
    endProducts(world, subscription, active)
    const status = subscriptionLifecycle.active.terminate
    world.in(subscriptions).put({ ...subscription, status, terminatedAt: world.now })
    const sim = simOf(world, subscription)
    if (sim) moveService(world, sim, 'cease')
  },
})

/**
 * Another SIM profile takes the place of the old one, with its number, data and
 * service.
 */
export function replaceSim(world: World, subscription: Subscription, reserved: ReservedSim): void {
  const old = simOf(world, subscription)
  const service = old?.service ?? 'active'
  const { iccid } = putSim(world, reserved, subscription.msisdn, { service })
  for (const bundle of bundlesOf(world, SLUG, subscription.iccid))
    world.in(bundles).put({ ...bundle, iccid })
  world.in(subscriptions).put({ ...subscription, iccid })
  if (old) moveService(world, old, 'cease')
}
