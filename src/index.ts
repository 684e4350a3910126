// The public API: a simulator in your own process, for tests.
export { ControlError, NoAnswer } from './control/client.ts'
export type { StreamData, StreamEvent, StreamName } from './control/stream-events.ts'
export type {
  AdvanceShown,
  AllUpcomingShown,
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
  FaultKindShown,
  FaultShown,
  FiredShown,
  HarShown,
  Health,
  LifecycleShown,
  MagicValueShown,
  MessageShown,
  NewFault,
  NewRecording,
  NewWorkflowRun,
  OneDeliveryShown,
  OneSimShown,
  ProvenanceRow,
  ProvenanceShown,
  RecordingShown,
  SettingShown,
  SettingValue,
  SimPageShown,
  SimRow,
  SimShown,
  SnapshotShown,
  StateDocument,
  StepShown,
  Stock,
  TargetShown,
  UnsentCallbackShown,
  UpcomingShown,
  UsedShown,
  WaitedShown,
  WentBack,
  WorkflowRunRow,
  WorkflowRunShown,
  WorkflowShown,
  WorkflowStepShown,
  WorkflowsShown,
  WorldRow,
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
  SettingsChange,
  SettingsShown,
  SimFilter,
  UpcomingFilter,
  WaitCondition,
  WaitForLimits,
  WaitLimits,
  WorldCalls,
  WorldClient,
  WorldJournal,
  WorldSnapshots,
  WorldWorkflows,
} from './control/world-client.ts'
export { type ConnectOptions, connect } from './library/connect.ts'
export { createApp, type SimulatorApp } from './library/embedded.ts'
export type { Imported, ImportOptions } from './library/import.ts'
export type { FetchInProcess } from './library/in-process.ts'
export { importAccount, runWorkflows, verifyPacts, workflowCases } from './library/on-demand.ts'
export type { SimulatorOptions } from './library/open-simulator.ts'
export { OptionError } from './library/option-checks.ts'
export type { PactOptions } from './library/pact.ts'
export { type PactState, pactStates } from './library/pact-states.ts'
export type {
  ChosenSettings,
  Given,
  OperationOf,
  ProviderChoice,
  Reply,
  Schema,
  Sent,
  SlugOf,
  StateName,
} from './library/providers.ts'
export {
  type Arrival,
  type ArrivalFilter,
  CallbackTimeout,
  type Receiver,
  type ReceiverOptions,
  type ReceiverWait,
  startReceiver,
} from './library/receiver.ts'
export { CannotImport, CannotRunWorkflows, WorkflowFailed } from './library/run-problems.ts'
export {
  type RunningSimulator,
  SimulatorClosed,
  type StartOptions,
  startSimulator,
} from './library/running-simulator.ts'
export type {
  NewWorld,
  Provenance,
  SimulatorClient,
  Worlds,
} from './library/simulator-client.ts'
export {
  type CallbackBody,
  type CallbackHeaders,
  esimGo,
  type TimeLimits,
  wholesale,
} from './library/verify-callbacks.ts'
export type { WorkflowCase, WorkflowChoice, WorkflowRunOptions } from './library/workflows.ts'
export type { ChosenCredential, ChosenCredentials } from './server/chosen-credentials.ts'
export { ListenError } from './server/listen.ts'
export type { ProviderSlug } from './simulators/index.ts'
export type { Simulator } from './simulators/simulator.ts'
export { FIXED_START } from './state/clock.ts'
export { type Durability, type Store, StoreError } from './stores/store.ts'
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
