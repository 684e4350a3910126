// Worlds that are gone or set aside: their names are free at once, their rows go in the background.
import type { Ask, Connections } from './connections.ts'
import type { HeldWorld } from './held.ts'

/** Rows that are deleted at once. */
const DELETED = 5_000

/**
 * Frees the name of a world. What is still on its way to it is refused from then on.
 * @param aside what its rows are called from now on, where they stay
 * @throws Error where another replica has taken it
 */
export async function freeName(
  { id, fence }: HeldWorld,
  aside: string | undefined,
  { ask }: Connections,
): Promise<void> {
  const [freed] = await ask({
    text: `
      WITH w AS (
        UPDATE worlds SET name = NULL, aside = $3, fence = fence + 1, replica = NULL, wake_at = NULL
        WHERE id = $1 AND fence = $2 RETURNING id
      ), c AS (DELETE FROM credentials USING w WHERE credentials.world = w.id)
      SELECT id FROM w`,
    values: [id, fence, aside ?? null],
  })
  if (freed) return
  // The answer to a try before may not have come.
  const [left] = await ask({ text: 'SELECT name FROM worlds WHERE id = $1', values: [id] })
  if (left && left.name !== null) throw new Error('another replica has taken it meanwhile')
}

/** Deletes all rows of a world that is gone, a few at a time. */
export async function dropWorld(world: number, ask: Ask): Promise<void> {
  for (const table of ['records', 'changes']) await dropRows(world, table, ask)
  await ask({ text: 'DELETE FROM bases WHERE world = $1', values: [world] })
  await ask({ text: 'DELETE FROM worlds WHERE id = $1 AND name IS NULL', values: [world] })
}

async function dropRows(world: number, table: string, ask: Ask): Promise<void> {
  for (let isLeft = true; isLeft; ) {
    const [row] = await ask<{ deleted: number }>({
      text: `
        WITH d AS (
          DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM ${table} WHERE world = $1 LIMIT ${DELETED}
          )) RETURNING 1
        ) SELECT count(*) AS deleted FROM d`,
      values: [world],
    })
    isLeft = (row?.deleted ?? 0) > 0
  }
}

/** Worlds that are gone, and of which a process that ended has left rows. */
export async function goneWorlds(ask: Ask): Promise<number[]> {
  const rows = await ask<{ id: number }>({
    text: 'SELECT id FROM worlds WHERE name IS NULL AND aside IS NULL',
  })
  return rows.map(({ id }) => id)
}
