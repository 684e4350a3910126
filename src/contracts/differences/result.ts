// What a comparison of two sides came to: plain data, from which every report is made; `specs/diff-result.schema.json` says it to others.
import type { Place } from '../../workflows/document.ts'
import type { ExchangeResult } from '../../workflows/result.ts'

/** What is compared. */
export const DIFFERENCE_KINDS = [
  'outcome',
  'status',
  'header',
  'presence',
  'type',
  'enum',
  'format',
  'order',
  'state',
] as const

export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number]

/** What it came to. Nothing in it depends on the machine but `startedAt` and `duration`. */
export interface DiffResult {
  readonly format: 1
  readonly version: string
  /** `failed` where a difference is new, or something that is known is over or gone. */
  readonly outcome: 'passed' | 'failed'
  /** What each side is: `sim`, a URL, or a file. */
  readonly left: string
  readonly right: string
  readonly seed: string
  /** ISO 8601, by the wall clock. */
  readonly startedAt: string
  /** Wall ms. */
  readonly duration: number
  readonly cases: readonly ComparedCase[]
  /** Each once, with all places where it shows. */
  readonly differences: readonly Difference[]
  /** What the target file says is known, and what became of it. */
  readonly known: readonly KnownOutcome[]
  readonly notCompared: readonly NotCompared[]
}

export interface ComparedCase {
  /** The same in every run: file, workflow and case. */
  readonly title: string
  readonly place: Place
  /** `skipped` where there was nothing to compare. */
  readonly outcome: 'same' | 'pending' | 'different' | 'skipped'
  /** Why it was not compared, or not to its end. */
  readonly reason?: string
  /** How many steps were compared. */
  readonly steps: number
}

export interface Difference {
  readonly kind: DifferenceKind
  /** `METHOD /path` of the document; absent where no document knows the call. */
  readonly operation?: string
  /** That both answered; absent where the statuses differ, or no answer came. */
  readonly status?: number
  /** Where in the body, `*` for the entries of a list; empty for the body as a whole. */
  readonly pointer?: string
  /** The header it is about. */
  readonly header?: string
  /** What was seen on each side, in words that are the same in every run. */
  readonly left: string
  readonly right: string
  /** One value of each side, cut where it is long. */
  readonly leftExample?: unknown
  readonly rightExample?: unknown
  readonly message: string
  /** What `known` of a target file calls it. */
  readonly where: string
  /** `pending` where it is known: then it fails nothing until its day. */
  readonly state: 'new' | 'pending'
  /** Why it is pending. */
  readonly reason?: string
  readonly mend: Mend
  /** By case and step; the first one is shown. */
  readonly places: readonly DifferencePlace[]
  /** The exchanges of the first place, secrets struck out. */
  readonly shown: { readonly left?: ExchangeResult; readonly right?: ExchangeResult }
}

export interface DifferencePlace {
  readonly case: string
  readonly step: string
  /** Workflows it was made within, the outermost first. */
  readonly within: readonly string[]
  readonly attempt: number
  readonly place: Place
}

/** What would end a difference. */
export interface Mend {
  /** A setting of the simulator, a line of the target file, or a defect of ours. */
  readonly kind: 'setting' | 'target-file' | 'defect'
  readonly says: string
  /** Settings to send to `PATCH /_sim/settings/{slug}`. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Lines for the target file, ready to paste. */
  readonly lines: readonly string[]
}

/** Something that a target file says is known. */
export interface KnownOutcome {
  readonly where: string
  readonly reason: string
  readonly until?: string
  /**
   * `over`: its day has passed; `gone`: it no longer occurs; `not-compared`: nothing it is about was
   * compared.
   */
  readonly state: 'pending' | 'over' | 'gone' | 'not-compared'
  readonly message: string
}

/** Something that tells nothing, since the sides cannot be compared there. */
export interface NotCompared {
  readonly case: string
  readonly step?: string
  readonly operation?: string
  readonly pointer?: string
  readonly reason: string
}
