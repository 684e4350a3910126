// The worlds of one replica over PostgreSQL, taken without asking who else has them.
import { type Connections, openConnections } from '../../src/stores/postgres/connections.ts'
import { readDatabaseUrl } from '../../src/stores/postgres/database-url.ts'
import { openHeld } from '../../src/stores/postgres/held.ts'
import { migrate } from '../../src/stores/postgres/migrate.ts'
import { openWorldStore, type WorldStore } from '../../src/stores/postgres/world-store.ts'
import type { Durability } from '../../src/stores/store.ts'

export interface ReplicaStore extends AsyncDisposable {
  readonly store: WorldStore
  /** To look at the tables. */
  readonly connections: Connections
  /** What was said in passing. */
  readonly said: readonly string[]
  /** Worlds that are no longer ours, and why. */
  readonly lost: ReadonlyMap<string, string>
  /** Takes a world, whoever has it; makes its row where there is none. */
  take(world?: string): Promise<void>
}

export async function replicaStore(
  url: string,
  durability: Durability = 'written',
): Promise<ReplicaStore> {
  const database = readDatabaseUrl(url)
  const connections = await openConnections({ database, most: 2 })
  await migrate(connections, database)
  const held = openHeld()
  const said: string[] = []
  const lost = new Map<string, string>()
  const store = await openWorldStore({
    database,
    durability,
    held,
    warn: (sentence) => void said.push(sentence),
    lost(world, why) {
      lost.set(world, why)
      held.worlds.delete(world)
    },
  })
  return {
    store,
    connections,
    said,
    lost,
    async take(world = 'default') {
      const [row] = await connections.ask<{ id: number; fence: number }>({
        text: `INSERT INTO worlds (name, fence) VALUES ($1, 1)
               ON CONFLICT (name) DO UPDATE SET fence = worlds.fence + 1 RETURNING id, fence`,
        values: [world],
      })
      if (row) held.worlds.set(world, row)
    },
    async [Symbol.asyncDispose]() {
      await store.close().catch(() => {})
      await connections.close()
    },
  }
}
