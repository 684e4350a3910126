// Texts that a text has in it as base64: read whole, and written again in the same way.
import { isUtf8 } from 'node:buffer'
import type { Span } from '../../server/redaction/span.ts'

/** A run of base64 that stands for a text. */
export interface Base64Text extends Span {
  readonly text: string
  /** Another text as this one is written: with its alphabet, and padded or not. */
  readonly written: (text: string) => string
}

const RUN = /[A-Za-z0-9+/_-]{12,}={0,2}/g

/** Characters of a run that says something. */
const SHORTEST = 12

/** What no text has that people write. */
const UNREADABLE = /[^\P{Cc}\t\r\n]|\ufffd/u

/** Those that can be read from their first character to their last; in a path, between its slashes. */
export function base64Texts(text: string): Base64Text[] {
  return [...text.matchAll(RUN)].flatMap(({ index, 0: run }) => {
    const whole = readWhole(run, index)
    if (whole || !run.includes('/')) return whole ? [whole] : []
    return partsOf(run).flatMap(({ at, part }) => readWhole(part, index + at) ?? [])
  })
}

/** What stands between the slashes of a path, and is long enough to say something. */
function partsOf(run: string): { readonly at: number; readonly part: string }[] {
  let at = 0
  return run.split('/').flatMap((part) => {
    const begin = at
    at += part.length + 1
    return part.length < SHORTEST ? [] : [{ at: begin, part }]
  })
}

function readWhole(run: string, from: number): Base64Text | undefined {
  const bytes = Buffer.from(run, 'base64')
  const write = (plain: Buffer) =>
    inAlphabet(plain, { isForUrls: /[_-]/.test(run), isPadded: run.endsWith('=') })
  if (!isUtf8(bytes) || write(bytes) !== run) return undefined
  const text = bytes.toString('utf8')
  if (UNREADABLE.test(text)) return undefined
  const written = (plain: string) => write(Buffer.from(plain))
  return { from, to: from + run.length, text, written }
}

interface Writing {
  readonly isForUrls: boolean
  readonly isPadded: boolean
}

function inAlphabet(bytes: Buffer, { isForUrls, isPadded }: Writing): string {
  const text = bytes.toString(isForUrls ? 'base64url' : 'base64').replace(/=+$/, '')
  return isPadded ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text
}
