// What SIMs, bundles, events, callbacks and the clock look like on the wire of the control API.
import type { Advance, Fired } from '../server/runner.ts'
import { type Bundle, bundlesOf, remainingBytes } from '../state/bundles.ts'
import { type Callback, callbacks, type UnsentCallback } from '../state/callbacks.ts'
import { SEPARATOR } from '../state/collection.ts'
import { defined } from '../state/defined.ts'
import { timeline, type WorldEvent } from '../state/events.ts'
import { lpaString } from '../state/installation-code.ts'
import { iso } from '../state/instant.ts'
import type { Message } from '../state/messages.ts'
import type { Sim } from '../state/sims.ts'
import type { Task } from '../state/task-queue.ts'
import type { World } from '../state/world.ts'
import { mapInTurns } from './long-list.ts'
import type { Schemas } from './operations.ts'

export type Health = Schemas['Health']
export type WorldRow = Schemas['WorldRow']
export type WorldShown = Schemas['World']
/** What a caller needs to be let in at a provider, and to check what it sends. */
export type CredentialsShown = Schemas['Credentials']

export type ClockShown = Schemas['Clock']
export type AdvanceShown = Schemas['Advanced']
/** One thing that happened during an advance. */
export type FiredShown = Schemas['Fired']

export type SimRow = Schemas['SimRow']
export type SimShown = Schemas['Sim']
export type BundleShown = Schemas['Bundle']
export type EventShown = Schemas['Event']
/** The SIM after the device did something, and what happened. */
export type DeviceShown = Schemas['Device']
export type UsedShown = Schemas['Used']

export type AttemptShown = Schemas['Attempt']
export type CallbackShown = Schemas['Callback']
/** A callback that was due and was not sent, and why. */
export type UnsentCallbackShown = Schemas['UnsentCallback']
export type MessageShown = Schemas['Message']

/** An exchange with a provider, as the journal keeps it. */
export type ExchangeShown = Schemas['Exchange']
/** Whether what was waited for is there. */
export type WaitedShown = Schemas['Waited']
export type MatchShown = WaitedShown['matches'][number]
/** The way of an exchange through the stages, in words. */
export type ExplainedShown = Schemas['Explained']
/** The journal as an HTTP archive (HAR 1.2). */
export type HarShown = Schemas['Har']
export type HarEntryShown = Schemas['HarEntry']
export type StateDocument = Schemas['State']
export type SnapshotShown = Schemas['Snapshot']
/** What differs between two snapshots. */
export type DifferenceShown = Schemas['Difference']
/** One step of the history, and what caused it. */
export type StepShown = Schemas['Step']
/** How far a world went back. */
export type WentBack = Schemas['WentBack']
export type SettingShown = Schemas['Setting']
export type SettingValue = Schemas['SettingValue']
export type ProvenanceRow = Schemas['ProvenanceRow']
export type ProvenanceShown = Schemas['Provenance']
export type OperationProvenance = Schemas['OperationProvenance']

/** An instant that may not have come, as ISO 8601. */
function isoOf(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : iso(instant)
}

export function clockShown({ now, clock: { mode, rate } }: World): ClockShown {
  return { now: iso(now), mode, rate }
}

export function eventShown({ at, type, bundle, detail }: WorldEvent): EventShown {
  return defined({ at: iso(at), type, bundle, detail })
}

export function simRow(sim: Sim): SimRow {
  const { provider, iccid, profile, service, attached, createdAt, lastSeenAt } = sim
  return defined({
    provider,
    iccid,
    profile,
    service,
    country: attached?.country,
    createdAt: iso(createdAt),
    lastSeenAt: isoOf(lastSeenAt),
  })
}

export function bundleShown(bundle: Bundle): BundleShown {
  const { id, name, reference, state, unlimited, initialBytes, usedBytes, duration } = bundle
  return defined({
    id,
    name,
    reference,
    state,
    unlimited,
    initialBytes,
    usedBytes,
    duration,
    remainingBytes: unlimited ? undefined : remainingBytes(bundle),
    assignedAt: iso(bundle.assignedAt),
    startsAt: isoOf(bundle.startsAt),
    startedAt: isoOf(bundle.startedAt),
    endsAt: isoOf(bundle.endsAt),
  })
}

/** A SIM with all that the world knows of it. */
export function simShown(world: World, sim: Sim): SimShown {
  const ofSim = sim.provider + SEPARATOR + sim.iccid + SEPARATOR
  return defined({
    ...simRow(sim),
    imsi: sim.imsi,
    msisdn: sim.msisdn,
    eid: sim.eid,
    installationCode: lpaString(sim),
    codeExpiresAt: isoOf(sim.codeExpiresAt),
    firstInstalledAt: isoOf(sim.firstInstalledAt),
    firstAttachedAt: isoOf(sim.firstAttachedAt),
    firstUsedAt: isoOf(sim.firstUsedAt),
    attached: sim.attached,
    lastNetwork: sim.lastNetwork,
    bundles: bundlesOf(world, sim.provider, sim.iccid).map(bundleShown),
    timeline: world.in(timeline).matching('sim', ofSim).map(eventShown),
    callbacks: world.in(callbacks).matching('sim', ofSim).map(callbackShown),
  })
}

export function callbackShown(callback: Callback): CallbackShown {
  const { id, provider, type, iccid, state, url, body, queuedAt, nextAt, attempts } = callback
  return defined({
    id,
    provider,
    type,
    iccid,
    state,
    url,
    body,
    queuedAt: iso(queuedAt),
    nextAt: isoOf(nextAt),
    attempts: attempts.map(({ at, ...outcome }) => ({ at: iso(at), ...outcome })),
  })
}

export function unsentShown(callback: UnsentCallback): UnsentCallbackShown {
  const { id, provider, type, iccid, body, reason, at } = callback
  const state = 'unsent' as const
  return defined({ id, provider, type, iccid, state, reason, body, queuedAt: iso(at) })
}

export function messageShown(message: Message): MessageShown {
  return { ...message, at: iso(message.at) }
}

export async function advanceShown({ from, to, fired, stopped }: Advance): Promise<AdvanceShown> {
  return defined({
    from: iso(from),
    to: iso(to),
    fired: await mapInTurns(fired, firedShown),
    stopped: stopped && { at: iso(stopped.at), reason: stopped.reason },
  })
}

export function eventFired(event: WorldEvent): Schemas['FiredEvent'] {
  const { provider, iccid } = event
  return { kind: 'event', provider, iccid, ...eventShown(event) }
}

function firedShown(fired: Fired): FiredShown {
  if (fired.kind === 'event') return eventFired(fired.event)
  if (fired.kind === 'callback') return attemptFired(fired.delivery, fired.at)

  const { kind: type, data } = fired.task
  const provider = providerOf(fired.task)
  return defined({ kind: fired.kind, at: iso(fired.at), type, data, provider, error: fired.error })
}

/**
 * The provider whose task it is, or whose bundle it is about; absent where it
 * is neither.
 */
function providerOf({ kind, data }: Task): string | undefined {
  const name = kind.includes('/') ? kind : data.bundle
  return name?.slice(0, name.indexOf('/')) || undefined
}

/** A callback as its latest attempt left it, made at virtual time `at`. */
function attemptFired(callback: Callback, at: number): FiredShown {
  const { id, type, provider, iccid, state, attempts, nextAt } = callback
  const { status, error } = attempts.at(-1) ?? {}
  return defined({
    kind: 'callback' as const,
    at: iso(at),
    type,
    provider,
    iccid,
    id,
    state,
    attempt: attempts.length,
    status,
    error,
    nextAt: isoOf(nextAt),
  })
}
