// DELETE of bundles on an eSIM: what revoking would do, or revoking.
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import { type Reply, reply } from '../../call.ts'
import { CURRENCY, money } from '../money.ts'
import type { EsimGoHandlers } from '../settings.ts'
import type { components } from '../spec.d.ts'
import { type Revocation, revocationById, revocationByName, revoke } from './revoke.ts'

type Result = components['schemas']['RevokeResult']

/** Asked for beside the path. */
interface Query {
  readonly type?: 'validate' | 'transaction'
  readonly refundToBalance?: boolean
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
 * Where the value is to go.
 * @throws Refusal where it is asked for in a way it cannot be had
 */
function refundOf(revocation: Revocation, query: Query): keyof typeof REVOKED {
  const { refunds, offerId } = revocation
  const { refundToBalance = false } = query
  if (query.offerId !== undefined && query.offerId !== offerId)
    throw new Refusal(
      'invalid-request',
      `offerId ${query.offerId} is not the offer of what would be revoked, which is ${offerId}`,
    )
  if (!refundToBalance) return refunds.includes('inventory') ? 'inventory' : 'none'
  if (query.offerId === undefined)
    throw new Refusal(
      'invalid-request',
      'a refund to the balance needs the offerId that type=validate answers',
    )
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
  revokeBundle: ({ path: { iccid, name }, query }, world) =>
    answer(world, revocationByName(world, iccid, name), query),
  revokeAssignment: ({ path: { iccid, name, assignmentId }, query }, world) =>
    answer(world, revocationById(world, { iccid, name, id: assignmentId }), query),
  revokeApplication: ({ path: { iccid, name, assignmentId }, query }, world) =>
    answer(world, revocationById(world, { iccid, name, id: assignmentId }), query),
}
