// What there is to say of a database before a simulator is started over it; nothing is written.
import { type Ask, openConnections, storeErrorOf } from './connections.ts'
import { type DatabaseUrl, readDatabaseUrl } from './database-url.ts'
import { livingReplicas } from './lease-queries.ts'
import { newerTables } from './migrate.ts'
import { VERSION } from './schema.ts'

/**
 * Looks at a database as a start would use it.
 * @returns a sentence that says how
 * @throws StoreError where it cannot be used
 */
export async function checkDatabase(url: string): Promise<string> {
  const database = readDatabaseUrl(url)
  const connections = await openConnections({ database, most: 1 })
  try {
    return await lookedAt(connections.ask, database)
  } catch (error) {
    throw storeErrorOf(error, database, 'cannot use')
  } finally {
    await connections.close()
  }
}

async function lookedAt(ask: Ask, database: DatabaseUrl): Promise<string> {
  const { schema, shown } = database
  const [found] = await ask<{ tables: boolean; reads: boolean; makes: boolean }>({
    text: `SELECT to_regclass($2) IS NOT NULL AS tables, pg_is_in_recovery() AS reads,
      coalesce(has_schema_privilege(to_regnamespace($1), 'CREATE'),
        has_database_privilege(current_database(), 'CREATE')) AS makes`,
    values: [schema, `${schema}.meta`],
  })
  if (found?.reads) throw new Error('it only reads: name the primary')
  if (!found?.tables) {
    if (!found?.makes)
      throw new Error('the user may make no tables: give it CREATE on the database')
    return `${shown} can be used: its tables will be made in the schema ${schema}`
  }
  const [meta] = await ask<{ version: number }>({ text: 'SELECT version FROM meta' })
  const version = meta?.version ?? 0
  if (version > VERSION) throw newerTables(database, version)
  if (version < VERSION)
    return `${shown} can be used: its tables will be led from version ${version} to ${VERSION}`
  const [counted] = await ask<{ worlds: number }>({
    text: 'SELECT count(*) AS worlds FROM worlds WHERE name IS NOT NULL AND n > 0',
  })
  const replicas = (await livingReplicas(ask)).length
  const share = `${replicas} ${replicas === 1 ? 'simulator uses' : 'simulators use'} it now`
  const worlds = counted?.worlds ?? 0
  return `${shown} can be used: it keeps ${worlds} ${worlds === 1 ? 'world' : 'worlds'}, and ${share}`
}
