// What a run came to: plain data, from which every report is made.
import type { Place } from './document.ts'
import type { Finding } from './seen-exchange.ts'

/** Of a step, a workflow or a whole run. */
export type Outcome = 'passed' | 'failed' | 'skipped'

/** A run of files. */
export interface RunResult {
  readonly format: 1
  readonly version: string
  readonly outcome: Outcome
  readonly target: string
  readonly seed: string
  /** ISO 8601, by the wall clock. */
  readonly startedAt: string
  /** Wall ms. */
  readonly duration: number
  readonly cases: readonly CaseResult[]
}

/** One run of a workflow, with the inputs of one case, in a world of its own. */
export interface CaseResult {
  readonly file: string
  readonly workflow: string
  /** Absent where the workflow has no cases. */
  readonly case?: string
  readonly summary?: string
  readonly outcome: Outcome
  /** Why it was skipped, or failed apart from its steps. */
  readonly reason?: string
  readonly world?: string
  readonly place: Place
  /** Wall ms. */
  readonly duration: number
  readonly outputs: Readonly<Record<string, unknown>>
  readonly steps: readonly StepResult[]
  /** What was found beside what the steps ask for; absent where nothing was looked for. */
  readonly findings?: readonly Finding[]
}

/** One attempt at a step; a step that is tried again has several. */
export interface StepResult {
  readonly step: string
  /** Workflows it was made within, the outermost first. */
  readonly within: readonly string[]
  readonly outcome: Outcome
  readonly place: Place
  readonly attempt: number
  /** What followed from it, where that is not the next step: `retry again after 2 s`. */
  readonly action?: string
  readonly exchange?: ExchangeResult
  readonly failures: readonly Failure[]
  /** What the clock of the world showed afterwards, where an answer told: ISO 8601. */
  readonly clock?: string
}

/** A request and its answer; secrets are struck out. */
export interface ExchangeResult {
  readonly operation?: string
  readonly method: string
  readonly url: string
  readonly requestHeaders: Readonly<Record<string, string>>
  readonly requestBody?: string
  /** Absent where no answer came. */
  readonly status?: number
  readonly replyHeaders?: Readonly<Record<string, string>>
  readonly replyBody?: string
  /** Why no answer came. */
  readonly error?: string
}

/** Something that did not hold. */
export interface Failure {
  readonly place: Place
  /** What was demanded, as it stands in the file. */
  readonly expected: string
  /** What each expression in it was worth. */
  readonly seen: readonly { readonly expression: string; readonly value: unknown }[]
  readonly message: string
}
