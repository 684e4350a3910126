// Usage items: what a SIM used, told by type, direction and cost.
import { bundles } from '../../state/bundles.ts'
import { SEPARATOR } from '../../state/collection.ts'
import { addDuration } from '../../state/duration.ts'
import { Refusal } from '../../state/refusal.ts'
import type { Sim } from '../../state/sims.ts'
import type { Carried } from '../../state/usage.ts'
import type { World } from '../../state/world.ts'
import { digitsOf } from './dialect.ts'
import { mintId } from './ids.ts'
import { type Product, SLUG, type Subscription, subscriptions, type UsageItem, usageItems } from './records.ts'
import { productsOf } from './subscribing.ts'

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

type Use = Pick<UsageItem, 'type' | 'direction' | 'peer' | 'country' | 'startedAt' | 'endedAt' | 'quantity'>

/** What a call or SMS costs (invented): being called or written to is free at home, SMS everywhere; a flat plan covers what leaves from home. */
function costOf({ type, direction }: Use, roaming: boolean, flat: Product | undefined): Pick<UsageItem, 'cost' | 'product'> {
  if (direction === 'inbound' && (type === 'sms' || !roaming)) return { cost: 'free' }
  return direction === 'outbound' && flat && !roaming ? { cost: 'in_bundle', product: flat.id } : { cost: 'out_of_bundle' }
}

/** Writes an item; what it costs is worked out unless told. `own` are the products of the subscription. */
export function noteItem(
  world: World,
  { id, account, subscriber, msisdn, country }: Subscription,
  own: readonly Product[],
  use: Use & Partial<Pick<UsageItem, 'cost' | 'product'>>,
): UsageItem {
  const roaming = use.country !== country
  const active = own.filter(({ status }) => status === 'active')
  const processedAt = addDuration(use.endedAt, String(world.settings(SLUG).usageDelay)) + PROCESSING
  return world.in(usageItems).put({
    ...{ id: mintId(world, 'uitem', use.startedAt), account, subscription: id, subscriber, msisdn, roaming },
    recorded: use.type !== 'data' && active.some(({ offering }) => offering.records),
    processedAt,
    ...(use.cost
      ? { cost: use.cost }
      : costOf(
          use,
          roaming,
          active.find(({ offering }) => offering.flat),
        )),
    ...use,
  })
}

/** An SMS that the organisation sends from one of its numbers: from home, whatever handset the SIM is in. */
export function noteSms(world: World, from: Subscription, peer: string): void {
  const { now } = world
  const use = { type: 'sms', direction: 'outbound', peer, country: from.country, startedAt: now, endedAt: now, quantity: 1 } as const
  noteItem(world, from, productsOf(world, from.id), use)
}

/** @throws Refusal `invalid-request` for what is no number */
function peerOf(text: string | undefined): { peer?: string } {
  if (text === undefined) return {}
  const peer = digitsOf(text)
  if (!/^\d{1,15}$/.test(peer)) throw new Refusal('invalid-request', `peer must be a number of up to 15 digits, and not "${text}"`)
  return { peer }
}

/** Every use on the air is an item; data that several products carried, and that none did, are items of their own. */
export function carried(world: World, { iccid }: Sim, { kind: type, direction, network, ...use }: Carried): void {
  const subscription = world.in(subscriptions).matching('iccid', iccid + SEPARATOR)[0]
  if (!subscription) throw new Refusal('wrong-state', `SIM ${iccid} is no longer one of a subscription`)
  if (!subscription.services.includes(type)) throw new Refusal('wrong-state', `subscription ${subscription.id} has no ${type}`)
  const own = productsOf(world, subscription.id)
  const { startedAt, endedAt, quantity } = use
  const about = { type, direction, ...peerOf(use.peer), country: network.country, startedAt, endedAt }
  if (type === 'voice') noteItem(world, subscription, own, { ...about, quantity })
  if (type === 'sms') for (let at = 0; at < quantity; at += 1) noteItem(world, subscription, own, { ...about, quantity: 1 })
  if (type !== 'data') return
  for (const { id, used } of use.bundles) {
    const product = world.in(bundles).get(`${SLUG}/${id}`)?.reference
    noteItem(world, subscription, own, { ...about, quantity: used, cost: 'in_bundle', ...(product === undefined ? {} : { product }) })
  }
  const beyond = quantity - use.bundled
  if (beyond > 0) noteItem(world, subscription, own, { ...about, quantity: beyond, cost: 'out_of_bundle' })
}
