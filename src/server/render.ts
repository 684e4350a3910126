// A provider's reply as the bytes that are sent: the one way for all who write replies.
import type { Reply, ReplyHeaders } from '../simulators/call.ts'
import type { BytesAnswer } from './exchange.ts'
import type { LongText } from './long-list.ts'
import { JSON_TYPE } from './media-type.ts'
import type { Operation } from './spec.ts'

const NONE: ReplyHeaders = {}

/**
 * A reply without content of its own, in the media type that its operation has for the status.
 * @param operation absent where none was found
 */
export function rendered(reply: Reply, operation: Operation | undefined): BytesAnswer {
  const { status, headers = NONE, body } = reply
  if (body === undefined)
    return { kind: 'bytes', status, headers, type: undefined, body: undefined }

  const type = operation?.jsonType(status) ?? JSON_TYPE
  return { kind: 'bytes', status, headers, type, body: JSON.stringify(body) }
}

/** A reply whose body was written as a long text. */
export function renderedText(
  { status, headers = NONE }: Reply,
  operation: Operation | undefined,
  { chunks, size, beginning, length }: LongText,
): BytesAnswer {
  const type = operation?.jsonType(status) ?? JSON_TYPE
  const body = Buffer.concat(chunks, size)
  return { kind: 'bytes', status, headers, type, body, text: { beginning, length } }
}

/** A reply whose content was rendered as `body`. */
export function renderedContent(
  { status, headers = NONE }: Reply,
  type: string,
  body: string | Uint8Array,
): BytesAnswer {
  return { kind: 'bytes', status, headers, type, body }
}
