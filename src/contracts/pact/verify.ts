// Verifies interactions of contracts, each alone and in a world of its own, and tells them as the cases of a run.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JSON_TYPE } from '../../server/media-type.ts'
import { defined } from '../../state/defined.ts'
import { openRandom } from '../../state/random.ts'
import { exchangeResult } from '../../workflows/exchange-result.ts'
import { KeptBodies } from '../../workflows/kept.ts'
import type { CaseResult, Outcome, StepResult } from '../../workflows/result.ts'
import { toldCase } from '../../workflows/told.ts'
import { addressesOf, startFrontServer } from './front-server.ts'
import { type InteractionRun, located, openInteraction, type Verified } from './interaction-run.ts'
import { type Verdict, verdictOf } from './native-result.ts'
import { type NativeVerdict, verifyNatively } from './native-verifier.ts'
import type { Interaction } from './pact-file.ts'

export interface VerifyOptions extends Verified {
  /** The file that `findPact` has found. */
  readonly core: string
  /** How many interactions are verified at a time. */
  readonly jobs: number
  /** Draws the order in which they are verified; as they stand unless given. */
  readonly shuffle?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** By host and port, what they are told as. */
  readonly addresses: Readonly<Record<string, string>>
}

/** What is verified, and what it came to. */
interface Verification {
  readonly interaction: Interaction
  readonly run: InteractionRun
  /** Why it is not verified. */
  readonly skipped: string | undefined
}

/** Verifies them. @returns a case for each, in the order given */
export async function verifyInteractions(
  interactions: readonly Interaction[],
  options: VerifyOptions,
): Promise<CaseResult[]> {
  const titles = titlesOf(interactions)
  const all = interactions.map((interaction, at): Verification => {
    const title = `pact ${titles[at]}`
    return {
      interaction,
      run: openInteraction(interaction, title, options),
      skipped: whySkipped(interaction, options),
    }
  })
  const front = await startFrontServer(all.map(({ run }) => run))
  const folder = await mkdtemp(join(tmpdir(), 'esimulator-pact-'))
  const order = shuffled(
    all.flatMap(({ skipped }, at) => (skipped === undefined ? at : [])),
    options.shuffle,
  )
  try {
    const jobs = order.map(async (at) => {
      const file = join(folder, `${at}.json`)
      await writeFile(file, interactions[at]?.alone ?? '')
      const { slug: provider } = options.provider
      const { timeout } = options
      return { provider, pactUrls: [file], timeout, ...addressesOf(front, at) }
    })
    const { core, signal, jobs: parallel } = options
    const verdicts = await verifyNatively(await Promise.all(jobs), { core, parallel, signal })
    const byPlace = new Map(order.map((at, index) => [at, verdicts[index]]))
    return all.map((each, at) => {
      const untold = [join(folder, `${at}.json`), front.baseUrl(at)]
      return caseOf(each, byPlace.get(at), options, untold)
    })
  } finally {
    await Promise.all(all.map(({ run }) => run.close()))
    await front.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Names of the interactions, each once: those that are alike are numbered. */
function titlesOf(interactions: readonly Interaction[]): string[] {
  const count = new Map<string, number>()
  return interactions.map(({ file, consumer, description, states }) => {
    const given = states.map(({ name, params }) => name + JSON.stringify(params)).join()
    const title = [file, consumer, description, given].join('.')
    const before = count.get(title) ?? 0
    count.set(title, before + 1)
    return before === 0 ? title : `${title}.${before + 1}`
  })
}

function shuffled(places: readonly number[], shuffle: string | undefined): readonly number[] {
  if (shuffle === undefined) return places
  const random = openRandom(shuffle)
  const drawn = places.map((at) => ({ at, turn: random.integer(0, 2 ** 30) }))
  return drawn.toSorted((a, b) => a.turn - b.turn).map(({ at }) => at)
}

/** Nothing is sent for that. */
function whySkipped(interaction: Interaction, verified: Verified): string | undefined {
  const { kind, type, states, request } = interaction
  if (kind === 'other') return `${type} is neither HTTP nor a message`
  if (verified.simulator) return undefined
  if (states.length > 0) {
    const names = states.map(({ name }) => `"${name}"`).join(', ')
    return `a real endpoint has no state ${names}`
  }
  if (kind === 'message') return 'a real endpoint sends its messages when it likes'
  return request && whyForbidden(request, verified)
}

function whyForbidden(
  { method, path, body }: NonNullable<Interaction['request']>,
  verified: Verified,
): string | undefined {
  const place = located({ method, path }, verified)
  const url = `http://endpoint.invalid${place?.path ?? path}`
  const request = { method, url, body, headers: { 'content-type': JSON_TYPE } }
  return verified.forbids?.(request, place?.operation)
}

function caseOf(
  { interaction, run, skipped }: Verification,
  native: NativeVerdict | undefined,
  { addresses }: VerifyOptions,
  untold: readonly string[],
): CaseResult {
  const { states, file } = interaction
  const given = states.map(({ name, params }) =>
    Object.keys(params).length > 0 ? `${name} ${JSON.stringify(params)}` : name,
  )
  const named = {
    file,
    workflow: workflowOf(interaction),
    case: given.length > 0 ? given.join(', ') : undefined,
    place: interaction.place([]),
    inputs: {},
    outputs: {},
    callbacks: [],
  }
  if (skipped !== undefined || !native) {
    const raw = { ...named, outcome: 'skipped', duration: 0, steps: [] } as const
    return defined({ ...raw, reason: skipped })
  }
  const verdict = verdictOf(native, interaction)
  const why = run.reason() ?? verdict.reason ?? (run.wasAsked() ? undefined : NEVER_ASKED)
  const isGood = why === undefined && verdict.failures.length === 0
  const outcome = outcomeOf(isGood, interaction)
  const told = why && without(why, untold, file)
  const raw = {
    ...named,
    outcome,
    duration: verdict.duration,
    reason: outcome === 'skipped' ? pendingReason(told, verdict) : told,
    steps: [stepOf(interaction, run, verdict, isGood ? 'passed' : 'failed')],
  }
  const { world } = run
  const paths = world() === undefined ? {} : { [`/w/${world()}/`]: '/' }
  return toldCase(defined(raw), { secrets: run.secrets(), addresses: { ...addresses, ...paths } })
}

/** The verifier passes over what it cannot read, and calls that good. */
const NEVER_ASKED =
  'the verifier of Pact passed over it: look at its type, and at the version of the file'

/** What it is called where others are called after their workflow. */
function workflowOf({ consumer, description }: Interaction): string {
  return `${consumer} › ${description}`
}

/** A pending interaction may fail: it is told, and fails nothing. */
function outcomeOf(isGood: boolean, { isPending }: Interaction): Outcome {
  if (isGood) return 'passed'
  return isPending ? 'skipped' : 'failed'
}

function pendingReason(why: string | undefined, { failures }: Verdict): string {
  return `it is pending, and fails: ${why ?? failures[0]?.message}`
}

/** What changes from run to run is told as the file it is of. */
function without(text: string, untold: readonly string[], file: string): string {
  return untold.reduce((left, each) => left.replaceAll(each, file), text)
}

function stepOf(
  interaction: Interaction,
  run: InteractionRun,
  { failures, duration }: Verdict,
  outcome: Outcome,
): StepResult {
  const done = run.exchange()
  return defined({
    step: interaction.kind === 'message' ? 'message' : 'response',
    within: [workflowOf(interaction)],
    outcome,
    place: interaction.place([]),
    attempt: 1,
    duration,
    exchange: done && exchangeResult(done, done.answer, new KeptBodies()),
    failures,
  })
}
