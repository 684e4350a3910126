// What a workflow is run against: a world of a simulator, or a real endpoint.
import type { WorkflowExtension } from './language.ts'
import type { ReadWorkflow } from './program.ts'
import type { CallbackResult } from './result.ts'
import type { SeenCallback, SeenExchange } from './seen-exchange.ts'
import type { Answer, SentRequest } from './send.ts'
import type { Source, SourceOperation } from './sources.ts'

/** Callbacks that left in a world. */
export interface Deliveries {
  /** Oldest first. */
  readonly callbacks: readonly CallbackResult[]
  /** How many more left that are not listed. */
  readonly moreCallbacks: number | undefined
}

/** One run of a workflow has one, from its beginning to its end. */
export interface Session {
  /** The world it is run in, where the target has such. */
  readonly world: string | undefined
  /** Where the operations of a source are, without a trailing slash. @throws Error where nowhere */
  baseUrl(source: Source): string
  /**
   * The headers that let a caller in at an operation; empty where anybody may call it.
   * @param now what the world's clock showed last, in ms; absent where nobody knows
   */
  credentials(
    operation: SourceOperation,
    source: Source,
    now: number | undefined,
  ): Promise<Readonly<Record<string, string>>>
  /**
   * Why a request may not be sent at all; `undefined` where it may. Whatever sends asks here.
   * @param operation the one it calls; `undefined` where no document knows it
   */
  forbids?(request: SentRequest, operation: SourceOperation | undefined): string | undefined
  /** Waits until the next request may be sent; absent where nothing bounds them. */
  readonly pace?: () => Promise<void>
  /** Told of each call and what came of it: it may have changed who is let in. */
  answered?(call: Call, answer: Answer): Promise<void>
  /** Answers a call itself, which then is not sent; `undefined` where it is. */
  standIn?(call: Call): Promise<Answer | undefined>
  /**
   * Lets time go by: seconds of the world's clock.
   * @param stop ends it earlier
   */
  wait(seconds: number, stop?: AbortSignal): Promise<void>
  /** The latest step of its world's history; absent where it has none. */
  point?(): Promise<number>
  /**
   * Its world as a document that is put in again, as it was at a point; it goes back for that.
   * @param call what was called last before the point: the world is as it was before that
   */
  stateAt?(point: number, call: SentRequest | undefined): Promise<object>
  /** Those of these calls that were answered wrong on purpose, by a fault or as they asked for. */
  faulted?(exchanges: readonly SeenExchange[]): Promise<ReadonlySet<SeenExchange>>
  /**
   * What left because of it; nothing where the target has no callbacks.
   * @throws where its world is gone
   */
  deliveries(): Promise<Deliveries>
  /** Callbacks as they were received, without those that a fault spoilt; absent where none are. */
  received?(): Promise<readonly SeenCallback[]>
  /** What nobody may see: the credentials it was given or has fetched so far. */
  secrets(): Iterable<string>
  /** Lets go of what was taken for it. */
  close(): Promise<void>
}

/** A call of a step, ready to be sent. */
export interface Call {
  /** Both are absent for a link that no document knows. */
  readonly operation: SourceOperation | undefined
  readonly source: Source | undefined
  readonly request: SentRequest
  readonly step: CallingStep
}

/** The step that makes a call. */
export interface CallingStep {
  readonly id: string
  /** Ids of the workflows it stands in, the outermost first. */
  readonly within: readonly string[]
  /** From 1 on, each time the step is come to. */
  readonly attempt: number
}

/** Makes sessions, each apart from all others. */
/** How the world of a case begins: its named state, and what its clock shows then. */
export type CaseStart = Pick<WorkflowExtension, 'given' | 'startsAt'>

export interface Target {
  /** What reports call it. */
  readonly name: string
  /** Trusted besides the usual ones, as PEM, where it is reached by https. */
  readonly ca?: string
  /** True where what is done stays done: then workflows clean up behind them. */
  readonly isReal?: boolean
  /** What a run has to tell that goes against it. */
  readonly notes?: readonly string[]
  /**
   * Why a workflow is not run against it; `undefined` where it is. Nothing is sent for that.
   * @param title of the case, where one is run
   */
  skips?(workflow: ReadWorkflow, title?: string): string | undefined
  /**
   * @param name of the case, the same in every run
   * @param sources that are called
   */
  open(name: string, start: CaseStart, sources: readonly Source[]): Promise<Session>
  close(): Promise<void>
}
