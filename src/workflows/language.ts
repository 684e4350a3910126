// The objects of an Arazzo document as they are written, with the keys of esimulator beside them.

/** Names of locations a parameter may have in an operation. */
export type ParameterPlace = 'path' | 'query' | 'header' | 'cookie'

export interface ArazzoDocument {
  readonly arazzo: string
  /** Its own URI (1.1): relative URLs of its sources are relative to that. */
  readonly $self?: string
  readonly info: { readonly title: string; readonly version: string; readonly summary?: string }
  readonly sourceDescriptions: readonly SourceDescription[]
  readonly workflows: readonly Workflow[]
  readonly components?: Components
}

export interface SourceDescription {
  readonly name: string
  /** A path relative to the document, a URL, or `esimulator:<provider or control>`. */
  readonly url: string
  readonly type?: 'openapi' | 'arazzo'
}

export interface Workflow {
  readonly workflowId: string
  readonly summary?: string
  readonly description?: string
  /** A JSON Schema. */
  readonly inputs?: InputSchema
  readonly dependsOn?: readonly string[]
  readonly parameters?: readonly (Parameter | Reusable)[]
  readonly steps: readonly Step[]
  readonly successActions?: readonly (SuccessAction | Reusable)[]
  readonly failureActions?: readonly (FailureAction | Reusable)[]
  readonly outputs?: Readonly<Record<string, OutputValue>>
  readonly 'x-esimulator'?: WorkflowExtension
}

/** A JSON Schema of draft 2020-12. */
export type InputSchema = Readonly<Record<string, unknown>>

export interface Step {
  readonly stepId: string
  readonly description?: string
  readonly operationId?: string
  readonly operationPath?: string
  readonly workflowId?: string
  /** A link out of an answer: the operation is the one its URL fits. */
  readonly 'x-operation'?: { readonly method: string; readonly url: string }
  /** Steps that have to have been made before (1.1). */
  readonly dependsOn?: readonly string[]
  /** Wall ms that its answer may take (1.1). */
  readonly timeout?: number
  readonly parameters?: readonly (Parameter | Reusable)[]
  readonly requestBody?: RequestBody
  readonly successCriteria?: readonly Criterion[]
  readonly onSuccess?: readonly (SuccessAction | Reusable)[]
  readonly onFailure?: readonly (FailureAction | Reusable)[]
  readonly outputs?: Readonly<Record<string, OutputValue>>
  readonly 'x-esimulator'?: StepExtension
}

export interface Parameter {
  readonly name: string
  readonly in?: ParameterPlace
  readonly value: unknown
}

/** Stands for an object under `components`; `value` replaces that of a parameter. */
export interface Reusable {
  readonly reference: string
  readonly value?: unknown
}

export interface RequestBody {
  readonly contentType?: string
  readonly payload?: unknown
  readonly replacements?: readonly Replacement[]
}

export interface Replacement {
  readonly target: string
  /** Of the target (1.1). */
  readonly targetSelectorType?: 'jsonpointer' | CriterionType<'jsonpointer'>
  readonly value: unknown
}

export interface Criterion {
  readonly context?: string
  readonly condition: string
  readonly type?: 'simple' | 'regex' | 'jsonpath' | CriterionType<'jsonpath'>
}

export interface CriterionType<Name extends string> {
  readonly type: Name
  readonly version: string
}

interface AnyAction {
  readonly name: string
  readonly workflowId?: string
  readonly stepId?: string
  readonly criteria?: readonly Criterion[]
  /** Inputs of the workflow it leads to (1.1). */
  readonly parameters?: readonly (Parameter | Reusable)[]
}

export interface SuccessAction extends AnyAction {
  readonly type: 'end' | 'goto'
}

export interface FailureAction extends AnyAction {
  readonly type: 'end' | 'goto' | 'retry'
  /** Seconds; a `Retry-After` of the answer overrules it. */
  readonly retryAfter?: number
  /** How many more attempts; 1 unless said. */
  readonly retryLimit?: number
}

/** An expression, or a Selector Object (1.1) that takes a part out of one. */
export type OutputValue = string | Selector

export interface Selector {
  readonly context: string
  readonly selector: string
  readonly type: 'jsonpath' | 'jsonpointer' | CriterionType<'jsonpath' | 'jsonpointer'>
}

export interface Components {
  readonly inputs?: Readonly<Record<string, InputSchema>>
  readonly parameters?: Readonly<Record<string, Parameter>>
  readonly successActions?: Readonly<Record<string, SuccessAction>>
  readonly failureActions?: Readonly<Record<string, FailureAction>>
}

/** What esimulator adds to a workflow. */
export interface WorkflowExtension {
  /** The workflow is run once for each, with these inputs. */
  readonly cases?: readonly { readonly name: string; readonly inputs?: object }[]
  /** Workflows that undo what this one did, on a real target. */
  readonly cleanup?: readonly string[]
  readonly tags?: readonly string[]
  /** Numbers of the sentences in `specs/statements` that hold if it passes. */
  readonly proves?: readonly string[]
  /** The named state its world starts from. */
  readonly given?: string
  /** What the clock of its world shows at the start: an instant, ISO 8601. */
  readonly startsAt?: string
  /** What it is skipped without: inputs, as in `$inputs.verifier`. */
  readonly needs?: readonly string[]
}

/** What esimulator adds to a step. */
export interface StepExtension {
  /** A part of the body of the answer; each leaf is held to by itself. */
  readonly expect?: unknown
  /** Pieces of texts, as outputs of the step: the first group of `match`, or all of it. */
  readonly capture?: Readonly<Record<string, { readonly from: string; readonly match: string }>>
}
