// One exchange: what was asked, what goes back, and what is found out about it on the way.
import type { Admission } from '../simulators/simulator.ts'
import type { AnyRefusal } from '../state/refusal.ts'
import type { Operation } from './spec.ts'

/** Headers as node:http has them, by their lower-case names. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>

/** A request as the pipeline sees it. */
export interface Exchange {
  readonly method: string
  /** Below the provider's slug, with its leading slash and without the query. */
  readonly path: string
  /** After the question mark; empty where there is none. */
  readonly query: string
  /** As the client wrote it, for the journal. */
  readonly url: string
  readonly headers: RequestHeaders
  readonly body: string | undefined
  /** Why the request cannot be answered, whatever it asks for: its URL or its Host is none. */
  readonly malformed: AnyRefusal | undefined
  /** Set where the body was not read, and why. */
  readonly unread: AnyRefusal | undefined
  /** Absolute URL up to the provider's base path, without a trailing slash. */
  readonly root: string
  /** The sender's address; empty where it has gone. */
  readonly caller: string
}

/** A header by its lower-case name; the first where it was sent more than once. */
export function headerOf(
  { headers }: { readonly headers: RequestHeaders },
  name: string,
): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : value?.[0]
}

/**
 * What becomes of the connection: a reply in full, none at all, or one that
 * comes in drops.
 */
export type Answer = BytesAnswer | HangUpAnswer | DribbleAnswer

interface AnyAnswer {
  /** Wall ms to wait before anything is sent. */
  readonly delay?: number
}

/** A reply, rendered; `body` is absent where there is none. */
export interface BytesAnswer extends AnyAnswer {
  readonly kind: 'bytes'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly type: string | undefined
  readonly body: string | Uint8Array | undefined
}

/** The connection is closed, and nothing is said. */
export interface HangUpAnswer extends AnyAnswer {
  readonly kind: 'hang-up'
}

/** A reply whose body comes piece by piece. */
export interface DribbleAnswer extends AnyAnswer {
  readonly kind: 'dribble'
  readonly reply: BytesAnswer
  /** Bytes of a piece. */
  readonly piece: number
  /** Wall ms between two pieces. */
  readonly pause: number
}

/** What is found out about an exchange on its way, for the journal. */
export interface Trace {
  /** Set once it counts against a rate limit: served again, it does not count again. */
  isCounted: boolean
  admission: Admission | undefined
  operation: Operation | undefined
  /** Of the mount the operation is served under, as in `/v2.4`. */
  basePath: string | undefined
  refusal: AnyRefusal | undefined
  readonly undocumented: string[]
  violations: readonly string[]
}

export function emptyTrace(): Trace {
  return {
    isCounted: false,
    admission: undefined,
    operation: undefined,
    basePath: undefined,
    refusal: undefined,
    undocumented: [],
    violations: [],
  }
}
