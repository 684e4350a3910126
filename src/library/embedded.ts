// The simulator inside somebody's Express application or supertest.
import express, { type Express } from 'express'
import { openSimulator, type SimulatorOptions } from './open-simulator.ts'

/** An Express application that serves the providers and `/_sim`. */
export type SimulatorApp = Express & {
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
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
  const app = express().disable('x-powered-by')
  app.use((request, response) => listener(request, response))
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= server.close()
    return closed
  }
  return Object.assign(app, { close, [Symbol.asyncDispose]: close })
}
