// Topping the balance up from the card that was saved with the first payment in the portal.
import { checkedAmount } from '../../../state/amount.ts'
import { iso } from '../../../state/instant.ts'
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { magicAmounts, refuseIfMagic } from '../magic-values.ts'
import { money, toCents } from '../money.ts'
import { type Account, accounts } from '../records.ts'
import { settings } from '../settings.ts'
import { accountOf } from './account.ts'

/** Payments are numbered as 987654321 is in our spec's example (invented). */
const FIRST_PAYMENT = 987_000_000
const DAY = 86_400_000

/**
 * Charges `amount` whole units of the account's currency.
 * @returns the number of the payment
 * @throws Refusal `no-card`, `card-declined`, `invalid-request`, or what a magic amount provokes
 */
export function topUp(world: World, amount: number): number {
  const account = accountOf(world)
  if (account.cardless)
    throw new Refusal<EsimGoRefusal>(
      'no-card',
      'no card is saved: the first payment is made in the portal',
    )
  refuseIfMagic(magicAmounts, amount)
  const today = toppedUpToday(world, account)
  refuseOutOfBounds(world, amount, today.amount)

  const payment = FIRST_PAYMENT + world.next('esim-go.payment')
  const balance = checkedAmount(account.balance + toCents(amount), 'the balance in cents')
  const toppedUp = { ...today, amount: today.amount + toCents(amount) }
  world.in(accounts).put({ ...account, balance, toppedUp })
  return payment
}

/** What was topped up since midnight UTC (invented: nobody says when the day begins). */
function toppedUpToday({ now }: World, { toppedUp }: Account): NonNullable<Account['toppedUp']> {
  const day = now - (now % DAY)
  return toppedUp?.day === day ? toppedUp : { day, amount: 0 }
}

/**
 * @param before cents that were topped up on this day
 * @throws Refusal `invalid-request`
 */
function refuseOutOfBounds(world: World, amount: number, before: number): void {
  const { topUpMinimum, topUpMaximum } = world.settings(settings)
  if (amount < topUpMinimum || amount > topUpMaximum)
    throw new Refusal(
      'invalid-request',
      `amount must lie between ${topUpMinimum} and ${topUpMaximum}`,
    )
  if (before + toCents(amount) <= toCents(topUpMaximum)) return

  const { now } = world
  const midnight = iso(now - (now % DAY) + DAY)
  throw new Refusal(
    'invalid-request',
    `amount: at most ${topUpMaximum} a day, and ${money(before)} was topped up since midnight ` +
      `UTC: ${Math.max(0, topUpMaximum - money(before))} is left until ${midnight}`,
  )
}
