// Identifiers of the field, made up: ICCID, IMSI, matching id; and the SM-DP+ that goes with them.
import { CAPITALS_AND_DIGITS, DIGITS, type Random } from './random.ts'

/** A name that never resolves (RFC 2606): nobody's SM-DP+ is meant. */
export const SMDP_ADDRESS = 'rsp.esimulator.example'

/**
 * The Luhn check digit for `digits` (ITU-T E.118 for ICCIDs, 3GPP TS 23.003 for
 * IMEIs).
 */
export function luhnDigit(digits: string): string {
  let sum = 0
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at])
    const doubled = at % 2 === 0 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return String((10 - (sum % 10)) % 10)
}

/** A 19-digit ICCID under `prefix` (89 + country + issuer) with its check digit. */
export function mintIccid(random: Random, prefix: string): string {
  const body = prefix + random.text(18 - prefix.length, DIGITS)
  return body + luhnDigit(body)
}

/** A 15-digit IMSI under `prefix` (MCC + MNC). */
export function mintImsi(random: Random, prefix: string): string {
  return prefix + random.text(15 - prefix.length, DIGITS)
}

/**
 * A matching id (SGP.22): four groups of five capitals or digits, as in
 * `A1B2C-...`.
 */
export function mintMatchingId(random: Random): string {
  const group = () => random.text(5, CAPITALS_AND_DIGITS)
  return `${group()}-${group()}-${group()}-${group()}`
}
