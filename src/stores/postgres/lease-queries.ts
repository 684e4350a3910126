// What is asked of PostgreSQL about replicas and the worlds they have. Who locks a world and a replica locks the world first.
import type { Claimed, Replica, ReplicaShown } from '../leases.ts'
import type { Ask, Connections } from './connections.ts'
import { spell, unspell } from './spelling.ts'

/** How long a replica counts as alive after it has said so, in wall ms. */
export const LEASE = 3_000

/** A transaction whose statements see what others have committed before each of them. */
const EACH_SEES = 'ISOLATION LEVEL READ COMMITTED'
const FROM_NOW = `clock_timestamp() + ${LEASE} * interval '1 ms'`
/**
 * Whether the time of a replica `r` is over. Where PostgreSQL was away nobody could say that he is alive:
 * everybody gets the time to say it.
 */
const IS_OVER = `(r.dead OR (r.alive_until < clock_timestamp()
  AND pg_postmaster_start_time() < clock_timestamp() - ${LEASE} * interval '1 ms'))`
/** Whether a world `w` is one: something was written of it, or somebody living is about to. */
const IS_THERE = `(w.name IS NOT NULL
  AND (w.n > 0 OR w.replica IN (SELECT r.id FROM replicas r WHERE NOT ${IS_OVER})))`

/** How many worlds are looked after at a time. */
const A_FEW = 50

/** A world that was taken or claimed. */
export interface Leased {
  readonly id: number
  readonly fence: number
}

interface Self extends Replica {
  readonly isLeaving: boolean
}

/** Makes the row of a replica that has nothing yet. It may come twice, where the first answer was lost. */
export async function beginReplica(ask: Ask, { id, url, key, isLeaving }: Self): Promise<void> {
  await ask({
    text: `INSERT INTO replicas (id, url, key, leaving, alive_until) VALUES ($1, $2, $3, $4, ${FROM_NOW})
      ON CONFLICT (id) DO UPDATE SET leaving = excluded.leaving, alive_until = ${FROM_NOW}`,
    values: [id, url, key, isLeaving],
  })
}

/**
 * Puts the end of a replica's time off. That succeeds after its end, too, as long as nobody has
 * declared it dead: then nobody has taken anything.
 * @returns false where somebody has
 */
export async function renewReplica(ask: Ask, { id, isLeaving }: Self): Promise<boolean> {
  const renewed = await ask({
    name: 'renew',
    text: `UPDATE replicas SET alive_until = ${FROM_NOW}, leaving = $2
      WHERE id = $1 AND NOT dead RETURNING id`,
    values: [id, isLeaving],
  })
  return renewed.length > 0
}

/** Says that a replica is over. */
export async function endReplica(ask: Ask, id: string): Promise<void> {
  await ask({ text: 'UPDATE replicas SET dead = true WHERE id = $1', values: [id] })
}

/** Forgets replicas that are gone for a day, and who had which world a week ago. */
export async function forgetOld(ask: Ask): Promise<void> {
  await ask({
    text: `DELETE FROM replicas r WHERE r.alive_until < clock_timestamp() - interval '1 day'
      AND NOT EXISTS (SELECT FROM worlds w WHERE w.replica = r.id)`,
  })
  await ask({
    text: "DELETE FROM leases WHERE taken_at < clock_timestamp() - interval '7 days'",
  })
}

/** What came of taking a world. */
export type Gained =
  | { readonly by: 'us'; readonly world: Leased; readonly idle: number }
  | { readonly by: 'other'; readonly replica: Replica }
  | undefined

/** Who has a world, and whether there is one. */
export interface Holder {
  /** Absent where nobody living has it. */
  readonly replica: Replica | undefined
  /** False while nothing was written of it. */
  readonly isWritten: boolean
}

/** Looks without a lock, which would hold up what its holder commits. `undefined` where there is no such world. */
export async function holderOf(ask: Ask, world: string): Promise<Holder | undefined> {
  const [row] = await ask<{ n: number } & { [Field in keyof Replica]: string | null }>({
    name: 'holder',
    text: `SELECT w.n, r.id, r.url, r.key FROM worlds w
      LEFT JOIN replicas r ON r.id = w.replica AND NOT ${IS_OVER} WHERE w.name = $1`,
    values: [world],
  })
  if (!row) return undefined
  const { n, id, url, key } = row
  const isHeld = id !== null && url !== null && key !== null
  return { replica: isHeld ? { id, url, key } : undefined, isWritten: n > 0 }
}

/**
 * Takes a world that nobody living has, and declares its holder dead where his time is over.
 * `undefined` where there is no such world.
 */
export function gain(connections: Connections, world: string, self: Replica): Promise<Gained> {
  return connections.transaction(async (ask) => {
    const row = await lockWorld(ask, world)
    if (!row || row.n === 0) return undefined
    const other = await livingHolder(ask, row.replica, self)
    if (other) return { by: 'other', replica: other }
    const fence = await takeRow(ask, row.id, self)
    return { by: 'us', world: { id: row.id, fence }, idle: row.idle ?? 0 }
  }, EACH_SEES)
}

interface WorldRow {
  readonly id: number
  readonly n: number
  readonly replica: string | null
  /** Wall ms since it was let go. */
  readonly idle: number | null
}

/** Until the transaction ends nobody else takes it, and nothing is committed to it. */
async function lockWorld(ask: Ask, world: string): Promise<WorldRow | undefined> {
  const [row] = await ask<WorldRow>({
    name: 'lock-world',
    text: `SELECT id, n, replica,
        (extract(epoch FROM clock_timestamp() - let_go_at) * 1000)::float8 AS idle
      FROM worlds WHERE name = $1 FOR UPDATE`,
    values: [world],
  })
  return row
}

/** The holder, where he lives and is another; one whose time is over is dead from then on. */
async function livingHolder(
  ask: Ask,
  holder: string | null,
  self: Replica,
): Promise<Replica | undefined> {
  // What we are said to have and do not know of: the answer was lost when we took it.
  if (holder === null || holder === self.id) return undefined
  // Under the lock of his row: either he has said by now that he lives, or he cannot say it any more.
  const dead = await ask({
    text: `UPDATE replicas r SET dead = true WHERE r.id = $1 AND ${IS_OVER} RETURNING r.id`,
    values: [holder],
  })
  if (dead.length > 0) return undefined
  const [living] = await ask<Replica>({
    text: 'SELECT id, url, key FROM replicas WHERE id = $1',
    values: [holder],
  })
  return living
}

/** @returns the new number */
async function takeRow(ask: Ask, id: number, self: Replica): Promise<number> {
  const [row] = await ask<{ fence: number }>({
    name: 'take',
    text: `WITH taken AS (
        UPDATE worlds SET replica = $2, fence = fence + 1, let_go_at = NULL, wake_at = NULL
        WHERE id = $1 RETURNING id, fence
      ), noted AS (
        INSERT INTO leases (world, fence, replica) SELECT id, fence, $2 FROM taken
      )
      SELECT fence FROM taken`,
    values: [id, self.id],
  })
  if (!row) throw new Error(`world number ${id} is gone`)
  return row.fence
}

export interface Claim {
  readonly world: string
  /** Keys `<provider>/<secret>`. */
  readonly credentials: readonly string[]
  /** How many worlds there may be. */
  readonly most: number
  /** Names that are held here: they are taken, though nothing was written yet. */
  readonly isHeld: boolean
}

export type ClaimGained =
  | { readonly as: 'ours'; readonly world: Leased; readonly lives: number }
  | Exclude<Claimed, { readonly as: 'ours' }>

/** Makes a name ours, unless there is a world of that name, or too many, or a credential leads elsewhere. */
export function gainName(
  connections: Connections,
  claim: Claim,
  self: Replica,
): Promise<ClaimGained> {
  return connections.transaction(async (ask) => {
    // One at a time, of all replicas: else two would each be the last that there may be.
    await ask({
      text: "SELECT pg_advisory_xact_lock(hashtextextended('esimulator claim ' || current_schema, 0))",
    })
    const row = await lockWorld(ask, claim.world)
    if (row && (row.n > 0 || claim.isHeld || (await livingHolder(ask, row.replica, self))))
      return { as: 'taken' }
    const refused = await whyRefused(ask, claim)
    if (refused) return refused
    const id = row?.id ?? (await newRow(ask, claim.world))
    const fence = await takeRow(ask, id, self)
    await reserve(ask, id, claim.credentials)
    return { as: 'ours', world: { id, fence }, lives: await livesOf(ask, claim.world) }
  }, EACH_SEES)
}

async function whyRefused(
  ask: Ask,
  { world, credentials, most }: Claim,
): Promise<Exclude<Claimed, { readonly as: 'ours' }> | undefined> {
  const [counted] = await ask<{ count: number }>({
    text: `SELECT count(*) AS count FROM worlds w WHERE ${IS_THERE} AND w.name <> $1`,
    values: [world],
  })
  if (counted && counted.count >= most) return { as: 'too-many' }
  if (credentials.length === 0) return undefined
  const [other] = await ask<{ key: string; name: string }>({
    text: `SELECT c.key, w.name FROM credentials c JOIN worlds w ON w.id = c.world
      WHERE c.key IN (SELECT json_array_elements_text($2)) AND ${IS_THERE} AND w.name <> $1
      ORDER BY c.claim LIMIT 1`,
    values: [world, JSON.stringify(credentials.map(spell))],
  })
  if (!other) return undefined
  return { as: 'credential-taken', credential: unspell(other.key), world: other.name }
}

async function newRow(ask: Ask, world: string): Promise<number> {
  const [row] = await ask<{ id: number }>({
    text: 'INSERT INTO worlds (name) VALUES ($1) RETURNING id',
    values: [world],
  })
  if (!row) throw new Error(`no row was made of world ${world}`)
  return row.id
}

/** The credentials of a new world lead to it from now on, in the place of those of one that was never written. */
async function reserve(ask: Ask, world: number, credentials: readonly string[]): Promise<void> {
  await ask({ text: 'DELETE FROM credentials WHERE world = $1', values: [world] })
  if (credentials.length === 0) return
  await ask({
    text: `INSERT INTO credentials (key, world, claim)
      SELECT DISTINCT json_array_elements_text($2), $1::bigint, 0`,
    values: [world, JSON.stringify(credentials.map(spell))],
  })
}

async function livesOf(ask: Ask, world: string): Promise<number> {
  const [row] = await ask<{ lives: number }>({
    text: 'SELECT lives FROM names WHERE name = $1',
    values: [world],
  })
  return row?.lives ?? 0
}

/**
 * Lets go of a world that is still held under this number.
 * @param wakeIn wall ms from now after which somebody has to look after it
 */
export async function letGo(
  ask: Ask,
  { id, fence }: Leased,
  wakeIn: number | undefined,
): Promise<void> {
  await ask({
    name: 'let-go',
    text: `UPDATE worlds SET replica = NULL, let_go_at = clock_timestamp(),
        wake_at = clock_timestamp() + $3::float8 * interval '1 ms'
      WHERE id = $1 AND fence = $2`,
    values: [id, fence, wakeIn ?? null],
  })
}

/**
 * Worlds that nobody living has: those that are due by now, and those of replicas that are over,
 * since nobody knows of these what is due.
 */
export async function dueWorlds(ask: Ask, self: Replica): Promise<string[]> {
  // In an order of each replica's own, so that not all of them take the same ones.
  const rows = await ask<{ name: string }>({
    name: 'due',
    text: `SELECT name FROM (
        (SELECT w.id, w.name FROM worlds w
          WHERE w.wake_at <= statement_timestamp() AND w.replica IS NULL AND w.n > 0 AND w.name IS NOT NULL
          ORDER BY w.wake_at LIMIT ${4 * A_FEW})
        UNION ALL
        (SELECT w.id, w.name FROM replicas r JOIN worlds w ON w.replica = r.id
          WHERE ${IS_OVER} AND r.id <> $1 AND w.n > 0 AND w.name IS NOT NULL
          LIMIT ${20 * A_FEW})
      ) due ORDER BY hashtextextended($1, id) LIMIT ${A_FEW}`,
    values: [self.id],
  })
  return rows.map(({ name }) => name)
}

/** A living replica that takes worlds; `undefined` where there is none but this one. */
export async function anotherReplica(ask: Ask, self: Replica): Promise<Replica | undefined> {
  const [row] = await ask<Replica>({
    text: `SELECT r.id, r.url, r.key FROM replicas r
      WHERE NOT ${IS_OVER} AND NOT r.leaving AND r.id <> $1 ORDER BY random() LIMIT 1`,
    values: [self.id],
  })
  return row
}

/** Every living replica, and how many worlds each has. */
export async function livingReplicas(ask: Ask): Promise<ReplicaShown[]> {
  const rows = await ask<Replica & { worlds: number; leaving: boolean }>({
    text: `SELECT r.id, r.url, r.key, r.leaving,
        (SELECT count(*) FROM worlds w WHERE w.replica = r.id) AS worlds
      FROM replicas r WHERE NOT ${IS_OVER} ORDER BY r.url, r.id`,
  })
  return rows.map(({ leaving, ...shown }) => ({ ...shown, isLeaving: leaving }))
}
