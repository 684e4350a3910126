// Contract suites run from a program: against the simulator or a real endpoint, with checks beside the steps.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cassette } from '../contracts/cassettes/lines.ts'
import { cassetteTarget, recordedInputs } from '../contracts/cassettes/target.ts'
import { type ContractRun, openContractRun, UnknownCheck } from '../contracts/contract-run.ts'
import { caseName, type RunEvidence, SIMULATOR } from '../contracts/evidence.ts'
import { whyUnusable } from '../contracts/preflight.ts'
import { type ReceivedCallback, realTarget } from '../contracts/real-target.ts'
import { suiteOfSpec } from '../contracts/suite-of-spec.ts'
import { readTargetFile, type TargetFile } from '../contracts/target-file.ts'
import { wallNow } from '../server/ticker.ts'
import { defined } from '../state/defined.ts'
import { reasonOf } from '../state/reason.ts'
import { packageFile } from '../state/shipped-files.ts'
import { compileText } from '../workflows/compile.ts'
import { type Path, readDocument } from '../workflows/document.ts'
import type { Effect } from '../workflows/effect.ts'
import type { CoverageResult, RunResult } from '../workflows/result.ts'
import { type Choice, type PlannedCase, planned } from '../workflows/runner.ts'
import type { Target } from '../workflows/session.ts'
import { readSource, refsNowhere, type SourceOperation, textAt } from '../workflows/sources.ts'
import { providerNamed } from './provider-named.ts'
import { type Arrival, type Receiver, startReceiver } from './receiver.ts'
import {
  CannotRunWorkflows,
  openCassette,
  type PlannedRunOptions,
  runPlanned,
} from './workflows.ts'

/** What a run is held to, and what it may do. */
export interface ContractChoice {
  /** `sim`, the URL of a running simulator, `cassette:FILE`, or the file of a real endpoint. */
  readonly target: string
  /** The cassette that the target names, where it is read already. */
  readonly cassette?: Cassette | undefined
  /** Names of checks; every check of exchanges unless given, and every probe of a suite or a document. */
  readonly checks?: readonly string[] | undefined
  /** Sends inputs that the schemas do not allow, too. */
  readonly negative?: boolean
  /** The most that a call to a real endpoint may do: only reading unless given. */
  readonly allow?: Effect
  /** How long a workflow may wait at a real endpoint: wall ms, a minute unless given. */
  readonly maxWait?: number
  /** Where callbacks of a real endpoint reach us, and the port they arrive at. */
  readonly receiver?: { readonly url: string; readonly port: number } | undefined
  /** Whether a suite or a document is run as a whole. */
  readonly isSuite: boolean
}

/** A run that is ready: where it goes, and what looks at it. */
export interface OpenContract extends AsyncDisposable {
  readonly target: string | Target
  /** Of which provider a real endpoint is, as its file says. */
  readonly provider: string | undefined
  /** What the file of a real endpoint says may differ, and is known to. */
  readonly file: Pick<TargetFile, 'volatile' | 'known'> | undefined
  readonly inspect: ContractRun['inspect']
  /** @throws CannotRunWorkflows where a real endpoint is not there, or does not let us in */
  check(cases: readonly PlannedCase[]): Promise<void>
  /** Inputs that every workflow may have. */
  readonly inputs: Readonly<Record<string, unknown>>
  coverage(cases: readonly PlannedCase[], result: RunResult): CoverageResult
  /** What the run has proven. @param today the day it is: `2026-01-31` */
  evidence(result: RunResult, today: string): Omit<RunEvidence, 'isWhole'>
}

/**
 * The files of a provider's contract suite, one for each version of its API.
 * @throws CannotRunWorkflows for a provider there is not
 */
export function suiteFiles(provider: string): string[] {
  const own = providerNamed(provider).plugin
  if (own) {
    if (own.suites.length > 0) return [...own.suites]
    throw new CannotRunWorkflows(`${provider} has no contract suite: its "suites" names none`)
  }
  const folder = packageFile('specs/contracts/')
  const isOwn = (name: string) =>
    name === `${provider}.arazzo.yaml` || name.startsWith(`${provider}-v`)
  const names = existsSync(folder) ? readdirSync(folder).filter(isOwn) : []
  if (names.length === 0) throw new CannotRunWorkflows(`${provider} has no contract suite`)
  return names.toSorted().map((name) => fileURLToPath(new URL(name, folder)))
}

/**
 * What is run of an OpenAPI document that has no suite, and why some operations are not.
 * @throws CannotRunWorkflows
 */
export async function planSpec(
  file: string,
  allow: Effect,
  choice: Choice = {},
): Promise<{ readonly cases: PlannedCase[]; readonly left: Readonly<Record<string, string>> }> {
  try {
    const api = { name: 'api', url: /^https?:/.test(file) ? file : resolve(file) }
    const source = await readSource({ ...api, type: 'openapi' }, file, () => {})
    const missing = refsNowhere(source.document)
    if (missing.length > 0) throw new CannotRunWorkflows(`${file}: ${missing.join('; ')}`)
    const { text, called, left } = suiteOfSpec(source, allow)
    const spec = readDocument(file, await textAt(api.url))
    // Nobody can look into the suite: places are those of the operations in the document.
    const placeOf = ([, at]: Path) => spec.place(placeInSpec(called[Number(at)]))
    const program = await compileText(`suite of ${basename(file)}`, text, placeOf)
    const cases = planned([program], choice)
    if (cases.length > 0) return { cases, left }
  } catch (error) {
    throw new CannotRunWorkflows(reasonOf(error))
  }
  throw new CannotRunWorkflows(`${file}: no operation can be called; look at --allow`)
}

function placeInSpec(operation: SourceOperation | undefined): Path {
  return operation ? ['paths', operation.path, operation.method.toLowerCase()] : []
}

/**
 * Opens a run: reads the file of its target, listens for its callbacks.
 * @throws CannotRunWorkflows, MistakesError
 */
export async function openContract(choice: ContractChoice): Promise<OpenContract> {
  const cassette = choice.cassette ?? (await openCassette(choice.target))
  const file = cassette ? undefined : await targetFileOf(choice.target)
  const { allow = 'reads', maxWait = 60_000, isSuite, negative = false } = choice
  const contract = contractRun({
    checks: choice.checks ?? (isSuite ? ['all'] : undefined),
    negative,
    volatile: file?.volatile ?? [],
    known: file?.known ?? [],
    now: wallNow(),
    isOffline: cassette !== undefined,
  })
  const received: ReceivedCallback[] = []
  const own = file && (await receiverOf(choice, received))
  const plain = cassette ? cassetteTarget(cassette) : choice.target
  const target =
    file === undefined
      ? plain
      : realTarget(defined({ file, allow, maxWait, received: own && received }))
  return {
    target,
    provider: file?.provider ?? cassette?.head.provider,
    file,
    inspect: contract.inspect,
    inputs: own && choice.receiver ? { receiver: choice.receiver.url } : {},
    async check(cases) {
      if (typeof target === 'string' || cassette) return
      const reason = await whyUnusable(target, cases)
      if (reason !== undefined) throw new CannotRunWorkflows(reason)
    },
    coverage(cases, result) {
      const sources = cases.flatMap(({ program }) => [...program.sources.values()])
      return contract.coverage(new Set(sources), result.cases)
    },
    evidence({ cases }, today) {
      const where = file === undefined ? SIMULATOR : new URL(file.baseUrl).host
      const ran = cases.filter(({ outcome }) => outcome !== 'skipped').map(caseName)
      return { target: where, today, ran, proofs: contract.proofs(cases) }
    },
    async [Symbol.asyncDispose]() {
      await own?.close()
    },
  }
}

/** How the cases of a contract are run, beside what its choice says. */
export interface ContractRunOptions extends Omit<PlannedRunOptions, 'target' | 'inspect'> {
  /** Told where it goes, before anything is sent; it may throw. */
  readonly onOpen?: (target: string | Target) => void
}

/** What was run, and how much of the documents that covered. */
export interface RanContract extends Pick<OpenContract, 'file'> {
  readonly result: RunResult
  readonly coverage: CoverageResult
  /** What the run has proven. @param today the day it is: `2026-01-31` */
  readonly evidence: (today: string) => Omit<RunEvidence, 'isWhole'>
}

/**
 * Runs cases against one target, from its beginning to its end.
 * @throws CannotRunWorkflows, MistakesError
 */
export async function runContract(
  cases: readonly PlannedCase[],
  choice: ContractChoice,
  { onOpen, ...how }: ContractRunOptions,
): Promise<RanContract> {
  const cassette = choice.cassette ?? (await openCassette(choice.target))
  await using contract = await openContract({ ...choice, cassette })
  onOpen?.(contract.target)
  await contract.check(cases)
  const { target, inspect, inputs, file, provider } = contract
  const given = cases.map((each) => {
    const recorded = cassette ? recordedInputs(cassette, each.title) : {}
    return { ...each, inputs: { ...inputs, ...each.inputs, ...recorded } }
  })
  const result = await runPlanned(given, { ...how, target, inspect, provider })
  const coverage = contract.coverage(cases, result)
  return { result, coverage, file, evidence: (today) => contract.evidence(result, today) }
}

/** @throws CannotRunWorkflows for a check there is not */
function contractRun(options: Parameters<typeof openContractRun>[0]): ContractRun {
  try {
    return openContractRun(options)
  } catch (error) {
    if (error instanceof UnknownCheck) throw new CannotRunWorkflows(error.message)
    throw error
  }
}

/**
 * The file of a real endpoint; `undefined` for a simulator.
 * @throws CannotRunWorkflows where there is none, MistakesError
 */
export async function targetFileOf(target: string): Promise<TargetFile | undefined> {
  if (target === 'sim' || /^https?:\/\//.test(target)) return undefined
  if (!existsSync(target) || !statSync(target).isFile())
    throw new CannotRunWorkflows(
      `the target ${target}: give sim, the URL of a running simulator, cassette:FILE, or the file of a real endpoint`,
    )
  return readTargetFile(target, process.env)
}

/** @param received gets what arrives there */
async function receiverOf(
  { receiver }: ContractChoice,
  received: ReceivedCallback[],
): Promise<Receiver | undefined> {
  if (!receiver) return undefined
  const answer = ({ headers, body }: Arrival) => {
    const texts = Object.entries(headers).map(([name, value]) => [name, String(value)])
    received.push({ at: wallNow(), headers: Object.fromEntries(texts), body })
    return 200
  }
  try {
    return await startReceiver({ port: receiver.port, answer })
  } catch (error) {
    const reason = reasonOf(error)
    throw new CannotRunWorkflows(`callbacks cannot be listened for: ${reason}`)
  }
}
