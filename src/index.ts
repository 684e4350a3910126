// The public API: a simulator in your own process, for tests.
export { ControlError } from './control/client.ts'
export type { StreamData, StreamEvent, StreamName } from './control/stream-events.ts'
export type {
  AdvanceShown,
  AttemptShown,
  BundleShown,
  CallbackShown,
  ClockShown,
  CredentialsShown,
  DeliveriesShown,
  DeliveryShown,
  DeviceShown,
  DifferenceShown,
  EventShown,
  ExchangeShown,
  ExplainedShown,
  FaultShown,
  FiredShown,
  HarShown,
  MessageShown,
  NewFault,
  SettingShown,
  SettingValue,
  SimRow,
  SimShown,
  SnapshotShown,
  StateDocument,
  StepShown,
  Stock,
  UnsentCallbackShown,
  UsedShown,
  WaitedShown,
  WentBack,
  WorldShown,
} from './control/wire.ts'
export type {
  CallbackFilter,
  DeliveryFilter,
  Device,
  Distance,
  EventOptions,
  ExchangeFilter,
  JournalFilter,
  MessageFilter,
  ServiceUse,
  WaitCondition,
  WaitForLimits,
  WaitLimits,
  WorldClient,
  WorldJournal,
  WorldSnapshots,
} from './control/world-client.ts'
export { createApp, type SimulatorApp } from './library/embedded.ts'
export type { Imported, ImportOptions } from './library/import.ts'
export { importAccount, runWorkflows, verifyPacts, workflowCases } from './library/on-demand.ts'
export type { SimulatorOptions } from './library/open-simulator.ts'
export type { PactOptions } from './library/pact.ts'
export { type PactState, pactStates } from './library/pact-states.ts'
export {
  type Arrival,
  type Receiver,
  type ReceiverOptions,
  startReceiver,
} from './library/receiver.ts'
export { CannotImport, CannotRunWorkflows, WorkflowFailed } from './library/run-problems.ts'
export {
  type RunningSimulator,
  type StartOptions,
  startSimulator,
} from './library/running-simulator.ts'
export {
  type CallbackBody,
  type CallbackHeaders,
  esimGo,
  type TimeLimits,
  wholesale,
} from './library/verify-callbacks.ts'
export type { WorkflowCase, WorkflowChoice, WorkflowRunOptions } from './library/workflows.ts'
export type { ChosenCredential, ChosenCredentials } from './server/chosen-credentials.ts'
export { FIXED_START } from './state/clock.ts'
export { type Mistake, MistakesError, type Place } from './workflows/mistakes.ts'
export type {
  CallbackResult,
  CaseResult,
  ExchangeResult,
  Failure,
  Outcome,
  RunResult,
  StepResult,
} from './workflows/result.ts'
