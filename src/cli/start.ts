// `esimulator start`: listens until it is told to stop.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { WorldShown } from '../control/wire.ts'
import { worldShown } from '../control/world-shown.ts'
import { folderProblem } from '../library/whole-control.ts'
import { splitSeedFile } from '../server/chosen-credentials.ts'
import { type Listening, listen } from '../server/listen.ts'
import { HeldElsewhere } from '../server/replicas/held-elsewhere.ts'
import type { SimulatorServer } from '../server/server.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { targets } from '../state/callbacks.ts'
import { Refusal } from '../state/refusal.ts'
import { chosenSettings } from '../state/settings.ts'
import type { World } from '../state/world.ts'
import { memoryStore } from '../stores/memory.ts'
import type { Store } from '../stores/store.ts'
import { shownState, startedDocument, startedText, stoppedText } from './announcement.ts'
import { CannotRun } from './cannot-run.ts'
import { type Config, type Flags, readConfig } from './config.ts'
import { noValue, tooMany, unknownOption, valueMissing } from './mistakes.ts'
import {
  givenOf,
  keysOf,
  openFromConfig,
  portsOf,
  readSeedFile,
  report,
  type Stock,
  seedFileName,
  settingsOf,
  storeOf,
} from './open.ts'
import { type Option, type OptionName, options, START, spelled } from './options.ts'
import type { ServingLog } from './serving-log.ts'
import { type ServedTls, tlsOf } from './tls.ts'
import { checkExposure, stopOnSignal } from './until-stopped.ts'

/** How parseArgs is to read a flag. */
function parsedAs(name: OptionName) {
  const { value, many } = options[name] as Option<unknown>
  const type = value === undefined ? ('boolean' as const) : ('string' as const)
  return { type, multiple: many === true }
}

/**
 * Flags of `start`, by config key; commander is too slow to load for this.
 * @throws CannotRun
 */
export function startFlags(args: readonly string[]): Flags {
  const table = Object.fromEntries(START.map((name) => [spelled(name), parsedAs(name)]))
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...table, config: { type: 'string' } },
      strict: true,
    })
    const written: Flags = values
    const byKey = START.map((name) => [name, written[spelled(name)]])
    return { ...Object.fromEntries(byKey), config: written.config }
  } catch (error) {
    throw flagMistake(error)
  }
}

/** What is wrong with flags, in the words that commander's mistakes have, too. */
function flagMistake(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  const [, quoted = ''] = /'(.*?)'/s.exec(error.message) ?? []
  const [flag = ''] = quoted.split(' ', 1)
  const name = START.find((each) => `--${spelled(each)}` === flag)
  switch (error.code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return unknownOption(
        quoted,
        [...START.map((each) => `--${spelled(each)}`), '--config', '--help'],
        'start',
      )
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return tooMany('start', '')
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE': {
      const { value } = (name ? options[name] : { value: 'FILE' }) as { readonly value?: string }
      return value === undefined
        ? noValue(flag, 'start')
        : valueMissing(`${flag} ${value}`, 'start')
    }
    default:
      return new CannotRun(
        `${error.message.split('. ')[0]}: esimulator start --help lists the options`,
      )
  }
}

/** A simulator that serves. */
export interface Serving {
  readonly config: Config
  readonly server: SimulatorServer
  readonly listening: Listening
  readonly tls: ServedTls | undefined
  readonly store: Store
}

/**
 * Starts and serves, as a config asks.
 * @throws CannotRun, StoreError, ListenError, Refusal
 */
export async function serveFrom(config: Config, log?: ServingLog): Promise<Serving> {
  checkExposure(config)
  const ports = portsOf(config)
  keysOf(config.key, '--key')
  settingsOf(config)
  givenOf(config)
  await checkWorkflows(config)
  const stock = await readSeedFile(config)
  await rehearse(config, stock)
  const tls = await tlsOf(config)
  const listening = await listen(config.host, ports, tls?.identity)
  try {
    const store = await storeOf(config, mainOf(listening)?.port ?? 0)
    const server = await openKept(config, store, stock, log)
    await aimCallbacks(config, server)
    await applySettings(config, server)
    return { config, server, listening, tls, store }
  } catch (error) {
    await listening.close(0)
    throw error
  }
}

/**
 * Starts, says where everything is, and stops on SIGTERM, SIGINT, SIGHUP and SIGQUIT.
 * @throws CannotRun, StoreError, ListenError, Refusal
 */
export async function start(args: readonly string[]): Promise<void> {
  const config = await readConfig(startFlags(args))
  await loadNamed(config)
  // A machine reads one line: what comes behind it would be in its way.
  const log = config.quiet || config.json ? undefined : await servingLog()
  const serving = await serveFrom(config, log)
  const { server, listening } = serving
  stopOnSignal(listening, server, () => {
    log?.flush()
    if (!config.json) console.log(stoppedText(config))
  })
  listening.serve(log?.watched(server) ?? server)
  await announce(serving)
  await warnOfShutTargets(config, server)
}

/** What loads plug-ins is loaded where some are named. @throws CannotRun */
async function loadNamed(config: Config): Promise<void> {
  if (config.plugin.length > 0) await (await import('./plugins.ts')).loadPlugins(config)
}

/** Loaded where it is wanted. */
async function servingLog(): Promise<ServingLog> {
  return (await import('./serving-log.ts')).openServingLog(process.stdout)
}

/** Opens what the store keeps. */
async function openKept(
  config: Config,
  store: Store,
  stock: Stock | undefined,
  watching: ServingLog | undefined,
): Promise<SimulatorServer> {
  const laysOut = Object.keys(splitSeedFile(stock).stock).length > 0
  const isKept = (laysOut || config.given.length > 0) && (await keepsDefault(store))
  const is = `the world "${DEFAULT_WORLD}" is there already`
  const when = 'into new worlds, and into this one by `esimulator reset`'
  if (isKept && laysOut) report(`${is}: the seed file is laid ${when}`)
  if (isKept && config.given.length > 0) report(`${is}: --given is laid ${when}`)
  return openFromConfig(config, store, stock, { watching })
}

async function keepsDefault(store: Store): Promise<boolean> {
  try {
    return (await store.list()).includes(DEFAULT_WORLD)
  } catch (error) {
    await store.close().catch(() => {})
    throw error
  }
}

/** Settings given at the start are meant for the world there is, too: where it is kept, and said. */
async function applySettings(config: Config, server: SimulatorServer): Promise<void> {
  const world = await defaultHere(config.set.length > 0 ? '--set' : undefined, server)
  if (!world) return
  const changed = Object.entries(settingsOf(config)).filter(([slug, values]) => {
    const now = world.in(chosenSettings).get(slug)?.values ?? {}
    return Object.entries(values).some(
      ([name, value]) => JSON.stringify(now[name]) !== JSON.stringify(value),
    )
  })
  if (changed.length === 0) return
  world.transaction(() => {
    for (const [provider, values] of changed) {
      const now = world.in(chosenSettings).get(provider)?.values
      world.in(chosenSettings).put({ provider, values: { ...now, ...values } })
    }
  })
  report(`the world "${DEFAULT_WORLD}" is there already: --set has changed its settings`)
}

/** @throws CannotRun for a folder there is not */
async function checkWorkflows({ workflows }: Config): Promise<void> {
  const problem = workflows === undefined ? undefined : await folderProblem(workflows)
  if (problem !== undefined) throw new CannotRun(`--workflows: ${problem}`)
}

/** Stock that cannot be laid out is found before a file of the state is touched. */
async function rehearse(config: Config, stock: Stock | undefined): Promise<void> {
  if (!stock) return
  const server = await openFromConfig(config, memoryStore(), stock).catch((error: unknown) => {
    throw error instanceof Refusal
      ? new CannotRun(`${seedFileName(config)}: ${error.message}`)
      : error
  })
  await server.close()
}

/**
 * The world `default`, where no other replica has it.
 * @param flag what is meant for it, which is said where it does not reach it
 */
async function defaultHere(
  flag: string | undefined,
  { worlds }: SimulatorServer,
): Promise<World | undefined> {
  try {
    return (await worlds.open(DEFAULT_WORLD))?.world
  } catch (error) {
    if (!(error instanceof HeldElsewhere)) throw error
    const who = `another replica, ${error.replica.url}, has the world "${DEFAULT_WORLD}"`
    if (flag !== undefined) report(`${who}: ${flag} does not change it`)
    return undefined
  }
}

/**
 * A target given at the start is meant for the world there is, not only for new
 * ones.
 */
async function aimCallbacks({ callbackUrl: url }: Config, server: SimulatorServer): Promise<void> {
  const world = await defaultHere(url && '--callback-url', server)
  if (url === undefined || !world) return
  const astray = [...server.providers.values()]
    .filter(({ simulator }) => simulator.callbacks !== undefined)
    .map(({ simulator }) => simulator.slug)
    .filter((provider) => world.in(targets).get(provider)?.url !== url)
  if (astray.length === 0) return
  world.transaction(() => {
    for (const provider of astray)
      world.in(targets).put({ ...world.in(targets).get(provider), provider, url })
  })
}

async function warnOfShutTargets({ callbackUrl }: Config, server: SimulatorServer): Promise<void> {
  if (callbackUrl === undefined) return
  const { whyForbidden } = await import('../server/deliver.ts')
  const why = await whyForbidden(callbackUrl, server.policy)
  if (why !== undefined) report(`nothing will reach ${callbackUrl}: ${why}`)
}

/**
 * The world `default` as it is shown, wherever it is.
 * @param url how clients reach the simulator
 * @param own where this process listens
 */
async function defaultShown(
  server: SimulatorServer,
  url: string,
  own: string,
): Promise<WorldShown | undefined> {
  try {
    const hosted = await server.worlds.open(DEFAULT_WORLD)
    return hosted && worldShown(server, hosted, url)
  } catch (error) {
    if (!(error instanceof HeldElsewhere)) throw error
    const { controlClient } = await import('../control/node-client.ts')
    // Passed on as any request is. A port that speaks TLS takes it without, too.
    const place = { url: own.replace(/^https:/, 'http:'), token: server.access.token }
    return await controlClient(place).call('getWorld', { path: { name: DEFAULT_WORLD } })
  }
}

const mainOf = ({ endpoints }: Listening) => endpoints.find(({ slug }) => slug === undefined)

/** Says where everything is. */
async function announce({ config, server, listening, tls, store }: Serving): Promise<void> {
  const main = mainOf(listening)
  if (!main) return
  const url = config.publicUrl ?? main.url
  const world = await defaultShown(server, url, main.url)
  if (!world) return
  const isFolder = config.store === undefined && !config.ephemeral
  const state = isFolder ? resolve(config.state) : shownState(config)
  const { endpoints } = listening
  const replica = store.leases?.self
  const started = { config, server, endpoints, tls, world, url, state, replica }
  console.log(config.json ? JSON.stringify(startedDocument(started)) : startedText(started))
}
