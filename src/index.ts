// The public API: a simulator in your own process, for tests.
export type { AttemptShown, CallbackShown } from './control/callbacks.ts'
export { ControlError } from './control/client.ts'
export type { AdvanceShown, ClockShown, FiredShown } from './control/clock.ts'
export type { ExchangeShown } from './control/journal.ts'
export type { SettingShown } from './control/settings.ts'
export type {
  BundleShown,
  DeviceShown,
  EventShown,
  SimRow,
  SimShown,
  UsedShown,
} from './control/sims.ts'
export type { StateDocument } from './control/state.ts'
export type { CredentialsShown } from './control/worlds.ts'
export { createApp, type SimulatorApp } from './library/embedded.ts'
export type { SimulatorOptions } from './library/open-simulator.ts'
export {
  type Arrival,
  type Receiver,
  type ReceiverOptions,
  startReceiver,
} from './library/receiver.ts'
export {
  type CallbackFilter,
  type Device,
  type Distance,
  type JournalFilter,
  type RunningSimulator,
  type StartOptions,
  startSimulator,
} from './library/running-simulator.ts'
export { FIXED_START } from './state/clock.ts'
export type { SettingValue } from './state/settings.ts'
