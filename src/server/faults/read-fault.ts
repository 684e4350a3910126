// A fault as somebody asks for it, checked: what is wrong is said with the nearest name and the list.
import type { Simulator } from '../../simulators/simulator.ts'
import { defined } from '../../state/defined.ts'
import { addDuration, durationProblem } from '../../state/duration.ts'
import { type FaultWhen, LONGEST_FAULT, type NewFault } from '../../state/faults.ts'
import { instantOf, iso } from '../../state/instant.ts'
import { Refusal } from '../../state/refusal.ts'
import { ordinal } from '../../state/shape.ts'
import { isObject } from '../../stores/json-shape.ts'
import { unknownName } from '../nearest.ts'
import type { Operation } from '../spec.ts'
import type { CallKind, FaultKind, OwnFields } from './kind.ts'
import { callbackKindsByName, callKindsByName } from './kinds.ts'
import { ownProblem, sentence } from './own-fields.ts'
import { namesOf, operationNamed, operationsAt, type ProviderNames } from './provider-names.ts'
import { readMatch } from './read-match.ts'

/** A checked fault; `until` as it was written, since it may be counted from when it is set. */
export interface FaultRequest extends Omit<NewFault, 'until'> {
  readonly until?: string
}

/** Fields of all faults, in the order they are told. */
const COMMON = [
  'provider',
  'operation',
  'callback',
  'kind',
  'when',
  'match',
  'nth',
  'times',
  'until',
]

const ALL = '*'

function wrong(what: string): Refusal {
  return new Refusal('invalid-request', what)
}

/**
 * Checks a fault against the providers' specs.
 * @param input as it came, unchecked
 * @throws Refusal `invalid-request` naming the first thing that is wrong
 */
export async function readFault(
  input: unknown,
  simulators: readonly Simulator[],
): Promise<FaultRequest> {
  if (!isObject(input)) throw wrong('a fault must be an object')
  if (JSON.stringify(input).length > LONGEST_FAULT)
    throw wrong(`a fault must have at most ${LONGEST_FAULT} characters of JSON`)
  const names = await namesOf(providerOf(input.provider, simulators))
  const kind = kindOf(input)
  const own = ownFieldsOf(kind, input)
  const target = targetOf(kind, input, names)
  const request: FaultRequest = defined({
    provider: names.simulator.slug,
    ...target,
    kind: kind.name,
    when: kind.of === 'operation' ? whenOf(kind, own, input.when) : undefined,
    match: input.match === undefined ? undefined : readMatch(input.match, target, names),
    nth: ordinalIn(input, 'nth'),
    times: ordinalIn(input, 'times'),
    until: untilIn(input),
    own,
  })
  if (kind.of === 'operation') checkOperations(kind, request, names)
  else if (input.when !== undefined) throw wrong(`when: ${kind.name} is a fault of callbacks`)
  return request
}

/**
 * Checks a list of faults, as of a config.
 * @throws Refusal `invalid-request` naming the first that is wrong, as in `faults[0]`
 */
export async function readFaults(
  input: unknown,
  simulators: readonly Simulator[],
): Promise<readonly FaultRequest[]> {
  if (!Array.isArray(input)) throw wrong('faults must be a list')
  const read: FaultRequest[] = []
  for (const [at, each] of input.entries()) {
    try {
      read.push(await readFault(each, simulators))
    } catch (error) {
      throw error instanceof Refusal ? wrong(`faults[${at}]: ${error.message}`) : error
    }
  }
  return read
}

/** A checked fault as it is set at virtual time `now`; it may be over by then. */
export function faultAt({ until, ...fault }: FaultRequest, now: number): NewFault {
  return until === undefined
    ? fault
    : { ...fault, until: instantOf(until) ?? addDuration(now, until) }
}

/** @throws Refusal `invalid-request` where a fault would be over as it is set */
export function checkNotOver({ until = Number.POSITIVE_INFINITY }: NewFault, now: number): void {
  if (until <= now) throw wrong(`until: that is over, the world's clock shows ${iso(now)}`)
}

function providerOf(slug: unknown, simulators: readonly Simulator[]): Simulator {
  const slugs = simulators.map((each) => each.slug)
  if (slug === undefined) throw wrong(`a fault needs a provider: ${slugs.join(', ')}`)
  const found = simulators.find((each) => each.slug === slug)
  if (!found) throw wrong(unknownName('no provider', String(slug), slugs))
  return found
}

/** The kind that is asked for: of callbacks where it names one, or where there are no others. */
function kindOf({ kind, operation, callback }: OwnFields): FaultKind {
  if (operation !== undefined && callback !== undefined)
    throw wrong('a fault has an operation or a callback, and not both')
  const name = String(kind)
  const ofCalls = callKindsByName.get(name)
  const ofCallbacks = callbackKindsByName.get(name)
  const found = callback === undefined ? (ofCalls ?? ofCallbacks) : ofCallbacks
  if (found && (operation === undefined || found.of === 'operation')) return found
  if (ofCalls)
    throw wrong(`${name} is a fault of calls: name an operation in place of the callback`)
  if (ofCallbacks)
    throw wrong(`${name} is a fault of callbacks: name a callback in place of the operation`)

  const kinds = new Set([...callKindsByName.keys(), ...callbackKindsByName.keys()])
  if (kind === undefined) throw wrong(`a fault needs a kind: ${[...kinds].join(', ')}`)
  throw wrong(unknownName('no kind', name, kinds))
}

/** The kind's own fields among all. */
function ownFieldsOf(kind: FaultKind, input: OwnFields): OwnFields {
  const own: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(input)) {
    if (COMMON.includes(name) || value === undefined) continue
    if (!Object.hasOwn(kind.fields, name))
      throw wrong(unknownName(`no field of ${kind.name}`, name, fieldNames(kind)))
    own[name] = value
  }
  const problem = ownProblem(kind, own)
  if (problem !== undefined) throw wrong(`${kind.name}: ${problem}`)
  return own
}

function fieldNames(kind: FaultKind): string[] {
  const target = kind.of === 'operation' ? 'callback' : 'operation'
  const common = COMMON.filter((name) => name !== target)
  return [...common, ...Object.keys(kind.fields)]
}

type Target = Pick<NewFault, 'operation' | 'callback'>

function targetOf(kind: FaultKind, input: OwnFields, names: ProviderNames): Target {
  const written = kind.of === 'operation' ? input.operation : input.callback
  if (written !== undefined && typeof written !== 'string')
    throw wrong(`${kind.of} must be a text, as in ${ALL}`)
  if (kind.of === 'operation')
    return {
      operation: written === undefined || written === ALL ? ALL : operationNamed(names, written),
    }
  return { callback: callbackNamed(names, written ?? ALL) }
}

function callbackNamed({ simulator, webhooks }: ProviderNames, written: string): string {
  if (!simulator.callbacks) throw wrong(`${simulator.title} sends no callbacks`)
  if (written === ALL) return ALL
  const names = [...new Set([...webhooks, ...simulator.callbacks.types])]
  if (names.includes(written)) return written
  throw wrong(unknownName(`no callback of ${simulator.slug}`, written, names))
}

function whenOf(kind: CallKind, own: OwnFields, asked: unknown): FaultWhen {
  const fine = kind.whenWith?.(own) ?? kind.when
  if (asked === undefined) return fine[0] ?? kind.when[0]
  const found = fine.find((each) => each === asked)
  if (found) return found
  if (asked !== 'before' && asked !== 'after') throw wrong('when must be one of before, after')
  throw wrong(`when: ${kind.name} is possible ${fine.join(', ')} the change, and not ${asked} it`)
}

function ordinalIn(input: OwnFields, name: string): number | undefined {
  const value = input[name]
  if (value === undefined) return undefined
  const problem = ordinal(value)
  if (problem !== undefined) throw wrong(sentence(name, problem))
  return Number(value)
}

function untilIn({ until }: OwnFields): string | undefined {
  if (until === undefined) return undefined
  if (typeof until === 'string' && (instantOf(until) !== undefined || !durationProblem(until)))
    return until
  throw wrong('until must be an instant such as 2026-01-31T12:00:00Z, or a duration such as PT5M')
}

/** @throws Refusal where the kind will not do at an operation it is set for, in any version */
function checkOperations(kind: CallKind, request: FaultRequest, names: ProviderNames): void {
  const { operation: id = ALL } = request
  const { until: _, ...fault } = request
  if (id !== ALL && !operationsAt(names, id).some(({ operation }) => isConcerned(kind, operation)))
    throw wrong(`${kind.name} cannot happen to ${id}`)
  const ids = id === ALL ? [...names.operations.keys()] : [id]
  for (const each of ids) {
    const versions = operationsAt(names, each).filter(({ operation }) =>
      isConcerned(kind, operation),
    )
    const problems = versions.map((at) => kind.problem?.(fault, at, names))
    const [problem] = problems
    if (problem !== undefined && problems.every((found) => found !== undefined))
      throw wrong(problem)
  }
}

function isConcerned({ concerns }: CallKind, operation: Operation): boolean {
  return concerns === undefined || concerns(operation)
}
