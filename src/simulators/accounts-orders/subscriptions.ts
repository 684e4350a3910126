// Subscriptions: brought forth, given another SIM profile, terminated; their products, and the monthly data of these.
import { assignBundle, bundles, bundlesOf, removeBundle } from '../../state/bundles.ts'
import { SEPARATOR } from '../../state/collection.ts'
import { addDuration } from '../../state/duration.ts'
import type { WorldEvent } from '../../state/events.ts'
import { moveService, type Sim, simKey, sims } from '../../state/sims.ts'
import { defineTask } from '../../state/tasks.ts'
import type { World } from '../../state/world.ts'
import { mintId } from './ids.ts'
import {
  type Offering,
  type Product,
  products,
  type ReservedSim,
  SLUG,
  SM_DP,
  type Subscription,
  subscriptions,
} from './records.ts'

/** How long the data of a product lasts from its first use (invented: plans are told by the month). */
const MONTH = 'P30D'

/** A SIM of the world, out of what an order kept for it. */
export function putSim(
  world: World,
  reserved: ReservedSim,
  msisdn: string,
  state: Partial<Sim> = {},
): Sim {
  const fixed = {
    provider: SLUG,
    ...reserved,
    msisdn,
    smdpAddress: SM_DP,
    profile: 'released',
    service: 'active',
  } as const
  return world.in(sims).put({ ...fixed, serial: world.next('sim'), createdAt: world.now, ...state })
}

export function simOf(world: World, { iccid }: Subscription): Sim | undefined {
  return world.in(sims).get(simKey(SLUG, iccid))
}

/** The products of a subscription, in the order they came. */
export function productsOf(world: World, subscription: string): Product[] {
  return world.in(products).matching('subscription', subscription + SEPARATOR)
}

/** The subscription with a product for each offering; what has a term ends with it. */
export function subscribe(
  world: World,
  subscription: Subscription,
  offerings: readonly Offering[],
): void {
  const { id, account, iccid, status, createdAt, terminatedAt } = world
    .in(subscriptions)
    .put(subscription)
  for (const offering of offerings) {
    const end =
      offering.days === undefined ? terminatedAt : addDuration(createdAt, `P${offering.days}D`)
    const fixed = {
      id: mintId(world, 'prod', createdAt),
      account,
      subscription: id,
      offering,
      status,
      activatedAt: createdAt,
    }
    const product = world
      .in(products)
      .put({ ...fixed, ...(end === undefined ? {} : { terminatesAt: end }) })
    if (status === 'terminated') continue
    grant(world, product, iccid)
    if (end !== undefined) world.schedule(terminateProduct, end, { product: product.id })
  }
}

/** Puts a month's data on a SIM; the month begins with the first use. */
function grant(
  world: World,
  { id, offering: { name, bytes, countries = '*' } }: Product,
  iccid: string,
): void {
  if (bytes === undefined) return
  const bundle = {
    id: `${id}.${world.next(`${SLUG}.month`)}`,
    provider: SLUG,
    iccid,
    name,
    reference: id,
    extra: { countries },
  }
  assignBundle(world, { ...bundle, unlimited: false, initialBytes: bytes, duration: MONTH }, 'PT0S')
}

/** A month that has ended is followed by another, as long as its product lasts. */
export function renew(event: WorldEvent, world: World): void {
  if (event.type !== 'bundle.expired') return
  const ended = world.in(bundles).get(`${SLUG}/${event.bundle}`)
  const product = world.in(products).get(ended?.reference ?? '')
  if (product?.status === 'active') grant(world, product, event.iccid)
}

/** The term of a product is over: that of a plan ends its subscription, too (invented). */
export const terminateProduct = defineTask({
  provider: SLUG,
  name: 'terminate-product',
  perform(world, { product: id }: { product: string }) {
    const product = world.in(products).get(id)
    const subscription = world.in(subscriptions).get(product?.subscription ?? '')
    if (product?.status !== 'active' || !subscription) return
    const isPlan = product.offering.type === 'plan'
    const ended = isPlan
      ? productsOf(world, subscription.id).filter(({ status }) => status === 'active')
      : [product]
    for (const each of ended)
      world.in(products).put({ ...each, status: 'terminated', terminatesAt: world.now })
    for (const bundle of bundlesOf(world, SLUG, subscription.iccid))
      if (bundle.state !== 'expired' && ended.some(({ id }) => id === bundle.reference))
        removeBundle(world, bundle)
    if (!isPlan) return
    world.in(subscriptions).put({ ...subscription, status: 'terminated', terminatedAt: world.now })
    const sim = simOf(world, subscription)
    if (sim) moveService(world, sim, 'cease')
  },
})

/** Another SIM profile takes the place of the old one, with its number, its data and its service as it is. */
export function replaceSim(world: World, subscription: Subscription, reserved: ReservedSim): void {
  const old = simOf(world, subscription)
  const { iccid } = putSim(world, reserved, subscription.msisdn, {
    service: old?.service ?? 'active',
  })
  for (const bundle of bundlesOf(world, SLUG, subscription.iccid))
    world.in(bundles).put({ ...bundle, iccid })
  world.in(subscriptions).put({ ...subscription, iccid })
  if (old) moveService(world, old, 'cease')
}
