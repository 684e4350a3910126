// A reply changed in one place so that it breaks its schema; the operation's own check is the judge.
import type { Reply } from '../../simulators/call.ts'
import { pointerNames } from '../../state/json-pointer.ts'
import type { Operation } from '../spec.ts'

export const CHANGES = ['drop-required', 'wrong-type', 'unknown-enum', 'iccid-number'] as const
export type Change = (typeof CHANGES)[number]

/** A reply that breaks its schema. */
export interface Breach {
  readonly json: string
  /** What is wrong with it now. */
  readonly violation: string
}

/** A value within a reply. */
interface Place {
  readonly steps: readonly string[]
  readonly value: unknown
}

/**
 * Changes a reply where it breaks the schema by that.
 * @param pointer the only place that is tried, where given
 * @returns `undefined` where no place will do
 */
export function broken(
  operation: Operation,
  { status, body }: Reply,
  change: Change,
  pointer: string | undefined,
): Breach | undefined {
  const type = operation.jsonType(status)
  const places = pointer === undefined ? placesIn(body) : placesAt(body, pointerNames(pointer))
  for (const place of places) {
    for (const value of changesOf(place, change)) {
      const hurt = replaced(body, place.steps, value)
      const [violation] = operation.violations(status, type, hurt)
      if (violation === undefined || !isBreach(violation, change)) continue
      const json = JSON.stringify(hurt)
      return { json: change === 'iccid-number' ? inFull(body, place, json) : json, violation }
    }
  }
  return undefined
}

/** Another rule may be broken by the same change: an unknown word must break the list of words. */
function isBreach(violation: string, change: Change): boolean {
  return change !== 'unknown-enum' || violation.includes('allowed values')
}

/** Stands for what is left out. */
const NOTHING = Symbol('nothing')

const ICCID = /^\d{18,22}$/

/** What a value may become, the likeliest first; none where the change is not for it. */
function changesOf({ steps, value }: Place, change: Change): readonly unknown[] {
  switch (change) {
    case 'drop-required':
      return steps.length > 0 && !/^\d+$/.test(steps.at(-1) ?? '') ? [NOTHING] : []
    case 'wrong-type':
      if (typeof value === 'object' && value !== null) return []
      return typeof value === 'string' ? [17, true] : ['seventeen', true]
    case 'unknown-enum':
      return typeof value === 'string' ? ['UNKNOWN_VALUE'] : []
    case 'iccid-number':
      return typeof value === 'string' && ICCID.test(value) && /iccid/i.test(steps.join('/'))
        ? [Number(value)]
        : []
  }
}

/**
 * Every value in a reply, those above before those within; of the items of lists only the first that
 * has such a place, since they are alike.
 */
function placesIn(body: unknown): Place[] {
  const places: Place[] = []
  const known = new Set<string>()
  const visit = (value: unknown, steps: readonly string[], kind: string) => {
    if (!known.has(kind)) {
      known.add(kind)
      places.push({ steps, value })
    }
    if (typeof value !== 'object' || value === null) return
    const isList = Array.isArray(value)
    for (const [name, below] of Object.entries(value))
      visit(below, [...steps, name], `${kind}/${isList ? '' : name}`)
  }
  visit(body, [], '')
  return places
}

function placesAt(body: unknown, steps: readonly string[]): Place[] {
  let value = body
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return []
    value = (value as Readonly<Record<string, unknown>>)[step]
  }
  return [{ steps, value }]
}

/** The same with another value in one place; what lies beside it is shared. */
function replaced(whole: unknown, [step, ...below]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value
  if (Array.isArray(whole))
    return whole.map((item, at) => (String(at) === step ? replaced(item, below, value) : item))
  const record = whole as Readonly<Record<string, unknown>>
  const { [step]: old, ...rest } = record
  if (below.length === 0 && value === NOTHING) return rest
  return { ...record, [step]: replaced(old, below, value) }
}

/** With every digit of the ICCID, which a number of JavaScript cannot hold. */
function inFull(body: unknown, { steps, value }: Place, json: string): string {
  // No text of the reply has this in it: it is longer than all of them.
  const mark = 'x'.repeat(json.length)
  const marked = JSON.stringify(replaced(body, steps, mark))
  return marked.replace(`"${mark}"`, String(value))
}
