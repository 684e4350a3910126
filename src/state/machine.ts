// The lifecycles as data: states, moves, and what each is in words; for diagrams.
import { type BundleEvent, type BundleState, bundleLifecycle } from './bundle-lifecycle.ts'
import type { Lifecycle } from './lifecycle.ts'
import {
  type ProfileEvent,
  type ProfileState,
  profileLifecycle,
  type ServiceEvent,
  type ServiceState,
  serviceLifecycle,
} from './sim-lifecycle.ts'

/** One move of a machine. */
export interface Move {
  readonly from: string
  readonly to: string
  /** The event that makes it, as in `install`. */
  readonly by: string
  /** What that is, in one plain sentence without a full stop. */
  readonly says: string
}

/** A table of states for people: of all providers where none is named. */
export interface Machine {
  /** What moves: `profile`, `service`, `bundle`, `order`, `subscription`. */
  readonly name: string
  readonly says: string
  readonly provider?: string
  /** Where it begins. */
  readonly initial: string
  readonly states: readonly { readonly name: string; readonly says: string }[]
  readonly moves: readonly Move[]
}

/** What a machine is made from: its table, and words for it. */
interface MachineParts<State extends string, Event extends string> {
  readonly name: string
  readonly says: string
  readonly provider?: string
  readonly table: Lifecycle<State, Event>
  readonly initial: State
  readonly states: Readonly<Record<State, string>>
  /** The moves there are, and what each is; where several providers differ, those of this one. */
  readonly moves: Readonly<Partial<Record<Event, string>>>
}

/**
 * Makes a machine of a table: of its moves those that have words, of its states those they reach.
 * @example
 * machineOf<State, Event>({
 *   name: 'order',
 *   says: 'An order, which is carried out two minutes later.',
 *   provider: 'acme-mobile',
 *   table: { pending: { settle: 'completed' }, completed: {} },
 *   initial: 'pending',
 *   states: { pending: 'it waits', completed: 'it is carried out' },
 *   moves: { settle: 'its two minutes are over' },
 * })
 */
export function machineOf<State extends string, Event extends string>(
  parts: MachineParts<State, Event>,
): Machine {
  const { table, states, moves: words, name, says, provider, initial } = parts
  const inTable = Object.entries(table) as [State, Readonly<Partial<Record<Event, State>>>][]
  const all = inTable.flatMap(([from, events]) =>
    (Object.entries(events) as [Event, State][]).map(([by, to]) => ({ from, to, by })),
  )
  const moves = all.flatMap(({ from, to, by }): Move[] => {
    const what: string | undefined = words[by]
    return what === undefined ? [] : [{ from, to, by, says: what }]
  })
  const reached = new Set<string>([initial, ...moves.map(({ to }) => to)])
  const inWords: readonly [string, string][] = Object.entries(states)
  const shown = inWords.filter(([state]) => reached.has(state))
  const machine = {
    name,
    says,
    initial,
    states: shown.map(([state, text]) => ({ name: state, says: text })),
    moves: moves.filter(({ from }) => reached.has(from)),
  }
  return provider === undefined ? machine : { ...machine, provider }
}

const PROFILE_STATES: Readonly<Record<ProfileState, string>> = {
  released: 'it waits at the SM-DP+ for a handset that downloads it',
  downloaded: 'a handset has it, and has not installed it',
  installed: 'it is on the card, switched off',
  enabled: 'it is switched on: it can be on a network',
  disabled: 'it is on the card, switched off',
  deleted: 'it is off the card',
}

const PROFILE_MOVES: Readonly<Record<ProfileEvent, string>> = {
  download: 'the handset downloads it with its activation code',
  install: 'the handset installs it',
  enable: 'the user switches it on',
  disable: 'the user switches it off',
  delete: 'the user deletes it from the handset',
  release: 'its provider gives it out for another download',
}

/** The machine of every profile. */
export const profileMachine: Machine = machineOf({
  name: 'profile',
  says: 'The profile of an eSIM, by GSMA SGP.22: on the SM-DP+ first, then on the card. A handset makes these moves.',
  table: profileLifecycle,
  initial: 'released',
  states: PROFILE_STATES,
  moves: PROFILE_MOVES,
})

const SERVICE_STATES: Readonly<Record<ServiceState, string>> = {
  inactive: 'no network serves it yet',
  active: 'networks serve it',
  suspended: 'no network serves it until it is resumed',
  ceased: 'no network serves it any more',
}

/**
 * The machine of the service of a provider's SIMs: the moves that it makes, in its words.
 * @param provider its slug
 * @param initial of a SIM that is new
 * @param moves those that `moveService` is called for, each with what it is, without a full stop
 * @example
 * serviceMachine('acme-mobile', 'active', { suspend: 'the eSIM is suspended' })
 */
export function serviceMachine(
  provider: string,
  initial: ServiceState,
  moves: Readonly<Partial<Record<ServiceEvent, string>>>,
): Machine {
  const says = "The service of a SIM. The provider's API makes these moves."
  const states = SERVICE_STATES
  return machineOf({
    name: 'service',
    says,
    provider,
    table: serviceLifecycle,
    initial,
    states,
    moves,
  })
}

const BUNDLE_STATES: Readonly<Record<BundleState, string>> = {
  processing: 'it is being put on the SIM',
  queued: 'it is ready, and has not begun',
  active: 'it carries data until it is used up or ends',
  depleted: 'its data is used up; it has not ended',
  expired: 'it has ended',
}

const BUNDLE_MOVES: Readonly<Record<BundleEvent, string>> = {
  process: 'it is ready for use',
  start: 'its SIM uses data, or its time has come',
  deplete: 'its last byte is used',
  expire: 'its duration is over',
}

/** The machine of every bundle. */
export const bundleMachine: Machine = machineOf({
  name: 'bundle',
  says: 'What a SIM has of data, whatever its provider calls it: a bundle, a product, a bucket of a plan.',
  table: bundleLifecycle,
  initial: 'processing',
  states: BUNDLE_STATES,
  moves: BUNDLE_MOVES,
})

/** The machines that are the same at every provider. */
export const sharedMachines: readonly Machine[] = [profileMachine, bundleMachine]
