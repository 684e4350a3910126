// Whether records are those of a world that these providers can go on with.
import type { Simulator } from '../simulators/simulator.ts'
import type { Records } from '../state/collection.ts'
import {
  missingRecord,
  problemSentence,
  type RecordProblem,
  recordProblems,
} from '../state/record-check.ts'
import { type ChosenSettings, chosenSettings, valueProblem } from '../state/settings.ts'
import { sharedCollections } from '../state/shared-collections.ts'
import { openTurns } from '../stores/turns.ts'

/**
 * Finds what is wrong with records, one after the other; a missing one comes last. `undefined` comes
 * in between, whenever something else may be done.
 */
export type RecordCheck = (records: Records) => Iterable<RecordProblem | undefined>

/** The check of worlds of these providers. */
export function recordCheck(simulators: readonly Simulator[]): RecordCheck {
  const collections = [
    ...sharedCollections,
    ...simulators.flatMap(({ collections = [], narrower = [] }) => [...collections, ...narrower]),
  ]
  return function* problems(records) {
    yield* recordProblems(records, collections)
    yield* settingProblems(records, simulators)
    const missing = missingRecord(records)
    if (missing) yield missing
  }
}

/** What is wrong with records, in a sentence; `undefined` where nothing is. Looked for in turns. */
export async function firstProblem(
  check: RecordCheck,
  records: Records,
): Promise<string | undefined> {
  const turns = openTurns()
  for (const problem of check(records)) {
    if (problem) return problemSentence(problem)
    await turns.over()
  }
  return undefined
}

/** A setting that is no longer there does no harm, and may be one of a later version. */
function* settingProblems(
  records: Records,
  simulators: readonly Simulator[],
): Generator<RecordProblem, void, undefined> {
  for (const { slug, settings } of simulators) {
    const chosen = records.get(chosenSettings.name)?.get(slug)
    const values = Object.entries((chosen as ChosenSettings | undefined)?.values ?? {})
    for (const [name, value] of values) {
      const problem = valueProblem(settings, name, value)
      if (problem !== undefined)
        yield { collection: chosenSettings.name, key: slug, problem: `values.${name} ${problem}` }
    }
  }
}
