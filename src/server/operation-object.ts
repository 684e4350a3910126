// An operation of an OpenAPI document, as far as the server reads it.
import type { Parameter } from './parameters.ts'

export type Media = Readonly<
  Record<string, { schema?: Record<string, unknown>; example?: unknown }>
>

/** An operation object, dereferenced, as far as the server reads it. */
export interface OperationObject {
  readonly operationId: string
  readonly summary?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { required?: boolean; content: Media }
  readonly responses: Readonly<Record<string, { content?: Media }>>
  readonly security?: readonly object[]
  readonly 'x-provenance'?: string
  readonly 'x-effect'?: unknown
}
