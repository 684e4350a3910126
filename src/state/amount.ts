// Amounts: bytes, cents, units; so bounded that every sum of them is exact.
import { Refusal } from './refusal.ts'

/** The most of anything: far above what anybody has, and far below where integers end. */
export const MOST = 1e15

/**
 * An amount that was worked out, if it may be kept.
 * @param what names it, as in `the balance in cents`
 * @throws Refusal `invalid-request` naming the bound
 */
export function checkedAmount(amount: number, what: string): number {
  if (Math.abs(amount) <= MOST) return amount
  throw new Refusal(
    'invalid-request',
    `${what} would be ${amount}, and ${MOST} is the most there is`,
  )
}

/** The sum of amounts as it is told: where it would be more than is told exactly, that. */
export function sumTold(amounts: readonly number[]): number {
  const sum = amounts.reduce((total, amount) => total + amount, 0)
  return Math.min(sum, Number.MAX_SAFE_INTEGER)
}
