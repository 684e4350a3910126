// Makes the tables of a store at its start, or leads those of an older version to this one.
import { StoreError } from '../store.ts'
import type { Ask, Connections } from './connections.ts'
import { storeErrorOf } from './connections.ts'
import type { DatabaseUrl } from './database-url.ts'
import { MIGRATIONS, VERSION } from './schema.ts'

/**
 * Brings the tables to this program's version. Of several that start at once one does it, and the
 * others wait.
 * @throws StoreError where they are newer than this program, or the database cannot be used
 */
export async function migrate(connections: Connections, database: DatabaseUrl): Promise<void> {
  try {
    await connections.transaction((ask) => migrateLocked(ask, database))
  } catch (error) {
    throw storeErrorOf(error, database, 'cannot use')
  }
}

async function migrateLocked(ask: Ask, database: DatabaseUrl): Promise<void> {
  const { schema } = database
  await ask({
    text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
    values: [`esimulator ${schema}`],
  })
  // Looked for first: to make one that is there takes a right that nobody needs any more.
  const [there] = await ask({
    text: 'SELECT to_regnamespace($1)::text AS schema, to_regclass($2)::text AS meta',
    values: [schema, `${schema}.meta`],
  })
  if (there?.schema === null) await ask({ text: `CREATE SCHEMA ${schema}` })
  const version = there?.meta === null ? 0 : await versionIn(ask)
  if (version === undefined || (version === 0 && there?.meta !== null)) throw noVersion(database)
  if (version > VERSION) throw newerTables(database, version)
  for (const step of MIGRATIONS.slice(version)) await ask({ text: step })
  if (version === 0)
    await ask({ text: 'INSERT INTO meta (version) VALUES ($1)', values: [VERSION] })
  else if (version < VERSION) await ask({ text: 'UPDATE meta SET version = $1', values: [VERSION] })
}

/** What is said of tables that this program does not know. */
export function newerTables({ schema, shown }: DatabaseUrl, version: number): StoreError {
  return new StoreError(
    `schema ${schema} of ${shown} was written by a newer esimulator (version ${version}; this one ` +
      `reads ${VERSION}): upgrade, or start with another ?schema=NAME`,
  )
}

function noVersion({ schema, shown }: DatabaseUrl): StoreError {
  return new StoreError(
    `schema ${schema} of ${shown} has a table "meta" that tells no version of esimulator: bring back ` +
      'a back-up, or start with another ?schema=NAME',
  )
}

/** The version of the tables; `undefined` where none is told. */
async function versionIn(ask: Ask): Promise<number | undefined> {
  const [row] = await ask<{ version: number }>({ text: 'SELECT version FROM meta' })
  return row?.version
}
