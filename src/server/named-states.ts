// Named states that a world begins from: read out of a text, held to what providers know, written as one.
import type { NamedState, Simulator, StateParameter, StateValues } from '../simulators/simulator.ts'
import { Refusal } from '../state/refusal.ts'
import { nearest } from './nearest.ts'

/** A state that was asked for, held to what providers know. */
export interface GivenState {
  readonly name: string
  /** Those that were given. */
  readonly values: StateValues
}

/**
 * States as they are written: `an assigned bundle`, `balance 12.50`, or several with `;` between,
 * as in `balance {"amount": 12.5}; an order {"reference": "R-1"}`.
 * @throws Refusal `invalid-request` for a name no provider knows, and for values that cannot be
 */
export function statesGiven(
  given: string | undefined,
  simulators: readonly Simulator[],
): GivenState[] {
  if (given === undefined) return []
  const states = given.split(';').map((part) => stateGiven(part.trim(), simulators))
  for (const { slug, seeds } of simulators) {
    const own = states.filter(({ name }) => Object.hasOwn(seeds, name))
    if (own.length < 2) continue
    const names = own.map(({ name }) => `"${name}"`).join(' and ')
    throw wrong(`${slug} cannot begin with both ${names}: give one of them`)
  }
  return states
}

/** A state as `statesGiven` reads it. */
export function givenText({ name, values }: GivenState): string {
  if (Object.keys(values).length === 0) return name
  return `${name} ${JSON.stringify(values).replaceAll(';', '\\u003b')}`
}

/**
 * A state by its name and values of any type, as others keep them.
 * @throws Refusal `invalid-request`
 */
export function namedState(
  name: string,
  values: Readonly<Record<string, unknown>>,
  simulators: readonly Simulator[],
): GivenState {
  const written = stateGiven(name, simulators)
  const state = stateOf(written.name, simulators)
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined)
  if (!state && given.length > 0)
    throw wrong(`the state "${name}" takes no values, and was given ${given[0]?.[0]}`)
  const own = given.map(([key, value]) => [key, checkedValue(written.name, state, key, value)])
  return { name: written.name, values: { ...written.values, ...Object.fromEntries(own) } }
}

/** What values are that are left out. */
export function fallbacksOf({ parameters }: NamedState): StateValues {
  const known = Object.entries(parameters).map(([name, { fallback }]) => [name, fallback])
  return Object.fromEntries(known)
}

/** The name of a state with those of its values: `an order {reference, bundle}`. */
export function stateTitle(name: string, { parameters }: Pick<NamedState, 'parameters'>): string {
  const names = Object.keys(parameters)
  return names.length === 0 ? name : `${name} {${names.join(', ')}}`
}

function stateOf(name: string, simulators: readonly Simulator[]): NamedState | undefined {
  const owner = simulators.find(({ states = {} }) => Object.hasOwn(states, name))
  return owner?.states?.[name]
}

function stateGiven(text: string, simulators: readonly Simulator[]): GivenState {
  if (simulators.some(({ seeds }) => Object.hasOwn(seeds, text))) return { name: text, values: {} }
  const names = simulators.flatMap(({ states = {} }) => Object.keys(states))
  // The longest first: "an eSIM with a bundle" before "an eSIM".
  const longest = names.toSorted((a, b) => b.length - a.length)
  const name = longest.find((each) => text === each || text.startsWith(`${each} `))
  const state = name === undefined ? undefined : stateOf(name, simulators)
  if (name === undefined || !state) throw unknownState(text, simulators)
  const rest = text.slice(name.length).trim()
  const isTitle = /^\{\w+(?:, *\w+)*\}$/.test(rest)
  if (rest === '' || isTitle) return { name, values: {} }
  if (rest.startsWith('{')) return namedState(name, objectIn(name, rest), simulators)
  const [first] = Object.keys(state.parameters)
  // Another state, rather than a value: it would be taken for one.
  if (first === undefined || /\s/.test(rest)) throw unknownState(text, simulators)
  return { name, values: { [first]: checkedValue(name, state, first, rest) } }
}

function objectIn(name: string, text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    throw wrong(`the values of the state "${name}" are no JSON: write them as {"name": "value"}`)
  }
}

function checkedValue(
  name: string,
  state: NamedState | undefined,
  key: string,
  value: unknown,
): string | number | boolean {
  const parameters = state?.parameters ?? {}
  const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined
  const known = Object.keys(parameters).join(', ')
  if (!parameter) throw wrong(`the state "${name}" takes no "${key}": it takes ${known}`)
  const read = readValue(parameter, value)
  if (read === undefined)
    throw wrong(`the state "${name}": ${key} must be a ${parameter.kind}: ${parameter.says}`)
  return read
}

/** What else holds values has texts for numbers, too. */
function readValue({ kind, pattern = '.*' }: StateParameter, value: unknown) {
  if (kind === 'text') {
    const text = typeof value === 'number' ? String(value) : value
    const fits = typeof text === 'string' && new RegExp(`^(?:${pattern})$`, 's').test(text)
    return fits ? text : undefined
  }
  if (kind === 'flag')
    return typeof value === 'boolean' ? value : { true: true, false: false }[String(value)]
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

function unknownState(text: string, simulators: readonly Simulator[]): Refusal {
  const seeds = simulators.flatMap((each) => Object.keys(each.seeds))
  const states = simulators.flatMap((each) => Object.entries(each.states ?? {}))
  const names = [...new Set([...seeds, ...states.map((each) => stateTitle(...each))])]
  const near = nearest(text, [...seeds, ...states.map(([name]) => name)])
  const meant = near === undefined ? '' : ` (did you mean "${near}"?)`
  const quoted = names.map((name) => `"${name}"`).join(', ')
  return wrong(`there is no state "${text}"${meant}; there are: ${quoted}`)
}

const wrong = (message: string) => new Refusal('invalid-request', message)
