// What a store over PostgreSQL keeps of commits: whole, in order, under a fence, and through restarts.
import { expect, test, vi } from 'vitest'
import type { Records } from '../../../src/state/collection.ts'
import { BrokenWorld } from '../../../src/stores/store.ts'
import { hasPostgres, newDatabase, startPostgres } from '../../support/postgres.ts'
import { replicaStore } from '../../support/replica-store.ts'
import { attached } from '../../support/store-kinds.ts'

/** Collections in their order, with the entries of each in theirs. */
function entries(records: Records | undefined) {
  return records && [...records].map(([name, byKey]) => [name, [...byKey]])
}

/** What another replica reads that takes the world. */
async function found(url: string, world = 'default') {
  await using other = await replicaStore(url)
  await other.take(world)
  return entries(await other.store.load(world))
}

test.skipIf(!hasPostgres)('what was committed is there for who takes the world next', async () => {
  const url = await newDatabase()
  await using replica = await replicaStore(url)
  await replica.take()
  const world = attached(replica.store)
  await world.write(['sims', '2', { state: 'active', name: 'é\n\u2028"' }], ['sims', '1', { n: 1 }])
  await world.write(['sims', '2', undefined], ['orders', '__proto__', { n: 1 }])
  await world.write(['sims', '2', { n: 3 }])
  expect(await found(url)).toEqual(entries(world.records))
})

test.skipIf(!hasPostgres)(
  'keys and records come back as they were, whatever is in them',
  async () => {
    const url = await newDatabase()
    await using replica = await replicaStore(url)
    await replica.take()
    const keys = [
      '',
      '\0',
      'a\0b',
      '\ud800',
      '\udfff\ud800',
      '"',
      '\\',
      '\\u0000',
      'é😀',
      "'{}'",
      '\n',
    ]
    const records: Records = new Map([['first', new Map([['k', { is: 'first' }]])]])
    const world = attached(replica.store, 'default', records)
    await world.write(...keys.map((key) => ['c', key, { key }] as [string, string, object]))
    await world.write(
      ...keys.map((key) => ['a"\\\0', key, { key, 1: -0.5e-7 }] as [string, string, object]),
    )
    expect(await found(url)).toEqual(entries(world.records))
  },
)

test.skipIf(!hasPostgres)(
  'a world is the same when its commits were folded into its records',
  async () => {
    const url = await newDatabase()
    await using replica = await replicaStore(url)
    await replica.take()
    const { store, connections } = replica
    const world = attached(store)
    let seed = 1
    const dice = (sides: number) => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % sides
    }
    for (let n = 0; n < 6_000; n += 1) {
      const key = `k${dice(60)}`
      const value = dice(3) === 0 ? undefined : { n, key }
      void world.write([`c${dice(3)}`, key, value])
      if (n % 2_100 === 1_950) {
        world.records.get('c1')?.clear()
        store.rewrite('default')
      }
      if (n % 40 === 0) await store.flushed('default')
    }
    await store.flushed('default')
    await vi.waitFor(async () => {
      const [row] = await connections.ask<{ n: number }>({ text: 'SELECT n FROM bases' })
      expect(row?.n).toBeGreaterThan(4_000)
    }, 10_000)
    const [lives] = await connections.ask({ text: 'SELECT count(DISTINCT life) AS n FROM records' })
    expect(lives).toEqual({ n: 1 })
    const kept = await found(url)
    const inOrder = (all: typeof kept) => all?.filter(([, byKey]) => byKey?.length).toSorted()
    expect(inOrder(kept)).toEqual(inOrder(entries(world.records)))
  },
)

test.skipIf(!hasPostgres)(
  'a commit that is too large for a row is kept whole, and is folded as any other',
  async () => {
    const url = await newDatabase()
    await using replica = await replicaStore(url)
    const { connections, store } = replica
    await replica.take()
    const world = attached(store)
    await world.write(['sims', '7', { n: 'first' }])
    const pad = 'x'.repeat(1_000)
    const many = Array.from({ length: 5_000 }, (_, n): [string, string, object] => [
      'sims',
      String(n),
      { n, pad },
    ])
    await world.write(...many)
    const [row] = await connections.ask<{ rows: number }>({
      text: 'SELECT count(*) AS rows FROM changes WHERE n = 2',
    })
    expect(row?.rows).toBeGreaterThan(3)
    expect(await found(url)).toEqual(entries(world.records))

    await replica.take()
    const again = attached(store, 'default', await store.load('default'))
    await again.write(['sims', '9', { n: 'last' }])
    await vi.waitFor(async () => {
      const [base] = await connections.ask({ text: 'SELECT n FROM bases' })
      expect(base?.n).toBeGreaterThan(1)
    }, 10_000)
    expect(await found(url)).toEqual(entries(again.records))
  },
)

/** As many records as are not written as one commit. */
function large(mark: string, count = 12_000): Records {
  const own = Array.from({ length: count }, (_, n): [string, object] => [
    `${mark}${n}`,
    { n, mark },
  ])
  return new Map([['sims', new Map(own)]])
}

test.skipIf(!hasPostgres)(
  'a large world begins anew whole, in its order among the commits',
  async () => {
    const url = await newDatabase()
    await using replica = await replicaStore(url)
    await replica.take()
    const { store, connections } = replica
    const world = attached(store, 'default', large('a'))
    await world.write(['sims', 'first', { n: 1 }])
    expect(await found(url)).toEqual(entries(world.records))

    await replica.take()
    const again = attached(store, 'default', (await store.load('default')) ?? new Map())
    const next = large('b', 15_000).get('sims') ?? new Map()
    void again.write(['sims', 'lost with the life', { n: 1 }])
    again.records.set('sims', next)
    store.rewrite('default')
    void again.write(['sims', 'b7', undefined], ['sims', 'last', { n: 2 }])
    const written = store.flushed('default')
    void again.write(['sims', 'b8', { n: 'later' }])
    await written
    await store.flushed('default')
    await vi.waitFor(async () => {
      const rows = await connections.ask({
        text: 'SELECT count(DISTINCT life) AS lives FROM records',
      })
      expect(rows).toEqual([{ lives: 1 }])
    }, 10_000)
    expect(await found(url)).toEqual(entries(again.records))
  },
)

test.skipIf(!hasPostgres)(
  'a commit of a replica that lost the world is refused, and that is told',
  async () => {
    const url = await newDatabase()
    await using old = await replicaStore(url)
    await using young = await replicaStore(url)
    await old.take()
    const world = attached(old.store)
    await world.write(['sims', '1', { n: 1 }])
    await young.take()
    const taken = attached(young.store, 'default', (await young.store.load('default')) ?? new Map())
    await taken.write(['sims', '2', { n: 2 }])

    await expect(world.write(['sims', '1', { n: 'lost' }])).rejects.toThrow(
      'another replica has taken',
    )
    expect([...old.lost.keys()]).toEqual(['default'])
    expect(old.store.failure('default')?.message).toContain(
      'another replica has taken world default',
    )
    await expect(old.store.flushed('default')).rejects.toThrow('another replica')
    expect(() => old.store.rewrite('default')).toThrow('another replica')
    expect(await found(url)).toEqual([
      [
        'sims',
        [
          ['1', { n: 1 }],
          ['2', { n: 2 }],
        ],
      ],
    ])
  },
)

test.skipIf(!hasPostgres)(
  'a large life that is being written when the world is lost counts for nothing',
  async () => {
    const url = await newDatabase()
    await using old = await replicaStore(url)
    await using young = await replicaStore(url)
    await old.take()
    const world = attached(old.store)
    await world.write(['sims', '1', { n: 1 }])
    world.records.set('sims', large('x', 30_000).get('sims') ?? new Map())
    old.store.rewrite('default')
    const written = old.store.flushed('default')
    await young.take()
    await expect(written).rejects.toThrow('another replica has taken')
    await old.store.close()
    expect(entries(await young.store.load('default'))).toEqual([['sims', [['1', { n: 1 }]]]])
    await vi.waitFor(async () => {
      const rows = await young.connections.ask({ text: 'SELECT FROM records' })
      expect(rows).toHaveLength(0)
    }, 10_000)
  },
)

test.skipIf(!hasPostgres)(
  'many worlds share a statement, and one that is lost harms no other',
  async () => {
    const url = await newDatabase()
    await using replica = await replicaStore(url)
    await using thief = await replicaStore(url)
    const names = Array.from({ length: 20 }, (_, n) => `w${n}`)
    for (const name of names) await replica.take(name)
    const worlds = names.map((name) => attached(replica.store, name))
    await thief.take('w7')
    const ends = await Promise.allSettled(
      worlds.flatMap((world) => [1, 2, 3].map((n) => world.write(['sims', String(n), { n }]))),
    )
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(3)
    expect([...replica.lost.keys()]).toEqual(['w7'])
    for (const [n, name] of names.entries())
      expect(await found(url, name)).toEqual(n === 7 ? undefined : entries(worlds[n]?.records))
  },
)

test.skipIf(!hasPostgres)(
  'who waits while PostgreSQL restarts or crashes waits, and nothing is lost or kept twice',
  async () => {
    await using server = await startPostgres({ isDurable: true })
    const url = await server.newDatabase()
    await using replica = await replicaStore(url)
    await replica.take()
    const world = attached(replica.store)
    await world.write(['counts', 'n', { n: 0 }])
    let isOver = false
    let acknowledged = 0
    async function writer(id: number) {
      for (let n = 1; !isOver; n += 1) {
        await world.write(['counts', `of ${id}`, { n }])
        acknowledged += 1
      }
    }
    const writers = [1, 2, 3, 4].map(writer)
    for (let restarts = 0; restarts < 3; restarts += 1) {
      const before = acknowledged
      await vi.waitFor(() => expect(acknowledged).toBeGreaterThan(before + 50), 10_000)
      await server.restart(restarts === 1 ? 'INT' : 'QUIT')
    }
    isOver = true
    await Promise.all(writers)
    expect(replica.said).toEqual([])
    const [row] = await replica.connections.ask<{ n: number }>({ text: 'SELECT n FROM worlds' })
    expect(row?.n).toBe(acknowledged + 1)
    expect(await found(url)).toEqual(entries(world.records))
  },
)

test.skipIf(!hasPostgres)(
  'a world of which rows are missing is broken, and its rows stay when it is set aside',
  async () => {
    const url = await newDatabase()
    await using replica = await replicaStore(url)
    const { store, connections } = replica
    await replica.take()
    const world = attached(store)
    for (let n = 0; n < 4; n += 1) await world.write(['sims', String(n), { n }])
    await connections.ask({ text: 'DELETE FROM changes WHERE n = 3' })
    await replica.take()
    await expect(store.load('default')).rejects.toThrow(
      new BrokenWorld('commit 3 of it is missing'),
    )
    const [aside] = await store.setAside('default')
    expect(aside).toMatch(/^the rows of world 1 in schema esimulator of postgres:/)
    expect(await connections.ask({ text: 'SELECT n FROM changes ORDER BY n' })).toHaveLength(3)

    await replica.take()
    expect(await store.load('default')).toBeUndefined()
    await attached(store).write(['sims', '9', { n: 9 }])
    expect(await found(url)).toEqual([['sims', [['9', { n: 9 }]]]])
  },
)

test.skipIf(!hasPostgres)('nothing is left of a world that was removed', async () => {
  const url = await newDatabase()
  await using replica = await replicaStore(url)
  const { store, connections } = replica
  await replica.take()
  const world = attached(store, 'default', large('x'))
  await world.write(['credentials', 'p/s', { provider: 'p', secret: 's' }])
  await world.write(['sims', 'later', { n: 1 }])
  await store.remove('default')
  const tables = ['worlds', 'bases', 'records', 'changes', 'credentials']
  await vi.waitFor(async () => {
    for (const table of tables)
      expect(await connections.ask({ text: `SELECT FROM ${table}` })).toEqual([])
  }, 10_000)
})
