// Revoking: which assignments come off an eSIM, what they may give back, and what becomes of the eSIM.
import type { Bundle } from '../../../state/bundles.ts'
import { grouped } from '../../../state/collection.ts'
import { addDuration } from '../../../state/duration.ts'
import { Refusal } from '../../../state/refusal.ts'
import type { Sim } from '../../../state/sims.ts'
import type { World } from '../../../state/world.ts'
import {
  type Assignment,
  assignmentsNamed,
  assignmentsOf,
  isCurrent,
  type TakenOff,
  takeOff,
} from '../assignments.ts'
import { findEsim, noteAction } from '../esims/esims.ts'
import { noteHistory } from '../esims/history.ts'
import { isInstalled, startReturn } from '../esims/returns.ts'
import { credit } from '../organisation/account.ts'
import type { Esim } from '../records.ts'
import { settings } from '../settings.ts'
import { expiryOf, putBack } from './inventory.ts'
import { type Purchase, purchaseOf } from './purchase.ts'
import { refuseWhileProcessing } from './put-on-esim.ts'

/** What is to come off an eSIM, found and checked; nothing has happened yet. */
export interface Revocation {
  readonly sim: Sim
  readonly esim: Esim
  /** At least one: an assignment, or the twelve of a year. */
  readonly parts: readonly Bundle[]
  readonly purchase: Purchase
  /** Where the value can go; empty where nothing can be given back. */
  readonly refunds: readonly ('inventory' | 'balance')[]
  /** Names what would be refunded (invented: the id of its first assignment). */
  readonly offerId: string
  /** True where nothing keeps the eSIM in the account: it is not installed, and no other bundle is left on it. */
  readonly returnsEsim: boolean
}

type Unit = readonly Assignment[]

/** The bundles of one name on an eSIM: each as the assignments of one application. @throws Refusal `not-found` */
function unitsOf(world: World, iccid: string, name: string): Unit[] {
  return [
    ...grouped(assignmentsNamed(world, iccid, name), ({ bundle }) => bundle.reference).values(),
  ]
}

const isUnused = (unit: Unit) =>
  unit.every(({ state }) => state === 'queued' || state === 'processing')

/**
 * Finds what revoking a bundle by its name takes off: of several, the latest or the oldest unused (setting `revokePick`); of a one-year
 * bundle every month that is not over.
 * @throws Refusal `foreign-esim`, `not-found`, `wrong-state` where nothing of it is left, `busy` while it is processing
 */
export function revocationByName(world: World, iccid: string, name: string): Revocation {
  const { sim, esim } = findEsim(world, iccid)
  const left = unitsOf(world, iccid, name).filter((unit) => unit.some(isCurrent))
  const latest = left.at(-1)
  if (!latest)
    throw new Refusal(
      'wrong-state',
      `every assignment of ${name} on eSIM ${iccid} is used up, over or taken off already`,
    )
  const unit =
    world.settings(settings).revokePick === 'latest' ? latest : (left.find(isUnused) ?? latest)
  return planned(
    world,
    { sim, esim },
    unit,
    unit.filter(isCurrent).map(({ bundle }) => bundle),
  )
}

/**
 * Finds one assignment, by its id.
 * @throws Refusal `foreign-esim`, `not-found`, `wrong-state` where it is over or taken off already, `busy` while it is processing
 */
export function revocationById(world: World, iccid: string, name: string, id: string): Revocation {
  const { sim, esim } = findEsim(world, iccid)
  const unit = unitsOf(world, iccid, name).find((each) =>
    each.some(({ bundle }) => bundle.id === id),
  )
  const found = unit?.find(({ bundle }) => bundle.id === id)
  if (!unit || !found)
    throw new Refusal('not-found', `eSIM ${iccid} has no assignment ${id} of ${name}`)
  if (!isCurrent(found))
    throw new Refusal(
      'wrong-state',
      `assignment ${id} is ${found.state}: there is nothing left to revoke`,
    )
  return planned(world, { sim, esim }, unit, [found.bundle])
}

function planned(
  world: World,
  on: Pick<Revocation, 'sim' | 'esim'>,
  unit: Unit,
  parts: readonly Bundle[],
): Revocation {
  const [first] = unit
  if (!first) throw new Error('an application without assignments')
  refuseWhileProcessing(world, parts)
  const purchase = purchaseOf(world, first.bundle)
  const whole = parts.length === unit.length && isUnused(unit)
  const ids = new Set(parts.map(({ id }) => id))
  const others = assignmentsOf(world, on.esim.iccid).filter(
    (each) => isCurrent(each) && !ids.has(each.bundle.id),
  )
  return {
    ...on,
    parts,
    purchase,
    refunds: whole ? refundsOf(world, purchase) : [],
    offerId: first.bundle.id,
    returnsEsim: others.length === 0 && !isInstalled(on.sim),
  }
}

/** Where the value of an unused bundle can go: nowhere once the refund window is over, and not into a lot that has expired. */
function refundsOf(world: World, purchase: Purchase): Revocation['refunds'] {
  if (!isRefundable(world, purchase.boughtAt)) return []
  return world.now < expiryOf(world, purchase) ? ['inventory', 'balance'] : ['balance']
}

/** True while what was bought at an instant may be refunded: the organisation may, and its refund window is open. */
export function isRefundable(world: World, boughtAt: number): boolean {
  const { refunds, refundWindow } = world.settings(settings)
  return refunds === 'enabled' && world.now < addDuration(boughtAt, refundWindow)
}

/**
 * Does it: the assignments come off, their value goes where it is wanted, the eSIM leaves the account if nothing keeps it there.
 * @param refundTo one of the plan's `refunds`, or `none`
 */
export function revoke(world: World, plan: Revocation, refundTo: TakenOff['refundTo']): void {
  const { parts, purchase, esim, returnsEsim } = plan
  const bundle = parts[0]?.name ?? ''
  for (const part of parts) takeOff(world, part, 'revoked', refundTo)
  noteHistory(world, esim.iccid, 'Bundle Revoked', { bundle, bundleState: 'revoked' })
  noteAction(world, esim.iccid, refundTo === 'none' ? 'Bundle Revoked' : 'Bundle Refund')
  if (refundTo === 'inventory') {
    putBack(world, bundle, purchase)
    noteHistory(world, esim.iccid, 'Bundle Refunded to Inventory', {
      bundle,
      bundleState: 'revoked',
    })
  }
  if (refundTo === 'balance') {
    credit(world, purchase.price)
    noteHistory(world, esim.iccid, 'Bundle Refunded To Balance', { bundle, bundleState: 'revoked' })
  }
  if (returnsEsim) startReturn(world, esim.iccid)
}
