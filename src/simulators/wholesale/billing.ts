// Bill cycles: allowances begin with one and are renewed at the next.
import { assignBundle, bundlesOf, removeBundle, startBundle } from '../../state/bundles.ts'
import { isoDuration } from '../../state/duration.ts'
import { defineTask } from '../../state/tasks.ts'
import type { World } from '../../state/world.ts'
import { plans } from './plans.ts'
import { type Line, lines, SLUG } from './records.ts'

const LAST_BILL_DAY = 28

/** The next 00:00 UTC on a day of the month (1 to 28), after `instant`. */
function nextBillDay(instant: number, day: number): number {
  const date = new Date(instant)
  const within = (month: number) => Date.UTC(date.getUTCFullYear(), month, day)
  const here = within(date.getUTCMonth())
  return here > instant ? here : within(date.getUTCMonth() + 1)
}

function dropAllowances(world: World, { iccid }: Line): void {
  for (const bundle of bundlesOf(world, SLUG, iccid)) removeBundle(world, bundle)
}

/** A cycle begins, at an activation in its midst: each allowance is there in full (invented) until it ends. */
export function beginCycle(world: World, line: Line): Line {
  const billDay = line.billDay ?? Math.min(new Date(world.now).getUTCDate(), LAST_BILL_DAY)
  const cycleEndsAt = nextBillDay(world.now, billDay)
  dropAllowances(world, line)
  for (const reference of line.buckets) {
    const bucket = plans[line.plan]?.buckets[reference]
    if (!bucket) continue
    const { name, bytes: initialBytes, countries } = bucket
    const id = String(world.next('wholesale.bucket'))
    const bundle = {
      id,
      provider: SLUG,
      iccid: line.iccid,
      name,
      reference,
      unlimited: false,
      initialBytes,
      extra: { countries },
    }
    startBundle(
      world,
      assignBundle(world, { ...bundle, duration: isoDuration(cycleEndsAt - world.now) }, 'PT0S'),
    )
  }
  world.schedule(renew, cycleEndsAt, { iccid: line.iccid })
  return world.in(lines).put({ ...line, billDay, cycleEndsAt })
}

/** A ceased line has no cycle and no allowances. */
export function endCycle(world: World, line: Line): Line {
  const { cycleEndsAt: _, ...rest } = line
  dropAllowances(world, line)
  return world.in(lines).put(rest)
}

/** The next cycle begins; of a line that was ceased, or reactivated meanwhile, an older task has nothing to do. */
export const renew = defineTask({
  provider: SLUG,
  name: 'renew',
  perform(world, { iccid }: { iccid: string }) {
    const line = world.in(lines).get(iccid)
    if (line?.cycleEndsAt === world.now) beginCycle(world, line)
  },
})
