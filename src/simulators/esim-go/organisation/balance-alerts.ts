// What a customer is told about money: that the balance is low, and that it did not suffice (second-hand; the fields are invented).
import { queueCallback } from '../../../state/callbacks.ts'
import type { World } from '../../../state/world.ts'
import { versionOf } from '../callback-version.ts'
import { money } from '../esims/wire.ts'
import { SLUG } from '../records.ts'
import { settings } from '../settings.ts'
import { CURRENCY, spendable } from './account.ts'

function tell(world: World, alertType: 'LowBalance' | 'InsufficientBalance'): void {
  const balanceInfo = { balance: money(spendable(world)), currency: CURRENCY }
  queueCallback(world, {
    provider: SLUG,
    type: alertType,
    version: versionOf(world),
    body: { alertType, balanceInfo },
  })
}

/** Tells, once, that a payment took the money below the setting `lowBalance`. @param before cents that could be spent before it */
export function tellIfLow(world: World, before: number): void {
  const line = world.settings(settings).lowBalance * 100
  if (before >= line && spendable(world) < line) tell(world, 'LowBalance')
}

/** Tells that an order was refused for want of money. */
export function tellInsufficient(world: World): void {
  tell(world, 'InsufficientBalance')
}
