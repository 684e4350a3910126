// The simulator without a port: in somebody's application, in supertest, or asked in process.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ProviderSlug } from '../simulators/index.ts'
import { type FetchInProcess, fetchInProcess } from './in-process.ts'
import {
  type AnyOptions,
  openSimulator,
  type SimulatorOptions,
  simulatorChecks,
} from './open-simulator.ts'
import { checkOptions, OptionError } from './option-checks.ts'
import type { ProviderChoice } from './providers.ts'
import { SimulatorClosed } from './running-simulator.ts'

/** A listener of requests that serves the providers and `/_sim`; Express, too, takes it as it is. */
export interface SimulatorApp extends AsyncDisposable {
  (request: IncomingMessage, response: ServerResponse): void
  /**
   * Answers a request without a socket.
   *
   * @example
   * const response = await app.fetch('http://sim/esim-go/v2.4/catalogue', { headers })
   */
  readonly fetch: FetchInProcess
  /** Lets go of what it keeps; closing it again does nothing. */
  close(): Promise<void>
}

const BY = 'createApp'

/**
 * Opens a simulator without a port, to be mounted in another application; a body that one of its
 * parsers has read is taken from `request.body`. Hrefs carry the path it is mounted at.
 *
 * @example
 * app.use('/sim', await createApp())
 * await request(await createApp()).get('/_sim/clock').expect(200)
 *
 * @throws OptionError for options there are not, and such as cannot be; StoreError for a folder that
 *   cannot be used
 */
export async function createApp<Provider extends ProviderChoice = ProviderSlug>(
  options: SimulatorOptions<Provider> = {},
): Promise<SimulatorApp> {
  if (Object.hasOwn(options, 'port')) {
    const how = 'startSimulator({ port }) does, or give what this returns to createServer'
    throw new OptionError(`${BY}: an application has no "port", as it listens nowhere: ${how}`)
  }
  const any = options as AnyOptions
  checkOptions(BY, any, simulatorChecks)
  const server = await openSimulator(any, BY)
  const listener = server.listener()
  let closed: Promise<void> | undefined
  const inProcess = fetchInProcess(server, () => {
    if (closed) throw new SimulatorClosed()
  })
  const close = () => {
    closed ??= inProcess.close().then(() => server.close())
    return closed
  }
  const app = (request: IncomingMessage, response: ServerResponse) => listener(request, response)
  return Object.assign(app, { fetch: inProcess.fetch, close, [Symbol.asyncDispose]: close })
}
