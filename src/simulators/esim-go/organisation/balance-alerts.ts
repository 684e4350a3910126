// Callbacks about money: it is low, or did not suffice (public).
import { noteUnsent, queueCallback } from '../../../state/callbacks.ts'
import type { World } from '../../../state/world.ts'
import { money, toCents } from '../money.ts'
import { accounts, SLUG } from '../records.ts'
import { settings } from '../settings.ts'
import { callbackVersion } from '../versions.ts'
import { accountOf, spendable } from './account.ts'

/** What is told on the way down, in percent of the threshold (public). */
const LEVELS = [100, 75, 50, 10] as const

/** How often it is told that money did not suffice (public), until more comes in (invented). */
const MOST_INSUFFICIENT = 10

/** US cents from which on the balance is low; 0 where that is never told. */
function thresholdOf(world: World): number {
  return toCents(world.settings(settings).lowBalance)
}

/** What is left, in percent of the threshold; three decimals, as in the vendor's example. */
function percentLeft(cents: number, threshold: number): number {
  return threshold === 0 ? 0 : Number(((100 * cents) / threshold).toFixed(3))
}

export const BALANCE_ALERTS = ['LowBalance', 'InsufficientBalance'] as const
export type BalanceAlert = (typeof BALANCE_ALERTS)[number]

/** What is told of the money there is now. */
export function balanceAlert(world: World, alertType: BalanceAlert): object {
  const threshold = thresholdOf(world)
  const left = spendable(world)
  const balanceInfo = {
    balance: money(left),
    threshold: money(threshold),
    thresholdPercentRemaining: percentLeft(left, threshold),
  }
  return { alertType, balanceInfo }
}

/** @returns true where it will be sent */
function queueAlert(world: World, alertType: BalanceAlert): boolean {
  const queued = queueCallback(world, {
    provider: SLUG,
    type: alertType,
    version: callbackVersion(world),
    body: balanceAlert(world, alertType),
  })
  return queued !== undefined
}

/**
 * Alerts where a payment took what can be spent down to the threshold, or to one of the levels
 * below it; once, however many it passed.
 * @param before cents that could be spent before the payment
 */
export function alertIfLow(world: World, before: number): void {
  const threshold = thresholdOf(world)
  const left = spendable(world)
  const isPassed = LEVELS.some((percent) => {
    const level = (threshold * percent) / 100
    return before > level && left <= level
  })
  if (threshold > 0 && isPassed) queueAlert(world, 'LowBalance')
}

/** Alerts that an order was refused because the money did not suffice. */
export function alertInsufficient(world: World): void {
  const account = accountOf(world)
  const left = spendable(world)
  const last = account.insufficient
  const count = last && left <= last.spendable ? last.count : 0
  if (count >= MOST_INSUFFICIENT) {
    noteUnsent(world, {
      provider: SLUG,
      type: 'InsufficientBalance',
      reason: `it was told ${count} times since money last came in`,
    })
    return
  }
  const isSent = queueAlert(world, 'InsufficientBalance')
  if (isSent)
    world.in(accounts).put({ ...account, insufficient: { count: count + 1, spendable: left } })
}
