// Magic values: what they bring about is rare otherwise. All are invented, none is in real use.
import { Refusal } from '../../state/refusal.ts'
import type { MagicValue } from '../simulator.ts'
import type { WholesaleRefusal } from './errors.ts'

/** Values that begin so, and what they bring about. */
interface Magic extends MagicValue {
  readonly begins: RegExp
}

function magic(where: string, beginning: string, says: string): Magic {
  return { where, value: `${beginning}*`, says, begins: new RegExp(`^${beginning}`) }
}

const TRANSACTION = 'the partnerTransactionId'

/** The postal service gives no ZIP codes that begin with 000. */
const zip = magic('the ZIP code of an activation', '000', 'there is no coverage at the address')
/** No type allocation code is eight zeros. */
const pei = magic('the device (pei)', '00000000', 'the device is not compatible')
const iccid = magic('the ICCID of an activation', '8900000', 'the SIM is not available')
/** There is no area code 000. */
const gpsi = magic('the number (gpsi)', '1000', 'the number is active with another carrier')
const failing = magic(TRANSACTION, 'FAIL-', 'provisioning fails, and the partner is told')
const limited = magic(TRANSACTION, 'LIMITED-', '429 with Retry-After, in every operation')
const broken = magic(TRANSACTION, 'BROKEN-', '500, in every operation')

/** ZIP codes without coverage. */
export const UNCOVERED_ZIP = zip.begins

/** Devices the network does not take. */
export const INCOMPATIBLE_PEI = pei.begins

/** SIMs that are there and cannot be had. */
export const UNAVAILABLE_ICCID = iccid.begins

/** Numbers that are active with another carrier. */
export const ACTIVE_ELSEWHERE = gpsi.begins

/** Transactions whose provisioning fails. */
export const FAILING_TRANSACTION = failing.begins

/** Transactions that are refused at once, in every operation that names one. */
const REFUSED_TRANSACTIONS: readonly (readonly [
  ids: RegExp,
  code: WholesaleRefusal | 'internal',
])[] = [
  [limited.begins, 'rate-limited'],
  [broken.begins, 'internal'],
]

export const magicValues: readonly MagicValue[] = [
  zip,
  pei,
  iccid,
  gpsi,
  failing,
  limited,
  broken,
].map(({ where, value, says }) => ({ where, value, says }))

/** @throws Refusal where a transaction has such an id, saying so in its reason */
export function refuseIfMagic(id: string): void {
  const [, code] = REFUSED_TRANSACTIONS.find(([ids]) => ids.test(id)) ?? []
  if (code)
    throw new Refusal<WholesaleRefusal>(
      code,
      `the transaction ${id} is a magic value: it is always answered so`,
    )
}
