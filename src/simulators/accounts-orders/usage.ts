// Usage items: what a SIM used, told by type, direction and cost.
import { bundles } from '../../state/bundles.ts'
import { SEPARATOR } from '../../state/collection.ts'
import { addDuration } from '../../state/duration.ts'
import { Refusal } from '../../state/refusal.ts'
import type { Sim } from '../../state/sims.ts'
import type { CarriedTraffic } from '../../state/usage.ts'
import type { World } from '../../state/world.ts'
import { mintId } from './ids.ts'
import {
  type Product,
  SLUG,
  type Subscription,
  subscriptions,
  type UsageItem,
  usageItems,
} from './records.ts'
import { settings } from './settings.ts'
import { digitsOf } from './strictness.ts'
import { productsOf } from './subscriptions.ts'

/** Processing is over so many ms after an item is listed: `processed_at` is after `ended_at` even where there is no delay. */
const PROCESSING = 1

/** True once an item is to be seen. */
export function isListed({ processedAt }: UsageItem, now: number): boolean {
  return processedAt - PROCESSING <= now
}

/** True where data of these countries (joined with `+`, or `*`) may be used. */
export function isCovered(country: string, countries = '*'): boolean {
  return countries === '*' || countries.split('+').includes(country)
}

/** What is known of a use; `cost_type` is worked out where it is absent. */
interface Use
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
  readonly cost_type?: UsageItem['cost_type']
}

/** What a call or SMS costs (invented): SMS are received free, calls at home; a flat plan has in it what leaves from home. */
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

/** Writes an item. `own` are the products of the subscription, `delay` is in ms. */
export function noteItem(
  world: World,
  from: Subscription,
  own: readonly Product[],
  use: Use,
  delay = delayOf(world),
): UsageItem {
  const { type, direction, location_country, startedAt, endedAt, quantity, peer } = use
  const roaming = location_country !== from.country
  const flat = own.find(({ offering, status }) => offering.flat && status === 'active')
  const cost_type = use.cost_type ?? costOf(use, roaming, flat !== undefined)
  const is_recorded =
    type !== 'data' && own.some(({ offering, status }) => offering.records && status === 'active')
  // One literal, no spreads: the seeds write thousands.
  return world.in(usageItems).put({
    id: mintId(world, 'uitem', startedAt),
    type,
    direction,
    account: from.account,
    subscription: from.id,
    subscriber: from.subscriber,
    product: use.product ?? (cost_type === 'in_bundle' ? flat?.id : undefined),
    msisdn: from.msisdn,
    peer,
    location_country,
    roaming,
    is_recorded,
    startedAt,
    endedAt,
    processedAt: endedAt + delay + PROCESSING,
    quantity,
    cost_type,
  })
}

/** An SMS that the organisation sends from one of its numbers: from home, whatever handset the SIM is in. */
export function noteSms(world: World, from: Subscription, peer: string): void {
  const { now } = world
  const use = {
    type: 'sms',
    direction: 'outbound',
    peer,
    location_country: from.country,
    quantity: 1,
  } as const
  noteItem(world, from, productsOf(world, from.id), { ...use, startedAt: now, endedAt: now })
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

/** Every use on the air is an item; data that several products carried, and that none did, are items of their own. */
export function carried(
  world: World,
  { iccid }: Sim,
  { kind: type, direction, network, ...use }: CarriedTraffic,
): void {
  const subscription = world.in(subscriptions).matching('iccid', iccid + SEPARATOR)[0]
  if (!subscription)
    throw new Refusal('wrong-state', `SIM ${iccid} is no longer one of a subscription`)
  if (!subscription.services.includes(type))
    throw new Refusal('wrong-state', `subscription ${subscription.id} has no ${type}`)
  const own = productsOf(world, subscription.id)
  const { startedAt, endedAt, quantity } = use
  const about = {
    type,
    direction,
    peer: peerOf(use.peer),
    location_country: network.country,
    startedAt,
    endedAt,
  }
  if (type === 'voice') noteItem(world, subscription, own, { ...about, quantity })
  if (type === 'sms')
    for (let at = 0; at < quantity; at += 1)
      noteItem(world, subscription, own, { ...about, quantity: 1 })
  if (type !== 'data') return
  for (const { id, used } of use.bundles) {
    const product = world.in(bundles).get(`${SLUG}/${id}`)?.reference
    noteItem(world, subscription, own, {
      ...about,
      quantity: used,
      cost_type: 'in_bundle',
      product,
    })
  }
  const beyond = quantity - use.bundled
  if (beyond > 0)
    noteItem(world, subscription, own, { ...about, quantity: beyond, cost_type: 'out_of_bundle' })
}
