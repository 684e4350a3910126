// Handlers typed by the operations of their spec.
import type { SettingsOf, SettingTable } from '../state/settings.ts'
import type { World } from '../state/world.ts'
import type { Call, Reply } from './call.ts'

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
type CallOf<Op extends TypedOperation, Settings extends SettingTable> = Call<
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
