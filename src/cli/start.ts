// `esimulator start`: listens until it is told to stop.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type WorldShown, worldShown } from '../control/worlds.ts'
import { type Endpoint, type Listening, listen } from '../server/listen.ts'
import { isLoopback } from '../server/loopback.ts'
import type { SimulatorServer } from '../server/server.ts'
import { alarm, wallNow } from '../server/ticker.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { basesOf } from '../simulators/simulator.ts'
import { targets } from '../state/callbacks.ts'
import { Refusal } from '../state/refusal.ts'
import { memoryStore } from '../stores/memory.ts'
import { CannotRun } from './cannot-run.ts'
import { type Config, type Flags, readConfig } from './config.ts'
import { openFromConfig, portsOf, readSeedFile, report, storeOf } from './open.ts'
import { type Option, options, START, spelled } from './options.ts'

/** Flags of `start`, by config key; commander is too slow to load for this. @throws CannotRun */
export function startFlags(args: readonly string[]): Flags {
  const table = Object.fromEntries(
    START.map((name) => {
      const { value, many } = options[name] as Option<unknown>
      return [
        spelled(name),
        {
          type: value === undefined ? ('boolean' as const) : ('string' as const),
          multiple: many === true,
        },
      ]
    }),
  )
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...table, config: { type: 'string' } },
      strict: true,
    })
    const given = values as Flags
    return {
      ...Object.fromEntries(START.map((name) => [name, given[spelled(name)]])),
      config: given.config,
    }
  } catch (error) {
    const sentence = error instanceof Error ? error.message.split('. ')[0] : String(error)
    throw new CannotRun(`${sentence}; esimulator start --help lists the options`)
  }
}

/** Starts, says where everything is, and stops on SIGTERM and SIGINT. @throws CannotRun, StoreError, ListenError, Refusal */
export async function start(args: readonly string[]): Promise<void> {
  const config = await readConfig(startFlags(args))
  checkExposure(config)
  const ports = portsOf(config)
  const stock = await readSeedFile(config)
  await rehearse(config, stock)
  const listening = await listen(config.host, ports)
  let server: SimulatorServer
  try {
    const store = await storeOf(config)
    if (stock && (await store.list()).includes(DEFAULT_WORLD))
      report(
        `the world "${DEFAULT_WORLD}" is there already: the seed file is laid into new worlds, and into this one by POST /_sim/reset`,
      )
    server = await openFromConfig(config, store, stock)
  } catch (error) {
    await listening.close(0)
    throw error
  }
  aimCallbacks(config, server)
  stopOnSignal(listening, server)
  listening.serve(server)
  announce(config, server, listening.endpoints)
  await warnOfShutTargets(config, server)
}

function checkExposure({ host, token }: Config): void {
  if (!isLoopback(host) && token === undefined)
    throw new CannotRun(
      `listening on ${host} opens the control API to others: set ESIMULATOR_TOKEN to a secret of your own, or listen on 127.0.0.1`,
    )
}

/** Stock that cannot be laid out is found before a file of the state is touched. */
async function rehearse(
  config: Config,
  stock: Readonly<Record<string, unknown>> | undefined,
): Promise<void> {
  if (!stock) return
  const server = await openFromConfig(config, memoryStore(), stock).catch((error: unknown) => {
    throw error instanceof Refusal ? new CannotRun(`${config.seedFile}: ${error.message}`) : error
  })
  await server.close()
}

/** A target given at the start is meant for the worlds there are, not only for new ones. */
function aimCallbacks({ callbackUrl: url }: Config, server: SimulatorServer): void {
  const world = server.worlds.get(DEFAULT_WORLD)?.world
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
  const why = await whyForbidden(callbackUrl, server.policy.allow)
  if (why !== undefined) report(`nothing will reach ${callbackUrl}: ${why}`)
}

/** Within this many wall ms a second signal is the first one again: a terminal and npm both pass Ctrl-C on. */
const SAME_SIGNAL = 1000

function stopOnSignal(listening: Listening, server: SimulatorServer): void {
  let since: number | undefined
  const stop = async (signal: NodeJS.Signals) => {
    if (since !== undefined) {
      if (wallNow() - since > SAME_SIGNAL) process.exit(signal === 'SIGINT' ? 130 : 143)
      return
    }
    since = wallNow()
    try {
      await listening.close()
      await server.close()
      process.exit(0)
    } catch (error) {
      report(error instanceof Error ? error.message : String(error))
      process.exit(2)
    }
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  if (process.env.npm_lifecycle_event !== undefined) whenOrphaned(() => stop('SIGTERM'))
}

/** npm runs scripts in a shell, and some shells die of a signal without passing it on: their child finds itself alone. */
function whenOrphaned(then: () => void): void {
  const parent = process.ppid
  const watch = alarm(() => (process.ppid === parent ? watch.set(250) : then()))
  watch.set(250)
}

function announce(config: Config, server: SimulatorServer, endpoints: readonly Endpoint[]): void {
  const hosted = server.worlds.get(DEFAULT_WORLD)
  const main = endpoints.find(({ slug }) => slug === undefined)
  if (!hosted || !main) return
  const url = config.publicUrl ?? main.url
  const shown = worldShown({ server, root: url }, hosted)
  const state = config.ephemeral ? undefined : resolve(config.state)
  if (config.json) console.log(JSON.stringify(startedAs(server, shown, endpoints, url, state)))
  else console.log(startedText(config, server, shown, endpoints, url, state))
}

const ownUrls = (server: SimulatorServer, endpoints: readonly Endpoint[], slug: string) =>
  endpoints
    .filter((endpoint) => endpoint.slug === slug)
    .flatMap((endpoint) =>
      basesOf(server.providers.get(slug)?.simulator ?? { mounts: [] }).map(
        (base) => endpoint.url + base,
      ),
    )

function startedAs(
  server: SimulatorServer,
  shown: WorldShown,
  endpoints: readonly Endpoint[],
  url: string,
  state: string | undefined,
) {
  const providers = [...server.providers.keys()].map((slug) => [
    slug,
    {
      baseUrls: [...(shown.mounts[slug] ?? []), ...ownUrls(server, endpoints, slug)],
      ...shown.credentials[slug],
      callbackUrl: shown.targets[slug]?.url ?? null,
    },
  ])
  return {
    version: server.version,
    url,
    control: `${url}/_sim`,
    state: state ?? null,
    providers: Object.fromEntries(providers),
  }
}

function startedText(
  config: Config,
  server: SimulatorServer,
  shown: WorldShown,
  endpoints: readonly Endpoint[],
  url: string,
  state: string | undefined,
): string {
  const row = (name: string, value: string) => `  ${name.padEnd(17)}${value}`
  const lines = [`esimulator ${server.version} listens on ${url}`]
  for (const [slug, { simulator }] of server.providers) {
    const { apiKey, clientId, clientSecret, tokenUrl, callbackSecret } =
      shown.credentials[slug] ?? {}
    lines.push('', simulator.title)
    for (const base of [...(shown.mounts[slug] ?? []), ...ownUrls(server, endpoints, slug)])
      lines.push(row('base URL', base))
    if (apiKey !== undefined) lines.push(row('API key', apiKey))
    if (clientId !== undefined) lines.push(row('client', `${clientId} / ${clientSecret}`))
    if (tokenUrl !== undefined) lines.push(row('token URL', tokenUrl))
    const silent = simulator.callbacks === undefined
    const nowhere = silent
      ? 'nowhere: it sends none'
      : `nowhere yet: --callback-url, or PUT ${url}/_sim/callbacks/target/${slug}`
    lines.push(row('callbacks to', shown.targets[slug]?.url ?? nowhere))
    if (callbackSecret !== undefined) lines.push(row('callback secret', callbackSecret))
  }
  const { mode, now } = shown.clock
  lines.push(
    '',
    'Simulator',
    row('control API', `${url}/_sim${config.token === undefined ? '' : ' (demands the token)'}`),
  )
  lines.push(row('clock', `${mode}, ${now}`))
  lines.push(
    row(
      'state',
      state === undefined ? 'kept nowhere (--ephemeral)' : `${state} (${config.durability})`,
    ),
  )
  return lines.join('\n')
}
