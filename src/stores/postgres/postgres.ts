// The store of a PostgreSQL database, which any number of simulators share.
import type { Durability, Store } from '../store.ts'
import { openConnections } from './connections.ts'
import { readDatabaseUrl } from './database-url.ts'
import { openHeld } from './held.ts'
import { openLeases, type PostgresLeases } from './leases.ts'
import { migrate } from './migrate.ts'
import { openWorldStore } from './world-store.ts'

export interface PostgresOptions {
  /** As in `postgres://user:password@host/name?schema=esimulator`. */
  readonly url: string
  /**
   * `written` unless told: a reply waits until PostgreSQL has committed what it tells of. With
   * `buffered` it does not, and what was not sent when a process is killed is gone.
   */
  readonly durability?: Durability
  /** Where the other simulators reach this one, as in `http://10.0.3.7:4010`. */
  readonly replicaUrl: string
  /** Told, in one sentence, what went wrong without stopping. */
  readonly warn?: (sentence: string) => void
}

export interface PostgresStore extends Store {
  readonly leases: PostgresLeases
  readonly noteStep: NonNullable<Store['noteStep']>
  readonly stepsOf: NonNullable<Store['stepsOf']>
}

/**
 * Opens the store of a database; its tables are made, or led to this program's version.
 * @throws StoreError where the database cannot be used, or is newer than this program
 */
export async function postgresStore(options: PostgresOptions): Promise<PostgresStore> {
  const { durability = 'written', replicaUrl, warn = () => {} } = options
  const database = readDatabaseUrl(options.url)
  const first = await openConnections({ database, most: 1 })
  try {
    await migrate(first, database)
  } finally {
    await first.close()
  }

  const held = openHeld()
  const lost = (world: string, why: string) => leases.lose(world, why)
  const store = await openWorldStore({ database, durability, held, warn, lost })
  const kept = (world: string) => store.logged(world)
  const leases: PostgresLeases = await openLeases({ database, url: replicaUrl, held, kept })
  return {
    kind: store.kind,
    lasts: true,
    leases,
    list: () => store.list(),
    worldOf: (credential) => store.worldOf(credential),
    load: (world) => store.load(world),
    setAside: (world) => store.setAside(world),
    attach: (world, records, view) => store.attach(world, records, view),
    commit: (world, changes) => store.commit(world, changes),
    noteStep: (world, step) => store.noteStep(world, step),
    stepsOf: (world) => store.stepsOf(world),
    rewrite: (world) => store.rewrite(world),
    flushed: (world) => store.flushed(world),
    logged: (world) => store.logged(world),
    writeNow: () => store.writeNow(),
    failure: (world) => store.failure(world),
    noteLives: (world, lives) => store.noteLives(world, lives),
    livesOf: (world) => store.livesOf(world),
    remove: (world) => store.remove(world),
    async close() {
      try {
        await store.close()
      } finally {
        await leases.close()
      }
    },
  }
}
