// Values that are always refused: they provoke what nobody can provoke at the vendor. All invented.
import { Refusal } from '../../state/refusal.ts'
import type { EsimGoRefusal } from './errors.ts'

/** What a magic value can be refused for. */
type MagicCode =
  | 'busy'
  | 'rate-limited'
  | 'internal'
  | 'invalid-request'
  | 'foreign-esim'
  | 'none-in-inventory'
  | 'card-declined'

/** A value that is refused wherever it is given, and what a caller sees of it. */
export interface MagicRefusal<Value> {
  readonly value: Value
  readonly code: MagicCode
  readonly description: string
}

function refused<Value>(value: Value, code: MagicCode, description: string): MagicRefusal<Value> {
  return { value, code, description }
}

const BAD_REQUEST = '400'
const FORBIDDEN = '403, the unexplained one (400 at POST /orders)'
const TOO_MANY = '429 with Retry-After'
const BROKEN = '500'
const UNAVAILABLE = '503 with Retry-After'

/**
 * ICCIDs with a good check digit that belong to no eSIM, wherever an ICCID is given: the three
 * digits before the last are the status.
 */
export const magicIccids: readonly MagicRefusal<string>[] = [
  refused('8943108999999994004', 'invalid-request', BAD_REQUEST),
  refused('8943108999999994038', 'foreign-esim', FORBIDDEN),
  refused('8943108999999994293', 'rate-limited', TOO_MANY),
  refused('8943108999999995001', 'internal', BROKEN),
  refused('8943108999999995035', 'busy', UNAVAILABLE),
]

/** Amounts of POST /organisation/balance, whatever its limits are. */
export const magicAmounts: readonly MagicRefusal<number>[] = [
  refused(1400, 'invalid-request', BAD_REQUEST),
  refused(1402, 'card-declined', '400: the card is declined'),
  refused(1429, 'rate-limited', TOO_MANY),
  refused(1599, 'internal', BROKEN),
  refused(1503, 'busy', UNAVAILABLE),
]

/**
 * Names of bundles, wherever one is ordered, applied, looked up, or asked for
 * on an eSIM.
 */
export const refusedBundles: readonly MagicRefusal<string>[] = [
  refused('esim_1GB_7D_BAD_V2', 'invalid-request', BAD_REQUEST),
  refused('esim_1GB_7D_SOLDOUT_V2', 'none-in-inventory', FORBIDDEN),
  refused('esim_1GB_7D_LIMITED_V2', 'rate-limited', TOO_MANY),
  refused('esim_1GB_7D_BROKEN_V2', 'internal', BROKEN),
  refused('esim_1GB_7D_BUSY_V2', 'busy', UNAVAILABLE),
]

/** @throws Refusal where the value is one of these, saying so in its reason */
export function refuseIfMagic<Value extends string | number>(
  magic: readonly MagicRefusal<Value>[],
  value: Value,
): void {
  const found = magic.find((each) => each.value === value)
  if (found)
    throw new Refusal<EsimGoRefusal>(
      found.code,
      `${value} is a magic value: it is always answered so (${found.description})`,
    )
}
