// The validators of a spec, by operation, whoever compiled them.
import type { Document } from './openapi-document.ts'
import type { OperationObject } from './operation-object.ts'
import type { Validator } from './violations.ts'

/** The validators of replies by status, as `200` or `default`. */
export type Replies = Readonly<Record<string, Validator | undefined>>

/** How far a validator looks: to the first problem, or to the last. */
export type Depth = 'quick' | 'thorough'

/** The validators of a document; each is made or loaded when it is first asked for. */
export interface Checks {
  /** With what its references stand for in their place. */
  readonly document: Document
  requests(id: string, depth: Depth): readonly Validator[]
  replies(object: OperationObject, depth: Depth): Replies
}
