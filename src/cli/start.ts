// `esimulator start`: listens until it is told to stop.
import { constants } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { worldShown } from '../control/world-shown.ts'
import { splitSeedFile } from '../server/chosen-credentials.ts'
import { type Endpoint, type Listening, listen } from '../server/listen.ts'
import { isLoopback } from '../server/loopback.ts'
import type { SimulatorServer } from '../server/server.ts'
import { alarm, wallNow } from '../server/ticker.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { targets } from '../state/callbacks.ts'
import { Refusal } from '../state/refusal.ts'
import { memoryStore } from '../stores/memory.ts'
import { startedDocument, startedText } from './announcement.ts'
import { CannotRun } from './cannot-run.ts'
import { type Config, type Flags, readConfig } from './config.ts'
import {
  keysOf,
  openFromConfig,
  portsOf,
  readSeedFile,
  report,
  type Stock,
  storeOf,
} from './open.ts'
import { type Option, type OptionName, options, START, spelled } from './options.ts'

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
    throw new CannotRun(`${flagProblem(error)}; esimulator start --help lists the options`)
  }
}

/** What is wrong with flags. What stands between them is not repeated: it may be half a secret. */
function flagProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL')
    return 'Unexpected argument: start takes flags alone, a value with blanks in quotes'
  return error.message.split('. ')[0] ?? ''
}

/**
 * Starts, says where everything is, and stops on SIGTERM, SIGINT, SIGHUP and SIGQUIT.
 * @throws CannotRun, StoreError, ListenError, Refusal
 */
export async function start(args: readonly string[]): Promise<void> {
  outliveReaders()
  const config = await readConfig(startFlags(args))
  checkExposure(config)
  const ports = portsOf(config)
  keysOf(config.key, '--key')
  const stock = await readSeedFile(config)
  await rehearse(config, stock)
  const listening = await listen(config.host, ports)
  let server: SimulatorServer
  try {
    server = await openKept(config, stock)
  } catch (error) {
    await listening.close(0)
    throw error
  }

  await aimCallbacks(config, server)
  stopOnSignal(listening, server)
  listening.serve(server)
  await announce(config, server, listening.endpoints)
  await warnOfShutTargets(config, server)
}

/** Opens what the state folder keeps. */
async function openKept(config: Config, stock: Stock | undefined): Promise<SimulatorServer> {
  const store = await storeOf(config)
  const laysOut = Object.keys(splitSeedFile(stock).stock).length > 0
  if (laysOut && (await store.list()).includes(DEFAULT_WORLD)) {
    const when = 'the seed file is laid into new worlds, and into this one by POST /_sim/reset'
    report(`the world "${DEFAULT_WORLD}" is there already: ${when}`)
  }
  return openFromConfig(config, store, stock)
}

function checkExposure({ host, token }: Config): void {
  if (isLoopback(host) || token !== undefined) return
  const how = 'set ESIMULATOR_TOKEN to a secret of your own, or listen on 127.0.0.1'
  throw new CannotRun(`listening on ${host} opens the control API to others: ${how}`)
}

/** Stock that cannot be laid out is found before a file of the state is touched. */
async function rehearse(config: Config, stock: Stock | undefined): Promise<void> {
  if (!stock) return
  const server = await openFromConfig(config, memoryStore(), stock).catch((error: unknown) => {
    throw error instanceof Refusal ? new CannotRun(`${config.seedFile}: ${error.message}`) : error
  })
  await server.close()
}

/**
 * A target given at the start is meant for the world there is, not only for new
 * ones.
 */
async function aimCallbacks({ callbackUrl: url }: Config, server: SimulatorServer): Promise<void> {
  const world = (await server.worlds.open(DEFAULT_WORLD))?.world
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
 * Wall ms in which a second signal is the first again: a terminal and npm both
 * pass Ctrl-C on.
 */
const SAME_SIGNAL = 1000

/** SIGHUP tells that its terminal was closed. */
const ENDING = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const

function stopOnSignal(listening: Listening, server: SimulatorServer): void {
  let since: number | undefined
  const stop = async (signal: NodeJS.Signals) => {
    if (since !== undefined) {
      if (wallNow() - since > SAME_SIGNAL) process.exit(128 + constants.signals[signal])
      return
    }
    since = wallNow()
    try {
      // Who waits for an advance is told now, and not after the time answers are given to leave.
      server.stop()
      await listening.close()
      await server.close()
      process.exit(0)
    } catch (error) {
      report(error instanceof Error ? error.message : String(error))
      process.exit(2)
    }
  }
  for (const signal of ENDING) process.on(signal, stop)
  if (process.env.npm_lifecycle_event !== undefined) whenOrphaned(() => stop('SIGTERM'))
}

/** Where nobody reads on, because the terminal is closed or the pipe is, the simulator goes on. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}

/**
 * npm runs scripts in a shell, and some shells die of a signal without passing
 * it on.
 */
function whenOrphaned(then: () => void): void {
  const parent = process.ppid
  const watch = alarm(() => (process.ppid === parent ? watch.set(250) : then()))
  watch.set(250)
}

/** Says where everything is. */
async function announce(
  config: Config,
  server: SimulatorServer,
  endpoints: readonly Endpoint[],
): Promise<void> {
  const hosted = await server.worlds.open(DEFAULT_WORLD)
  const main = endpoints.find(({ slug }) => slug === undefined)
  if (!hosted || !main) return

  const url = config.publicUrl ?? main.url
  const world = worldShown(server, hosted, url)
  const state = config.ephemeral ? undefined : resolve(config.state)
  const started = { config, server, world, endpoints, url, state }
  console.log(config.json ? JSON.stringify(startedDocument(started)) : startedText(started))
}
