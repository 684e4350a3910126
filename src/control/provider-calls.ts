// What calls operations of the providers for the control API: made above it, and handed in where a simulator is opened.
import { Refusal } from '../state/refusal.ts'
import type { AnswerOf, BodyOf } from './operations.ts'
import type { RunOrigin } from './workflow-runs.ts'

/** The operations of a provider, with what each takes. */
export type CallableShown = AnswerOf<'listCallable'>
/** One of them. */
export type CallableOperation = CallableShown['operations'][number]
/** Which operation is called, and with what. */
export type NewCall = BodyOf<'callProvider'>
/** What was sent, and what came of it. */
export type CalledShown = AnswerOf<'callProvider'>

export interface ProviderCalls {
  /** @throws Refusal `not-found` for a provider there is not */
  list(slug: string): Promise<CallableShown>
  /**
   * Calls an operation in the world that asks, with that world's credentials.
   * @throws Refusal `invalid-request` for an operation, or a parameter, there is not
   */
  call(wanted: NewCall, origin: RunOrigin): Promise<CalledShown>
}

/** Opens them, the first time; later the same. */
export type OpenProviderCalls = () => Promise<ProviderCalls>

/** Of a simulator that calls nothing. */
export const noCalls: OpenProviderCalls = async () => {
  const how = 'start a simulator with `esimulator start`, or call the API itself'
  throw new Refusal('not-implemented', `no operation is called before a real endpoint: ${how}`)
}
