// The lines of a cassette: what stands in the first, in that of a case, and in that of an exchange.
import type { Outcome } from '../../workflows/result.ts'
import type { KeptBody } from './kept-body.ts'
import type { Redacted } from './replacer.ts'

/** What the first line begins with; another number means other lines. */
export const FORMAT = 'esimulator cassette 1'

export interface HeadLine {
  readonly format: string
  /** Of esimulator. */
  readonly version: string
  /** What it was recorded from, as reports call it. */
  readonly target: string
  /** ISO 8601, by the wall clock. */
  readonly recordedAt: string
  /** Of a target file. */
  readonly provider?: string
  /** What the worlds of a simulator were made of. */
  readonly seed?: string
  /** True where what is done stays done: then workflows clean up behind them. */
  readonly isReal?: true
  readonly redacted: readonly Redacted[]
  /** How many values of persons and SIMs stand in the workflows' own files, and so were left. */
  readonly kept: number
}

export interface CaseLine {
  /** Its title. */
  readonly case: string
  readonly outcome: Outcome
  readonly reason?: string
  readonly inputs: Readonly<Record<string, unknown>>
  /** Names of those inputs that are not in the file of its workflow. */
  readonly given: readonly string[]
  /** Where the operations of each source were, by its name. */
  readonly bases: Readonly<Record<string, string>>
}

export interface ExchangeLine {
  /** The title of its case. */
  readonly case: string
  /** The id of its step. */
  readonly step: string
  /** Ids of the workflows the step stands in, the outermost first. */
  readonly within: readonly string[]
  /** From 1 on, each time the step is come to. */
  readonly attempt: number
  /** The slug of a provider, `control`, or the URL of a document. */
  readonly source?: string
  /** `METHOD /path`. */
  readonly operation?: string
  /** True where a fault of the simulator made the answer. */
  readonly isFaulted?: true
  readonly request: KeptRequest
  readonly answer: KeptAnswer
}

export interface KeptRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: KeptBody
}

export type KeptAnswer =
  | {
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body?: KeptBody
      /** True where it was not sent for. */
      readonly isStoodIn?: true
    }
  | { readonly error: string }

/** A cassette, read. */
export interface Cassette {
  readonly file: string
  readonly head: HeadLine
  /** By their titles. */
  readonly cases: ReadonlyMap<string, RecordedTake>
}

/** A case with its exchanges, in the order in which they were made. */
export interface RecordedTake {
  readonly line: CaseLine
  readonly exchanges: readonly ExchangeLine[]
}
