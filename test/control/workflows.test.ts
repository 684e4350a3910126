// Workflows over /_sim: which there are, runs of them a step at a time, their reports, events, bounds and end.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  createApp,
  type RunningSimulator,
  type StartOptions,
  type StreamEvent,
  startSimulator,
  type WorkflowRunShown,
} from '../../src/index.ts'
import { MOST_RUNNING, MOST_RUNS } from '../../src/library/workflow-runs.ts'
import { call, expectProblem } from '../support/control.ts'
import { HEAD, ORDER_STEP } from '../support/workflows.ts'

const QR = 'esimulator:highland-qr-expires.arazzo.yaml'

/** A workflow of two steps, of which the second fails. */
const FAILS = `${HEAD}
  - workflowId: orders
    summary: An order, and one that is refused
    inputs: { type: object, required: [item], properties: { item: { type: string, default: nothing } } }
    x-esimulator: { cases: [{ name: one, inputs: { item: nothing } }, { name: two, inputs: { item: less } }] }
    steps:${ORDER_STEP}
      - stepId: refused
        description: There is no such bundle
        operationId: $sourceDescriptions.go.createOrder
        requestBody: { payload: { type: transaction, assign: true, order: [{ type: bundle, quantity: 1, item: $inputs.item }] } }
`

/** A simulator with a folder of these files. */
async function simulatorWith(
  files: Readonly<Record<string, string>>,
  options: StartOptions = {},
): Promise<{ readonly sim: RunningSimulator; readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'esimulator-workflows-'))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  const sim = await startSimulator({ ...options, workflows: folder })
  onTestFinished(async () => {
    await sim.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { sim, folder }
}

async function simulator(options: StartOptions = {}): Promise<RunningSimulator> {
  const sim = await startSimulator(options)
  onTestFinished(() => sim.close())
  return sim
}

/** Events of a world, from now on. */
async function listener(sim: RunningSimulator) {
  const events = sim.events({ types: ['workflow'] })[Symbol.asyncIterator]()
  await events.next()
  return events
}

/** The run, once it has ended: an event of the world that asked for it says so. */
async function ended(
  sim: RunningSimulator,
  events: AsyncIterator<StreamEvent>,
  id: string,
): Promise<WorkflowRunShown> {
  for (;;) {
    const { value, done } = await events.next()
    if (done) throw new Error('the stream ended before the run did')
    const { name, data } = value as StreamEvent
    const isIt = name === 'workflow' && data.run === id && data.step === undefined
    if (isIt && data.state !== 'running') return sim.workflows.get(id)
  }
}

const stepsOf = ({ steps }: WorkflowRunShown) => steps.map(({ id, state }) => `${id} ${state}`)

test('every scenario of the package is listed, with what a page shows of it', async () => {
  const sim = await simulator()
  const { folder, workflows, problems } = await sim.workflows.list()
  expect(folder).toBeUndefined()
  expect(problems).toEqual([])
  const files = new Set(workflows.map(({ file }) => file))
  expect(files.size).toBe(15)
  expect(workflows.find(({ file }) => file === QR)).toMatchObject({
    id: 'qrExpires',
    providers: ['highland'],
    source: 'shipped',
    inputs: { properties: { company: { type: 'string' } } },
    steps: expect.arrayContaining([
      { id: 'acquire', operation: 'acquireEsim' },
      { id: 'opens', operation: 'GET $steps.acquire.outputs.barCode' },
    ]),
  })
  // Those that others call are not run by themselves.
  expect(workflows.map(({ id }) => id)).not.toContain('activate')
  const twice = workflows.find(({ id }) => id === 'twiceAndReversed')
  expect(twice?.cases?.map(({ name }) => name)).toEqual(['a card', 'other cards'])
  expect(twice?.steps).toContainEqual({ id: 'one', operation: 'workflow activate' })
}, 60_000)

test('a folder is read anew at each call, and what is wrong in a file is told with its line', async () => {
  const { sim, folder } = await simulatorWith({
    'shop/orders.yaml': FAILS,
    'shop/openapi.yaml': 'openapi: 3.1.0\n',
    'broken.arazzo.yaml': 'arazzo: 1.0.1\n  info: [\n',
    'node_modules/x/y.arazzo.yaml': FAILS,
  })
  const own = async () => {
    const { workflows, ...rest } = await sim.workflows.list()
    return { ...rest, files: workflows.flatMap((w) => (w.source === 'folder' ? [w.file] : [])) }
  }
  const before = await own()
  expect(before.folder).toBe(folder)
  expect(before.files).toEqual(['shop/orders.yaml'])
  expect(before.problems.length).toBeGreaterThan(0)
  for (const problem of before.problems)
    expect(problem).toEqual({
      file: 'broken.arazzo.yaml',
      line: expect.any(Number),
      says: expect.stringMatching(/^this is no YAML/),
    })

  await writeFile(join(folder, 'broken.arazzo.yaml'), FAILS.replace('createOrder', 'creatOrder'))
  const { problems } = await own()
  expect(problems).toEqual([
    {
      file: 'broken.arazzo.yaml',
      line: FAILS.split('\n').findIndex((line) => line.includes('createOrder')) + 1,
      says: expect.stringContaining('createOrder'),
    },
  ])
  await writeFile(join(folder, 'broken.arazzo.yaml'), FAILS)
  expect(await own()).toMatchObject({
    problems: [],
    files: ['broken.arazzo.yaml', 'shop/orders.yaml'],
  })
  await rm(folder, { recursive: true })
  const says = expect.stringMatching(/^the folder .* cannot be read: /)
  expect((await own()).problems).toEqual([{ file: '.', line: 1, says }])
}, 60_000)

test('a folder there is not is refused at the start', async () => {
  const none = join(tmpdir(), 'esimulator-no-such-folder')
  await expect(startSimulator({ workflows: none })).rejects.toThrow(
    `startSimulator: workflows: there is no folder ${none}: make it first, or name another`,
  )
})

test('a run goes on by itself in a world of its own, which stays until the run is removed', async () => {
  const sim = await simulator()
  const events = await listener(sim)
  const { id, ...begun } = await sim.workflows.start({ file: QR })
  expect({ id, ...begun }).toMatchObject({ id: 'run_1', file: QR, workflow: 'qrExpires' })
  const run = await ended(sim, events, id)
  expect(run).toMatchObject({ state: 'passed', result: { outcome: 'passed', file: QR } })
  expect(run.steps.map((step) => step.id)).toEqual([
    'acquire',
    'opens',
    'untilTheLastSecond',
    'stillOpens',
    'oneSecondMore',
    'isGone',
    'handsetIsRefused',
  ])
  expect(run.steps.at(-1)).toMatchObject({
    state: 'passed',
    within: ['qrExpires'],
    attempt: 1,
    clock: '2026-01-04T00:00:00.000Z',
    exchange: { operation: 'installSim', request: { method: 'POST' }, reply: { status: 409 } },
  })
  expect(await sim.workflows.runs()).toEqual([
    expect.objectContaining({ id, state: 'passed', world: run.world }),
  ])

  const world = await sim.worlds.open(run.world ?? '')
  expect(await world.sims()).not.toEqual([])
  // Nothing was done in the world that asked.
  expect(await sim.journal.list()).toEqual([])
  expect((await sim.commands()).commands).toEqual([])
  await sim.workflows.remove(id)
  expect((await sim.worlds.list()).map(({ name }) => name)).toEqual(['default'])
  expect(await sim.workflows.runs()).toEqual([])
}, 60_000)

test('a run that pauses is made a step at a time, and nothing is sent before it is told to go on', async () => {
  const sim = await simulator()
  const events = await listener(sim)
  const file = 'esimulator:wholesale-notified-twice.arazzo.yaml'
  const run = await sim.workflows.start({ file, case: 'other cards', pause: 'each-step' })
  expect(run).toMatchObject({ state: 'paused', nextStep: 'listen', case: 'other cards' })
  expect(stepsOf(run)).toEqual(['listen paused'])
  const world = await sim.worlds.open(run.world ?? '')
  expect((await world.callbacks.targetOf('wholesale')).url).toBeUndefined()

  expect(stepsOf(await sim.workflows.next(run.id))).toEqual(['listen passed', 'repeat paused'])
  expect((await world.callbacks.targetOf('wholesale')).url).toMatch(/^http:\/\/127/)
  await sim.workflows.next(run.id)
  await sim.workflows.next(run.id)
  const within = await sim.workflows.next(run.id)
  // A step that runs another workflow is under way while the first step of that is waited for.
  expect(within.nextStep).toBe('request')
  expect(stepsOf(within).slice(-2)).toEqual(['one running', 'request paused'])
  const { body } = await call<WorkflowRunShown>(
    sim.url,
    `/_sim/workflows/runs/${run.id}/continue`,
    { method: 'POST' },
  )
  expect([body.id, body.state, body.nextStep]).toEqual([run.id, 'running', undefined])
  expect(stepsOf(body).at(-1)).toBe('request running')
  const end = await ended(sim, events, run.id)
  expect(end.state).toBe('passed')
  expect(end.nextStep).toBeUndefined()
  expect(end.result?.callbacks).toHaveLength(3)
  const problem = await call(sim.url, `/_sim/workflows/runs/${run.id}/next`, { method: 'POST' })
  expectProblem(problem, 409, /^run_1 is not paused, it is passed: start it again$/)
}, 60_000)

test('a step that fails says why, and its secrets are struck out, before the end and after it', async () => {
  const { sim } = await simulatorWith({ 'fails.arazzo.yaml': FAILS }, { token: 'the-token-of-it' })
  const events = await listener(sim)
  const run = await sim.workflows.start({
    file: 'fails.arazzo.yaml',
    inputs: { item: 'never_heard_of' },
    pause: 'each-step',
  })
  const shown = await sim.workflows.next(run.id)
  const world = await sim.worlds.open(run.world ?? '')
  const key = world.credentials['esim-go'].apiKey ?? ''
  expect(key).not.toBe('')
  const [order] = shown.steps
  expect(order?.exchange?.request.headers).toMatchObject({ 'x-api-key': '[redacted]' })
  expect(order?.exchange?.request.body).toContain('esim_1GB_7D_GB_V2')
  await sim.workflows.continue(run.id)
  const end = await ended(sim, events, run.id)
  expect(end.state).toBe('failed')
  expect(end.steps.at(-1)).toMatchObject({
    id: 'refused',
    description: 'There is no such bundle',
    state: 'failed',
    says: expect.stringMatching(/the answer is 4\d\d, expected 2xx/),
  })
  for (const text of [
    JSON.stringify(shown),
    JSON.stringify(end),
    await sim.workflows.report(run.id),
  ]) {
    expect(text).not.toContain(key)
    expect(text).not.toContain('the-token-of-it')
  }
}, 60_000)

test('the report is what `run --report` writes; a page of it can load and run nothing', async () => {
  const { sim } = await simulatorWith({ '<b>fails.arazzo.yaml': FAILS })
  const events = await listener(sim)
  const run = await sim.workflows.start({ file: '<b>fails.arazzo.yaml' })
  const path = `/_sim/workflows/runs/${run.id}/report`
  await ended(sim, events, run.id)
  const page = await fetch(sim.url + path)
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(page.headers.get('content-security-policy')).toBe(
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox",
  )
  const html = await page.text()
  expect(html).toMatch(/^<!doctype html>/)
  expect(html).toContain('&lt;b&gt;fails')
  expect(html).not.toContain('<b>')
  expect(html).not.toMatch(/<script|src=|https?:\/\/(?!127\.0\.0\.1|receiver\.example)/)
  const json = await fetch(`${sim.url + path}?format=json`)
  expect(json.headers.get('content-type')).toBe('application/json')
  expect(await json.json()).toMatchObject({ format: 1, outcome: 'failed', target: sim.url })
  const junit = await fetch(`${sim.url + path}?format=junit`)
  expect(junit.headers.get('content-type')).toBe('application/xml; charset=utf-8')
  expect(await junit.text()).toContain('<testsuite')
  expectProblem(await call(sim.url, `${path}?format=pdf`), 400, /format.*html, json.*junit/)
}, 60_000)

test('the world that asked is told of each step, and no other', async () => {
  const sim = await simulator()
  const other = await sim.worlds.create({ name: 'other' })
  const events = await listener(sim)
  const { id } = await other.workflows.start({ file: QR, pause: 'each-step' })
  const heard = other.events({ types: ['workflow'] })[Symbol.asyncIterator]()
  await heard.next()
  await other.workflows.next(id)
  const told: unknown[] = []
  for (let count = 0; count < 3; count += 1) {
    const { value } = await heard.next()
    const { data } = value as StreamEvent
    told.push(data)
  }
  const at = expect.any(String)
  expect(told).toEqual([
    { at, run: id, state: 'running', step: 'acquire', stepState: 'running' },
    { at, run: id, state: 'running', step: 'acquire', stepState: 'passed' },
    { at, run: id, state: 'paused', step: 'opens', stepState: 'paused' },
  ])
  await other.workflows.remove(id)
  const { value } = await heard.next()
  expect((value as StreamEvent).data).toEqual({ at, run: id, state: 'stopped' })

  // What it hears first is of a run of its own.
  const { id: own } = await sim.workflows.start({ file: QR, pause: 'each-step' })
  const first = await events.next()
  expect((first.value as StreamEvent).data).toMatchObject({ run: own })
}, 60_000)

test('no more than a few are under way at a time; of those that ended the oldest goes', async () => {
  const { sim } = await simulatorWith({
    'none.arazzo.yaml': `${HEAD}
  - workflowId: short
    steps:
      - stepId: look
        operationId: $sourceDescriptions.sim.getClock
`,
  })
  const file = 'none.arazzo.yaml'
  for (let count = 0; count < MOST_RUNNING; count += 1)
    await sim.workflows.start({ file, pause: 'each-step' })
  const json = { file }
  const refused = await call(sim.url, '/_sim/workflows/runs', { json })
  expectProblem(refused, 409, /^4 runs are under way \(run_1, run_2, run_3, run_4\): let one end/)
  const worlds = await sim.worlds.list()
  expect(new Set(worlds.map(({ name }) => name)).size).toBe(1 + MOST_RUNNING)

  for (let count = 2; count <= MOST_RUNNING; count += 1) await sim.workflows.next(`run_${count}`)
  for (let count = MOST_RUNNING; count < MOST_RUNS; count += 1) {
    const { id } = await sim.workflows.start({ file, pause: 'each-step' })
    await sim.workflows.next(id)
  }
  const before = await sim.workflows.runs()
  expect(before).toHaveLength(MOST_RUNS)
  const next = await sim.workflows.start({ file, pause: 'each-step' })
  const after = (await sim.workflows.runs()).map(({ id }) => id)
  expect(after).toHaveLength(MOST_RUNS)
  expect(after[0]).toBe(next.id)
  // The first is older, and still under way.
  expect(after).toContain('run_1')
  expect(after).not.toContain('run_2')
}, 60_000)

test('what cannot be run is refused in words that say what to do', async () => {
  const { sim } = await simulatorWith({
    'fails.arazzo.yaml': FAILS,
    'wrong.arazzo.yaml': FAILS.replace('createOrder', 'creatOrder'),
    'asks.arazzo.yaml': FAILS.replace(', default: nothing', '').replace(/x-esimulator: .*\n/, '\n'),
  })
  const ask = (json: object) => call(sim.url, '/_sim/workflows/runs', { json })
  expectProblem(await ask({}), 400, /file/)
  expectProblem(
    await ask({ file: 'fail.arazzo.yaml' }),
    404,
    /^there is no file of workflows "fail.arazzo.yaml": did you mean fails.arazzo.yaml\?/,
  )
  for (const file of ['../fails.arazzo.yaml', '/etc/passwd', 'esimulator:../package.json'])
    expectProblem(await ask({ file }), 404, /^there is no file of workflows/)
  expectProblem(
    await ask({ file: 'wrong.arazzo.yaml' }),
    400,
    /^it cannot be run: wrong.arazzo.yaml:\d+: .*createOrder/,
  )
  const file = 'fails.arazzo.yaml'
  expectProblem(await ask({ file, workflow: 'order' }), 400, /did you mean orders\?/)
  expectProblem(await ask({ file, case: 'three' }), 400, /^there is no case "three".* one, two$/)
  expectProblem(await ask({ file, inputs: { itm: 'x' } }), 400, /no input "itm".*did you mean item/)
  expectProblem(
    await ask({ file: 'asks.arazzo.yaml' }),
    400,
    /the input "item" is missing: give it with "inputs"/,
  )
  const none = await call(sim.url, '/_sim/workflows/runs/run_7')
  expectProblem(none, 404, /^there is no run run_7: GET \/_sim\/workflows\/runs/)
  expect(await sim.workflows.runs()).toEqual([])
  const run = await sim.workflows.start({ file, pause: 'each-step' })
  const early = await call(sim.url, `/_sim/workflows/runs/${run.id}/report`)
  expectProblem(early, 409, /^there is no report of run_1: it is paused: let it end$/)
}, 60_000)

test('where the simulator stops its runs end, and their worlds are not kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'esimulator-state-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const sim = await startSimulator({ store: folder })
  await sim.workflows.start({ file: QR, pause: 'each-step' })
  expect(await sim.worlds.list()).toHaveLength(2)
  await sim.close()
  const again = await simulator({ store: folder })
  expect((await again.worlds.list()).map(({ name }) => name)).toEqual(['default'])
  expect(await again.workflows.runs()).toEqual([])
}, 60_000)

test('an application without a port runs them, too', async () => {
  await using app = await createApp()
  const ask = async (path: string, json?: object) => {
    const init = json && {
      method: 'POST',
      body: JSON.stringify(json),
      headers: { 'Content-Type': 'application/json' },
    }
    const answer = await app.fetch(`http://sim/_sim/workflows/runs${path}`, init)
    return (await answer.json()) as WorkflowRunShown
  }
  const begun = await ask('', { file: QR, pause: 'each-step' })
  const { steps } = await ask(`/${begun.id}/next`, {})
  expect(steps[0]).toMatchObject({ id: 'acquire', state: 'passed' })
  expect(steps[0]?.exchange?.request.url).toMatch(/^http:\/\/sim\/w\/run_1\./)
}, 60_000)
