// The simulator in the process that uses it: on a free port, driven through its front door.
import type { WorldClock } from '../control/world-client.ts'
import { listen } from '../server/listen.ts'
import type { SimulatorServer } from '../server/server.ts'
import { DEFAULT_WORLD } from '../server/worlds.ts'
import type { ProviderSlug } from '../simulators/index.ts'
import { defined } from '../state/defined.ts'
import { type FetchInProcess, fetchInProcess } from './in-process.ts'
import {
  type AnyOptions,
  openSimulator,
  type SimulatorOptions,
  simulatorChecks,
} from './open-simulator.ts'
import { type ChecksOf, checkOptions, mustBePort } from './option-checks.ts'
import { takingPort } from './ports.ts'
import type { ProviderChoice, SlugOf } from './providers.ts'
import { openClient, type SimulatorClient } from './simulator-client.ts'

export interface StartOptions<Provider extends ProviderChoice = ProviderSlug>
  extends SimulatorOptions<Provider> {
  /** A free one unless given. */
  readonly port?: number
}

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

const checks: ChecksOf<AnyOptions & { readonly port?: number }> = {
  ...simulatorChecks,
  port: mustBePort,
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
 * @throws OptionError for options there are not, and such as cannot be; ListenError where the port is
 *   taken; StoreError for a folder that cannot be used
 */
export async function startSimulator<Provider extends ProviderChoice = ProviderSlug>(
  options: StartOptions<Provider> = {},
): Promise<RunningSimulator<SlugOf<Provider>>> {
  type Slug = SlugOf<Provider>
  const any = options as AnyOptions & { readonly port?: number }
  checkOptions(BY, any, checks)
  const { port: chosenPort = 0, given, token } = any
  const listening = await takingPort(() => listen('127.0.0.1', [{ port: chosenPort }]))
  const server = await openSimulator(any, BY).catch(async (error) => {
    await listening.close(0)
    throw error
  })
  listening.serve(server)
  const { url, port } = listening.endpoints[0] ?? { url: '', port: 0 }
  let closed: Promise<void> | undefined
  const check = () => {
    if (closed) throw new SimulatorClosed()
  }
  const inProcess = fetchInProcess(server, check)
  const close = () => {
    server.stop()
    closed ??= Promise.all([listening.close(), inProcess.close()]).then(() => server.close())
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

/** What the clock shows, read where it stands: a test asks for it between two calls. */
function timeOf({ worlds }: SimulatorServer): Date {
  return new Date(worlds.get(DEFAULT_WORLD)?.world.now ?? Number.NaN)
}
