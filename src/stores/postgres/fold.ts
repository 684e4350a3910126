// Takes older commits of a world into its records, in the database: nothing of them passes through here.
import type { Ask, Connections } from './connections.ts'
import type { QueuedWorld } from './queued-world.ts'
import { dropLives, newLife } from './whole-world.ts'

/** Each change since the base, with its place. */
const CHANGES = `
  c AS MATERIALIZED (
    SELECT r.n, r.first + e.place AS at, e.change->>0 AS collection, e.change->>1 AS key,
      e.change->2 AS record, json_typeof(e.change->2) = 'null' AS gone
    FROM changes r CROSS JOIN LATERAL json_array_elements(r.changes)
      WITH ORDINALITY AS e(change, place)
    WHERE r.world = $1 AND r.n > $2 AND r.n <= $3
  )`

/** What was deleted loses its place, also where it came again. */
const DELETE = `
  WITH ${CHANGES}, g AS (SELECT DISTINCT collection, key FROM c WHERE gone)
  DELETE FROM records USING g
  WHERE records.world = $1 AND records.life = $4
    AND records.collection = g.collection AND records.key = g.key`

/** The last of each record counts, in the place where it came. */
const UPSERT = `
  WITH ${CHANGES}, k AS (
    SELECT collection, key, max(ARRAY[n, at]) AS latest,
      max(ARRAY[n, at]) FILTER (WHERE gone) AS left_at
    FROM c GROUP BY collection, key
  ), p AS (
    SELECT c.collection, c.key, min(ARRAY[c.n, c.at]) AS came
    FROM c JOIN k USING (collection, key)
    WHERE k.left_at IS NULL OR ARRAY[c.n, c.at] > k.left_at
    GROUP BY c.collection, c.key
  )
  INSERT INTO records (world, life, collection, key, n, at, record)
  SELECT $1, $4, c.collection, c.key, p.came[1], p.came[2], c.record
  FROM c JOIN k USING (collection, key) JOIN p USING (collection, key)
  WHERE ARRAY[c.n, c.at] = k.latest
  ON CONFLICT (world, life, collection, key) DO UPDATE SET record = excluded.record`

/** Which records count, and as of which commit. */
interface Base {
  readonly life: number
  readonly n: number
}

/**
 * Has the base of a world take in all commits up to `n`. The world is the same before and after, for
 * whoever reads it: whoever holds it may do so, and who no longer does.
 */
export async function fold(
  { id }: Pick<QueuedWorld, 'id'>,
  n: number,
  connections: Connections,
): Promise<void> {
  const dropped = await connections.transaction(async (ask) => {
    const base = await lockBase(id, ask)
    if (base.n >= n) return undefined
    const [row] = await ask<{ n: number | null }>({
      text: 'SELECT max(n) AS n FROM changes WHERE world = $1 AND replaces AND n > $2 AND n <= $3',
      values: [id, base.n, n],
    })
    // Where the world began anew, what it had before does not count.
    const anew = row?.n ?? undefined
    const from = anew === undefined ? base.n : anew - 1
    const life = anew === undefined ? base.life : await newLife(ask)
    await ask({ text: DELETE, values: [id, from, n, life] })
    await ask({ text: UPSERT, values: [id, from, n, life] })
    await ask({
      text: 'UPDATE bases SET life = $2, n = $3 WHERE world = $1',
      values: [id, life, n],
    })
    await ask({ text: 'DELETE FROM changes WHERE world = $1 AND n <= $2', values: [id, n] })
    return anew === undefined ? undefined : life
  })
  if (dropped !== undefined) await dropLives(id, dropped, dropped, connections.ask)
}

/** The base of a world, while nobody else changes it. */
async function lockBase(world: number, ask: Ask): Promise<Base> {
  const [row] = await ask<{ life: number; n: number }>({
    text: `INSERT INTO bases (world, life, n) VALUES ($1, 0, 0)
           ON CONFLICT (world) DO UPDATE SET world = excluded.world RETURNING life, n`,
    values: [world],
  })
  return row ?? { life: 0, n: 0 }
}
