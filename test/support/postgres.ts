// PostgreSQL in tests: a database of one's own on the server that all tests share, or a server of one's own.
import { inject } from 'vitest'
import { postgresPrograms } from '../../scripts/postgres-server.js'

export { type PostgresServer, startPostgres } from '../../scripts/postgres-server.js'

/** False where it is not installed. In CI it has to be: tests that need it fail without. */
export const hasPostgres = process.env.CI !== undefined || postgresPrograms() !== undefined
if (!hasPostgres)
  console.warn(
    'tests over PostgreSQL are skipped, since it is not installed: apt-get install postgresql, ' +
      'or put the folder of its programs (initdb, postgres) into PATH',
  )

/**
 * A new, empty database on the server that all tests share. It is not durable: what has to survive a crash of the
 * server is tested on one of one's own, of `startPostgres`.
 * @returns its URL
 */
export async function newDatabase(): Promise<string> {
  const answer = await fetch(inject('databases'))
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return text
}
