// What was paid for a bundle on an eSIM, and when: it decides what a revoke may give back.
import type { Bundle } from '../../../state/bundles.ts'
import { defined } from '../../../state/defined.ts'
import type { World } from '../../../state/world.ts'
import { findBought } from '../catalogue/on-sale.ts'

export interface Purchase {
  /** US cents, of the whole bundle: the twelve assignments of a year share it. */
  readonly price: number
  readonly boughtAt: number
  /**
   * The lot of the inventory it was taken from; absent where an order put it straight onto the
   * eSIM.
   */
  readonly lot?: number
}

/** What eSIM Go keeps with a bundle beyond what every provider's has. */
interface BundleExtra extends Purchase {
  /** Where it was not ready at once: when it will be (virtual ms). */
  readonly readyAt?: number
}

/** As it is stored: the state keeps texts. */
export function toExtra(extra: BundleExtra): Record<string, string> {
  return Object.fromEntries(Object.entries(extra).map(([name, value]) => [name, String(value)]))
}

/** As it was stored; a bundle of an older state has nothing, or less. */
function extraOf({ extra = {} }: Bundle): Partial<BundleExtra> {
  return defined({
    price: toNumber(extra.price),
    boughtAt: toNumber(extra.boughtAt),
    lot: toNumber(extra.lot),
    readyAt: toNumber(extra.readyAt),
  })
}

function toNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

/**
 * What was paid for a bundle. One of a state that was kept before this was noted counts as bought
 * when it was assigned, at what it costs now.
 * @throws Refusal `unknown-bundle` where that is not on sale any more
 */
export function purchaseOf(world: World, bundle: Bundle): Purchase {
  const { price, boughtAt, lot } = extraOf(bundle)
  if (price === undefined || boughtAt === undefined)
    return { price: findBought(world, bundle.name).price, boughtAt: bundle.assignedAt }
  return { price, boughtAt, ...defined({ lot }) }
}

/**
 * When a bundle that is processing will be ready (virtual ms), where that was
 * noted.
 */
export function readyAtOf(bundle: Bundle): number | undefined {
  return extraOf(bundle).readyAt
}
