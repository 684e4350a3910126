// A document made ready to run: every name in it looked up, every expression and condition read.
import type { ReadCriterion } from './criteria.ts'
import type { LocatedDocument, Path } from './document.ts'
import type { Inputs } from './inputs.ts'
import type { OutputValue, RequestBody, WorkflowExtension } from './language.ts'
import type { Source, SourceOperation } from './sources.ts'

/** A document, ready to run. */
export interface Program {
  readonly document: LocatedDocument
  readonly title: string
  /** OpenAPI sources, by their names. */
  readonly sources: ReadonlyMap<string, Source>
  /** Every source as it is written, by its name: expressions may name its fields. */
  readonly descriptions: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** The URI it gives itself (1.1). */
  readonly self: string | undefined
  readonly workflows: ReadonlyMap<string, ReadWorkflow>
  /** Values of `components.parameters`, which expressions may name. */
  readonly components: Readonly<Record<string, unknown>>
}

export interface ReadWorkflow {
  readonly program: Program
  readonly id: string
  readonly path: Path
  readonly summary: string | undefined
  readonly inputs: Inputs
  readonly dependsOn: readonly WorkflowRef[]
  readonly steps: readonly ReadStep[]
  readonly outputs: Readonly<Record<string, OutputValue>>
  readonly extension: WorkflowExtension
  /** True where another workflow calls it: then it is not run by itself. */
  isCalled: boolean
}

/** Stands for a workflow, in this document or another. */
export interface WorkflowRef {
  readonly id: string
  /** Looked up when it is needed: workflows may name each other. */
  readonly workflow: () => ReadWorkflow
}

/** What a step does. */
export type StepWork =
  | { readonly kind: 'operation'; readonly operation: SourceOperation; readonly source: Source }
  | { readonly kind: 'link'; readonly method: string; readonly url: string }
  | { readonly kind: 'workflow'; readonly ref: WorkflowRef }

export interface ReadStep {
  readonly id: string
  readonly path: Path
  readonly description: string | undefined
  readonly work: StepWork
  /** Those of the workflow, and those of the step over them. */
  readonly parameters: readonly ReadParameter[]
  readonly body: RequestBody | undefined
  readonly criteria: readonly PlacedCriterion[]
  readonly onSuccess: readonly ReadAction[]
  readonly onFailure: readonly ReadAction[]
  readonly outputs: Readonly<Record<string, OutputValue>>
  /** Ids of steps of its workflow that have to have been made before (1.1). */
  readonly dependsOn: readonly string[]
  /** Wall ms that its answer may take (1.1); absent where it says nothing. */
  readonly timeout: number | undefined
  readonly expect: unknown
  readonly capture: Readonly<Record<string, { readonly from: string; readonly match: string }>>
}

export interface ReadParameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'querystring' | 'header' | 'cookie' | 'input'
  readonly value: unknown
  /** True for one of the whole workflow: steps that run workflows hand over those that are known there. */
  readonly isShared: boolean
  readonly path: Path
}

export interface PlacedCriterion {
  readonly criterion: ReadCriterion
  readonly path: Path
}

export interface ReadAction {
  readonly name: string
  readonly type: 'end' | 'goto' | 'retry'
  readonly path: Path
  readonly criteria: readonly PlacedCriterion[]
  readonly step: string | undefined
  readonly workflow: WorkflowRef | undefined
  /** Inputs of that workflow. */
  readonly parameters: readonly ReadParameter[]
  /** Seconds. */
  readonly retryAfter: number
  readonly retryLimit: number
}
