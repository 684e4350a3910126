// Commits as rows of the table `changes`: their changes as JSON, a large commit in several rows.
import type { Change } from '../../state/collection.ts'
import { type Credential, credentials } from '../../state/credentials.ts'
import type { RecordsView } from '../../state/record-view.ts'
import type { KeptStep } from '../store.ts'
import { openTurns } from '../turns.ts'
import { spell } from './spelling.ts'

/** About how many characters a row has at most, unless one record has more. */
const LONGEST = 1_048_576

/** A record as a change leaves it; absent where it was deleted. */
export type Written = Pick<Change, 'collection' | 'key' | 'after'>

export interface ChangeRow {
  readonly n: number
  /** The number of its first change in its commit, from 0. */
  readonly first: number
  readonly replaces: boolean
  readonly text: string
  readonly step: KeptStep | undefined
}

/** One commit, or the whole world as one. */
export interface Commit {
  readonly n: number
  readonly replaces: boolean
  readonly changes: Iterable<Written>
  step: KeptStep | undefined
}

/** All records of a world as changes. */
export function* everyRecord(view: RecordsView): Generator<Written, void, undefined> {
  for (const collection of view.collections)
    for (const key of view.keys(collection)) {
      const after = view.get(collection, key)
      if (after) yield { collection, key, after }
    }
}

/** Renders a commit in turns. */
export async function changeRows({ n, replaces, changes, step }: Commit): Promise<ChangeRow[]> {
  const rows: ChangeRow[] = []
  const turns = openTurns()
  let texts: string[] = []
  let length = 0
  let first = 0

  function endRow(): void {
    rows.push({ n, first, replaces, text: `[${texts.join(',')}]`, step })
    first += texts.length
    texts = []
    length = 0
  }

  for (const change of changes) {
    const text = changeText(change)
    if (texts.length > 0 && length + text.length > LONGEST) endRow()
    texts.push(text)
    length += text.length
    const over = turns.over()
    if (over) await over
  }
  if (texts.length > 0 || rows.length === 0) endRow()
  return rows
}

function changeText({ collection, key, after }: Written): string {
  const record = after === undefined ? 'null' : JSON.stringify(after)
  return `[${JSON.stringify(spell(collection))},${JSON.stringify(spell(key))},${record}]`
}

/** What commits make of the credentials of a world. */
export interface CredentialChanges {
  /** True where those it had before are gone. */
  readonly areNew: boolean
  /** The claim of each by its key as it is spelled; `undefined` where it is gone. */
  readonly claims: ReadonlyMap<string, number | undefined>
}

/** What all these commits together make of the credentials; `undefined` where nothing. */
export function credentialChanges(commits: readonly Commit[]): CredentialChanges | undefined {
  const claims = new Map<string, number | undefined>()
  let areNew = false
  for (const { replaces, changes } of commits) {
    if (replaces) {
      areNew = true
      claims.clear()
    }
    for (const { collection, key, after } of changes)
      if (collection === credentials.name)
        claims.set(spell(key), after && ((after as Credential).claim ?? 0))
  }
  return areNew || claims.size > 0 ? { areNew, claims } : undefined
}
