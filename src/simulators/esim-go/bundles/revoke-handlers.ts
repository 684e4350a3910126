// DELETE of bundles on an eSIM: what revoking would do, or revoking.
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import { type Reply, reply } from '../../call.ts'
import { money } from '../esims/wire.ts'
import type { EsimGoHandlers } from '../handlers.ts'
import { CURRENCY } from '../organisation/account.ts'
import type { components } from '../spec.d.ts'
import { type Revocation, revocationById, revocationByName, revoke } from './revoke.ts'

type Result = components['schemas']['RevokeResult']

/** Asked for beside the path. */
interface Query {
  readonly type?: 'validate' | 'transaction'
  readonly refundToBalance?: boolean
  readonly offerId?: string
}

/** What each way of revoking is answered: to the inventory as seen (public), the others after it (invented). */
const REVOKED = {
  inventory: 'Successfully Revoked Bundle, bundle has been refunded to inventory',
  balance: 'Successfully Revoked Bundle, bundle has been refunded to balance',
  none: 'Successfully Revoked Bundle',
} as const

/** The ways this bundle can be revoked. */
function optionsOf({
  refunds,
  offerId,
  purchase,
  returnsEsim,
}: Revocation): NonNullable<Result['options']> {
  if (refunds.length === 0) return [{ refundTo: 'none', returnsEsim }]
  return refunds.map((refundTo) =>
    refundTo === 'balance'
      ? { refundTo, offerId, amount: money(purchase.price), currency: CURRENCY, returnsEsim }
      : { refundTo, returnsEsim },
  )
}

/** Where the value is to go. @throws Refusal where it is asked for in a way it cannot be had */
function targetOf(
  { refunds, offerId: offered }: Revocation,
  { refundToBalance = false, offerId }: Query,
): keyof typeof REVOKED {
  if (offerId !== undefined && offerId !== offered)
    throw new Refusal(
      'invalid-request',
      `offerId ${offerId} is not the offer of what would be revoked, which is ${offered}`,
    )
  if (!refundToBalance) return refunds.includes('inventory') ? 'inventory' : 'none'
  if (offerId === undefined)
    throw new Refusal(
      'invalid-request',
      'a refund to the balance needs the offerId that type=validate answers',
    )
  if (refunds.includes('balance')) return 'balance'
  throw new Refusal(
    'wrong-state',
    'it cannot be refunded: it has started, is only a part, its refund period is over, or refunds are disabled',
  )
}

function answer(world: World, plan: Revocation, query: Query): Reply<Result> {
  if (query.type === 'validate')
    return reply(200, { status: 'Bundle can be revoked', options: optionsOf(plan) })
  const refundTo = targetOf(plan, query)
  revoke(world, plan, refundTo)
  return reply(200, { status: REVOKED[refundTo] })
}

export const revokeHandlers: EsimGoHandlers = {
  revokeBundle: ({ path: { iccid, name }, query }, world) =>
    answer(world, revocationByName(world, iccid, name), query),
  revokeAssignment: ({ path: { iccid, name, assignmentId }, query }, world) =>
    answer(world, revocationById(world, iccid, name, assignmentId), query),
  revokeApplication: ({ path: { iccid, name, assignmentId }, query }, world) =>
    answer(world, revocationById(world, iccid, name, assignmentId), query),
}
