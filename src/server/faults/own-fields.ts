// Fields of kinds of faults: shapes that several have, and values of them with their types.
import { addDuration } from '../../state/duration.ts'
import { duration, oneOf, type Shape, whole } from '../../state/shape.ts'
import { LONGEST_WAIT } from '../longest-wait.ts'
import type { AnyKind, FaultField, OwnFields } from './kind.ts'

/** A duration of the wall clock. */
export const wallDuration: Shape<string> = (value) =>
  duration(value) ??
  (addDuration(0, String(value)) > LONGEST_WAIT ? 'must not be longer than a day' : undefined)

export function field(
  shape: FaultField['shape'],
  form: string,
  says: string,
  required?: 'required',
): FaultField {
  return required ? { shape, form, says, required: true } : { shape, form, says }
}

export function words(says: string, ...of: readonly string[]): FaultField {
  return field(oneOf(...of), of.join(', '), says)
}

export function number(low: number, high: number, says: string, required?: 'required'): FaultField {
  return field(whole(low, high), 'a whole number', says, required)
}

/** The sentence of a problem with a field. */
export const sentence = (name: string, problem: string) =>
  problem.startsWith('must ') ? `${name} ${problem}` : `${name}: ${problem}`

/** What is wrong with the own fields of a kind that are known; `undefined` where nothing is. */
export function ownProblem(
  { fields, together }: Pick<AnyKind, 'fields' | 'together'>,
  own: OwnFields,
): string | undefined {
  for (const [name, { shape, form, says, required }] of Object.entries(fields)) {
    const value = own[name]
    if (value === undefined && !required) continue
    if (value === undefined) return `it needs the field ${name}, ${form}: ${says}`
    const problem = shape(value)
    if (problem !== undefined) return sentence(name, problem)
  }
  return together?.(own)
}

/** A text among a kind's own fields, which were checked when it was set. */
export function textIn(own: OwnFields, name: string): string | undefined {
  const value = own[name]
  return typeof value === 'string' ? value : undefined
}

export function numberIn(own: OwnFields, name: string): number | undefined {
  const value = own[name]
  return typeof value === 'number' ? value : undefined
}

/** A duration in ms. */
export function lengthIn(own: OwnFields, name: string, fallback: string): number {
  return addDuration(0, textIn(own, name) ?? fallback)
}
