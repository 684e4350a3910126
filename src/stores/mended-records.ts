// Records of a damaged world made ones that a world can go on with.
import type { Records } from '../state/collection.ts'
import { credentials } from '../state/credentials.ts'
import { openRandom } from '../state/random.ts'
import type { RecordProblem } from '../state/record-check.ts'
import { type Identity, ownRecord, seedText, worldRecords } from '../state/world-records.ts'
import { UNKNOWN_LIVES } from './removed-lives.ts'

/** Finds what is wrong with records; `undefined` in between is nothing. */
export type ProblemsOf = (records: Records) => Iterable<RecordProblem | undefined>

/** All that is wrong with records. */
function problemsIn(records: Records, problemsOf: ProblemsOf): RecordProblem[] {
  return [...problemsOf(records)].filter((problem) => problem !== undefined)
}

/** Further than any claim goes: whoever has a credential keeps it before a copy does. */
const LAST_CLAIM = 1_000_000

/**
 * Mends records in place, as those of a world of this name: what is no record goes, and a random
 * stream begins anew where it is lost. It is another life: nobody knows what left the one before.
 * Under another name than it had, it is a copy.
 * @returns how many records had to go; `undefined` where no world is left
 */
export function mendRecords(
  records: Records,
  name: string,
  problemsOf: ProblemsOf,
): number | undefined {
  const own = records.get(worldRecords.name)
  const identity = own?.get('world') as ({ readonly id: 'world' } & Identity) | undefined
  if (!own || !identity) return undefined
  const life = (Number.isSafeInteger(identity.life) ? (identity.life ?? 1) : 1) + UNKNOWN_LIVES
  own.set('world', { ...identity, name, life })
  if (identity.name !== name) claimLast(records)

  let gone = 0
  for (
    let found = problemsIn(records, problemsOf);
    found.length > 0;
    found = problemsIn(records, problemsOf)
  )
    for (const { collection, key } of found) {
      const isOwn = collection === worldRecords.name
      const isMended = isOwn ? mendOwn(records, key) : records.get(collection)?.delete(key)
      if (!isMended) return undefined
      if (!isOwn) gone += 1
    }
  return gone
}

/** @returns false for what cannot be made again */
function mendOwn(records: Records, key: string): boolean {
  if (!/^random(\/|$)/.test(key)) return false
  const identity = ownRecord(records, 'world')
  const state = openRandom(`${seedText(identity)}/${key}/${identity.life}`).state()
  records.get(worldRecords.name)?.set(key, { id: key, state })
  return true
}

function claimLast(records: Records): void {
  const byKey = records.get(credentials.name)
  for (const [key, credential] of byKey ?? []) byKey?.set(key, { ...credential, claim: LAST_CLAIM })
}
