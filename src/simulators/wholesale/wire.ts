// The JSON of a notification, all of it invented.
import { bundlesOf } from '../../state/bundles.ts'
import { defined } from '../../state/defined.ts'
import { lpaString } from '../../state/installation-code.ts'
import { iso } from '../../state/instant.ts'
import type { ServiceState } from '../../state/sim-lifecycle.ts'
import { simKey, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import { type Line, SLUG, type Transaction } from './records.ts'
import type { components } from './spec.d.ts'

type Notification = components['schemas']['Notification']

type Subscription = NonNullable<Notification['subscription']>

const STATUS: Readonly<Record<ServiceState, Subscription['status'] | undefined>> = {
  inactive: undefined,
  active: 'Active',
  suspended: 'Suspended',
  ceased: 'Ceased',
}

/** `undefined` of a line that has never been active. */
function subscription(world: World, line: Line): Subscription | undefined {
  const sim = world.in(sims).get(simKey(SLUG, line.iccid))
  const status = sim && STATUS[sim.service]
  if (!status) return undefined

  const { subscriberId, plan, billDay = 1, cycleEndsAt, products } = line
  return {
    subscriberId,
    wholesalePlanId: plan,
    status,
    billCycleFrequency: 'MONTHLY',
    billCycleStartDay: billDay,
    ...defined({ nextBillCycle: cycleEndsAt === undefined ? undefined : iso(cycleEndsAt) }),
    buckets: bundlesOf(world, SLUG, line.iccid).map(({ reference, initialBytes }) => ({
      bucketRefId: reference,
      totalBytes: initialBytes,
    })),
    products: products.map(({ productId, characteristics }) => ({
      productId,
      characteristics: [...characteristics],
    })),
  }
}

/**
 * What is told of a transaction that has settled.
 * @param line as the transaction left it, or as a failed activation would have had it
 */
export function notification(world: World, transaction: Transaction, line: Line): Notification {
  const { id, correlationId, action, state, requestedAt } = transaction
  const { iccid, gpsi, eid, sim } = line
  const failed = state === 'Failed'
  const result: Notification['result'] = failed ? 'Failure' : 'Success'
  const isNewEsim = action === 'Activate' && !failed && sim.kind === 'esim'
  return defined({
    partnerTransactionId: id,
    correlationId,
    wholesaleCustomerId: line.node,
    action,
    result,
    reasonCode: failed ? 'PROVISIONING_FAILED' : undefined,
    reasonDesc: failed ? 'The network did not carry out the request' : undefined,
    iccid,
    gpsi,
    eid,
    activationCode: isNewEsim ? lpaString(sim) : undefined,
    subscription: subscription(world, line),
    requestedAt: iso(requestedAt),
    completedAt: iso(world.now),
  })
}
