// Applying bundles of the inventory to eSIMs.

import { bundlesOf } from '../../../state/bundles.ts'
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import { findBundle } from '../catalogue/on-sale.ts'
import { findUsable, incompatibilityOf, mintEsim } from '../esims/esims.ts'
import { spendable } from '../organisation/account.ts'
import { type OrderLine, orders, SLUG } from '../records.ts'
import { takeFromInventory } from './inventory.ts'
import { putOnEsim, refuseWhileProcessing } from './put-on-esim.ts'

/** One bundle to apply: to a given eSIM, or to `repeat` new ones. */
export interface Application {
  readonly bundle: string
  readonly iccid?: string
  readonly repeat: number
  readonly allowReassign: boolean
}

/** What became of one bundle. */
export interface Applied {
  readonly iccid: string
  readonly bundle: string
  readonly status: string
}

const APPLIED = 'Successfully Applied Bundle'
/** The most eSIMs one call may bring forth (invented). */
const MOST_ESIMS = 1000

/**
 * Applies bundles. One that does not fit its eSIM says so in its status and stays in the inventory.
 * An application is also an order, of lines that cost nothing (public).
 * @throws Refusal `unknown-bundle`, `foreign-esim`, `deactivated`, `none-in-inventory`, `invalid-request`, `busy` where a given eSIM is still
 *   being worked on
 */
export function apply(
  world: World,
  applications: readonly Application[],
  startsAt?: number,
): { reference: string; applied: Applied[] } {
  const together = applications.reduce((sum, { repeat }) => sum + repeat, 0)
  if (together > MOST_ESIMS)
    throw new Refusal('invalid-request', `at most ${MOST_ESIMS} bundles are applied at once`)
  const reference = world.random.uuid()
  const applied: Applied[] = []
  const lines: OrderLine[] = []

  for (const { bundle: name, iccid: wanted, repeat, allowReassign } of applications) {
    const bundle = findBundle(world, name)
    const given = wanted === undefined ? undefined : findUsable(world, wanted).esim
    const problem = given && incompatibilityOf(given, bundle)
    if (given && problem && !allowReassign) {
      applied.push({ iccid: given.iccid, bundle: name, status: problem })
      continue
    }
    if (given && !problem) refuseWhileProcessing(world, bundlesOf(world, SLUG, given.iccid))
    for (const purchase of takeFromInventory(world, name, repeat)) {
      const { iccid } = given && !problem ? given : mintEsim(world)
      const item = `${reference}-${lines.length}`
      putOnEsim(world, iccid, bundle, item, {
        purchase,
        together,
        ...(startsAt === undefined ? {} : { startsAt }),
      })
      lines.push({
        type: 'bundleAssignment',
        item,
        quantity: 0,
        pricePerUnit: 0,
        allowReassign,
        wanted: [],
        iccids: [iccid],
      })
      applied.push({ iccid, bundle: name, status: APPLIED })
    }
  }
  if (lines.length > 0)
    world.in(orders).put({
      reference,
      serial: world.next('esim-go.order'),
      createdAt: world.now,
      assign: true,
      total: 0,
      status: 'completed',
      lines,
      runningBalance: spendable(world),
    })
  return { reference, applied }
}
