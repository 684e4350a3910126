// The records that are the world's own and no provider's: its identity, clock, sequences, random.
import { type Clock, checkInstant, FIXED_START, reopenedAt } from './clock.ts'
import { defineCollection, type Records } from './collection.ts'
import { LAST_INSTANT } from './instant.ts'
import { openRandom, wideHash } from './random.ts'
import type { StreamId } from './random-streams.ts'
import {
  byName,
  count,
  fields,
  flag,
  matching,
  oneOf,
  optional,
  ordinal,
  type Shape,
  text,
  whole,
} from './shape.ts'
import { isWorldName } from './world-name.ts'

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

const mode = oneOf('running', 'frozen')
const at = whole(0, LAST_INSTANT)

/** Virtual ms a wall ms: as much as the control API lets anybody choose. */
const rate: Shape<number> = (value) =>
  typeof value === 'number' && value > 0 && value <= 1e6
    ? undefined
    : 'must be a number above 0, up to 1000000'

/** A reading of the wall clock of the process that wrote it; a document has none. */
const anchor: Shape<number> = (value) =>
  value === undefined || Number.isFinite(value) ? undefined : 'must be a number'

/** Wall ms since the epoch that a date can be made of; not always whole. */
const wallInstant: Shape<number> = (value) =>
  typeof value === 'number' && value >= 0 && value <= 8.64e15 ? undefined : 'must be ms since 1970'

const INT32 = 2 ** 31
const word = whole(-INT32, INT32 - 1)

/** Where a generator stands: four 32-bit numbers; from four zeros it would never move. */
const stream: Shape<readonly number[]> = (value) =>
  Array.isArray(value) &&
  value.length === 4 &&
  value.every((each) => word(each) === undefined) &&
  value.some((each) => each !== 0)
    ? undefined
    : 'must be four 32-bit numbers, not all of them 0'

const worldName: Shape<string> = (value) =>
  typeof value === 'string' && isWorldName(value)
    ? undefined
    : 'must be 1 to 64 of A-Z a-z 0-9 . _ -'

const byId: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  world: fields<RecordOf<'world'>>({
    id: oneOf('world'),
    name: worldName,
    seed: text,
    ownSeed: optional(flag),
    start: fields<Identity['start']>({ mode, rate, at: optional(at) }),
    life: optional(ordinal),
    expiresAt: optional(wallInstant),
  }),
  clock: fields<RecordOf<'clock'>>({
    id: oneOf('clock'),
    mode,
    rate,
    at,
    anchor,
    until: optional(at),
  }),
  sequences: fields<RecordOf<'sequences'>>({ id: oneOf('sequences'), last: byName(count) }),
}

const streamRecord = fields<RecordOf<StreamId>>({
  id: matching(/^random(\/.+)?$/, '"random" or "random/<name>"') as Shape<StreamId>,
  state: stream,
})

export const worldRecords = defineCollection<WorldRecord>({
  name: 'world',
  key: (record) => record.id,
  shape(value) {
    const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined
    const own = typeof id === 'string' && Object.hasOwn(byId, id) ? byId[id] : streamRecord
    return own?.(value)
  },
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

/** What every world has one of. */
export const OWN_RECORDS = ['world', 'clock', 'sequences', 'random'] as const

/** True for a record without which no world can go on. */
export function isOwnRecord(collection: string, key: string): boolean {
  return collection === worldRecords.name && OWN_RECORDS.some((id) => id === key)
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
 * Takes records as a world's, under that name and as that life where they are given. The anchor of
 * its clock becomes `wall`: the time a world was closed did not pass in it.
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
  for (const id of OWN_RECORDS) ownRecord(records, id)

  const own = records.get(worldRecords.name)
  // What is put into a world was taken from one that showed just this.
  const { until: _, ...shown } = clock
  own?.set('clock', { ...shown, at: as ? clock.at : reopenedAt(clock), anchor: wall })
  if (as) own?.set('world', { ...identity, ...as })
  return records
}
