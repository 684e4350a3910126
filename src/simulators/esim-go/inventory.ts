// The inventory: bundles bought and not yet applied, in lots that expire.
import { SEPARATOR } from '../../state/collection.ts'
import { addDuration } from '../../state/duration.ts'
import { Refusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import type { CatalogueBundle } from './catalogue.ts'
import { type Lot, lots } from './records.ts'
import { settingsOf } from './settings.ts'

/** Adds a lot of `quantity`, bought now at `price` cents each. */
export function addLot(world: World, bundle: CatalogueBundle, quantity: number, price: number): Lot {
  return world.in(lots).put({
    id: world.next('esim-go.lot'),
    bundle: bundle.name,
    total: quantity,
    remaining: quantity,
    price,
    boughtAt: world.now,
    expiresAt: addDuration(world.now, settingsOf(world).inventoryLifetime),
  })
}

/** The lots of a bundle that can still be used, the one that expires first first. */
function usableLots(world: World, bundle: string): Lot[] {
  const all = world.in(lots).matching('bundle', bundle + SEPARATOR)
  return all.filter(({ remaining, expiresAt }) => remaining > 0 && world.now < expiresAt)
}

/**
 * Takes bundles out, from the lot that expires first.
 * @throws Refusal `none-in-inventory` where there are fewer
 */
export function takeFromInventory(world: World, bundle: string, quantity: number): void {
  const usable = usableLots(world, bundle)
  const there = usable.reduce((sum, { remaining }) => sum + remaining, 0)
  if (there < quantity)
    throw new Refusal('none-in-inventory', `${quantity} of ${bundle} are needed, the inventory has ${there}: order it first`)
  let missing = quantity
  for (const lot of usable) {
    const taken = Math.min(missing, lot.remaining)
    if (taken === 0) break
    world.in(lots).put({ ...lot, remaining: lot.remaining - taken })
    missing -= taken
  }
}
