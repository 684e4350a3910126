// `esimulator start`: listens until it is told to stop.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { worldShown } from '../control/world-shown.ts'
import { splitSeedFile } from '../server/chosen-credentials.ts'
import { listen } from '../server/listen.ts'
import type { SimulatorServer } from '../server/server.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { targets } from '../state/callbacks.ts'
import { Refusal } from '../state/refusal.ts'
import { memoryStore } from '../stores/memory.ts'
import { type Started, startedDocument, startedText } from './announcement.ts'
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
import { tlsOf } from './tls.ts'
import { checkExposure, outliveReaders, stopOnSignal } from './until-stopped.ts'

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
  const tls = await tlsOf(config)
  const listening = await listen(config.host, ports, tls?.identity)
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
  await announce({ config, server, endpoints: listening.endpoints, tls })
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

/** Says where everything is. */
async function announce(
  listening: Pick<Started, 'config' | 'server' | 'endpoints' | 'tls'>,
): Promise<void> {
  const { config, server, endpoints } = listening
  const hosted = await server.worlds.open(DEFAULT_WORLD)
  const main = endpoints.find(({ slug }) => slug === undefined)
  if (!hosted || !main) return

  const url = config.publicUrl ?? main.url
  const world = worldShown(server, hosted, url)
  const state = config.ephemeral ? undefined : resolve(config.state)
  const started = { ...listening, world, url, state }
  console.log(config.json ? JSON.stringify(startedDocument(started)) : startedText(started))
}
