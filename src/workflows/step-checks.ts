// What is wrong in an action or a body by itself: fields that would be passed over, and what cannot be sent.
import { isForm, isJson, JSON_TYPE } from '../server/media-type.ts'
import { reasonOf } from '../state/reason.ts'
import { WAIT_BUDGET } from './budget.ts'
import type { Path } from './document.ts'
import { isExpression, readPointer } from './expressions.ts'
import type { FailureAction, RequestBody, SuccessAction } from './language.ts'

/** Something wrong at a part of what is looked at. */
export interface Problem {
  readonly at: Path
  readonly message: string
}

/** The last part of `$components.<section>.<name>`, which may have dots itself. */
export function nameIn(reference: string): string {
  return reference.split('.').slice(2).join('.')
}

/** What is wrong in an action, wherever it is used, beside its shape. */
export function actionProblems(action: SuccessAction | FailureAction): Problem[] {
  const { retryAfter = 0, retryLimit = 1 } = action as FailureAction
  if (retryAfter * retryLimit <= WAIT_BUDGET) return []
  const message = `the retries would wait for more than ${WAIT_BUDGET / 86_400} days`
  return [{ at: ['retryAfter'], message }]
}

/**
 * What is wrong in the body of a request.
 * @param bodyTypes media types of the operation's body, the first one first
 */
export function bodyProblems(body: RequestBody, bodyTypes: readonly string[]): Problem[] {
  const { payload, contentType, replacements = [] } = body
  const type = contentType ?? bodyTypes[0] ?? JSON_TYPE
  const problems: Problem[] = []
  if (!isText(payload) && payload !== undefined && !isJson(type) && !isForm(type))
    problems.push({
      at: ['payload'],
      message: `a payload of ${type} is given as a text: only JSON and forms are made of objects`,
    })
  for (const [at, { target }] of replacements.entries()) {
    const place = ['replacements', at]
    if (!target.startsWith('/'))
      problems.push({
        at: [...place, 'target'],
        message: 'a target is a JSON pointer, as in /order/0/item: xpath is not supported',
      })
    else problems.push(...targetProblems(target, payload, [...place, 'target']))
  }
  return problems
}

/** A text may be a whole body, or an expression that is worth one. */
function isText(payload: unknown): boolean {
  return typeof payload === 'string'
}

/** A pointer leads into the payload: the last of its names may be new. */
function targetProblems(target: string, payload: unknown, at: Path): Problem[] {
  let pointer: readonly string[]
  try {
    pointer = readPointer(target)
  } catch (error) {
    return [{ at, message: reasonOf(error) }]
  }
  if (typeof payload === 'string' && isExpression(payload)) return []
  const missing = missingIn(typeof payload === 'string' ? jsonIn(payload) : payload, pointer)
  if (missing === undefined) return []
  return [{ at, message: `the payload has no "${missing}" for ${target} to lead into` }]
}

/**
 * The first name of a pointer that leads nowhere, its last one aside in an object; `undefined` where
 * all lead somewhere, or nobody knows yet.
 */
export function missingIn(value: unknown, pointer: readonly string[]): string | undefined {
  let at = value
  for (const [index, name] of pointer.entries()) {
    if (typeof at === 'string' && isExpression(at)) return undefined
    if (typeof at !== 'object' || at === null) return name
    const isLast = index === pointer.length - 1
    const isThere = Array.isArray(at)
      ? isIndex(name, at.length) || (isLast && name === '-')
      : Object.hasOwn(at, name) || isLast
    if (!isThere) return name
    at = (at as Readonly<Record<string, unknown>>)[name]
  }
  return undefined
}

/** True for the place of an entry. */
function isIndex(name: string, length: number): boolean {
  return /^(0|[1-9]\d*)$/.test(name) && Number(name) < length
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Expressions between braces may stand where JSON has a number: nobody knows yet.
    return text.includes('{$') ? '$unknown' : undefined
  }
}
