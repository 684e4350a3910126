// The organisation's account: its key, and its money in US cents.
import { credentialOf } from '../../../state/credentials.ts'
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { type Account, accounts, SLUG } from '../records.ts'

export const CURRENCY = 'USD'

export function account(world: World): Account {
  const found = world.in(accounts).get('account')
  if (!found) throw new Error('the world has no eSIM Go account')
  return found
}

/** The organisation's API key: it opens the API, and it signs callbacks. */
export function apiKey(world: World): string | undefined {
  return credentialOf(world, SLUG, 'api-key')?.secret
}

/** Test credit that can still be spent. */
export function usableCredit(world: World, { testCredit, testCreditExpiresAt }: Account): number {
  return world.now < testCreditExpiresAt ? testCredit : 0
}

/** Cents that can be spent now: the balance and the usable test credit. */
export function spendable(world: World): number {
  const holder = account(world)
  return holder.balance + usableCredit(world, holder)
}

/** True where `cents` can be paid now. */
export function canPay(world: World, cents: number): boolean {
  return cents <= spendable(world)
}

/** Adds `cents` to the balance: what was paid with test credit comes back as balance, too (inferred). */
export function credit(world: World, cents: number): void {
  const holder = account(world)
  world.in(accounts).put({ ...holder, balance: holder.balance + cents })
}

/**
 * Takes `cents`, test credit first while it lasts (inferred: it is the money that expires).
 * @throws Refusal `insufficient-balance`
 */
export function pay(world: World, cents: number): void {
  const holder = account(world)
  const credit = Math.min(cents, usableCredit(world, holder))
  const rest = cents - credit
  if (rest > holder.balance)
    throw new Refusal<EsimGoRefusal>(
      'insufficient-balance',
      `${cents} cents are due, ${holder.balance + usableCredit(world, holder)} are there`,
    )
  world
    .in(accounts)
    .put({ ...holder, testCredit: holder.testCredit - credit, balance: holder.balance - rest })
}
