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
const BASE64 = /[A-Za-z0-9+/_-]{6,}/g

/**
 * What the runs of a text that may be base64 would say: each read from its first four characters on,
 * as what stands before may be of the same alphabet.
 */
export function* base64Readings(text: string): Generator<Reading, void, undefined> {
  for (const { 0: run, index } of text.matchAll(BASE64)) {
    for (let offset = 0; offset < 4 && run.length - offset >= 6; offset += 1) {
      const start = index + offset
      const most = index + run.length
      yield {
        text: Buffer.from(run.slice(offset), 'base64').toString('latin1'),
        place: ({ from, to }) => ({
          from: start + Math.floor((from * 4) / 3),
          to: Math.min(most, start + Math.ceil((to * 4) / 3)),
        }),
      }
    }
  }
}
