// Instants as people write them: ISO 8601 in UTC.
import { instantOf } from '../state/instant.ts'
import { Refusal } from '../state/refusal.ts'

/**
 * An instant in ms since the epoch.
 * @throws Refusal `invalid-request` naming the field
 */
export function instant(field: string, text: string): number {
  const at = instantOf(text)
  if (at === undefined || at < 0)
    throw new Refusal(
      'invalid-request',
      `${field} is no instant after 1970: write ISO 8601 in UTC, as in 2026-01-01T00:00:00Z`,
    )
  return at
}
