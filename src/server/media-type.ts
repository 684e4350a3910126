// Media types: which a body was sent as, and which of those offered a client would rather have.
import Negotiator from 'negotiator'

export const JSON_TYPE = 'application/json'
export const FORM_TYPE = 'application/x-www-form-urlencoded'
/** JSON, or a type built on it such as `application/hal+json`. */
export const JSON_LIKE = /^application\/([\w.+-]+\+)?json\s*(;|$)/i
/** Plain text, CSV and the like. */
export const TEXT_TYPE = /^text\//i

export const isText = (type: string | undefined) => type !== undefined && TEXT_TYPE.test(type)
export const isJson = (type: string | undefined) => type !== undefined && JSON_LIKE.test(type)
export const isForm = (type: string | undefined) =>
  type?.toLowerCase().startsWith(FORM_TYPE) === true

/** A parameter of a media range that is not its weight; its value may be quoted. */
const PARAMETER = /;\s*(?!q\s*=)[\w!#$%&'*+.^`|~-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s,;"]*)/gi

/**
 * Of the media types `offered` the one that the Accept header prefers (RFC 9110 12.5.1), if it
 * takes any. None that is offered has parameters, so those of a range, such as a charset, rule
 * nothing out.
 */
export function preferredType(
  accept: string | string[] | undefined,
  offered: readonly string[],
): string | undefined {
  const ranges = typeof accept === 'string' ? accept.replace(PARAMETER, '') : undefined
  return new Negotiator({ headers: { accept: ranges } }).mediaTypes([...offered])[0]
}
