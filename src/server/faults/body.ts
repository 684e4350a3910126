// Bodies of replies that are hurt: whether there is one, and how a part of it is sent.
import type { BytesAnswer, CutAnswer } from '../exchange.ts'
import { JSON_LIKE } from '../media-type.ts'
import type { CallAt, CallEffect } from './kind.ts'

/** Why there is no body to hurt; `undefined` where there is one. */
export function hasBody({ exchange, reply }: CallAt): string | undefined {
  if (exchange.method === 'HEAD') return 'the answer to HEAD has no body'
  if (!reply || (reply.body === undefined && !reply.content)) return 'the reply has no body'
  return undefined
}

/** Why the reply is no JSON. */
export function hasJson(call: CallAt): string | undefined {
  const type = call.reply?.content?.type
  return (
    hasBody(call) ??
    (type === undefined || JSON_LIKE.test(type) ? undefined : `the reply is ${type}`)
  )
}

/**
 * Sends a part of a body, and ends the connection.
 * @param bytes half of them unless told; always less than all
 */
export function partOf(bytes: number | undefined, by: CutAnswer['by']): CallEffect {
  return {
    kind: 'answer',
    leave(reply) {
      if (!reply) return { saw: 'nothing', answer: { kind: by } }
      const all = lengthOf(reply)
      const sent = Math.max(1, Math.min(bytes ?? Math.floor(all / 2), all - 1))
      const end = by === 'reset' ? 'reset' : 'closed'
      return {
        saw: `${sent} of the ${all} bytes of the body, then the connection was ${end}`,
        answer: { kind: 'cut', reply, bytes: sent, by },
      }
    },
  }
}

function lengthOf({ body = '' }: BytesAnswer): number {
  return Buffer.byteLength(body)
}
