// The inventory: GET /inventory, and POST /inventory/refund of what is unused in it.
import { grouped } from '../../../state/collection.ts'
import { Refusal } from '../../../state/refusal.ts'
import { reply } from '../../call.ts'
import { credit } from '../organisation/account.ts'
import type { EsimGoHandlers } from '../settings.ts'
import { acknowledgement } from '../versions.ts'
import { takeFromLot, usableLots } from './inventory.ts'
import { isRefundable } from './revoke.ts'
import * as wire from './wire.ts'

const REFUNDED = 'Successfully refunded bundles to balance'

export const inventoryHandlers: EsimGoHandlers = {
  /** Lots with something left, until they expire. */
  getInventory({ basePath }, world) {
    const byBundle = grouped(usableLots(world), ({ bundle }) => bundle)
    return reply(200, {
      bundles: [...byBundle].map(([name, lots]) =>
        wire.inventoryBundle(world, name, lots, basePath),
      ),
    })
  },

  refundInventory({ body: { usageId, quantity }, basePath }, world) {
    const lot = takeFromLot(world, usageId, quantity)
    if (!isRefundable(world, lot.boughtAt))
      throw new Refusal(
        'wrong-state',
        `usageId ${usageId} cannot be refunded: its refund period is over, or refunds are disabled`,
      )
    credit(world, quantity * lot.price)
    return reply(200, acknowledgement(basePath, REFUNDED))
  },
}
