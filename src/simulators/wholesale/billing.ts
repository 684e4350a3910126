// Bill cycles: allowances begin with one and are renewed at the next.
import {
  assignBundle,
  type Bundle,
  bundlesOf,
  removeBundle,
  startBundle,
} from '../../state/bundles.ts'
import { covers } from '../../state/coverage.ts'
import { isoDuration } from '../../state/duration.ts'
import { nextDayOfMonth } from '../../state/instant.ts'
import { defineTask } from '../../state/tasks.ts'
import type { World } from '../../state/world.ts'
import { dataProduct, plans } from './plans.ts'
import { type Line, lines, SLUG } from './records.ts'
import { settings } from './settings.ts'

const LAST_BILL_DAY = 28

function dropAllowances(world: World, { iccid }: Line): void {
  for (const bundle of bundlesOf(world, SLUG, iccid)) removeBundle(world, bundle)
}

function startAllowance(world: World, line: Line, reference: string, endsAt: number): void {
  const bucket = plans[line.plan]?.buckets[reference]
  if (!bucket) return

  const { name, bytes, countries } = bucket
  const allowance = {
    id: String(world.next('wholesale.bucket')),
    provider: SLUG,
    iccid: line.iccid,
    name,
    reference,
    unlimited: false,
    initialBytes: bytes,
    extra: { countries },
    duration: isoDuration(endsAt - world.now),
  }
  startBundle(world, assignBundle(world, allowance, 'PT0S'))
}

/** The bill day of a line whose activation named none: 1 to 28. */
function defaultBillDay(world: World): number {
  if (world.settings(settings).billCycleDefault === 'first') return 1
  return Math.min(new Date(world.now).getUTCDate(), LAST_BILL_DAY)
}

/**
 * A cycle begins. Each allowance is there in full until it ends, also where an activation begins it
 * in its midst (invented).
 */
export function beginCycle(world: World, line: Line): Line {
  const billDay = line.billDay ?? defaultBillDay(world)
  const cycleEndsAt = nextDayOfMonth(world.now, billDay)
  dropAllowances(world, line)
  for (const reference of line.buckets) startAllowance(world, line, reference, cycleEndsAt)
  world.scheduleOnce(renew, cycleEndsAt, { iccid: line.iccid })
  return world.in(lines).put({ ...line, billDay, cycleEndsAt })
}

/** A ceased line has no cycle and no allowances. */
export function endCycle(world: World, line: Line): Line {
  const { cycleEndsAt: _, ...rest } = line
  dropAllowances(world, line)
  return world.in(lines).put(rest)
}

/**
 * The next cycle begins. A task of before the line was ceased or reactivated
 * does nothing.
 */
export const renew = defineTask({
  provider: SLUG,
  name: 'renew',
  shownAs: { kind: 'cycle', says: 'the next cycle of the line begins, with new allowances' },
  perform(world, { iccid }: { iccid: string }) {
    const line = world.in(lines).get(iccid)
    if (line?.cycleEndsAt === world.now) beginCycle(world, line)
  },
})

/**
 * True where an allowance carries data: in its countries, while its line has
 * the data product.
 */
export function isCarried(world: World, { iccid, extra }: Bundle, country: string): boolean {
  const line = world.in(lines).get(iccid)
  const hasData = line?.products.some(({ productId }) => productId === dataProduct(line.plan))
  return hasData === true && covers(extra?.countries ?? '', country)
}
