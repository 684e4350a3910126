// Lists of texts in the binary form of PostgreSQL: in its text form every quote in them is escaped.

/** Of the type `text`. */
const TEXT = 25
const HEADER = 20

/** A value for `$1::text[]`. */
export function textArray(texts: readonly (string | undefined)[]): Buffer {
  const parts: Buffer[] = [header(texts)]
  for (const text of texts) {
    const bytes = text === undefined ? undefined : Buffer.from(text)
    const length = Buffer.alloc(4)
    // A length of -1 stands for NULL.
    length.writeInt32BE(bytes?.length ?? -1)
    parts.push(length)
    if (bytes) parts.push(bytes)
  }
  return Buffer.concat(parts)
}

/** One dimension, whether there are NULLs, the type, how many, and that they are counted from 1. */
function header(texts: readonly (string | undefined)[]): Buffer {
  const isEmpty = texts.length === 0
  const bytes = Buffer.alloc(isEmpty ? 12 : HEADER)
  bytes.writeInt32BE(isEmpty ? 0 : 1, 0)
  bytes.writeInt32BE(texts.includes(undefined) ? 1 : 0, 4)
  bytes.writeInt32BE(TEXT, 8)
  if (isEmpty) return bytes
  bytes.writeInt32BE(texts.length, 12)
  bytes.writeInt32BE(1, 16)
  return bytes
}

/** A value for a list of numbers or booleans, as in `$1::bigint[]`. */
export function plainArray(values: readonly (number | boolean | undefined)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`
}
