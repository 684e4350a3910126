// SIMs of every provider, and what a handset does to their profile.
import { defineCollection, SEPARATOR, sortable } from './collection.ts'
import { defined } from './defined.ts'
import {
  type ActivationCode,
  activationCodeFields,
  type Confirmation,
  confirmationProblem,
  isCodeGood,
} from './installation-code.ts'
import { move } from './lifecycle.ts'
import { Refusal } from './refusal.ts'
import {
  count,
  country,
  digits,
  fields,
  iccid,
  instant,
  name,
  oneOf,
  optional,
  text,
} from './shape.ts'
import {
  type ProfileEvent,
  type ProfileState,
  profileLifecycle,
  type ServiceEvent,
  type ServiceState,
  serviceLifecycle,
} from './sim-lifecycle.ts'
import type { World } from './world.ts'

/** A network a SIM can be on. */
export interface Network {
  readonly country: string
  readonly name: string
  readonly brandName: string
  readonly mcc: string
  readonly mnc: string
  /** TADIG code of the operator. */
  readonly tadig: string
}

/**
 * What every provider's SIM has; what only one provider knows is in a
 * collection of its own.
 */
export interface Sim extends ActivationCode {
  readonly provider: string
  readonly iccid: string
  readonly imsi: string
  readonly msisdn?: string
  readonly eid?: string
  /** Virtual ms at which the installation code stops being good; absent: never. */
  readonly codeExpiresAt?: number
  readonly profile: ProfileState
  readonly service: ServiceState
  /** Position among the world's SIMs, in the order they came. */
  readonly serial: number
  readonly createdAt: number
  readonly firstInstalledAt?: number
  readonly firstAttachedAt?: number
  readonly firstUsedAt?: number
  /** Where it is on the air. */
  readonly attached?: Network
  /** The last network it was seen on, kept after it left. */
  readonly lastNetwork?: Network
  readonly lastSeenAt?: number
}

/** The key of a SIM: an ICCID may be known to several providers. */
export function simKey(provider: string, iccid: string): string {
  return `${provider}/${iccid}`
}

/** How many SIMs are looked at in one go. */
const PAGE = 500

/** The SIM of a provider that came last. */
export function newestSim(world: World, provider: string): Sim | undefined {
  const all = world.in(sims)
  for (let offset = 0; offset < all.size; offset += PAGE) {
    const page = all.page('serial', { descending: true }, offset, PAGE)
    const found = page.find((sim) => sim.provider === provider)
    if (found) return found
  }
  return undefined
}

const network = fields<Network>({
  country,
  name: text,
  brandName: text,
  mcc: digits,
  mnc: digits,
  tadig: text,
})

export const sims = defineCollection<Sim>({
  name: 'sims',
  key: (sim) => simKey(sim.provider, sim.iccid),
  shape: fields<Sim>({
    provider: name,
    iccid,
    imsi: text,
    msisdn: optional(text),
    eid: optional(text),
    ...activationCodeFields,
    codeExpiresAt: optional(instant),
    profile: oneOf('released', 'downloaded', 'installed', 'enabled', 'disabled', 'deleted'),
    service: oneOf('inactive', 'active', 'suspended', 'ceased'),
    serial: count,
    createdAt: instant,
    firstInstalledAt: optional(instant),
    firstAttachedAt: optional(instant),
    firstUsedAt: optional(instant),
    attached: optional(network),
    lastNetwork: optional(network),
    lastSeenAt: optional(instant),
  }),
  indexes: {
    serial: (sim) => sortable(sim.serial),
    provider: (sim) => sim.provider + SEPARATOR + sortable(sim.serial),
    iccid: (sim) => sim.iccid + SEPARATOR,
    /** Those whose code can end before it is used, in the order it does. */
    code: ({ profile, codeExpiresAt, serial }) =>
      profile === 'released' && codeExpiresAt !== undefined
        ? sortable(codeExpiresAt) + sortable(serial)
        : undefined,
  },
})

/** Why a profile cannot be downloaded now; `undefined` where it can. */
function downloadProblem(world: World, sim: Sim, confirmation: Confirmation): string | undefined {
  if (!isCodeGood(sim.codeExpiresAt, world.now))
    return 'the installation code is no longer good: it has expired'
  return confirmationProblem(sim, confirmation)
}

/**
 * What the device does to the profile: download, install, enable, disable, delete.
 * @param confirmation what the handset gives to download a profile that asks for it
 * @throws Refusal `wrong-state` for an illegal move, a code no longer good or not confirmed
 */
export function moveProfile(
  world: World,
  sim: Sim,
  event: ProfileEvent,
  confirmation: Confirmation = {},
): Sim {
  const profile = move(profileLifecycle, sim.profile, event)
  const problem = event === 'download' ? downloadProblem(world, sim, confirmation) : undefined
  if (problem) throw new Refusal('wrong-state', problem, { state: sim.profile, event })
  const { attached, ...off } = sim
  const installedAt = event === 'install' ? world.now : undefined
  const moved: Sim = defined({
    ...(profile === 'enabled' ? sim : off),
    profile,
    firstInstalledAt: sim.firstInstalledAt ?? installedAt,
  })
  world.in(sims).put(moved)
  world.emit({
    type: `sim.${PAST[event]}`,
    provider: sim.provider,
    iccid: sim.iccid,
    detail: { from: sim.profile, to: profile },
  })
  return world.in(sims).get(simKey(sim.provider, sim.iccid)) ?? moved
}

/**
 * What the API does to the service: activate, suspend, resume, cease, reactivate.
 * @throws Refusal `wrong-state` for an illegal move
 */
export function moveService(world: World, sim: Sim, event: ServiceEvent): Sim {
  const moved = world.in(sims).put({ ...sim, service: move(serviceLifecycle, sim.service, event) })
  world.emit({
    type: `sim.${SERVICE_PAST[event]}`,
    provider: sim.provider,
    iccid: sim.iccid,
    detail: { service: moved.service },
  })
  return moved
}

const SERVICE_PAST: Readonly<Record<ServiceEvent, string>> = {
  activate: 'activated',
  suspend: 'suspended',
  resume: 'resumed',
  cease: 'ceased',
  reactivate: 'reactivated',
}

const PAST: Readonly<Record<ProfileEvent, string>> = {
  download: 'downloaded',
  install: 'installed',
  enable: 'enabled',
  disable: 'disabled',
  delete: 'deleted',
  release: 'released',
}

/**
 * What a person does with a new eSIM: downloads, installs, enables it, or what
 * of it is left.
 */
export function install(world: World, sim: Sim, confirmation?: Confirmation): Sim {
  let current = sim
  if (current.profile === 'released')
    current = moveProfile(world, current, 'download', confirmation)
  current = moveProfile(world, current, 'install')
  return moveProfile(world, current, 'enable')
}

/**
 * The SIM registers on a network. On the air already: it moves over.
 * @throws Refusal `wrong-state` where the profile is not enabled
 */
export function attach(world: World, sim: Sim, network: Network): Sim {
  if (sim.profile !== 'enabled')
    throw new Refusal(
      'wrong-state',
      `the profile is ${sim.profile}: only an enabled one registers on a network; install it first`,
      { state: sim.profile, event: 'attach' },
    )
  const { now } = world
  const moved: Sim = {
    ...sim,
    attached: network,
    lastNetwork: network,
    lastSeenAt: now,
    firstAttachedAt: sim.firstAttachedAt ?? now,
  }
  world.in(sims).put(moved)

  const { provider, iccid } = sim
  const detail = { country: network.country, network: network.name }
  world.emit({ type: 'sim.attached', provider, iccid, detail })
  if (sim.firstAttachedAt === undefined)
    world.emit({ type: 'sim.first-attached', provider, iccid, detail })
  return moved
}

/**
 * The SIM leaves its network.
 * @throws Refusal `wrong-state` where it is on none
 */
export function detach(world: World, sim: Sim): Sim {
  const { attached, ...off } = sim
  if (!attached)
    throw new Refusal('wrong-state', 'the SIM is on no network', {
      state: 'detached',
      event: 'detach',
    })
  const moved: Sim = { ...off, lastSeenAt: world.now }
  world.in(sims).put(moved)
  world.emit({
    type: 'sim.detached',
    provider: sim.provider,
    iccid: sim.iccid,
    detail: { country: attached.country },
  })
  return moved
}
