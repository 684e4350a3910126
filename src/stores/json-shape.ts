// What parsed JSON turns out to be, or why a text is none.
import { reasonOf } from '../state/reason.ts'

/** A JSON object: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A whole number from 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

/**
 * Why a text is no JSON, as in `Unexpected token 'x'`: what `JSON.parse` says, without the piece of
 * the text that it quotes, which may be a secret.
 */
export function whyNoJson(error: unknown): string {
  const reason = reasonOf(error)
  return reason.replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, '')
}
