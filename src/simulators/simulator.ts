// What a provider is to the server: its specs, handlers, errors, tasks, seeds and callbacks.
import type { Callback } from '../state/callbacks.ts'
import type { WorldEvent } from '../state/events.ts'
import type { KernelRefusal, Refusal } from '../state/refusal.ts'
import type { SettingsOf, SettingTable, SettingValue } from '../state/settings.ts'
import type { Network, Sim } from '../state/sims.ts'
import type { Task } from '../state/tasks.ts'
import type { UsageRules } from '../state/usage.ts'
import type { World } from '../state/world.ts'

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
  /** A header by its lower-case name. */
  readonly header: (name: string) => string | undefined
  /** The media type to answer with: the first of `offered` that the Accept header prefers, or `undefined`. */
  readonly accepts: (offered: readonly string[]) => string | undefined
  /** Base path of the mount it came by, as in `/v2.4`. */
  readonly basePath: string
  /** Absolute URL of the provider's base path as the caller reaches it, without a trailing slash. */
  readonly baseUrl: string
  /** Every operation of the spec it came by, as in `GET /orders`. */
  readonly endpoints: readonly string[]
  /** Virtual ms since the epoch. */
  readonly now: number
  readonly settings: Settings
}

/** A body that is not JSON; rendered after the transaction is committed. */
export interface Content {
  readonly type: string
  readonly render: () => string | Uint8Array | Promise<string | Uint8Array>
}

export interface Reply<Body = unknown> {
  readonly status: number
  /** Sent as JSON, as the media type the spec has for the status. */
  readonly body?: Body
  readonly content?: Content
  readonly headers?: Readonly<Record<string, string>>
}

export function reply<Body>(status: number, body: Body): Reply<Body> {
  return { status, body }
}

export type Handler = (call: Call, world: World) => Reply

/** The shape openapi-typescript gives an operation, as far as handlers need it. */
interface TypedOperation {
  parameters: { path?: unknown; query?: unknown }
  requestBody?: unknown
  responses: unknown
}

/** The media types of bodies that handlers see as values. */
type ValueType = 'application/json' | 'application/hal+json' | 'application/x-www-form-urlencoded'
type JsonOf<T> = T extends { content: infer C } ? C[Extract<keyof C, ValueType>] : never
type BodyOf<Op> = Op extends { requestBody: infer B }
  ? JsonOf<B>
  : Op extends { requestBody?: infer B }
    ? JsonOf<NonNullable<B>> | undefined
    : undefined
type OkOf<Op> = Op extends { responses: { 200: infer R } | { 201: infer R } } ? JsonOf<R> : never

/** The call of a typed operation. */
export type CallOf<Op extends TypedOperation, Settings extends SettingTable> = Call<
  NonNullable<Op['parameters']['path']>,
  NonNullable<Op['parameters']['query']>,
  BodyOf<Op>,
  SettingsOf<Settings>
>

/** Handlers keyed by operationId, each typed by its operation in the spec. */
export type Handlers<Operations, Settings extends SettingTable> = {
  readonly [Id in keyof Operations]?: Operations[Id] extends TypedOperation
    ? (call: CallOf<Operations[Id], Settings>, world: World) => Reply<OkOf<Operations[Id]>>
    : never
}

/** A spec and the path it is served under, below the provider's slug. */
export interface Mount {
  readonly spec: string
  readonly basePath: string
  /** Where below the base path a client's base URL ends, where something of the spec lies beside the API: a token endpoint. */
  readonly api?: string
}

/** The paths below the slug that a client's base URLs end with. */
export function basesOf({ mounts }: Pick<Simulator, 'mounts'>): string[] {
  return mounts.map(({ basePath, api = '' }) => basePath + api)
}

/** What a provider that counts requests makes of one. */
export interface Admission {
  /** Go with the reply, whatever it is. */
  readonly headers: Readonly<Record<string, string>>
  /** Set where the request is turned away unread. */
  readonly refusal?: Refusal
}

/** What a request shows of its sender before it is routed to a world. */
export type HeaderOf = (name: string) => string | undefined

/** The settings of a provider in one world. */
export type SettingValues = Readonly<Record<string, SettingValue>>

export interface Simulator {
  /** Kebab-case; names its folder, spec and place in URLs. */
  readonly slug: string
  readonly title: string
  readonly mounts: readonly Mount[]
  readonly settings: SettingTable
  /** The spec's path for one asked for, both below the slug, where settings can move paths. */
  readonly pathOf?: (path: string, values: SettingValues) => string
  /** By operationId. */
  readonly handlers: Readonly<Record<string, Handler>>
  /** Operations of the spec that answer 501, and why. */
  readonly gaps: Readonly<Record<string, string>>
  /** Words any refusal in the provider's dialect. `operation` is absent where none was found, `values` where there is no world. */
  readonly refusalReply: (
    refusal: Refusal<KernelRefusal | string>,
    operation: string | undefined,
    values?: SettingValues,
  ) => Reply
  /**
   * The secret a request carries, if any: it may choose the world, and the journal does not keep it. `values` is absent
   * before the world is known, `body` (as sent) where there is none.
   */
  readonly credentialIn: (
    header: HeaderOf,
    values?: SettingValues,
    body?: string,
  ) => string | undefined
  /**
   * Counts a request before anything else is made of it; absent, or where it answers `undefined`, requests are not counted.
   * Called outside a transaction, and opens one of its own where it counts: the count stays though the request be refused.
   * @param caller the address of the sender
   */
  readonly countRequest?: (caller: string, world: World) => Admission | undefined
  /** What a refusal sets going, in a transaction of its own once the request's is undone. */
  readonly afterRefusal?: (refusal: Refusal, world: World) => void
  /** Path of the token endpoint below the slug, where there is one. */
  readonly tokenPath?: (values: SettingValues) => string
  /** @throws Refusal `unauthorized` with the true reason */
  readonly authenticate: (header: HeaderOf, world: World) => void
  /** Named starting states; `default` is that of a new world. Each is laid over an empty one of this provider. */
  readonly seeds: Readonly<Record<string, (world: World) => void>>
  /** Lays a user's own stock (the provider's part of a seed file) over the default state; throws Refusal `invalid-request`. */
  readonly applySeedFile?: (world: World, own: unknown) => void
  /** By kind, without the slug. */
  readonly tasks: Readonly<Record<string, (world: World, task: Task) => void>>
  /** Answers what happened to one of its SIMs, in the same transaction. */
  readonly react: (event: WorldEvent, world: World) => void
  readonly usage: UsageRules
  /** A country (ISO 3166 alpha-2) where the SIM's next bundle works, for a device that is told none. */
  readonly homeCountry?: (world: World, sim: Sim) => string | undefined
  /** The network a device finds in a country, by name or MCC-MNC where one is asked for. */
  readonly network: (country: string, operator?: string) => Network | undefined
  readonly callbacks: {
    /** Headers that go with the body of a callback: its signature. `wall` is the wall clock, in ms since the epoch. */
    readonly sign: (
      delivery: Callback,
      world: World,
      wall: number,
    ) => Readonly<Record<string, string>>
    /** What a receiver checks that signature with, for those who may see credentials. */
    readonly secret?: (world: World) => string | undefined
    /** Delays between attempts, ISO 8601. */
    readonly schedule: (world: World) => readonly string[]
    /** What `version` a target may ask for; none where the provider sends no callbacks. */
    readonly versions: readonly number[]
  }
}
