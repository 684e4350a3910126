// The server as the library opens it: frozen, seeded, keeping nothing unless told to.
import type { NewFault } from '../control/wire.ts'
import type { ChosenCredentials } from '../server/chosen-credentials.ts'
import type { DeliveryPolicy } from '../server/deliver.ts'
import type { HostMap } from '../server/provider-hosts.ts'
import { openServer, packageVersion, type SimulatorServer } from '../server/server.ts'
import { simulators as allSimulators } from '../simulators/index.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { defined } from '../state/defined.ts'
import { instantOf, startOfDay } from '../state/instant.ts'
import type { SettingValue } from '../state/settings.ts'
import { lowdbStore } from '../stores/lowdb.ts'
import { memoryStore } from '../stores/memory.ts'
import type { Durability, Store } from '../stores/store.ts'
import { announceAttempt } from './attempts.ts'

/** How a simulator of the library begins. */
export interface SimulatorOptions {
  /** A word; the same one gives the same ids, ICCIDs and names. */
  readonly seed?: string
  /** The name of a state that a provider knows, as in `an assigned bundle`. */
  readonly given?: string
  /** Where every provider's callbacks go. */
  readonly callbackUrl?: string
  /** A folder to keep the state in; in memory unless given. */
  readonly stateDir?: string
  readonly durability?: Durability
  /** Settings by provider. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, SettingValue>>>>
  /**
   * Keys and clients of your own by provider, instead of the default ones: several open the API, the
   * first signs callbacks. A client is `{ client, secret }`.
   */
  readonly credentials?: ChosenCredentials
  /** Stock by provider, as in a seed file. */
  readonly stock?: Readonly<Record<string, unknown>>
  /** Faults to begin with, as `faults.add` takes them. */
  readonly faults?: readonly NewFault[]
  /**
   * Frozen at 2026-01-01T00:00:00Z unless told; `at` is ms since the epoch or a
   * date.
   */
  readonly clock?: {
    readonly mode?: 'running' | 'frozen'
    readonly at?: number | Date | string
    readonly rate?: number
  }
  /** False lets replies through that break their spec. */
  readonly checked?: boolean
  /**
   * Callbacks go to loopback unless more is allowed here; a receiver has 2 s
   * unless told.
   */
  readonly policy?: Partial<DeliveryPolicy>
  /** Demanded by the control API. */
  readonly token?: string
  /** Host names that browsers, and all who use `/_sim`, are answered under besides loopback. */
  readonly allowedHosts?: readonly string[]
  /** Origins whose pages may use the providers' APIs, as in `http://localhost:3000`; `*` is all. */
  readonly cors?: readonly string[]
  /** What hrefs begin with, instead of the request's Host. */
  readonly publicUrl?: string
  /**
   * Hosts of your own that stand for a provider, as in `{ 'api.my-provider.example': 'highland' }`,
   * besides those of the real APIs: asked for under one, the provider's paths are at `/`.
   */
  readonly hostMap?: HostMap
  /** Told what went wrong without stopping anything; standard error unless given. */
  readonly report?: (sentence: string) => void
  /** The providers; all of them unless given. */
  readonly simulators?: readonly Simulator[]
}

const SEED = 'esimulator'

/** How the clock of `default` begins. @throws RangeError for an instant that is none */
function clockOf({ mode, rate, at }: NonNullable<SimulatorOptions['clock']> = {}) {
  const instant = typeof at === 'string' ? (instantOf(at) ?? startOfDay(at)) : at?.valueOf()
  if (at !== undefined && !Number.isFinite(instant))
    throw new RangeError(`clock.at is no instant: ${String(at)}`)
  return defined({ mode, rate, at: instant })
}

async function storeFor(
  { stateDir, durability }: SimulatorOptions,
  report: (sentence: string) => void,
): Promise<Store> {
  if (stateDir === undefined) return memoryStore()
  const version = await packageVersion()
  return lowdbStore(defined({ dir: stateDir, version, warn: report, durability }))
}

function complain(sentence: string): void {
  console.error(`esimulator: ${sentence}`)
}

/**
 * Opens a server without listening anywhere.
 * @throws StoreError, Refusal `invalid-request`
 */
export async function openSimulator(options: SimulatorOptions = {}): Promise<SimulatorServer> {
  const { simulators = allSimulators, seed = SEED, checked = true, report = complain } = options
  const { given, callbackUrl, settings, stock, faults, token, credentials } = options
  const { allowedHosts: hosts = [], cors = [] } = options
  const publicUrl = options.publicUrl?.replace(/\/+$/, '')
  const store = await storeFor(options, report)
  try {
    const serverOptions = defined({
      simulators,
      store,
      clock: 'frozen' as const,
      seed,
      callbackUrl,
      settings,
      stock,
      faults,
      defaultWorld: defined({ clock: clockOf(options.clock), given, credentials }),
      policy: { allow: [], timeout: 2000, ...options.policy },
      access: { token, hosts, cors },
      publicUrl,
      hostMap: options.hostMap,
      checked,
      report,
      onAttempt: announceAttempt,
      // Express is loaded when it is first asked for: the first answer does not wait for it.
      rest: async (server: SimulatorServer) =>
        (await import('../control/app.ts')).controlApp(server),
    })
    return await openServer(serverOptions)
  } catch (error) {
    await store.close().catch(() => {})
    throw error
  }
}
