// Idle eSIMs: noticed, told of, and deactivated a week later (public).
import { bundlesOf } from '../../../state/bundles.ts'
import { addDuration } from '../../../state/duration.ts'
import type { WorldEvent } from '../../../state/events.ts'
import type { Sim } from '../../../state/sims.ts'
import { defineTask } from '../../../state/tasks.ts'
import type { World } from '../../../state/world.ts'
import { isCurrent } from '../assignments.ts'
import { type Esim, esims, SLUG } from '../records.ts'
import { settings } from '../settings.ts'
import { deactivate, findInService } from './deactivation.ts'
import { returning } from './returns.ts'

/** What happens to an idle eSIM besides the moves the kernel knows. */
export const DELETION_SCHEDULED = 'sim.deletion-scheduled'
export const IDLE_DELETED = 'sim.idle-deleted'

/** After how long an eSIM that has left the account is looked at again. */
const AWAY = 'P180D'
/** Between the warning and the deletion (public). */
const NOTICE = 'P7D'

/** When an eSIM without a bundle is idle, counted from its last sign of life; `undefined` where none is ever deleted. */
function idleFrom(world: World, { sim, esim }: { sim: Sim; esim: Esim }): number | undefined {
  const period = world.settings(settings).idleDeletion
  if (addDuration(0, period) === 0) return undefined
  return addDuration(Math.max(esim.appliedAt ?? esim.assignedAt, sim.lastSeenAt ?? 0), period)
}

/** True while a bundle keeps its eSIM: one in use, or one that can still be (inferred, else none could lapse; setting `queuedKeepsEsim`). */
function isKept(world: World, iccid: string): boolean {
  const { queuedKeepsEsim } = world.settings(settings)
  return bundlesOf(world, SLUG, iccid).some(
    (bundle) => bundle.state === 'active' || (queuedKeepsEsim && isCurrent(bundle)),
  )
}

/** Begins to watch a new eSIM. One task each, looked at when it is due: a use costs nothing, it only makes the next look come later. */
export function scheduleIdleCheck(world: World, sim: Sim, esim: Esim): Esim {
  const due = idleFrom(world, { sim, esim })
  if (due === undefined) return world.in(esims).put({ ...esim, unwatched: true })
  world.schedule(checkIdle, due, { iccid: esim.iccid })
  return esim
}

/** Looks whether an eSIM is idle: warns, or comes back when it may be. */
function check(world: World, iccid: string): void {
  const found = findInService(world, iccid)
  const away = world.in(returning).get(iccid)
  // It may come back to the account: the watch goes on.
  if (!found && away) world.schedule(checkIdle, addDuration(world.now, AWAY), { iccid })
  if (!found) return
  const due = idleFrom(world, found)
  // Without a task it is watched again when its last bundle ends.
  if (due === undefined || (due <= world.now && isKept(world, iccid)))
    world.in(esims).put({ ...found.esim, unwatched: true })
  else if (due > world.now) world.schedule(checkIdle, due, { iccid })
  else {
    world.emit({ type: DELETION_SCHEDULED, provider: SLUG, iccid })
    world.schedule(deleteIdle, addDuration(world.now, NOTICE), { iccid })
  }
}

const checkIdle = defineTask({
  provider: SLUG,
  name: 'check-idle',
  perform: (world, { iccid }: { iccid: string }) => check(world, iccid),
})

/** Deactivates an eSIM that is still idle after the warning; one that came back to life is watched on. */
const deleteIdle = defineTask({
  provider: SLUG,
  name: 'delete-idle',
  perform(world, { iccid }: { iccid: string }) {
    const found = findInService(world, iccid)
    const due = found && idleFrom(world, found)
    if (!found || due === undefined || due > world.now || isKept(world, iccid)) {
      check(world, iccid)
      return
    }
    deactivate(world, found.sim)
    world.emit({ type: IDLE_DELETED, provider: SLUG, iccid })
  },
})

/** Watches an eSIM again whose last bundle came to its end. */
export function resumeIdleChecks(world: World, { type, iccid }: WorldEvent): void {
  if (!type.startsWith('bundle.') || type.startsWith('bundle.used-')) return
  const found = findInService(world, iccid)
  if (!found?.esim.unwatched || isKept(world, iccid)) return
  const due = idleFrom(world, found)
  if (due === undefined) return
  const { unwatched: _, ...esim } = found.esim
  world.in(esims).put(esim)
  world.schedule(checkIdle, due, { iccid })
}

export const idleTasks = [checkIdle, deleteIdle]
