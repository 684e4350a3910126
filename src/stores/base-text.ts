// The text of a base: a header, then every record on a line of its own.
import type { Records } from '../state/collection.ts'
import { shownKey } from '../state/credentials.ts'
import type { RecordsView } from '../state/record-view.ts'
import { checksum, hex } from './checksum.ts'
import { isCount, isObject } from './json-shape.ts'
import { inPieces } from './pieces.ts'
import { type Chunks, NoDocument, type RecordDocument, readDocument } from './record-document.ts'
import { BrokenWorld, FORMAT, StoreError } from './store.ts'

/** No header is longer than this. */
const HEADER = 1000

/** What a base says of itself. */
export interface BaseHeader {
  /** Absent from a document somebody made by hand. */
  readonly world?: string | undefined
  /** Tells its logs from those of another world of this name; version 0.1.0 wrote none. */
  readonly generation?: string | undefined
  /** The number of the last change in it. */
  readonly logged: number
}

/** What a base holds: the records as they stood after the change numbered `logged`. */
export interface Base extends BaseHeader {
  readonly records: Records
}

/** The checksum of a base: its digits, and where they stand in the file. */
export interface Seal {
  readonly at: number
  readonly digits: string
}

/** What comes before the digits of the checksum, and after them. */
const SEAL_START = ',\n  "checksum": "'
const SEAL_END = '"'
const HEAD_END = ',\n  "collections": {'

/** Every collection, and each record on a line of its own. */
function* textsOf(view: RecordsView): Generator<string, void, undefined> {
  let before = '\n'
  for (const collection of view.collections) {
    yield `${before}    ${JSON.stringify(collection)}: {`
    let separator = '\n'
    for (const key of view.keys(collection)) {
      const record = JSON.stringify(view.get(collection, key))
      yield `${separator}      ${JSON.stringify(key)}: ${record}`
      separator = ',\n'
    }
    yield '\n    }'
    before = ',\n'
  }
  yield '\n  }\n}\n'
}

/**
 * The text of a base, piece by piece: its last header field is the checksum of all the rest, with
 * zeros for digits.
 * @returns the checksum, to be written over them
 */
export function* renderBase(
  version: string,
  { world, generation, logged }: BaseHeader,
  view: RecordsView,
): Generator<Buffer, Seal, undefined> {
  const header = { format: FORMAT, writtenBy: `esimulator ${version}`, world, logged, generation }
  const head = Buffer.from(JSON.stringify(header, null, 2).slice(0, -2))
  let sum = checksum(head)
  const counted = (text: string) => {
    const piece = Buffer.from(text)
    sum = checksum(piece, sum)
    return piece
  }
  yield Buffer.concat([head, Buffer.from(SEAL_START + hex(0) + SEAL_END), counted(HEAD_END)])
  for (const text of inPieces(textsOf(view))) yield counted(text)
  return { at: head.length + SEAL_START.length, digits: hex(sum) }
}

/** The line of a header that holds the checksum, and the beginning of what follows it. */
const SEAL = /,\n {2}"checksum": "([0-9a-f]{8})"(?=,\n {2}"collections": \{)/

/** A base as it was read. */
export interface ParsedBase extends Base {
  /** Bytes of its text. */
  readonly size: number
  /** False where its text is not the one that was written: its checksum is another. */
  readonly isAsWritten: boolean
}

/** What takes the sum of a base while it is read. */
interface Summing {
  readonly add: (bytes: Buffer) => void
  /** True where the text has the checksum it was written with, or none. */
  readonly isAsWritten: () => boolean
}

/** Begins with the first bytes, which have all of the header. */
function openSumming(): Summing & { readonly size: () => number } {
  let summing: Summing | undefined
  let size = 0
  return {
    add(bytes) {
      summing ??= summingFrom(bytes)
      summing.add(bytes)
      size += bytes.length
    },
    isAsWritten: () => summing?.isAsWritten() ?? true,
    size: () => size,
  }
}

/** @param beginning of the text, with all of its header */
function summingFrom(beginning: Buffer): Summing {
  const header = beginning.toString('latin1', 0, HEADER)
  const seal = SEAL.exec(header)
  if (!seal) {
    const hasOne = /"checksum"\s*:/.test(header)
    return { add() {}, isAsWritten: () => !hasOne }
  }
  const [text, digits] = seal
  let left = seal.index + text.length
  let sum = checksum(beginning.subarray(0, seal.index))
  return {
    add(bytes) {
      sum = checksum(bytes.subarray(left), sum)
      left = Math.max(0, left - bytes.length)
    },
    isAsWritten: () => hex(sum) === digits,
  }
}

/**
 * Reads the text of a base in turns.
 * @param chunks its bytes, the first of them with all of its header
 * @throws BrokenWorld where it is no base
 * @throws StoreError where it is one of a newer format
 */
export async function parseBase(file: string, chunks: Chunks): Promise<ParsedBase> {
  const summing = openSumming()
  const { value, collections } = await documentIn(file, chunks, summing)
  const wrong = (what: string) =>
    new BrokenWorld(`${file} is not a state file of esimulator: ${what}`)
  if (!isObject(value)) throw wrong('it is no JSON object')
  const { format, world, generation, logged } = value
  if (!isCount(format) || format === 0) throw wrong('it has no "format"')
  if (format > FORMAT) {
    throw new StoreError(
      `${file} was written by a newer esimulator (format ${format}; this one reads ${FORMAT}): ` +
        'upgrade, or start with another --state folder',
    )
  }
  if (!isCount(logged)) throw wrong('"logged" is no number')
  if (!isObject(value.collections)) throw wrong('"collections" is no object')
  const records: Records = new Map()
  for (const collection of Object.keys(value.collections)) {
    const byKey = collections.get(collection)
    if (!byKey) throw wrong(`collection ${JSON.stringify(collection)} is no object`)
    for (const [key, record] of byKey) {
      if (!isObject(record))
        throw wrong(
          `${JSON.stringify(shownKey(collection, key))} in ${JSON.stringify(collection)} is no record`,
        )
    }
    records.set(collection, byKey as Map<string, object>)
  }
  const given = (field: unknown) => (typeof field === 'string' ? field : undefined)
  return {
    world: given(world),
    generation: given(generation),
    logged,
    records,
    size: summing.size(),
    isAsWritten: summing.isAsWritten(),
  }
}

/** @throws BrokenWorld */
async function documentIn(file: string, chunks: Chunks, summing: Summing): Promise<RecordDocument> {
  try {
    return await readDocument(chunks, summing.add)
  } catch (error) {
    if (!(error instanceof NoDocument)) throw error
    throw new BrokenWorld(`${file} is not JSON (${error.message})`)
  }
}
