// Bundles nobody uses: queued for twelve idle months, they lapse (public).
import { type Bundle, bundles } from '../../../state/bundles.ts'
import { SEPARATOR } from '../../../state/collection.ts'
import { addDuration } from '../../../state/duration.ts'
import type { Task } from '../../../state/tasks.ts'
import type { World } from '../../../state/world.ts'
import { takeOff } from '../assignments.ts'
import { noteHistory } from '../esims/history.ts'
import { SLUG } from '../records.ts'
import { settingsOf } from '../settings.ts'
import { readyAtOf } from './purchase.ts'

/** The last instant something happened, or is bound to happen, to the assignments of one application. */
function idleSince(parts: readonly Bundle[]): number {
  return Math.max(
    ...parts.map(({ assignedAt, startsAt = 0, endsAt = 0 }) =>
      Math.max(assignedAt, startsAt, endsAt),
    ),
  )
}

/** What of an application is still queued lapses, or is looked at again when it may; what is still processing then, when it is ready. */
export function lapse(world: World, { kind, data }: Task): void {
  const { reference = '' } = data
  const parts = world.in(bundles).matching('reference', SLUG + SEPARATOR + reference + SEPARATOR)
  const processing = parts.find(({ state }) => state === 'processing')
  const readyAt = processing && readyAtOf(processing)
  if (readyAt !== undefined && readyAt > world.now) {
    world.schedule(kind, readyAt, data)
    return
  }
  const queued = parts.filter(({ state }) => state === 'queued')
  const [first] = queued
  if (!first) return
  const due = addDuration(idleSince(parts), settingsOf(world).lapseAfter)
  if (due > world.now) {
    world.schedule(kind, due, data)
    return
  }
  for (const bundle of queued) takeOff(world, bundle, 'lapsed')
  noteHistory(world, first.iccid, 'Bundle Lapsed', { bundle: first.name, bundleState: 'lapsed' })
}
