// Connections to PostgreSQL. `pg` is loaded here, and only where a store of it is opened.
import type { ClientBase, Pool, PoolClient, PoolConfig } from 'pg'
import { StoreError } from '../store.ts'
import { databaseReason } from './database-errors.ts'
import type { DatabaseUrl } from './database-url.ts'

/** How long a connection may take to come about, in wall ms. */
const CONNECT_WITHIN = 5_000

/** What PostgreSQL is given: a `Buffer` is a value in its binary form. */
type Value = string | number | boolean | null | Buffer

export interface Query {
  readonly text: string
  readonly values?: readonly Value[]
  /** Where it comes often: it is planned once a connection. */
  readonly name?: string
}

/** A row by the names of its columns; a `bigint` is a number. */
export type Row = Readonly<Record<string, unknown>>

/** Asks PostgreSQL. @throws Error of `pg`, its `code` that of PostgreSQL or of the system */
export type Ask = <R extends object = Row>(query: Query) => Promise<R[]>

/** A few connections that are made when they are needed, and again when they broke. */
export interface Connections {
  readonly ask: Ask
  /**
   * Runs `act` in a transaction; a throw undoes it.
   * @param mode as in `ISOLATION LEVEL REPEATABLE READ`
   */
  transaction<R>(act: (ask: Ask) => Promise<R>, mode?: string): Promise<R>
  close(): Promise<void>
}

export interface ConnectionsOptions {
  readonly database: DatabaseUrl
  /** How many there are at most; whoever needs one more waits. */
  readonly most: number
  /** How long an answer may take before the connection counts as broken, in wall ms; absent, for ever. */
  readonly within?: number
  /** Settings of PostgreSQL for these connections, as in `synchronous_commit`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** Prepares connections; none is made yet. */
export async function openConnections(options: ConnectionsOptions): Promise<Connections> {
  const { default: pg } = await import('pg')
  // The limit is that of a connection: whoever waits for one of a pool waits as long as it takes.
  class Client extends pg.Client {
    constructor(config: PoolConfig) {
      super({ ...config, connectionTimeoutMillis: CONNECT_WITHIN })
    }
  }
  const { getTypeParser } = pg.types
  const numbers = (id: number, format?: 'text' | 'binary') =>
    id === pg.types.builtins.INT8 ? Number : getTypeParser(id, format as 'text')
  const pool = new pg.Pool({
    ...configOf(options),
    Client: Client as unknown as new () => ClientBase,
    types: { getTypeParser: numbers as typeof getTypeParser },
  })
  // One that breaks while nobody uses it is made anew by who needs it next.
  pool.on('error', () => {})
  return over(pool)
}

function configOf({ database, most, within, settings = {} }: ConnectionsOptions): PoolConfig {
  const all = { search_path: database.schema, ...settings }
  const config: PoolConfig = {
    connectionString: database.url,
    application_name: 'esimulator',
    options: Object.entries(all)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    max: most,
    keepAlive: true,
    // An idle one does not hold the process.
    allowExitOnIdle: true,
  }
  return within === undefined ? config : { ...config, query_timeout: within }
}

function over(pool: Pool): Connections {
  async function using<R>(act: (ask: Ask) => Promise<R>): Promise<R> {
    const client = await pool.connect()
    // What broke it is told to who asks; without a listener the process would end.
    const ignore = () => {}
    client.on('error', ignore)
    let failed: unknown
    try {
      return await act(askOf(client))
    } catch (error) {
      failed = error
      throw error
    } finally {
      client.off('error', ignore)
      // After an answer that did not come nobody knows what comes next.
      client.release(failed !== undefined && !isAnswer(failed))
    }
  }

  return {
    ask: (query) => using((ask) => ask(query)),
    transaction: (act, mode = '') =>
      using(async (ask) => {
        await ask({ text: `BEGIN ${mode}` })
        try {
          const result = await act(ask)
          await ask({ text: 'COMMIT' })
          return result
        } catch (error) {
          await ask({ text: 'ROLLBACK' }).catch(() => {})
          throw error
        }
      }),
    close: () => pool.end(),
  }
}

function askOf(client: PoolClient): Ask {
  return async <R extends object>({ text, values = [], name }: Query) => {
    const config = { text, values: [...values] }
    const { rows } = await client.query<R>(name === undefined ? config : { ...config, name })
    return rows
  }
}

/** True where PostgreSQL itself said no: the connection is as good as before. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity === 'ERROR'
}

/**
 * What a failure of the database is to who opens it.
 * @param what was being done, as in `cannot use`
 */
export function storeErrorOf(error: unknown, { shown }: DatabaseUrl, what: string): StoreError {
  if (error instanceof StoreError) return error
  return new StoreError(`${what} ${shown}: ${databaseReason(error)}`, { cause: error })
}
