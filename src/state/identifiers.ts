// Identifiers of the field and their check digits: ICCID, IMSI, EID.
import { DIGITS, type Random } from './random.ts'

/** The Luhn check digit for `digits` (ITU-T E.118 for ICCIDs, 3GPP TS 23.003 for IMEIs). */
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
