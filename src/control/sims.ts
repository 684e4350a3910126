// SIMs of every provider, and what the handset and the network do to them.

import { type Reply, reply } from '../simulators/call.ts'
import { findNetwork } from '../simulators/countries.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { type Bundle, bundlesOf, remainingBytes } from '../state/bundles.ts'
import { callbacks } from '../state/callbacks.ts'
import { SEPARATOR } from '../state/collection.ts'
import { timeline, type WorldEvent } from '../state/events.ts'
import { lpaString } from '../state/installation-code.ts'
import { iso } from '../state/instant.ts'
import { Refusal } from '../state/refusal.ts'
import type { ProfileEvent } from '../state/sim-lifecycle.ts'
import {
  attach,
  detach,
  install,
  moveProfile,
  type Network,
  type Sim,
  simKey,
  sims,
} from '../state/sims.ts'
import { type CallParty, type Usage, type UsageRules, useData, useService } from '../state/usage.ts'
import type { World } from '../state/world.ts'
import {
  type ControlCall,
  type ControlHandler,
  type ControlHandlers,
  providerFilter,
  providerOf,
} from './call.ts'
import { type CallbackShown, callbackShown } from './callbacks.ts'
import { bytesOf } from './data-amount.ts'

export interface SimRow {
  readonly provider: string
  readonly iccid: string
  readonly profile: Sim['profile']
  readonly service: Sim['service']
  /** ISO 3166 alpha-2: where it is on the air. */
  readonly country?: string
  readonly createdAt: string
  readonly lastSeenAt?: string
}

export interface BundleShown {
  readonly id: string
  readonly name: string
  readonly reference: string
  readonly state: Bundle['state']
  readonly unlimited: boolean
  readonly initialBytes: number
  readonly usedBytes: number
  /** Absent where unlimited. */
  readonly remainingBytes?: number
  readonly duration: string
  readonly assignedAt: string
  readonly startsAt?: string
  readonly startedAt?: string
  readonly endsAt?: string
}

export interface EventShown {
  readonly at: string
  readonly type: string
  /** Id of the bundle it happened to. */
  readonly bundle?: string
  readonly detail?: Readonly<Record<string, string | number | boolean>>
}

export interface SimShown extends SimRow {
  readonly imsi: string
  readonly msisdn?: string
  readonly eid?: string
  /** The text of the QR code. */
  readonly installationCode: string
  readonly codeExpiresAt?: string
  readonly firstInstalledAt?: string
  readonly firstAttachedAt?: string
  readonly firstUsedAt?: string
  readonly attached?: Network
  readonly lastNetwork?: Network
  readonly bundles: readonly BundleShown[]
  /** Oldest first. */
  readonly timeline: readonly EventShown[]
  /** Oldest first. */
  readonly callbacks: readonly CallbackShown[]
}

/** The SIM after the device did something, and what happened. */
export interface DeviceShown {
  readonly sim: SimShown
  readonly events: readonly EventShown[]
}

export interface UsedShown extends DeviceShown, Usage {
  /** The network it was attached to first. */
  readonly attached?: Network
}

export function eventShown({ at, type, bundle, detail }: WorldEvent): EventShown {
  return {
    at: iso(at),
    type,
    ...(bundle === undefined ? {} : { bundle }),
    ...(detail === undefined ? {} : { detail }),
  }
}

/** The instants of a record that are there, as ISO 8601. */
function times<T extends object, K extends keyof T & string>(
  record: T,
  names: readonly K[],
): { [Name in K]?: string } {
  const shown: { [Name in K]?: string } = {}
  for (const name of names) if (typeof record[name] === 'number') shown[name] = iso(record[name])
  return shown
}

function rowOf(sim: Sim): SimRow {
  return {
    provider: sim.provider,
    iccid: sim.iccid,
    profile: sim.profile,
    service: sim.service,
    ...(sim.attached ? { country: sim.attached.country } : {}),
    createdAt: iso(sim.createdAt),
    ...times(sim, ['lastSeenAt']),
  }
}

function bundleShown(bundle: Bundle): BundleShown {
  const { id, name, reference, state, unlimited, initialBytes, usedBytes, duration } = bundle
  return {
    ...{ id, name, reference, state, unlimited, initialBytes, usedBytes, duration },
    ...(unlimited ? {} : { remainingBytes: remainingBytes(bundle) }),
    assignedAt: iso(bundle.assignedAt),
    ...times(bundle, ['startsAt', 'startedAt', 'endsAt']),
  }
}

function simShown(world: World, sim: Sim): SimShown {
  const own = sim.provider + SEPARATOR + sim.iccid + SEPARATOR
  return {
    ...rowOf(sim),
    imsi: sim.imsi,
    ...(sim.msisdn === undefined ? {} : { msisdn: sim.msisdn }),
    ...(sim.eid === undefined ? {} : { eid: sim.eid }),
    installationCode: lpaString(sim.smdpAddress, sim.matchingId),
    ...times(sim, ['codeExpiresAt', 'firstInstalledAt', 'firstAttachedAt', 'firstUsedAt']),
    ...(sim.attached ? { attached: sim.attached } : {}),
    ...(sim.lastNetwork ? { lastNetwork: sim.lastNetwork } : {}),
    bundles: bundlesOf(world, sim.provider, sim.iccid).map(bundleShown),
    timeline: world.in(timeline).matching('sim', own).map(eventShown),
    callbacks: world.in(callbacks).matching('sim', own).map(callbackShown),
  }
}

/**
 * The SIM a call names.
 * @throws Refusal `not-found`, or `wrong-state` where several providers know the ICCID and none is named
 */
function simOf(call: ControlCall): Sim {
  const { world } = call.hosted
  const slug = providerFilter(call)
  const iccid = String(call.path.iccid)
  const found = world
    .in(sims)
    .matching('iccid', iccid + SEPARATOR)
    .filter(({ provider }) => slug === undefined || provider === slug)
  const [sim] = found
  if (!sim)
    throw new Refusal(
      'not-found',
      `there is no SIM ${iccid}${slug ? ` at ${slug}` : ''}: GET /_sim/sims lists them`,
    )
  if (found.length > 1)
    throw new Refusal(
      'wrong-state',
      `several providers know ${iccid}: add ?provider= with one of ${found.map(({ provider }) => provider).join(', ')}`,
    )
  return sim
}

/** Does something to a SIM in one transaction and shows what came of it. */
function onDevice(
  call: ControlCall,
  act: (world: World, sim: Sim, simulator: Simulator) => object | undefined,
): Reply {
  const { world } = call.hosted
  const sim = simOf(call)
  const { simulator } = providerOf(call.server, sim.provider)
  const { result, events } = world.transaction(() => act(world, sim, simulator))
  const after = world.in(sims).get(simKey(sim.provider, sim.iccid)) ?? sim
  return reply(200, { ...result, sim: simShown(world, after), events: events.map(eventShown) })
}

const profileMove =
  (event: ProfileEvent): ControlHandler =>
  (call) =>
    onDevice(call, (world, sim) => {
      moveProfile(world, sim, event)
      return undefined
    })

function networkIn(simulator: Simulator, country: string, operator: string | undefined): Network {
  const network = findNetwork(country.toUpperCase(), operator)
  if (network) return network
  const where = operator === undefined ? country : `${operator} in ${country}`
  throw new Refusal(
    'invalid-request',
    `${simulator.title} knows no network ${where}: give an ISO 3166 alpha-2 country, and an operator only where you need that one`,
  )
}

interface UseWanted {
  readonly data?: string
  readonly bytes?: number
  readonly sms?: number
  readonly minutes?: number
  readonly direction?: 'in' | 'out' | 'inbound' | 'outbound'
  readonly peer?: string
}

const AMOUNTS = ['data', 'bytes', 'sms', 'minutes'] as const

/** What a call of `use` is about, ready to happen to a SIM that is on the air. @throws Refusal `invalid-request` */
function useOf(wanted: UseWanted): (world: World, sim: Sim, rules: UsageRules) => Usage {
  const {
    data,
    bytes = data === undefined ? 0 : bytesOf(data),
    sms,
    minutes = 0,
    direction = 'outbound',
    peer,
  } = wanted
  if (AMOUNTS.filter((name) => Object.hasOwn(wanted, name)).length !== 1)
    throw new Refusal(
      'invalid-request',
      'give exactly one of "data", as in {"data": "500MB"}, "bytes", "sms" and "minutes"',
    )
  const party: CallParty = {
    direction: direction.startsWith('in') ? 'inbound' : 'outbound',
    ...(peer === undefined ? {} : { peer }),
  }
  if (sms !== undefined)
    return (world, sim, rules) =>
      useService(world, sim, rules, { kind: 'sms', quantity: sms, party })
  if (bytes > 0) return (world, sim, rules) => useData(world, sim, rules, { bytes, party })
  const seconds = Math.max(1, Math.round(minutes * 60))
  return (world, sim, rules) =>
    useService(world, sim, rules, { kind: 'voice', quantity: seconds, party })
}

/** Registers a SIM that is on no network where its next bundle works. */
function attachedAtHome(world: World, sim: Sim, simulator: Simulator): Sim {
  if (sim.profile !== 'enabled')
    throw new Refusal(
      'wrong-state',
      `the profile is ${sim.profile}: POST /_sim/sims/${sim.iccid}/install first`,
    )
  const country = simulator.device.homeCountry?.(world, sim)
  const network = country === undefined ? undefined : findNetwork(country)
  if (!network)
    throw new Refusal(
      'wrong-state',
      `the SIM is on no network, and no bundle says where: POST /_sim/sims/${sim.iccid}/attach with a country first`,
    )
  return attach(world, sim, network)
}

export const simHandlers: ControlHandlers = {
  listSims(call) {
    const { world } = call.hosted
    const slug = providerFilter(call)
    const { limit = 100, offset = 0 } = call.query as { limit?: number; offset?: number }
    const all = world.in(sims)
    if (slug === undefined)
      return reply(200, { total: all.size, sims: all.page('serial', {}, offset, limit).map(rowOf) })
    const own = all.page('serial', {}, 0, all.size).filter(({ provider }) => provider === slug)
    return reply(200, { total: own.length, sims: own.slice(offset, offset + limit).map(rowOf) })
  },
  getSim: (call) => reply(200, simShown(call.hosted.world, simOf(call))),
  downloadSim: profileMove('download'),
  installSim: (call) =>
    onDevice(call, (world, sim) => {
      install(world, sim)
      return undefined
    }),
  enableSim: profileMove('enable'),
  disableSim: profileMove('disable'),
  deleteSim: profileMove('delete'),
  attachSim: (call) =>
    onDevice(call, (world, sim, simulator) => {
      const { country, operator } = call.body as { country: string; operator?: string }
      attach(world, sim, networkIn(simulator, country, operator))
      return undefined
    }),
  detachSim: (call) =>
    onDevice(call, (world, sim) => {
      detach(world, sim)
      return undefined
    }),
  useSim: (call) =>
    onDevice(call, (world, sim, simulator) => {
      const use = useOf(call.body as UseWanted)
      if (sim.attached) return use(world, sim, simulator.device.usage)
      const { attached } = attachedAtHome(world, sim, simulator)
      const current = world.in(sims).get(simKey(sim.provider, sim.iccid)) ?? sim
      return { ...use(world, current, simulator.device.usage), ...(attached ? { attached } : {}) }
    }),
}
