// Makes a workflow of what was played by hand: drafted, tried with other seeds, and held to what stays the same.
import type { WorldClient } from '../../control/world-client.ts'
import type { RunResult } from '../result.ts'
import { type Draft, draftOf, refsIn } from './draft.ts'
import { factsOf } from './facts.ts'
import { namesId, type Ref } from './origins.ts'
import { type Played, playedIn, type Since } from './played.ts'
import { documentOf, type Rendering } from './render.ts'
import { demandOf, type KnownRef } from './stable.ts'
import {
  LAST_SEEDS,
  runsOf,
  SEEDS,
  type Trial,
  type TrialOptions,
  trialOf,
  worthOf,
} from './trial.ts'
import { textOf } from './yaml-text.ts'

export interface RecordOptions extends TrialOptions {
  readonly since: Since | undefined
  /** The number of the last exchange; up to now unless given. */
  readonly until?: number | undefined
  readonly workflowId: string
  /** Of the world, for the summary. */
  readonly world: string
  /** Where the schema of the language is, as an editor finds it from the file. */
  readonly schema: string
}

export interface Recording {
  /** The file. */
  readonly text: string
  /** What it does not do as it was played, and what is not in it: sentences. */
  readonly notes: readonly string[]
  /** True where the file passes with other seeds. */
  readonly passes: boolean
  /** How many steps it has. */
  readonly steps: number
}

/** So many steps a run may take. */
export const MOST_STEPS = 1000

/** Nothing was played, or too much for one file. */
export class NothingToRecord extends Error {}

/**
 * Records what was played in a world.
 * @throws NothingToRecord, ControlError, NoAnswer
 */
export async function record(client: WorldClient, options: RecordOptions): Promise<Recording> {
  const played = await playedIn(client, options.since, options.until)
  if (played.calls.length === 0) {
    const how = 'call a provider or move the clock first, or name another world with --world'
    const why = played.notes.length > 0 ? ` (${played.notes.join('; ')})` : ''
    throw new NothingToRecord(`nothing was played in the world "${options.world}": ${how}${why}`)
  }
  const isWhole = options.since === undefined && options.until === undefined
  const draft = await draftOf(played, await factsOf(client, played.calls, isWhole))
  if (draft.steps.length > MOST_STEPS)
    throw new NothingToRecord(
      `that are ${draft.steps.length} steps, and a run makes at most ${MOST_STEPS}: begin later, with --since`,
    )
  const about = aboutOf(played, options)
  const trials = await triedOf(draft, { ...options, about })
  const rendering = judgedBy(trials, draft)
  const text = textOf(documentOf(draft, { ...about, ...rendering }), options.schema)
  const runs = await runsOf(text, LAST_SEEDS, options)
  const failures = failuresOf(runs, draft)
  return {
    text,
    notes: [...played.notes, ...failures],
    passes: failures.length === 0,
    steps: draft.steps.length,
  }
}

type About = Pick<Rendering, 'workflowId' | 'title' | 'summary'>

function aboutOf({ calls }: Played, { workflowId, world }: RecordOptions): About {
  const counts = new Map<string, number>()
  for (const { source } of calls) counts.set(source.name, (counts.get(source.name) ?? 0) + 1)
  const told = [...counts].map(([name, count]) => `${count} of ${name === 'sim' ? '/_sim' : name}`)
  return {
    workflowId,
    title: `Recorded in the world ${world}`,
    summary: `What was played by hand - calls ${told.join(', ')}`,
  }
}

/** Runs the draft with other seeds; whatever is answered, it goes on. */
async function triedOf(
  draft: Draft,
  options: RecordOptions & { readonly about: About },
): Promise<readonly Trial[]> {
  const anything = { criteria: [{ condition: '$statusCode == null || $statusCode >= 0' }] }
  const document = documentOf(draft, {
    ...options.about,
    isConstant: () => false,
    demand: () => anything,
  })
  const runs = await runsOf(textOf(document, options.schema), SEEDS, options)
  return runs.map(trialOf)
}

/** What is constant, and what is demanded of each step, as the trials have it. */
function judgedBy(
  trials: readonly Trial[],
  { steps }: Draft,
): Pick<Rendering, 'isConstant' | 'demand'> {
  const triedIn = (position: number) => trials.map((trial) => trial.get(steps[position]?.id ?? ''))
  const worth = (ref: Ref) => triedIn(ref.step).map((tried) => worthOf(ref, tried))
  // An id that a call gave is that of this call, even where every seed gives the same one.
  const isMinted = (ref: Ref) => namesId(ref) && steps[ref.step]?.operation.method !== 'GET'
  const isConstant = (ref: Ref) =>
    !isMinted(ref) && worth(ref).every((each) => String(each) === String(ref.value))
  const refs = steps.flatMap(({ link, parameters, body }) =>
    refsIn([link, parameters, body?.payload]),
  )
  const varying = refs.filter((ref) => !isConstant(ref))
  return {
    isConstant,
    demand(step, position) {
      const earlier = new Map<string, KnownRef[]>()
      const own = new Set<string>()
      for (const ref of varying) {
        if (ref.step === position && 'pointer' in ref.from) own.add(ref.from.pointer.join('/'))
        if (ref.step >= position) continue
        const same = earlier.get(String(ref.value)) ?? []
        same.push({ ref, worth: worth(ref) })
        earlier.set(String(ref.value), same)
      }
      return demandOf(step, triedIn(position), { earlier, own })
    },
  }
}

/** Why the file does not pass: a sentence for each step that fails. */
function failuresOf(runs: readonly RunResult[], { steps }: Draft): string[] {
  const told = new Set<string>()
  for (const { cases } of runs)
    for (const { outcome, reason, steps: made } of cases) {
      if (outcome === 'passed') continue
      const failed = made.find((each) => each.failures.length > 0)
      const what = steps.find(({ id }) => id === failed?.step)?.what
      const why = failed?.failures.map(({ message }) => message).join('; ') ?? reason
      told.add(`the step ${failed?.step} (${what}) does not go as it was played: ${why}`)
    }
  return [...told].slice(0, 3)
}
