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

/** What no text has that people write. */
const UNREADABLE = /[^\P{Cc}\t\r\n]|\ufffd/u

/** Those that can be read from their first character to their last. */
export function base64Texts(text: string): Base64Text[] {
  return [...text.matchAll(RUN)].flatMap(({ index, 0: run }) => {
    const bytes = Buffer.from(run, 'base64')
    const write = (plain: Buffer) =>
      inAlphabet(plain, { isForUrls: /[_-]/.test(run), isPadded: run.endsWith('=') })
    if (!isUtf8(bytes) || write(bytes) !== run) return []
    const read = bytes.toString('utf8')
    if (UNREADABLE.test(read)) return []
    const written = (plain: string) => write(Buffer.from(plain))
    return [{ from: index, to: index + run.length, text: read, written }]
  })
}

interface Writing {
  readonly isForUrls: boolean
  readonly isPadded: boolean
}

function inAlphabet(bytes: Buffer, { isForUrls, isPadded }: Writing): string {
  const text = bytes.toString(isForUrls ? 'base64url' : 'base64').replace(/=+$/, '')
  return isPadded ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text
}
