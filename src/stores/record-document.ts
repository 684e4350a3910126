// A document of records, read as its bytes come: cut where a record ends, and each piece given to JSON.parse.
import { isUtf8 } from 'node:buffer'
import { isObject, whyNoJson } from './json-shape.ts'
import { openTurns } from './turns.ts'

/** Bytes of records that are parsed at once, and of a document that are looked at at once. */
const PIECE = 65_536

/** No record is larger, nor all that is no record: nothing that large can be parsed in one turn. */
const MOST = 16 * 1_048_576

/** What was read. */
export interface RecordDocument {
  /**
   * The value of the document, with an empty object in place of each collection. Objects as deep as
   * these that are elsewhere are not kept: no document has any.
   */
  readonly value: unknown
  /** What stands in the collections, by the name of each. */
  readonly collections: ReadonlyMap<string, Map<string, unknown>>
}

/** The text is no JSON, or none that can be read. */
export class NoDocument extends Error {}

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN = 0x7b
const CLOSE = 0x7d

/** How deep the records lie: in a collection, in `collections`, in the document. */
const RECORDS = 3

/** What the frame has in place of the content of a collection: which one it was. */
interface Cut {
  readonly cut: number
}

/**
 * Reads a document. What is in objects three levels deep is cut out, piece by piece, and parsed; what
 * is left is a frame, parsed at the end. So JSON.parse sees all of it, and never much at once.
 */
export class DocumentReader {
  /** Bytes before those that are being looked at. */
  #before = 0
  #depth = 0
  #isInString = false
  #isEscaped = false
  #frame: Buffer[] = []
  #frameSize = 0
  /** The content of the objects that were cut out, in their order. */
  readonly #cuts: Map<string, unknown>[] = []
  #isCutting = false
  /** The beginning of the next piece. */
  #piece: Buffer[] = []
  #pieceSize = 0
  #followsComma = false

  /** Takes the next bytes. @throws NoDocument */
  write(bytes: Buffer): void {
    let start = 0
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at]
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false
        else if (byte === BACKSLASH) this.#isEscaped = true
        else if (byte === QUOTE) this.#isInString = false
      } else if (byte === QUOTE) this.#isInString = true
      else if (byte === OPEN || byte === OPEN_LIST) {
        this.#depth += 1
        if (this.#depth !== RECORDS || byte !== OPEN) continue
        this.#addToFrame(bytes.subarray(start, at + 1))
        this.#beginCut()
        start = at + 1
      } else if (byte === CLOSE || byte === CLOSE_LIST) {
        this.#depth -= 1
        if (this.#depth !== RECORDS - 1 || !this.#isCutting) continue
        if (byte !== CLOSE) throw this.#wrong('an object ends as a list does', at)
        this.#addToPiece(bytes.subarray(start, at))
        this.#parsePiece(false, at)
        this.#isCutting = false
        start = at
      } else if (byte === COMMA && this.#depth === RECORDS && this.#isCutting) {
        if (this.#pieceSize + at - start < PIECE) continue
        this.#addToPiece(bytes.subarray(start, at))
        this.#parsePiece(true, at)
        start = at + 1
      }
    }
    const rest = bytes.subarray(start)
    if (this.#isCutting) this.#addToPiece(rest)
    else this.#addToFrame(rest)
    this.#before += bytes.length
  }

  /** The document, once all of it was taken. @throws NoDocument */
  end(): RecordDocument {
    if (this.#isCutting) throw this.#wrong('it ends in the midst of a record', 0)
    const value = this.#parse(Buffer.concat(this.#frame), '', 0)
    const collections = new Map<string, Map<string, unknown>>()
    if (!isObject(value) || !isObject(value.collections)) return { value, collections }

    const frame: Record<string, unknown> = Object.create(null)
    for (const [name, content] of Object.entries(value.collections)) {
      frame[name] = isObject(content) ? {} : content
      // Every object that deep was cut out.
      const records = isObject(content) ? this.#cuts[(content as unknown as Cut).cut] : undefined
      if (records) collections.set(name, records)
    }
    return { value: { ...value, collections: frame }, collections }
  }

  #beginCut(): void {
    this.#addToFrame(Buffer.from(`"cut":${this.#cuts.length}`))
    this.#cuts.push(new Map())
    this.#isCutting = true
    this.#followsComma = false
  }

  #addToFrame(bytes: Buffer): void {
    this.#frame.push(bytes)
    this.#frameSize += bytes.length
    if (this.#frameSize > MOST) throw this.#wrong(`more than ${MOST} bytes are no record`, 0)
  }

  #addToPiece(bytes: Buffer): void {
    this.#piece.push(bytes)
    this.#pieceSize += bytes.length
    if (this.#pieceSize > MOST) throw this.#wrong(`a record has more than ${MOST} bytes`, 0)
  }

  /** Parses what was cut out since the last time. @param at where it ends */
  #parsePiece(endsInComma: boolean, at: number): void {
    const [first] = this.#piece
    const bytes = this.#piece.length === 1 && first ? first : Buffer.concat(this.#piece)
    this.#piece = []
    this.#pieceSize = 0
    const from = at - bytes.length
    if (isBlank(bytes)) {
      if (endsInComma || this.#followsComma) throw this.#wrong('a record is missing', from)
      return
    }
    this.#followsComma = endsInComma
    const records = this.#parse(bytes, '{}', from) as Readonly<Record<string, unknown>>
    const cut = this.#cuts.at(-1)
    for (const key of Object.keys(records)) cut?.set(key, records[key])
  }

  /** @param brackets what stands around it */
  #parse(bytes: Buffer, brackets: '' | '{}', from: number): unknown {
    if (!isUtf8(bytes)) throw this.#wrong('it is not UTF-8', from)
    const text = bytes.toString('utf8')
    try {
      return JSON.parse(`${brackets.slice(0, 1)}${text}${brackets.slice(1)}`)
    } catch (error) {
      throw this.#wrong(whyNoJson(error), from)
    }
  }

  /** @param at among the bytes that are being looked at */
  #wrong(what: string, at: number): NoDocument {
    return new NoDocument(`${what}, behind byte ${this.#before + at}`)
  }
}

/** Whether there is nothing but the space of JSON. */
function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes)
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false
  return true
}

/** Bytes in their order, as they come. */
export type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>

/**
 * Reads a document in turns, and holds no more of its bytes than a piece.
 * @param onPiece told of each bytes before they are read
 * @throws NoDocument
 */
export async function readDocument(
  chunks: Chunks,
  onPiece?: (bytes: Buffer) => void,
): Promise<RecordDocument> {
  const reader = new DocumentReader()
  const turns = openTurns()
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE) {
      const bytes = chunk.subarray(at, at + PIECE)
      onPiece?.(bytes)
      reader.write(bytes)
      await turns.over()
    }
  }
  return reader.end()
}
