// What a call is to a provider, and what it answers.
import type { World } from '../state/world.ts'

/** A header of a request by its lower-case name. */
export type HeaderOf = (name: string) => string | undefined

/** One request, routed and validated: values are as the spec types them. */
export interface Call<
  Path = Record<string, string>,
  Query = Record<string, unknown>,
  Body = unknown,
  Settings = Record<string, unknown>,
> {
  readonly operation: string
  readonly path: Path
  readonly query: Query
  readonly body: Body
  readonly header: HeaderOf
  /** The sender's address; empty where it has gone. */
  readonly caller: string
  /** Of the media types `offered` the one that the Accept header prefers, if any. */
  readonly accepts: (offered: readonly string[]) => string | undefined
  /** Base path of the mount it came by, as in `/v2.4`. */
  readonly basePath: string
  /**
   * Absolute URL of the base path as the caller reaches it, without a trailing
   * slash.
   */
  readonly baseUrl: string
  /** Every operation of the spec it came by, as in `GET /orders`. */
  readonly endpoints: readonly string[]
  /** Virtual ms since the epoch. */
  readonly now: number
  readonly settings: Settings
  /** Notes in the journal what of the request was passed over, as in `?fields=unknown`. */
  readonly passOver: (what: string) => void
}

/** A body that is not JSON; rendered after the transaction is committed. */
export interface Content {
  readonly type: string
  readonly render: () => string | Uint8Array | Promise<string | Uint8Array>
}

/** Several values of one name are sent as lines of their own. */
export type ReplyHeaders = Readonly<Record<string, string | string[]>>

export interface Reply<Body = unknown> {
  readonly status: number
  /** Sent as JSON, as the media type the spec has for the status. */
  readonly body?: Body
  readonly content?: Content
  readonly headers?: ReplyHeaders
}

export function reply<Body>(status: number, body: Body): Reply<Body> {
  return { status, body }
}

export type Handler = (call: Call, world: World) => Reply
