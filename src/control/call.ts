// One call of the control API, as its handlers see it, and what many of them look up.
import type { ServerResponse } from 'node:http'
import { unknownName } from '../server/nearest.ts'
import type { SimulatorServer } from '../server/server.ts'
import { DEFAULT_WORLD, type HostedWorld, type Worlds } from '../server/worlds.ts'
import type { Reply, ReplyHeaders } from '../simulators/call.ts'
import { Refusal } from '../state/refusal.ts'
import type { AnswerOf, BodyOf, OperationId, PathOf, QueryOf, StreamingId } from './operations.ts'
import type { OpenProviderCalls } from './provider-calls.ts'
import type { SentState } from './sent-state.ts'
import type { OpenWorkflowRuns } from './workflow-runs.ts'

/** A call, routed and validated: values are as specs/control.yaml types them. */
export interface ControlCall<Path = unknown, Query = unknown, Body = unknown> {
  readonly server: SimulatorServer
  /**
   * The world the call speaks to, caught up with its clock.
   * Reading it throws Refusal `not-found` where there is none.
   */
  readonly hosted: HostedWorld
  readonly path: Path
  readonly query: Query
  readonly body: Body
  /** A header by its lower-case name. */
  readonly header: (name: string) => string | undefined
  /** Aborts when the caller has gone. */
  readonly gone: AbortSignal
  /**
   * URL of the simulator as the caller reaches it; without a trailing slash,
   * without a world.
   */
  readonly root: string
  /** True once nobody is there any more to read the answer. */
  readonly isGone: () => boolean
  /** Makes what `act` changes a part of the step of this command: needed after an await. */
  readonly step: <R>(act: () => R) => R
  /** Runs of workflows. @throws Refusal `not-implemented` where this simulator makes none */
  readonly workflows: OpenWorkflowRuns
  /** Calls of the providers. @throws Refusal `not-implemented` where this simulator makes none */
  readonly calls: OpenProviderCalls
  /** True where another replica asks, or has passed it on. */
  readonly isPassedOn: boolean
  /** False only for calls that are open to everybody, of who may not use the rest. */
  readonly trusted: boolean
}

/** The body of a call; that of a state has been made records of. */
type CalledWith<Id extends OperationId> = Id extends 'putState' ? SentState : BodyOf<Id>

/** The call of an operation. */
export type CallOf<Id extends OperationId> = ControlCall<PathOf<Id>, QueryOf<Id>, CalledWith<Id>>

/** A reply that is written in turns: its JSON, piece by piece. */
export interface WrittenReply {
  readonly status: 200
  readonly pieces: Iterator<string>
  /** Called once, when no piece is asked for any more. */
  readonly close: () => void
}

/** A reply that is a text of another type than JSON, or one that is written already. */
export interface TextReply {
  readonly status: 200
  readonly text: string
  readonly type: string
  readonly headers?: ReplyHeaders
}

/** An answer that goes on and on. */
export interface Streamed {
  /** Writes it, and leaves the response to itself. @throws Refusal before anything is written */
  readonly stream: (response: ServerResponse) => Promise<void>
}

/** What a handler answers, or will; a state, which may be large, is written in turns. */
export type ReplyOf<Id extends OperationId> = Id extends StreamingId
  ? Streamed
  : Id extends 'getState'
    ? WrittenReply
    : Id extends 'getWorkflowReport' | 'getMetrics'
      ? Promise<TextReply>
      : Reply<AnswerOf<Id>> | Promise<Reply<AnswerOf<Id>>>

/** Handlers by operationId, each typed by its operation. */
export type ControlHandlers = {
  readonly [Id in OperationId]: (call: CallOf<Id>) => ReplyOf<Id>
}

/**
 * A world with everything done that is due.
 * @throws Refusal `not-found` where there is none of that name
 */
export function caughtUp(
  worlds: Worlds,
  hosted: HostedWorld | undefined,
  name = DEFAULT_WORLD,
): HostedWorld {
  if (!hosted) {
    const known = worlds.list().map(({ world }) => world.name)
    const how =
      'GET /_sim/worlds or `esimulator world list` lists them, ' +
      'POST /_sim/worlds or `esimulator world create` makes one'
    throw new Refusal('not-found', `${worlds.gone.whyNone(name, known)} (${how})`)
  }
  hosted.runner.catchUp()
  return hosted
}

/** The provider of a slug. @throws Refusal `not-found` */
export function providerOf(server: SimulatorServer, slug: string) {
  const provider = server.providers.get(slug)
  if (!provider) throw new Refusal('not-found', unknownProvider(server, slug))
  return provider
}

/**
 * The filter `?provider=`, checked.
 * @throws Refusal `invalid-request` for a provider there is not
 */
export function providerFilter({
  server,
  query: { provider: slug },
}: ControlCall<unknown, { readonly provider?: string }>): string | undefined {
  if (slug !== undefined && !server.providers.has(slug))
    throw new Refusal('invalid-request', unknownProvider(server, slug))
  return slug
}

function unknownProvider({ providers }: SimulatorServer, slug: string): string {
  return unknownName('no provider', slug, providers.keys())
}
