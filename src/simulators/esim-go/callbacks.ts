// What eSIM Go tells its customers' endpoint: which events, in which words, signed how.
import { createHmac } from 'node:crypto'
import { type Bundle, bundles } from '../../state/bundles.ts'
import { type Callback, queueCallback } from '../../state/callbacks.ts'
import type { WorldEvent } from '../../state/events.ts'
import { iso } from '../../state/instant.ts'
import type { ProfileState } from '../../state/sim-lifecycle.ts'
import { moveProfile, simKey, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import { versionOf } from './callback-version.ts'
import { lookUp } from './catalogue/on-sale.ts'
import { noteAction } from './esims/esims.ts'
import { noteHistory } from './esims/history.ts'
import { DELETION_SCHEDULED, IDLE_DELETED, resumeIdleChecks } from './esims/idle.ts'
import { noticeInstalled } from './esims/returns.ts'
import { profileStatus, remaining } from './esims/wire.ts'
import { apiKey } from './organisation/account.ts'
import { esims, SLUG } from './records.ts'
import { settings } from './settings.ts'

/** Percentages of a bundle that are told (public). */
export const UTILISATION = [1, 50, 80, 100] as const

/** What the kernel calls the use of a bundle's last byte. */
const USED_UP = 'bundle.used-100'

/** The bundle in use, as a callback shows it. */
function bundleBody(world: World, bundle: Bundle, version: number) {
  const quantities = {
    initialQuantity: bundle.initialBytes,
    remainingQuantity: remaining(bundle),
    startTime: iso(bundle.startedAt ?? world.now),
    endTime: iso(bundle.endsAt ?? world.now),
    unlimited: bundle.unlimited,
  }
  if (version === 2) return { name: bundle.name, ...quantities }
  const description = lookUp(world, bundle.name)?.description ?? bundle.name
  return {
    id: bundle.id,
    reference: bundle.reference,
    name: bundle.name,
    description,
    ...quantities,
  }
}

/** The alert an event is told as, and what goes with it; `undefined` where it is not told. */
function alertFor(
  world: World,
  event: WorldEvent,
  version: number,
): { alertType: string; rest: object } | undefined {
  const bundle =
    event.bundle === undefined ? undefined : world.in(bundles).get(`${SLUG}/${event.bundle}`)
  if (event.type === 'sim.first-attached') return { alertType: 'FirstAttachment', rest: {} }
  if (event.type === 'sim.first-used' && bundle)
    return { alertType: 'FirstUse', rest: { bundle: bundleBody(world, bundle, version) } }
  if (event.type.startsWith('bundle.used-') && bundle)
    return { alertType: 'Utilisation', rest: { bundle: bundleBody(world, bundle, version) } }
  const { from, to } = event.detail ?? {}
  if (from === undefined || to === undefined || event.type === 'sim.released') return undefined
  const status = profileStatus(to as ProfileState)
  if (status === profileStatus(from as ProfileState)) return undefined
  return {
    alertType: 'ProfileStatusChange',
    rest: { profileStatus: status, timestamp: iso(event.at) },
  }
}

/** What v2.5 calls what becomes of an idle eSIM; told in a form of its own (public). */
const deletions: Readonly<Record<string, string>> = {
  [DELETION_SCHEDULED]: 'esim.deletion_scheduled',
  [IDLE_DELETED]: 'esim.deleted',
}

function tell(world: World, event: WorldEvent): void {
  const { iccid } = event
  const version = versionOf(world)
  const deletion = deletions[event.type]
  if (deletion !== undefined) {
    const body = { date: iso(event.at), event: deletion, iccid }
    queueCallback(world, { provider: SLUG, type: deletion, iccid, version, body })
    return
  }
  const alert = alertFor(world, event, version)
  if (!alert) return
  const body = { iccid, alertType: alert.alertType, ...alert.rest }
  queueCallback(world, { provider: SLUG, type: alert.alertType, iccid, version, body })
}

/** What is written down of an event, besides what a call itself writes down. */
function note(world: World, event: WorldEvent): void {
  const { iccid, type } = event
  const bundle =
    event.bundle === undefined ? undefined : world.in(bundles).get(`${SLUG}/${event.bundle}`)
  // The alert at 100 % comes just before the bundle is depleted: one without data left is not active (documented).
  const about = bundle && {
    bundle: bundle.name,
    bundleState: type === USED_UP ? ('depleted' as const) : bundle.state,
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

/** Answers what happened to an eSIM: notes it, tells it, and releases a deleted profile for another download (public). */
export function react(event: WorldEvent, world: World): void {
  note(world, event)
  resumeIdleChecks(world, event)
  if (event.type === 'sim.installed') noticeInstalled(world, event.iccid)
  // Nothing is told of an eSIM that has left the account (inferred: it cannot be reached any more).
  if (world.in(esims).has(event.iccid)) tell(world, event)
  const sim = world.in(sims).get(simKey(SLUG, event.iccid))
  if (event.type === 'sim.deleted' && sim) moveProfile(world, sim, 'release')
}

/** HMAC-SHA256 over the body as sent, under the API key; version 2 is not signed. */
export function sign(delivery: Callback, world: World): Record<string, string> {
  if (delivery.version === 2) return {}
  const key = apiKey(world)
  if (key === undefined) return {}
  return {
    'X-Signature-SHA256': createHmac('sha256', key)
      .update(delivery.body)
      .digest(world.settings(settings).signatureEncoding),
  }
}
