// The JSON of a notification, all of it invented.
import { bundlesOf } from '../../state/bundles.ts'
import { lpaString } from '../../state/installation-code.ts'
import { iso } from '../../state/instant.ts'
import type { ServiceState } from '../../state/sim-lifecycle.ts'
import { simKey, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import { type Line, SLUG, type Transaction } from './records.ts'
import type { components } from './spec.d.ts'

type Notification = components['schemas']['Notification']

const STATUS = { active: 'Active', suspended: 'Suspended', ceased: 'Ceased' } as const

function subscription(
  world: World,
  line: Line,
  service: Exclude<ServiceState, 'inactive'>,
): NonNullable<Notification['subscription']> {
  const { subscriberId, plan, billDay = 1, cycleEndsAt, products } = line
  return {
    ...{
      subscriberId,
      wholesalePlanId: plan,
      status: STATUS[service],
      billCycleFrequency: 'MONTHLY',
      billCycleStartDay: billDay,
    },
    ...(cycleEndsAt === undefined ? {} : { nextBillCycle: iso(cycleEndsAt) }),
    buckets: bundlesOf(world, SLUG, line.iccid).map((each) => ({
      bucketRefId: each.reference,
      totalBytes: each.initialBytes,
    })),
    products: products.map(({ productId, characteristics }) => ({
      productId,
      characteristics: [...characteristics],
    })),
  }
}

/** What is told of a transaction that has settled; `line` is as it left it, or as a failed activation would have had it. */
export function notification(world: World, transaction: Transaction, line: Line): Notification {
  const { id, correlationId, node, action, state, requestedAt } = transaction
  const { iccid, gpsi, eid, sim } = line
  const failed = state === 'Failed'
  const service = world.in(sims).get(simKey(SLUG, iccid))?.service
  return {
    partnerTransactionId: id,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(node === undefined ? {} : { wholesaleCustomerId: node }),
    ...{ action, result: failed ? 'Failure' : 'Success' },
    ...(failed
      ? {
          reasonCode: 'PROVISIONING_FAILED',
          reasonDesc: 'The network did not carry out the request',
        }
      : {}),
    ...{ iccid, gpsi },
    ...(eid === undefined ? {} : { eid }),
    ...(action === 'Activate' && !failed && sim.kind === 'esim'
      ? { activationCode: lpaString(sim.smdpAddress, sim.matchingId) }
      : {}),
    ...(service && service !== 'inactive'
      ? { subscription: subscription(world, line, service) }
      : {}),
    ...{ requestedAt: iso(requestedAt), completedAt: iso(world.now) },
  }
}
