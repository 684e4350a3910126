// Leases over PostgreSQL: whatever two replicas do at once, a world is never in two hands.
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openConnections } from '../../../src/stores/postgres/connections.ts'
import { readDatabaseUrl } from '../../../src/stores/postgres/database-url.ts'
import { openHeld } from '../../../src/stores/postgres/held.ts'
import { openLeases, type PostgresLeases } from '../../../src/stores/postgres/leases.ts'
import { migrate } from '../../../src/stores/postgres/migrate.ts'
import { RUNS_ALL } from '../../support/cases.ts'
import { layLine } from '../../support/cut-line.ts'
import { diceOf } from '../../support/dice.ts'
import { hasPostgres, newDatabase, startPostgres } from '../../support/postgres.ts'

/** A lease lasts 3 s, and so does the time that everybody has after PostgreSQL has begun. */
const SOON = { timeout: 15_000, interval: 50 }

/** Called at the end of a test, the latest first. */
const ends: (() => Promise<void>)[] = []
let url: string
/** What a store would ask. */
let sql: <R extends object>(text: string, ...values: unknown[]) => Promise<R[]>

interface TestReplica {
  readonly leases: PostgresLeases
  /** Worlds that were lost, and why. */
  readonly lost: [string, string][]
  readonly held: ReturnType<typeof openHeld>
}

async function openDatabase(at: string): Promise<void> {
  url = at
  const database = readDatabaseUrl(at)
  const connections = await openConnections({ database, most: 1 })
  await migrate(connections, database)
  await connections.close()
  const pool = new pg.Pool({ connectionString: at, options: '-c search_path=esimulator' })
  pool.on('error', () => {
    // PostgreSQL was stopped by the test.
  })
  ends.push(() => pool.end())
  sql = async (text, ...values) => (await pool.query(text, values)).rows
}

/** @param over the way to the database, where it is not the straight one */
async function startReplica(name: string, over = url): Promise<TestReplica> {
  const held = openHeld()
  const lost: [string, string][] = []
  const leases = await openLeases({
    database: readDatabaseUrl(over),
    url: `http://${name}:4010`,
    held,
    kept: () => undefined,
  })
  ends.push(() => leases.close())
  await leases.start({ lost: (world, why) => lost.push([world, why]) })
  return { leases, lost, held }
}

/** Writes a commit as a store does, and tells its number; `undefined` where the fence is an older one. */
async function commit(fence: number, world: string): Promise<number | undefined> {
  const update = 'UPDATE worlds SET n = n + 1 WHERE name = $1 AND fence = $2 RETURNING n'
  const [row] = await sql<{ n: string }>(update, world, fence)
  return row && Number(row.n)
}

const commits = async (fence: number, world: string) => (await commit(fence, world)) !== undefined

/** Makes a world that something was written of. */
async function makeWorld({ leases, held }: TestReplica, world: string, ...credentials: string[]) {
  expect(await leases.claim(world, credentials, 1000)).toEqual({ as: 'ours' })
  expect(await commits(held.worlds.get(world)?.fence ?? 0, world)).toBe(true)
}

/** Takes what has to be had. */
async function took({ leases }: TestReplica, world: string) {
  const taken = await leases.take(world)
  if (taken.by !== 'us') throw new Error(`${world} was not taken: ${JSON.stringify(taken)}`)
  return taken
}

const takenInTheEnd = (replica: TestReplica, world: string) =>
  vi.waitFor(() => took(replica, world), SOON)

/** Who took a world, by its log: the numbers in the order they were given out. */
const logOf = (world: string) =>
  sql<{ fence: string; replica: string }>(
    `SELECT l.fence, l.replica FROM leases l JOIN worlds w ON w.id = l.world
      WHERE w.name = $1 ORDER BY l.taken_at`,
    world,
  )

/** How many are waiting for a lock. */
async function waiting(): Promise<number> {
  const text = `SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`
  return (await sql(text)).length
}

/** Holds the row of a replica whose time is over: nobody can renew it or declare it dead until it is let go. */
async function holdOverdue(id: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url, options: '-c search_path=esimulator' })
  await client.connect()
  await vi.waitFor(async () => {
    await client.query(
      "UPDATE replicas SET alive_until = clock_timestamp() - interval '1 s' WHERE id = $1",
      [id],
    )
    await client.query('BEGIN')
    const { rows } = await client.query(
      `SELECT alive_until < clock_timestamp()
          AND pg_postmaster_start_time() < clock_timestamp() - interval '3 s' AS over
        FROM replicas WHERE id = $1 FOR UPDATE`,
      [id],
    )
    if (rows[0]?.over !== true) await client.query('ROLLBACK')
    expect(rows).toEqual([{ over: true }])
  }, SOON)
  return async () => {
    await client.query('COMMIT')
    await client.end()
  }
}

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

describe.skipIf(!hasPostgres)('replicas over one database', () => {
  beforeEach(async () => openDatabase(await newDatabase()))

  test('a world that nobody has goes to one of two that ask at once, the other is told to whom', async () => {
    const [a, b] = [await startReplica('a'), await startReplica('b')]
    for (let round = 1; round <= 20; round++) {
      const world = `w${round}`
      await makeWorld(a, world)
      await a.leases.release(world, undefined)
      const both = await Promise.all([a.leases.take(world), b.leases.take(world)])
      const [winner, loser] = both[0].by === 'us' ? [a, both[1]] : [b, both[0]]
      expect(both.filter(({ by }) => by === 'us')).toHaveLength(1)
      expect(loser).toEqual({ by: 'other', replica: winner.leases.self })
      expect((await logOf(world)).map(({ fence }) => fence)).toEqual(['1', '2'])
    }
  })

  test('a world that is held stays so, under its number, however often it is asked for', async () => {
    const a = await startReplica('a')
    await makeWorld(a, 'w')
    const all = await Promise.all([1, 2, 3].map(() => a.leases.take('w')))
    expect(all).toEqual([1, 2, 3].map(() => ({ by: 'us', fence: 1, idle: 0 })))
    await a.leases.release('w', undefined)
    const again = await Promise.all([1, 2, 3].map(() => took(a, 'w')))
    expect(again.map(({ fence }) => fence)).toEqual([2, 2, 2])
    expect(a.held.worlds.size).toBe(1)
  })

  test('there is no world of a name that nobody made, nor of one that was claimed and never written', async () => {
    const [a, b] = [await startReplica('a'), await startReplica('b')]
    expect(await a.leases.take('w')).toEqual({ by: 'nobody', why: 'no-such-world' })
    await a.leases.claim('w', [], 10)
    expect(await b.leases.take('w')).toEqual({ by: 'other', replica: a.leases.self })
    await a.leases.close()
    expect(await b.leases.take('w')).toEqual({ by: 'nobody', why: 'no-such-world' })
    expect(await b.leases.claim('w', [], 10)).toEqual({ as: 'ours' })
    expect(b.held.worlds.get('w')?.fence).toBe(2)
  })

  test('who ends leaves its worlds to whoever asks, at once', async () => {
    const [a, b] = [await startReplica('a'), await startReplica('b')]
    await makeWorld(a, 'w')
    await a.leases.close()
    expect(await b.leases.take('w')).toEqual({ by: 'us', fence: 2, idle: 0 })
    expect(await b.leases.replicas()).toEqual([{ ...b.leases.self, worlds: 1, isLeaving: false }])
  })

  test('who is not heard of loses its worlds: others take them, it can write nothing more and is told', async () => {
    const line = await layLine(url)
    const [a, b] = [await startReplica('a', line.url), await startReplica('b')]
    await makeWorld(a, 'v')
    await makeWorld(a, 'w')
    const before = a.leases.self
    expect(await b.leases.take('w')).toEqual({ by: 'other', replica: before })
    line.cut()
    const { fence } = await takenInTheEnd(b, 'w')
    expect(fence).toBe(2)
    // By its own clock it had stopped to be sure before anybody could take anything.
    expect(a.leases.areSure).toBe(false)
    expect(await commits(1, 'w')).toBe(false)
    expect(await b.leases.due()).toEqual(['v'])

    line.mend()
    await a.leases.confirmed()
    expect(a.lost.map(([world]) => world).toSorted()).toEqual(['v', 'w'])
    for (const [, why] of a.lost)
      expect(why).toMatch(
        /^another simulator took over: PostgreSQL had not heard of this one for \d+ s$/,
      )
    expect(a.held.worlds.size).toBe(0)
    expect(a.leases.self).toMatchObject({
      id: expect.not.stringMatching(before.id),
      url: before.url,
    })
    expect(a.leases.self.key).not.toBe(before.key)
    expect(await a.leases.take('w')).toEqual({ by: 'other', replica: b.leases.self })
    expect((await took(a, 'v')).fence).toBe(2)
    expect((await logOf('w')).map(({ replica }) => replica)).toEqual([before.id, b.leases.self.id])
  })

  test.each(['renewal', 'take-over'])(
    'where a renewal and a take-over meet, all goes by which comes first: the %s',
    async (first) => {
      const [a, b] = [await startReplica('a'), await startReplica('b')]
      await makeWorld(a, 'w')
      const holder = a.leases.self
      const release = await holdOverdue(holder.id)
      const takes = () => b.leases.take('w')
      const renews = () => a.leases.leave()
      const waits = async <R>(act: () => Promise<R>, count: number) => {
        const outcome = act()
        await vi.waitFor(async () => expect(await waiting()).toBe(count), SOON)
        return { outcome }
      }
      const one = first === 'renewal' ? await waits(renews, 1) : undefined
      const taken = await waits(takes, one ? 2 : 1)
      const other = one ?? (await waits(renews, 2))
      await release()
      await other.outcome
      if (first === 'renewal') {
        expect(await taken.outcome).toEqual({ by: 'other', replica: holder })
        expect(await commits(1, 'w')).toBe(true)
        expect(a.lost).toEqual([])
      } else {
        expect(await taken.outcome).toEqual({ by: 'us', fence: 2, idle: 0 })
        expect(await commits(1, 'w')).toBe(false)
        expect(a.lost).toEqual([['w', expect.any(String)]])
        expect(a.leases.self.id).not.toBe(holder.id)
      }
    },
  )

  test('a world that the store found to be another’s is no longer held, and that is told', async () => {
    const a = await startReplica('a')
    await makeWorld(a, 'w')
    a.leases.lose('w', 'its commit was refused')
    a.leases.lose('w', 'its commit was refused')
    expect(a.lost).toEqual([['w', 'its commit was refused']])
    expect((await took(a, 'w')).fence).toBe(2)
  })

  test('a name goes to one of those that claim it at once', async () => {
    const all = [await startReplica('a'), await startReplica('b'), await startReplica('c')]
    for (let round = 1; round <= 10; round++) {
      const claimed = await Promise.all(
        [...all, ...all].map(({ leases }) => leases.claim(`w${round}`, [], 1000)),
      )
      expect(claimed.filter(({ as }) => as === 'ours')).toHaveLength(1)
      expect(claimed.filter(({ as }) => as === 'taken')).toHaveLength(5)
    }
  })

  test('there are never more worlds than there may be, however many are claimed at once', async () => {
    const all = [await startReplica('a'), await startReplica('b')]
    const claimed = await Promise.all(
      Array.from({ length: 12 }, (_, at) => all[at % 2]?.leases.claim(`w${at}`, [], 5)),
    )
    expect(claimed.filter((each) => each?.as === 'ours')).toHaveLength(5)
    expect(claimed.filter((each) => each?.as === 'too-many')).toHaveLength(7)
  })

  test('names that were claimed by one that died before it wrote anything do not count', async () => {
    const [a, b] = [await startReplica('a'), await startReplica('b')]
    await a.leases.claim('v', ['esim-go/mine'], 1)
    expect(await b.leases.claim('w', [], 1)).toEqual({ as: 'too-many' })
    await a.leases.close()
    expect(await b.leases.claim('w', ['esim-go/mine'], 1)).toEqual({ as: 'ours' })
  })

  test.each(['esim-go/key', 'esim-go/a\u0000"\\ö\ud800'])(
    'the chosen credential %j leads to one of the worlds that are claimed with it at once',
    async (credential) => {
      const [a, b] = [await startReplica('a'), await startReplica('b')]
      const both = await Promise.all([
        a.leases.claim('x', ['highland/other', credential], 10),
        b.leases.claim('y', [credential], 10),
      ])
      const at = both.findIndex(({ as }) => as === 'ours')
      expect(both[1 - at]).toEqual({
        as: 'credential-taken',
        credential,
        world: at === 0 ? 'x' : 'y',
      })
    },
  )

  test('a claim tells how many lives the worlds of its name had', async () => {
    const a = await startReplica('a')
    await sql('INSERT INTO names (name, lives) VALUES ($1, $2)', 'w', 7)
    await a.leases.claim('w', [], 10)
    await a.leases.claim('v', [], 10)
    expect([a.held.lives.get('w'), a.held.lives.get('v')]).toEqual([7, 0])
  })

  test('a world that was let go of comes due when it said so, and says how long nobody had it', async () => {
    const [a, b] = [await startReplica('a'), await startReplica('b')]
    await makeWorld(a, 'due')
    await makeWorld(a, 'later')
    await makeWorld(a, 'never')
    await a.leases.release('due', Date.now() - 1_000)
    await a.leases.release('later', Date.now() + 3_600_000)
    await a.leases.release('never', undefined)
    expect(await b.leases.due()).toEqual(['due'])
    expect(await a.leases.due()).toEqual(['due'])
    const { idle } = await took(b, 'due')
    expect(idle).toBeGreaterThan(0)
    expect(await a.leases.due()).toEqual([])
    // What its holder left undone when it died is looked after as well.
    await b.leases.close()
    expect(await a.leases.due()).toEqual(['due'])
    expect(await a.leases.take('due')).toEqual({ by: 'us', fence: 3, idle: 0 })
  })

  test('many worlds of a dead replica come due a few at a time, to each replica others first', async () => {
    const [a, b, c] = [await startReplica('a'), await startReplica('b'), await startReplica('c')]
    await sql(
      `INSERT INTO worlds (name, n, fence, replica) SELECT 'w' || i, 1, 1, $1
        FROM generate_series(1, 300) i`,
      a.leases.self.id,
    )
    expect(await b.leases.due()).toEqual([])
    await a.leases.close()
    const [first, second] = [await b.leases.due(), await c.leases.due()]
    expect([first.length, second.length]).toEqual([50, 50])
    expect(new Set([...first, ...second]).size).toBeGreaterThan(60)
  })

  test('who leaves keeps what it holds and takes nothing more: the others do', async () => {
    const [a, b] = [await startReplica('a'), await startReplica('b')]
    await makeWorld(a, 'v')
    await makeWorld(a, 'w')
    await a.leases.leave()
    expect((await b.leases.replicas()).map(({ url, isLeaving }) => [url, isLeaving])).toEqual([
      ['http://a:4010', true],
      ['http://b:4010', false],
    ])
    expect((await took(a, 'v')).fence).toBe(1)
    expect(await b.leases.take('v')).toEqual({ by: 'other', replica: a.leases.self })
    await a.leases.release('w', Date.now() - 1_000)
    expect(await a.leases.due()).toEqual([])
    expect(await a.leases.take('w')).toEqual({ by: 'other', replica: b.leases.self })
    expect(await b.leases.due()).toEqual(['w'])
    await b.leases.leave()
    expect(await a.leases.take('w')).toEqual({ by: 'nobody', why: 'nobody-can' })
  })

  test('replicas tell of themselves and of how many worlds they have', async () => {
    const [a, b] = [await startReplica('a'), await startReplica('b')]
    await makeWorld(a, 'v')
    await makeWorld(a, 'w')
    const shown = [
      { ...a.leases.self, worlds: 2, isLeaving: false },
      { ...b.leases.self, worlds: 0, isLeaving: false },
    ]
    expect(await a.leases.replicas()).toEqual(shown)
    expect(await b.leases.replicas()).toEqual(shown)
  })
})

describe.skipIf(!hasPostgres)('in a storm', { timeout: 240_000 }, () => {
  const WORLDS = ['w1', 'w2', 'w3', 'w4', 'w5']
  const ROUNDS = RUNS_ALL ? 30 : 3

  test('no world is in two hands, whatever breaks: lines are cut, PostgreSQL crashes', async () => {
    await using server = await startPostgres({ isDurable: true })
    await openDatabase(await server.newDatabase())
    const lines = [await layLine(url), await layLine(url), await layLine(url)]
    const all = await Promise.all(lines.map((line, at) => startReplica(`r${at}`, line.url)))
    const [first] = all
    if (!first) throw new Error('there is no replica')
    for (const world of WORLDS) await makeWorld(first, world)
    const dice = diceOf(20)
    let isOver = false
    let taken = 0
    const problems: string[] = []
    const written: { world: string; n: number; fence: number }[] = []

    /** At one moment: who may read a world without asking. */
    const check = () => {
      for (const world of WORLDS) {
        const sure = all.filter(({ held, leases }) => held.worlds.has(world) && leases.areSure)
        if (sure.length > 1) problems.push(`${world} is with ${sure.length} replicas`)
      }
    }
    async function act(replica: TestReplica): Promise<void> {
      while (!isOver) {
        const world = dice.pick(WORLDS)
        const got = await replica.leases.take(world).catch(() => undefined)
        check()
        if (got?.by !== 'us') continue
        taken += 1
        const n = await commit(got.fence, world).catch(() => undefined)
        check()
        if (n !== undefined) written.push({ world, n, fence: got.fence })
        if (dice.percent(40)) await replica.leases.release(world, undefined).catch(() => {})
        check()
      }
    }
    const acting = all.map(act)
    for (let round = 1; round <= ROUNDS; round++) {
      const at = round % all.length
      const [line, cut, other] = [lines[at], all[at], all[(at + 1) % all.length]]
      const { id } = cut?.leases.self ?? {}
      line?.cut()
      const living = async () => (await other?.leases.replicas())?.map((each) => each.id)
      await vi.waitFor(async () => expect(await living()).not.toContain(id), SOON)
      if (round % 3 === 2) await server.restart('QUIT')
      line?.mend()
      await cut?.leases.confirmed()
    }
    isOver = true
    await Promise.all(acting)
    expect(problems).toEqual([])
    expect(taken).toBeGreaterThan(100)
    for (const world of WORLDS) {
      const log = (await logOf(world)).map(({ fence }) => Number(fence))
      expect(log).toEqual(log.map((_, at) => at + 1))
      expect(log.length).toBeGreaterThan(3)
      // Whoever had it before has written nothing since.
      const inOrder = written.filter((each) => each.world === world).toSorted((a, b) => a.n - b.n)
      const fences = inOrder.map(({ fence }) => fence)
      expect(fences).toEqual(fences.toSorted((a, b) => a - b))
    }
    for (const end of ends.splice(0).toReversed()) await end()
  })
})

describe.skipIf(!hasPostgres)('while PostgreSQL is away', () => {
  test('nobody loses a world, whoever asks for it first, and who asks meanwhile waits', async () => {
    await using server = await startPostgres({ isDurable: true })
    await openDatabase(await server.newDatabase())
    const [a, b] = [await startReplica('a'), await startReplica('b')]
    await makeWorld(a, 'w')
    const before = a.leases.self
    await server.stop('QUIT')
    // Longer than the leases last.
    await vi.waitFor(
      () => expect([a.leases.areSure, b.leases.areSure]).toEqual([false, false]),
      SOON,
    )
    const asked = b.leases.take('w')
    const sure = a.leases.confirmed()
    await server.start()
    expect(await asked).toEqual({ by: 'other', replica: before })
    await sure
    expect(a.leases.areSure).toBe(true)
    expect(a.leases.self).toBe(before)
    expect(a.lost).toEqual([])
    expect(await commits(1, 'w')).toBe(true)
    for (const end of ends.splice(0).toReversed()) await end()
  })

  test('who waits for too long is told so', async () => {
    await using server = await startPostgres()
    await openDatabase(await server.newDatabase())
    const a = await startReplica('a')
    await makeWorld(a, 'w')
    await a.leases.release('w', undefined)
    await server.stop()
    expect(await a.leases.due()).toEqual([])
    await vi.waitFor(() => expect(a.leases.areSure).toBe(false), SOON)
    const both = await Promise.allSettled([a.leases.take('w'), a.leases.confirmed()])
    const reason = new Error(
      'PostgreSQL cannot be asked: nothing answers there: is PostgreSQL running? (ECONNREFUSED)',
    )
    expect(both).toEqual([1, 2].map(() => ({ status: 'rejected', reason })))
    for (const end of ends.splice(0).toReversed()) await end()
  })
})
