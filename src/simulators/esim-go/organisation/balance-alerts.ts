// Callbacks about money: it is low, or did not suffice (second-hand; the fields are invented).
import { queueCallback } from '../../../state/callbacks.ts'
import type { World } from '../../../state/world.ts'
import { CURRENCY, money, toCents } from '../money.ts'
import { SLUG } from '../records.ts'
import { settings } from '../settings.ts'
import { callbackVersion } from '../versions.ts'
import { spendable } from './account.ts'

function queueAlert(world: World, alertType: 'LowBalance' | 'InsufficientBalance'): void {
  const balanceInfo = { balance: money(spendable(world)), currency: CURRENCY }
  queueCallback(world, {
    provider: SLUG,
    type: alertType,
    version: callbackVersion(world),
    body: { alertType, balanceInfo },
  })
}

/**
 * Alerts where a payment took what can be spent from at least the setting `lowBalance` to below
 * it; payments after that do not alert again.
 * @param before cents that could be spent before the payment
 */
export function alertIfLow(world: World, before: number): void {
  const limit = toCents(world.settings(settings).lowBalance)
  if (before >= limit && spendable(world) < limit) queueAlert(world, 'LowBalance')
}

/** Alerts that an order was refused because the money did not suffice. */
export function alertInsufficient(world: World): void {
  queueAlert(world, 'InsufficientBalance')
}
