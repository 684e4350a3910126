// A body that a parser in front of the simulator has read already: taken as the parser left it.
import type { IncomingMessage } from 'node:http'
import { Refusal } from '../state/refusal.ts'
import { isForm } from './media-type.ts'

const HOW =
  'the body was read before it came to the simulator, and left nowhere: ' +
  'mount the simulator before what reads bodies, or put the body into request.body'

/**
 * The body that is in `request.body`, as the text or the bytes it was; or why there is none. A body
 * that was parsed is written again: JSON as JSON, a form as a form.
 */
export function bodyReadBefore(request: IncomingMessage): string | Uint8Array | Refusal {
  const { body } = request as { body?: unknown }
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  if (body === undefined) return unread()
  if (!isForm(request.headers['content-type'])) return JSON.stringify(body)

  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(body ?? {}))
    for (const each of [value].flat()) {
      if (typeof each !== 'string') return unread()
      form.append(name, each)
    }
  return form.toString()
}

function unread(): Refusal {
  return new Refusal('unreadable-body', HOW)
}
