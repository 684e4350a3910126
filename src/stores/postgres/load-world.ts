// Reads a world: its records as of its base, piece by piece, and the commits since.
import type { Change, Records } from '../../state/collection.ts'
import { BrokenWorld, type KeptStep, type StepChanges } from '../store.ts'
import { openTurns, type Turns } from '../turns.ts'
import type { Ask, Connections } from './connections.ts'
import type { KeptCommit } from './history-depth.ts'
import { unspell } from './spelling.ts'

/** How many records a piece begins with, and how many characters it should have. */
const FIRST_PIECE = 500
const LONGEST_PIECE = 524_288
const MOST_RECORDS = 4_000

/** Rows of commits that are read at once. */
const COMMITS = 100

export interface LoadedWorld {
  readonly records: Records
  /** The number of its last commit; 0 where nothing was written yet. */
  readonly n: number
  /** Those that are not in the base. */
  readonly commits: readonly KeptCommit[]
  /** Those of them that belong to a step, in their order. */
  readonly steps: readonly StepChanges[]
  /** The life whose records count. */
  readonly life: number
}

/**
 * Reads a world as it is kept now, in turns.
 * @throws BrokenWorld where what is kept makes no world
 */
export function loadWorld(id: number, connections: Connections): Promise<LoadedWorld> {
  return connections.transaction(
    (ask) => new Loading(id, ask).all(),
    'ISOLATION LEVEL REPEATABLE READ READ ONLY',
  )
}

interface Piece {
  readonly records: string
  readonly count: number
  readonly n: number
  readonly at: number
}

interface CommitRow {
  readonly n: number
  readonly first: number
  readonly replaces: boolean
  readonly changes: string
  readonly step: number | null
  readonly cause: unknown
  readonly at: number | null
}

/** A class, since its steps work on the same few things. */
class Loading {
  readonly #id: number
  readonly #ask: Ask
  readonly #turns: Turns = openTurns()
  readonly #records: Records = new Map()
  readonly #commits: KeptCommit[] = []
  readonly #steps: { step: KeptStep; changes: Change[]; n: number }[] = []

  constructor(id: number, ask: Ask) {
    this.#id = id
    this.#ask = ask
  }

  async all(): Promise<LoadedWorld> {
    const [stand] = await this.#ask<{ n: number; base: number; life: number; anew: number | null }>(
      {
        text: `
        SELECT w.n, coalesce(b.n, 0) AS base, coalesce(b.life, 0) AS life,
          (SELECT max(n) FROM changes WHERE world = w.id AND replaces) AS anew
        FROM worlds w LEFT JOIN bases b ON b.world = w.id WHERE w.id = $1`,
        values: [this.#id],
      },
    )
    const { n = 0, base = 0, life = 0, anew } = stand ?? {}
    // Where it began anew since, what was kept before does not count.
    const isAnew = typeof anew === 'number' && anew > base
    if (!isAnew) await this.#readBase(life)
    const last = await this.#replay(isAnew ? anew - 1 : base)
    if (last !== n)
      throw new BrokenWorld(
        `it had ${n} commits, and what is kept of them ends at ${last}: rows are missing`,
      )
    return { records: this.#records, n, commits: this.#commits, steps: this.#steps, life }
  }

  /** Reads the records of a life, the next piece on its way while one is taken in. */
  async #readBase(life: number): Promise<void> {
    let size = FIRST_PIECE
    let asked = this.#piece(life, { n: -1, at: 0 }, size)
    for (let piece = await asked; piece.count > 0; piece = await asked) {
      if (piece.records.length < LONGEST_PIECE / 2) size = Math.min(size * 2, MOST_RECORDS)
      if (piece.records.length > LONGEST_PIECE) size = Math.ceil(size / 2)
      asked = this.#piece(life, piece, size)
      // Taken in meanwhile, it may not fail unseen.
      asked.catch(() => {})
      this.#takeIn(parse(piece.records))
      await this.#turns.over()
    }
  }

  async #piece(life: number, { n, at }: Pick<Piece, 'n' | 'at'>, size: number): Promise<Piece> {
    const [piece] = await this.#ask<Piece>({
      name: 'read-records',
      text: `
        SELECT count(*) AS count, max(n) AS n, (array_agg(at ORDER BY n DESC, at DESC))[1] AS at,
          '[' || string_agg(
            CASE WHEN collection = before THEN '0,"' ELSE '"' || collection || '","' END
            || key || '",' || record, ','
          ) || ']' AS records
        FROM (
          SELECT *, lag(collection) OVER (ORDER BY n, at) AS before FROM (
            SELECT collection, key, record, n, at FROM records
            WHERE world = $1 AND life = $2 AND (n, at) > ($3, $4)
            ORDER BY n, at LIMIT $5
          ) AS page
        ) AS r`,
      values: [this.#id, life, n, at, size],
    })
    return piece ?? { records: '[]', count: 0, n, at }
  }

  /** @param flat collection (0: the one before), key and record, one after the other */
  #takeIn(flat: readonly unknown[]): void {
    let byKey = new Map<string, object>()
    for (let at = 0; at + 2 < flat.length; at += 3) {
      const collection = flat[at]
      if (typeof collection === 'string') byKey = this.#byKey(collection)
      byKey.set(flat[at + 1] as string, flat[at + 2] as object)
    }
  }

  /** Applies the commits behind `n`. @returns the number of the last one */
  async #replay(n: number): Promise<number> {
    let last = { n, first: Number.MAX_SAFE_INTEGER }
    for (let rows = await this.#rowsAfter(last); rows.length > 0; ) {
      for (const row of rows) {
        if (row.n !== last.n && row.n !== last.n + 1)
          throw new BrokenWorld(`commit ${last.n + 1} of it is missing`)
        this.#apply(row)
        last = row
        await this.#turns.over()
      }
      rows = await this.#rowsAfter(last)
    }
    return last.n
  }

  #rowsAfter({ n, first }: Pick<CommitRow, 'n' | 'first'>): Promise<CommitRow[]> {
    return this.#ask<CommitRow>({
      name: 'read-commits',
      text: `
        SELECT n, first, replaces, changes::text AS changes, step, cause, at FROM changes
        WHERE world = $1 AND n >= $2 AND (n, first) > ($2, $3) ORDER BY n, first LIMIT ${COMMITS}`,
      values: [this.#id, n, Math.min(first, 2 ** 31 - 1)],
    })
  }

  #apply({ n, first, replaces, changes: text, step, cause, at }: CommitRow): void {
    if (replaces && first === 0) {
      this.#records.clear()
      this.#steps.length = 0
    }
    const changes = (parse(text) as [string, string, object | null][]).map(
      ([name, spelled, record]) =>
        this.#write(unspell(name), unspell(spelled), record ?? undefined),
    )
    this.#commits.push({ n, length: text.length, replaces, step: step ?? undefined })
    if (step === null) return
    const last = this.#steps.at(-1)
    if (last?.n === n) last.changes.push(...changes)
    else this.#steps.push({ n, step: { id: step, cause, at: at ?? 0 }, changes })
  }

  #write(collection: string, key: string, after: object | undefined): Change {
    const byKey = this.#byKey(collection)
    const before = byKey.get(key)
    if (after) byKey.set(key, after)
    else byKey.delete(key)
    return { collection, key, before, after }
  }

  #byKey(collection: string): Map<string, object> {
    const byKey = this.#records.get(collection) ?? new Map<string, object>()
    this.#records.set(collection, byKey)
    return byKey
  }
}

/** @throws BrokenWorld */
function parse(text: string): unknown[] {
  try {
    return JSON.parse(text)
  } catch {
    throw new BrokenWorld('rows of it are no JSON')
  }
}
