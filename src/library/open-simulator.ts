// The server as the library opens it: frozen, seeded, keeping nothing unless told to.
import type { NewFault } from '../control/wire.ts'
import type { ChosenCredential } from '../server/chosen-credentials.ts'
import type { DeliveryPolicy } from '../server/deliver.ts'
import { unknownName } from '../server/nearest.ts'
import type { HostMap } from '../server/provider-hosts.ts'
import { openServer, packageVersion, type SimulatorServer } from '../server/server.ts'
import { type ProviderSlug, simulators } from '../simulators/index.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { defined } from '../state/defined.ts'
import { instantOf, startOfDay } from '../state/instant.ts'
import type { SettingValue } from '../state/settings.ts'
import { memoryStore } from '../stores/memory.ts'
import { isDatabaseUrl } from '../stores/postgres/database-url.ts'
import type { Durability, Store } from '../stores/store.ts'
import { announceAttempt } from './attempts.ts'
import { countedHere } from './due-here.ts'
import {
  asOptionError,
  type ChecksOf,
  checkOptions,
  checkTarget,
  isObject,
  isText,
  must,
  mustBeFlag,
  mustBeFunction,
  mustBeList,
  mustBeObject,
  mustBeOneOf,
  mustBeText,
  mustBeTexts,
  OptionError,
} from './option-checks.ts'
import type { ChosenSettings, Given, ProviderChoice, SlugOf } from './providers.ts'
import { folderProblem, wholeControl } from './whole-control.ts'

/** How a simulator of the library begins. */
export interface SimulatorOptions<Provider extends ProviderChoice = ProviderSlug> {
  /** The providers, by slug, or your own; all that are built in unless given. */
  readonly providers?: readonly Provider[]
  /** A word; the same one gives the same ids, ICCIDs and names. */
  readonly seed?: string
  /** The name of a state that a provider knows, as in `an assigned bundle`. */
  readonly given?: Given<SlugOf<NoInfer<Provider>>>
  /** Where every provider's callbacks go. */
  readonly callbackUrl?: string
  /**
   * A folder to keep the state in, the URL of a PostgreSQL database that several simulators may
   * share, as in `postgres://user:password@host/name`, or a store; in memory unless given.
   */
  readonly store?: string | Store
  /**
   * What a reply that has left survives, where the store is a folder or a database: unless told
   * `buffered` with a folder, `written` with a database.
   */
  readonly durability?: Durability
  /** Where the others that share the database reach this simulator: where it listens, unless told. */
  readonly replicaUrl?: string
  /** How long a world of a database stays open here while nobody uses it, in ms: a minute unless told. */
  readonly idle?: number
  /** Settings by provider. */
  readonly settings?: ChosenSettings<SlugOf<NoInfer<Provider>>>
  /**
   * Keys and clients of your own by provider, instead of the default ones: several open the API, the
   * first signs callbacks. A client is `{ client, secret }`.
   */
  readonly credentials?: {
    readonly [Slug in SlugOf<NoInfer<Provider>>]?: readonly ChosenCredential[]
  }
  /** Stock by provider, as in a seed file. */
  readonly stock?: { readonly [Slug in SlugOf<NoInfer<Provider>>]?: unknown } & {
    readonly faults?: readonly NewFault[]
  }
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
  /** A folder of workflows (Arazzo) of your own, which `/_sim/workflows` lists and runs. */
  readonly workflows?: string
  /** Told what went wrong without stopping anything; standard error unless given. */
  readonly report?: (sentence: string) => void
  /** How many worlds there may be: 1000 unless told. */
  readonly maxWorlds?: number
}

/** Options whatever their providers: what they are once they have been looked at. */
export type AnyOptions = Omit<
  SimulatorOptions,
  'providers' | 'given' | 'settings' | 'credentials' | 'stock'
> & {
  readonly providers?: readonly ProviderChoice[]
  readonly given?: string
  readonly settings?: Readonly<Record<string, Readonly<Record<string, SettingValue>>>>
  readonly credentials?: Readonly<Record<string, readonly ChosenCredential[]>>
  readonly stock?: Readonly<Record<string, unknown>>
}

const SEED = 'esimulator'
/** Wall ms that a receiver has. */
const ANSWER_WITHIN = 2000

/** What each option has to be; what depends on the providers is looked at by itself. */
export const simulatorChecks: ChecksOf<AnyOptions> = {
  providers: must(
    'a list of one provider or more',
    (value) => Array.isArray(value) && value.length > 0,
  ),
  seed: mustBeText,
  given: mustBeText,
  callbackUrl: mustBeText,
  store: must(
    'a folder, a postgres:// URL or a store',
    (value) => isText(value) || isObject(value),
  ),
  durability: mustBeOneOf('buffered', 'written', 'synced'),
  replicaUrl: must(
    'a URL that starts with http:// or https://',
    (value) => isText(value) && URL.canParse(value) && /^https?:/i.test(value),
  ),
  idle: must('a number of ms above 0', (value) => typeof value === 'number' && value > 0),
  settings: mustBeObject,
  credentials: mustBeObject,
  stock: mustBeObject,
  faults: mustBeList,
  clock: mustBeObject,
  checked: mustBeFlag,
  policy: mustBeObject,
  token: must('a text that is not empty', (value) => isText(value) && value !== ''),
  allowedHosts: mustBeTexts,
  cors: mustBeTexts,
  publicUrl: mustBeText,
  hostMap: mustBeObject,
  workflows: mustBeText,
  report: mustBeFunction,
  maxWorlds: must(
    'a whole number above 0',
    (value) => Number.isInteger(value) && Number(value) > 0,
  ),
}

const clockChecks: ChecksOf<NonNullable<SimulatorOptions['clock']>> = {
  mode: mustBeOneOf('running', 'frozen'),
  at: must('an instant', (value) => Number.isFinite(msOf(value))),
  rate: must('a number above 0', (value) => typeof value === 'number' && value > 0),
}

const policyChecks: ChecksOf<Partial<DeliveryPolicy>> = {
  allow: mustBeTexts,
  timeout: must('a number of ms above 0', (value) => typeof value === 'number' && value > 0),
}

function msOf(at: unknown): number | undefined {
  if (typeof at === 'string') return instantOf(at) ?? startOfDay(at)
  return typeof at === 'number' || at instanceof Date ? at.valueOf() : undefined
}

/** How the clock of `default` begins. @throws OptionError */
function clockOf(by: string, clock: NonNullable<SimulatorOptions['clock']> = {}) {
  checkOptions(`${by}: clock`, clock, clockChecks)
  const { mode, rate, at } = clock
  return defined({ mode, rate, at: msOf(at) })
}

/** The providers that were chosen. @throws OptionError for one there is not */
export function chosenSimulators(
  by: string,
  providers: readonly ProviderChoice[] | undefined,
): readonly Simulator[] {
  if (providers === undefined) return simulators
  const slugs = simulators.map(({ slug }) => slug)
  const chosen = providers.map((each) => {
    if (typeof each === 'object' && isText(each?.slug)) return each
    const found = simulators.find(({ slug }) => slug === each)
    if (found) return found
    throw new OptionError(`${by}: ${unknownName('no provider', String(each), slugs)}`)
  })
  const twice = chosen.find(({ slug }, at) => chosen.findIndex((one) => one.slug === slug) < at)
  if (twice) throw new OptionError(`${by}: the provider "${twice.slug}" is chosen twice`)
  return chosen
}

/** Holds what is said of single providers to those there are. @throws OptionError */
function checkByProvider(
  by: string,
  { settings = {}, credentials = {}, stock = {} }: AnyOptions,
  chosen: readonly Simulator[],
): void {
  const slugs = chosen.map(({ slug }) => slug)
  const named = { settings, credentials, stock }
  for (const [option, ofProviders] of Object.entries(named))
    for (const slug of Object.keys(ofProviders)) {
      // Faults may stand beside the providers of a seed file.
      if (slugs.includes(slug) || (option === 'stock' && slug === 'faults')) continue
      throw new OptionError(`${by}: ${option}: ${unknownName('no provider', slug, slugs)}`)
    }
  for (const { slug, settings: known } of chosen) {
    const { table } = known
    for (const [name, value] of Object.entries(settings[slug] ?? {})) {
      const at = `${by}: settings.${slug}`
      const setting = Object.hasOwn(table, name) ? table[name] : undefined
      if (!setting)
        throw new OptionError(`${at}: ${unknownName('no setting', name, Object.keys(table))}`)
      const problem = setting.problem(value)
      if (problem !== undefined) throw new OptionError(`${at}.${name} ${problem}`)
    }
  }
}

/** @throws OptionError, StoreError */
async function storeFor(
  { store, durability, replicaUrl }: AnyOptions,
  report: (sentence: string) => void,
  by: string,
): Promise<Store> {
  if (store === undefined) return memoryStore()
  if (!isText(store)) return store
  if (isDatabaseUrl(store)) {
    if (replicaUrl === undefined)
      throw new OptionError(
        `${by}: the database may be shared: say in "replicaUrl" where the others reach this simulator`,
      )
    const { postgresStore } = await import('../stores/postgres/postgres.ts')
    return postgresStore(defined({ url: store, durability, replicaUrl, warn: report }))
  }
  const { lowdbStore } = await import('../stores/lowdb.ts')
  const version = await packageVersion()
  return lowdbStore(defined({ dir: store, version, warn: report, durability }))
}

function complain(sentence: string): void {
  console.error(`esimulator: ${sentence}`)
}

/**
 * Opens a server without listening anywhere.
 * @param options looked at by name already
 * @param by what the user called, as in `startSimulator`
 * @throws StoreError, OptionError
 */
export async function openSimulator(
  options: AnyOptions = {},
  by = 'openSimulator',
): Promise<SimulatorServer> {
  const { seed = SEED, checked = true, report = complain } = options
  const { given, callbackUrl, settings, stock, faults, token, credentials } = options
  const { allowedHosts: hosts = [], cors = [], maxWorlds, idle } = options
  const publicUrl = options.publicUrl?.replace(/\/+$/, '')
  const chosen = chosenSimulators(by, options.providers)
  checkByProvider(by, options, chosen)
  checkOptions(`${by}: policy`, options.policy ?? {}, policyChecks)
  const clock = clockOf(by, options.clock)
  const policy = { allow: [], timeout: ANSWER_WITHIN, ...options.policy }
  if (callbackUrl !== undefined) await checkTarget(by, callbackUrl, policy)
  const { workflows } = options
  const problem = workflows === undefined ? undefined : await folderProblem(workflows)
  if (problem !== undefined) throw new OptionError(`${by}: workflows: ${problem}`)
  const store = await storeFor(options, report, by)
  try {
    const serverOptions = defined({
      simulators: chosen,
      store,
      clock: 'frozen' as const,
      maxWorlds,
      idle,
      seed,
      callbackUrl,
      settings,
      stock,
      faults,
      defaultWorld: defined({ clock, given, credentials }),
      policy,
      access: { token, hosts, cors },
      publicUrl,
      hostMap: options.hostMap,
      checked,
      report,
      onAttempt: announceAttempt,
      // Express is loaded when it is first asked for: the first answer does not wait for it.
      rest: wholeControl(workflows),
    })
    return countedHere(await openServer(serverOptions))
  } catch (error) {
    await store.close().catch(() => {})
    throw asOptionError(by, error)
  }
}
