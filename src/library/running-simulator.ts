// The simulator in the process that uses it: on a free port, driven by method calls that go through its front endpoint.
import type { CallbackShown } from '../control/callbacks.ts'
import { type ControlClient, controlClient } from '../control/client.ts'
import type { AdvanceShown, ClockShown } from '../control/clock.ts'
import type { ExchangeShown } from '../control/journal.ts'
import type { SettingShown } from '../control/settings.ts'
import type { DeviceShown, SimRow, SimShown, UsedShown } from '../control/sims.ts'
import type { StateDocument } from '../control/state.ts'
import type { CredentialsShown, WorldShown } from '../control/worlds.ts'
import { listen } from '../server/listen.ts'
import type { SimulatorServer } from '../server/server.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import type { SettingValue } from '../state/settings.ts'
import { openSimulator, type SimulatorOptions } from './open-simulator.ts'

export interface StartOptions extends SimulatorOptions {
  /** A free one unless given. */
  readonly port?: number
}

/** How far to advance: a duration from now, or to an instant. */
export type Distance =
  | string
  | {
      readonly by?: string
      readonly to?: string | Date
      readonly maxEvents?: number
      readonly maxWall?: number | string
    }

/** What a handset and the network do to one SIM. Each throws ControlError where that is refused. */
export interface Device {
  show(): Promise<SimShown>
  download(): Promise<DeviceShown>
  /** Downloads and enables too, where that is missing. */
  install(): Promise<DeviceShown>
  enable(): Promise<DeviceShown>
  disable(): Promise<DeviceShown>
  delete(): Promise<DeviceShown>
  /** @param country ISO 3166 alpha-2 */
  attach(country: string, operator?: string): Promise<DeviceShown>
  detach(): Promise<DeviceShown>
  /** @param amount as in `500MB`, or bytes, or a number of SMS or minutes of a call where the provider carries such */
  use(amount: string | number | ServiceUse): Promise<UsedShown>
}

/** SMS or minutes of a call; `outbound` unless said, `peer` is the number at the other end. */
export type ServiceUse = ({ readonly sms: number } | { readonly minutes: number }) & {
  readonly direction?: 'inbound' | 'outbound'
  readonly peer?: string
}

export interface JournalFilter {
  readonly provider?: string
  readonly operation?: string
  readonly status?: number
  readonly refused?: boolean
  readonly limit?: number
}

export interface CallbackFilter {
  readonly provider?: string
  readonly state?: CallbackShown['state']
  readonly type?: string
  readonly iccid?: string
  readonly limit?: number
}

/** A simulator that runs in this process. */
export interface RunningSimulator {
  /** Without a trailing slash. */
  readonly url: string
  readonly port: number
  /** The world these methods speak to. */
  readonly world: string
  /** Base URL of a provider, as in `http://127.0.0.1:40123/esim-go/v2.4`. @throws Error for a provider there is not */
  baseUrl(slug: string): string
  /** By provider. */
  readonly credentials: Readonly<Record<string, CredentialsShown>>
  readonly clock: {
    now(): Date
    /** Resolves when everything due by then has happened, with all of it. */
    advance(distance: Distance): Promise<AdvanceShown>
    freeze(at?: string | Date): Promise<ClockShown>
    resume(rate?: number): Promise<ClockShown>
  }
  device(iccid: string, provider?: string): Device
  sims(provider?: string): Promise<readonly SimRow[]>
  readonly callbacks: {
    /** Newest first. */
    list(filter?: CallbackFilter): Promise<readonly CallbackShown[]>
    redeliver(id: string): Promise<CallbackShown>
    /** Where a provider's callbacks go from now on; `undefined`: nowhere. */
    target(slug: string, url: string | undefined, version?: number): Promise<void>
  }
  settings(slug: string): Promise<Readonly<Record<string, SettingShown>>>
  /** `null` brings a default back. */
  set(slug: string, values: Readonly<Record<string, SettingValue | null>>): Promise<void>
  /** The world as at its start, or as a named state. */
  reset(to?: { readonly seed?: string; readonly given?: string }): Promise<void>
  /** Newest first. */
  journal(filter?: JournalFilter): Promise<readonly ExchangeShown[]>
  /** The whole world as a document; `restore` takes it back. */
  state(): Promise<StateDocument>
  restore(document: StateDocument): Promise<void>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

function deviceOf(control: ControlClient, iccid: string, provider: string | undefined): Device {
  const path = `/sims/${encodeURIComponent(iccid)}`
  const act = <T = DeviceShown>(what: string, body?: object) =>
    control.send<T>('POST', `${path}/${what}`, body, { provider })
  return {
    show: () => control.get(path, { provider }),
    download: () => act('download'),
    install: () => act('install'),
    enable: () => act('enable'),
    disable: () => act('disable'),
    delete: () => act('delete'),
    attach: (country, operator) =>
      act('attach', { country, ...(operator === undefined ? {} : { operator }) }),
    detach: () => act('detach'),
    use: (amount) =>
      act<UsedShown>(
        'use',
        typeof amount === 'object'
          ? amount
          : typeof amount === 'number'
            ? { bytes: amount }
            : { data: amount },
      ),
  }
}

const isoOf = (at: string | Date) => (typeof at === 'string' ? at : at.toISOString())

function clockOf(control: ControlClient, server: SimulatorServer): RunningSimulator['clock'] {
  return {
    now: () => new Date(server.worlds.get(DEFAULT_WORLD)?.world.now ?? Number.NaN),
    advance(distance) {
      const { to, ...rest } =
        typeof distance === 'string' ? { by: distance, to: undefined } : distance
      return control.send('POST', '/clock/advance', {
        ...rest,
        ...(to === undefined ? {} : { to: isoOf(to) }),
      })
    },
    freeze: (at) =>
      control.send('POST', '/clock/freeze', at === undefined ? {} : { at: isoOf(at) }),
    resume: (rate) => control.send('POST', '/clock/resume', rate === undefined ? {} : { rate }),
  }
}

function callbacksOf(control: ControlClient): RunningSimulator['callbacks'] {
  return {
    list: async (filter = {}) =>
      (await control.get<{ callbacks: CallbackShown[] }>('/callbacks', { ...filter })).callbacks,
    redeliver: (id) => control.send('POST', `/callbacks/${encodeURIComponent(id)}/redeliver`),
    async target(slug, url, version) {
      const path = `/callbacks/target/${encodeURIComponent(slug)}`
      if (url === undefined) await control.send('DELETE', path)
      else await control.send('PUT', path, { url, ...(version === undefined ? {} : { version }) })
    },
  }
}

/**
 * Starts a simulator on a free port of 127.0.0.1, its clock frozen at 2026-01-01T00:00:00Z, keeping nothing unless told to.
 * @throws StoreError, ListenError, Refusal `invalid-request` for options that cannot be
 */
export async function startSimulator(options: StartOptions = {}): Promise<RunningSimulator> {
  const { port: wanted = 0, given, token } = options
  const listening = await listen('127.0.0.1', [{ port: wanted }])
  const server = await openSimulator(options).catch(async (error) => {
    await listening.close(0)
    throw error
  })
  listening.serve(server)
  const { url, port } = listening.endpoints[0] ?? { url: '', port: 0 }
  const control = controlClient({ url, ...(token === undefined ? {} : { token }) })
  let shown = await control.get<WorldShown>(`/worlds/${DEFAULT_WORLD}`)
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= listening.close().then(() => server.close())
    return closed
  }

  return {
    url,
    port,
    world: DEFAULT_WORLD,
    baseUrl(slug) {
      const base = shown.baseUrls[slug]
      if (base === undefined)
        throw new Error(
          `there is no provider "${slug}"; there are: ${Object.keys(shown.baseUrls).join(', ')}`,
        )
      return base
    },
    get credentials() {
      return shown.credentials
    },
    clock: clockOf(control, server),
    device: (iccid, provider) => deviceOf(control, iccid, provider),
    sims: async (provider) =>
      (await control.get<{ sims: SimRow[] }>('/sims', { provider, limit: 1000 })).sims,
    callbacks: callbacksOf(control),
    settings: async (slug) =>
      (await control.get<{ settings: Record<string, SettingShown> }>(`/settings/${slug}`)).settings,
    async set(slug, values) {
      await control.send('PATCH', `/settings/${slug}`, values)
    },
    async reset(to = {}) {
      shown = await control.send('POST', '/reset', {
        ...(given === undefined ? {} : { given }),
        ...to,
      })
    },
    journal: async (filter = {}) =>
      (await control.get<{ entries: ExchangeShown[] }>('/journal', { ...filter })).entries,
    state: () => control.get('/state'),
    async restore(document) {
      shown = await control.send('PUT', '/state', document)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
