// The records that are the world's own and no provider's: its identity, clock, sequences, random.
import { type Clock, checkInstant, FIXED_START, reopenedAt } from './clock.ts'
import { defineCollection, type Records } from './collection.ts'
import { openRandom, wideHash } from './random.ts'
import type { StreamId } from './random-streams.ts'

/** What a world is told at its creation, and goes back to when it is reset. */
export interface Identity {
  readonly name: string
  readonly seed: string
  /**
   * True where the seed was chosen for this world: it alone then decides what
   * is random there.
   */
  readonly ownSeed?: boolean
  /** How its clock began; without `at`, at the moment of the beginning. */
  readonly start: { readonly mode: Clock['mode']; readonly rate: number; readonly at?: number }
  /**
   * Which life of the world this is, the first where absent: each reset, each state that is put into
   * it and each world made under the name of a removed one begins another.
   */
  readonly life?: number
  /** Wall ms since the epoch until which it is kept, where that is bounded. */
  readonly expiresAt?: number
}

/**
 * What is random in a world derives from this: its seed, and its name where the
 * seed is shared.
 */
export function seedText({ name, seed, ownSeed = false }: Identity): string {
  return ownSeed ? seed : `${name}/${seed}`
}

/**
 * Tells one life of one world from every other, as 16 hexadecimal digits: ids that leave the world
 * begin with it where their receivers take an id they have seen for the same message once more.
 * Two simulators with one seed, each new, have the same.
 */
export function lifeMark({ name, seed, life = 1 }: Identity): string {
  return wideHash(`${name}/${life}/${seed}`)
}

/** One record of each of these; of the streams, one of each that was drawn from. */
export type WorldRecord =
  | ({ readonly id: 'world' } & Identity)
  | ({ readonly id: 'clock' } & Clock)
  | { readonly id: 'sequences'; readonly last: Readonly<Record<string, number>> }
  | { readonly id: StreamId; readonly state: readonly number[] }

export const worldRecords = defineCollection<WorldRecord>({
  name: 'world',
  key: (record) => record.id,
})

/** The records of a new, empty world. */
export function emptyWorld(identity: Identity, wall: number): Records {
  const { mode, rate, at = mode === 'running' ? Math.floor(wall) : FIXED_START } = identity.start
  const own: WorldRecord[] = [
    { id: 'world', ...identity },
    { id: 'clock', mode, rate, at, anchor: wall },
    { id: 'random', state: openRandom(seedText(identity)).state() },
    { id: 'sequences', last: {} },
  ]
  const byId = new Map<string, object>(own.map((record) => [record.id, record]))
  return new Map([[worldRecords.name, byId]])
}

type RecordOf<Id extends WorldRecord['id']> = Extract<WorldRecord, { id: Id }>

// What stands under an id is said once, by the type of the records: hence the cast.
function find<Id extends WorldRecord['id']>(records: Records, id: Id): RecordOf<Id> | undefined {
  return records.get(worldRecords.name)?.get(id) as RecordOf<Id> | undefined
}

/** One of a world's own records. @throws Error where it is missing */
export function ownRecord<Id extends WorldRecord['id']>(records: Records, id: Id): RecordOf<Id> {
  const record = find(records, id)
  if (!record) throw new Error(`the state has no record "${id}" in its collection "world"`)
  return record
}

/**
 * Where a random stream stood when it was last kept; absent for one that was
 * never drawn from.
 */
export function streamState(records: Records, id: StreamId): readonly number[] | undefined {
  return find(records, id)?.state
}

/**
 * Takes records as a world's, under that name and as that life where they are given. The anchor of its clock becomes
 * `wall`: the time a world was closed did not pass in it.
 * @throws Error where they are no world's, or its clock shows what no clock may
 */
export function takeRecords(
  records: Records,
  wall: number,
  as?: Required<Pick<Identity, 'name' | 'life'>>,
): Records {
  const clock = ownRecord(records, 'clock')
  checkInstant(clock.at)
  const identity = ownRecord(records, 'world')
  for (const id of ['sequences', 'random'] as const) ownRecord(records, id)

  const own = records.get(worldRecords.name)
  // What is put into a world was taken from one that showed just this.
  const { until: _, ...shown } = clock
  own?.set('clock', { ...shown, at: as ? clock.at : reopenedAt(clock), anchor: wall })
  if (as) own?.set('world', { ...identity, ...as })
  return records
}
