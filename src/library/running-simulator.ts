// The simulator in the process that uses it: on a free port, driven through its front door.
import type { CredentialsShown, WorldShown } from '../control/wire.ts'
import { type WorldClient, type WorldClock, worldClient } from '../control/world-client.ts'
import { type Listening, listen } from '../server/listen.ts'
import type { HostMap } from '../server/provider-hosts.ts'
import type { SimulatorServer } from '../server/server.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import { defined } from '../state/defined.ts'
import type { Intercepted } from './intercept.ts'
import { openSimulator, type SimulatorOptions } from './open-simulator.ts'

export interface StartOptions extends SimulatorOptions {
  /** A free one unless given. */
  readonly port?: number
  /**
   * Leads what this process would send to the hosts of the real APIs to this simulator, until it is
   * closed: of fetch, undici, node:http(s) and what is built on them. Hosts besides those as in
   * `{ hosts: { 'api.my-provider.example': 'highland' } }`. A call chooses its world by its credential.
   */
  readonly intercept?: boolean | { readonly hosts?: HostMap }
}

/** A simulator that runs in this process; its methods speak to the world `default`. */
export interface RunningSimulator extends WorldClient, AsyncDisposable {
  /** Without a trailing slash. */
  readonly url: string
  readonly port: number
  /** The world these methods speak to. */
  readonly world: string
  /**
   * Base URL of a provider, as in `http://127.0.0.1:40123/esim-go/v2.4`.
   * @throws Error for a provider there is not
   */
  baseUrl(slug: string): string
  /** By provider. */
  readonly credentials: Readonly<Record<string, CredentialsShown>>
  readonly clock: WorldClock & { now(): Date }
  close(): Promise<void>
}

/**
 * Starts a simulator on a free port of 127.0.0.1, its clock frozen at 2026-01-01T00:00:00Z.
 * It keeps nothing unless told to.
 *
 * @example
 * await using sim = await startSimulator({ given: 'an assigned bundle' })
 * const [esim] = await sim.sims('esim-go')
 * await sim.device(esim.iccid).use('800MB')
 * const { fired } = await sim.clock.advance('P8D')
 *
 * @example
 * // The client calls https://api.esim-go.com, and knows of no simulator.
 * await using sim = await startSimulator({ intercept: true })
 *
 * @throws StoreError, ListenError, Refusal `invalid-request` for options that cannot be; Error where
 * another simulator intercepts already
 */
export async function startSimulator(options: StartOptions = {}): Promise<RunningSimulator> {
  const { port: chosenPort = 0, given, token } = options
  const listening = await listen('127.0.0.1', [{ port: chosenPort }])
  const server = await openSimulator(withHosts(options)).catch(async (error) => {
    await listening.close(0)
    throw error
  })
  listening.serve(server)
  const { url, port } = listening.endpoints[0] ?? { url: '', port: 0 }
  const client = worldClient({ url, token })
  let world = await client.show()
  const interception = await interceptFor(options, server, listening)
  let closed: Promise<void> | undefined
  const close = () => {
    server.stop()
    closed ??= listening.close().then(() => {
      interception?.stop()
      return server.close()
    })
    return closed
  }

  return {
    ...client,
    url,
    port,
    world: DEFAULT_WORLD,
    baseUrl: (slug) => baseUrlIn(world, slug),
    get credentials() {
      return world.credentials
    },
    clock: { ...client.clock, now: () => timeOf(server) },
    async reset(to = {}) {
      world = await client.reset(defined({ given, ...to }))
      return world
    },
    async restore(document) {
      world = await client.restore(document)
      return world
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Hosts whose calls are intercepted stand for their providers. */
function withHosts(options: StartOptions): SimulatorOptions {
  const { intercept: asked = false, hostMap } = options
  const hosts = typeof asked === 'object' ? asked.hosts : undefined
  return { ...options, hostMap: { ...hostMap, ...hosts } }
}

/** @throws Error where another simulator intercepts already; then this one is closed */
async function interceptFor(
  { intercept: asked = false }: StartOptions,
  server: SimulatorServer,
  listening: Listening,
): Promise<Intercepted | undefined> {
  if (asked === false) return undefined
  try {
    const { intercept } = await import('./intercept.ts')
    const { url = '' } = listening.endpoints[0] ?? {}
    return intercept({ hosts: server.access.providerHosts.keys(), url })
  } catch (error) {
    server.stop()
    await listening.close(0)
    await server.close()
    throw error
  }
}

function baseUrlIn({ baseUrls }: WorldShown, slug: string): string {
  const base = baseUrls[slug]
  if (base === undefined) {
    const slugs = Object.keys(baseUrls).join(', ')
    throw new Error(`there is no provider "${slug}"; there are: ${slugs}`)
  }
  return base
}

/** What the clock shows, read where it stands: a test asks for it between two calls. */
function timeOf({ worlds }: SimulatorServer): Date {
  return new Date(worlds.get(DEFAULT_WORLD)?.world.now ?? Number.NaN)
}
