// The organisation's account: its key, and its money in US cents.
import { checkedAmount, MOST } from '../../../state/amount.ts'
import { credentialOf } from '../../../state/credentials.ts'
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { type Account, accounts, SLUG } from '../records.ts'

export function accountOf(world: World): Account {
  const found = world.in(accounts).get('account')
  if (!found) throw new Error('the world has no eSIM Go account')
  return found
}

/** The organisation's API key that signs callbacks: the first of those that open the API. */
export function apiKey(world: World): string | undefined {
  return credentialOf(world, SLUG, 'api-key')?.secret
}

/** Test credit that can still be spent. */
export function usableCredit(world: World, { testCredit, testCreditExpiresAt }: Account): number {
  return world.now < testCreditExpiresAt ? testCredit : 0
}

/** Cents that can be spent now: the balance and the usable test credit. */
export function spendable(world: World): number {
  const account = accountOf(world)
  return Math.min(MOST, account.balance + usableCredit(world, account))
}

/** True where `cents` can be paid now. */
export function canPay(world: World, cents: number): boolean {
  return cents <= spendable(world)
}

/**
 * Adds `cents` to the balance; what was paid with test credit comes back as
 * balance (inferred).
 * @throws Refusal `invalid-request` where it would be more than is kept
 */
export function credit(world: World, cents: number): void {
  const account = accountOf(world)
  const balance = checkedAmount(account.balance + cents, 'the balance in cents')
  world.in(accounts).put({ ...account, balance })
}

/**
 * Takes `cents`, test credit first while it lasts (inferred: it is the money that expires).
 * @throws Refusal `insufficient-balance`
 */
export function pay(world: World, cents: number): void {
  const account = accountOf(world)
  const usable = usableCredit(world, account)
  const fromCredit = Math.min(cents, usable)
  const fromBalance = cents - fromCredit
  if (fromBalance > account.balance)
    throw new Refusal<EsimGoRefusal>(
      'insufficient-balance',
      `${cents} cents are due, ${account.balance + usable} are there`,
    )
  world.in(accounts).put({
    ...account,
    testCredit: account.testCredit - fromCredit,
    balance: account.balance - fromBalance,
  })
}
