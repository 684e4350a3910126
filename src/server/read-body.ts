// The body of a request as text: read up to a limit, its codings undone. The one reader there is.
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { Transform } from 'node:stream'
import { Refusal } from '../state/refusal.ts'
import { decodersOf } from './content-codings.ts'
import { bodyReadBefore } from './read-before.ts'
import { expectationProblem } from './request-target.ts'

/** The largest body that is read, in bytes. */
export const BODY_LIMIT = 1_048_576

/** How much beyond its limit a body is read and dropped before its sender is cut off. */
export const DROPPED = 15 * BODY_LIMIT

/** How many times its size on the wire a body may have once it is inflated, beyond BODY_LIMIT. */
const MOST_INFLATED = 100

/** How many bodies that may be larger than others, such as a state, are read at once. */
export const MOST_LARGE = 4

/** How many of those are being read. */
let large = 0

/** Told of the body, or why it was not read; neither where none was sent. */
export type OnBody = (body: string | undefined, unread?: Refusal) => void

/** Takes the bytes of a body as they come. */
export interface Sink {
  take(chunk: Buffer): void
  /** Lets go of what it took: the body is refused. */
  drop(): void
}

/** Told when all of a body was taken, or why it was not. */
export type OnTaken = (unread?: Refusal) => void

/** True where no body was sent. */
function isBodyless({ headers }: IncomingMessage): boolean {
  return headers['content-length'] === undefined && headers['transfer-encoding'] === undefined
}

/**
 * Reads a body as text.
 * @param limit bytes, before and after its codings are undone
 */
export function readBody(request: IncomingMessage, onBody: OnBody, limit = BODY_LIMIT): void {
  if (isBodyless(request)) {
    onBody(undefined)
    return
  }
  const chunks: Buffer[] = []
  const sink: Sink = {
    take: (chunk) => void chunks.push(chunk),
    drop() {
      chunks.length = 0
    },
  }
  const taken: OnTaken = (unread) => {
    if (unread) onBody(undefined, unread)
    else readText(joined(chunks), onBody)
  }
  readInto(request, sink, taken, limit)
}

/**
 * Reads a body that was sent. A longer one is dropped as it comes, so that its sender is there to
 * read the refusal; one that goes on and on is refused at once.
 * @param limit bytes, before and after its codings are undone
 */
export function readInto(
  request: IncomingMessage,
  sink: Sink,
  onTaken: OnTaken,
  limit: number,
): void {
  // Whoever embeds the simulator may have put a body parser in front of it, and who passes a request
  // on has read it. One that ended without a byte is empty.
  if (request.readableDidRead || request.readableEnded) {
    const body = request.readableDidRead ? bodyReadBefore(request) : ''
    if (!(body instanceof Refusal)) sink.take(Buffer.from(body))
    onTaken(body instanceof Refusal ? body : undefined)
    return
  }
  const unmet = expectationProblem(request)
  if (unmet) {
    request.resume()
    onTaken(unmet)
    return
  }
  const { headers } = request
  const transfer = headers['transfer-encoding']
  if (transfer !== undefined && transfer.toLowerCase() !== 'chunked') {
    const reason = `the transfer coding ${transfer} is not known here: send chunked alone`
    drop(request, limit, new Refusal('not-implemented', reason), onTaken)
    return
  }
  if (limit > BODY_LIMIT) {
    if (large >= MOST_LARGE) {
      const reason = `${MOST_LARGE} states are being sent already: try again when they are there`
      drop(request, BODY_LIMIT, new Refusal('writes-refused', reason), onTaken)
      return
    }
    large += 1
    request.once('close', () => {
      large -= 1
    })
  }
  const reading = { request, sink, limit, onTaken }
  if (headers['content-encoding'] === undefined) collect(reading)
  else inflate(reading, headers['content-encoding'])
}

/** A body that is being read. */
interface Reading {
  readonly request: IncomingMessage
  readonly sink: Sink
  /** Bytes. */
  readonly limit: number
  readonly onTaken: OnTaken
}

/** True where a body was sent. */
export function hasBody(request: IncomingMessage): boolean {
  return !isBodyless(request)
}

/** Lets the body of a request go by that is refused whatever stands in it, and then says so. */
export function dropBody(request: IncomingMessage, refusal: Refusal, onBody: OnBody): void {
  if (isBodyless(request) || request.readableDidRead) onBody(undefined)
  else if (expectationProblem(request)) {
    request.resume()
    onBody(undefined, refusal)
  } else drop(request, BODY_LIMIT, refusal, (unread) => onBody(undefined, unread))
}

function tooLarge(limit: number): Refusal {
  return new Refusal('body-too-large', `the body is larger than ${limit} bytes`)
}

/** RFC 8259 wants JSON in UTF-8; what is not would be decoded to replacement characters. */
function readText(bytes: Uint8Array, onBody: OnBody): void {
  if (!isUtf8(bytes)) {
    onBody(undefined, new Refusal('malformed-body', 'the body is not UTF-8'))
    return
  }
  const text = Buffer.isBuffer(bytes) ? bytes.toString('utf8') : Buffer.from(bytes).toString('utf8')
  // RFC 8259 8.1: a byte order mark may be ignored.
  onBody(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
}

function joined(chunks: readonly Buffer[]): Buffer {
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
}

/** Reads a body that has no coding. */
function collect({ request, sink, limit, onTaken }: Reading): void {
  let size = 0
  let cutOff = false
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= limit) sink.take(chunk)
    else if (size > limit + DROPPED && !cutOff) {
      cutOff = true
      onTaken(tooLarge(limit))
    } else sink.drop()
  })
  request.on('end', () => {
    if (cutOff) return
    onTaken(size > limit ? tooLarge(limit) : undefined)
  })
}

/** Lets what is left of a body go by, and then tells why it was not read. */
function drop(
  request: IncomingMessage,
  limit: number,
  unread: Refusal,
  onUnread: (unread: Refusal) => void,
): void {
  let size = 0
  let told = false
  const tell = () => {
    if (!told) onUnread(unread)
    told = true
  }
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > limit + DROPPED) tell()
  })
  if (request.readableEnded) tell()
  else request.on('end', tell)
}

/** Reads a body and undoes its codings as it comes; no more than the limit is ever inflated. */
function inflate(reading: Reading, codings: string): void {
  const decoders = decodersOf(codings)
  if (decoders instanceof Refusal) drop(reading.request, reading.limit, decoders, reading.onTaken)
  else if (decoders.length === 0) collect(reading)
  else decode(reading, decoders)
}

function decode({ request, sink, limit, onTaken }: Reading, decoders: readonly Transform[]): void {
  const declared = Number(request.headers['content-length'] ?? 0)
  let sent = 0
  let stopped = false
  const stop = (unread: Refusal) => {
    if (stopped) return
    stopped = true
    request.unpipe()
    for (const decoder of decoders) decoder.destroy()
    sink.drop()
    drop(request, limit, unread, onTaken)
    request.resume()
  }
  const most = () => Math.min(limit, Math.max(BODY_LIMIT, MOST_INFLATED * Math.max(sent, declared)))

  request.on('data', (chunk: Buffer) => {
    sent += chunk.length
    if (sent > limit) stop(tooLarge(limit))
  })
  for (const decoder of decoders) {
    let size = 0
    decoder.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > most()) stop(tooLarge(most()))
      else if (decoder === decoders.at(-1)) sink.take(chunk)
    })
    decoder.on('error', ({ message }) => {
      const reason = `the body is not what its Content-Encoding says: ${message}`
      stop(new Refusal('malformed-body', reason))
    })
  }
  decoders.reduce<NodeJS.ReadableStream>((from, decoder) => from.pipe(decoder), request)
  decoders.at(-1)?.on('end', () => onTaken())
}
