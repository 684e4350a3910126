// Usage items: what a SIM used, told by type, direction and cost.
import { bundles } from '../../state/bundles.ts'
import { SEPARATOR } from '../../state/collection.ts'
import { addDuration } from '../../state/duration.ts'
import { keepLatest } from '../../state/keep-latest.ts'
import { Refusal } from '../../state/refusal.ts'
import type { Sim } from '../../state/sims.ts'
import type { CarriedTraffic, UsedData } from '../../state/usage.ts'
import type { World } from '../../state/world.ts'
import { mintId } from './ids.ts'
import {
  type Product,
  SLUG,
  type Subscription,
  subscriptions,
  USAGE_KEPT,
  type UsageItem,
  usageItems,
} from './records.ts'
import { settings } from './settings.ts'
import { digitsOf } from './strictness.ts'
import { productsOf } from './subscriptions.ts'

/**
 * Ms from an item's listing to its `processed_at`: it is after `ended_at` even
 * without delay.
 */
const PROCESSING = 1

/** True once an item is to be seen. */
export function isListed({ processedAt }: UsageItem, now: number): boolean {
  return processedAt - PROCESSING <= now
}

/** What is known of a use before it is an item. */
export interface Use
  extends Pick<
    UsageItem,
    | 'type'
    | 'direction'
    | 'peer'
    | 'location_country'
    | 'startedAt'
    | 'endedAt'
    | 'quantity'
    | 'product'
  > {
  /** Worked out where it is absent. */
  readonly cost_type?: UsageItem['cost_type']
  /**
   * Ms after its end from which it is listed; as the setting has it where it is
   * absent.
   */
  readonly delay?: number
}

/**
 * What a call or SMS costs (invented): SMS are received free, calls at home; a flat plan has in it
 * what leaves from home.
 */
function costOf(
  { type, direction }: Use,
  roaming: boolean,
  isFlat: boolean,
): UsageItem['cost_type'] {
  if (direction === 'inbound') return type === 'sms' || !roaming ? 'free' : 'out_of_bundle'
  return isFlat && !roaming ? 'in_bundle' : 'out_of_bundle'
}

/** How long after its end a use is listed, in ms. */
function delayOf(world: World): number {
  return addDuration(0, world.settings(settings).usageDelay)
}

/** A subscription that is used, with what its products make of a use. */
export interface User {
  readonly subscription: Subscription
  /** Its active product that is flat. */
  readonly flat: Product | undefined
  readonly isRecorded: boolean
}

export function userOf(subscription: Subscription, products: readonly Product[]): User {
  const active = products.filter(({ status }) => status === 'active')
  return {
    subscription,
    flat: active.find(({ offering }) => offering.flat),
    isRecorded: active.some(({ offering }) => offering.records),
  }
}

/**
 * Adds an item for a use.
 * @param turn of its id, as `turns` of the ids takes them
 */
export function addItem(world: World, user: User, use: Use, turn?: number): void {
  const { subscription, flat, isRecorded } = user
  const { type, location_country, startedAt, endedAt, delay = delayOf(world) } = use
  const roaming = location_country !== subscription.country
  const cost_type = use.cost_type ?? costOf(use, roaming, flat !== undefined)
  // One literal, no spreads: the seeds add thousands.
  world.in(usageItems).put({
    id: mintId(world, 'uitem', startedAt, turn),
    type,
    direction: use.direction,
    account: subscription.account,
    subscription: subscription.id,
    subscriber: subscription.subscriber,
    product: use.product ?? (cost_type === 'in_bundle' ? flat?.id : undefined),
    msisdn: subscription.msisdn,
    peer: use.peer,
    location_country,
    roaming,
    is_recorded: type !== 'data' && isRecorded,
    startedAt,
    endedAt,
    processedAt: endedAt + delay + PROCESSING,
    quantity: use.quantity,
    cost_type,
  })
  const ofSubscription = { index: 'subscription', prefix: subscription.id + SEPARATOR }
  keepLatest(world, usageItems, ofSubscription, USAGE_KEPT)
}

/** The data that the subscriptions of a SIM used, oldest first. */
export function dataOf(world: World, { iccid }: Sim): UsedData[] {
  const items = world
    .in(subscriptions)
    .matching('iccid', iccid + SEPARATOR)
    .flatMap(({ id }) => world.in(usageItems).matching('subscription', id + SEPARATOR))
    .filter(({ type }) => type === 'data')
  const uses = items.map(({ startedAt, quantity, location_country }) => ({
    at: startedAt,
    bytes: quantity,
    country: location_country,
  }))
  return uses.sort((one, other) => one.at - other.at)
}

/**
 * An SMS that the organisation sends from one of its numbers: from home,
 * wherever the SIM is.
 */
export function addSms(world: World, sender: Subscription, peer: string): void {
  const { now } = world
  addItem(world, userOf(sender, productsOf(world, sender.id)), {
    type: 'sms',
    direction: 'outbound',
    peer,
    location_country: sender.country,
    quantity: 1,
    startedAt: now,
    endedAt: now,
  })
}

/** @throws Refusal `invalid-request` for what is no number */
function peerOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const peer = digitsOf(text)
  if (!/^\d{1,15}$/.test(peer))
    throw new Refusal(
      'invalid-request',
      `peer must be a number of up to 15 digits, and not "${text}"`,
    )
  return peer
}

/**
 * The subscription a SIM has, where it has that service.
 * @throws Refusal `wrong-state`
 */
function subscriptionWith(
  world: World,
  iccid: string,
  service: CarriedTraffic['kind'],
): Subscription {
  const subscription = world.in(subscriptions).matching('iccid', iccid + SEPARATOR)[0]
  if (!subscription)
    throw new Refusal('wrong-state', `SIM ${iccid} is no longer one of a subscription`)
  if (!subscription.services.includes(service))
    throw new Refusal('wrong-state', `subscription ${subscription.id} has no ${service}`)
  return subscription
}

/**
 * Adds what a SIM used on the air: each message of several is an item, and so is the data of each
 * product that carried some, and of none.
 */
export function addTraffic(world: World, { iccid }: Sim, traffic: CarriedTraffic): void {
  const { kind: type, direction, network, startedAt, endedAt, quantity } = traffic
  const subscription = subscriptionWith(world, iccid, type)
  const products = productsOf(world, subscription.id)
  const peer = peerOf(traffic.peer)
  const location_country = network.country
  const common = { type, direction, peer, location_country, startedAt, endedAt }
  const add = (use: Pick<Use, 'quantity' | 'cost_type' | 'product'>) =>
    addItem(world, userOf(subscription, products), { ...common, ...use })

  if (type === 'voice') add({ quantity })
  if (type === 'sms') for (let at = 0; at < quantity; at += 1) add({ quantity: 1 })
  if (type !== 'data') return

  for (const { id, used } of traffic.bundles) {
    const product = world.in(bundles).get(`${SLUG}/${id}`)?.reference
    add({ quantity: used, cost_type: 'in_bundle', product })
  }
  const beyond = quantity - traffic.bundled
  if (beyond > 0) add({ quantity: beyond, cost_type: 'out_of_bundle' })
}
