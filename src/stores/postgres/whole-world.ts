// A large world that begins anew: its records are written row by row as another life, and that counts at once.
import { type Credential, credentials } from '../../state/credentials.ts'
import type { RecordsView } from '../../state/record-view.ts'
import { openTurns } from '../turns.ts'
import { everyRecord } from './change-rows.ts'
import type { Ask, Connections } from './connections.ts'
import type { Whole } from './queued-world.ts'
import { spell } from './spelling.ts'
import { plainArray, textArray } from './text-array.ts'

/** Records and characters that are written at once. */
const ROWS = 2_000
const LENGTH = 1_048_576

const INSERT = `
  INSERT INTO records (world, life, collection, key, n, at, record)
  SELECT $1, $2, r.collection, r.key, $3, $4 + r.place, r.record::json
  FROM unnest($5::text[], $6::text[], $7::text[]) WITH ORDINALITY AS r(collection, key, record, place)`

/**
 * Writes a world as it stood, as a new life. Until all of it is there it is as it was, for whoever
 * reads it.
 * @returns false where it is no longer ours: nothing of it counts
 */
export async function writeWhole(
  whole: Whole,
  life: number,
  connections: Connections,
): Promise<boolean> {
  await writeRows(whole, life, connections.ask)
  const held = heldCredentials(whole.view)
  return connections.transaction((ask) => switchTo(whole, life, held, ask))
}

/** A life that no world has had. */
export async function newLife(ask: Ask): Promise<number> {
  const [row] = await ask<{ life: number }>({ text: `SELECT nextval('lives') AS life` })
  return row?.life ?? 0
}

async function writeRows({ world, n, view }: Whole, life: number, ask: Ask): Promise<void> {
  const turns = openTurns()
  let rows: { collection: string; key: string; record: string }[] = []
  let length = 0
  let written = 0

  async function flush(): Promise<void> {
    const lists = [
      textArray(rows.map(({ collection }) => collection)),
      textArray(rows.map(({ key }) => key)),
      textArray(rows.map(({ record }) => record)),
    ]
    await ask({
      name: 'write-rows',
      text: INSERT,
      values: [world.id, life, n, written, ...lists],
    })
    written += rows.length
    rows = []
    length = 0
  }

  for (const { collection, key, after } of everyRecord(view)) {
    if (world.over) return
    const record = JSON.stringify(after)
    rows.push({ collection: spell(collection), key: spell(key), record })
    length += record.length
    if (rows.length >= ROWS || length > LENGTH) await flush()
    else {
      const over = turns.over()
      if (over) await over
    }
  }
  if (rows.length > 0) await flush()
}

/** A credential by its key as it is spelled, and its claim. */
type Held = readonly (readonly [key: string, claim: number])[]

function heldCredentials(view: RecordsView): Held {
  return view.keys(credentials.name).map((key) => {
    const credential = view.get(credentials.name, key) as Credential | undefined
    return [spell(key), credential?.claim ?? 0] as const
  })
}

/** Has a life count from commit `n` on. @returns false where the world is no longer ours */
async function switchTo(
  { world: { id, fence }, before, n }: Whole,
  life: number,
  held: Held,
  ask: Ask,
): Promise<boolean> {
  const [ours] = await ask({
    text: 'UPDATE worlds SET n = $4 WHERE id = $1 AND fence = $2 AND n IN ($3, $4) RETURNING id',
    values: [id, fence, before, n],
  })
  if (!ours) return false
  await ask({
    text: `INSERT INTO bases (world, life, n) VALUES ($1, $2, $3)
           ON CONFLICT (world) DO UPDATE SET life = excluded.life, n = excluded.n`,
    values: [id, life, n],
  })
  await ask({ text: 'DELETE FROM changes WHERE world = $1 AND n <= $2', values: [id, n] })
  await ask({ text: 'DELETE FROM credentials WHERE world = $1', values: [id] })
  await ask({
    text: `INSERT INTO credentials (world, key, claim)
           SELECT $1, c.key, c.claim FROM unnest($2::text[], $3::bigint[]) AS c(key, claim)`,
    values: [id, textArray(held.map(([key]) => key)), plainArray(held.map(([, claim]) => claim))],
  })
  return true
}

/** Rows that are deleted at once. */
const DELETED = 5_000

/**
 * Deletes the rows of lives of a world that do not count and were begun before `until`, a few at a
 * time.
 * @param life the one that counts
 */
export async function dropLives(
  world: number,
  life: number,
  until: number,
  ask: Ask,
): Promise<void> {
  for (let isLeft = true; isLeft; ) {
    const [row] = await ask<{ deleted: number }>({
      text: `
        WITH d AS (
          DELETE FROM records WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM records WHERE world = $1 AND life <> $2 AND life < $3 LIMIT ${DELETED}
          )) RETURNING 1
        ) SELECT count(*) AS deleted FROM d`,
      values: [world, life, until],
    })
    isLeft = (row?.deleted ?? 0) > 0
  }
}
