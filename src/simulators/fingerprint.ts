// Tells a request that comes again from another one: a digest of its body.
import { createHash } from 'node:crypto'

/** For JSON that does not depend on the order fields came in. */
const sorted = (_name: string, value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

/** Alike for bodies that hold the same values, in whatever order their fields came. */
export function fingerprintOf(body: unknown): string {
  return createHash('sha256').update(JSON.stringify(body, sorted)).digest('hex')
}
