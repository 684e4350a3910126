// A client of one world of a simulator, wherever that runs: all that can be asked of the world.
import type { SettingValuesOf } from '../simulators/index.ts'
import { defined } from '../state/defined.ts'
import type { ControlClient } from './client.ts'
import { eventsIn } from './event-stream.ts'
import type { BodyOf, OperationId, QueryOf } from './operations.ts'
import type { CallableShown, CalledShown, NewCall } from './provider-calls.ts'
import type { StreamEvent, StreamName } from './stream-events.ts'
import type {
  AdvanceShown,
  AllUpcomingShown,
  CallbackShown,
  ClockShown,
  CommandsShown,
  DeliveriesShown,
  DeviceShown,
  DifferenceShown,
  ExchangeShown,
  ExplainedShown,
  FaultKindShown,
  FaultShown,
  HarShown,
  LifecycleShown,
  MagicValueShown,
  MessageShown,
  NewFault,
  NewRecording,
  NewWorkflowRun,
  OneDeliveryShown,
  OneSimShown,
  RecordingShown,
  SettingShown,
  SimPageShown,
  SimRow,
  SnapshotShown,
  StateDocument,
  StepShown,
  Stock,
  TargetShown,
  UnsentCallbackShown,
  UsedShown,
  WaitedShown,
  WentBack,
  WorkflowRunRow,
  WorkflowRunShown,
  WorkflowsShown,
  WorldShown,
} from './wire.ts'

/** How far to advance: a duration from now, or to an instant. */
export type Distance =
  | string
  | {
      readonly by?: string
      readonly to?: string | Date
      /** To the instant at which the next thing is due. */
      readonly next?: true
      readonly maxEvents?: number
      readonly maxWall?: number | string
    }

/**
 * What a handset and the network do to one SIM. Each throws ControlError where
 * that is refused.
 */
export interface Device {
  /** With what can be done to it now, and what it has used. */
  show(): Promise<OneSimShown>
  /** @param confirmationCode where the activation code asks for one */
  download(confirmationCode?: string): Promise<DeviceShown>
  /** Downloads and enables too, where that is missing. */
  install(confirmationCode?: string): Promise<DeviceShown>
  enable(): Promise<DeviceShown>
  disable(): Promise<DeviceShown>
  delete(): Promise<DeviceShown>
  /** @param country ISO 3166 alpha-2 */
  attach(country: string, operator?: string): Promise<DeviceShown>
  detach(): Promise<DeviceShown>
  /**
   * @param amount as in `500MB`, or bytes; or SMS or minutes where the provider
   * carries such
   */
  use(amount: string | number | ServiceUse): Promise<UsedShown>
}

/**
 * SMS or minutes of a call; `outbound` unless said, `peer` is the number at the
 * other end.
 */
export type ServiceUse = ({ readonly sms: number } | { readonly minutes: number }) & {
  readonly direction?: 'inbound' | 'outbound'
  readonly peer?: string
}

/** What is asked of an exchange; what is left out is not. */
export interface ExchangeFilter {
  readonly provider?: string
  readonly operation?: string
  readonly method?: string
  /** A status, or a class of them such as `4xx`. */
  readonly status?: number | string
  readonly refused?: boolean
  /** Instants of the world, both included. */
  readonly since?: string | Date
  readonly until?: string | Date
  /** Named in its URL or in one of its bodies. */
  readonly iccid?: string
  /** A part of the path. */
  readonly path?: string
  /** A part of the URL, of a body or of the reason of a refusal, in any case. */
  readonly text?: string
  /** Hit by a fault or not; or by the one of this id, or by one of this kind. */
  readonly fault?: boolean | string
}

export interface JournalFilter extends ExchangeFilter {
  /** Which come first: the newest unless told. */
  readonly order?: 'newest' | 'oldest'
  /** Numbers of exchanges, neither included. */
  readonly after?: number
  readonly before?: number
  readonly limit?: number
}

export interface CallbackFilter {
  readonly provider?: string
  readonly state?: CallbackShown['state']
  readonly type?: string
  readonly iccid?: string
  /** Which come first. */
  readonly order?: 'oldest' | 'newest'
  readonly limit?: number
}

export interface DeliveryFilter extends CallbackFilter {
  /** Id of the callback they are of. */
  readonly callback?: string
  /** Only those that left after the one of this id. */
  readonly after?: number
}

/** Which SIMs; what is left out is not asked. */
export interface SimFilter {
  readonly provider?: string
  /** A part, in any case, of one of its numbers, or of a name or reference its provider keeps. */
  readonly search?: string
  readonly profile?: SimRow['profile']
  readonly service?: SimRow['service']
  /** Which come first: the oldest unless told. */
  readonly order?: 'oldest' | 'newest'
  /** How many are told: 100 unless told, at most 1000. */
  readonly limit?: number
  /** How many of those that fit are passed over. */
  readonly offset?: number
}

export interface UpcomingFilter {
  readonly provider?: string
  readonly iccid?: string
  /** How many are told: 100 unless told. */
  readonly limit?: number
}

export interface MessageFilter {
  readonly provider?: string
  readonly channel?: MessageShown['channel']
  readonly iccid?: string
  /** Which come first. */
  readonly order?: 'oldest' | 'newest'
  readonly limit?: number
}

export interface WorldClock {
  show(): Promise<ClockShown>
  /** Resolves when everything due by then has happened, with all of it. */
  advance(distance: Distance): Promise<AdvanceShown>
  /** What is due next, the earliest first: expiries, retries, deliveries, ends of tokens. */
  upcoming(filter?: UpcomingFilter): Promise<AllUpcomingShown>
  freeze(at?: string | Date): Promise<ClockShown>
  resume(rate?: number): Promise<ClockShown>
}

export interface WorldCallbacks<Slug extends string = string> {
  /** Those that were queued, newest first unless told. */
  list(filter?: CallbackFilter): Promise<readonly CallbackShown[]>
  /** Those that were due and were not sent, with the reason, newest first unless told. */
  unsent(filter?: Omit<CallbackFilter, 'state'>): Promise<readonly UnsentCallbackShown[]>
  /** What left at each attempt, oldest first unless told. */
  deliveries(filter?: DeliveryFilter): Promise<DeliveriesShown>
  /** One of those, by its id: headers and body as they left, and whether the signature holds. */
  delivery(id: number): Promise<OneDeliveryShown>
  /** Sends a callback of any type the provider's spec has: what is queued now, or unsent. */
  send(callback: BodyOf<'sendCallback'>): Promise<CallbackShown | UnsentCallbackShown>
  get(id: string): Promise<CallbackShown | UnsentCallbackShown>
  /** Sends one again, or one that was not sent: what is queued now. */
  redeliver(id: string): Promise<CallbackShown>
  /** Where the callbacks of each provider that sends some go, and whether they may. */
  targets(): Promise<readonly TargetShown[]>
  /** Where those of one provider go, and whether they may. */
  targetOf(slug: Slug): Promise<TargetShown>
  /** Where a provider's callbacks go from now on; `undefined`: nowhere. */
  target(slug: Slug, url: string | undefined, version?: number): Promise<void>
}

/** What is waited for: exactly one of these. */
export type WaitCondition =
  | { readonly callbacks: Pick<CallbackFilter, 'provider' | 'type' | 'iccid'> & AnyState }
  | { readonly requests: Omit<ExchangeFilter, 'since' | 'until'> }
  | {
      readonly event: {
        readonly provider?: string
        readonly type?: string
        readonly iccid?: string
      }
    }

interface AnyState {
  /** Unless given, any callback counts that was attempted. */
  readonly state?: CallbackShown['state'] | 'unsent'
}

interface AnyWait {
  /** How many there have to be: 1 unless told. */
  readonly count?: number
  /** `now`, or the `next` of an earlier answer: only what comes after it counts. */
  readonly after?: string
}

export interface WaitForLimits extends AnyWait {
  /** By the wall clock: 30 s unless told, at most 60. */
  readonly timeout?: string
}

export interface WaitLimits extends AnyWait {
  /** By the clock of the world: 10 minutes unless told. */
  readonly within?: string
  /** By the wall clock: 60 s unless told; a number is ms. */
  readonly maxWall?: string | number
}

export interface EventOptions {
  /** All of them unless told. */
  readonly types?: readonly Exclude<StreamName, 'open' | 'gap' | 'end'>[]
  /** The `id` of an event: what has come since is told first. */
  readonly after?: string
  readonly signal?: AbortSignal
}

/** What the providers were asked and answered. */
export interface WorldJournal {
  /** Newest first, unless told. */
  list(filter?: JournalFilter): Promise<readonly ExchangeShown[]>
  get(id: number): Promise<ExchangeShown>
  /** The way of an exchange through the stages, in words, and what to do where it was refused. */
  explain(id: number): Promise<ExplainedShown>
  /** As an HTTP archive (HAR 1.2), the oldest first. */
  har(filter?: JournalFilter): Promise<HarShown>
}

/** Failures on demand. */
export interface WorldFaults {
  /** Sets one: the call or the callback, the kind, when and how often. */
  add(fault: NewFault): Promise<FaultShown>
  /** All of them, in the order they were set, with what each has seen and how often it happened. */
  list(): Promise<readonly FaultShown[]>
  /** Every kind there is, with what it is for and the fields it has of its own. */
  kinds(): Promise<readonly FaultKindShown[]>
  get(id: string): Promise<FaultShown>
  remove(id: string): Promise<void>
  /** Removes all. */
  clear(): Promise<void>
}

/** Calls of the providers by hand, with the credentials of the world. */
export interface WorldCalls {
  /** The operations of a provider, what each takes, and bodies to begin with. */
  list(slug: string): Promise<CallableShown>
  /** Sends a request like any other, and tells what came. */
  make(wanted: NewCall): Promise<CalledShown>
}

export interface WorldSnapshots {
  /** In the order they were taken. */
  list(): Promise<readonly SnapshotShown[]>
  get(name: string): Promise<SnapshotShown>
  /** Takes one; one of that name is replaced. */
  save(name: string): Promise<SnapshotShown>
  /** The world as it was then, its clock included. */
  restore(name: string): Promise<WentBack>
  /** What differs between two; `now`, as it is unless told, is the world as it is. */
  diff(from: string, to?: string, limit?: number): Promise<DifferenceShown>
  remove(name: string): Promise<void>
}

/** Scenarios, run against the simulator itself; the events `workflow` of this world tell how far they come. */
export interface WorldWorkflows {
  /** Those that come with the simulator and those of its folder, and what is wrong in other files. */
  list(): Promise<WorkflowsShown>
  /** Begins a run, in a world of its own; it goes on by itself. */
  start(run: NewWorkflowRun): Promise<WorkflowRunShown>
  /** Makes a workflow of what was done in this world, from one exchange to another. */
  record(recording?: NewRecording): Promise<RecordingShown>
  /** The newest first, without their steps. */
  runs(): Promise<readonly WorkflowRunRow[]>
  get(id: string): Promise<WorkflowRunShown>
  /** Makes one step of a run that is paused. */
  next(id: string): Promise<WorkflowRunShown>
  /** Lets a run that is paused go on to its end. */
  continue(id: string): Promise<WorkflowRunShown>
  /** The report of a run that has ended; HTML unless told. */
  report(id: string, format?: 'html' | 'json' | 'junit'): Promise<string>
  /** Stops a run where it goes on, and removes it with its world. */
  remove(id: string): Promise<void>
}

/** Settings that change; `null` brings a default back. */
export type SettingsChange<Slug extends string> = {
  readonly [Name in keyof SettingValuesOf<Slug>]?: SettingValuesOf<Slug>[Name] | null | undefined
}

/** The settings of a provider: what each is, and what it is for. */
export type SettingsShown<Slug extends string> = {
  readonly [Name in keyof SettingValuesOf<Slug>]: SettingShown
}

/**
 * One world. Every method calls the control API, and throws ControlError for
 * what that refuses.
 */
export interface WorldClient<Slug extends string = string> {
  /** Every operation of the control API by its id, as in `control.call('getClock')`. */
  readonly control: ControlClient
  /** Its URLs, credentials, callback targets and clock. */
  show(): Promise<WorldShown>
  readonly clock: WorldClock
  device(iccid: string, provider?: Slug): Device
  /** All of them, in the order they came. */
  sims(provider?: Slug): Promise<readonly SimRow[]>
  /** One page of those that fit, and how many fit in all. */
  simPage(filter?: SimFilter): Promise<SimPageShown>
  /** The tables of states the simulator goes by, those of every provider first. */
  lifecycles(): Promise<readonly LifecycleShown[]>
  readonly callbacks: WorldCallbacks<Slug>
  readonly faults: WorldFaults
  /** Values that provoke failures and other rare things wherever they are given. */
  magic(): Promise<readonly MagicValueShown[]>
  /** Mails and SMS that providers sent to people, newest first unless told. */
  messages(filter?: MessageFilter): Promise<readonly MessageShown[]>
  /** Calls of the control API that were to change the world, oldest first, and how it began. */
  commands(filter?: { readonly after?: number; readonly limit?: number }): Promise<CommandsShown>
  settings<Of extends Slug>(slug: Of): Promise<SettingsShown<Of>>
  /** The settings of every provider, by its slug. */
  allSettings(): Promise<Readonly<Record<string, Readonly<Record<string, SettingShown>>>>>
  /** `null` brings a default back. */
  set<Of extends Slug>(slug: Of, values: SettingsChange<Of>): Promise<void>
  /** What a provider has in stock, in the words of the seed file. */
  stock(slug: Slug): Promise<Stock>
  /** Changes that: money takes the place of what there was, all else is added. */
  restock(slug: Slug, stock: Readonly<Record<string, unknown>>): Promise<Stock>
  /** The world as at its start, or as a named state. */
  reset(to?: { readonly seed?: string; readonly given?: string }): Promise<WorldShown>
  readonly journal: WorldJournal
  /**
   * Waits by the wall clock until something is there, up to a minute at a time. What is there
   * already counts, unless `after` says from where.
   */
  waitFor(condition: WaitCondition, limits?: WaitForLimits): Promise<WaitedShown>
  /**
   * Moves a frozen clock from event to event until something is there; waits where it runs. What is
   * there already counts, unless `after` says from where.
   */
  wait(condition: WaitCondition, limits?: WaitLimits): Promise<WaitedShown>
  /**
   * What happens in the world from now on, or after an event, as it happens. Ends with the world,
   * with `signal`, and where the loop over it is left.
   */
  events(options?: EventOptions): AsyncIterable<StreamEvent>
  readonly snapshots: WorldSnapshots
  readonly calls: WorldCalls
  readonly workflows: WorldWorkflows
  /** The latest steps, newest first: 100 unless told, as many as there are with `Infinity`. */
  history(limit?: number): Promise<readonly StepShown[]>
  /**
   * The world as it was some steps ago, its clock included.
   * @param back how many steps; or the id of a step, or an instant, to go back to the end of
   */
  rewind(back: number | { readonly to: number | string | Date }): Promise<WentBack>
  /** The whole world as a document; `restore` takes it back. */
  state(): Promise<StateDocument>
  restore(document: StateDocument): Promise<WorldShown>
}

/** The name of the world that is spoken to where none is named. */
const DEFAULT_WORLD = 'default'

/** All that can be asked of the world that a client speaks to. */
export function worldOver(control: ControlClient, name = DEFAULT_WORLD): WorldClient {
  const { call } = control
  return {
    control,
    show: () => call('getWorld', { path: { name } }),
    clock: clockOf(call),
    device: (iccid, provider) => deviceOf(call, iccid, provider),
    sims: (provider) => allSims(call, provider),
    simPage: (filter = {}) => call('listSims', { query: filter }),
    lifecycles: async () => (await call('listLifecycles')).lifecycles,
    callbacks: callbacksOf(call),
    faults: faultsOf(call),
    magic: async () => (await call('listMagicValues')).values,
    messages: async (filter = {}) => (await call('listMessages', { query: filter })).messages,
    commands: (filter = {}) => call('listCommands', { query: filter }),
    settings: async (slug) =>
      (await call('getSettings', { path: { slug } })).settings as SettingsShown<typeof slug>,
    async allSettings() {
      const { providers } = await call('listSettings')
      return Object.fromEntries(providers.map(({ provider, settings }) => [provider, settings]))
    },
    async set(slug, values) {
      await call('changeSettings', { path: { slug }, body: values as BodyOf<'changeSettings'> })
    },
    stock: (slug) => call('getStock', { path: { slug } }),
    restock: (slug, stock) => call('changeStock', { path: { slug }, body: stock }),
    reset: (to = {}) => call('resetWorld', { body: to }),
    journal: journalOf(call),
    waitFor: (condition, limits = {}) => call('waitFor', { query: pollOf(condition, limits) }),
    wait: (condition, limits = {}) => call('waitUntil', { body: { ...condition, ...limits } }),
    events: ({ types, after, signal } = {}) =>
      eventsIn(control.stream('streamEvents', { query: { types: types?.join(), after } }, signal)),
    snapshots: snapshotsOf(call),
    calls: callsOf(call),
    workflows: workflowsOf(control),
    history: async (limit = 100) =>
      (await call('listHistory', { query: { limit: Math.min(limit, 1000) } })).steps,
    rewind: (back) => call('rewindWorld', { body: rewindOf(back) }),
    state: () => call('getState'),
    restore: (document) => call('putState', { body: document }),
  }
}

type Call = ControlClient['call']

/** Every SIM, page by page: the last ones, which a test has just ordered, must not be missing. */
async function allSims(call: Call, provider: string | undefined): Promise<readonly SimRow[]> {
  const found: SimRow[] = []
  for (;;) {
    const query = { provider, limit: 1000, offset: found.length }
    const { total, sims } = await call('listSims', { query })
    found.push(...sims)
    if (sims.length === 0 || found.length >= total) return found
  }
}

function clockOf(call: Call): WorldClock {
  return {
    show: () => call('getClock'),
    advance(distance) {
      if (typeof distance === 'string') return call('advanceClock', { body: { by: distance } })
      // Nothing at all, which a caller without types may give, is refused by the simulator.
      const { to, ...rest } = distance ?? {}
      return call('advanceClock', { body: defined({ ...rest, to: instantOf(to) }) })
    },
    upcoming: (filter = {}) => call('listUpcoming', { query: filter }),
    freeze: (at) => call('freezeClock', { body: defined({ at: instantOf(at) }) }),
    resume: (rate) => call('resumeClock', { body: defined({ rate }) }),
  }
}

/** An instant on the wire; a date alone is its first moment, in UTC. */
function instantOf(at: string | Date | undefined): string | undefined {
  if (at instanceof Date) return at.toISOString()
  return at !== undefined && /^\d{4}-\d\d-\d\d$/.test(at) ? `${at}T00:00:00Z` : at
}

/** What a device does that takes no arguments. */
type Move = Extract<OperationId, 'enableSim' | 'disableSim' | 'deleteSim' | 'detachSim'>

function deviceOf(call: Call, iccid: string, provider: string | undefined): Device {
  const sim = { path: { iccid }, query: { provider } }
  const move = (operation: Move) => call(operation, sim)
  return {
    show: () => call('getSim', sim),
    download: (code) => call('downloadSim', { ...sim, ...handset(code) }),
    install: (code) => call('installSim', { ...sim, ...handset(code) }),
    enable: () => move('enableSim'),
    disable: () => move('disableSim'),
    delete: () => move('deleteSim'),
    attach: (country, operator) =>
      call('attachSim', { ...sim, body: defined({ country, operator }) }),
    detach: () => move('detachSim'),
    use: (amount) => call('useSim', { ...sim, body: useOf(amount) }),
  }
}

/** The body of a call that downloads; none where there is nothing to say. */
function handset(confirmationCode: string | undefined): { body?: BodyOf<'installSim'> } {
  return confirmationCode === undefined ? {} : { body: { confirmationCode } }
}

function useOf(amount: string | number | ServiceUse): BodyOf<'useSim'> {
  if (typeof amount === 'object') return amount
  return typeof amount === 'number' ? { bytes: amount } : { data: amount }
}

function journalOf(call: Call): WorldJournal {
  return {
    list: async (filter) => (await call('listJournal', { query: queryOf(filter) })).entries,
    get: (id) => call('getJournalEntry', { path: { id } }),
    explain: (id) => call('explainExchange', { path: { id } }),
    har: (filter) => call('exportHar', { query: queryOf(filter) }),
  }
}

function pollOf(condition: WaitCondition, limits: WaitForLimits): QueryOf<'waitFor'> {
  if ('callbacks' in condition) return { for: 'callback', ...condition.callbacks, ...limits }
  if ('event' in condition) return { for: 'event', ...condition.event, ...limits }
  return { for: 'request', ...askedOf(condition.requests), ...limits }
}

function queryOf(filter: JournalFilter = {}): QueryOf<'listJournal'> {
  const { order, after, before, limit, ...asked } = filter
  return defined({ ...askedOf(asked), order, after, before, limit })
}

type AskedOfExchanges = Omit<QueryOf<'listJournal'>, 'order' | 'after' | 'before' | 'limit'>

function askedOf(filter: ExchangeFilter): AskedOfExchanges {
  const { status, since, until, fault, ...rest } = filter
  return defined({
    ...rest,
    status: status === undefined ? undefined : String(status),
    since: instantOf(since),
    until: instantOf(until),
    fault: fault === undefined ? undefined : String(fault),
  })
}

function faultsOf(call: Call): WorldFaults {
  return {
    add: (fault) => call('addFault', { body: fault }),
    list: async () => (await call('listFaults')).faults,
    kinds: async () => (await call('listFaultKinds')).kinds,
    get: (id) => call('getFault', { path: { id } }),
    async remove(id) {
      await call('removeFault', { path: { id } })
    },
    async clear() {
      await call('clearFaults')
    },
  }
}

function callbacksOf(call: Call): WorldCallbacks {
  return {
    async list(filter = {}) {
      const { callbacks } = await call('listCallbacks', { query: filter })
      return callbacks.filter((callback) => callback.state !== 'unsent')
    },
    async unsent(filter = {}) {
      const query = { ...filter, state: 'unsent' } as const
      const { callbacks } = await call('listCallbacks', { query })
      return callbacks.filter((callback) => callback.state === 'unsent')
    },
    deliveries: (filter = {}) => call('listDeliveries', { query: filter }),
    delivery: (id) => call('getDelivery', { path: { id } }),
    get: (id) => call('getCallback', { path: { id } }),
    send: (callback) => call('sendCallback', { body: callback }),
    redeliver: (id) => call('redeliverCallback', { path: { id } }),
    targets: async () => (await call('listCallbackTargets')).targets,
    targetOf: (slug) => call('getCallbackTarget', { path: { slug } }),
    async target(slug, url, version) {
      if (url === undefined) await call('removeCallbackTarget', { path: { slug } })
      else await call('setCallbackTarget', { path: { slug }, body: defined({ url, version }) })
    },
  }
}

function snapshotsOf(call: Call): WorldSnapshots {
  return {
    list: async () => (await call('listSnapshots')).snapshots,
    get: (name) => call('getSnapshot', { path: { name } }),
    save: (name) => call('saveSnapshot', { path: { name } }),
    restore: (name) => call('restoreSnapshot', { path: { name } }),
    diff: (name, other = 'now', limit = 1000) =>
      call('diffSnapshots', { path: { name, other }, query: { limit } }),
    remove: (name) => call('removeSnapshot', { path: { name } }),
  }
}

function callsOf(call: Call): WorldCalls {
  return {
    list: (slug) => call('listCallable', { path: { slug } }),
    make: (wanted) => call('callProvider', { body: wanted }),
  }
}

function workflowsOf({ call, text }: ControlClient): WorldWorkflows {
  return {
    list: () => call('listWorkflows'),
    start: (run) => call('startWorkflowRun', { body: run }),
    record: (recording = {}) => call('recordWorkflow', { body: recording }),
    runs: async () => (await call('listWorkflowRuns')).runs,
    get: (id) => call('getWorkflowRun', { path: { id } }),
    next: (id) => call('nextWorkflowStep', { path: { id } }),
    continue: (id) => call('continueWorkflowRun', { path: { id } }),
    report: (id, format) => text('getWorkflowReport', { path: { id }, query: { format } }),
    async remove(id) {
      await call('removeWorkflowRun', { path: { id } })
    },
  }
}

function rewindOf(back: number | { readonly to: number | string | Date }): BodyOf<'rewindWorld'> {
  if (typeof back === 'number') return { steps: back }
  return { to: typeof back.to === 'number' ? back.to : (instantOf(back.to) ?? '') }
}
