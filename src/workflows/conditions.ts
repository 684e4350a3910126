// Simple conditions of Arazzo, as in `$statusCode == 200 && !($response.body#/done == true)`.
import {
  type Expression,
  ExpressionError,
  evaluate,
  readExpression,
  type Scope,
} from './expressions.ts'

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='

/** A condition, read. */
export type Condition =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'expression'; readonly expression: Expression; readonly text: string }
  | { readonly kind: 'access'; readonly of: Condition; readonly name: string | number }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | {
      readonly kind: 'compare'
      readonly by: Comparison
      readonly left: Condition
      readonly right: Condition
    }

/** Why a text is no condition. `at` is where in it, from 0. */
export class ConditionError extends Error {
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

type Token =
  | { readonly kind: 'operator'; readonly text: string; readonly at: number }
  | { readonly kind: 'expression'; readonly text: string; readonly at: number }
  | { readonly kind: 'string'; readonly value: string; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly text: string; readonly at: number }
  | { readonly kind: 'word'; readonly text: string; readonly at: number }

/** In this order: what begins with another comes before it. */
const OPERATORS = ['&&', '||', '==', '!=', '<=', '>=', '<', '>', '!', '(', ')', '[', ']', '.']

/** What an expression goes on with: no blank, and none of the operators but the dot. */
const EXPRESSION = /\$[A-Za-z][^\s()[\]!=<>&|'"{},]*/y
const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y
const STRING = /'((?:[^']|'')*)'/y
const WORD = /[A-Za-z_][A-Za-z0-9_-]*/y
const BLANK = /\s+/y

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  while (at < text.length) {
    const blank = take(BLANK)
    if (blank) {
      at += blank[0].length
      continue
    }
    const token = tokenAt(text, at, take)
    tokens.push(token)
    at += token.text.length
  }
  return tokens
}

function tokenAt(
  text: string,
  at: number,
  take: (pattern: RegExp) => RegExpExecArray | null,
): Token {
  const expression = take(EXPRESSION)
  if (expression) {
    // Behind a body without a pointer a dot leads to a property: `$response.body.status`.
    const [whole] = /^\$(?:request|response)\.body(?=\.)/.exec(expression[0]) ?? expression
    return { kind: 'expression', text: whole, at }
  }
  const string = take(STRING)
  if (string)
    return { kind: 'string', value: (string[1] ?? '').replaceAll("''", "'"), text: string[0], at }
  const number = take(NUMBER)
  if (number) return { kind: 'number', text: number[0], at }
  const operator = OPERATORS.find((each) => text.startsWith(each, at))
  if (operator) return { kind: 'operator', text: operator, at }
  const word = take(WORD)
  if (word) return { kind: 'word', text: word[0], at }
  throw new ConditionError(hintAt(text, at), at)
}

/** What somebody meant who wrote what no condition has. */
function hintAt(text: string, at: number): string {
  const rest = text.slice(at)
  if (rest.startsWith('"')) return "write texts between single quotes, as in 'active'"
  if (rest.startsWith("'"))
    return 'the text that begins here does not end: a single quote is missing'
  if (rest.startsWith('{'))
    return 'an expression stands in a condition without braces, as in $statusCode == 200'
  if (rest.startsWith('=')) return 'compare with ==, not with ='
  return `"${rest[0]}" has no meaning in a condition`
}

/** @throws ConditionError, ExpressionError */
export function readCondition(text: string): Condition {
  const reader = new Reader(text)
  return reader.whole()
}

/** Reads by descent: or, and, not, comparison, access, value. */
class Reader {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokensOf(text)
  }

  whole(): Condition {
    if (this.#tokens.length === 0) throw new ConditionError('the condition is empty', 0)
    const condition = this.#or()
    const left = this.#tokens[this.#next]
    if (left) throw new ConditionError(this.#unexpected(left), left.at)
    return condition
  }

  #unexpected({ kind, text }: Token): string {
    if (kind === 'word')
      return `"${text}" is neither an expression nor a text: write $${text}..., or '${text}'`
    return `"${text}" is not expected here`
  }

  #takes(...operators: readonly string[]): string | undefined {
    const token = this.#tokens[this.#next]
    if (token?.kind !== 'operator' || !operators.includes(token.text)) return undefined
    this.#next += 1
    return token.text
  }

  #or(): Condition {
    let left = this.#and()
    while (this.#takes('||')) left = { kind: 'or', left, right: this.#and() }
    return left
  }

  #and(): Condition {
    let left = this.#comparison()
    while (this.#takes('&&')) left = { kind: 'and', left, right: this.#comparison() }
    return left
  }

  #comparison(): Condition {
    const left = this.#not()
    const by = this.#takes('==', '!=', '<=', '>=', '<', '>')
    if (by === undefined) return left
    return { kind: 'compare', by: by as Comparison, left, right: this.#not() }
  }

  #not(): Condition {
    return this.#takes('!') ? { kind: 'not', of: this.#not() } : this.#accessed()
  }

  #accessed(): Condition {
    let of = this.#value()
    for (;;) {
      if (this.#takes('[')) of = { kind: 'access', of, name: this.#index() }
      else if (this.#takes('.')) of = { kind: 'access', of, name: this.#property() }
      else return of
    }
  }

  #index(): number | string {
    const token = this.#tokens[this.#next]
    const isIndex = token?.kind === 'number' && /^\d+$/.test(token.text)
    if (!token || !(isIndex || token.kind === 'string'))
      throw new ConditionError(
        'between [ and ] stands an index from 0, or a name in single quotes',
        token?.at ?? this.#text.length,
      )
    this.#next += 1
    if (!this.#takes(']')) throw new ConditionError('a ] is missing', this.#here())
    return token.kind === 'string' ? token.value : Number(token.text)
  }

  #property(): string {
    const token = this.#tokens[this.#next]
    if (token?.kind !== 'word')
      throw new ConditionError('the name of a property follows a dot', this.#here())
    this.#next += 1
    return token.text
  }

  #here(): number {
    return this.#tokens[this.#next]?.at ?? this.#text.length
  }

  #value(): Condition {
    if (this.#takes('(')) {
      const within = this.#or()
      if (!this.#takes(')')) throw new ConditionError('a ) is missing', this.#here())
      return within
    }
    const token = this.#tokens[this.#next]
    if (!token)
      throw new ConditionError('the condition ends where a value is expected', this.#text.length)
    this.#next += 1
    switch (token.kind) {
      case 'expression':
        return expressionToken(token)
      case 'string':
        return { kind: 'literal', value: token.value }
      case 'number':
        return { kind: 'literal', value: Number(token.text) }
      case 'word':
        if (token.text === 'true' || token.text === 'false')
          return { kind: 'literal', value: token.text === 'true' }
        if (token.text === 'null') return { kind: 'literal', value: null }
        throw new ConditionError(this.#unexpected(token), token.at)
      default:
        throw new ConditionError(this.#unexpected(token), token.at)
    }
  }
}

function expressionToken({ text, at }: Token): Condition {
  try {
    return { kind: 'expression', expression: readExpression(text), text }
  } catch (error) {
    if (error instanceof ExpressionError) throw new ConditionError(error.message, at)
    throw error
  }
}

/** What a condition, or a part of one, is worth. */
export function worth(condition: Condition, scope: Scope): unknown {
  switch (condition.kind) {
    case 'literal':
      return condition.value
    case 'expression':
      return evaluate(condition.expression, scope)
    case 'access':
      return accessed(worth(condition.of, scope), condition.name)
    case 'not':
      return !holds(condition.of, scope)
    case 'and':
      return holds(condition.left, scope) && holds(condition.right, scope)
    case 'or':
      return holds(condition.left, scope) || holds(condition.right, scope)
    case 'compare':
      return compared(worth(condition.left, scope), condition.by, worth(condition.right, scope))
  }
}

/** True where a condition holds: a value alone does where it is `true`, a number but 0, or text. */
export function holds(condition: Condition, scope: Scope): boolean {
  return Boolean(worth(condition, scope))
}

function accessed(value: unknown, name: string | number): unknown {
  if (Array.isArray(value)) return (typeof name === 'number' ? value[name] : undefined) ?? null
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null
  return (value as Readonly<Record<string | number, unknown>>)[name] ?? null
}

/**
 * Compares loosely, as the standard has it: texts without their case, a number with a text that is
 * one, objects and lists by what is in them.
 */
export function compared(left: unknown, by: Comparison, right: unknown): boolean {
  if (by === '==') return isEqual(left, right)
  if (by === '!=') return !isEqual(left, right)
  const order = orderOf(left, right)
  if (order === undefined) return false
  if (by === '<') return order < 0
  if (by === '<=') return order <= 0
  return by === '>' ? order > 0 : order >= 0
}

function isEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (typeof left === 'string' && typeof right === 'string') return folded(left) === folded(right)
  const numbers = asNumbers(left, right)
  if (numbers) return numbers.left === numbers.right
  if (typeof left === 'boolean' && typeof right === 'string') return String(left) === folded(right)
  if (typeof left === 'string' && typeof right === 'boolean') return isEqual(right, left)
  if (typeof left !== 'object' || typeof right !== 'object' || !left || !right) return false
  return isEqualObject(left, right)
}

function isEqualObject(left: object, right: object): boolean {
  if (Array.isArray(left) !== Array.isArray(right)) return false
  const names = Object.keys(left)
  if (names.length !== Object.keys(right).length) return false
  return names.every(
    (name) =>
      Object.hasOwn(right, name) &&
      isEqual(left[name as keyof typeof left], right[name as keyof typeof right]),
  )
}

function orderOf(left: unknown, right: unknown): number | undefined {
  const numbers = asNumbers(left, right)
  if (numbers) return numbers.left - numbers.right
  if (typeof left !== 'string' || typeof right !== 'string') return undefined
  const [a, b] = [folded(left), folded(right)]
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Both as numbers, where at least one is a number and the other stands for one. */
function asNumbers(left: unknown, right: unknown) {
  if (typeof left !== 'number' && typeof right !== 'number') return undefined
  const a = numberOf(left)
  const b = numberOf(right)
  return a === undefined || b === undefined ? undefined : { left: a, right: b }
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)
    ? Number(value)
    : undefined
}

const folded = (text: string) => text.toLowerCase()

/** True for texts that are equal but for their case: a report says so. */
export function isEqualButForCase(left: unknown, right: unknown): boolean {
  return (
    typeof left === 'string' &&
    typeof right === 'string' &&
    left !== right &&
    folded(left) === folded(right)
  )
}

/** Every expression in a condition. */
export function expressionsOf(condition: Condition): Expression[] {
  switch (condition.kind) {
    case 'literal':
      return []
    case 'expression':
      return [condition.expression]
    case 'access':
    case 'not':
      return expressionsOf(condition.of)
    default:
      return [...expressionsOf(condition.left), ...expressionsOf(condition.right)]
  }
}
