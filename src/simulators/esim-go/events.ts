// What eSIM Go does about an event of one of its SIMs: what is noted, watched, told.
import { type Bundle, bundles } from '../../state/bundles.ts'
import type { WorldEvent } from '../../state/events.ts'
import { moveProfile, simKey, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import { fixMonths } from './bundles/year.ts'
import { tellCustomer } from './callbacks.ts'
import { noteAction } from './esims/esims.ts'
import { noteHistory } from './esims/history.ts'
import { resumeIdleChecks } from './esims/idle.ts'
import { onInstalled } from './esims/returns.ts'
import { SLUG } from './records.ts'

/** What `state/bundles.ts` calls the use of a bundle's last byte. */
const USED_UP = 'bundle.used-100'

/** The bundle an event happened to, where that is still on its eSIM. */
function bundleOf(world: World, { bundle }: WorldEvent): Bundle | undefined {
  return bundle === undefined ? undefined : world.in(bundles).get(`${SLUG}/${bundle}`)
}

/**
 * Writes an event into the history of its eSIM; what a call does is written
 * down by the call.
 */
function note(world: World, { iccid, type }: WorldEvent, bundle: Bundle | undefined): void {
  // USED_UP comes just before the bundle is depleted: without data left it is not active
  // (documented).
  const about = bundle && {
    bundle: bundle.name,
    bundleState: type === USED_UP ? 'depleted' : bundle.state,
  }
  if (type === 'sim.first-attached')
    noteHistory(world, iccid, 'eSIM First Attachment', { alertType: 'FirstAttachment' })
  if (type === 'sim.first-used')
    noteHistory(world, iccid, 'eSIM First Use', { ...about, alertType: 'FirstUse' })
  if (type === 'bundle.expired') noteHistory(world, iccid, 'Bundle Expired', about)
  if (!type.startsWith('bundle.used-')) return
  noteAction(world, iccid, 'eSIM Utilisation Alert')
  noteHistory(world, iccid, 'eSIM Utilisation Alert', { ...about, alertType: 'Utilisation' })
}

/** Answers an event; a deleted profile is released for another download (public). */
export function react(event: WorldEvent, world: World): void {
  const { iccid, type } = event
  const bundle = bundleOf(world, event)
  note(world, event, bundle)
  resumeIdleChecks(world, event)
  if (type === 'sim.installed') onInstalled(world, iccid)
  if (type === 'bundle.activated' && bundle) fixMonths(world, bundle)
  tellCustomer(world, event, bundle)

  const sim = type === 'sim.deleted' && world.in(sims).get(simKey(SLUG, iccid))
  if (sim) moveProfile(world, sim, 'release')
}
