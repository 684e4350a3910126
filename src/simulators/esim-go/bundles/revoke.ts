// Revoking: which assignments come off an eSIM, what is refunded, and what becomes of the eSIM.
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
  /** Name of the bundle. */
  readonly bundle: string
  /** At least one: an assignment, or those of a year that are not over. */
  readonly parts: readonly Bundle[]
  readonly purchase: Purchase
  /** Where the value can go; empty where nothing can be given back. */
  readonly refunds: readonly ('inventory' | 'balance')[]
  /** Names what would be refunded (invented: the id of its first assignment). */
  readonly offerId: string
  /**
   * True where nothing keeps the eSIM in the account: it is not installed, and no other bundle is
   * left on it.
   */
  readonly returnsEsim: boolean
}

/**
 * The assignments that one application of a bundle put on an eSIM: one, or
 * twelve for a year.
 */
type AppliedBundle = readonly Assignment[]

/**
 * Every application of a bundle to an eSIM.
 * @throws Refusal `not-found` where there is none
 */
function appliedBundles(world: World, iccid: string, name: string): AppliedBundle[] {
  const named = assignmentsNamed(world, iccid, name)
  return [...grouped(named, ({ bundle }) => bundle.reference).values()]
}

const isUnused = (applied: AppliedBundle) =>
  applied.every(({ state }) => state === 'queued' || state === 'processing')

/** Which of several bundles of one name is taken. */
export type RevokePick = 'latest' | 'oldest-unused'

/**
 * Finds what revoking a bundle by its name takes off: of several, the latest or the oldest unused,
 * the latest where none is; of a one-year bundle every month that is not over.
 * @throws Refusal `foreign-esim`, `not-found`, `wrong-state` where nothing of it is left, `busy`
 *   while it is processing
 */
export function revocationByName(
  world: World,
  { iccid, name }: { iccid: string; name: string },
  pick: RevokePick,
): Revocation {
  const found = findEsim(world, iccid)
  const left = appliedBundles(world, iccid, name).filter((applied) => applied.some(isCurrent))
  const latest = left.at(-1)
  if (!latest)
    throw new Refusal(
      'wrong-state',
      `every assignment of ${name} on eSIM ${iccid} is used up, over or taken off already`,
    )

  const applied = pick === 'latest' ? latest : (left.find(isUnused) ?? latest)
  const parts = applied.filter(isCurrent).map(({ bundle }) => bundle)
  return planRevocation(world, found, applied, parts)
}

/**
 * Finds one assignment, by its id.
 * @throws Refusal `foreign-esim`, `not-found`, `wrong-state` where it is over or taken off
 *   already, `busy` while it is processing
 */
export function revocationById(
  world: World,
  { iccid, name, id }: { iccid: string; name: string; id: string },
): Revocation {
  const found = findEsim(world, iccid)
  const hasId = ({ bundle }: Assignment) => bundle.id === id
  const applied = appliedBundles(world, iccid, name).find((each) => each.some(hasId))
  const assignment = applied?.find(hasId)
  if (!applied || !assignment)
    throw new Refusal('not-found', `eSIM ${iccid} has no assignment ${id} of ${name}`)
  if (!isCurrent(assignment))
    throw new Refusal(
      'wrong-state',
      `assignment ${id} is ${assignment.state}: there is nothing left to revoke`,
    )
  return planRevocation(world, found, applied, [assignment.bundle])
}

/** Works out what taking `parts` of an applied bundle off its eSIM leads to. */
function planRevocation(
  world: World,
  { sim, esim }: Pick<Revocation, 'sim' | 'esim'>,
  applied: AppliedBundle,
  parts: readonly Bundle[],
): Revocation {
  const [first] = applied
  if (!first) throw new Error('an application without assignments')
  refuseWhileProcessing(world, parts)

  const purchase = purchaseOf(world, first.bundle)
  const isWhole = parts.length === applied.length && isUnused(applied)
  const ids = new Set(parts.map(({ id }) => id))
  const others = assignmentsOf(world, esim.iccid).filter(
    (each) => isCurrent(each) && !ids.has(each.bundle.id),
  )
  return {
    sim,
    esim,
    bundle: first.bundle.name,
    parts,
    purchase,
    refunds: isWhole ? refundsOf(world, purchase) : [],
    offerId: first.bundle.id,
    returnsEsim: others.length === 0 && !isInstalled(sim),
  }
}

/**
 * Where the value of an unused bundle can go: nowhere once the refund window is over, and not into
 * a lot that has expired.
 */
function refundsOf(world: World, purchase: Purchase): Revocation['refunds'] {
  if (!isRefundable(world, purchase.boughtAt)) return []
  return world.now < expiryOf(world, purchase) ? ['inventory', 'balance'] : ['balance']
}

/**
 * True while what was bought at an instant (virtual ms) may be refunded: the organisation may, and
 * its refund window is open.
 */
export function isRefundable(world: World, boughtAt: number): boolean {
  const { refunds, refundWindow } = world.settings(settings)
  return refunds === 'enabled' && world.now < addDuration(boughtAt, refundWindow)
}

/**
 * Carries a revocation out: the assignments come off, their value goes where it is asked to, the
 * eSIM leaves the account if nothing keeps it there.
 * @param refundTo one of the revocation's `refunds`, or `none`
 */
export function revoke(world: World, revocation: Revocation, refundTo: TakenOff['refundTo']): void {
  const { parts, bundle, purchase, esim, returnsEsim } = revocation
  const { iccid } = esim
  const revoked = { bundle, bundleState: 'revoked' } as const
  for (const part of parts) takeOff(world, part, 'revoked', refundTo)
  noteHistory(world, iccid, 'Bundle Revoked', revoked)
  noteAction(world, iccid, refundTo === 'none' ? 'Bundle Revoked' : 'Bundle Refund')

  if (refundTo === 'inventory') {
    putBack(world, bundle, purchase)
    noteHistory(world, iccid, 'Bundle Refunded to Inventory', revoked)
  }
  if (refundTo === 'balance') {
    credit(world, purchase.price)
    noteHistory(world, iccid, 'Bundle Refunded To Balance', revoked)
  }
  if (returnsEsim) startReturn(world, iccid)
}
