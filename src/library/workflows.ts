// Workflows run from a program: whole files at once, or case by case within a test runner of one's own.
import { availableParallelism } from 'node:os'
import { isAbsolute, normalize, relative } from 'node:path'
import { globSync } from 'tinyglobby'
import type { Cassette, HeadLine } from '../contracts/cassettes/lines.ts'
import { CASSETTE, CassetteError, readCassette } from '../contracts/cassettes/read.ts'
import { cassetteTarget, recordedInputs } from '../contracts/cassettes/target.ts'
import { makeCassette, whyNotWritten, writeCassette } from '../contracts/cassettes/write.ts'
import { openRecorder, type Recorder } from '../contracts/recording.ts'
import { controlClient, type NodeClientOptions } from '../control/node-client.ts'
import type { ChosenCredentials } from '../server/chosen-credentials.ts'
import { openLimit } from '../server/limit.ts'
import { unknownName } from '../server/nearest.ts'
import { wallNow } from '../server/ticker.ts'
import { knownSimulators } from '../simulators/index.ts'
import { reasonOf } from '../state/reason.ts'
import { compileFiles } from '../workflows/compile.ts'
import { InputsError } from '../workflows/inputs.ts'
import type { Program } from '../workflows/program.ts'
import type { CaseResult, RunResult } from '../workflows/result.ts'
import {
  type Choice,
  type PlannedCase,
  planned,
  type RunOptions,
  runCases,
  withReceiver,
} from '../workflows/runner.ts'
import type { Target } from '../workflows/session.ts'
import { simulatorTarget } from '../workflows/simulator-target.ts'
import { startReceiver } from './receiver.ts'
import { CannotRunWorkflows, WorkflowFailed } from './run-problems.ts'
import { startSimulator } from './running-simulator.ts'

export { CannotRunWorkflows, WorkflowFailed } from './run-problems.ts'

/** Which workflows of files are run, and with which inputs. */
export interface WorkflowChoice {
  /** Only workflows whose ids these are. */
  readonly only?: readonly string[]
  /** Only workflows that have one of these tags. */
  readonly tags?: readonly string[]
  /** Inputs of every workflow that knows them, over those of its cases. */
  readonly inputs?: Readonly<Record<string, unknown>>
}

/** How they are run. */
export interface WorkflowRunOptions {
  /**
   * `sim`, unless given: a simulator that is started for the run. Else the URL of one that runs, or
   * `cassette:FILE`: what was recorded is answered again, and nothing is sent.
   */
  readonly target?: string
  /** Writes what is exchanged to this file, redacted: a cassette. */
  readonly record?: string | undefined
  /** The token of the simulator at that URL, where it asks for one. */
  readonly token?: string | undefined
  /**
   * By provider: the keys that your application has. Each world has them instead of its own, so cases
   * run one after the other: a key leads to one world.
   */
  readonly credentials?: ChosenCredentials
  /**
   * Where APIs are that are none of the simulator, such as your application: by the names that their
   * sources have in the files. Else a server on this machine counts that their document has.
   */
  readonly sources?: Readonly<Record<string, string>>
  /** How many cases run at a time; as many as there are processors unless given. */
  readonly jobs?: number
  /** What is random in the worlds comes of it; `esimulator` unless given. */
  readonly seed?: string
  /** Draws the order in which cases begin, the same for the same text; as they stand unless given. */
  readonly shuffle?: string | undefined
  /** Leaves the worlds where they are. */
  readonly keep?: boolean
  /** Wall ms that an answer may take; 2 minutes unless given. */
  readonly timeout?: number
  /** Breaks the run off: what is under way ends as failed, what has not begun as skipped. */
  readonly signal?: AbortSignal
  /** Told of each case as it is done. */
  readonly onCase?: (result: CaseResult) => void
}

/** One run of a workflow, to be made by a test runner. */
export interface WorkflowCase {
  /** The same in every run: file, workflow and case. */
  readonly name: string
  /**
   * Runs it, in a world of its own; it may be called without its object. It resolves with nothing, as
   * the test of a test runner has to: `runWorkflows` tells what came of each case.
   * @throws WorkflowFailed
   */
  readonly run: () => Promise<void>
}

/**
 * Runs the workflows of files, each case in a world of its own.
 *
 * @example
 * const { outcome, cases } = await runWorkflows('scenarios/*.yaml', { tags: ['smoke'] })
 *
 * @param files names or patterns
 * @throws MistakesError with all that is wrong in the files, before anything is sent
 * @throws CannotRunWorkflows where no file or workflow is chosen, or the target is none
 */
export async function runWorkflows(
  files: string | readonly string[],
  options: WorkflowChoice & WorkflowRunOptions = {},
): Promise<RunResult> {
  const target = await replayed(options.target)
  return runPlanned(await planWorkflows(files, choiceOf(options, target)), { ...options, target })
}

/**
 * The cases of files, for `test.each` of a test runner.
 *
 * @example
 * test.each(await workflowCases('scenarios/*.yaml'))('$name', ({ run }) => run())
 *
 * @throws as `runWorkflows` does
 */
export async function workflowCases(
  files: string | readonly string[],
  options: WorkflowChoice & WorkflowRunOptions = {},
): Promise<WorkflowCase[]> {
  const target = await replayed(options.target)
  const cases = await planWorkflows(files, choiceOf(options, target))
  return cases.map((each) => ({
    name: each.title,
    async run() {
      const { cases } = await runPlanned([each], { ...options, target })
      const [result] = cases
      if (!result || result.outcome === 'failed') throw new WorkflowFailed(result as CaseResult)
    },
  }))
}

/** A target with the inputs that its cases were recorded with. */
interface Replayed extends Target {
  readonly inputsOf: (title: string) => Readonly<Record<string, unknown>>
}

/** A cassette as the target it names; any other target as it is named. @throws CannotRunWorkflows */
async function replayed(target: string | undefined): Promise<string | Replayed | undefined> {
  const cassette = await openCassette(target)
  if (!cassette) return target
  return { ...cassetteTarget(cassette), inputsOf: (title) => recordedInputs(cassette, title) }
}

function choiceOf(choice: WorkflowChoice, target: string | Replayed | undefined): Choice {
  return typeof target === 'object' ? { ...choice, ofCase: target.inputsOf } : choice
}

/**
 * The cassette that a target names; `undefined` for any other target.
 * @param target as in `cassette:run.jsonl`
 * @throws CannotRunWorkflows
 */
export async function openCassette(target: string | undefined): Promise<Cassette | undefined> {
  if (!target?.startsWith(CASSETTE)) return undefined
  try {
    return await readCassette(target.slice(CASSETTE.length))
  } catch (error) {
    if (error instanceof CassetteError) throw new CannotRunWorkflows(error.message)
    throw error
  }
}

/**
 * What would be run of files. It is read and checked, and nothing is sent.
 * @param onRead told of each file or URL that is read
 * @throws as `runWorkflows` does
 */
export async function planWorkflows(
  files: string | readonly string[],
  choice: Choice = {},
  onRead?: (place: string) => void,
): Promise<PlannedCase[]> {
  const programs = await compileFiles(filesOf([files].flat()), onRead)
  const cases = chosen(programs, choice)
  if (cases.length > 0) return cases
  throw new CannotRunWorkflows('no workflow is chosen: look at the ids and tags asked for')
}

/** @throws CannotRunWorkflows for inputs that cannot be */
function chosen(programs: readonly Program[], choice: Choice): PlannedCase[] {
  try {
    return planned(programs, choice)
  } catch (error) {
    if (error instanceof InputsError) throw new CannotRunWorkflows(error.message)
    throw error
  }
}

/** How what was planned is run: against a target that is open already, too. */
export interface PlannedRunOptions
  extends Omit<WorkflowRunOptions, 'onCase' | 'target'>,
    Pick<RunOptions, 'onStart' | 'onCase' | 'inspect' | 'keepState'> {
  readonly target?: string | Target | undefined
  /** Trusted besides the usual ones, as PEM, where the target is a URL of https. */
  readonly ca?: string | undefined
  /** What stands before the target, such as a recorder of all that goes over it. */
  readonly before?: (target: Target) => Target
  /** Of which provider a real endpoint is, as its file says. */
  readonly provider?: string | undefined
  /** Told what was redacted in the cassette that was written. */
  readonly onRecorded?: (head: HeadLine) => void
}

/**
 * Runs what was planned.
 * @throws CannotRunWorkflows where the target is none, or there is no recording to the file named
 */
export async function runPlanned(
  cases: readonly PlannedCase[],
  options: PlannedRunOptions,
): Promise<RunResult> {
  const { seed = 'esimulator', credentials = {}, before = (same) => same, ...others } = options
  checkSources(cases, options)
  await checkRecord(options)
  // What happens in one case would be seen by another.
  const isShared =
    Object.keys(credentials).length > 0 ||
    (typeof options.target === 'object' && options.target.isReal === true)
  const jobs = isShared ? 1 : (options.jobs ?? availableParallelism())
  // What a workflow takes for its callbacks, where it is given nothing else: it answers 200.
  await using receiver = await startReceiver()
  const { target, host } = await targetOf(options, seed)
  const addresses: Record<string, string> = { [new URL(receiver.url).host]: RECEIVER_TOLD }
  if (host !== undefined) addresses[host] = SIMULATOR_TOLD
  try {
    const given = cases.map((each) => ({
      ...each,
      inputs: withReceiver(each.workflow, each.inputs, receiver.url),
    }))
    const recorder = options.record === undefined ? undefined : openRecorder()
    const met = before(target)
    const onCase = (result: CaseResult, planned: PlannedCase) => {
      recorder?.done(planned, result)
      options.onCase?.(result, planned)
    }
    const how = { ...others, onCase, jobs, seed, addresses }
    const result = await runCases(given, recorder?.before(met) ?? met, how)
    // Half a run would stand where a whole one did.
    if (recorder && !options.signal?.aborted)
      await record(options, { planned: given, recorder, target, addresses, seed })
    return result
  } finally {
    await target.close()
  }
}

/** @throws CannotRunWorkflows for a place of a source that no file has, or that is none */
function checkSources(cases: readonly PlannedCase[], { sources = {} }: PlannedRunOptions): void {
  const all = cases.flatMap(({ program }) => [...program.sources.values()])
  const names = new Set(all.filter(({ simulator }) => !simulator).map(({ name }) => name))
  for (const [name, url] of Object.entries(sources)) {
    if (!names.has(name))
      throw new CannotRunWorkflows(unknownName('no source of your own', name, names))
    if (!/^https?:\/\//.test(url) || !URL.canParse(url))
      throw new CannotRunWorkflows(`the source ${name}: "${url}" is no URL: begin it with http://`)
  }
}

/** @throws CannotRunWorkflows where nothing can be recorded to the file that is named */
async function checkRecord({ record, target }: PlannedRunOptions): Promise<void> {
  if (record === undefined) return
  if (typeof target === 'object' && target.name.startsWith(CASSETTE))
    throw new CannotRunWorkflows(`${target.name} is a recording: record from another target`)
  const reason = await whyNotWritten(record)
  if (reason !== undefined) throw new CannotRunWorkflows(reason)
}

/** What a run has noted, and of what. */
interface RunNoted {
  readonly planned: readonly PlannedCase[]
  readonly recorder: Recorder
  readonly target: Target
  readonly addresses: Readonly<Record<string, string>>
  readonly seed: string
}

/** Writes the cassette of a run. @throws CannotRunWorkflows where that cannot be done */
async function record(
  { record: file = '', provider, onRecorded }: PlannedRunOptions,
  { planned, recorder, target, addresses, seed }: RunNoted,
): Promise<void> {
  const isReal = target.isReal === true
  const made = await makeCassette({
    planned,
    cases: recorder.cases(planned),
    target: target.name,
    isReal,
    recordedAt: wallNow(),
    provider,
    seed: isReal ? undefined : seed,
    addresses,
  })
  try {
    await writeCassette(file, made)
  } catch (error) {
    const reason = reasonOf(error)
    throw new CannotRunWorkflows(`${file} cannot be recorded to: ${reason}`)
  }
  onRecorded?.(made.head)
}

/** Wall ms that a receiver has in a run: a busy machine is no reason to call one silent. */
const PATIENCE = 15_000

/** What addresses are told as that are others at each run: `start` listens at the first. */
const SIMULATOR_TOLD = '127.0.0.1:4010'
const RECEIVER_TOLD = 'receiver.example'

/** Files by name or pattern, each once. @throws CannotRunWorkflows */
export function filesOf(patterns: readonly string[]): string[] {
  const files = patterns.flatMap((pattern) => {
    if (!/[*?{[]/.test(pattern)) return [pattern]
    const found = globSync(pattern)
    if (found.length === 0) throw new CannotRunWorkflows(`no file is like ${pattern}`)
    return found
  })
  return [...new Set(files.map(fromHere))]
}

/** A path as it is told: from the working folder where it lies within, with slashes. */
function fromHere(file: string): string {
  const path = isAbsolute(file) ? relative(process.cwd(), file) : normalize(file)
  const isWithin = !isAbsolute(path) && !/^\.\.(?:[\\/]|$)/.test(path)
  return (isWithin ? path : normalize(file)).replaceAll('\\', '/')
}

interface OpenTarget {
  readonly target: Target
  /** Of a simulator that was started for the run. */
  readonly host?: string
  readonly url?: string
}

/** The simulator that is named, or one that is started for the run. @throws CannotRunWorkflows */
export async function targetOf(
  options: Pick<PlannedRunOptions, 'target' | 'token' | 'ca' | 'keep' | 'credentials' | 'sources'>,
  seed: string,
): Promise<OpenTarget> {
  const { target = 'sim', token, ca, keep = false, credentials = {}, sources = {} } = options
  if (typeof target !== 'string') return { target }
  if (target === 'sim') {
    // Its own world has other keys than these: a key leads to one world.
    const others = Object.keys(credentials).map((slug) => [slug, ['another:key']])
    const policy = { timeout: PATIENCE }
    const sim = await startSimulator({
      credentials: Object.fromEntries(others),
      policy,
      providers: knownSimulators(),
    })
    const own = { url: sim.url, name: 'sim', stop: () => sim.close() }
    return {
      target: simulatorTarget({ ...own, seed, keep, credentials, sources }),
      host: new URL(sim.url).host,
      url: sim.url,
    }
  }
  if (!/^https?:\/\//.test(target))
    throw new CannotRunWorkflows(
      `the target ${target}: give sim, the URL of a running simulator, or cassette:FILE`,
    )
  const url = target.replace(/\/+$/, '')
  const place = { url, token, ca }
  await checkSimulator(place)
  return { target: simulatorTarget({ ...place, seed, keep, credentials, sources }) }
}

/** Wall ms within which a simulator says that it is there. */
const LONGEST_GREETING = 10_000

/** @throws CannotRunWorkflows where no simulator answers, or does not let us in */
async function checkSimulator(place: NodeClientOptions): Promise<void> {
  const { url } = place
  const late = new Error(`the target ${url} has not answered within ${LONGEST_GREETING / 1000} s`)
  const limit = openLimit(LONGEST_GREETING, new AbortController().signal, late)
  try {
    const { signal } = limit
    await controlClient({ ...place, signal }).call('listWorlds')
  } catch (error) {
    const reason: unknown = limit.signal.aborted ? late : error
    throw new CannotRunWorkflows(reasonOf(reason))
  } finally {
    limit.end()
  }
}
