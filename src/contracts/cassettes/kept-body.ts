// A body as a cassette keeps it: JSON or text that can be read; of anything else its size and hash.
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
} from 'node:zlib'
import { unzipSync, zipSync } from 'fflate'
import { defined } from '../../state/defined.ts'

export type KeptBody =
  | { readonly json: unknown; readonly coding?: Coding }
  | { readonly text: string; readonly coding?: Coding }
  | { readonly zip: readonly KeptEntry[] }
  | { readonly binary: KeptBinary }

/** A file of a ZIP archive. */
export interface KeptEntry {
  readonly name: string
  readonly body: KeptBody
}

/** What is known of a body that is no text. */
export interface KeptBinary {
  readonly bytes: number
  readonly sha256: string
  /** Its first bytes in hexadecimal: they tell its format, and nothing else. */
  readonly begins: string
}

const CODINGS = {
  gzip: { undo: gunzipSync, make: (bytes: Buffer) => gzipSync(bytes) },
  deflate: { undo: inflateSync, make: (bytes: Buffer) => deflateSync(bytes) },
  br: { undo: brotliDecompressSync, make: (bytes: Buffer) => brotliCompressSync(bytes) },
} as const

/** How a body was compressed. */
export type Coding = keyof typeof CODINGS

/** So many bytes of a format are the same in every file of it: ZIP has four, PNG eight. */
const MARK = { zip: 4, others: 8 } as const

/** Larger ones are taken for an attack, and kept as size and hash. */
const LARGEST = 64 * 1024 * 1024

/** When the files of an archive were written that is made again. */
const ZIPPED_AT = '1980-01-02T00:00:00'

/** A body that can be read. */
export interface ReadableBody {
  readonly text: string
  readonly coding: Coding | undefined
}

/** @param coding the value of Content-Encoding; `undefined` for what is no text */
export function readable(body: Buffer, coding: string | undefined): ReadableBody | undefined {
  const known = codingOf(body, coding)
  const bytes = known ? undone(body, known) : body
  if (bytes === undefined || !isUtf8(bytes)) return undefined
  const text = bytes.toString('utf8')
  // A byte 0 is in no text that anybody reads.
  return text.includes('\0') ? undefined : { text, coding: known }
}

/** gzip is known by its looks, too. */
function codingOf(body: Buffer, coding = ''): Coding | undefined {
  const name = coding.trim().toLowerCase().replace(/^x-/, '')
  if (Object.hasOwn(CODINGS, name)) return name as Coding
  return body[0] === 0x1f && body[1] === 0x8b ? 'gzip' : undefined
}

function undone(body: Buffer, coding: Coding): Buffer | undefined {
  try {
    return CODINGS[coding].undo(body, { maxOutputLength: LARGEST })
  } catch {
    return undefined
  }
}

/** A text as JSON where that can be written back as it was. */
export function keptText(text: string, coding?: Coding | undefined): KeptBody {
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && JSON.stringify(json) === text) return defined({ json, coding })
  } catch {
    // It is told as a text.
  }
  return defined({ text, coding })
}

/** What is no text. */
export function keptBinary(body: Buffer): KeptBody {
  const mark = body.subarray(0, 2).toString('latin1') === 'PK' ? MARK.zip : MARK.others
  const sha256 = createHash('sha256').update(body).digest('hex')
  return { binary: { bytes: body.length, sha256, begins: body.subarray(0, mark).toString('hex') } }
}

/** The files of a ZIP archive by their names; `undefined` for what is none. */
export function unzipped(body: Buffer): Readonly<Record<string, Uint8Array>> | undefined {
  if (body.subarray(0, 4).toString('latin1') !== 'PK\u0003\u0004') return undefined
  let size = 0
  try {
    return unzipSync(body, {
      filter({ originalSize }) {
        size += originalSize
        if (size > LARGEST) throw new Error('it is too large')
        return true
      },
    })
  } catch {
    return undefined
  }
}

/** A text as it was; `undefined` for what was none. */
export function textOfKept(body: KeptBody | undefined): string | undefined {
  if (body === undefined || 'binary' in body || 'zip' in body) return undefined
  return 'json' in body ? JSON.stringify(body.json) : body.text
}

/** Whether something of a body is not there, or of a file in it. */
export function lacksBytes(body: KeptBody): boolean {
  return 'binary' in body || ('zip' in body && body.zip.some((each) => lacksBytes(each.body)))
}

/** The bytes of a body; of one that was no text its first, and zeros up to its size. */
export function bytesOfKept(body: KeptBody): Buffer {
  if ('binary' in body) {
    const { bytes, begins } = body.binary
    const all = Buffer.alloc(bytes)
    Buffer.from(begins, 'hex').copy(all)
    return all
  }
  if ('zip' in body) {
    const files = body.zip.map((each) => [each.name, bytesOfKept(each.body)] as const)
    return Buffer.from(zipSync(Object.fromEntries(files), { level: 0, mtime: ZIPPED_AT }))
  }
  const text = Buffer.from(textOfKept(body) ?? '')
  return body.coding === undefined ? text : CODINGS[body.coding].make(text)
}
