// What SIMs, bundles, events, callbacks and the clock look like on the wire of the control API.
import { mapInTurns } from '../server/long-list.ts'
import type { TextKind } from '../server/redaction/credential-names.ts'
import { type Redactor, redactedHeaders } from '../server/redaction/redactor.ts'
import type { Advance, Fired } from '../server/runner.ts'
import type { HostedWorld } from '../server/worlds.ts'
import { type Bundle, bundles, bundlesOf, remainingBytes } from '../state/bundles.ts'
import { type Attempt, type Callback, callbacks, type UnsentCallback } from '../state/callbacks.ts'
import { prefixed, SEPARATOR } from '../state/collection.ts'
import { defined } from '../state/defined.ts'
import type { Delivery } from '../state/deliveries.ts'
import { timeline, type WorldEvent } from '../state/events.ts'
import { lpaString } from '../state/installation-code.ts'
import { iso } from '../state/instant.ts'
import { jsonOf } from '../state/json-of.ts'
import type { Message } from '../state/messages.ts'
import type { Sim } from '../state/sims.ts'
import type { Task } from '../state/task-queue.ts'
import type { World } from '../state/world.ts'
import type { AnswerOf, Schemas } from './operations.ts'

export type Health = Schemas['Health']
export type WorldRow = Schemas['WorldRow']
export type WorldShown = Schemas['World']
/** What a caller needs to be let in at a provider, and to check what it sends. */
export type CredentialsShown = Schemas['Credentials']

export type ClockShown = Schemas['Clock']
export type AdvanceShown = Schemas['Advanced']
/** One thing that is due. */
export type UpcomingShown = Schemas['Upcoming']
/** What is due next, and how much is due in all. */
export type AllUpcomingShown = AnswerOf<'listUpcoming'>
/** One thing that happened during an advance. */
export type FiredShown = Schemas['Fired']

/** A table of states. */
export type LifecycleShown = Schemas['Lifecycle']
export type SimRow = Schemas['SimRow']
/** One page of SIMs, and how many fit in all. */
export type SimPageShown = AnswerOf<'listSims'>
export type SimShown = Schemas['Sim']
/** A SIM with what can be done to it now, and what it has used. */
export type OneSimShown = AnswerOf<'getSim'>
export type MoveShown = Schemas['Move']
export type UseShown = Schemas['DataUse']
export type BundleShown = Schemas['Bundle']
export type EventShown = Schemas['Event']
/** The SIM after the device did something, and what happened. */
export type DeviceShown = Schemas['Device']
export type UsedShown = Schemas['Used']

export type AttemptShown = Schemas['Attempt']
export type CallbackShown = Schemas['Callback']
/** A callback that was due and was not sent, and why. */
export type UnsentCallbackShown = Schemas['UnsentCallback']
/** What left at one attempt at a callback. */
export type DeliveryShown = Schemas['Delivery']
/** One delivery, and whether its signature holds. */
export type OneDeliveryShown = AnswerOf<'getDelivery'>
export type SignatureCheckShown = Schemas['SignatureCheck']
export type DeliveriesShown = Schemas['Deliveries']
/** Where the callbacks of a provider go. */
export type TargetShown = Schemas['TargetNow']
export type MessageShown = Schemas['Message']
/** A fault as it was set, what it has seen, and how often it happened. */
export type FaultShown = Schemas['Fault']
/** A value that always brings about something rare. */
export type MagicValueShown = Schemas['MagicValue']
/** A kind of fault, with the fields it has of its own. */
export type FaultKindShown = Schemas['FaultKind']
export type NewFault = Schemas['NewFault']

/** An exchange with a provider, as the journal keeps it. */
export type ExchangeShown = Schemas['Exchange']
/** A call of the control API that was to change the world. */
export type CommandShown = Schemas['Command']
export type CommandsShown = AnswerOf<'listCommands'>
/** Whether what was waited for is there. */
export type WaitedShown = Schemas['Waited']
export type MatchShown = WaitedShown['matches'][number]
/** The way of an exchange through the stages, in words. */
export type ExplainedShown = Schemas['Explained']
/** The journal as an HTTP archive (HAR 1.2). */
export type HarShown = Schemas['Har']
export type HarEntryShown = Schemas['HarEntry']
export type Stock = Schemas['Stock']
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
export type {
  NewRecording,
  NewWorkflowRun,
  RecordingShown,
  WorkflowRunRow,
  WorkflowRunShown,
  WorkflowShown,
  WorkflowStepShown,
  WorkflowsShown,
} from './workflow-runs.ts'

/** An instant that may not have come, as ISO 8601. */
function isoOf(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : iso(instant)
}

export function clockShown({ now, clock: { mode, rate } }: World): ClockShown {
  return { now: iso(now), mode, rate }
}

/** The clock, and how far an advance has come that is under way. */
export function clockOf({ world, runner }: HostedWorld): ClockShown {
  const { underWay } = runner
  if (!underWay) return clockShown(world)
  const { from, to, ...counts } = underWay
  return { ...clockShown(world), advance: defined({ from: iso(from), to: iso(to), ...counts }) }
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

/** How many callbacks of a SIM are shown with it: the latest. */
export const CALLBACKS_SHOWN = 200

/** The latest callbacks of a SIM, the oldest of them first. */
function latestOf(world: World, ofSim: string): Callback[] {
  const range = { ...prefixed(ofSim), descending: true }
  return world.in(callbacks).page('sim', range, 0, CALLBACKS_SHOWN).reverse()
}

/**
 * Sees to the indexes by which a SIM is shown: to be called before anything is done to it, since what
 * is done is not done again once they are there.
 * @throws NotBuilt
 */
export function beforeShown(world: World): void {
  world.in(bundles).count('sim')
  world.in(timeline).count('sim')
  world.in(callbacks).count('sim')
}

/** What happened to a SIM, oldest first. */
export function timelineOf(world: World, { provider, iccid }: Sim): WorldEvent[] {
  return world.in(timeline).matching('sim', provider + SEPARATOR + iccid + SEPARATOR)
}

/** A SIM with all that the world knows of it. */
export function simShown(world: World, sim: Sim, redactor: Redactor): SimShown {
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
    timeline: timelineOf(world, sim).map(eventShown),
    callbacks: latestOf(world, ofSim).map((callback) => callbackShown(callback, redactor)),
  })
}

function attemptShown(
  { at, faults, error, ...outcome }: Attempt,
  redactor: Redactor,
): AttemptShown {
  return defined({
    at: iso(at),
    ...outcome,
    error: redactedIn(redactor, 'sentence', error),
    faults: faults && [...faults],
  })
}

export function callbackShown(callback: Callback, redactor: Redactor): CallbackShown {
  const { id, provider, type, iccid, state, url, body, queuedAt, nextAt, attempts } = callback
  const { faults, earlierAttempts } = callback
  const shown = redactor.redacted(body, 'body')
  return defined({
    id,
    provider,
    type,
    iccid,
    state,
    url: redactor.redacted(url, 'url'),
    body: shown,
    json: jsonOf(shown),
    queuedAt: iso(queuedAt),
    nextAt: isoOf(nextAt),
    faults: faults?.map(({ kind }) => kind),
    attempts: attempts.map((each) => attemptShown(each, redactor)),
    earlierAttempts,
  })
}

export function unsentShown(callback: UnsentCallback, redactor: Redactor): UnsentCallbackShown {
  const { id, provider, type, iccid, at } = callback
  const reason = redactor.redacted(callback.reason, 'sentence')
  const body = redactedIn(redactor, 'body', callback.body)
  const json = body === undefined ? undefined : jsonOf(body)
  const state = 'unsent' as const
  return defined({ id, provider, type, iccid, state, reason, body, json, queuedAt: iso(at) })
}

/** @param sent the body of the callback, which is left out of a delivery of the same */
export function deliveryShown(delivery: Delivery, sent: string, redactor: Redactor): DeliveryShown {
  const { faults, headers, at, url, error } = delivery
  const body = redactor.redacted(delivery.body ?? sent, 'body')
  return defined({
    ...delivery,
    at: iso(at),
    url: redactor.redacted(url, 'url'),
    error: redactedIn(redactor, 'sentence', error),
    faults: faults && [...faults],
    headers: redactedHeaders(headers, redactor),
    body,
    json: jsonOf(body),
  })
}

/** A text that may not be there, without its secrets. */
function redactedIn(
  redactor: Redactor,
  kind: TextKind,
  text: string | undefined,
): string | undefined {
  return text === undefined ? undefined : redactor.redacted(text, kind)
}

export function messageShown(message: Message): MessageShown {
  return { ...message, at: iso(message.at) }
}

export async function advanceShown(advance: Advance, redactor: Redactor): Promise<AdvanceShown> {
  const { from, to, fired, unlisted, stopped } = advance
  return defined({
    from: iso(from),
    to: iso(to),
    fired: await mapInTurns(fired, (each) => firedShown(each, redactor)),
    unlisted,
    stopped: stopped && { at: iso(stopped.at), reason: stopped.reason },
  })
}

export function eventFired(event: WorldEvent): Schemas['FiredEvent'] {
  const { provider, iccid } = event
  return { kind: 'event', provider, iccid, ...eventShown(event) }
}

function firedShown(fired: Fired, redactor: Redactor): FiredShown {
  if (fired.kind === 'event') return eventFired(fired.event)
  if (fired.kind === 'callback') return attemptFired(fired, redactor)

  const { kind: type, data } = fired.task
  const provider = providerOf(fired.task)
  const error = redactedIn(redactor, 'sentence', fired.error)
  return defined({ kind: fired.kind, at: iso(fired.at), type, data, provider, error })
}

/**
 * The provider whose task it is, or whose bundle or call it is about; absent where it is none of
 * these.
 */
export function providerOf({ kind, data }: Task): string | undefined {
  const name = kind.includes('/') ? kind : data.bundle
  if (data.provider !== undefined) return data.provider
  return name?.slice(0, name.indexOf('/')) || undefined
}

/** One attempt, and the callback as it left it. */
function attemptFired(
  { at, delivery, attempt }: Extract<Fired, { kind: 'callback' }>,
  redactor: Redactor,
): FiredShown {
  const { id, type, provider, iccid, state, attempts, earlierAttempts = 0, nextAt } = delivery
  const { status, error, faults, note } = attempts[attempt - 1 - earlierAttempts] ?? {}
  return defined({
    kind: 'callback' as const,
    at: iso(at),
    type,
    provider,
    iccid,
    id,
    state,
    attempt,
    status,
    error: redactedIn(redactor, 'sentence', error),
    faults: faults && [...faults],
    note,
    nextAt: isoOf(nextAt),
  })
}
