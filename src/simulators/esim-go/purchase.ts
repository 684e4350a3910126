// What was paid for a bundle on an eSIM, and when: it decides what a revoke may give back.
import type { Bundle } from '../../state/bundles.ts'

export interface Purchase {
  /** US cents, of the whole bundle: the twelve assignments of a year share it. */
  readonly price: number
  readonly boughtAt: number
  /** The lot of the inventory it was taken from; absent where an order put it straight onto the eSIM. */
  readonly lot?: number
}

/** What a bundle carries with it beyond the kernel's fields. */
export interface Carried extends Purchase {
  /** Where it was not ready at once: when it will be. */
  readonly readyAt?: number
}

/** As the kernel keeps it. */
export function packed(carried: Carried): Record<string, string> {
  return Object.fromEntries(Object.entries(carried).map(([name, value]) => [name, String(value)]))
}

export function purchaseOf({ id, extra }: Bundle): Carried {
  if (extra?.price === undefined || extra.boughtAt === undefined) throw new Error(`assignment ${id} does not say what was paid for it`)
  return {
    price: Number(extra.price),
    boughtAt: Number(extra.boughtAt),
    ...(extra.lot === undefined ? {} : { lot: Number(extra.lot) }),
    ...(extra.readyAt === undefined ? {} : { readyAt: Number(extra.readyAt) }),
  }
}
