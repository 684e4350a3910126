// Runtime expressions of Arazzo, as in `$response.body#/id`: read once, then worth a value in a scope.

import { tokenName } from '../state/json-pointer.ts'
/** A runtime expression, read. `pointer` has its reference tokens decoded. */
export type Expression =
  | { readonly root: 'url' | 'method' | 'statusCode' | 'self' }
  | {
      readonly root: 'request' | 'response'
      readonly part: 'header' | 'query' | 'path'
      readonly name: string
    }
  | { readonly root: 'request' | 'response'; readonly part: 'body'; readonly pointer: Pointer }
  | { readonly root: 'inputs' | 'outputs'; readonly name: string; readonly pointer: Pointer }
  | {
      readonly root: 'steps'
      readonly step: string
      readonly output: string
      readonly pointer: Pointer
    }
  | {
      readonly root: 'workflows'
      readonly workflow: string
      readonly of: 'inputs' | 'outputs'
      readonly name: string
      readonly pointer: Pointer
    }
  | { readonly root: 'sourceDescriptions'; readonly source: string; readonly name: string }
  | { readonly root: 'components'; readonly section: string; readonly name: string }

export type Pointer = readonly string[]

/** Why a text is no expression; the message says what would be one. */
export class ExpressionError extends Error {}

const ROOTS =
  '$url, $method, $statusCode, $request, $response, $inputs, $outputs, $steps, $workflows, ' +
  '$sourceDescriptions, $components and $self'

/** True for a text that is meant as one expression: a dollar sign before a letter begins it. */
export function isExpression(text: string): boolean {
  return /^\$[A-Za-z]/.test(text)
}

/** @throws ExpressionError */
export function readExpression(text: string): Expression {
  const [, root = '', rest = ''] = /^\$([A-Za-z]+)(.*)$/s.exec(text) ?? []
  switch (root) {
    case 'url':
    case 'method':
    case 'statusCode':
    case 'self':
      if (rest !== '') throw new ExpressionError(`nothing may follow $${root}`)
      return { root }
    case 'request':
    case 'response':
      return messageExpression(root, rest)
    case 'inputs':
    case 'outputs': {
      const { name, pointer } = namedValue(root, rest)
      return { root, name, pointer }
    }
    case 'steps':
      return stepExpression(rest)
    case 'workflows':
      return workflowExpression(rest)
    case 'sourceDescriptions': {
      const [, source, name] = /^\.([A-Za-z0-9_-]+)\.(.+)$/s.exec(rest) ?? []
      if (source === undefined || name === undefined)
        throw new ExpressionError('write $sourceDescriptions.<name>.<operationId or url>')
      return { root, source, name }
    }
    case 'components': {
      const [, section, name] = /^\.([A-Za-z]+)\.([A-Za-z0-9._-]+)$/.exec(rest) ?? []
      if (section === undefined || name === undefined)
        throw new ExpressionError('write $components.<parameters, successActions ...>.<name>')
      return { root, section, name }
    }
    case 'message':
      throw new ExpressionError('$message belongs to AsyncAPI, which is not supported')
    default:
      throw new ExpressionError(`there is no $${root}; there are ${ROOTS}`)
  }
}

function messageExpression(root: 'request' | 'response', rest: string): Expression {
  const [, body, pointer] = /^(\.body)(#.*)?$/s.exec(rest) ?? []
  if (body !== undefined) return { root, part: 'body', pointer: readPointer(pointer ?? '') }

  const [, part, name] = /^\.(header|query|path)\.(.+)$/s.exec(rest) ?? []
  if (part === undefined || name === undefined) throw new ExpressionError(meant(root, rest))
  if (part === 'header' && !TOKEN.test(name))
    throw new ExpressionError(`"${name}" is no name of a header`)
  if (part !== 'header' && root === 'response')
    throw new ExpressionError(`an answer has no ${part}: write $request.${part}.${name}`)
  return { root, part: part as 'header' | 'query' | 'path', name }
}

/** What the name of a header may be made of (RFC 9110). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** What somebody meant who wrote no part of a request or an answer. */
function meant(root: 'request' | 'response', rest: string): string {
  const [, within] = /^\.body[.[](.+)$/s.exec(rest) ?? []
  if (within !== undefined)
    return `write $${root}.body#/${within.replaceAll(/\]/g, '').replaceAll(/[.[]/g, '/')}`
  const own = `$${root}.body, $${root}.body#/json/pointer or $${root}.header.<name>`
  return root === 'response'
    ? `write ${own}`
    : `write ${own}, $request.query.<name> or $request.path.<name>`
}

function namedValue(root: string, rest: string) {
  const [, name, pointer] = /^\.([^#]+)(#.*)?$/s.exec(rest) ?? []
  if (name === undefined) throw new ExpressionError(`write $${root}.<name>`)
  return { name, pointer: readPointer(pointer ?? '') }
}

function stepExpression(rest: string): Expression {
  const [, step, output, pointer] = /^\.([A-Za-z0-9_-]+)\.outputs\.([^#]+)(#.*)?$/s.exec(rest) ?? []
  if (step === undefined || output === undefined)
    throw new ExpressionError('write $steps.<stepId>.outputs.<name>')
  return { root: 'steps', step, output, pointer: readPointer(pointer ?? '') }
}

function workflowExpression(rest: string): Expression {
  const pattern = /^\.([A-Za-z0-9_-]+)\.(inputs|outputs)\.([^#]+)(#.*)?$/s
  const [, workflow, of, name, pointer] = pattern.exec(rest) ?? []
  if (workflow === undefined || name === undefined)
    throw new ExpressionError('write $workflows.<workflowId>.<inputs or outputs>.<name>')
  return {
    root: 'workflows',
    workflow,
    of: of as 'inputs' | 'outputs',
    name,
    pointer: readPointer(pointer ?? ''),
  }
}

/**
 * The tokens of a JSON pointer (RFC 6901), with the `#` before it where there is one.
 * @throws ExpressionError
 */
export function readPointer(text: string): Pointer {
  const pointer = text.replace(/^#/, '')
  if (pointer === '') return []
  if (!pointer.startsWith('/'))
    throw new ExpressionError(`the JSON pointer "${pointer}" does not begin with /`)
  if (/~(?![01])/.test(pointer))
    throw new ExpressionError(`the JSON pointer "${pointer}" has a ~ that is neither ~0 nor ~1`)
  return pointer.slice(1).split('/').map(tokenName)
}

/** What a pointer leads to in a value; `null` where it leads nowhere. */
export function pointedAt(value: unknown, pointer: Pointer): unknown {
  let at = value
  for (const token of pointer) {
    if (Array.isArray(at)) at = /^(0|[1-9]\d*)$/.test(token) ? at[Number(token)] : undefined
    else if (typeof at === 'object' && at !== null && Object.hasOwn(at, token))
      at = (at as Readonly<Record<string, unknown>>)[token]
    else return null
  }
  return at ?? null
}

export type Values = Readonly<Record<string, unknown>>

/** A request or an answer, as expressions see it. Names of headers are lower-case. */
export interface Message {
  readonly headers: Readonly<Record<string, string>>
  /** Parsed where it is JSON, else as text; `null` where there is none. */
  readonly body: unknown
}

/** One call of an operation; without an answer, `status` and `response` are `null`. */
export interface Exchanged {
  readonly url: string
  readonly method: string
  readonly status: number | null
  readonly request: Message & { readonly query: Values; readonly path: Values }
  readonly response: Message | null
}

/** What expressions are worth something in: one step of one run of a workflow. */
export interface Scope {
  readonly inputs: Values
  readonly outputs: Values
  /** Outputs of the steps that were made, by step. */
  readonly steps: Readonly<Record<string, Values>>
  readonly workflows: Readonly<
    Record<string, { readonly inputs: Values; readonly outputs: Values }>
  >
  /** The source descriptions as they are written, by their names. */
  readonly sources: Readonly<Record<string, Values>>
  /** Values of the parameters under `components`, as they are written. */
  readonly components: Values
  /** The URI that the document gives itself. */
  readonly self?: string | undefined
  readonly exchange?: Exchanged | undefined
}

/** What an expression is worth; `null` where there is nothing. Types are kept. */
export function evaluate(expression: Expression, scope: Scope): unknown {
  switch (expression.root) {
    case 'url':
    case 'method':
      return scope.exchange?.[expression.root] ?? null
    case 'statusCode':
      return scope.exchange?.status ?? null
    case 'self':
      return scope.self ?? null
    case 'request':
    case 'response':
      return messagePart(expression, scope)
    case 'inputs':
    case 'outputs':
      return pointedAt(property(scope[expression.root], expression.name), expression.pointer)
    case 'steps':
      return pointedAt(
        property(scope.steps[expression.step] ?? {}, expression.output),
        expression.pointer,
      )
    case 'workflows': {
      const values = scope.workflows[expression.workflow]?.[expression.of] ?? {}
      return pointedAt(property(values, expression.name), expression.pointer)
    }
    case 'sourceDescriptions':
      return property(scope.sources[expression.source] ?? {}, expression.name)
    case 'components':
      return expression.section === 'parameters'
        ? resolved(scope.components[expression.name] ?? null, scope)
        : null
  }
}

function messagePart(
  expression: Extract<Expression, { readonly root: 'request' | 'response' }>,
  { exchange }: Scope,
): unknown {
  const { root, part } = expression
  const message = exchange?.[root]
  if (!exchange || !message) return null
  if (part === 'body') return pointedAt(message.body, expression.pointer)
  if (part === 'header') return message.headers[expression.name.toLowerCase()] ?? null
  return root === 'request' ? property(exchange.request[part], expression.name) : null
}

/** A value by a name that may have dots in it, or lead into objects by them. */
function property(values: Values, name: string): unknown {
  if (Object.hasOwn(values, name)) return values[name] ?? null
  return pointedAt(values, name.split('.'))
}

/** A text with expressions in it: texts as they are, expressions between braces. */
export type Template = readonly (string | Expression)[]

/** @throws ExpressionError for an expression in braces that is none */
export function readTemplate(text: string): Template {
  const parts: (string | Expression)[] = []
  let at = 0
  for (const found of text.matchAll(/\{(\$[A-Za-z][^{}]*)\}/g)) {
    if (found.index > at) parts.push(text.slice(at, found.index))
    parts.push(readExpression(found[1] ?? ''))
    at = found.index + found[0].length
  }
  if (at < text.length || parts.length === 0) parts.push(text.slice(at))
  return parts
}

/** A value as the text that stands for it within a text. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/**
 * A value of a document with its expressions worked out, those within lists and objects, too. A text
 * that is one expression keeps the type of what it is worth.
 * @throws ExpressionError
 */
export function resolved(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') {
    if (isExpression(value)) return evaluate(readExpression(value), scope)
    const template = readTemplate(value)
    return template
      .map((part) => (typeof part === 'string' ? part : textOf(evaluate(part, scope))))
      .join('')
  }
  if (Array.isArray(value)) return value.map((each) => resolved(each, scope))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, each]) => [name, resolved(each, scope)])
  return Object.fromEntries(entries)
}

/**
 * Every expression in a value of a document, those within texts, lists and objects, too.
 * @throws ExpressionError
 */
export function expressionsIn(value: unknown): Expression[] {
  if (typeof value === 'string') {
    if (isExpression(value)) return [readExpression(value)]
    return readTemplate(value).filter((part) => typeof part !== 'string')
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(expressionsIn)
}
