// Checksums: a byte that was changed after it was written is noticed.
import { crc32 } from 'node:zlib'

/** A checksum as 8 hexadecimal digits. */
export function hex(sum: number): string {
  return sum.toString(16).padStart(8, '0')
}

/** The checksum of what follows something whose checksum is `before`. */
export function checksum(content: string | Buffer, before = 0): number {
  return crc32(content, before)
}

/** Digits of a checksum and the space behind them. */
const PREFIX = 9
const NEWLINE = 0x0a
const DIGITS = /^[0-9a-f]{8} $/

const BLANK = '00000000 '

/** Texts of JSON as lines, each with its checksum before it. */
export function sealedLines(texts: readonly string[]): Buffer {
  const lines = Buffer.from(`${BLANK}${texts.join(`\n${BLANK}`)}\n`)
  // The checksums are written into the bytes: encoding every text for its own costs more.
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf(NEWLINE, start)
    lines.write(hex(checksum(lines.subarray(start + PREFIX, end))), start, 'latin1')
    start = end + 1
  }
  return lines
}

/** The JSON of a sealed line without its end; `undefined` where the checksum is another. */
export function openSealed(line: Buffer): string | undefined {
  const digits = line.toString('latin1', 0, PREFIX)
  const json = line.subarray(PREFIX)
  const isWhole = DIGITS.test(digits) && hex(checksum(json)) === digits.slice(0, -1)
  return isWhole ? json.toString('utf8') : undefined
}
