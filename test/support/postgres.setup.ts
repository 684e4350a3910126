// Run once, before all tests: starts one PostgreSQL for all of them when the first asks for it, and stops it at the end.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from '../../scripts/postgres-server.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A URL that answers with that of a new, empty database. */
    readonly databases: string
  }
}

/** Answers over HTTP, since tests run in processes and threads of their own. Nothing is started for those who do not ask. */
export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  let server: Promise<PostgresServer> | undefined
  const asked = createServer(async (_request, response) => {
    try {
      server ??= startPostgres()
      response.end(await (await server).newDatabase())
    } catch (reason) {
      response.writeHead(503).end(String(reason))
    }
  })
  await new Promise<void>((ready) => asked.listen(0, '127.0.0.1', ready))
  provide('databases', `http://127.0.0.1:${(asked.address() as AddressInfo).port}`)
  return async () => {
    asked.close()
    await (await server?.catch(() => undefined))?.close()
  }
}
