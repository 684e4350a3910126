// The server as a config asks for it.
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { controlAlone, wholeControl } from '../library/whole-control.ts'
import { type ChosenCredentials, readCredentials } from '../server/chosen-credentials.ts'
import { type Port, reachableUrl } from '../server/listen.ts'
import { statesGiven } from '../server/named-states.ts'
import { unknownName } from '../server/nearest.ts'
import { namesOnly, reportWithout } from '../server/redaction/redactor.ts'
import {
  openServer,
  packageVersion,
  type ServerOptions,
  type SimulatorServer,
} from '../server/server.ts'
import type { Upstream } from '../server/upstream.ts'
import { knownSimulators } from '../simulators/index.ts'
import { grouped } from '../state/collection.ts'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import type { Setting as SettingDef, SettingValue } from '../state/settings.ts'
import { memoryStore } from '../stores/memory.ts'
import type { Durability, Store } from '../stores/store.ts'
import { CannotRun } from './cannot-run.ts'
import { type Config, parseYaml } from './config.ts'
import { DEFAULT_PORT, type Key } from './options.ts'
import { typedValue } from './typed-value.ts'

/** Told what went wrong without stopping anything. */
export const report = reportWithout(namesOnly, (sentence) =>
  console.error(`esimulator: ${sentence}`),
)

/**
 * The ports to listen on: those of providers, and at least one for all.
 * @throws CannotRun
 */
export function portsOf({ port }: Config): readonly Port[] {
  const slugs = knownSimulators().map(({ slug }) => slug)
  const unknown = port.find(({ slug }) => slug !== undefined && !slugs.includes(slug))
  if (unknown) {
    const flag = `--port ${unknown.slug}=${unknown.port}`
    throw new CannotRun(`${flag}: ${unknownName('no provider', unknown.slug ?? '', slugs)}`)
  }
  return port.some(({ slug }) => slug === undefined) ? port : [{ port: DEFAULT_PORT }, ...port]
}

/**
 * The user's own credentials for a world, by provider.
 * @param flag they were given with
 * @throws CannotRun
 */
export function keysOf(written: readonly Key[], flag: string): ChosenCredentials {
  const chosen = Object.fromEntries(
    [...grouped(written, ({ slug }) => slug)].map(([slug, keys]) => [
      slug,
      keys.map(({ text }) => text),
    ]),
  )
  try {
    readCredentials(chosen, knownSimulators())
  } catch (error) {
    throw error instanceof Refusal ? new CannotRun(`${flag}: ${error.message}`) : error
  }
  return chosen
}

/** Settings by provider and name. */
export type ChosenSettings = Readonly<Record<string, Readonly<Record<string, SettingValue>>>>

/**
 * What a text stands for in the place of a setting: what its default is, where that will do.
 * @param value of a config file, also in the types of YAML
 */
function valueFor({ fallback, problem }: SettingDef, value: unknown): unknown {
  if (typeof value !== 'string') return value
  const list = value === '' ? [] : value.split(',').map((each) => each.trim())
  const candidates = [...(Array.isArray(fallback) ? [list] : [value]), typedValue(value)]
  return candidates.find((each) => problem(each) === undefined) ?? typedValue(value)
}

/**
 * The settings that new worlds are given.
 * @throws CannotRun
 */
export function settingsOf({ set }: Pick<Config, 'set'>): ChosenSettings {
  const chosen: Record<string, Record<string, SettingValue>> = {}
  for (const { slug, name, value } of set) {
    const place = `--set ${slug}.${name}`
    const simulator = knownSimulators().find((each) => each.slug === slug)
    if (!simulator) {
      const slugs = knownSimulators().map((each) => each.slug)
      throw new CannotRun(`${place}: ${unknownName('no provider', slug, slugs)}`)
    }
    const { table } = simulator.settings
    const setting = Object.hasOwn(table, name) ? table[name] : undefined
    if (!setting)
      throw new CannotRun(`${place}: ${unknownName('no setting', name, Object.keys(table))}`)
    const read = valueFor(setting, value)
    const problem = setting.problem(read)
    if (problem !== undefined) throw new CannotRun(`${place}: it ${problem}`)
    chosen[slug] = { ...chosen[slug], [name]: read as SettingValue }
  }
  return chosen
}

/** The named states that new worlds begin from. @throws CannotRun */
export function givenOf({ given }: Pick<Config, 'given'>): string | undefined {
  if (given.length === 0) return undefined
  const text = given.join('; ')
  try {
    statesGiven(text, knownSimulators())
  } catch (error) {
    throw error instanceof Refusal ? new CannotRun(`--given: ${error.message}`) : error
  }
  return text
}

/** A user's own stock, by provider; beside it may stand `faults`. */
export type Stock = Readonly<Record<string, unknown>>

/** How a seed file is called, which may stand in the config file itself. */
export function seedFileName({ seedFile = '' }: Pick<Config, 'seedFile'>): string {
  return seedFile.startsWith('{') ? 'seed-file of the config file' : seedFile
}

/** The stock of a seed file. @throws CannotRun */
export async function readSeedFile(config: Config): Promise<Stock | undefined> {
  const { seedFile } = config
  if (seedFile === undefined) return undefined
  // What the config file has is JSON by now.
  const stock = jsonBelowComment(seedFile) ?? (await stockOfFile(seedFile))
  const slugs = knownSimulators().map(({ slug }) => slug)
  const unknown = Object.keys(stock).find((slug) => !slugs.includes(slug) && slug !== 'faults')
  if (unknown === undefined) return stock
  const what = unknownName('no provider', unknown, slugs)
  throw new CannotRun(`${seedFileName(config)}: ${what}`)
}

async function stockOfFile(seedFile: string): Promise<Stock> {
  const written = await readFile(seedFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'there is no such file' : error.message
    throw new CannotRun(`cannot read the seed file ${seedFile}: ${reason}`)
  })
  return jsonBelowComment(written) ?? (await parseYaml(seedFile, written))
}

/** A number with so many digits may lose some of them: the reader of YAML says so. */
const LONG_NUMBER = /[:[,]\s*-?\d{16,}/

/**
 * The seed file of an import is JSON below a comment: as YAML, a hundred thousand eSIMs take minutes to
 * read. `undefined` of every other file.
 */
function jsonBelowComment(written: string): Stock | undefined {
  const [comment = ''] = /^(?:#[^\n]*\n|\s+)*/.exec(written) ?? []
  if (written[comment.length] !== '{' || LONG_NUMBER.test(written)) return undefined
  try {
    return JSON.parse(written.slice(comment.length)) as Stock
  } catch {
    return undefined
  }
}

/** What a reply that has left survives: a database that is shared is waited for, unless told. */
export function durabilityOf({ durability, store }: Config): Durability {
  return durability ?? (store === undefined ? 'buffered' : 'written')
}

/**
 * Where the state is kept.
 * @param port that this simulator listens on
 * @throws StoreError
 */
export async function storeOf(config: Config, port: number): Promise<Store> {
  const { ephemeral, state, store } = config
  if (ephemeral) return memoryStore()
  const durability = durabilityOf(config)
  if (store === undefined) {
    const { lowdbStore } = await import('../stores/lowdb.ts')
    return lowdbStore({ dir: state, durability, version: await packageVersion(), warn: report })
  }
  const { postgresStore } = await import('../stores/postgres/postgres.ts')
  const replicaUrl = config.replicaUrl ?? reachableUrl(config.host, port)
  return postgresStore({ url: store, durability, replicaUrl, warn: report })
}

/** Told of what happens, as it happens. */
type Watching = Pick<ServerOptions, 'onExchange' | 'onOutcome'>

/** What a server is opened with beside its config and its store. */
interface Opening {
  /** Real endpoints by slug: those providers are served, and answered by them. */
  readonly upstreams?: Readonly<Record<string, Upstream>>
  readonly watching?: Watching | undefined
}

/**
 * Opens a server; lets go of the store where that fails.
 * @throws StoreError, Refusal
 */
export async function openFromConfig(
  config: Config,
  store: Store,
  stock: Stock | undefined,
  { upstreams, watching }: Opening = {},
): Promise<SimulatorServer> {
  const { host, allowedHosts, cors, callbackUrl, publicUrl, token, seed, clock } = config
  const { maxWorlds, idle } = config
  try {
    const options = defined({
      ...watching,
      // Beside a real endpoint nothing else is served.
      simulators: knownSimulators().filter(({ slug }) => !upstreams || slug in upstreams),
      upstreams,
      store,
      clock,
      maxWorlds,
      idle,
      seed,
      callbackUrl,
      stock,
      faults: config.faults,
      settings: settingsOf(config),
      given: givenOf(config),
      instance: config.instance,
      defaultWorld: { credentials: keysOf(config.key, '--key') },
      policy: { allow: config.callbackAllow, timeout: config.callbackTimeout },
      // What it listens on is answered to: an address anyway, a name where it is listed.
      access: { token, hosts: isIP(host) ? allowedHosts : [...allowedHosts, host], cors },
      publicUrl,
      hostMap: Object.fromEntries(config.hostMap.map(({ host, slug }) => [host, slug])),
      checked: !config.unchecked,
      report,
      // Express is loaded when it is first asked for: the first answer does not wait for it.
      // Before a real endpoint, a workflow would do what it says there.
      rest: upstreams ? controlAlone : wholeControl(config.workflows),
    })
    return await openServer(options)
  } catch (error) {
    await store.close().catch(() => {})
    throw error
  }
}
