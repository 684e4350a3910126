// The contract suites pass against the simulator, and reach every operation, every documented status and every refusal there is.
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type RunningSimulator, startReceiver, startSimulator } from '../../src/index.ts'
import { refusalCodes as ofAccountsOrders } from '../../src/simulators/accounts-orders/errors.ts'
import { refusalCodes as ofHighland } from '../../src/simulators/highland/errors.ts'
import { refusalCodes as ofWholesale } from '../../src/simulators/wholesale/errors.ts'
import { compileFile } from '../../src/workflows/compile.ts'
import type { Program, ReadStep, ReadWorkflow } from '../../src/workflows/program.ts'
import type { RunResult, StepResult } from '../../src/workflows/result.ts'
import { type PlannedCase, planned, runCases } from '../../src/workflows/runner.ts'
import type { Target } from '../../src/workflows/session.ts'
import { simulatorTarget } from '../../src/workflows/simulator-target.ts'
import type { Source } from '../../src/workflows/sources.ts'
import { everyThird } from '../support/cases.ts'
import { call } from '../support/control.ts'

/** What no request can bring about: failures of the server, of its guard and its store. */
const OF_THE_SERVER = [
  'body-too-large',
  'busy',
  'forbidden',
  'internal',
  'not-implemented',
  'reply-violates-spec',
  'unknown-world',
  'unreadable-body',
  'writes-refused',
]

interface Suite {
  readonly slug: string
  /** Refusals that it has to reach. */
  readonly refusals: readonly string[]
}

const but = (codes: readonly string[], ...left: readonly string[]) =>
  [...new Set(codes)].filter((code) => !left.includes(code)).toSorted()

const suites: readonly Suite[] = [
  // Nothing of Highland is refused as merely not found: each thing has words of its own.
  { slug: 'highland', refusals: but(ofHighland, ...OF_THE_SERVER, 'not-found') },
  {
    slug: 'wholesale',
    refusals: but(ofWholesale, ...OF_THE_SERVER.filter((code) => !/^(busy|internal)$/.test(code))),
  },
  { slug: 'accounts-orders', refusals: but(ofAccountsOrders, ...OF_THE_SERVER) },
]

const fileOf = (slug: string) =>
  fileURLToPath(new URL(`../../specs/contracts/${slug}.arazzo.yaml`, import.meta.url))

function sourceOf({ sources }: Program, slug: string): Source {
  const source = [...sources.values()].find(({ simulator }) => simulator?.slug === slug)
  if (!source) throw new Error(`the suite has no source ${slug}`)
  return source
}

/** Codes of the refusals in a world, by its journal: it is gone once its case is done. */
async function refusedIn(sim: RunningSimulator, world: string, slug: string): Promise<string[]> {
  const path = `/w/${world}/_sim/journal?refused=true&limit=1000&provider=${slug}`
  const { body } = await call<{ entries: { refusal?: { code: string } }[] }>(sim.url, path)
  return body.entries.flatMap(({ refusal }) => refusal?.code ?? [])
}

const all = (cases: readonly PlannedCase[]) => cases

/** A target that notes which refusals there were in each world before it goes. */
function noting(target: Target, sim: RunningSimulator, slug: string, codes: Set<string>): Target {
  return {
    name: target.name,
    close: () => target.close(),
    async open(...asked) {
      const session = await target.open(...asked)
      const close = session.close.bind(session)
      session.close = async () => {
        for (const code of await refusedIn(sim, session.world ?? '', slug)) codes.add(code)
        await close()
      }
      return session
    },
  }
}

async function run(program: Program, slug: string, seed: string, some = all) {
  await using sim = await startSimulator()
  await using receiver = await startReceiver()
  const codes = new Set<string>()
  const target = simulatorTarget({ url: sim.url, seed, keep: false })
  const cases = some(planned([program], {})).map((each) => ({
    ...each,
    inputs: { receiver: receiver.url, ...each.inputs },
  }))
  const options = { jobs: seed.length, seed }
  const result = await runCases(cases, noting(target, sim, slug, codes), options)
  return { result, codes: [...codes].toSorted() }
}

function failuresOf({ cases }: RunResult): string[] {
  return cases.flatMap(({ workflow, case: name = '', outcome, reason, steps }) => {
    if (outcome === 'passed') return []
    const told = steps.flatMap(({ step, failures }) =>
      failures.map(({ place, message }) => `${step}, line ${place.line}: ${message}`),
    )
    return [`${workflow} ${name} ${outcome}: ${[...told, reason].join('; ')}`]
  })
}

/** `operation status` of every exchange. */
function reachedBy({ cases }: RunResult): Set<string> {
  const told = ({ exchange }: StepResult) =>
    exchange?.operation === undefined ? [] : [`${exchange.operation} ${exchange.status}`]
  return new Set(cases.flatMap(({ steps }) => steps.flatMap(told)))
}

/** What the spec documents and no step reached: a success of each operation, and each status. */
function unreached({ operations }: Source, reached: ReadonlySet<string>): string[] {
  return operations.flatMap(({ id, statuses }) => {
    const numbered = statuses.filter((status) => /^\d+$/.test(status))
    const missing = numbered.filter((status) => !reached.has(`${id} ${status}`))
    const succeeds = [...reached].some((each) => each.startsWith(`${id} 2`))
    return [...(succeeds ? [] : [`${id} 2xx`]), ...missing.map((status) => `${id} ${status}`)]
  })
}

test.each(suites)(
  'the suite of $slug passes, and reaches each operation, status and refusal',
  async ({ slug, refusals }) => {
    const program = await compileFile(fileOf(slug))
    const { result, codes } = await run(program, slug, 'one')
    expect(failuresOf(result)).toEqual([])
    expect(unreached(sourceOf(program, slug), reachedBy(result))).toEqual([])
    expect(refusals.filter((code) => !codes.includes(code))).toEqual([])
  },
  120_000,
)

test.each(suites)(
  'the suite of $slug passes with another seed, and more cases at a time',
  async ({ slug }) => {
    const program = await compileFile(fileOf(slug))
    const { result } = await run(program, slug, 'another', everyThird)
    expect(failuresOf(result)).toEqual([])
  },
  120_000,
)

/** Every step of a workflow and of those it calls. */
function stepsOf({ steps }: ReadWorkflow): ReadStep[] {
  return steps.flatMap((step) =>
    step.work.kind === 'workflow' ? [step, ...stepsOf(step.work.ref.workflow())] : [step],
  )
}

/** Steps that do more than read, by what the specs say of their operations. */
function changing(workflow: ReadWorkflow): string[] {
  return stepsOf(workflow).flatMap(({ id, work }) => {
    if (work.kind === 'workflow') return []
    if (work.kind === 'link') return work.method.toLowerCase() === 'get' ? [] : [id]
    const isRead = work.operation.object['x-effect'] === 'reads'
    return isRead && work.source.simulator?.slug !== 'control' ? [] : [id]
  })
}

test.each(suites)(
  'in the suite of $slug what is tagged `reads` reads, every workflow has a tag, and every step names its status',
  async ({ slug }) => {
    const { workflows } = await compileFile(fileOf(slug))
    const run = [...workflows.values()].filter(({ isCalled }) => !isCalled)
    const reading = run.filter(({ extension }) => extension.tags?.includes('reads'))
    expect(reading.length).toBeGreaterThan(0)
    expect(reading.flatMap(changing)).toEqual([])
    expect(run.filter(({ extension }) => !extension.tags?.length).map(({ id }) => id)).toEqual([])

    const mute = [...workflows.values()].flatMap((workflow) =>
      workflow.steps
        .filter(({ work }) => work.kind !== 'workflow')
        .filter(
          ({ criteria }) => !criteria.some(({ criterion }) => /\$statusCode/.test(criterion.text)),
        )
        .map(({ id }) => `${workflow.id}.${id}`),
    )
    expect(mute).toEqual([])
  },
)

test('what is not reached, and a step that does more than read, are found', async () => {
  const program = await compileFile(fileOf('highland'))
  const { operations } = sourceOf(program, 'highland')
  expect(unreached(sourceOf(program, 'highland'), new Set(['getBarCode 410']))).toContain(
    'getBarCode 404',
  )
  expect(unreached(sourceOf(program, 'highland'), new Set())).toHaveLength(
    2 * operations.length + 2,
  )
  const onboarding = program.workflows.get('onboarding')
  expect(onboarding && changing(onboarding)).toEqual(['onboard', 'aNameAlone', 'acquires'])
})
