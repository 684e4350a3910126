// What a target file says is known of differences: pending until its day, and worth telling once it is gone.
import { defined } from '../../state/defined.ts'
import type { KnownDifference } from '../target-file.ts'
import type { FoundDifference } from './compare-sides.ts'
import { DIFFERENCE_KINDS, type Difference, type KnownOutcome } from './result.ts'

/** What is known of differences, and when. */
export interface KnownToDiffer {
  readonly known: readonly KnownDifference[]
  /** Ms since the epoch. */
  readonly now: number
  /** `METHOD /path` of what was compared: of the rest nobody can say that it is gone. */
  readonly operations: ReadonlySet<string>
}

export function withKnownDifferences(
  differences: readonly FoundDifference[],
  { known, now, operations }: KnownToDiffer,
) {
  const own = known.filter(({ where }) => isOfDifferences(where))
  const told = differences.map(
    (difference): FoundDifference & Pick<Difference, 'state' | 'reason'> => {
      const found = own.find((each) => isAbout(each, difference) && !isOver(each, now))
      return found
        ? { ...difference, state: 'pending', reason: found.reason }
        : { ...difference, state: 'new' }
    },
  )
  const outcomes = own.map((each): KnownOutcome => {
    const { where, reason, until } = each
    const isThere = differences.some((difference) => isAbout(each, difference))
    const state = stateOf(each, { isThere, isOver: isOver(each, now), operations })
    return defined({ where, reason, until, state, message: SAYS[state](where, until) })
  })
  return { differences: told, known: outcomes }
}

const SAYS: Readonly<
  Record<KnownOutcome['state'], (where: string, until: string | undefined) => string>
> = {
  pending: (where) => `${where} differs, as is known`,
  over: (where, until) => `${where} was to be mended by ${until}: mend it, or give another day`,
  gone: (where) => `${where} no longer differs: take it out of "known" of the target file`,
  'not-compared': (where) => `${where} was not compared`,
}

interface Seen {
  readonly isThere: boolean
  readonly isOver: boolean
  readonly operations: ReadonlySet<string>
}

function stateOf({ where }: KnownDifference, seen: Seen): KnownOutcome['state'] {
  if (seen.isThere) return seen.isOver ? 'over' : 'pending'
  const operation = OPERATION.exec(where)?.[0]
  const isCompared =
    operation === undefined ? seen.operations.size > 0 : seen.operations.has(operation)
  return isCompared ? 'gone' : 'not-compared'
}

const OPERATION = /[A-Z]+ \/\S*/

/** Names of checks of `run` alone stand in the same list, and are none of these. */
function isOfDifferences(where: string): boolean {
  const [first = ''] = where.split(' ')
  return DIFFERENCE_KINDS.some((kind) => kind === first) || /^[A-Z]+$/.test(first)
}

function isAbout({ where }: KnownDifference, difference: FoundDifference): boolean {
  const { kind, operation = '', pointer, header } = difference
  const place = header ?? pointer ?? ''
  const names = [kind, operation, `${kind} ${operation}`, `${operation} ${place}`, difference.where]
  return names.map((each) => each.trim()).includes(where.trim())
}

/** It holds up to the end of its day, UTC. */
function isOver({ until }: KnownDifference, now: number): boolean {
  return until !== undefined && now >= Date.parse(until) + 86_400_000
}
