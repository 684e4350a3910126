// The scenarios that are shipped: all pass, with any seed and however many at a time; each fails where what it is about is broken.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { type RunningSimulator, startReceiver, startSimulator } from '../src/index.ts'
import { defined } from '../src/state/defined.ts'
import { compileText } from '../src/workflows/compile.ts'
import type { ArazzoDocument, Step, Workflow } from '../src/workflows/language.ts'
import type { Program } from '../src/workflows/program.ts'
import { planned, runCases, withReceiver } from '../src/workflows/runner.ts'
import { simulatorTarget } from '../src/workflows/simulator-target.ts'
import { run } from './support/cli.ts'
import { call } from './support/control.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'scenarios')
const names = readdirSync(folder)
  .map((file) => file.replace('.arazzo.yaml', ''))
  .sort()
const fileOf = (name: string) => join(folder, `${name}.arazzo.yaml`)
const textOf = (name: string) => readFileSync(fileOf(name), 'utf8')
const documentOf = (name: string) => parse(textOf(name)) as ArazzoDocument

/** The one that is skipped unless it is told of a receiver that checks signatures. */
const VERIFYING = 'esim-go-bad-signature'
const KEY = 'our-key'

let sim: RunningSimulator
beforeAll(async () => {
  sim = await startSimulator()
})
afterAll(() => sim.close())

interface RunAs {
  readonly jobs: number
  readonly seed: string
  readonly receiver: string
  /** Of a receiver that is to be tested. */
  readonly verifier?: string
}

/** Runs programs as the command line does, and finds no world left. */
async function played(programs: readonly Program[], { jobs, seed, receiver, verifier }: RunAs) {
  const credentials = verifier === undefined ? {} : { 'esim-go': [KEY] }
  const target = simulatorTarget({ url: sim.url, seed, keep: false, credentials })
  const cases = planned(programs, { inputs: defined({ verifier }) }).map((each) => ({
    ...each,
    inputs: withReceiver(each.workflow, each.inputs, receiver),
  }))
  const result = await runCases(cases, target, { jobs, seed })
  const { body } = await call<{ worlds: { name: string }[] }>(sim.url, '/_sim/worlds')
  expect(body.worlds.map(({ name }) => name)).toEqual(['default'])
  return result
}

const compiled = (name: string, text = textOf(name)) => compileText(fileOf(name), text)

test.each([
  { jobs: 1, seed: 'a' },
  { jobs: 8, seed: 'b' },
  { jobs: 8, seed: 'c' },
])('all pass, $jobs at a time with the seed $seed', async ({ jobs, seed }) => {
  await using receiver = await startReceiver()
  const programs = await Promise.all(names.map((name) => compiled(name)))
  const { cases } = await played(programs, { jobs, seed, receiver: receiver.url })
  const of = (outcome: string) => cases.filter((each) => each.outcome === outcome)
  expect(of('failed')).toEqual([])
  expect(new Set(of('skipped').map(({ file }) => file))).toEqual(new Set([fileOf(VERIFYING)]))
  expect(new Set(of('passed').map(({ file }) => file)).size).toBe(names.length - 1)
})

test('a receiver that refuses bad signatures passes: that of the README, started as it says there', async () => {
  const place = await mkdtemp(join(tmpdir(), 'esimulator-scenarios-'))
  const port = await freePort()
  const receiver = spawn(process.execPath, [join(root, 'examples/receiver.mjs')], {
    env: { PORT: String(port), KEY },
    stdio: 'ignore',
  })
  try {
    const url = `http://127.0.0.1:${port}/`
    while (!(await fetch(url).catch(() => undefined)));
    const given = ['--world-key', `esim-go=${KEY}`, '--input', `verifier=${url}`]
    const { code: status, stdout } = await run(['run', fileOf(VERIFYING), ...given], { cwd: place })
    expect(stdout).toMatch(/\n3 passed, 0 failed in \d+ ms\n$/)
    expect(status).toBe(0)
  } finally {
    receiver.kill()
    await once(receiver, 'exit')
    await rm(place, { recursive: true })
  }
})

test.each([
  [200, 'refusedOnce'],
  [401, 'taken'],
])('a receiver that answers %i to everything fails at "%s"', async (answer, step) => {
  await using receiver = await startReceiver({ answer })
  const { url } = receiver
  const programs = [await compiled(VERIFYING)]
  const result = await played(programs, { jobs: 1, seed: 'a', receiver: url, verifier: url })
  expect(result.cases.map((each) => failedStep(each))).toEqual([step, step, step])
})

/** The step in which a case failed: the innermost. */
function failedStep({ steps }: Awaited<ReturnType<typeof played>>['cases'][number]) {
  const last = steps.findLastIndex(({ failures }) => failures.length > 0)
  const depth = (at: number) => steps[at]?.within.length ?? 0
  const inner = steps.findIndex((each, at) => each.failures.length > 0 && depth(at) > depth(last))
  return steps[inner < 0 ? last : inner]?.step
}

/** A change to a workflow that breaks what its scenario is about. */
type Break = (workflow: Workflow) => Workflow

/** Puts a step at the beginning, or before another. */
const withStep =
  (step: object, before?: string): Break =>
  (workflow) => {
    const at = Math.max(
      0,
      workflow.steps.findIndex(({ stepId }) => stepId === before),
    )
    return { ...workflow, steps: workflow.steps.toSpliced(at, 0, step as Step) }
  }

/** A provider that behaves otherwise. */
const setting = (slug: string, payload: object, before?: string): Break =>
  withStep(
    {
      stepId: 'otherwise',
      operationId: '$sourceDescriptions.sim.changeSettings',
      parameters: [{ name: 'slug', in: 'path', value: slug }],
      requestBody: { contentType: 'application/json', payload },
    },
    before,
  )

/** A client that does not do something. */
const without =
  (step: string): Break =>
  (workflow) => ({ ...workflow, steps: workflow.steps.filter(({ stepId }) => stepId !== step) })

/** Other words in it. */
const written =
  (before: string, after: string): Break =>
  (workflow) => {
    const text = JSON.stringify(workflow)
    expect(text).toContain(before)
    return JSON.parse(text.replaceAll(before, after))
  }

const BROKEN: readonly (readonly [
  scenario: string,
  workflow: string,
  what: string,
  change: Break,
  fails: string,
])[] = [
  [
    'accounts-orders-order-repeated',
    'sameKey',
    'keys that are forgotten at once',
    setting('accounts-orders', { idempotencyLifetime: 'PT0S' }),
    'oneSubscription',
  ],
  [
    'accounts-orders-order-repeated',
    'sameKey',
    'a client that makes a new key',
    written('"name":"repeatedKey","value":"errand-1"', '"name":"repeatedKey","value":"errand-2"'),
    'oneSubscription',
  ],
  [
    'accounts-orders-order-repeated',
    'newKey',
    'a client that keeps its key',
    written('attempt-2', 'attempt-1'),
    'twoSubscriptions',
  ],
  [
    'accounts-orders-token-expires',
    'tokenExpires',
    'tokens that live on',
    setting('accounts-orders', { tokenLifetime: 'PT5M1S' }, 'token'),
    'token',
  ],
  [
    'accounts-orders-token-expires',
    'tokenExpires',
    'a client that goes on with its token',
    written('"onFailure"', '"x-onFailure"'),
    'look',
  ],
  [
    'accounts-orders-token-expires',
    'tokenExpires',
    'no time that goes by',
    without('oneSecondMore'),
    'oneCallWasRefused',
  ],
  [
    'esim-go-answer-lost',
    'repeatedBlindly',
    'an answer that arrives',
    without('loseAnswer'),
    'boughtTwice',
  ],
  [
    'esim-go-answer-lost',
    'looksBeforeRepeating',
    'an answer that arrives',
    without('loseAnswer'),
    'order',
  ],
  [
    'esim-go-answer-lost',
    'answerIsLost',
    'an order that is not carried out',
    written('"when":"after"', '"when":"before"'),
    'look',
  ],
  [
    'esim-go-balance-gone',
    'balanceGone',
    'a balance that stays',
    without('aColleagueSpendsIt'),
    'transaction',
  ],
  [
    'esim-go-balance-gone',
    'balanceGone',
    'a client that does not top up',
    without('topUp'),
    'sameOrderAgain',
  ],
  [
    'esim-go-bundle-stuck',
    'stuckForTenMinutes',
    'a bundle that is ready at once',
    written('SLOW', 'GB'),
    'noDataYet',
  ],
  [
    'esim-go-bundle-stuck',
    'stuckForTenMinutes',
    'a bundle that is never ready',
    written('SLOW', 'STUCK'),
    'noWayBackYet',
  ],
  [
    'esim-go-bundle-stuck',
    'stuckForEver',
    'a bundle that gets ready',
    written('STUCK', 'SLOW'),
    'mustNotBeReady',
  ],
  [
    'esim-go-idle-deleted',
    'idleIsDeleted',
    'eSIMs that are deleted sooner',
    setting('esim-go', { idleDeletion: 'P179D' }),
    'nothingTold',
  ],
  [
    'esim-go-idle-deleted',
    'idleIsDeleted',
    'eSIMs that are never deleted',
    setting('esim-go', { idleDeletion: 'PT0S' }),
    'announced',
  ],
  ['esim-go-idle-deleted', 'usedInTime', 'nobody who tops it up', without('topUp'), 'kept'],
  [
    'esim-go-order-retried',
    'retried',
    'an order that fails twice',
    written('"times":1', '"times":2'),
    'order',
  ],
  [
    'esim-go-order-retried',
    'retried',
    'nothing that fails',
    written('"operation":"createOrder"', '"operation":"getOrder"'),
    'itFailedOnce',
  ],
  [
    'esim-go-rate-limited',
    'waitsAsTold',
    'no limit',
    written('"workflowId":"twoASecond"', '"operationId":"$sourceDescriptions.sim.getClock"'),
    'waitedOneSecond',
  ],
  [
    'esim-go-rate-limited',
    'waitsAsTold',
    'a client that gives up',
    written('"retryLimit":1', '"retryLimit":0'),
    'order',
  ],
  [
    'esim-go-rate-limited',
    'doesNotWait',
    'time that goes by',
    withStep(
      {
        stepId: 'second',
        operationId: '$sourceDescriptions.sim.advanceClock',
        requestBody: { payload: { by: 'PT1S' } },
      },
      'four',
    ),
    'order',
  ],
  [
    'esim-go-year-from-31st',
    'twelveMonths',
    'months that begin with their own use',
    setting('esim-go', { yearMonths: 'from-use' }),
    'itIsTheFirstListed',
  ],
  [
    'esim-go-year-from-31st',
    'twelveMonths',
    'months of 30 days',
    written('2026-04-30', '2026-04-29'),
    'itIsTheFirstListed',
  ],
  [
    'highland-out-of-stock',
    'outOfStock',
    'a stock that is full',
    written('"given":"an empty stock"', '"seed":"s"'),
    'refused',
  ],
  [
    'highland-out-of-stock',
    'outOfStock',
    'a refusal that its status tells',
    setting('highland', { failureStatus: 409 }, 'refused'),
    'refused',
  ],
  [
    'highland-qr-expires',
    'qrExpires',
    'codes that live longer',
    setting('highland', { installationCodeLifetime: 'P4D' }),
    'isGone',
  ],
  [
    'highland-qr-expires',
    'qrExpires',
    'codes that live shorter',
    setting('highland', { installationCodeLifetime: 'P2D' }),
    'stillOpens',
  ],
  [
    'wholesale-notified-twice',
    'twiceAndReversed',
    'no notification twice',
    without('repeat'),
    'notifications',
  ],
  [
    'wholesale-notified-twice',
    'twiceAndReversed',
    'the right order',
    without('reverse'),
    'notifications',
  ],
  [
    'wholesale-notified-twice',
    'twiceAndReversed',
    'notifications without a signature',
    setting('wholesale', { signing: 'none' }),
    'notifications',
  ],
  [
    'wholesale-receiver-down',
    'downForADay',
    'a receiver that stays down',
    written('"url":"$inputs.receiver"', '"url":"$inputs.down"'),
    'arrived',
  ],
  [
    'wholesale-receiver-down',
    'downForADay',
    'attempts for more than a day',
    setting('wholesale', { retrySchedule: ['PT5S', 'P1D', 'P1D'] }),
    'dead',
  ],
  [
    'wholesale-suspended-line',
    'suspendedLine',
    'a line that is active',
    written('a suspended line', 'an active line'),
    'noData',
  ],
  [
    'wholesale-suspended-line',
    'suspendedLine',
    'a line that works at once',
    setting('wholesale', { settlingDelay: 'PT0S' }, 'resume'),
    'acknowledgedIsNotDone',
  ],
  [
    'wholesale-suspended-line',
    'suspendedLine',
    'a request that fails',
    setting('wholesale', { settlement: 'fail' }, 'resume'),
    'settled',
  ],
]

test.each(BROKEN)('%s: %s fails with %s', async (scenario, id, _, change, fails) => {
  await using receiver = await startReceiver()
  const document = documentOf(scenario)
  const workflows = document.workflows.map((each) => (each.workflowId === id ? change(each) : each))
  const program = await compiled(scenario, stringify({ ...document, workflows }))
  const { cases } = await played([program], { jobs: 2, seed: 'a', receiver: receiver.url })
  expect(cases.map((each) => failedStep(each))).toContain(fails)
})

test('every scenario is broken by something', () => {
  expect([...new Set(BROKEN.map(([scenario]) => scenario)), VERIFYING].sort()).toEqual(names)
})

test('a run of 200 cases leaves no world', async () => {
  const cases = Array.from({ length: 200 }, (_, at) => ({ name: `case ${at}` }))
  const program = await compiled(
    'many',
    stringify({
      arazzo: '1.0.1',
      info: { title: 'Many', version: '1.0.0' },
      sourceDescriptions: [{ name: 'sim', type: 'openapi', url: 'esimulator:control' }],
      workflows: [
        {
          workflowId: 'many',
          'x-esimulator': { cases },
          steps: [{ stepId: 'clock', operationId: 'getClock' }],
        },
      ],
    }),
  )
  const result = await played([program], { jobs: 8, seed: 'a', receiver: sim.url })
  expect(result.cases.filter(({ outcome }) => outcome === 'passed')).toHaveLength(200)
}, 180_000)

test('each has a summary and tags, and a title that says what it shows of whom', () => {
  const documents = names.map((name) => ({ name, document: documentOf(name) }))
  for (const { document } of documents)
    for (const { summary, 'x-esimulator': own, workflowId } of document.workflows) {
      expect(summary, workflowId).toMatch(/^.{10,}$/)
      const isCalled = document.workflows.some(({ steps }) =>
        steps.some((step) => step.workflowId === workflowId),
      )
      if (!isCalled) expect(own?.tags, workflowId).toBeDefined()
    }
  for (const { document } of documents) expect(document.info.title).toMatch(/^[\w .-]+: .{10,}$/)
})

/** What other engines do not know, or take for something else. */
const OURS = [/esimulator:/, /"retryAfter"/, /== null/, /"expect"/, /\$inputs\.receiver/]

test('the portable ones keep to what any engine knows; CONTRIBUTING says why the others do not', () => {
  const isPortable = (name: string) =>
    documentOf(name).workflows.some((each) => each['x-esimulator']?.tags?.includes('portable'))
  const isOurs = (name: string) => {
    const { workflows, sourceDescriptions } = documentOf(name)
    const text = JSON.stringify({ workflows, sourceDescriptions })
    const { tags, ...others } = workflows[0]?.['x-esimulator'] ?? {}
    const isPlain = workflows.length === 1 && Object.keys(others).length === 0
    return !isPlain || OURS.some((pattern) => pattern.test(text))
  }
  const portable = names.filter((name) => isPortable(name))
  expect(portable.length).toBeGreaterThanOrEqual(4)
  expect(names.filter((name) => !isOurs(name))).toEqual(portable)

  const contributing = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const [, table = ''] =
    /\| why not \| scenarios \|\n\|---\|---\|\n((?:\|.*\n)+)/.exec(contributing) ?? []
  const told = [...table.matchAll(/`([a-z]+(?:-[a-z0-9]+)+)`/g)].map(([, name = '']) => name)
  expect([...new Set(told)].sort()).toEqual(names.filter((name) => !isPortable(name)))
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
