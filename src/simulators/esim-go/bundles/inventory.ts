// The inventory: bundles bought and not yet applied, in lots that expire.
import { checkedAmount } from '../../../state/amount.ts'
import { SEPARATOR, sortable } from '../../../state/collection.ts'
import { addDuration } from '../../../state/duration.ts'
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { type CatalogueBundle, type Lot, lots } from '../records.ts'
import { settings } from '../settings.ts'
import type { Purchase } from './purchase.ts'

/** Adds a lot of `quantity`, bought now at `price` cents each. */
export function addLot(
  world: World,
  bundle: CatalogueBundle,
  quantity: number,
  price: number,
): Lot {
  return newLot(world, bundle.name, quantity, { price, boughtAt: world.now })
}

function newLot(
  world: World,
  bundle: string,
  quantity: number,
  { price, boughtAt }: Purchase,
): Lot {
  return world.in(lots).put({
    id: nextLotId(world),
    bundle,
    total: quantity,
    remaining: quantity,
    price,
    boughtAt,
    expiresAt: addDuration(boughtAt, world.settings(settings).inventoryLifetime),
  })
}

/** An id that no lot has: those of a seed file chose theirs. */
function nextLotId(world: World): number {
  for (;;) {
    const id = world.next('esim-go.lot')
    if (!world.in(lots).has(String(id))) return id
  }
}

/** A lot as it is somewhere else. */
export interface KnownLot extends Pick<Lot, 'bundle' | 'price' | 'total' | 'remaining'> {
  readonly id: number | undefined
  readonly expiresAt: number | undefined
}

/**
 * Puts a lot in the inventory. It was bought so long before it expires as lots are good for; where
 * nobody knows when it expires, now.
 * @returns `undefined` where there is one with its id
 */
export function putLot(world: World, { id, expiresAt, ...known }: KnownLot): Lot | undefined {
  if (id !== undefined && world.in(lots).has(String(id))) return undefined
  const { inventoryLifetime } = world.settings(settings)
  const lifetime = addDuration(world.now, inventoryLifetime) - world.now
  const boughtAt = expiresAt === undefined ? world.now : Math.max(0, expiresAt - lifetime)
  return world.in(lots).put({
    ...known,
    id: id ?? nextLotId(world),
    boughtAt,
    expiresAt: expiresAt ?? world.now + lifetime,
  })
}

/**
 * Every lot that can still be used, by bundle; the lots of one in the order
 * they expire.
 */
export function usableLots(world: World): Lot[] {
  return world
    .in(lots)
    .matching('left', '')
    .filter(({ expiresAt }) => world.now < expiresAt)
}

/**
 * The usable lots of a bundle that expire first: no more than `limit`, however
 * many there are.
 */
function firstLots(world: World, bundle: string, limit: number): Lot[] {
  // Behind every lot of the bundle, before those of any other: the next character to SEPARATOR.
  const end = `${bundle}\u0001`
  const range = { from: bundle + SEPARATOR + sortable(world.now + 1), to: end }
  return world.in(lots).page('left', range, 0, limit)
}

/**
 * Takes bundles out, from the lot that expires first.
 * @returns for each what was paid for it
 * @throws Refusal `none-in-inventory` where there are fewer
 */
export function takeFromInventory(world: World, bundle: string, quantity: number): Purchase[] {
  // Each has one bundle at least, so that many lots are enough.
  const usable = firstLots(world, bundle, quantity)
  const left = usable.reduce((sum, { remaining }) => sum + remaining, 0)
  if (left < quantity)
    throw new Refusal<EsimGoRefusal>(
      'none-in-inventory',
      `${quantity} of ${bundle} are needed, the inventory has ${left}: order it first`,
    )

  const taken: Purchase[] = []
  for (const lot of usable) {
    const count = Math.min(quantity - taken.length, lot.remaining)
    if (count === 0) break
    world.in(lots).put({ ...lot, remaining: lot.remaining - count })
    for (let unit = 0; unit < count; unit += 1)
      taken.push({ price: lot.price, boughtAt: lot.boughtAt, lot: lot.id })
  }
  return taken
}

function lotWithId(world: World, id: number): Lot | undefined {
  return world.in(lots).get(String(id))
}

/** The lot a bundle was taken from, if it was taken from one. */
function lotOf(world: World, { lot }: Purchase): Lot | undefined {
  return lot === undefined ? undefined : lotWithId(world, lot)
}

/** When a bundle that goes back to the inventory expires there. */
export function expiryOf(world: World, purchase: Purchase): number {
  return (
    lotOf(world, purchase)?.expiresAt ??
    addDuration(purchase.boughtAt, world.settings(settings).inventoryLifetime)
  )
}

/**
 * Puts one bundle back: into the lot it came from, or into one of its own that is as old as its
 * purchase.
 */
export function putBack(world: World, bundle: string, purchase: Purchase): void {
  const lot = lotOf(world, purchase)
  if (!lot) return void newLot(world, bundle, 1, purchase)
  const remaining = checkedAmount(lot.remaining + 1, `what is left of usageId ${lot.id}`)
  world.in(lots).put({ ...lot, remaining })
}

/**
 * Takes bundles of one lot out for good.
 * @param usageId the id of the lot
 * @returns the lot as it was
 * @throws Refusal `not-found`, `wrong-state` where it has expired, `invalid-request` where fewer
 *   remain
 */
export function takeFromLot(world: World, usageId: number, quantity: number): Lot {
  const lot = lotWithId(world, usageId)
  if (!lot)
    throw new Refusal('not-found', `the inventory has no usageId ${usageId}: see GET /inventory`)
  if (world.now >= lot.expiresAt)
    throw new Refusal('wrong-state', `what is left of usageId ${usageId} has expired`)
  if (quantity > lot.remaining)
    throw new Refusal(
      'invalid-request',
      `quantity ${quantity} exceeds the ${lot.remaining} that remain of usageId ${usageId}`,
    )
  world.in(lots).put({ ...lot, remaining: lot.remaining - quantity })
  return lot
}
