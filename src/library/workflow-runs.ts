// Runs of workflows that the control API is asked for: in this process, against the simulator itself.
import type {
  NewRecording,
  NewWorkflowRun,
  RunOrigin,
  WorkflowRuns,
} from '../control/workflow-runs.ts'
import { unknownName } from '../server/nearest.ts'
import type { SimulatorServer } from '../server/server.ts'
import { defined } from '../state/defined.ts'
import { reasonOf } from '../state/reason.ts'
import { Refusal } from '../state/refusal.ts'
import { programNamed, workflowsIn } from '../workflows/catalogue.ts'
import { InputsError } from '../workflows/inputs.ts'
import { lacking } from '../workflows/needs.ts'
import type { Program } from '../workflows/program.ts'
import { reportKinds } from '../workflows/reports/kinds.ts'
import type { RunResult } from '../workflows/result.ts'
import {
  type PlannedCase,
  planned,
  type RunOptions,
  runCases,
  withReceiver,
} from '../workflows/runner.ts'
import type { Target } from '../workflows/session.ts'
import { simulatorTarget } from '../workflows/simulator-target.ts'
import { HostedRun, type RunNews } from './hosted-run.ts'
import { type PrivatePort, refuseWhen } from './private-port.ts'
import { startReceiver } from './receiver.ts'

/** How many runs may be under way at a time, those that are paused, too. */
export const MOST_RUNNING = 4
/** How many are kept: of more, the one that ended first goes. */
export const MOST_RUNS = 20

/** What is random in the world of a run comes of it, as it does on the command line. */
const SEED = 'esimulator'

/**
 * Runs workflows against a simulator.
 * @param port by which it calls itself
 * @param folder of the user's own files; none unless given
 */
export function openWorkflowRuns(
  server: SimulatorServer,
  port: PrivatePort,
  folder: string | undefined,
): WorkflowRuns {
  return new HostedRuns(server, port, folder)
}

/** A class, since its methods work on the same few things. */
class HostedRuns implements WorkflowRuns {
  readonly #server: SimulatorServer
  readonly #folder: string | undefined
  /** Oldest first. */
  readonly #runs = new Map<string, HostedRun>()
  readonly #port: PrivatePort
  #count = 0
  #isRecording = false

  constructor(server: SimulatorServer, port: PrivatePort, folder: string | undefined) {
    this.#server = server
    this.#port = port
    this.#folder = folder
    server.whenStopping(() => this.#end())
  }

  list() {
    return workflowsIn(this.#folder)
  }

  runs() {
    return [...this.#runs.values()].reverse().map((run) => run.row())
  }

  async start(wanted: NewWorkflowRun, origin: RunOrigin) {
    const { file, program } = await programNamed(wanted.file, this.#folder)
    const chosen = chosenCase(program, wanted)
    // What is looked at here is so until the run is there: nothing is waited for in between.
    const run = await this.#port.use(async (url) => {
      this.#makeRoom()
      this.#count += 1
      const id = `run_${this.#count}`
      const isPausing = wanted.pause === 'each-step'
      const tell = (news: RunNews) => this.#tell(origin.world, id, news)
      const run = new HostedRun({ id, file: file.name, planned: chosen, isPausing, tell })
      this.#runs.set(id, run)
      const target = inWorldOf(id, this.#target(url, origin))
      const addresses = { [new URL(url).host]: new URL(origin.root).host }
      const options = { seed: SEED, jobs: 1, addresses }
      run.begin((watched) => this.#port.use(() => ran(chosen, target, { ...watched, ...options })))
      return run
    })
    if (wanted.pause === 'each-step') await run.settled()
    return run.shown()
  }

  async record(wanted: NewRecording, { world }: RunOrigin) {
    if (this.#isRecording)
      throw new Refusal('busy', 'a workflow is being made already: ask again in some seconds')
    this.#isRecording = true
    try {
      const { recordedIn } = await import('./hosted-recording.ts')
      return await this.#port.use(async (url) => {
        const { stopping: signal } = this.#port
        const place = defined({ url, token: this.#server.access.token })
        const targetFor = (seed: string) =>
          inWorldOf(`record.${seed}`, simulatorTarget({ ...place, seed, keep: false }))
        const recorded = await recordedIn(world, wanted, { ...place, targetFor, signal })
        // What was broken off is no workflow.
        refuseWhen(signal)
        return recorded
      })
    } finally {
      this.#isRecording = false
    }
  }

  show(id: string) {
    return this.#run(id).shown()
  }

  async next(id: string) {
    const run = this.#run(id)
    await run.next()
    return run.shown()
  }

  continue(id: string) {
    const run = this.#run(id)
    run.continue()
    return run.shown()
  }

  async remove(id: string) {
    const run = this.#run(id)
    this.#runs.delete(id)
    await run.stop('it was removed')
    await this.#removeWorld(run)
  }

  async report(id: string, format: 'html' | 'json' | 'junit') {
    const { result } = this.#run(id)
    const make = await reportKinds[format]?.load()
    return make ? make(result) : ''
  }

  /** @throws Refusal `not-found` */
  #run(id: string): HostedRun {
    const run = this.#runs.get(id)
    if (run) return run
    const how = 'GET /_sim/workflows/runs and `esimulator workflow runs` list them'
    throw new Refusal('not-found', `there is no run ${id}: ${how}`)
  }

  /** @throws Refusal `busy` where no more may be under way */
  #makeRoom(): void {
    const all = [...this.#runs.values()]
    const underWay = all.filter((run) => !run.isOver)
    if (underWay.length >= MOST_RUNNING) {
      const ids = underWay.map(({ id }) => id).join(', ')
      const how = 'let one end, or remove it with DELETE /_sim/workflows/runs/{id}'
      throw new Refusal('busy', `${MOST_RUNNING} runs are under way (${ids}): ${how}`)
    }
    const oldest = all.find((run) => run.isOver)
    if (all.length < MOST_RUNS || !oldest) return
    this.#runs.delete(oldest.id)
    void this.#removeWorld(oldest)
  }

  #target(url: string, { root: name }: RunOrigin): Target {
    const { token } = this.#server.access
    return simulatorTarget({ url, name, token, seed: SEED, keep: true })
  }

  /** Tells the world that asked, where it is still there. */
  #tell(world: string, run: string, news: RunNews): void {
    const hosted = this.#server.worlds.get(world)
    hosted?.feed.tell(() => [{ type: 'workflow', at: hosted.world.now, run, ...news }])
  }

  /** What cannot be removed is told, and stays a world like any other. */
  async #removeWorld({ world }: HostedRun): Promise<void> {
    if (world === undefined) return
    const { worlds, report } = this.#server
    try {
      const hosted = await worlds.open(world)
      if (hosted) await worlds.remove(hosted)
    } catch (error) {
      report(`the world of a workflow: ${reasonOf(error)}`)
    }
  }

  async #end(): Promise<void> {
    const all = [...this.#runs.values()]
    await Promise.all(all.map((run) => run.stop('the simulator was stopped')))
    await Promise.all(all.map((run) => this.#removeWorld(run)))
  }
}

/** What a receiver of the run's own is told as: its port is another each time. */
const RECEIVER_TOLD = 'receiver.example'

/** Runs a case, with a receiver for the callbacks of a workflow that asks for one: it answers 200. */
async function ran(planned: PlannedCase, target: Target, options: RunOptions): Promise<RunResult> {
  await using receiver = await startReceiver()
  const addresses = { ...options.addresses, [new URL(receiver.url).host]: RECEIVER_TOLD }
  const inputs = withReceiver(planned.workflow, planned.inputs, receiver.url)
  return await runCases([{ ...planned, inputs }], target, { ...options, addresses })
}

/** A target whose worlds are those of one run: another of the same workflow has others. */
function inWorldOf(id: string, target: Target): Target {
  return {
    ...target,
    open: (name, start, sources) => target.open(`${id}.${name}`, start, sources),
  }
}

/** What is run of a file. @throws Refusal `invalid-request` */
function chosenCase(
  program: Program,
  { workflow, case: name, inputs }: NewWorkflowRun,
): PlannedCase {
  const own = [...program.workflows.values()]
  const first = own.find(({ isCalled }) => !isCalled) ?? own[0]
  const cases = casesOf(program, { only: [workflow ?? first?.id ?? ''], inputs: inputs ?? {} })
  const found = name === undefined ? cases[0] : cases.find((each) => each.name === name)
  if (!found) {
    const names = cases.flatMap((each) => each.name ?? [])
    throw new Refusal('invalid-request', unknownName('no case', name ?? '', names))
  }
  const lacks = lacking(found.workflow, found.inputs)
  if (lacks !== undefined) throw new Refusal('invalid-request', `${lacks}: give it under "inputs"`)
  return found
}

function casesOf(program: Program, choice: Parameters<typeof planned>[1]): PlannedCase[] {
  try {
    return planned([program], choice)
  } catch (error) {
    if (!(error instanceof InputsError)) throw error
    const reason = error.message.replaceAll('--input', '"inputs"').replaceAll('\n', '; ')
    throw new Refusal('invalid-request', reason)
  }
}
