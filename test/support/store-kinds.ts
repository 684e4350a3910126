// Every kind of store, for tests of what all of them promise.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Change, Records } from '../../src/state/collection.ts'
import { lowdbStore } from '../../src/stores/lowdb.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { openConnections } from '../../src/stores/postgres/connections.ts'
import { readDatabaseUrl } from '../../src/stores/postgres/database-url.ts'
import { openHeld } from '../../src/stores/postgres/held.ts'
import { postgresStore } from '../../src/stores/postgres/postgres.ts'
import { openWorldStore } from '../../src/stores/postgres/world-store.ts'
import type { Durability, Store } from '../../src/stores/store.ts'
import { hasPostgres, newDatabase } from './postgres.ts'

/** Where stores of one kind keep the same worlds, one after the other. */
interface StorePlace extends AsyncDisposable {
  open(durability?: Durability): Promise<Store>
  /** What a process would read of a world after a kill -9 now; nothing there is changed. */
  peek(world: string): Promise<Records | undefined>
}

export interface StoreKind {
  readonly name: string
  /** False where nothing is kept beyond the process. */
  readonly lasts: boolean
  place(): Promise<StorePlace>
}

/** All that can be had here. */
export const storeKinds: readonly StoreKind[] = [
  { name: 'memory', lasts: false, place: async () => inMemory() },
  { name: 'lowdb', lasts: true, place: async () => inFolder() },
  ...(hasPostgres
    ? [{ name: 'postgres', lasts: true, place: async () => inDatabase(await newDatabase()) }]
    : []),
]

function inMemory(): StorePlace {
  return {
    open: async () => memoryStore(),
    peek: async () => undefined,
    async [Symbol.asyncDispose]() {},
  }
}

function inFolder(): StorePlace {
  const home = mkdtempSync(join(tmpdir(), 'esimulator-store-'))
  const dir = join(home, 'state')
  const opened: Store[] = []
  return {
    async open(durability = 'written') {
      const store = await lowdbStore({ dir, version: '1.2.3', durability })
      opened.push(store)
      return store
    },
    async peek(world) {
      const copy = mkdtempSync(join(home, 'copy-'))
      cpSync(dir, copy, { recursive: true })
      rmSync(join(copy, '.esimulator.lock'), { recursive: true, force: true })
      const store = await lowdbStore({ dir: copy, version: '1.2.3' })
      return store.load(world).finally(() => store.close())
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(opened.map((store) => store.close()))
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function inDatabase(url: string): StorePlace {
  const opened: Store[] = []
  return {
    async open(durability = 'written') {
      const store = await postgresStore({ url, durability, replicaUrl: 'http://127.0.0.1:1' })
      opened.push(store)
      await store.leases.start({ lost() {} })
      return store
    },
    async peek(world) {
      // Under the number it was taken under: nobody loses it by that.
      const database = readDatabaseUrl(url)
      const held = openHeld()
      const common = { database, held, warn() {}, lost() {} }
      const store = await openWorldStore({ ...common, durability: 'written' })
      const connections = await openConnections({ database, most: 1 })
      const query = { text: 'SELECT id, fence FROM worlds WHERE name = $1', values: [world] }
      const [row] = await connections.ask<{ id: number; fence: number }>(query)
      await connections.close()
      if (row) held.worlds.set(world, row)
      return store.load(world).finally(() => store.close())
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(opened.map((store) => store.close()))
    },
  }
}

/** Makes a world this process's own, where the store is shared. @returns what is kept of it */
export async function took(store: Store, world = 'default'): Promise<Records | undefined> {
  if (!store.leases) return store.load(world)
  const taken = await store.leases.take(world)
  if (taken.by === 'us') return store.load(world)
  const claimed = await store.leases.claim(world, [], 1_000)
  if (claimed.as !== 'ours') throw new Error(`world ${world}: ${claimed.as}`)
  return undefined
}

/** A world as the state keeps one: maps that commits have already changed. */
export interface LiveWorld {
  readonly records: Records
  write(...changes: [collection: string, key: string, value: object | undefined][]): Promise<void>
}

/** Takes a world and goes on with what is kept of it. */
export async function begun(
  store: Store,
  world = 'default',
  made: Records = new Map(),
): Promise<LiveWorld> {
  return attached(store, world, (await took(store, world)) ?? made)
}

/** Goes on with a world that is this process's own. */
export function attached(
  store: Pick<Store, 'attach' | 'commit' | 'flushed'>,
  world = 'default',
  records: Records = new Map(),
): LiveWorld {
  store.attach(world, () => records)
  return {
    records,
    async write(...changes) {
      const committed = changes.map(([collection, key, after]): Change => {
        const byKey = records.get(collection) ?? new Map<string, object>()
        const before = byKey.get(key)
        records.set(collection, byKey)
        if (after) byKey.set(key, after)
        else byKey.delete(key)
        return { collection, key, before, after }
      })
      store.commit(world, committed)
      await store.flushed(world)
    },
  }
}

/** Records as plain objects, without the collections that hold nothing. */
export function plain(records: Records | undefined) {
  return (
    records &&
    Object.fromEntries(
      [...records]
        .filter(([, byKey]) => byKey.size > 0)
        .map(([name, byKey]) => [name, Object.fromEntries(byKey)]),
    )
  )
}
