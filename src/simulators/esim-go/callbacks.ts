// What eSIM Go tells its customers' endpoint of an eSIM: which events, in which words, signed how.
import { createHash, createHmac } from 'node:crypto'
import { type Bundle, bundlesOf } from '../../state/bundles.ts'
import { type Callback, noteUnsent, queueCallback } from '../../state/callbacks.ts'
import { defined } from '../../state/defined.ts'
import type { WorldEvent } from '../../state/events.ts'
import { iso } from '../../state/instant.ts'
import { Refusal } from '../../state/refusal.ts'
import { type ProfileState, profileLifecycle } from '../../state/sim-lifecycle.ts'
import { simKey, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import type { ComposedCallback, Signing, WantedCallback } from '../simulator.ts'
import { description, remaining } from './bundles/wire.ts'
import { DELETION_SCHEDULED, IDLE_DELETED } from './esims/idle.ts'
import { profileStatus } from './esims/wire.ts'
import { apiKey } from './organisation/account.ts'
import { BALANCE_ALERTS, balanceAlert } from './organisation/balance-alerts.ts'
import { esims, SLUG } from './records.ts'
import { settings } from './settings.ts'
import { callbackVersion } from './versions.ts'

/** Percentages of a bundle whose use is told (public). */
export const UTILISATION = [1, 50, 80, 100] as const

/** What v2.5 calls what becomes of an idle eSIM; told in a form of its own (public). */
const deletions: Readonly<Record<string, string>> = {
  [DELETION_SCHEDULED]: 'esim.deletion_scheduled',
  [IDLE_DELETED]: 'esim.deleted',
}

/** A callback that an event calls for: what it says, or why it is not sent. */
type DueCallback =
  | { readonly type: string; readonly body: object }
  | { readonly type: string; readonly reason: string }

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
  return {
    id: bundle.id,
    reference: bundle.reference,
    name: bundle.name,
    description: description(world, bundle.name),
    ...quantities,
  }
}

function bundleAlert(
  world: World,
  alertType: 'FirstUse' | 'Utilisation',
  { iccid }: WorldEvent,
  bundle: Bundle | undefined,
): DueCallback {
  if (!bundle)
    return { type: alertType, reason: 'the bundle it would tell of is not on the eSIM any more' }
  const told = bundleBody(world, bundle, callbackVersion(world))
  return { type: alertType, body: { iccid, alertType, bundle: told } }
}

/** The alert of a change of profile; none where both are the same in the words of eSIM Go. */
function statusAlert(
  { iccid, at }: WorldEvent,
  from: ProfileState,
  to: ProfileState,
): DueCallback | undefined {
  if (profileStatus(to) === profileStatus(from)) return undefined
  return { type: 'ProfileStatusChange', body: statusBody(iccid, to, at) }
}

function statusBody(iccid: string, profile: ProfileState, at: number) {
  const alertType = 'ProfileStatusChange'
  return { iccid, alertType, profileStatus: profileStatus(profile), timestamp: iso(at) }
}

function isProfileState(value: unknown): value is ProfileState {
  return typeof value === 'string' && Object.hasOwn(profileLifecycle, value)
}

/** The callback an event calls for; most events call for none. */
function callbackFor(
  world: World,
  event: WorldEvent,
  bundle: Bundle | undefined,
): DueCallback | undefined {
  const { iccid, at, type, detail } = event
  if (type === 'sim.first-attached')
    return { type: 'FirstAttachment', body: { iccid, alertType: 'FirstAttachment' } }
  if (type === 'sim.first-used') return bundleAlert(world, 'FirstUse', event, bundle)
  if (type.startsWith('bundle.used-')) return bundleAlert(world, 'Utilisation', event, bundle)

  const deletion = deletions[type]
  if (deletion !== undefined)
    return { type: deletion, body: { date: iso(at), event: deletion, iccid } }

  const from = detail?.from
  const to = detail?.to
  return isProfileState(from) && isProfileState(to) ? statusAlert(event, from, to) : undefined
}

/**
 * Nothing is told of an eSIM that is not in the account: it cannot be reached
 * (inferred).
 */
const HAS_LEFT = 'the eSIM has left the account'

/**
 * Queues the callback an event calls for. Where one is called for and not sent, that is written
 * down with the reason.
 * @param bundle what it happened to, where that is still on the eSIM
 */
export function tellCustomer(world: World, event: WorldEvent, bundle: Bundle | undefined): void {
  const due = callbackFor(world, event, bundle)
  if (!due) return

  const about = { provider: SLUG, type: due.type, iccid: event.iccid }
  if ('reason' in due) {
    noteUnsent(world, { ...about, reason: due.reason })
  } else if (world.in(esims).has(event.iccid)) {
    queueCallback(world, { ...about, version: callbackVersion(world), body: due.body })
  } else {
    noteUnsent(world, { ...about, body: JSON.stringify(due.body), reason: HAS_LEFT })
  }
}

/** Every type of callback that the specs have. */
export const TYPES: readonly string[] = [
  'FirstAttachment',
  'FirstUse',
  'Utilisation',
  'ProfileStatusChange',
  ...BALANCE_ALERTS,
  ...Object.values(deletions),
]

/** Writes a callback of what an eSIM is now, or the money. */
export function compose(
  world: World,
  { type, iccid: wanted, version }: WantedCallback,
): ComposedCallback {
  const balance = BALANCE_ALERTS.find((alertType) => alertType === type)
  if (balance) return { body: balanceAlert(world, balance) }

  const iccid = wanted ?? newestEsim(world)
  const sim = world.in(sims).get(simKey(SLUG, iccid))
  if (!sim || !world.in(esims).has(iccid))
    throw new Refusal('not-found', `the account has no eSIM ${iccid}: GET /_sim/sims lists them`)
  const { now } = world
  if (Object.values(deletions).includes(type))
    return { iccid, body: { date: iso(now), event: type, iccid } }
  if (type === 'ProfileStatusChange') return { iccid, body: statusBody(iccid, sim.profile, now) }
  if (type === 'FirstAttachment') return { iccid, body: { iccid, alertType: type } }

  const bundle = bundleInUse(world, iccid)
  const told = bundle && bundleBody(world, bundle, version)
  return { iccid, body: defined({ iccid, alertType: type, bundle: told }) }
}

/** @throws Refusal `wrong-state` where there is none */
function newestEsim(world: World): string {
  const [newest] = world.in(esims).page('assignedDate', { descending: true }, 0, 1)
  if (newest) return newest.iccid
  throw new Refusal('wrong-state', 'the account has no eSIM to tell of: order one')
}

/** The bundle an eSIM uses data of, else its latest. */
function bundleInUse(world: World, iccid: string): Bundle | undefined {
  const all = bundlesOf(world, SLUG, iccid)
  return all.find(({ state }) => state === 'active') ?? all.at(-1)
}

/** What another world's callbacks are signed with. */
export function otherSecret({ identity: { name, seed } }: World): string {
  const key = createHash('sha256').update(JSON.stringify([name, seed, SLUG, 'other']))
  return `esimgo-${key.digest('hex').slice(0, 32)}`
}

/** HMAC-SHA256 over the body as sent, under the API key; version 2 is not signed. */
export function sign(
  callback: Callback,
  world: World,
  { secret = apiKey(world) }: Signing,
): Record<string, string> {
  if (callback.version === 2 || secret === undefined) return {}
  return {
    'X-Signature-SHA256': createHmac('sha256', secret)
      .update(callback.body)
      .digest(world.settings(settings).signatureEncoding),
  }
}
