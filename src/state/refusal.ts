// Refusal codes, and the error that carries one until a provider words it.

/**
 * Codes that any part may refuse with; every provider words each of them in its
 * own dialect.
 */
export type CommonRefusal =
  | 'unknown-world'
  | 'unknown-route'
  | 'method-not-allowed'
  | 'unauthorized'
  | 'forbidden'
  | 'body-too-large'
  | 'unsupported-media-type'
  | 'not-acceptable'
  | 'expectation-failed'
  | 'unreadable-body'
  | 'malformed-body'
  | 'invalid-request'
  | 'not-implemented'
  | 'wrong-state'
  | 'busy'
  | 'not-found'
  | 'writes-refused'
  | 'reply-violates-spec'
  | 'internal'

/** What a refusal can carry for the one who words it. */
export type RefusalDetail = Readonly<Record<string, string | number | boolean | undefined>>

/** How many characters a reason has at most: some repeat what was sent, and that may be long. */
export const LONGEST_REASON = 4000

function bounded(reason: string): string {
  if (reason.length <= LONGEST_REASON) return reason
  return `${reason.slice(0, LONGEST_REASON)}... (${reason.length} characters)`
}

const BRAND = Symbol.for('esimulator.refusal')

/**
 * Thrown anywhere below the pipeline; rolls the transaction back and becomes a reply in the
 * provider's dialect. `reason` is the whole truth, for the journal: it may say more than the
 * provider would. A provider names its own codes, as in
 * `new Refusal<OwnCodes>('out-of-stock', ...)`: a code nobody words does not compile.
 */
export class Refusal<Code extends string = CommonRefusal> extends Error {
  readonly code: Code | CommonRefusal
  readonly detail: RefusalDetail
  readonly [BRAND] = true

  /** A provider in a package of its own may have its own copy of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value
  }

  constructor(code: NoInfer<Code> | CommonRefusal, reason: string, detail: RefusalDetail = {}) {
    super(bounded(reason))
    this.name = 'Refusal'
    this.code = code
    this.detail = detail
  }
}

/** A refusal with whatever code: what those handle who only pass it on. */
export type AnyRefusal = Refusal<string>
