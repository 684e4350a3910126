// Words for every refusal, made of a table of statuses and one form of body.
import type { AnyRefusal, CommonRefusal } from '../state/refusal.ts'
import type { Reply } from './call.ts'
import type { Simulator } from './simulator.ts'

const COMMON: Readonly<Record<CommonRefusal, number>> = {
  'unknown-world': 404,
  'unknown-route': 404,
  'method-not-allowed': 405,
  unauthorized: 401,
  forbidden: 403,
  'body-too-large': 413,
  'unsupported-media-type': 415,
  'not-acceptable': 406,
  'expectation-failed': 417,
  'unreadable-body': 500,
  'malformed-body': 400,
  'invalid-request': 400,
  'not-implemented': 501,
  'wrong-state': 409,
  busy: 503,
  'not-found': 404,
  'writes-refused': 503,
  'reply-violates-spec': 500,
  internal: 500,
}

/** The codes that every provider has words for. */
export const commonRefusals: readonly string[] = Object.keys(COMMON)

/** What the body of a refusal is made of. */
export interface RefusalTold {
  readonly status: number
  /** As in `UNKNOWN_PLAN` for the refusal `unknown-plan`. */
  readonly code: string
  /** The reason, for whoever called. */
  readonly message: string
}

/**
 * What a provider needs to word its refusals.
 * @param statuses of those that only it has, by code, and of common ones that are another here
 * @param body the body of a refusal
 * @example
 * ...wordRefusals({ 'unknown-plan': 404 }, ({ code, message }) => ({ code, message }))
 */
export function wordRefusals(
  statuses: Readonly<Record<string, number>>,
  body: (told: RefusalTold) => object,
): Pick<Simulator, 'refusalCodes' | 'refusalReply'> {
  const table: Readonly<Record<string, number>> = { ...COMMON, ...statuses }
  const refusalReply = ({ code: refused, message }: AnyRefusal): Reply => {
    const isKnown = Object.hasOwn(table, refused)
    const status = (isKnown ? table[refused] : undefined) ?? COMMON.internal
    const code = (isKnown ? refused : 'internal').toUpperCase().replaceAll('-', '_')
    return { status, body: body({ status, code, message }) }
  }
  return { refusalCodes: Object.keys(table), refusalReply }
}
