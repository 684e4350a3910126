// Topping the balance up from the card that was saved with the first payment in the portal.
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { magicAmounts, refuseIfMagic } from '../magic-values.ts'
import { toCents } from '../money.ts'
import { type Account, accounts } from '../records.ts'
import { settings } from '../settings.ts'
import { accountOf } from './account.ts'

/** Payments are numbered as 987654321 is in our spec's example (invented). */
const FIRST_PAYMENT = 987_000_000

/**
 * Charges `amount` whole units of the account's currency.
 * @returns the account with its new balance, and the number of the payment
 * @throws Refusal `no-card`, `card-declined`, `invalid-request`, or what a magic amount provokes
 */
export function topUp(world: World, amount: number): { account: Account; payment: number } {
  const { topUpMinimum, topUpMaximum } = world.settings(settings)
  const account = accountOf(world)
  if (account.cardless)
    throw new Refusal<EsimGoRefusal>(
      'no-card',
      'no card is saved: the first payment is made in the portal',
    )
  refuseIfMagic(magicAmounts, amount)
  if (amount < topUpMinimum || amount > topUpMaximum)
    throw new Refusal(
      'invalid-request',
      `amount must lie between ${topUpMinimum} and ${topUpMaximum}`,
    )

  const payment = FIRST_PAYMENT + world.next('esim-go.payment')
  const balance = account.balance + toCents(amount)
  return { account: world.in(accounts).put({ ...account, balance }), payment }
}
