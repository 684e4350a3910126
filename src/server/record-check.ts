// Whether records are those of a world that these providers can go on with.
import type { Simulator } from '../simulators/simulator.ts'
import { type Callback, callbacks } from '../state/callbacks.ts'
import type { AnyCollection, RecordRule, Records } from '../state/collection.ts'
import { type Fault, faults } from '../state/faults.ts'
import {
  missingRecord,
  problemSentence,
  type RecordProblem,
  recordProblems,
} from '../state/record-check.ts'
import { type ChosenSettings, chosenSettings, valueProblem } from '../state/settings.ts'
import { sharedCollections } from '../state/shared-collections.ts'
import { type SnapshotRecord, snapshotRecords } from '../state/snapshots.ts'
import { openTurns } from '../stores/turns.ts'
import { callbackKindsByName, callKindsByName } from './faults/kinds.ts'
import { ownProblem } from './faults/own-fields.ts'

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
    yield* snapshotProblems(records, collections)
    yield* settingProblems(records, simulators)
    yield* faultProblems(records)
    yield* chosenFaultProblems(records)
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

/** A fault of a kind there is not, or of an operation there is not, never happens. */
function* faultProblems(records: Records): Generator<RecordProblem, void, undefined> {
  for (const [key, record] of records.get(faults.name) ?? []) {
    const { kind, operation, own } = record as Fault
    const kinds = operation === undefined ? callbackKindsByName : callKindsByName
    const found = kinds.get(kind)
    const problem = found && ownProblem(found, own)
    if (problem !== undefined)
      yield {
        collection: faults.name,
        key,
        problem: problem.startsWith('it ') ? problem : `own.${problem}`,
      }
  }
}

/** Faults that are still to happen to a callback. */
function* chosenFaultProblems(records: Records): Generator<RecordProblem, void, undefined> {
  for (const [key, record] of records.get(callbacks.name) ?? []) {
    for (const { kind, own } of (record as Callback).faults ?? []) {
      const found = callbackKindsByName.get(kind)
      const problem = found && ownProblem(found, own)
      if (problem !== undefined)
        yield { collection: callbacks.name, key, problem: `faults.own.${problem}` }
    }
  }
}

/** What a snapshot has of a collection is held to the rules of that collection. */
function* snapshotProblems(
  records: Records,
  collections: readonly (AnyCollection | RecordRule)[],
): Generator<RecordProblem | undefined, void, undefined> {
  const kept = records.get(snapshotRecords.name) as Map<string, SnapshotRecord> | undefined
  for (const [place, { collection, key, record }] of kept ?? []) {
    if (record === undefined) continue
    const byKey = new Map([[collection, new Map([[key, record]])]])
    const rules = collections.filter(({ name }) => name === collection)
    for (const found of recordProblems(byKey, rules))
      if (found)
        yield {
          ...found,
          collection: snapshotRecords.name,
          key: place,
          problem: `record.${found.problem}`,
        }
    yield undefined
  }
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
