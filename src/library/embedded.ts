// The simulator inside somebody's Express application or supertest.
import express, { type Express } from 'express'
import { openSimulator, type SimulatorOptions } from './open-simulator.ts'

/** An Express application that serves the providers and `/_sim`. */
export type SimulatorApp = Express & {
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens a simulator without a port: `app.use('/sim', await createApp())`, before any body parser, or `request(await createApp())`.
 * Hrefs carry the path it is mounted at.
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
