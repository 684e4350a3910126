// Magic values: what they bring about is rare otherwise. All are invented, none is in real use.
import { Refusal } from '../../state/refusal.ts'
import type { WholesaleRefusal } from './errors.ts'

/** ZIP codes without coverage: the postal service gives none that begin with 000. */
export const UNCOVERED_ZIP = /^000/

/** Devices the network does not take: no type allocation code is eight zeros. */
export const INCOMPATIBLE_PEI = /^00000000/

/** SIMs that are there and cannot be had. */
export const UNAVAILABLE_ICCID = /^8900000/

/** Numbers that are active with another carrier: there is no area code 000. */
export const ACTIVE_ELSEWHERE = /^1000/

/** Transactions whose provisioning fails. */
export const FAILING_TRANSACTION = /^FAIL-/

/** Transactions that are refused at once, in every operation that names one. */
const REFUSED_TRANSACTIONS: readonly (readonly [
  ids: RegExp,
  code: WholesaleRefusal | 'internal',
])[] = [
  [/^LIMITED-/, 'rate-limited'],
  [/^BROKEN-/, 'internal'],
]

/** @throws Refusal where a transaction has such an id, saying so in its reason */
export function refuseIfMagic(id: string): void {
  const [, code] = REFUSED_TRANSACTIONS.find(([ids]) => ids.test(id)) ?? []
  if (code)
    throw new Refusal<WholesaleRefusal>(
      code,
      `the transaction ${id} is a magic value: it is always answered so`,
    )
}
