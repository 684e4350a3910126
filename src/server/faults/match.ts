// Whether a call is one that a fault asks for: its parameters, its headers, its body.
import { isDeepStrictEqual } from 'node:util'
import type { FaultMatch } from '../../state/faults.ts'
import { pointerNames } from '../../state/json-pointer.ts'
import type { Exchange } from '../exchange.ts'
import type { Operation } from '../spec.ts'

/** A call as far as a fault looks at it: as it was sent, good or not. */
export interface CallSeen {
  readonly exchange: Exchange
  readonly operation: Operation
  /** Path parameters as they were written. */
  readonly params: Readonly<Record<string, string | undefined>>
}

/** Whether a text is the pattern, where `*` stands for any characters. */
export function fits(pattern: string, text: string): boolean {
  const parts = pattern.split('*')
  if (parts.length === 1) return pattern === text
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (text.length < first.length + last.length) return false
  if (!text.startsWith(first) || !text.endsWith(last)) return false
  let at = first.length
  const end = text.length - last.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}

/** True where a call has everything that is asked for. */
export function matchesCall(match: FaultMatch | undefined, call: CallSeen): boolean {
  if (!match) return true
  const { path = {}, query = {}, headers = {}, body } = match
  return (
    Object.entries(path).every(([name, value]) => isText(value, call.params[name])) &&
    matchesQuery(query, call.exchange.query) &&
    Object.entries(headers).every(([name, value]) =>
      [call.exchange.headers[name]].flat().some((sent) => isText(value, sent)),
    ) &&
    (body === undefined || matchesBody(body, call))
  )
}

function isText(wanted: unknown, sent: string | undefined): boolean {
  return sent !== undefined && fits(String(wanted), sent)
}

function matchesQuery(query: Readonly<Record<string, unknown>>, text: string): boolean {
  const wanted = Object.entries(query)
  if (wanted.length === 0) return true
  // A list may be sent with brackets.
  const sent = [...new URLSearchParams(text)].map(([name, value]) => ({
    name: name.replace(/\[\d{0,9}\]$/, ''),
    value,
  }))
  return wanted.every(([name, value]) =>
    sent.some((each) => each.name === name && isText(value, each.value)),
  )
}

function matchesBody(
  pointers: Readonly<Record<string, unknown>>,
  { exchange, operation }: CallSeen,
): boolean {
  const content = contentOf(exchange.body ?? '', operation)
  return matchesContent(pointers, content, operation.body?.freeCase === true)
}

/** True where a JSON value has at each pointer what is asked for there. */
export function matchesContent(
  pointers: Readonly<Record<string, unknown>>,
  content: unknown,
  freeCase = false,
): boolean {
  return Object.entries(pointers).every(([pointer, wanted]) => {
    const found = at(content, pointerNames(pointer), freeCase)
    if (typeof wanted === 'string' && typeof found === 'string') return fits(wanted, found)
    return isDeepStrictEqual(found, wanted)
  })
}

/** What was sent, good or not; `undefined` where it cannot be read. */
function contentOf(text: string, { body }: Operation): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return body?.form ? Object.fromEntries(new URLSearchParams(text)) : undefined
  }
}

function at(content: unknown, steps: readonly string[], freeCase: boolean): unknown {
  let value = content
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return undefined
    const name = freeCase ? spelledIn(value, step) : step
    if (!Object.hasOwn(value, name)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[name]
  }
  return value
}

function spelledIn(value: object, name: string): string {
  if (Object.hasOwn(value, name)) return name
  const lower = name.toLowerCase()
  return Object.keys(value).find((key) => key.toLowerCase() === lower) ?? name
}
