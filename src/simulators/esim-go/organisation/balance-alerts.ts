// What a customer is told about money: that the balance is low, and that it did not suffice (second-hand; the fields are invented).
import { queueCallback, targets } from '../../../state/callbacks.ts'
import type { World } from '../../../state/world.ts'
import { money } from '../esims/wire.ts'
import { SLUG } from '../records.ts'
import { settingsOf } from '../settings.ts'
import { CURRENCY, spendable } from './account.ts'

function tell(world: World, alertType: 'LowBalance' | 'InsufficientBalance'): void {
  const target = world.in(targets).get(SLUG)
  if (!target) return
  const body = JSON.stringify({
    alertType,
    balanceInfo: { balance: money(spendable(world)), currency: CURRENCY },
  })
  queueCallback(world, {
    provider: SLUG,
    type: alertType,
    url: target.url,
    body,
    version: target.version ?? 3,
  })
}

/** Tells, once, that a payment took the money below the setting `lowBalance`. @param before cents that could be spent before it */
export function tellIfLow(world: World, before: number): void {
  const line = settingsOf(world).lowBalance * 100
  if (before >= line && spendable(world) < line) tell(world, 'LowBalance')
}

/** Tells that an order was refused for want of money. */
export function tellInsufficient(world: World): void {
  tell(world, 'InsufficientBalance')
}
