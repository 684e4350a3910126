// What the handset and the network do to a SIM.
import { reply } from '../simulators/call.ts'
import { findNetwork } from '../simulators/countries.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { defined } from '../state/defined.ts'
import type { Confirmation } from '../state/installation-code.ts'
import { Refusal } from '../state/refusal.ts'
import type { ProfileEvent, ProfileState } from '../state/sim-lifecycle.ts'
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
import { type ControlHandlers, providerOf } from './call.ts'
import { bytesOf } from './data-amount.ts'
import type { Schemas } from './operations.ts'
import { simOf } from './sims.ts'
import { beforeShown, eventShown, simShown } from './wire.ts'

/** A call that names a SIM and nothing else. */
type SimCall = Parameters<typeof simOf>[0]

/** What a device does to a SIM, inside a transaction. */
export type Act<Outcome> = (world: World, sim: Sim, simulator: Simulator) => Outcome

/**
 * Does something to a SIM in one transaction: what came of it, and the SIM and
 * events after it.
 */
function onDevice<Outcome>(call: SimCall, act: Act<Outcome>) {
  const { world } = call.hosted
  const sim = simOf(call)
  const { simulator } = providerOf(call.server, sim.provider)
  beforeShown(world)
  const { result, events } = world.transaction(() => act(world, sim, simulator))
  const after = {
    sim: simShown(world, current(world, sim), call.server.redactor),
    events: events.map(eventShown),
  }
  return { outcome: result, after }
}

/** A SIM as it is now. */
function current(world: World, sim: Sim): Sim {
  return world.in(sims).get(simKey(sim.provider, sim.iccid)) ?? sim
}

/** Answers a call with what the device did. */
function answerMove(call: SimCall, act: Act<unknown>) {
  return reply(200, onDevice(call, act).after)
}

/** What to do with a profile in each state, where it was asked to do what it cannot. */
const NEXT: Readonly<Record<ProfileState, string>> = {
  released: 'install it, which downloads and enables it, too',
  downloaded: 'install it, which enables it, too',
  installed: 'enable it',
  enabled: 'it is ready to be attached and used; to delete it, disable it first',
  disabled: 'enable it, or delete it',
  deleted:
    'it is off the handset for good, unless its provider releases it again: take another SIM',
}

/** A move of the profile; one that is refused says what can be done instead. */
function withNext<Outcome>(act: Act<Outcome>): Act<Outcome> {
  return (world, sim, simulator) => {
    try {
      return act(world, sim, simulator)
    } catch (error) {
      const state = error instanceof Refusal ? error.detail.state : undefined
      if (!(error instanceof Refusal) || state !== sim.profile) throw error
      throw new Refusal('wrong-state', `${error.message}: ${NEXT[sim.profile]}`, error.detail)
    }
  }
}

/** What a handset gives to download a profile, beside what its provider's settings want. */
function confirmation(
  body: Schemas['Handset'] | undefined,
  world: World,
  { settings }: Simulator,
): Confirmation {
  const { confirmationCode: wanted } = world.settings(settings)
  return defined({
    given: body?.confirmationCode,
    wanted: wanted === undefined ? undefined : String(wanted),
  })
}

/** @throws Refusal `invalid-request` where there is no such network */
function networkIn(simulator: Simulator, { country, operator }: Schemas['Attach']): Network {
  const network = findNetwork(country.toUpperCase(), operator)
  if (network) return network

  const where = operator === undefined ? country : `${operator} in ${country}`
  const how = 'give an ISO 3166 alpha-2 country, and an operator only where you need that one'
  throw new Refusal('invalid-request', `${simulator.title} knows no network ${where}: ${how}`)
}

/** The fields of which a use has exactly one. */
const AMOUNTS = ['data', 'bytes', 'sms', 'minutes'] as const

/**
 * A use that is ready to happen to a SIM on the air.
 * @throws Refusal `invalid-request`
 */
function usageOf(use: Schemas['Use']): (world: World, sim: Sim, rules: UsageRules) => Usage {
  const { data, sms, minutes = 0, direction = 'outbound', peer } = use
  const { bytes = data === undefined ? 0 : bytesOf(data) } = use
  if (AMOUNTS.filter((name) => Object.hasOwn(use, name)).length !== 1)
    throw new Refusal(
      'invalid-request',
      'give exactly one of "data", as in {"data": "500MB"}, "bytes", "sms" and "minutes"',
    )

  const party: CallParty = defined({
    direction: direction.startsWith('in') ? ('inbound' as const) : ('outbound' as const),
    peer,
  })
  if (sms !== undefined)
    return (world, sim, rules) =>
      useService(world, sim, rules, { kind: 'sms', quantity: sms, party })
  if (bytes > 0) return (world, sim, rules) => useData(world, sim, rules, { bytes, party })
  const seconds = Math.max(1, Math.round(minutes * 60))
  return (world, sim, rules) =>
    useService(world, sim, rules, { kind: 'voice', quantity: seconds, party })
}

/** Registers a SIM that is on no network where its next bundle works. */
function attachAtHome(world: World, sim: Sim, simulator: Simulator): Sim {
  if (sim.profile !== 'enabled') {
    const how = `POST /_sim/sims/${sim.iccid}/install first`
    throw new Refusal('wrong-state', `the profile is ${sim.profile}: ${how}`)
  }
  const country = simulator.device.homeCountry?.(world, sim)
  const network = country === undefined ? undefined : findNetwork(country)
  if (!network) {
    const how = `POST /_sim/sims/${sim.iccid}/attach with a country first`
    throw new Refusal('wrong-state', `the SIM is on no network, and no bundle says where: ${how}`)
  }
  return attach(world, sim, network)
}

/** Uses something; a SIM on no network is attached first, and the outcome says where. */
const useOf =
  (body: Schemas['Use']): Act<Usage & { readonly attached?: Network }> =>
  (world, sim, simulator) => {
    const use = usageOf(body)
    const { usage: rules } = simulator.device
    if (sim.attached) return use(world, sim, rules)

    const { attached } = attachAtHome(world, sim, simulator)
    return defined({ ...use(world, current(world, sim), rules), attached })
  }

const profileMove = (event: ProfileEvent) => () =>
  withNext((world, sim) => moveProfile(world, sim, event))

/** What can be done to a SIM, each made of the body of its call. */
export const acts = {
  download: (body?: Schemas['Handset']) =>
    withNext((world, sim, simulator) =>
      moveProfile(world, sim, 'download', confirmation(body, world, simulator)),
    ),
  install: (body?: Schemas['Handset']) =>
    withNext((world, sim, simulator) => install(world, sim, confirmation(body, world, simulator))),
  enable: profileMove('enable'),
  disable: profileMove('disable'),
  delete: profileMove('delete'),
  attach:
    (body: Schemas['Attach']): Act<Sim> =>
    (world, sim, simulator) =>
      attach(world, sim, networkIn(simulator, body)),
  detach: (): Act<Sim> => detach,
  use: useOf,
} as const

export const deviceHandlers = {
  downloadSim: (call) => answerMove(call, acts.download(call.body)),
  installSim: (call) => answerMove(call, acts.install(call.body)),
  enableSim: (call) => answerMove(call, acts.enable()),
  disableSim: (call) => answerMove(call, acts.disable()),
  deleteSim: (call) => answerMove(call, acts.delete()),
  attachSim: (call) => answerMove(call, acts.attach(call.body)),
  detachSim: (call) => answerMove(call, acts.detach()),
  useSim(call) {
    const { outcome, after } = onDevice(call, acts.use(call.body))
    return reply(200, { ...outcome, ...after })
  },
} satisfies Partial<ControlHandlers>
