// Trial runs of a draft with other seeds: what is the same in all of them is no accident of one.
import { isJson } from '../../server/media-type.ts'
import { defined } from '../../state/defined.ts'
import { compileText } from '../compile.ts'
import { pointedAt } from '../expressions.ts'
import type { CaseResult, ExchangeResult, RunResult } from '../result.ts'
import { planned, runCases, withReceiver } from '../runner.ts'
import type { Target } from '../session.ts'
import { beginningOf } from './cut-json.ts'
import type { Ref } from './origins.ts'

/** Makes a target whose worlds have this seed. */
export type TargetFor = (seed: string) => Target

export interface TrialOptions {
  readonly targetFor: TargetFor
  /** URL of what takes callbacks. */
  readonly receiver: string
  /** Breaks them off. */
  readonly signal?: AbortSignal
}

/** What a step came to in a trial; `null` where no answer came. */
export interface Tried {
  readonly status: number | null
  readonly headers: Readonly<Record<string, string>>
  readonly json: unknown
}

/** What each step that was made came to, by its id. */
export type Trial = ReadonlyMap<string, Tried>

/** Seeds of trials; none that a user would choose. */
export const SEEDS = ['record-1', 'record-2', 'record-3']

/** Seeds of the last runs: that the file passes with what nothing was taken from is its proof. */
export const LAST_SEEDS = ['record-4', 'record-5']

/** Wall ms that an answer may take. */
const TIMEOUT = 20_000

/** Runs a document once with each seed, each run in a world of its own. */
export async function runsOf(
  text: string,
  seeds: readonly string[],
  { targetFor, receiver, signal }: TrialOptions,
): Promise<readonly RunResult[]> {
  return Promise.all(
    seeds.map(async (seed) => {
      const program = await compileText(`${seed}.arazzo.yaml`, text)
      const options = defined({ jobs: 1, seed, timeout: TIMEOUT, signal })
      const cases = planned([program], {}).map((each) => ({
        ...each,
        inputs: withReceiver(each.workflow, each.inputs, receiver),
      }))
      return runCases(cases, targetFor(seed), options)
    }),
  )
}

export function trialOf({ cases }: RunResult): Trial {
  const steps = cases.flatMap((each: CaseResult) => each.steps)
  return new Map(
    steps.flatMap(({ step, exchange }) => (exchange ? [[step, triedOf(exchange)] as const] : [])),
  )
}

function triedOf({ status, replyHeaders = {}, replyBody }: ExchangeResult): Tried {
  if (status === undefined) return { status: null, headers: {}, json: undefined }
  const type = replyHeaders['content-type']
  const json = isJson(type) ? jsonIn(replyBody) : undefined
  return { status, headers: replyHeaders, json }
}

/** How a body ends of which only the beginning was kept. */
const ENDS_CUT = /\.\.\. \[cut: \d+ characters in all\]$/

/** A body, as far as it was kept. */
function jsonIn(body = ''): unknown {
  if (ENDS_CUT.test(body)) return beginningOf(body.replace(ENDS_CUT, ''))
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** What an output was worth in a trial; `null` where it was nothing. */
export function worthOf({ from, match }: Ref, tried: Tried | undefined): unknown {
  if (!tried) return null
  const value =
    'header' in from
      ? (tried.headers[from.header.toLowerCase()] ?? null)
      : pointedAt(tried.json ?? null, from.pointer)
  if (match === undefined) return value
  const found = new RegExp(match, 'u').exec(String(value))
  return found?.[1] ?? null
}
