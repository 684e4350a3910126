// The simulator in the process that uses it: on a free port, driven through its front door.
import type { WorldClock } from '../control/world-client.ts'
import { type Listening, listen } from '../server/listen.ts'
import type { HostMap } from '../server/provider-hosts.ts'
import type { SimulatorServer } from '../server/server.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import type { ProviderSlug } from '../simulators/index.ts'
import { defined } from '../state/defined.ts'
import { type FetchInProcess, fetchInProcess } from './in-process.ts'
import type { Intercepted } from './intercept.ts'
import {
  type AnyOptions,
  openSimulator,
  type SimulatorOptions,
  simulatorChecks,
} from './open-simulator.ts'
import {
  type ChecksOf,
  checkOptions,
  isObject,
  must,
  mustBePort,
  OptionError,
} from './option-checks.ts'
import { takingPort } from './ports.ts'
import type { ProviderChoice, SlugOf } from './providers.ts'
import { openClient, type SimulatorClient } from './simulator-client.ts'

export interface StartOptions<Provider extends ProviderChoice = ProviderSlug>
  extends SimulatorOptions<Provider> {
  /** A free one unless given. */
  readonly port?: number
  /**
   * Leads what this process would send to the hosts of the real APIs to this simulator, until it is
   * closed: of fetch, undici, node:http(s) and what is built on them. Hosts besides those as in
   * `{ hosts: { 'api.my-provider.example': 'highland' } }`. A call chooses its world by its credential.
   */
  readonly intercept?: InterceptChoice
}

/** Whether calls of this process are intercepted, and those to which hosts besides the usual ones. */
type InterceptChoice = boolean | { readonly hosts?: HostMap }

/** The simulator was closed: nothing may be asked of it any more. */
export class SimulatorClosed extends Error {
  constructor() {
    super('the simulator was closed: start another, or close it after what still uses it')
    this.name = 'SimulatorClosed'
  }
}

/**
 * A simulator that runs in this process; its methods speak to the world `default`. Once it is closed
 * they throw SimulatorClosed; closing it again does nothing.
 */
export interface RunningSimulator<Slug extends string = ProviderSlug>
  extends SimulatorClient<Slug>,
    AsyncDisposable {
  readonly port: number
  /** `now` is what it shows at this very moment. */
  readonly clock: WorldClock & { now(): Date }
  /**
   * Answers a request without a socket, as the port would: of a provider, or of `/_sim`. The host
   * of its URL does not matter. Rejects with a TypeError where the connection would break.
   *
   * @example
   * const response = await sim.fetch(new Request('http://sim/esim-go/v2.4/catalogue', { headers }))
   */
  readonly fetch: FetchInProcess
  /** Lets go of the port, and of what it keeps. What is being answered has 5 s to end. */
  close(): Promise<void>
}

const BY = 'startSimulator'

type AnyStart = AnyOptions & { readonly port?: number; readonly intercept?: InterceptChoice }

const checks: ChecksOf<AnyStart> = {
  ...simulatorChecks,
  port: mustBePort,
  intercept: must(
    'true, false or { hosts }',
    (value) => typeof value === 'boolean' || isObject(value),
  ),
}

/**
 * Starts a simulator on a free port of 127.0.0.1, its clock frozen at 2026-01-01T00:00:00Z.
 * It keeps nothing unless told to.
 *
 * @example
 * await using sim = await startSimulator({ providers: ['esim-go'], given: 'an assigned bundle' })
 * const [esim] = await sim.sims()
 * await sim.device(esim.iccid).use('800MB')
 * const { fired } = await sim.clock.advance('P8D')
 *
 * @example
 * // The client calls https://api.esim-go.com, and knows of no simulator.
 * await using sim = await startSimulator({ intercept: true })
 *
 * @throws OptionError for options there are not, and such as cannot be; ListenError where the port is
 *   taken; StoreError for a folder that cannot be used
 */
export async function startSimulator<Provider extends ProviderChoice = ProviderSlug>(
  options: StartOptions<Provider> = {},
): Promise<RunningSimulator<SlugOf<Provider>>> {
  type Slug = SlugOf<Provider>
  const any = options as AnyStart
  checkOptions(BY, any, checks)
  const { port: chosenPort = 0, given, token } = any
  const listening = await takingPort(() => listen('127.0.0.1', [{ port: chosenPort }]))
  const [endpoint] = listening.endpoints
  const reached = { replicaUrl: endpoint?.url ?? '', ...withHosts(any) }
  const server = await openSimulator(reached, BY).catch(async (error) => {
    await listening.close(0)
    throw error
  })
  listening.serve(server)
  const { url, port } = endpoint ?? { url: '', port: 0 }
  const interception = await interceptFor(any, server, listening)
  let closed: Promise<void> | undefined
  const check = () => {
    if (closed) throw new SimulatorClosed()
  }
  const inProcess = fetchInProcess(server, check)
  const end = async () => {
    server.stop()
    await Promise.all([listening.close(), inProcess.close()])
    interception?.stop()
    await server.close()
  }
  const close = () => {
    // Among replicas nothing is refused: the others have all worlds before this one ends.
    closed ??= server.replicas ? server.leave().then(end, end) : end()
    return closed
  }
  const client = await openClient<Slug>(defined({ url, token, check, given })).catch(
    async (error) => {
      await close()
      throw error
    },
  )
  return Object.assign(client, {
    port,
    clock: {
      ...client.clock,
      now() {
        check()
        return timeOf(server)
      },
    },
    fetch: inProcess.fetch,
    close,
    [Symbol.asyncDispose]: close,
  })
}

/** Hosts whose calls are intercepted stand for their providers. */
function withHosts({ intercept: asked = false, ...options }: AnyStart): AnyOptions {
  const hosts = typeof asked === 'object' ? asked.hosts : undefined
  return { ...options, hostMap: { ...options.hostMap, ...hosts } }
}

/** @throws OptionError where another simulator intercepts already; then this one is closed */
async function interceptFor(
  { intercept: asked = false }: AnyStart,
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
    throw error instanceof Error ? new OptionError(`${BY}: ${error.message}`) : error
  }
}

/** What the clock shows, read where it stands: a test asks for it between two calls. */
function timeOf({ worlds }: SimulatorServer): Date {
  return new Date(worlds.get(DEFAULT_WORLD)?.world.now ?? Number.NaN)
}
