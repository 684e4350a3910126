// The closed list of noes: why the simulator refuses, before a provider words it.

/** Refusals the kernel itself can raise; every provider words each of them in its own dialect. */
export type KernelRefusal =
  | 'unknown-world'
  | 'unknown-route'
  | 'method-not-allowed'
  | 'unauthorized'
  | 'body-too-large'
  | 'unsupported-media-type'
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

/**
 * Thrown anywhere below the pipeline; rolls the transaction back and becomes a reply in the provider's dialect.
 * `reason` is the whole truth, for the journal: it may say more than the provider would.
 */
export class Refusal<Code extends string = string> extends Error {
  readonly code: Code
  readonly detail: RefusalDetail

  constructor(code: Code, reason: string, detail: RefusalDetail = {}) {
    super(reason)
    this.name = 'Refusal'
    this.code = code
    this.detail = detail
  }
}
