// What a fault is to match, checked: names that its operations have, values that can be compared.
import { defined } from '../../state/defined.ts'
import type { FaultMatch, NamedValues } from '../../state/faults.ts'
import { pointerNames } from '../../state/json-pointer.ts'
import { Refusal } from '../../state/refusal.ts'
import { isObject } from '../../stores/json-shape.ts'
import type { BodyShape } from '../body-shape.ts'
import { nearest, unknownName } from '../nearest.ts'
import type { Operation } from '../spec.ts'
import { operationsAt, type ProviderNames } from './provider-names.ts'

type Values = Readonly<Record<string, unknown>>

interface Target {
  readonly operation?: string
  readonly callback?: string
}

const PARTS = ['path', 'query', 'headers', 'body']

function wrong(what: string): Refusal {
  return new Refusal('invalid-request', what)
}

/** Header names (RFC 9110 5.1). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/

/** Headers a client may send to anybody: a slip in one of these is no header of one's own. */
const STANDARD = [
  'accept',
  'accept-encoding',
  'accept-language',
  'authorization',
  'cache-control',
  'content-length',
  'content-type',
  'cookie',
  'host',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'origin',
  'prefer',
  'referer',
  'user-agent',
  'x-forwarded-for',
  'x-request-id',
]

/** @throws Refusal `invalid-request` for a name that is not known, or a value that is none */
export function readMatch(input: unknown, target: Target, names: ProviderNames): FaultMatch {
  if (!isObject(input)) throw wrong(`match must be an object of ${PARTS.join(', ')}`)
  for (const [part, values] of Object.entries(input)) {
    if (!PARTS.includes(part)) throw wrong(unknownName('no part of match', part, PARTS))
    if (!isObject(values)) throw wrong(`match.${part} must be an object`)
    if (target.callback !== undefined && part !== 'body')
      throw wrong(`match.${part}: of a callback only the body can be matched`)
  }
  const { path, query, headers, body } = input as Readonly<Record<string, Values | undefined>>
  const affected = operationsAt(names, target.operation ?? '*').map(({ operation }) => operation)
  const told = names.callbackBodies.map((shape) => ({ shape, freeCase: false }))
  for (const pointer of Object.keys(body ?? {})) {
    if (!pointer.startsWith('/'))
      throw wrong(`match.body: "${pointer}" must be a JSON pointer: /name`)
    checkPointer(pointer, target.callback === undefined ? bodiesOf(affected) : told)
  }
  return defined({
    path: path && parametersOf('path', path, affected),
    query: query && parametersOf('query', query, affected),
    headers: headers && headersOf(headers, affected),
    body,
  })
}

function parametersOf(
  part: 'path' | 'query',
  values: Values,
  affected: readonly Operation[],
): NamedValues {
  const known = new Set(
    affected.flatMap(({ object: { parameters = [] } }) =>
      parameters.filter((each) => each.in === part).map((each) => each.name),
    ),
  )
  const unknown = Object.keys(values).find((name) => !known.has(name))
  if (unknown !== undefined) throw wrong(unknownName(`no ${part} parameter`, unknown, known))
  return checkedValues(part, values)
}

function checkedValues(part: string, values: Values): NamedValues {
  const checked: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      throw wrong(`match.${part}.${name} must be a text, a number, true or false`)
    checked[name] = value
  }
  return checked
}

/** By lower-case names. A header of one's own is fine; one that is nearly a known one is a slip. */
function headersOf(headers: Values, affected: readonly Operation[]): NamedValues {
  const known = new Set([...STANDARD, ...affected.flatMap((operation) => operation.headers)])
  const lower: Record<string, string | number | boolean> = {}
  for (const [written, value] of Object.entries(checkedValues('headers', headers))) {
    const name = written.toLowerCase()
    if (!TOKEN.test(name)) throw wrong(`match.headers: "${written}" is no name of a header`)
    const near = known.has(name) ? undefined : nearest(name, known)
    if (near !== undefined && !name.startsWith('x-'))
      throw wrong(`match.headers: there is no header "${written}": did you mean ${near}?`)
    lower[name] = value
  }
  return lower
}

/** A body as far as its names go. */
interface KnownBody {
  readonly shape: BodyShape
  readonly freeCase: boolean
}

/** @throws Refusal where none of these operations takes a body */
function bodiesOf(affected: readonly Operation[]): readonly KnownBody[] {
  const bodies = affected.flatMap(({ body }) => body ?? [])
  if (bodies.length === 0) throw wrong(`match.body: ${affected[0]?.id} takes no body`)
  return bodies
}

/** @throws Refusal where no body has such a place */
function checkPointer(pointer: string, bodies: readonly KnownBody[]): void {
  const misses = bodies.map(({ shape, freeCase }) => missIn(shape, pointerNames(pointer), freeCase))
  const [miss] = misses
  if (!miss || misses.some((each) => each === undefined)) return
  const known = new Set(misses.flatMap((each) => each?.known ?? []))
  throw wrong(`match.body: ${unknownName('no field', miss.step, known)}`)
}

interface Miss {
  readonly step: string
  readonly known: readonly string[]
}

function missIn(shape: BodyShape, steps: readonly string[], freeCase: boolean): Miss | undefined {
  const [step, ...rest] = steps
  if (step === undefined) return undefined
  const below =
    shape.items && /^\d+$/.test(step)
      ? shape.items
      : shape.names.get(freeCase ? (shape.spelling.get(step.toLowerCase()) ?? step) : step)
  if (below) return missIn(below, rest, freeCase)
  // Nothing is said of what an object of free fields may hold.
  return shape.names.size === 0 && !shape.items
    ? undefined
    : { step, known: [...shape.names.keys()] }
}
