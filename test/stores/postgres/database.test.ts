// The database of a store: its tables at a start, what is said where it cannot be used, and while it is away.
import { expect, test, vi } from 'vitest'
import { openConnections } from '../../../src/stores/postgres/connections.ts'
import { databaseReason } from '../../../src/stores/postgres/database-errors.ts'
import { readDatabaseUrl } from '../../../src/stores/postgres/database-url.ts'
import { postgresStore } from '../../../src/stores/postgres/postgres.ts'
import { StoreError } from '../../../src/stores/store.ts'
import { hasPostgres, newDatabase, startPostgres } from '../../support/postgres.ts'
import { replicaStore } from '../../support/replica-store.ts'
import { attached, plain } from '../../support/store-kinds.ts'

const open = (url: string) => postgresStore({ url, replicaUrl: 'http://127.0.0.1:1' })
const refusal = (url: string) =>
  open(url).then(
    () => undefined,
    (error: unknown) => error,
  )

/** The version of the tables of a database. */
async function setVersion(url: string, version: number): Promise<void> {
  const connections = await openConnections({ database: readDatabaseUrl(url), most: 1 })
  await connections.ask({ text: 'UPDATE meta SET version = $1', values: [version] })
  await connections.close()
}

test.skipIf(!hasPostgres)('stores that start at once make the tables once', async () => {
  const url = await newDatabase()
  const stores = await Promise.all([1, 2, 3].map(() => open(url)))
  const lists = await Promise.all(stores.map((store) => store.list()))
  expect(lists).toEqual([[], [], []])
  await Promise.all(stores.map((store) => store.close()))
})

test.skipIf(!hasPostgres)('two schemas of a database are two stores', async () => {
  const url = await newDatabase()
  await using one = await replicaStore(`${url}?schema=one`)
  await using two = await replicaStore(`${url}?schema=two`)
  await one.take()
  await attached(one.store).write(['sims', '1', { n: 1 }])
  expect(await one.store.list()).toEqual(['default'])
  expect(await two.store.list()).toEqual([])
})

test.skipIf(!hasPostgres)(
  'tables of a newer program are refused in a sentence, and left as they are',
  async () => {
    const url = await newDatabase()
    await (await open(url)).close()
    await setVersion(url, 7)
    const refused = await refusal(url)
    expect(refused).toBeInstanceOf(StoreError)
    expect(String(refused)).toMatch(
      /schema esimulator of postgres:\/\/.* was written by a newer esimulator \(version 7; this one reads 1\): upgrade, or start with another \?schema=NAME$/,
    )
    await setVersion(url, 1)
    await (await open(url)).close()
  },
)

test.skipIf(!hasPostgres)(
  'tables that tell no version are left as they are, and that is said',
  async () => {
    const url = await newDatabase()
    await (await open(url)).close()
    await setVersion(url, 0)
    expect(String(await refusal(url))).toMatch(
      /has a table "meta" that tells no version of esimulator: bring back a back-up, or start with another \?schema=NAME$/,
    )
    await setVersion(url, 1)
    await (await open(url)).close()
  },
)

test.skipIf(!hasPostgres)('a database that is not there is said with its name', async () => {
  const url = new URL(await newDatabase())
  url.pathname = '/nowhere'
  url.password = 'secret'
  const refused = await refusal(url.href)
  expect(refused).toBeInstanceOf(StoreError)
  expect(String(refused)).toContain(
    `postgres://${url.host}/nowhere: there is no such database: create it (3D000)`,
  )
  expect(String(refused)).not.toContain('secret')
})

test('a server that is not there is said, without the password', async () => {
  const refused = await refusal('postgres://me:secret@127.0.0.1:1/esim')
  expect(refused).toEqual(
    new StoreError(
      'cannot use postgres://127.0.0.1:1/esim: nothing answers there: is PostgreSQL running? (ECONNREFUSED)',
    ),
  )
})

test.skipIf(!hasPostgres)('a user who may make no tables is told what to do', async () => {
  const url = new URL(await newDatabase())
  const database = readDatabaseUrl(`${url.href}?schema=public`)
  const connections = await openConnections({ database, most: 1 })
  const name = `guest_${url.pathname.replace(/\W/g, '')}`
  await connections.ask({ text: `CREATE ROLE ${name} LOGIN` })
  url.username = name
  expect(String(await refusal(url.href))).toMatch(
    /the user may not do that: .* its own \(permission denied for .*, 42501\)$/,
  )
  await connections.ask({ text: `DROP ROLE ${name}` })
  await connections.close()
})

test('what PostgreSQL says is told in plain words, and what is not known as it says it', () => {
  const says = (code: string) => databaseReason(Object.assign(new Error('as it says'), { code }))
  expect(says('28P01')).toBe('the user or the password is wrong (28P01)')
  expect(says('53300')).toBe('it has too many connections: raise max_connections (53300)')
  expect(says('XX000')).toBe('as it says')
  const ofBoth = new AggregateError([Object.assign(new Error('6'), { code: 'ECONNREFUSED' })])
  expect(databaseReason(ofBoth)).toContain('nothing answers there')
})

test.each(['mysql://host/name', 'postgres//host', ''])('%j is no URL of a database', (url) => {
  expect(() => readDatabaseUrl(url)).toThrow(StoreError)
})

test('a password that is not percent-encoded is no URL, and the refusal does not repeat it', () => {
  const read = () => readDatabaseUrl('postgres://me:p#ss@host/name')
  expect(read).toThrow('percent-encoded')
  expect(read).not.toThrow('ss@')
})

test('a schema needs no quotes', () => {
  const read = (schema: string) => readDatabaseUrl(`postgres://host/name?schema=${schema}`).schema
  expect(read('team_7')).toBe('team_7')
  for (const schema of ['A', '7', 'a-b', '"', 'x'.repeat(64)])
    expect(() => read(encodeURIComponent(schema))).toThrow('cannot be the schema of a store')
  expect(readDatabaseUrl('postgres://me:pw@host/name?sslmode=require&schema=a')).toEqual({
    url: 'postgres://me:pw@host/name?sslmode=require',
    shown: 'postgres://host/name',
    schema: 'a',
  })
})

test.skipIf(!hasPostgres)(
  'a database that stays away refuses writes, and what was pending is kept when it is back',
  async () => {
    await using server = await startPostgres()
    await using replica = await replicaStore(await server.newDatabase())
    const { store, said } = replica
    await replica.take()
    const world = attached(store)
    await world.write(['sims', '1', { n: 1 }])
    await server.stop()
    await expect(world.write(['sims', '2', { n: 2 }])).rejects.toThrow('refuse writes until it can')
    expect(store.failure('default')?.message).toMatch(/^cannot write postgres:.*ECONNREFUSED/)
    await expect(store.logged('default')).rejects.toThrow('ECONNREFUSED')
    await server.start()
    await vi.waitFor(() => expect(store.failure('default')).toBeUndefined(), 10_000)
    await store.logged('default')
    expect(said).toEqual([
      expect.stringContaining('Worlds refuse writes until it can'),
      expect.stringContaining('can be written again'),
    ])
    await replica.take()
    expect(plain(await store.load('default'))).toEqual(plain(world.records))
  },
)

test.skipIf(!hasPostgres)('a stop that cannot keep what is pending says so', async () => {
  await using server = await startPostgres()
  await using replica = await replicaStore(await server.newDatabase())
  await replica.take()
  const world = attached(replica.store)
  await world.write(['sims', '1', { n: 1 }])
  await server.stop()
  const written = world.write(['sims', '2', { n: 2 }])
  written.catch(() => {})
  expect(() => replica.store.writeNow()).toThrow('the process ended before postgres:')
  await expect(replica.store.close()).rejects.toThrow(/default|postgres:/)
  await expect(written).rejects.toThrow()
  await server.start()
})
