// What a run came to: plain data, from which every report is made; `specs/run-result.schema.json` says it to others.
import type { Place } from './document.ts'
import type { Finding } from './seen-exchange.ts'

/** Of a step, a workflow or a whole run. */
export type Outcome = 'passed' | 'failed' | 'skipped'

/** A run of files. Nothing in it depends on the machine but `startedAt` and every `duration`. */
export interface RunResult {
  readonly format: 1
  readonly version: string
  readonly outcome: Outcome
  /** `sim` where a simulator was started for the run, else its URL. */
  readonly target: string
  /** What has to be known of it: how old a cassette is, what is not run against it. */
  readonly notes?: readonly string[]
  readonly seed: string
  /** What the order of the cases was drawn from; absent where they ran as they stand. */
  readonly shuffle?: string
  /** ISO 8601, by the wall clock. */
  readonly startedAt: string
  /** Wall ms. */
  readonly duration: number
  /** By file, and as they stand there. */
  readonly cases: readonly CaseResult[]
  /** How much of the documents was exchanged, where that was asked for. */
  readonly coverage?: CoverageResult
}

/** What was exchanged of the documents of a run. */
export interface CoverageResult {
  /** Of all documented statuses of all operations the part that was seen, in percent, rounded down. */
  readonly percent: number
  readonly operations: readonly OperationCoverage[]
  /** The numbered sentences of the providers' documents; none for an API we keep none of. */
  readonly statements: readonly StatementCoverage[]
}

export interface OperationCoverage {
  /** The source it is of: `esim-go/v2.5` of ours, else as the file names it. */
  readonly source: string
  /** `METHOD /path`. */
  readonly operation: string
  readonly operationId?: string
  /** How often each documented status was seen. */
  readonly statuses: Readonly<Record<string, number>>
  /** How many fields of good replies are documented. */
  readonly fields: number
  /** Those of them that were never seen: JSON pointers, `*` for the entries of a list. */
  readonly unseenFields: readonly string[]
  /** How many sentences name the operation. */
  readonly statements: number
  /** The numbers of those that no case has proven which really exchanged with the operation. */
  readonly unprovenStatements: readonly string[]
}

/**
 * A sentence of a provider's document. It is proven by a workflow that names it under `proves`,
 * passed, and really exchanged with an operation that the sentence names.
 */
export interface StatementCoverage {
  /** As in `ESG-126`. */
  readonly id: string
  readonly says: string
  /** operationIds; `*` for every operation. */
  readonly operations: readonly string[]
  /** Why it is not simulated, where that is so. */
  readonly gap?: string
  /** Ids of workflows. */
  readonly provenBy: readonly string[]
}

/** One run of a workflow, with the inputs of one case, in a world of its own. */
export interface CaseResult {
  readonly file: string
  readonly workflow: string
  /** Absent where the workflow has no cases. */
  readonly case?: string
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly outcome: Outcome
  /** Why it was skipped, or failed apart from its steps. */
  readonly reason?: string
  readonly world?: string
  /** The file with its world as it was when it failed, or before the call that failed. */
  readonly state?: string
  readonly place: Place
  /** Wall ms. */
  readonly duration: number
  readonly inputs: Readonly<Record<string, unknown>>
  readonly outputs: Readonly<Record<string, unknown>>
  readonly steps: readonly StepResult[]
  /** Attempts at callbacks that left, oldest first. */
  readonly callbacks: readonly CallbackResult[]
  /** How many more left that are not listed. */
  readonly moreCallbacks?: number
  /** What was found beside what the steps ask for; absent where nothing was looked for. */
  readonly findings?: readonly Finding[]
}

/** One attempt at a step; a step that is tried again has several. */
export interface StepResult {
  readonly step: string
  readonly description?: string
  /** Workflows it was made within, the outermost first. */
  readonly within: readonly string[]
  readonly outcome: Outcome
  readonly place: Place
  readonly attempt: number
  /** Wall ms. */
  readonly duration: number
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
  /** Absent where it is no text. */
  readonly replyBody?: string
  /** Bytes of the answer's body as it came. */
  readonly replySize?: number
  /** Why no answer came. */
  readonly error?: string
}

/** Something that did not hold. */
export interface Failure {
  readonly place: Place
  /** What was demanded, as it stands in the file. */
  readonly expected: string
  /** The one value that would have done, where there is such. */
  readonly expectedValue?: unknown
  /** What each expression in it was worth. */
  readonly seen: readonly { readonly expression: string; readonly value: unknown }[]
  readonly message: string
}

/** An attempt at a callback that left. */
export interface CallbackResult {
  /** Id of the callback: that of another attempt at it is the same. */
  readonly callback: string
  readonly provider: string
  readonly type: string
  readonly iccid?: string
  /** ISO 8601, by the clock of the world. */
  readonly at: string
  readonly attempt: number
  readonly url: string
  /** What the receiver answered. */
  readonly status?: number
  /** Why it answered nothing. */
  readonly error?: string
  readonly signature: 'genuine' | 'none' | 'broken'
  readonly body: string
}
