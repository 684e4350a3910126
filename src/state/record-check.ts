// Records that come from outside, held to the shapes of their collections.
import type { AnyCollection, RecordRule, Records } from './collection.ts'
import { shownKey } from './credentials.ts'
import { OWN_RECORDS, worldRecords } from './world-records.ts'

/** A record that will not do. */
export interface RecordProblem {
  readonly collection: string
  readonly key: string
  /** What is wrong with it, as in `serial must be a whole number from 0`. */
  readonly problem: string
}

/** Keys are quoted up to here: one can be as long as a body. */
const QUOTED = 100

/** The sentence that tells of a problem. */
export function problemSentence({ collection, key, problem }: RecordProblem): string {
  const shown = shownKey(collection, key)
  const short = shown.length > QUOTED ? `${shown.slice(0, QUOTED)}...` : shown
  return `the record "${short}" in "${collection}": ${problem}`
}

/** Records that are looked at between two breaths: the largest orders are some of a millisecond. */
const A_FEW = 50

/**
 * What is wrong with the records of a world, one record after the other, without those of
 * collections nobody here knows: nobody here reads them either. `undefined` comes every few records:
 * whoever looks may do something else then.
 */
export function* recordProblems(
  records: Records,
  collections: Iterable<AnyCollection | RecordRule>,
): Generator<RecordProblem | undefined, void, undefined> {
  let seen = 0
  for (const collection of collections) {
    const { name, shape } = collection
    const keyOf = 'key' in collection ? collection.key : undefined
    for (const [key, record] of records.get(name) ?? []) {
      seen += 1
      if (seen % A_FEW === 0) yield undefined
      const problem = shape(record)
      if (problem !== undefined) {
        yield { collection: name, key, problem }
        continue
      }
      // Of the right shape, it is a record of this collection.
      const place = keyOf?.(record as never) ?? key
      if (place !== key)
        yield { collection: name, key, problem: `belongs under "${shownKey(name, place)}"` }
    }
  }
}

/** The first of its own records that a world lacks: without any of them it cannot go on. */
export function missingRecord(records: Records): RecordProblem | undefined {
  const own = records.get(worldRecords.name)
  const key = OWN_RECORDS.find((id) => !own?.has(id))
  if (key === undefined) return undefined
  return { collection: worldRecords.name, key, problem: 'is missing' }
}
