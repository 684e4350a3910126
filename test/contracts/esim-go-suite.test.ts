// The contract suites of eSIM Go: green whatever the seed, and every operation and refusal is reached.
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningSimulator, startReceiver, startSimulator } from '../../src/index.ts'
import { readSpec } from '../../src/server/spec-files.ts'
import { refusalCodes } from '../../src/simulators/esim-go/errors.ts'
import { compileFile } from '../../src/workflows/compile.ts'
import type { RunResult } from '../../src/workflows/result.ts'
import { type PlannedCase, planned, runCases } from '../../src/workflows/runner.ts'
import { simulatorTarget } from '../../src/workflows/simulator-target.ts'
import { everyThird } from '../support/cases.ts'
import { call } from '../support/control.ts'

const SUITES = [
  { version: 'v2.4', suite: 'esim-go.arazzo.yaml', spec: 'esim-go.yaml' },
  { version: 'v2.5', suite: 'esim-go-v2.5.arazzo.yaml', spec: 'esim-go-v2.5.yaml' },
] as const
type Suite = (typeof SUITES)[number]

/** Refusals that no call of eSIM Go's brings about, and why. */
const OUT_OF_REACH: Readonly<Record<string, string>> = {
  'unknown-world': 'a case knows no other world than its own',
  forbidden: 'it is the guard that refuses, not eSIM Go',
  'body-too-large': 'a body of a megabyte belongs in no file for people',
  'not-acceptable': 'no operation refuses an Accept header',
  'unreadable-body': 'only an application around the simulator can take the body away',
  'not-implemented': 'every operation is',
  'writes-refused': 'the disk would have to be full',
  'reply-violates-spec': 'it is a fault of the simulator itself',
}

/** What a suite came to: how it went, which statuses each operation gave, which refusals there were. */
interface Played {
  readonly result: RunResult
  /** `operationId status`, as the steps saw them. */
  readonly reached: ReadonlySet<string>
  readonly refusals: ReadonlySet<string>
}

const played = new Map<Suite, Played>()
let sim: RunningSimulator

const all = (cases: readonly PlannedCase[]) => cases

async function play(suite: Suite, seed: string, jobs: number, some = all): Promise<RunResult> {
  const file = new URL(`../../specs/contracts/${suite.suite}`, import.meta.url)
  const program = await compileFile(fileURLToPath(file))
  await using receiver = await startReceiver()
  const cases = some(planned([program], { inputs: { receiver: receiver.url } }))
  const target = simulatorTarget({ url: sim.url, seed, keep: true })
  return await runCases(cases, target, { jobs, seed })
}

interface Journal {
  readonly entries: readonly {
    readonly refusal?: { readonly code: string }
  }[]
}

/** What the steps saw, and in the journals of their worlds why they were refused. */
async function lookedAt(result: RunResult): Promise<Played> {
  const exchanges = result.cases.flatMap(({ steps }) =>
    steps.flatMap((step) => step.exchange ?? []),
  )
  const reached = new Set(exchanges.map(({ operation, status }) => `${operation} ${status}`))
  const refusals = new Set<string>()
  for (const { world } of result.cases) {
    const path = `/w/${world}/_sim/journal?refused=true&limit=1000`
    const { body } = await call<Journal>(sim.url, path)
    for (const { refusal } of body.entries) if (refusal) refusals.add(refusal.code)
  }
  return { result, reached, refusals }
}

/** Each operation of a spec with the statuses it documents. */
function operationsOf(spec: string): { id: string; statuses: string[] }[] {
  const { paths = {} } = readSpec(spec)
  return Object.values(paths).flatMap((item) =>
    Object.values(item as Record<string, { operationId?: string; responses?: object }>).flatMap(
      ({ operationId, responses = {} }) =>
        operationId === undefined ? [] : [{ id: operationId, statuses: Object.keys(responses) }],
    ),
  )
}

const failures = ({ cases }: RunResult) =>
  cases
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ workflow, case: name, reason, steps }) => ({
      workflow,
      name,
      reason,
      steps: steps.flatMap((step) => step.failures.map(({ message }) => message)),
    }))

beforeAll(async () => {
  sim = await startSimulator()
  for (const suite of SUITES) played.set(suite, await lookedAt(await play(suite, 'one', 4)))
}, 300_000)

afterAll(() => sim.close())

function of(suite: Suite): Played {
  const found = played.get(suite)
  if (!found) throw new Error(`${suite.suite} was not run`)
  return found
}

test.each(SUITES)('every case of $suite is green', (suite) => {
  expect(failures(of(suite).result)).toEqual([])
})

test.each(SUITES)(
  'every case of $suite is green with another seed, one after the other',
  async (suite) => {
    expect(failures(await play(suite, 'two', 1, everyThird))).toEqual([])
  },
  300_000,
)

test.each(SUITES)('every operation of $spec is called, and succeeds', (suite) => {
  const { reached } = of(suite)
  const missing = operationsOf(suite.spec).filter(
    ({ id }) => !reached.has(`${id} 200`) && !reached.has(`${id} 201`),
  )
  expect(missing.map(({ id }) => id)).toEqual([])
})

test.each(SUITES)('every operation of $spec is called with a bad key, and refuses', (suite) => {
  const { reached } = of(suite)
  const wanted = operationsOf(suite.spec).map(({ id, statuses }) =>
    statuses.includes('401') ? `${id} 401` : `${id} 403`,
  )
  expect(wanted.filter((each) => !reached.has(each))).toEqual([])
})

test.each(SUITES)('every status that $spec documents is reached by some operation', (suite) => {
  const documented = new Set(operationsOf(suite.spec).flatMap(({ statuses }) => statuses))
  documented.delete('default')
  const reached = new Set([...of(suite).reached].map((each) => each.split(' ')[1]))
  expect([...documented].filter((status) => !reached.has(status))).toEqual([])
})

test('a 400 that an operation of v2.4 documents is reached, unless it takes nothing that could be wrong', () => {
  const [suite] = SUITES
  const missing = operationsOf(suite.spec).filter(
    ({ id, statuses }) => statuses.includes('400') && !of(suite).reached.has(`${id} 400`),
  )
  expect(missing.map(({ id }) => id)).toEqual([
    'listBundleGroups',
    'getOrganisation',
    'getInventory',
  ])
})

test('every refusal that eSIM Go has words for is reached by one of the suites', () => {
  const reached = new Set(SUITES.flatMap((suite) => [...of(suite).refusals]))
  const missing = refusalCodes.filter((code) => !reached.has(code))
  expect(missing.toSorted()).toEqual(Object.keys(OUT_OF_REACH).toSorted())
})
