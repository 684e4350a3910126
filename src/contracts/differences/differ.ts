// Two sides compared, as a result from which reports are made.
import { packageVersion } from '../../server/server.ts'
import { defined } from '../../state/defined.ts'
import type { KnownDifference } from '../target-file.ts'
import { compareSides } from './compare-sides.ts'
import { withKnownDifferences } from './known-to-differ.ts'
import { mendOf, type OursIs } from './mend.ts'
import type { ComparedCase, Difference, DiffResult } from './result.ts'
import type { Side } from './side.ts'

export interface Differing {
  readonly left: Side
  readonly right: Side
  /** JSON pointers of fields that are not compared, `*` for any name or place. */
  readonly volatile: readonly string[]
  readonly known: readonly KnownDifference[]
  readonly seed: string
  /** Wall ms since the epoch at which it began, and ended. */
  readonly began: number
  readonly now: number
}

export async function differ(asked: Differing): Promise<DiffResult> {
  const { left, right, volatile, known, seed, began, now } = asked
  const compared = compareSides(left, right, volatile)
  const { operations, notCompared } = compared
  const found = withKnownDifferences(compared.differences, { known, now, operations })
  const ours = oursOf(left, right)
  const differences = found.differences.map(({ calls, ...told }): Difference => {
    return { ...told, mend: mendOf({ ...told, calls }, ours, now) }
  })
  const isBad =
    differences.some(({ state }) => state === 'new') ||
    found.known.some(({ state }) => state === 'over' || state === 'gone')
  return {
    format: 1,
    version: await packageVersion(),
    outcome: isBad ? 'failed' : 'passed',
    left: left.name,
    right: right.name,
    seed,
    startedAt: new Date(began).toISOString(),
    duration: Math.round(now - began),
    cases: compared.cases.map((each) => withPending(each, differences)),
    differences,
    known: found.known,
    notCompared,
  }
}

function oursOf(left: Side, right: Side): OursIs {
  if (left.isOurs === right.isOurs) return left.isOurs ? 'left' : undefined
  return left.isOurs ? 'left' : 'right'
}

/** A case whose differences are all known is pending. */
function withPending(compared: ComparedCase, differences: readonly Difference[]): ComparedCase {
  if (compared.outcome !== 'different') return compared
  const own = differences.filter(({ places }) =>
    places.some((place) => place.case === compared.title),
  )
  const isPending = own.every(({ state }) => state === 'pending')
  return defined({ ...compared, outcome: isPending ? 'pending' : 'different' }) as ComparedCase
}
