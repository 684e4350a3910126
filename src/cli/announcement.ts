// What `esimulator start` says once it listens: where everything is, and what lets one in.
import { ownBaseUrlsOf } from '../control/base-urls.ts'
import type { WorldShown } from '../control/wire.ts'
import { clientsIn, keysIn } from '../control/world-shown.ts'
import type { Endpoint } from '../server/listen.ts'
import type { SimulatorServer } from '../server/server.ts'
import type { Simulator } from '../simulators/simulator.ts'
import type { Replica } from '../stores/leases.ts'
import { readDatabaseUrl } from '../stores/postgres/database-url.ts'
import type { Config } from './config.ts'
import { durabilityOf } from './open.ts'
import { type ServedTls, trustLines } from './tls.ts'

/** What there is to say of a server that has started. */
export interface Started {
  readonly config: Config
  readonly server: SimulatorServer
  /** The world `default`. */
  readonly world: WorldShown
  readonly endpoints: readonly Endpoint[]
  /** How clients reach it. */
  readonly url: string
  /** Where the state is kept, without what is secret; absent where nothing is. */
  readonly state: string | undefined
  /** Who this simulator is to those that share its store; absent where none do. */
  readonly replica: Replica | undefined
  /** What it speaks TLS with; absent where it does not. */
  readonly tls: ServedTls | undefined
}

/** The base URLs of a provider: those it shares a port for, then those of its own. */
function baseUrlsOf({ server, world, endpoints }: Started, slug: string): string[] {
  const simulator = server.providers.get(slug)?.simulator
  const own = endpoints.filter((endpoint) => endpoint.slug === slug)
  return [
    ...(world.mounts[slug] ?? []),
    ...own.flatMap(({ url }) => (simulator ? ownBaseUrlsOf(simulator, url) : [])),
  ]
}

/** For machines. */
export function startedDocument(started: Started) {
  const { server, world, url, state, replica, tls } = started
  const providers = [...server.providers.keys()].map((slug) => [
    slug,
    {
      baseUrls: baseUrlsOf(started, slug),
      ...world.credentials[slug],
      callbackUrl: world.targets[slug]?.url ?? null,
    },
  ])
  return {
    version: server.version,
    url,
    control: `${url}/_sim`,
    state: state ?? null,
    replica: replica === undefined ? null : { id: replica.id, url: replica.url },
    tls: tls === undefined ? null : { ca: tls.ca ?? null, hosts: tls.hosts },
    notOpened: Object.fromEntries(server.worlds.notOpened),
    providers: Object.fromEntries(providers),
  }
}

/** For people. */
export function startedText(started: Started): string {
  const { server, config, world, url, state, replica } = started
  const [main] = started.endpoints.filter(({ slug }) => slug === undefined)
  const trust = started.tls && main ? trustLines(started.tls, main.url) : []
  const lines = [`esimulator ${server.version} listens on ${url}`]
  for (const { simulator } of server.providers.values())
    lines.push('', simulator.title, ...providerLines(started, simulator))

  const demands = config.token === undefined ? '' : ' (demands the token)'
  const kept = `${state} (${durabilityOf(config)})`
  const { mode, now } = world.clock
  lines.push(
    '',
    'Simulator',
    row('dashboard', `${url}/_sim/ui`),
    row('control API', `${url}/_sim${demands}`),
    row('clock', `${mode}, ${now}`),
    ...(mode === 'frozen' && config.clock !== 'frozen' ? [row('', FROZEN)] : []),
    row('state', state === undefined ? 'kept nowhere (--ephemeral)' : kept),
    ...(replica ? [row('replica', `${replica.id}, which the others reach at ${replica.url}`)] : []),
    ...trust.map(([name, value]) => row(name, value)),
    ...[...server.worlds.notOpened.values()].map((sentence) => row('NOT OPENED', sentence)),
  )
  return lines.join('\n')
}

/** A world that is kept may have been left so: retries, expiries and rate limits then wait for ever. */
const FROZEN = 'it was left frozen, and nothing comes due: `esimulator clock resume` lets it go on'

/** What is said last. */
export function stoppedText(config: Config): string {
  const state = shownState(config)
  return state === undefined
    ? 'stopped; nothing is kept (--ephemeral)'
    : `stopped; the state is kept in ${state}`
}

/** Where the state is kept, without what is secret, as it was written; `undefined` where nothing is. */
export function shownState({ ephemeral, store, state }: Config): string | undefined {
  if (ephemeral) return undefined
  return store === undefined ? state : readDatabaseUrl(store).shown
}

/** One fact of the text that says what was started. */
function row(name: string, value: string): string {
  return `  ${name.padEnd(17)}${value}`
}

function providerLines(started: Started, { slug, callbacks }: Simulator): string[] {
  const { world, url } = started
  const shown = world.credentials[slug] ?? {}
  const { tokenUrl, callbackSecret } = shown
  const lines = baseUrlsOf(started, slug).map((base) => row('base URL', base))
  for (const key of keysIn(shown)) lines.push(row('API key', key))
  for (const { client, secret } of clientsIn(shown))
    lines.push(row('client', `${client} / ${secret}`))
  if (tokenUrl !== undefined) lines.push(row('token URL', tokenUrl))

  const how = `--callback-url, or PUT ${url}/_sim/callbacks/target/${slug}`
  const nowhere = callbacks ? `nowhere yet: ${how}` : 'nowhere: it sends none'
  lines.push(row('callbacks to', world.targets[slug]?.url ?? nowhere))
  if (callbackSecret !== undefined) lines.push(row('callback secret', callbackSecret))
  return lines
}
