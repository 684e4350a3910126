// What eSIM Go tells its customers' endpoint: which events, in which words, signed how.
import { createHmac } from 'node:crypto'
import { type Bundle, bundles } from '../../state/bundles.ts'
import { type Delivery, queueCallback, type Target, targets } from '../../state/delivery.ts'
import { iso } from '../../state/duration.ts'
import type { WorldEvent } from '../../state/events.ts'
import type { ProfileState } from '../../state/sim-lifecycle.ts'
import { moveProfile, simKey, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import { apiKey } from './account.ts'
import { settingsOf } from './assign.ts'
import { noteAction } from './esims.ts'
import { esims, SLUG } from './records.ts'
import { noticeInstalled } from './returns.ts'
import { lookUp } from './sale.ts'
import { profileStatus, remaining } from './wire.ts'

/** Version 3 is signed and tells more of the bundle; at the vendor version 2 is sent until 3 is switched on, here 3 is. */
export const VERSIONS = [3, 2] as const

/** Percentages of a bundle that are told (public). */
export const UTILISATION = [1, 50, 80, 100] as const

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
  return { id: bundle.id, reference: bundle.reference, name: bundle.name, description, ...quantities }
}

/** The alert an event is told as, and what goes with it; `undefined` where it is not told. */
function alertFor(world: World, event: WorldEvent, version: number): { alertType: string; rest: object } | undefined {
  const bundle = event.bundle === undefined ? undefined : world.in(bundles).get(`${SLUG}/${event.bundle}`)
  if (event.type === 'sim.first-attached') return { alertType: 'FirstAttachment', rest: {} }
  if (event.type === 'sim.first-used' && bundle) return { alertType: 'FirstUse', rest: { bundle: bundleBody(world, bundle, version) } }
  if (event.type.startsWith('bundle.used-') && bundle)
    return { alertType: 'Utilisation', rest: { bundle: bundleBody(world, bundle, version) } }
  const { from, to } = event.detail ?? {}
  if (from === undefined || to === undefined || event.type === 'sim.released') return undefined
  const status = profileStatus(to as ProfileState)
  if (status === profileStatus(from as ProfileState)) return undefined
  return { alertType: 'ProfileStatusChange', rest: { profileStatus: status, timestamp: iso(event.at) } }
}

function tell(world: World, event: WorldEvent, target: Target): void {
  const version = target.version ?? VERSIONS[0]
  const alert = alertFor(world, event, version)
  if (!alert) return
  const body = JSON.stringify({ iccid: event.iccid, alertType: alert.alertType, ...alert.rest })
  queueCallback(world, { provider: SLUG, type: alert.alertType, iccid: event.iccid, url: target.url, body, version })
}

/** Answers what happened to an eSIM: notes it, tells it, and releases a deleted profile for another download (public). */
export function react(event: WorldEvent, world: World): void {
  if (event.type.startsWith('bundle.used-')) noteAction(world, event.iccid, 'eSIM Utilisation Alert')
  if (event.type === 'sim.installed') noticeInstalled(world, event.iccid)
  const target = world.in(targets).get(SLUG)
  // Nothing is told of an eSIM that has left the account (inferred: it cannot be reached any more).
  if (target && world.in(esims).has(event.iccid)) tell(world, event, target)
  const sim = world.in(sims).get(simKey(SLUG, event.iccid))
  if (event.type === 'sim.deleted' && sim) moveProfile(world, sim, 'release')
}

/** HMAC-SHA256 over the body as sent, under the API key; version 2 is not signed. */
export function sign(delivery: Delivery, world: World): Record<string, string> {
  if (delivery.version === 2) return {}
  const key = apiKey(world)
  if (key === undefined) return {}
  return { 'X-Signature-SHA256': createHmac('sha256', key).update(delivery.body).digest(settingsOf(world).signatureEncoding) }
}
