// The ways a text can be spelled, undone: percent, JSON and HTML escapes, base64; and where each part of it stands.
import type { Span } from './span.ts'

/** How a text reads once a layer of spelling is undone. */
export interface Reading {
  readonly text: string
  /** Where a part of it stands in the text that was read. */
  readonly place: (part: Span) => Span
}

/** Escapes of URLs and forms, of JSON and programs, of HTML. */
const ESCAPE = new RegExp(
  [
    '%u([0-9a-f]{4})|%([0-9a-f]{2})',
    String.raw`\\(?:u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\}|x([0-9a-f]{2})|([\\/"'bfnrt]))`,
    '&#x([0-9a-f]{1,6});?|&#([0-9]{1,7});?|&(amp|lt|gt|quot|apos);',
  ].join('|'),
  'gi',
)

const LETTERS: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}

function characterOf(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
}

/** The character that an escape stands for. */
function unescaped(found: RegExpExecArray): string {
  const [, percentU, percent, unicode, braced, hex, letter, entityHex, entityCode, entity] = found
  if (letter !== undefined) return LETTERS[letter.toLowerCase()] ?? letter
  if (entity !== undefined) return ENTITIES[entity.toLowerCase()] ?? ''
  if (entityCode !== undefined) return characterOf(Number(entityCode))
  const code = percentU ?? percent ?? unicode ?? braced ?? hex ?? entityHex ?? ''
  return characterOf(Number.parseInt(code, 16))
}

/**
 * A text with one layer of escapes undone, of whatever kinds; `undefined` where it has none. Bytes
 * beyond ASCII stay a character each.
 */
export function withoutEscapes(text: string): Reading | undefined {
  ESCAPE.lastIndex = 0
  let found = ESCAPE.exec(text)
  if (!found) return undefined

  const starts: number[] = []
  let read = ''
  let done = 0
  const copy = (to: number) => {
    read += text.slice(done, to)
    for (; done < to; done += 1) starts.push(done)
  }
  for (; found; found = ESCAPE.exec(text)) {
    copy(found.index)
    const character = unescaped(found)
    read += character
    for (let at = 0; at < character.length; at += 1) starts.push(found.index)
    done = ESCAPE.lastIndex
  }
  copy(text.length)
  starts.push(text.length)
  const at = (index: number) => starts[index] ?? text.length
  return { text: read, place: ({ from, to }) => ({ from: at(from), to: at(to) }) }
}

/** What may be base64, with either alphabet; four characters are three bytes. */
const BASE64 = /[A-Za-z0-9+/_-]{8,}/g

/** By the code of a character what it stands for in base64. */
const SIX_BITS = new Uint8Array(128)
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
for (const [value, character] of [...ALPHABET, '+', '/'].entries())
  SIX_BITS[character.charCodeAt(0)] = value
SIX_BITS['-'.charCodeAt(0)] = 62
SIX_BITS['_'.charCodeAt(0)] = 63

/** Less of a text in base64 says nothing. */
const SHORTEST = 6

/**
 * The texts that a text has in it as base64. Each run of it is read from its first four characters
 * on, as what stands before may be of the same alphabet.
 */
export function base64Readings(text: string): Reading[] {
  const readings: Reading[] = []
  for (const { 0: run, index } of text.matchAll(BASE64))
    for (let offset = 0; offset < 4; offset += 1)
      addReadable(readings, run.slice(offset), index + offset)
  return readings
}

/** Adds what can be read of a run that begins at a place of the text. */
function addReadable(readings: Reading[], run: string, start: number): void {
  const bytes = Math.floor((run.length * 3) / 4)
  let from = 0
  for (let at = 0; at <= bytes; at += 1) {
    if (at < bytes && isReadable(byteAt(run, at))) continue
    if (at - from >= SHORTEST) readings.push(readable(run, { from, to: at }, start))
    from = at + 1
  }
}

/** A byte of what is written in base64. */
function byteAt(run: string, at: number): number {
  const first = Math.floor((at * 4) / 3)
  const high = SIX_BITS[run.charCodeAt(first)] ?? 0
  const low = SIX_BITS[run.charCodeAt(first + 1)] ?? 0
  const shift = 2 + 2 * (at % 3)
  return ((high << shift) | (low >> (6 - shift))) & 0xff
}

function isReadable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d)
}

function readable(run: string, bytes: Span, start: number): Reading {
  let text = ''
  for (let at = bytes.from; at < bytes.to; at += 1) text += String.fromCharCode(byteAt(run, at))
  return {
    text,
    place: ({ from, to }) => ({
      from: start + Math.floor(((bytes.from + from) * 4) / 3),
      to: start + Math.ceil(((bytes.from + to) * 4) / 3),
    }),
  }
}
