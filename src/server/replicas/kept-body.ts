// The bytes of a body as they came, kept so that they can be passed on.
import type { IncomingMessage } from 'node:http'
import { BODY_LIMIT, hasBody } from '../read-body.ts'

/** The bytes of a body, while it is read by who serves it. */
export interface KeptBody {
  /** All of it, once it has been read; `undefined` where it is too large to be kept. */
  readonly chunks: readonly Uint8Array[] | undefined
}

/** Keeps what is read of a body. Called before anybody else listens. */
export function keepBody(request: IncomingMessage): KeptBody {
  const chunks: Uint8Array[] = []
  let size = 0
  if (hasBody(request) && !request.readableDidRead)
    request.on('data', (chunk: Uint8Array) => {
      size += chunk.length
      if (size <= BODY_LIMIT) chunks.push(chunk)
      else chunks.length = 0
    })
  return {
    get chunks() {
      return size <= BODY_LIMIT ? chunks : undefined
    },
  }
}

/**
 * Reads a body that is to be passed on, where it is short, and leaves it where `readBody` finds it;
 * `undefined` for one that is to be passed on as it comes.
 */
export async function shortBody(
  request: IncomingMessage,
): Promise<readonly Uint8Array[] | undefined> {
  if (!hasBody(request)) return []
  const { headers } = request
  const length = Number(headers['content-length'] ?? Number.POSITIVE_INFINITY)
  if (length > BODY_LIMIT || headers['content-encoding'] !== undefined) return undefined
  if (request.readableDidRead) return undefined

  const chunks: Uint8Array[] = []
  request.on('data', (chunk: Uint8Array) => chunks.push(chunk))
  await new Promise<void>((done) => {
    request.once('end', done)
    request.once('close', done)
  })
  ;(request as { body?: Uint8Array }).body = Buffer.concat(chunks)
  return chunks
}
