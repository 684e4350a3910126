// One-year bundles: twelve assignments of a month, which follow one another.
import { type Bundle, bundles, setTerm, type Term } from '../../../state/bundles.ts'
import { SEPARATOR } from '../../../state/collection.ts'
import { addDuration } from '../../../state/duration.ts'
import type { World } from '../../../state/world.ts'
import { SLUG } from '../records.ts'
import { settings } from '../settings.ts'

/** Days of a bundle that comes as assignments of a month (documented). */
export const YEAR_DAYS = 365
/** Its assignments (documented). */
export const MONTHS = 12

/**
 * When a month of a year runs: from months after the year began, so that the days of short months
 * are not lost, to the next month or the end of the year.
 * @param beganAt of the year, virtual ms
 * @param month from 0
 */
export function monthOf(beganAt: number, month: number): Term {
  const startsAt = addDuration(beganAt, `P${month}M`)
  const isLast = month === MONTHS - 1
  return { startsAt, until: addDuration(beganAt, isLast ? `P${YEAR_DAYS}D` : `P${month + 1}M`) }
}

/**
 * Where the first month of a year has begun by use, the others follow it, used or not (inferred:
 * each has a start and an end of its own; setting `yearMonths`).
 */
export function fixMonths(world: World, begun: Bundle): void {
  const { yearMonths } = world.settings(settings)
  if (yearMonths === 'from-use' || begun.startsAt !== undefined) return

  const parts = world
    .in(bundles)
    .matching('reference', SLUG + SEPARATOR + begun.reference + SEPARATOR)
    .filter(({ state, startsAt }) => state === 'queued' && startsAt === undefined)
    .sort((a, b) => a.serial - b.serial)
  for (const [at, part] of parts.entries()) setTerm(world, part, monthOf(world.now, at + 1))
}
