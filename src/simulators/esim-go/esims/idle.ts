// Idle eSIMs: their deletion is announced, and a week later they are deactivated (public).
import { bundlesOf } from '../../../state/bundles.ts'
import { addDuration } from '../../../state/duration.ts'
import type { WorldEvent } from '../../../state/events.ts'
import type { Sim } from '../../../state/sims.ts'
import { defineTask } from '../../../state/tasks.ts'
import type { World } from '../../../state/world.ts'
import { isCurrent } from '../assignments.ts'
import { type Esim, type EsimWithSim, esims, SLUG } from '../records.ts'
import { settings } from '../settings.ts'
import { deactivate, findInService } from './deactivation.ts'
import { returning } from './returns.ts'

/** What happens to an idle eSIM, as events of its timeline. */
export const DELETION_SCHEDULED = 'sim.deletion-scheduled'
export const IDLE_DELETED = 'sim.idle-deleted'

/** After how long an eSIM that has left the account is looked at again. */
const NEXT_LOOK_AWAY = 'P180D'
/** Between the warning and the deletion (public). */
const NOTICE = 'P7D'

/**
 * When an eSIM without a bundle counts as idle (virtual ms): the setting `idleDeletion` after a
 * bundle was applied to it or it was last on a network. `undefined` where none is ever deleted.
 */
function idleFrom(world: World, { sim, esim }: EsimWithSim): number | undefined {
  const { idleDeletion } = world.settings(settings)
  if (addDuration(0, idleDeletion) === 0) return undefined
  const lastSign = Math.max(esim.appliedAt ?? esim.assignedAt, sim.lastSeenAt ?? 0)
  return addDuration(lastSign, idleDeletion)
}

/**
 * True while a bundle keeps its eSIM from being idle: one in use, or one that can still be used
 * (inferred, else none could lapse; setting `queuedKeepsEsim`).
 */
function isKept(world: World, iccid: string): boolean {
  const { queuedKeepsEsim } = world.settings(settings)
  return bundlesOf(world, SLUG, iccid).some(
    (bundle) => bundle.state === 'active' || (queuedKeepsEsim && isCurrent(bundle)),
  )
}

/**
 * Schedules the first look whether a new eSIM is idle. There is one task an eSIM: what is done
 * with the eSIM does not move it, but is seen when it is due, and the next one is later for it.
 */
export function scheduleIdleCheck(world: World, sim: Sim, esim: Esim): Esim {
  const due = idleFrom(world, { sim, esim })
  if (due === undefined) return world.in(esims).put({ ...esim, unwatched: true })
  world.schedule(checkIdle, due, { iccid: esim.iccid })
  return esim
}

/**
 * The same for an eSIM that is older than the world. One that would be idle already is left alone
 * until its next bundle ends: the provider has kept it.
 */
export function watchKnownEsim(world: World, iccid: string): void {
  const found = findInService(world, iccid)
  if (!found) return
  const due = idleFrom(world, found)
  if (due === undefined || due <= world.now) world.in(esims).put({ ...found.esim, unwatched: true })
  else world.schedule(checkIdle, due, { iccid })
}

/**
 * Looks whether an eSIM is idle: announces its deletion, or schedules the next
 * look.
 */
function check(world: World, iccid: string): void {
  const found = findInService(world, iccid)
  if (!found) {
    // One that has left the account may come back to it.
    if (world.in(returning).has(iccid))
      world.schedule(checkIdle, addDuration(world.now, NEXT_LOOK_AWAY), { iccid })
    return
  }

  const due = idleFrom(world, found)
  if (due === undefined || (due <= world.now && isKept(world, iccid))) {
    // No look is scheduled: `resumeIdleChecks` does that when its last bundle ends.
    world.in(esims).put({ ...found.esim, unwatched: true })
  } else if (due > world.now) {
    world.schedule(checkIdle, due, { iccid })
  } else {
    world.emit({ type: DELETION_SCHEDULED, provider: SLUG, iccid })
    world.schedule(deleteIdle, addDuration(world.now, NOTICE), { iccid })
  }
}

const checkIdle = defineTask({
  provider: SLUG,
  name: 'check-idle',
  shownAs: {
    kind: 'sim',
    says: 'whether the eSIM is idle is looked at: where it is, its deletion is announced',
  },
  perform: (world, { iccid }: { iccid: string }) => check(world, iccid),
})

/** Deactivates an eSIM whose deletion was announced, unless it is not idle any more. */
const deleteIdle = defineTask({
  provider: SLUG,
  name: 'delete-idle',
  shownAs: { kind: 'sim', says: 'the eSIM is deleted where it is still idle' },
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

/**
 * Schedules a look at an eSIM again, where none was left and its last bundle
 * has ended.
 */
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
