// What the states of a contract stand for: named states of a provider, and what only a contract can ask for.
import {
  fallbacksOf,
  type GivenState,
  givenText,
  namedState,
  stateTitle,
} from '../../server/named-states.ts'
import type { Simulator, StateParameter } from '../../simulators/simulator.ts'
import type { WantedState } from './pact-file.ts'

/** The request goes as the contract has it: with its own credentials, or with none. */
export const OWN_CREDENTIALS = 'no credentials'
/** Says which callback a message is. */
export const CALLBACK = 'a callback'

const CALLBACK_PARAMETERS: Readonly<Record<string, StateParameter>> = {
  type: { kind: 'text', says: 'a type of the provider, as in its document' },
  iccid: { kind: 'text', says: 'of the SIM it is about; the newest one where it is left out' },
  version: { kind: 'number', says: 'of the callback, where the provider has several' },
}

/** A state as it is listed. */
export interface ListedState {
  readonly provider: string
  readonly name: string
  readonly says: string
  readonly parameters: Readonly<Record<string, StateParameter>>
}

/** The states that a world may begin from. */
export function seedsAndStates(simulator: Simulator): ListedState[] {
  const { slug, seeds, seedTexts = {}, states = {} } = simulator
  const begun = Object.keys(seeds).map((name) => {
    const says = seedTexts[name] ?? 'a world begins so'
    return { provider: slug, name, says, parameters: {} }
  })
  const laid = Object.entries(states).map(([name, { says, parameters }]) => {
    return { provider: slug, name, says, parameters }
  })
  return [...begun, ...laid]
}

/** The states that contracts with a provider may name. */
export function listedStates(simulator: Simulator): ListedState[] {
  const { slug, callbacks } = simulator
  const credentials = {
    provider: slug,
    name: OWN_CREDENTIALS,
    says: 'the request goes as the contract has it: with its own credentials, or with none',
    parameters: {},
  }
  const callback = {
    provider: slug,
    name: CALLBACK,
    says: `which callback a message is: ${callbacks?.types.join(', ')}`,
    parameters: CALLBACK_PARAMETERS,
  }
  return [...seedsAndStates(simulator), credentials, ...(callbacks ? [callback] : [])]
}

/** The name of a listed state with those of its values. */
export const listedTitle = (state: ListedState) => stateTitle(state.name, state)

/** What the states of an interaction come to. */
export interface ReadStates {
  /** What its world begins from; `undefined` for the default state. */
  readonly given: string | undefined
  /** Whether the request keeps the credentials it has. */
  readonly hasOwnCredentials: boolean
  /** What is said of the callback that a message is. */
  readonly callback: WantedCallback | undefined
  /** Values of its states, those that were left out among them. */
  readonly values: Readonly<Record<string, unknown>>
}

export interface WantedCallback {
  readonly type: string
  readonly iccid?: string
  readonly version?: number
}

/** @throws Refusal for a state that the provider does not have, and values it cannot have */
export function readStates(states: readonly WantedState[], provider: Simulator): ReadStates {
  const types = provider.callbacks?.types ?? []
  const own = { ...provider, states: { ...provider.states, ...ofContracts(provider) } }
  const found = states.map(({ name, params }) =>
    types.includes(name)
      ? { name: CALLBACK, values: { type: name, ...params } }
      : namedState(name, params, [own]),
  )
  const laid = found.filter(({ name }) => name !== OWN_CREDENTIALS && name !== CALLBACK)
  const callback = found.find(({ name }) => name === CALLBACK)?.values
  return {
    given: laid.length === 0 ? undefined : laid.map(givenText).join('; '),
    hasOwnCredentials: found.some(({ name }) => name === OWN_CREDENTIALS),
    callback: callback as WantedCallback | undefined,
    values: Object.assign({}, ...found.map((each) => valuesOf(each, own))) as ReadStates['values'],
  }
}

/** States that are no part of a world. */
function ofContracts({ callbacks }: Simulator): NonNullable<Simulator['states']> {
  const none = { says: '', parameters: {}, lay: () => {} }
  const callback = { [CALLBACK]: { ...none, parameters: CALLBACK_PARAMETERS } }
  return { [OWN_CREDENTIALS]: none, ...(callbacks ? callback : {}) }
}

function valuesOf({ name, values }: GivenState, { states }: Simulator): GivenState['values'] {
  const state = states && Object.hasOwn(states, name) ? states[name] : undefined
  return { ...(state ? fallbacksOf(state) : {}), ...values }
}

/**
 * The callback that a message is: as its states say, else the longest type that its description
 * names.
 * @throws Error with the types there are
 */
export function callbackWanted(
  description: string,
  { callback }: ReadStates,
  { callbacks, title }: Simulator,
): WantedCallback {
  const types = callbacks?.types ?? []
  if (types.length === 0) throw new Error(`${title} sends no callbacks: no message is one of it`)
  const words = ` ${description.toLowerCase().replaceAll(/[^a-z0-9]+/g, ' ')} `
  const longest = types.toSorted((a, b) => b.length - a.length)
  const named = longest.find((type) => words.includes(` ${type.toLowerCase()} `))
  const wanted = callback ?? (named === undefined ? undefined : { type: named })
  if (wanted && types.includes(wanted.type)) return wanted
  const what = wanted
    ? `${title} has no callback "${wanted.type}"`
    : `no callback of ${title} is named by "${description}", and by no state`
  throw new Error(`${what}: name one of ${types.join(', ')}`)
}
