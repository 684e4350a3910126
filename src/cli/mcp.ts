// `esimulator mcp`: the simulator as tools of an agent, over standard input and output.
import { controlClient } from '../control/node-client.ts'
import type { Health } from '../control/wire.ts'
import { listen } from '../server/listen.ts'
import { unknownName } from '../server/nearest.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { knownSimulators } from '../simulators/index.ts'
import { memoryStore } from '../stores/memory.ts'
import { CannotRun } from './cannot-run.ts'
import type { OwnFlag, Run } from './command.ts'
import type { Config } from './config.ts'
import { placeOf, shownUrl } from './connection.ts'
import { openFromConfig, readSeedFile } from './open.ts'

export const mcpFlags: readonly OwnFlag[] = [
  {
    usage: '--provider <SLUG>',
    says: 'the operations of this provider alone, as in esim-go or esim-go/v2.5; several may be named',
    many: true,
  },
]

/** Standard output is the agent's alone: what is said to people goes to standard error. */
function say(sentence: string): void {
  console.error(`esimulator: ${sentence}`)
}

interface Opened {
  readonly url: string
  /** What is trusted there, as PEM. */
  readonly ca: string | undefined
  /** Slugs. */
  readonly served: readonly string[]
  readonly close: () => Promise<void>
}

export const mcp: Run = async (config, _args, flags) => {
  const { allow: allowed, world, token } = config
  const opened = (await running(config)) ?? (await own(config))
  try {
    const chosen = chosenOf(opened.served, flags.provider)
    const where = `${opened.url}, world "${world ?? DEFAULT_WORLD}"`
    say(`tools for ${chosen.join(', ')} at ${where} (--allow ${allowed})`)
    const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js')
    const { serveAgent } = await import('../mcp/server.ts')
    const served = known(opened.served)
    const target = { url: opened.url, ca: opened.ca, world, token }
    const transport = new StdioServerTransport()
    // An agent that goes closes our input: nobody reads us any more.
    process.stdin.once('end', () => void transport.close())
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void transport.close())
    await serveAgent(transport, { target, served, chosen, allowed })
    return 0
  } finally {
    await opened.close()
  }
}

/** The simulator that is named or runs; `undefined` where none is named, and none runs. @throws CannotRun */
async function running(config: Config): Promise<Opened | undefined> {
  const place = placeOf(config)
  const client = controlClient({ ...place, token: config.token, world: config.world })
  try {
    const health = await client.call('getHealth')
    return { ...place, served: servedIn(health, place.url), close: async () => {} }
  } catch (error) {
    if (config.url === undefined && config.world === undefined) return undefined
    throw error
  }
}

/** A simulator in this process, which keeps nothing. */
async function own(config: Config): Promise<Opened> {
  say(`no simulator answers at ${shownUrl(config)}: one is started that ends with this command`)
  const server = await openFromConfig(config, memoryStore(), await readSeedFile(config))
  const listening = await listen('127.0.0.1', [{ port: 0 }])
  listening.serve(server)
  const url = listening.endpoints[0]?.url ?? ''
  const health = await controlClient({ url, token: config.token }).call('getHealth')
  const close = async () => {
    server.stop()
    await listening.close(0)
    await server.close()
  }
  return { url, ca: undefined, served: servedIn(health, url), close }
}

/** @throws CannotRun where it does not tell us */
function servedIn({ providers }: Health, url: string): readonly string[] {
  if (providers) return providers
  throw new CannotRun(`the simulator at ${url} demands its token: give --token or ESIMULATOR_TOKEN`)
}

/** Of the providers that are served, those whose specs are here. */
function known(served: readonly string[]): string[] {
  const slugs = new Set(knownSimulators().map(({ slug }) => slug))
  return served.filter((slug) => slugs.has(slug))
}

/** The providers whose operations are tools. @throws CannotRun */
function chosenOf(served: readonly string[], wanted: unknown): string[] {
  const here = known(served)
  const foreign = served.filter((slug) => !here.includes(slug))
  if (foreign.length > 0)
    say(`${foreign.join(', ')} is served there and not known here: name it by --plugin`)
  if (!Array.isArray(wanted)) return here
  for (const each of wanted.map(String)) {
    const [slug = ''] = each.split('/')
    if (!here.includes(slug)) throw new CannotRun(unknownName('no provider', slug, here))
  }
  return wanted.map(String)
}
