// JSON that was sent (RFC 8259): parsed, its names as the spec spells them, what others may read differently found.
import { Refusal } from '../state/refusal.ts'
import { whyNoJson } from '../stores/json-shape.ts'
import { type BodyRules, type BodyShape, UnsafeBody, walkBody } from './body-shape.ts'
import { isFull, shortName, tell } from './bounded.ts'

/**
 * The value of a JSON text, its names spelled as in the spec where case is free. Names that an
 * object has twice are noted as undocumented: the last one counts.
 * @throws Refusal `malformed-body` for what is no JSON, and for what no schema should see
 * @throws Refusal `invalid-request` for half a character: a lone surrogate, RFC 8259 8.2
 */
export function jsonBody(text: string, shape: BodyShape | undefined, rules: BodyRules): unknown {
  // Spelled out: a spread would cost as much as all the rest.
  const walk = { freeCase: rules.freeCase, undocumented: rules.undocumented, members: 0 }
  const body = safeBody(parsedJson(text), shape, walk)
  if (text.includes('\\u') && hasHalfCharacter(body))
    throw new Refusal(
      'invalid-request',
      'the body has what is not UTF-8: half a character, an escape from \\ud800 to \\udfff',
    )
  if (hasMore(text, walk.members)) tellRepeated(text, rules.undocumented)
  return body
}

/** A body, walked through. @throws Refusal `malformed-body` for what no schema should see */
export function safeBody(body: unknown, shape: BodyShape | undefined, rules: BodyRules): unknown {
  try {
    return walkBody(body, shape, rules)
  } catch (error) {
    if (error instanceof UnsafeBody) throw new Refusal('malformed-body', error.message)
    throw error
  }
}

/** The value of a JSON text, as it stands there. @throws Refusal `malformed-body` */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Refusal('malformed-body', `the body is not JSON: ${whyNoJson(error)}`)
  }
}

const HALF = /\p{Surrogate}/u

function hasHalfCharacter(value: unknown): boolean {
  if (typeof value === 'string') return HALF.test(value)
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(hasHalfCharacter)
  return Object.entries(value).some(([name, below]) => HALF.test(name) || hasHalfCharacter(below))
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a

/** Where the string ends whose content begins at `from`: at the first quote not escaped. */
function endOfString(text: string, from: number): number {
  let end = text.indexOf('"', from)
  for (; end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes += 1
    if (escapes % 2 === 0) break
  }
  return end
}

/** Where the space ends that begins at `from`. */
function endOfSpace(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) <= 0x20) at += 1
  return at
}

/** Whether a JSON text has more members than its value: an object has a name twice. */
function hasMore(text: string, members: number): boolean {
  // Mostly each colon is one of a member, and counting them is quick.
  let colons = 0
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) colons += 1
  return colons > members && membersIn(text) > members
}

/** How many members the objects of a JSON text have; of one name each counts. */
function membersIn(text: string): number {
  let members = 0
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at)
    if (character === COLON) members += 1
    else if (character === QUOTE) {
      at += 1
      while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
    }
  }
  return members
}

/** Tells which names of a JSON text an object has twice. */
function tellRepeated(text: string, told: string[]): void {
  const open: { readonly names: Set<string>; last: string }[] = []
  for (let at = 0; at < text.length && !isFull(told); at += 1) {
    const character = text[at]
    if (character === '{' || character === '[') open.push({ names: new Set(), last: '' })
    else if (character === '}' || character === ']') open.pop()
    else if (character === '"') {
      const end = endOfString(text, at + 1)
      const object = open.at(-1)
      if (object && text.charCodeAt(endOfSpace(text, end + 1)) === COLON) {
        const name: string = JSON.parse(text.slice(at, end + 1))
        object.last = shortName(name)
        if (object.names.has(name)) tell(told, `/${pathOf(open)} (sent twice: the last one counts)`)
        object.names.add(name)
      }
      at = end
    }
  }
}

function pathOf(open: readonly { readonly last: string }[]): string {
  return open.flatMap(({ last }) => (last === '' ? [] : [last])).join('/')
}
