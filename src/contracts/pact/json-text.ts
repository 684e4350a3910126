// The text of a JSON document: where its values stand, so that faults are told at their lines and numbers stay as they are written.
import type { Path, Place } from '../../workflows/document.ts'

interface Span {
  readonly start: number
  readonly end: number
}

/** The text of a value as it is written; `undefined` where the path leads nowhere. */
export function textAt(text: string, path: Path): string | undefined {
  const { span, isWhole } = spanOf(text, path)
  return isWhole ? text.slice(span.start, span.end) : undefined
}

/** Where a value stands; where the path leads nowhere, what it would stand in. */
export function placeAt(file: string, text: string, path: Path): Place {
  const { start } = spanOf(text, path).span
  const before = text.slice(0, start)
  const line = before.split('\n').length
  return { file, line, column: start - before.lastIndexOf('\n') }
}

/** @param text is JSON: somebody has parsed it before */
function spanOf(text: string, path: Path): { readonly span: Span; readonly isWhole: boolean } {
  let start = blanksEnd(text, 0)
  for (const token of path) {
    const found = memberStart(text, start, token)
    if (found === undefined) return { span: { start, end: valueEnd(text, start) }, isWhole: false }
    start = found
  }
  return { span: { start, end: valueEnd(text, start) }, isWhole: true }
}

/** Where a member of an object or a list begins. */
function memberStart(text: string, start: number, token: string | number): number | undefined {
  const isObject = text[start] === '{'
  if (!isObject && text[start] !== '[') return undefined
  let at = blanksEnd(text, start + 1)
  for (let index = 0; at < text.length && text[at] !== '}' && text[at] !== ']'; index += 1) {
    let key: unknown = index
    if (isObject) {
      const end = valueEnd(text, at)
      key = JSON.parse(text.slice(at, end))
      at = blanksEnd(text, blanksEnd(text, end) + 1)
    }
    if (key === token) return at
    at = blanksEnd(text, valueEnd(text, at))
    if (text[at] === ',') at = blanksEnd(text, at + 1)
  }
  return undefined
}

function blanksEnd(text: string, start: number): number {
  let at = start
  while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at += 1
  return at
}

function valueEnd(text: string, start: number): number {
  if (text[start] === '"') return stringEnd(text, start)
  if (text[start] !== '{' && text[start] !== '[') {
    let at = start
    while (at < text.length && !' \t\r\n,]}'.includes(text[at] ?? '')) at += 1
    return at
  }
  let depth = 0
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at]
    if (sign === '"') at = stringEnd(text, at) - 1
    else if (sign === '{' || sign === '[') depth += 1
    else if (sign === '}' || sign === ']') depth -= 1
    if (depth === 0) return at + 1
  }
  return text.length
}

function stringEnd(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}
