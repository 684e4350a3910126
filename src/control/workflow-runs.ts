// What runs workflows for the control API: made above it, and handed in where a simulator is opened.
import { Refusal } from '../state/refusal.ts'
import type { BodyOf, Schemas } from './operations.ts'

export type WorkflowsShown = Schemas['Workflows']
export type WorkflowShown = Schemas['WorkflowShown']
/** A run without its steps. */
export type WorkflowRunRow = Schemas['WorkflowRunRow']
export type WorkflowRunShown = Schemas['WorkflowRun']
export type WorkflowStepShown = Schemas['WorkflowStepShown']
/** Which workflow is run, and how. */
export type NewWorkflowRun = BodyOf<'startWorkflowRun'>

/** What is recorded, and how it is called. */
export type NewRecording = BodyOf<'recordWorkflow'>
/** A workflow of what was done by hand, and what it does not do as that was done. */
export type RecordingShown = Schemas['Recording']

/** Who asks for a run. */
export interface RunOrigin {
  /** URL of the simulator as the caller reaches it, without a trailing slash. */
  readonly root: string
  /** The world that is told how far it comes. */
  readonly world: string
}

/** The runs of one simulator. What throws a Refusal `not-found` is asked for a run or a file there is not. */
export interface WorkflowRuns {
  /** What can be run, read anew. */
  list(): Promise<WorkflowsShown>
  /** Newest first. */
  runs(): readonly WorkflowRunRow[]
  /**
   * Begins a run, which goes on by itself.
   * @throws Refusal `invalid-request` for what cannot be run so, `busy` while too many are under way
   */
  start(wanted: NewWorkflowRun, origin: RunOrigin): Promise<WorkflowRunShown>
  /**
   * Makes a workflow of what was done in the world of the caller.
   * @throws Refusal `invalid-request` where that is nothing, or too much; `busy` during another
   */
  record(wanted: NewRecording, origin: RunOrigin): Promise<RecordingShown>
  show(id: string): WorkflowRunShown
  /** Makes one step. @throws Refusal `wrong-state` where it is not paused */
  next(id: string): Promise<WorkflowRunShown>
  /** Lets it go on to its end. @throws Refusal `wrong-state` where it is not paused */
  continue(id: string): WorkflowRunShown
  /** Stops it, and removes it with its world. */
  remove(id: string): Promise<void>
  /** @throws Refusal `wrong-state` where it has not ended */
  report(id: string, format: 'html' | 'json' | 'junit'): Promise<string>
}

/** Opens them, the first time; later the same. */
export type OpenWorkflowRuns = () => Promise<WorkflowRuns>

/** Of a simulator that runs no workflows. */
export const noWorkflows: OpenWorkflowRuns = async () => {
  const how = 'start a simulator with `esimulator start`, or run files with `esimulator run`'
  throw new Refusal('not-implemented', `no workflows are run before a real endpoint: ${how}`)
}
