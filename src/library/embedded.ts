// The simulator inside somebody's Express application or supertest.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { openSimulator, type SimulatorOptions } from './open-simulator.ts'

/**
 * Serves the providers and `/_sim`: a handler of Express, of Connect and of `http.createServer`.
 * `close()` ends it; calls after the first do nothing.
 */
export interface SimulatorApp extends AsyncDisposable {
  (request: IncomingMessage, response: ServerResponse): void
  close(): Promise<void>
}

/**
 * Opens a simulator without a port, to be mounted in another application; a body that one of its
 * parsers has read is taken from `request.body`. Hrefs carry the path it is mounted at.
 *
 * @example
 * app.use('/sim', await createApp())
 * await request(await createApp()).get('/_sim/clock').expect(200)
 *
 * @throws StoreError, Refusal `invalid-request` for options that cannot be
 */
export async function createApp(options: SimulatorOptions = {}): Promise<SimulatorApp> {
  const server = await openSimulator(options)
  const listener = server.listener()
  const app = (request: IncomingMessage, response: ServerResponse) => listener(request, response)
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= server.close()
    return closed
  }
  return Object.assign(app, { close, [Symbol.asyncDispose]: close })
}
