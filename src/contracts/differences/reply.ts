// An answer as it is compared: its status, the headers that count, its body read.
import { isUtf8 } from 'node:buffer'
import { isJson } from '../../server/media-type.ts'
import type { Answer } from '../../workflows/send.ts'
import { contentOf, documentedReply, mediaType } from '../documented-reply.ts'
import { type DocumentedField, documentedField } from './documented-field.ts'
import type { SideCall } from './side.ts'

/** A body: what it is, and its value where that is JSON. */
export type Body =
  | { readonly kind: 'JSON'; readonly value: unknown }
  | { readonly kind: 'no body' | 'text' | 'bytes that are no text' }

export function bodyOf({ headers, body }: Exclude<Answer, { readonly error: string }>): Body {
  if (body.length === 0) return { kind: 'no body' }
  if (!isUtf8(body)) return { kind: 'bytes that are no text' }
  const text = body.toString('utf8')
  if (!isJson(headers['content-type']) && !/^\s*[{[]/.test(text)) return { kind: 'text' }
  try {
    return { kind: 'JSON', value: JSON.parse(text) as unknown }
  } catch {
    return { kind: 'text' }
  }
}

/** What the document says of the body of an answer with this status. */
export function documentedBody(
  { operation, source }: Pick<SideCall, 'operation' | 'source'>,
  status: number,
): DocumentedField {
  const documented = operation && source && documentedReply(source.document, operation, status)
  const [type] = Object.keys(documented?.content ?? {}).filter((each) => isJson(each))
  const schema = documented && type !== undefined ? contentOf(documented, type)?.schema : undefined
  return documentedField(source?.document, schema === undefined ? [] : [schema])
}

/** Headers of the standard that tell a client what to do, documented or not. */
const TELLING = [
  'location',
  'retry-after',
  'www-authenticate',
  'allow',
  'content-disposition',
  'link',
]

/** Names of the headers that are compared, in small letters: the rest is the way it came. */
export function comparedHeaders(
  { operation, source }: Pick<SideCall, 'operation' | 'source'>,
  status: number,
): string[] {
  const documented = operation && source && documentedReply(source.document, operation, status)
  const names = new Set([...Object.keys(documented?.headers ?? {}), ...TELLING])
  names.delete('content-type')
  return [...names]
}

/** The media type of an answer, in small letters. */
export function typeOf({ headers }: Exclude<Answer, { readonly error: string }>): string {
  return mediaType(headers['content-type']) ?? 'none'
}
