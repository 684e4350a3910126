// Amounts of data as people write them: `500MB`, `1.5 GB`.
import { MOST } from '../state/amount.ts'
import { Refusal } from '../state/refusal.ts'

const AMOUNT = /^(\d+(?:\.\d+)?) ?([KMGT]?B)$/i
const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }

/**
 * The bytes of an amount; units are decimal, as the providers' are.
 * @throws Refusal `invalid-request` for what is no amount, not a whole number of bytes above 0, or
 *   more than is kept
 */
export function bytesOf(text: string): number {
  const [, number, unit] = AMOUNT.exec(text.trim()) ?? []
  const bytes = Math.round(Number(number) * (UNIT_BYTES[unit?.toUpperCase() ?? ''] ?? Number.NaN))
  if (bytes > MOST)
    throw new Refusal('invalid-request', `"${text}" is too much: the most is ${MOST / 1e12}TB`)
  if (!Number.isSafeInteger(bytes) || bytes < 1)
    throw new Refusal(
      'invalid-request',
      `"${text}" is not an amount of data: write a number with B, KB, MB, GB or TB, as in 500MB`,
    )
  return bytes
}
