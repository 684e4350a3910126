// Applying bundles of the inventory to eSIMs.
import { bundlesOf } from '../../../state/bundles.ts'
import { defined } from '../../../state/defined.ts'
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import { findBought } from '../catalogue/on-sale.ts'
import { findUsable, incompatibilityOf, mintEsim } from '../esims/esims.ts'
import { MOST_ESIMS } from '../orders/ordering.ts'
import { spendable } from '../organisation/account.ts'
import { type CatalogueBundle, type Esim, type OrderLine, orders, SLUG } from '../records.ts'
import { takeFromInventory } from './inventory.ts'
import { putOnEsim, refuseWhileProcessing } from './put-on-esim.ts'

/** One bundle to apply: to a given eSIM, or to `repeat` new ones. */
export interface Application {
  readonly bundle: string
  readonly iccid?: string
  readonly repeat: number
  readonly allowReassign: boolean
}

export interface ApplyOptions {
  /** When the bundles start, virtual ms; with their first use unless given. */
  readonly startsAt?: number | undefined
  /** The address it was asked for from. */
  readonly sourceIp?: string | undefined
}

/** What became of one bundle. */
export interface Outcome {
  readonly iccid: string
  readonly bundle: string
  readonly status: string
}

const APPLIED = 'Successfully Applied Bundle'

/**
 * Applies bundles. One that does not fit its eSIM gets a status that tells so, and stays in the
 * inventory. An application is also an order, of lines that cost nothing (public).
 * @throws Refusal `unknown-bundle`, `foreign-esim`, `deactivated`, `none-in-inventory`,
 *   `invalid-request`, `busy` where a given eSIM is still being worked on
 */
export function apply(
  world: World,
  applications: readonly Application[],
  { startsAt, sourceIp }: ApplyOptions = {},
): { reference: string; outcomes: Outcome[] } {
  const together = applications.reduce((sum, { repeat }) => sum + repeat, 0)
  if (together > MOST_ESIMS)
    throw new Refusal('invalid-request', `at most ${MOST_ESIMS} bundles are applied at once`)

  const reference = world.random.uuid()
  const outcomes: Outcome[] = []
  const lines: OrderLine[] = []
  for (const application of applications) {
    const { bundle: name, repeat, allowReassign } = application
    const bundle = findBought(world, name)
    const { esim, problem } = targetOf(world, application, bundle)
    if (esim && problem) {
      outcomes.push({ iccid: esim.iccid, bundle: name, status: problem })
      continue
    }

    for (const purchase of takeFromInventory(world, name, repeat)) {
      const { iccid } = esim ?? mintEsim(world)
      const item = `${reference}-${lines.length}`
      putOnEsim(world, iccid, bundle, { reference: item, purchase, together, startsAt })
      lines.push(assignmentLine(item, iccid, allowReassign))
      outcomes.push({ iccid, bundle: name, status: APPLIED })
    }
  }

  if (lines.length > 0) placeFreeOrder(world, reference, lines, sourceIp)
  return { reference, outcomes }
}

/**
 * The eSIM a bundle goes onto, absent where it is to be a new one; with `problem`, it stays where
 * it is, since it does not fit.
 */
function targetOf(
  world: World,
  { iccid, allowReassign }: Application,
  bundle: CatalogueBundle,
): { esim?: Esim; problem?: string } {
  if (iccid === undefined) return {}
  const { esim } = findUsable(world, iccid)
  const problem = incompatibilityOf(esim, bundle)
  if (problem) return allowReassign ? {} : { esim, problem }
  refuseWhileProcessing(world, bundlesOf(world, SLUG, esim.iccid))
  return { esim }
}

function assignmentLine(item: string, iccid: string, allowReassign: boolean): OrderLine {
  return {
    type: 'bundleAssignment',
    item,
    quantity: 0,
    pricePerUnit: 0,
    allowReassign,
    wanted: [],
    iccids: [iccid],
  }
}

function placeFreeOrder(
  world: World,
  reference: string,
  lines: readonly OrderLine[],
  sourceIp: string | undefined,
): void {
  world.in(orders).put({
    reference,
    serial: world.next('esim-go.order'),
    createdAt: world.now,
    assign: true,
    total: 0,
    status: 'completed',
    lines,
    runningBalance: spendable(world),
    ...defined({ sourceIp }),
  })
}
