// Types of postgres-server.js, for tests.

/** How a server is stopped: INT writes all, QUIT is a crash, TERM waits for those who are connected. */
export type StopSignal = 'INT' | 'QUIT' | 'TERM'

/** A PostgreSQL that runs, of one's own. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number
  /** Of the database that is there at first. */
  readonly url: string
  /** @returns the URL of a new, empty database */
  newDatabase(): Promise<string>
  /** Resolves when it takes connections, on the same port each time. */
  start(): Promise<void>
  /** @param signal INT unless told */
  stop(signal?: StopSignal): Promise<void>
  /** @param signal INT unless told */
  restart(signal?: StopSignal): Promise<void>
  /** Stops it, and removes all it had. */
  close(): Promise<void>
}

/** The folder with the programs of PostgreSQL; `undefined` where it is not installed. */
export function postgresPrograms(): string | undefined

/** @throws Error where PostgreSQL is not installed, or does not start */
export function startPostgres(options?: {
  /** True where it has to survive a power cut; it is slower for it. */
  readonly isDurable?: boolean
  /** As in `max_connections=20`. */
  readonly settings?: readonly string[]
}): Promise<PostgresServer>
