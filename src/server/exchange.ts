// One exchange: what was asked, what goes back, and what is found out about it on the way.
import type { ReplyHeaders } from '../simulators/call.ts'
import type { Admission } from '../simulators/simulator.ts'
import type { Change } from '../state/collection.ts'
import type { WorldEvent } from '../state/events.ts'
import type { AnyRefusal } from '../state/refusal.ts'
import type { Forbidden } from './guard.ts'
import type { Operation } from './spec.ts'
import type { FieldProblem } from './violations.ts'

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
  /** Set where its sender is not let in, and why. */
  readonly forbidden: Forbidden | undefined
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
 * What becomes of the connection: a reply in full, in part or in drops, or none at all.
 */
export type Answer = BytesAnswer | SilentAnswer | HangAnswer | CutAnswer | DribbleAnswer

/** How long something waits: wall ms, or until a task of the world is due. */
export type Wait = { readonly wall: number } | { readonly task: number }

interface AnyAnswer {
  /** What is waited for, one after the other, before anything is sent. */
  readonly waits?: readonly Wait[]
}

/** A reply, rendered; `body` is absent where there is none. */
export interface BytesAnswer extends AnyAnswer {
  readonly kind: 'bytes'
  readonly status: number
  readonly headers: ReplyHeaders
  readonly type: string | undefined
  readonly body: string | Uint8Array | undefined
  /** Of a body of bytes that is a text: how it begins, and how many characters it has. */
  readonly text?: { readonly beginning: string; readonly length: number }
}

/** The connection is closed (`hang-up`) or reset, and nothing is said. */
export interface SilentAnswer extends AnyAnswer {
  readonly kind: 'hang-up' | 'reset'
  /** The reply that does not leave, where there was one. */
  readonly lost?: BytesAnswer | undefined
}

/** Nothing is said; the connection is closed after a while. */
export interface HangAnswer extends AnyAnswer {
  readonly kind: 'hang'
  readonly lost?: BytesAnswer | undefined
  /** Wall ms until the server closes. */
  readonly ms: number
}

/** A reply with its whole length in the head, of whose body a part is sent. */
export interface CutAnswer extends AnyAnswer {
  readonly kind: 'cut'
  readonly reply: BytesAnswer
  /** Bytes of the body that are sent. */
  readonly bytes: number
  /** How it ends. */
  readonly by: 'hang-up' | 'reset'
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

/** The stages of a request that can end it, in their order. */
export type Stage =
  | 'read'
  | 'count'
  | 'route'
  | 'authenticate'
  | 'faults'
  | 'validate'
  | 'perform'
  | 'check'
  | 'commit'
  | 'render'

/** What a request changed in its world, and what that set off. */
export interface Effects {
  readonly changes: readonly Change[]
  readonly events: readonly WorldEvent[]
}

/** A fault that happened to an exchange. */
export interface TracedFault {
  readonly id: string
  readonly kind: string
  readonly when: 'before' | 'after'
  /** What the client saw of it, in words. */
  readonly saw: string
  /** Status of the provider's own reply, where that did not leave. */
  readonly lost?: number
}

/** What is found out about an exchange on its way, for the journal. */
export interface Trace {
  /** The stage it has come to. */
  stage: Stage
  admission: Admission | undefined
  operation: Operation | undefined
  /** Of the mount the operation is served under, as in `/v2.4`. */
  basePath: string | undefined
  refusal: AnyRefusal | undefined
  /** Absent where it changed nothing. */
  effects: Effects | undefined
  readonly undocumented: string[]
  /** Where the request breaks its spec. */
  readonly fields: FieldProblem[]
  violations: readonly string[]
  /** Faults that happened, in that order. */
  readonly faults: TracedFault[]
  /** Faults whose turn it was and that could not happen, and why. */
  readonly missedFaults: string[]
  /** What `Prefer` asked for and got, as in `code=503`. */
  preference: string | undefined
}

export function emptyTrace(): Trace {
  return {
    stage: 'read',
    admission: undefined,
    operation: undefined,
    basePath: undefined,
    refusal: undefined,
    effects: undefined,
    undocumented: [],
    fields: [],
    violations: [],
    faults: [],
    missedFaults: [],
    preference: undefined,
  }
}
