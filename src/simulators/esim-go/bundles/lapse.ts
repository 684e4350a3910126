// Bundles nobody uses: queued for twelve idle months, they lapse (public).
import { type Bundle, bundles } from '../../../state/bundles.ts'
import { SEPARATOR } from '../../../state/collection.ts'
import { addDuration } from '../../../state/duration.ts'
import { defineTask } from '../../../state/tasks.ts'
import type { World } from '../../../state/world.ts'
import { takeOff } from '../assignments.ts'
import { noteHistory } from '../esims/history.ts'
import { SLUG } from '../records.ts'
import { settings } from '../settings.ts'
import { readyAtOf } from './purchase.ts'

/**
 * The last instant something happened, or will happen, to the assignments of an
 * application.
 */
function idleSince(parts: readonly Bundle[]): number {
  return Math.max(
    ...parts.map(({ assignedAt, startsAt = 0, endsAt = 0 }) =>
      Math.max(assignedAt, startsAt, endsAt),
    ),
  )
}

/**
 * When an application is to be looked at again (virtual ms): when what is processing is ready,
 * else when what is queued has been idle for long enough. `undefined` where it has been already, or
 * nothing of it is queued.
 */
function nextLook(world: World, parts: readonly Bundle[]): number | undefined {
  const processing = parts.find(({ state }) => state === 'processing')
  const readyAt = processing && readyAtOf(processing)
  if (readyAt !== undefined && readyAt > world.now) return readyAt

  if (!parts.some(({ state }) => state === 'queued')) return undefined
  const due = addDuration(idleSince(parts), world.settings(settings).lapseAfter)
  return due > world.now ? due : undefined
}

/** Takes every assignment that is still queued off its eSIM. */
function lapse(world: World, parts: readonly Bundle[]): void {
  const queued = parts.filter(({ state }) => state === 'queued')
  for (const bundle of queued) takeOff(world, bundle, 'lapsed')

  const [first] = queued
  if (!first) return
  noteHistory(world, first.iccid, 'Bundle Lapsed', { bundle: first.name, bundleState: 'lapsed' })
}

/** The bundles of one application. */
function partsOf(world: World, reference: string): Bundle[] {
  return world.in(bundles).matching('reference', SLUG + SEPARATOR + reference + SEPARATOR)
}

/**
 * Looks whether an application has been idle for too long: its queued
 * assignments then lapse.
 */
export const lapseBundle = defineTask({
  provider: SLUG,
  name: 'lapse-bundle',
  shownAs: {
    kind: 'bundle',
    says: 'the bundle lapses where it has not been used by then',
    iccidOf: (world, { reference = '' }) => partsOf(world, reference)[0]?.iccid,
  },
  perform(world, { reference }: { reference: string }) {
    const parts = partsOf(world, reference)
    const lookAt = nextLook(world, parts)
    if (lookAt === undefined) lapse(world, parts)
    else world.schedule(lapseBundle, lookAt, { reference })
  },
})
