// The request of a step: its URL, headers and body, made of parameters and a payload.

import { isForm, isJson, JSON_TYPE } from '../server/media-type.ts'
import { worked } from './criteria.ts'
import { type Exchanged, readPointer, resolved, type Scope, textOf } from './expressions.ts'
import type { RequestBody } from './language.ts'
import type { ReadParameter } from './program.ts'
import type { SentRequest } from './send.ts'
import type { SourceOperation, SourceParameter } from './sources.ts'
import { missingIn } from './step-checks.ts'

/** A request, ready to be sent. */
export interface StepRequest extends SentRequest {
  /** As expressions see it. */
  readonly seen: Exchanged['request']
}

/** What a request is made of. */
export interface RequestParts {
  readonly method: string
  /** With its braces filled in; query parameters go behind it. */
  readonly url: string
  readonly parameters: readonly GivenParameter[]
  readonly body: RequestBody | undefined
  /** Media types of the operation's body, the first one first. */
  readonly bodyTypes: readonly string[]
  /** Parameters that the operation documents, where one is known. */
  readonly known: readonly SourceParameter[]
}

/** A parameter with its value worked out. */
export interface GivenParameter {
  readonly name: string
  readonly in: ReadParameter['in']
  readonly value: unknown
}

/** Parameters with their values worked out. */
export async function given(
  parameters: readonly ReadParameter[],
  scope: Scope,
): Promise<GivenParameter[]> {
  const found: GivenParameter[] = []
  for (const { name, in: where, value } of parameters)
    found.push({ name, in: where, value: await worked(value, scope) })
  return found
}

/** The path of an operation with its parameters in it. */
export function filledPath(
  { path }: SourceOperation,
  parameters: readonly GivenParameter[],
): string {
  return path.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => {
    const parameter = parameters.find((each) => each.name === name && each.in === 'path')
    return listText(parameter?.value, (text) => encodeURIComponent(text))
  })
}

/** A value in a URL; a list with commas between its entries. */
function listText(value: unknown, encode: (text: string) => string): string {
  if (Array.isArray(value)) return value.map((each) => encode(textOf(each))).join(',')
  return encode(textOf(value))
}

/**
 * Makes a request. A parameter whose value is `null` is left out.
 * @throws Error for a payload that has no such place as a replacement names
 */
export async function requestOf(parts: RequestParts, scope: Scope): Promise<StepRequest> {
  const { method, url, parameters, bodyTypes } = parts
  const present = parameters.filter(({ value }) => value !== null && value !== undefined)
  const headers: Record<string, string> = {}
  for (const { name, in: where, value } of present)
    if (where === 'header') headers[name.toLowerCase()] = listText(value, (text) => text)
  const cookies = present.filter((each) => each.in === 'cookie')
  if (cookies.length > 0)
    headers.cookie = cookies.map(({ name, value }) => `${name}=${textOf(value)}`).join('; ')

  const payload = await payloadOf(parts.body, scope)
  const type = headers['content-type'] ?? parts.body?.contentType ?? bodyTypes[0] ?? JSON_TYPE
  const body = payload === undefined ? undefined : bodyText(payload, type)
  if (body !== undefined) headers['content-type'] ??= type
  return {
    method,
    url: withQuery(url, present, parts.known),
    headers,
    body,
    seen: {
      headers,
      body: typeof payload === 'string' ? parsed(payload) : (payload ?? null),
      query: valuesIn(present, 'query'),
      path: valuesIn(present, 'path'),
    },
  }
}

function valuesIn(parameters: readonly GivenParameter[], where: 'query' | 'path') {
  const found = parameters.filter((each) => each.in === where)
  return Object.fromEntries(found.map(({ name, value }) => [name, value]))
}

/** What stands between the entries of a list that is one value of a query, by its style. */
const BETWEEN: Readonly<Record<string, string>> = {
  form: ',',
  spaceDelimited: ' ',
  pipeDelimited: '|',
}

export function withQuery(
  url: string,
  parameters: readonly GivenParameter[],
  known: readonly SourceParameter[],
): string {
  const query = new URLSearchParams()
  for (const { name, in: where, value } of parameters) {
    if (where !== 'query') continue
    const rule = known.find((each) => each.name === name && each.in === 'query')
    const { style = 'form' } = rule ?? {}
    const isApart = rule?.explode ?? style === 'form'
    if (Array.isArray(value) && !isApart)
      query.append(name, value.map(textOf).join(BETWEEN[style] ?? ','))
    else if (style === 'deepObject' && typeof value === 'object' && value !== null)
      for (const [key, each] of Object.entries(value)) query.append(`${name}[${key}]`, textOf(each))
    else for (const each of [value].flat()) query.append(name, textOf(each))
  }
  const whole = parameters.find((each) => each.in === 'querystring')
  const text = whole ? textOf(whole.value) : query.toString()
  if (text === '') return url
  return `${url}${url.includes('?') ? '&' : '?'}${text}`
}

/** The payload with its expressions worked out and its replacements made. */
async function payloadOf(body: RequestBody | undefined, scope: Scope): Promise<unknown> {
  if (!body || body.payload === undefined) return undefined
  let payload = resolved(body.payload, scope)
  for (const { target, value } of body.replacements ?? []) {
    if (typeof payload === 'string') payload = parsed(payload)
    const pointer = readPointer(target)
    const missing = missingIn(payload, pointer)
    if (missing !== undefined)
      throw new Error(`the payload has no "${missing}" for ${target} to lead into`)
    payload = replaced(payload, pointer, await worked(value, scope))
  }
  return payload
}

/** A copy of a value in which a pointer, which leads into it, leads to something else. */
function replaced(value: unknown, pointer: readonly string[], by: unknown): unknown {
  const [name, ...rest] = pointer
  if (name === undefined) return by
  if (Array.isArray(value)) {
    const at = name === '-' ? value.length : Number(name)
    return value.toSpliced(at, 1, replaced(value[at], rest, by))
  }
  const object = value as Readonly<Record<string, unknown>>
  return { ...object, [name]: replaced(object[name], rest, by) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export function bodyText(payload: unknown, type: string): string {
  if (typeof payload === 'string') return payload
  if (!isForm(type)) return JSON.stringify(payload)
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(payload ?? {})) form.append(name, textOf(value))
  return form.toString()
}

/** The body of an answer as expressions see it: parsed where it is JSON, else as text. */
export function seenBody(text: string | undefined, type: string | undefined): unknown {
  if (text === undefined || text === '') return null
  return isJson(type) ? parsed(text) : text
}
