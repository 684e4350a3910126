// The one statement that keeps commits of several worlds, each only under the fence it was made under.
import type { Query, Row } from './connections.ts'
import type { Part } from './queued-world.ts'
import { plainArray, textArray } from './text-array.ts'

/** Worlds whose fence and last commit are as they should be get theirs, the others nothing. */
const KEPT = `
  WITH b AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS b(id, fence, before, n)
  ), w AS (
    UPDATE worlds SET n = b.n FROM b
    WHERE worlds.id = b.id AND worlds.fence = b.fence AND worlds.n = b.before
    RETURNING worlds.id, worlds.fence
  ), c AS (
    INSERT INTO changes (world, n, first, fence, replaces, changes, step, cause, at)
    SELECT w.id, c.n, c.first, w.fence, c.replaces, c.changes::json, c.step, c.cause::json, c.at
    FROM unnest(
      $5::bigint[], $6::bigint[], $7::integer[], $8::boolean[],
      $9::text[], $10::bigint[], $11::text[], $12::float8[]
    ) AS c(world, n, first, replaces, changes, step, cause, at) JOIN w ON w.id = c.world
  )`

/** What stands in the credentials after it: those with a claim are there, the others are gone. */
const CREDENTIALS = `, p AS (
    SELECT w.id AS world, p.key, p.claim
    FROM unnest($13::bigint[], $14::text[], $15::bigint[]) AS p(world, key, claim)
    JOIN w ON w.id = p.world
  ), gone AS (
    DELETE FROM credentials USING p
    WHERE credentials.world = p.world AND credentials.key = p.key AND p.claim IS NULL
  ), left_out AS (
    DELETE FROM credentials USING unnest($16::bigint[]) AS a(world), w
    WHERE credentials.world = a.world AND a.world = w.id
      AND NOT EXISTS (SELECT FROM p WHERE p.world = a.world AND p.key = credentials.key)
  ), put AS (
    INSERT INTO credentials (key, world, claim)
    SELECT key, world, claim FROM p WHERE claim IS NOT NULL
    ON CONFLICT (key, world) DO UPDATE SET claim = excluded.claim
  )`

const ANSWER = ' SELECT id FROM w'

/** The statement for these parts; it answers with the ids of the worlds that it kept. */
export function commitStatement(parts: readonly Part[]): Query {
  const rows = parts.flatMap(({ world: { id }, rows: own }) => own.map((row) => ({ id, ...row })))
  const values = [
    plainArray(parts.map(({ world }) => world.id)),
    plainArray(parts.map(({ world }) => world.fence)),
    plainArray(parts.map(({ before }) => before)),
    plainArray(parts.map(({ n }) => n)),
    plainArray(rows.map(({ id }) => id)),
    plainArray(rows.map(({ n }) => n)),
    plainArray(rows.map(({ first }) => first)),
    plainArray(rows.map(({ replaces }) => replaces)),
    textArray(rows.map(({ text }) => text)),
    plainArray(rows.map(({ step }) => step?.id)),
    textArray(rows.map(({ step }) => step && JSON.stringify(step.cause))),
    plainArray(rows.map(({ step }) => step?.at)),
  ]
  const changed = parts.filter(({ credentials }) => credentials)
  if (changed.length === 0) return { name: 'commit', text: KEPT + ANSWER, values }
  const name = 'commit-with-credentials'
  return { name, text: KEPT + CREDENTIALS + ANSWER, values: [...values, ...credentialsOf(changed)] }
}

function credentialsOf(parts: readonly Part[]) {
  const all = parts.flatMap(({ world: { id }, credentials }) =>
    [...(credentials?.claims ?? [])].map(([key, claim]) => ({ id, key, claim })),
  )
  const areNew = parts.filter(({ credentials }) => credentials?.areNew)
  return [
    plainArray(all.map(({ id }) => id)),
    textArray(all.map(({ key }) => key)),
    plainArray(all.map(({ claim }) => claim)),
    plainArray(areNew.map(({ world }) => world.id)),
  ]
}

/** How the worlds of these parts stand, where the statement did not keep them. */
export function standing(parts: readonly Part[]): Query {
  return {
    text: 'SELECT id, fence, n FROM worlds WHERE id = ANY($1::bigint[])',
    values: [plainArray(parts.map(({ world }) => world.id))],
  }
}

/** True where a part was kept before, by a statement whose answer did not come. */
export function isKept({ world, n }: Part, rows: readonly Row[]): boolean {
  return rows.some((row) => row.id === world.id && row.fence === world.fence && row.n === n)
}
