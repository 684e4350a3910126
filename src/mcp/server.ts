// The MCP server: what agents are told, over whatever carries the messages.
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  CallToolRequestSchema,
  ErrorCode,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { packageVersion } from '../server/server.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { knownSimulators } from '../simulators/index.ts'
import { reasonOf } from '../state/reason.ts'
import type { Effect } from '../workflows/effect.ts'
import { type CallTarget, openCaller } from '../workflows/operation-calls.ts'
import { readOwnSource, type Source } from '../workflows/sources.ts'
import { callTool } from './call-tool.ts'
import { resourcesOf } from './resources.ts'
import { MAY, toolsOf } from './tools.ts'

export interface McpOptions {
  readonly target: CallTarget
  /** The providers that the simulator serves, by slug. */
  readonly served: readonly string[]
  /** Those whose operations are tools; as they are served below a base path, as in `esim-go/v2.5`. */
  readonly chosen: readonly string[]
  /** The most that a call may do. */
  readonly allowed: Effect
}

/** What every agent is told when it comes. */
function instructions({ target, chosen, allowed }: McpOptions): string {
  const world = target.world ?? DEFAULT_WORLD
  return [
    `Simulated eSIM provider APIs (${chosen.join(', ')}) at ${target.url}, world "${world}".`,
    'Nothing is real: no money is spent and no network is reached.',
    'Tools that begin with sim_ move time, play the handset, break calls and callbacks on purpose, and',
    'tell what happened: sim_advanceClock settles what is under way, sim_listJournal has every call,',
    'sim_explainExchange says why one was refused, sim_listSims has the SIMs.',
    'All other tools call a provider with the credentials of the world filled in.',
    `This server ${MAY[allowed]}${allowed === 'spends' ? '' : ': esimulator mcp --allow gives it more'}.`,
  ].join(' ')
}

/**
 * Serves one agent until it goes.
 * @returns when the connection has closed
 * @throws SourceError for a provider nobody knows
 */
export async function serveAgent(transport: Transport, options: McpOptions): Promise<void> {
  const { target, served, allowed } = options
  const tools = toolsOf(await sourcesOf(options.chosen), allowed)
  const world = openCaller(target)
  const resources = resourcesOf(served, target)
  const info = { name: 'esimulator', version: await packageVersion() }
  const capabilities = { tools: {}, resources: {} }
  const server = new Server(info, { capabilities, instructions: instructions(options) })

  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: [...tools.values()].map(({ name, description, inputSchema, annotations }) => ({
      name,
      description,
      inputSchema: { ...inputSchema, required: [...inputSchema.required] },
      annotations,
    })),
  }))
  const calls = { tools, world, target, allowed }
  server.setRequestHandler(CallToolRequestSchema, ({ params }) =>
    callTool(calls, params.name, params.arguments ?? {}),
  )
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: [...resources.list()] }))
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }) => {
    try {
      return { contents: [{ uri, ...(await resources.read(uri)) }] }
    } catch (error) {
      throw Object.assign(new Error(reasonOf(error)), { code: ErrorCode.InvalidParams })
    }
  })

  const closed = new Promise<void>((resolve) => {
    server.onclose = resolve
  })
  await server.connect(transport)
  await closed
  world.close()
}

/** The control API, and the providers at their first base path unless another is named. */
async function sourcesOf(chosen: readonly string[]): Promise<Source[]> {
  const control = await readOwnSource('sim', 'esimulator:control')
  const providers = chosen.map((each) => {
    const [slug = each, version] = each.split('/')
    const isFirst = knownSimulators().find((known) => known.slug === slug)?.mounts[0]?.basePath
    const name = version === undefined || isFirst === `/${version}` ? slug : nameOf(each)
    return readOwnSource(name, `esimulator:${each}`)
  })
  return [control, ...(await Promise.all(providers))]
}

/** `esim-go/v2.5` as `esim-go-v2-5`. */
function nameOf(written: string): string {
  return written.replaceAll(/[^A-Za-z0-9]+/g, '-')
}
