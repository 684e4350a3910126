// What was paid for a bundle on an eSIM, and when: it decides what a revoke may give back.
import type { Bundle } from '../../../state/bundles.ts'
import type { World } from '../../../state/world.ts'
import { findBundle } from '../catalogue/on-sale.ts'

export interface Purchase {
  /** US cents, of the whole bundle: the twelve assignments of a year share it. */
  readonly price: number
  readonly boughtAt: number
  /** The lot of the inventory it was taken from; absent where an order put it straight onto the eSIM. */
  readonly lot?: number
}

/** What a bundle carries with it beyond the kernel's fields. */
export interface BundleExtra extends Purchase {
  /** Where it was not ready at once: when it will be. */
  readonly readyAt?: number
}

/** As the kernel keeps it. */
export function toExtra(carried: BundleExtra): Record<string, string> {
  return Object.fromEntries(Object.entries(carried).map(([name, value]) => [name, String(value)]))
}

/**
 * What was paid for a bundle. One of a state that was kept before this was noted counts as bought when it was assigned, at what it costs now.
 * @throws Refusal `unknown-bundle` where that is not on sale any more
 */
export function purchaseOf(world: World, { name, assignedAt, extra }: Bundle): Purchase {
  if (extra?.price === undefined || extra.boughtAt === undefined)
    return { price: findBundle(world, name).price, boughtAt: assignedAt }
  return {
    price: Number(extra.price),
    boughtAt: Number(extra.boughtAt),
    ...(extra.lot === undefined ? {} : { lot: Number(extra.lot) }),
  }
}

/** When a bundle that is processing will be ready (virtual ms); `undefined` where that was not noted. */
export function readyAtOf({ extra }: Bundle): number | undefined {
  return extra?.readyAt === undefined ? undefined : Number(extra.readyAt)
}
