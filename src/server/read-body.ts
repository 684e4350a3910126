// The body of a request, read up to a limit.
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { Refusal } from '../state/refusal.ts'

/** The largest body that is read, in bytes. */
export const BODY_LIMIT = 1_048_576

/** How much of a too large body is read and dropped before its sender is cut off. */
const BODY_DROPPED = 16 * BODY_LIMIT

/** Told of the body, or why it was not read; neither where none was sent. */
export type OnBody = (body: string | undefined, unread?: Refusal) => void

/**
 * Reads a body up to the limit. A longer one is dropped as it comes, so that its sender is there to
 * read the refusal; one that goes on and on is refused at once.
 */
export function readBody(request: IncomingMessage, onBody: OnBody): void {
  const { headers } = request
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
    onBody(undefined)
    return
  }

  const tooLarge = () =>
    onBody(undefined, new Refusal('body-too-large', `the body is larger than ${BODY_LIMIT} bytes`))
  const chunks: Buffer[] = []
  let size = 0
  let cutOff = false
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= BODY_LIMIT) chunks.push(chunk)
    else if (size > BODY_DROPPED && !cutOff) {
      cutOff = true
      tooLarge()
    }
  })
  request.on('end', () => {
    if (cutOff) return
    if (size > BODY_LIMIT) return tooLarge()
    const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    // RFC 8259: JSON is UTF-8. What is not would be decoded to replacement characters.
    if (isUtf8(bytes)) onBody(bytes.toString('utf8'))
    else onBody(undefined, new Refusal('malformed-body', 'the body is not UTF-8'))
  })
}
