// DELETE of bundles on an eSIM: what revoking would do, or revoking.
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import { type Reply, reply } from '../../call.ts'
import { CURRENCY, money } from '../money.ts'
import type { EsimGoHandlers } from '../settings.ts'
import type { components } from '../spec.d.ts'
import { isSince, V25 } from '../versions.ts'
import { type Revocation, revocationById, revocationByName, revoke } from './revoke.ts'

type Result = components['schemas']['RevokeResult']

/** Asked for beside the path. */
interface Query {
  readonly type?: 'validate' | 'transaction'
  readonly refundToBalance?: boolean
  /** Named where the path does not say which assignment is meant. */
  readonly offerId?: string
}

/**
 * What each way of revoking is answered: to the inventory as seen (public), the others after it
 * (invented).
 */
const REVOKED = {
  inventory: 'Successfully Revoked Bundle, bundle has been refunded to inventory',
  balance: 'Successfully Revoked Bundle, bundle has been refunded to balance',
  none: 'Successfully Revoked Bundle',
} as const

/** The ways this bundle can be revoked. */
function optionsOf(revocation: Revocation): NonNullable<Result['options']> {
  const { refunds, offerId, purchase, returnsEsim } = revocation
  if (refunds.length === 0) return [{ refundTo: 'none', returnsEsim }]
  const amount = money(purchase.price)
  return refunds.map((refundTo) =>
    refundTo === 'balance'
      ? { refundTo, offerId, amount, currency: CURRENCY, returnsEsim }
      : { refundTo, returnsEsim },
  )
}

/**
 * Holds a call that names a bundle, of which there may be several, to the offer it takes up.
 * @throws Refusal `invalid-request` where that is another one, or is missing for a refund to the
 *   balance
 */
function checkOffer(
  { offerId }: Revocation,
  { offerId: named, refundToBalance, type }: Query,
): void {
  if (type === 'validate') return
  if (named !== undefined && named !== offerId)
    throw new Refusal(
      'invalid-request',
      `offerId ${named} is not the offer of what would be revoked, which is ${offerId}`,
    )
  if (refundToBalance && named === undefined)
    throw new Refusal(
      'invalid-request',
      'a refund to the balance needs the offerId that type=validate answers',
    )
}

/**
 * Where the value is to go.
 * @throws Refusal `wrong-state` where it is asked for in a way it cannot be had
 */
function refundOf({ refunds }: Revocation, query: Query): keyof typeof REVOKED {
  if (!query.refundToBalance) return refunds.includes('inventory') ? 'inventory' : 'none'
  if (refunds.includes('balance')) return 'balance'
  const why = 'it has started, is only a part, its refund period is over, or refunds are disabled'
  throw new Refusal('wrong-state', `it cannot be refunded: ${why}`)
}

function answer(world: World, revocation: Revocation, query: Query): Reply<Result> {
  if (query.type === 'validate')
    return reply(200, { status: 'Bundle can be revoked', options: optionsOf(revocation) })
  const refundTo = refundOf(revocation, query)
  revoke(world, revocation, refundTo)
  return reply(200, { status: REVOKED[refundTo] })
}

export const revokeHandlers: EsimGoHandlers = {
  revokeBundle({ path, query, basePath, settings: { revokePick } }, world) {
    const byVersion = isSince(V25, basePath) ? 'oldest-unused' : 'latest'
    const pick = revokePick === 'auto' ? byVersion : revokePick
    const revocation = revocationByName(world, path, pick)
    checkOffer(revocation, query)
    return answer(world, revocation, query)
  },
  revokeAssignment: ({ path: { iccid, name, assignmentId }, query }, world) =>
    answer(world, revocationById(world, { iccid, name, id: assignmentId }), query),
  revokeApplication: ({ path: { iccid, name, assignmentId }, query }, world) =>
    answer(world, revocationById(world, { iccid, name, id: assignmentId }), query),
}
