// POST /inventory/refund: unused bundles of the inventory back into money.
import { Refusal } from '../../../state/refusal.ts'
import { reply } from '../../call.ts'
import type { EsimGoHandlers } from '../handlers.ts'
import { credit } from '../organisation/account.ts'
import { takeFromLot } from './inventory.ts'
import { isRefundable } from './revoke.ts'

const REFUNDED = 'Successfully refunded bundles to balance'

export const inventoryHandlers: EsimGoHandlers = {
  refundInventory({ body: { usageId, quantity } }, world) {
    const lot = takeFromLot(world, usageId, quantity)
    if (!isRefundable(world, lot.boughtAt))
      throw new Refusal(
        'wrong-state',
        `usageId ${usageId} cannot be refunded: its refund period is over, or refunds are disabled`,
      )
    credit(world, quantity * lot.price)
    return reply(200, { message: REFUNDED, status: REFUNDED })
  },
}
