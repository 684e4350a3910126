// Criteria: simple conditions, regular expressions and JSONPath, and what their parts are worth.
import { defined } from '../state/defined.ts'
import { reasonOf } from '../state/reason.ts'
import {
  type Condition,
  ConditionError,
  expressionsOf,
  holds,
  isEqualButForCase,
  readCondition,
  worth,
} from './conditions.ts'
import {
  type Expression,
  evaluate,
  expressionsIn,
  pointedAt,
  readExpression,
  readPointer,
  readTemplate,
  resolved,
  type Scope,
  textOf,
} from './expressions.ts'
import type { Criterion, CriterionType, Selector } from './language.ts'

/** A criterion, read. */
export type ReadCriterion =
  | { readonly type: 'simple'; readonly condition: Condition; readonly text: string }
  | {
      readonly type: 'regex' | 'jsonpath'
      readonly context: Expression
      readonly contextText: string
      /** May have expressions between braces. */
      readonly pattern: string
      readonly text: string
    }

/** Why a criterion cannot be read. `field` is where, `column` how far into it. */
export class CriterionError extends Error {
  readonly field: 'condition' | 'context' | 'selector'
  readonly column: number

  constructor(field: CriterionError['field'], message: string, column = 0) {
    super(message)
    this.field = field
    this.column = column
  }
}

/** @throws CriterionError */
export function readCriterion({ condition, context, type = 'simple' }: Criterion): ReadCriterion {
  const kind = nameOf(type)
  if (kind === 'simple' || context === undefined)
    return { type: 'simple', condition: conditionIn(condition), text: condition }
  const read = reading('context', () => readExpression(context))
  reading('condition', () => readTemplate(condition))
  if (kind === 'regex') reading('condition', () => new RegExp(filledIn(condition), 'u'))
  return { type: kind, context: read, contextText: context, pattern: condition, text: condition }
}

/** The name of a type, which may be an object with its version: the schema knows which there are. */
function nameOf<Name extends string>(type: Name | CriterionType<Name>): Name {
  return typeof type === 'object' ? type.type : type
}

/** The pattern with something harmless in the place of its expressions, to look at its syntax. */
function filledIn(pattern: string, harmless = 'x'): string {
  return pattern.replaceAll(/\{\$[A-Za-z][^{}]*\}/g, harmless)
}

function conditionIn(text: string): Condition {
  try {
    return readCondition(text)
  } catch (error) {
    if (error instanceof ConditionError)
      throw new CriterionError('condition', error.message, error.at)
    throw error
  }
}

function reading<T>(field: 'condition' | 'context', read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new CriterionError(field, reasonOf(error))
  }
}

/** Every expression in a criterion. @throws CriterionError */
export function expressionsOfCriterion(criterion: Criterion): Expression[] {
  const read = readCriterion(criterion)
  if (read.type === 'simple') return expressionsOf(read.condition)
  return [read.context, ...expressionsIn(read.pattern)]
}

/** What a criterion came to. */
export interface Verdict {
  readonly holds: boolean
  /** What each expression in it was worth, as written there. */
  readonly seen: readonly { readonly expression: string; readonly value: unknown }[]
  /** The value it would have held with, where a `==` says it. */
  readonly expectedValue?: unknown
  /** What else a reader wants to know: why it does not hold, or that it nearly does not. */
  readonly note?: string
}

/** Holds a criterion to what is there. */
export async function judged(criterion: ReadCriterion, scope: Scope): Promise<Verdict> {
  if (criterion.type === 'simple') {
    const seen = seenIn(criterion.condition, scope)
    const note = caseNote(criterion.condition, scope)
    const expectedValue = valueDemanded(criterion.condition, scope)
    return defined({ holds: holds(criterion.condition, scope), seen, note, expectedValue })
  }
  const value = evaluate(criterion.context, scope)
  const seen = [{ expression: criterion.contextText, value }]
  const pattern = resolvedPattern(criterion.pattern, scope)
  try {
    if (criterion.type === 'jsonpath') {
      const found = await selected(pattern, value)
      return { holds: found.length > 0, seen, note: `${found.length} found` }
    }
    const isMatch = new RegExp(pattern, 'u').test(textOf(value))
    // Nothing matches nothing, not even an empty text.
    return { holds: isMatch && value !== null, seen }
  } catch (error) {
    // Whether it can be read may depend on the values between its braces.
    const reason = reasonOf(error)
    return { holds: false, seen, note: `${pattern} cannot be read: ${reason}` }
  }
}

/** A text with the expressions between its braces worked out; it is no expression itself. */
function resolvedPattern(pattern: string, scope: Scope): string {
  return readTemplate(pattern)
    .map((part) => (typeof part === 'string' ? part : textOf(evaluate(part, scope))))
    .join('')
}

function seenIn(condition: Condition, scope: Scope): Verdict['seen'] {
  switch (condition.kind) {
    case 'literal':
      return []
    case 'expression':
      return [{ expression: condition.text, value: worth(condition, scope) }]
    case 'access':
    case 'not':
      return seenIn(condition.of, scope)
    default:
      return [...seenIn(condition.left, scope), ...seenIn(condition.right, scope)]
  }
}

/** What stands on the right of a condition that is a `==`, where an expression is on its left. */
function valueDemanded(condition: Condition, scope: Scope): unknown {
  if (condition.kind !== 'compare' || condition.by !== '==') return undefined
  const { left, right } = condition
  return left.kind === 'literal' ? undefined : worth(right, scope)
}

/** Says that two texts are equal but for their case, which a plain `==` does not mind. */
function caseNote(condition: Condition, scope: Scope): string | undefined {
  switch (condition.kind) {
    case 'compare': {
      const isAlike = isEqualButForCase(worth(condition.left, scope), worth(condition.right, scope))
      return isAlike ? 'equal but for case' : undefined
    }
    case 'and':
    case 'or':
      return caseNote(condition.left, scope) ?? caseNote(condition.right, scope)
    case 'not':
      return caseNote(condition.of, scope)
    default:
      return undefined
  }
}

/**
 * What a JSONPath (RFC 9535) finds in a value.
 * @throws Error for what is no JSONPath
 */
async function selected(path: string, value: unknown): Promise<readonly unknown[]> {
  const { query } = await jsonPath()
  return query(path, value as never).values()
}

/** @throws Error for what is no JSONPath */
export async function checkJsonPath(path: string): Promise<void> {
  const { compile } = await jsonPath()
  try {
    compile(filledIn(path))
  } catch (error) {
    // Where no name may stand, a number may.
    if (filledIn(path) === path) throw error
    compile(filledIn(path, '1'))
  }
}

/** Loaded when a document has one: most have none. */
const jsonPath = () => import('json-p3')

/** True for a Selector Object (1.1), which may stand where a value may. */
export function isSelector(value: unknown): value is Selector {
  if (typeof value !== 'object' || value === null) return false
  const { context, selector, type } = value as Readonly<Record<string, unknown>>
  return typeof context === 'string' && typeof selector === 'string' && type !== undefined
}

/**
 * Whether a Selector Object can be read.
 * @throws CriterionError
 */
export async function checkSelector({ context, selector, type }: Selector): Promise<void> {
  const kind = nameOf(type)
  reading('context', () => readExpression(context))
  try {
    if (kind === 'jsonpointer') readPointer(selector)
    else await checkJsonPath(selector)
  } catch (error) {
    const reason = reasonOf(error)
    throw new CriterionError('selector', `this is no ${kind}: ${reason}`)
  }
}

/**
 * What a value of a document is worth: constants, expressions, texts with expressions in them, or
 * the part that a Selector Object takes out of one.
 * @throws Error for a selector that cannot be read
 */
export async function worked(value: unknown, scope: Scope): Promise<unknown> {
  if (!isSelector(value)) return resolved(value, scope)
  const { context, selector, type } = value
  const within = evaluate(readExpression(context), scope)
  if (nameOf(type) === 'jsonpointer') return pointedAt(within, readPointer(selector))
  const found = await selected(resolvedPattern(selector, scope), within)
  return found.length > 1 ? found : (found[0] ?? null)
}
