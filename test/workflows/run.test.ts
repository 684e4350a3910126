// Workflows that are run: against a simulator, each case in a world of its own, by the command line.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startSimulator } from '../../src/index.ts'
import { compileText } from '../../src/workflows/compile.ts'
import type { RunResult } from '../../src/workflows/result.ts'
import { planned, runCases } from '../../src/workflows/runner.ts'
import { simulatorTarget } from '../../src/workflows/simulator-target.ts'
import { run } from '../support/cli.ts'

const HEAD = `arazzo: 1.0.1
info: { title: T, version: 1.0.0 }
sourceDescriptions:
  - { name: go, type: openapi, url: esimulator:esim-go }
  - { name: wholesale, type: openapi, url: esimulator:wholesale }
  - { name: sim, type: openapi, url: esimulator:control }
workflows:
`

const FAULT = (what: string) => `
      - stepId: fault
        operationId: $sourceDescriptions.sim.addFault
        requestBody: { payload: { provider: esim-go, operation: createOrder, ${what} } }
        successCriteria: [{ condition: $statusCode == 201 }]`

const ORDER = `
      - stepId: order
        operationId: $sourceDescriptions.go.createOrder
        requestBody: { payload: { type: transaction, assign: true, order: [{ type: bundle, quantity: 1, item: esim_1GB_7D_GB_V2 }] } }`

/** Runs the workflows of a text against a simulator of its own. */
async function played(text: string, options: { jobs?: number; seed?: string } = {}) {
  await using sim = await startSimulator()
  const { jobs = 2, seed = 's' } = options
  const program = await compileText('/here/test.arazzo.yaml', HEAD + text)
  const target = simulatorTarget({ url: sim.url, seed, keep: false })
  const result = await runCases(planned([program], {}), target, { jobs, seed })
  const { body } = await import('../support/control.ts').then(({ call }) =>
    call<{ worlds: { name: string }[] }>(sim.url, '/_sim/worlds'),
  )
  expect(body.worlds.map(({ name }) => name)).toEqual(['default'])
  return result
}

const outcomes = ({ cases }: RunResult) => cases.map(({ workflow, outcome }) => [workflow, outcome])

test('an order fails with 503 once, and the retry succeeds; the clock moves by Retry-After', async () => {
  const text = `  - workflowId: retries
    steps:${FAULT('kind: status, status: 503, retryAfter: 90, times: 1')}${ORDER}
        onFailure: [{ name: again, type: retry, retryAfter: 1, retryLimit: 1, criteria: [{ condition: $statusCode == 503 }] }]
      - stepId: clock
        operationId: $sourceDescriptions.sim.getClock
        successCriteria: [{ condition: "$response.body#/now == '2026-01-01T00:01:30.000Z'" }]
`
  const result = await played(text)
  expect(outcomes(result)).toEqual([['retries', 'passed']])
  expect(
    result.cases[0]?.steps.map(({ step, attempt, outcome, action }) => [
      step,
      attempt,
      outcome,
      action,
    ]),
  ).toEqual([
    ['fault', 1, 'passed', undefined],
    ['order', 1, 'failed', 'again: retry after 90 s'],
    ['order', 2, 'passed', undefined],
    ['clock', 1, 'passed', undefined],
  ])
})

test('a step that fails tells the place, what was seen, and a curl that repeats it without secrets', async () => {
  const text = `  - workflowId: fails
    steps:${ORDER}
        successCriteria: [{ condition: "$response.body#/status == 'done'" }]
        x-esimulator: { expect: { status: completed, order: [{ quantity: 2 }] } }
`
  const result = await played(text)
  const [step] = result.cases[0]?.steps ?? []
  expect(result.outcome).toBe('failed')
  expect(step?.failures).toMatchObject([
    { place: { line: 13 }, seen: [{ expression: '$response.body#/status', value: 'completed' }] },
    {
      place: { line: 14 },
      message: expect.stringContaining('$response.body#/order/0/quantity is 1, expected 2'),
    },
  ])
  expect(JSON.stringify(result)).not.toContain('test-esim-go-key')
  expect(step?.exchange?.requestHeaders['x-api-key']).toBe('[redacted]')
})

test('sub-workflows, goto, end, captures and outputs lead where they say', async () => {
  const text = `  - workflowId: main
    inputs: { type: object, properties: { by: { default: PT1H } } }
    outputs: { now: $steps.look.outputs.now }
    steps:
      - stepId: called
        workflowId: moves
        parameters: [{ name: by, value: $inputs.by }]
        outputs: { to: $outputs.to }
        onSuccess: [{ name: skip, type: goto, stepId: look }]
      - stepId: neverMade
        operationId: $sourceDescriptions.go.getOrganisation
        successCriteria: [{ condition: $statusCode == 418 }]
      - stepId: look
        operationId: $sourceDescriptions.sim.getClock
        successCriteria: [{ condition: $response.body#/now == $steps.called.outputs.to }]
        outputs: { now: $response.body#/now }
        x-esimulator: { capture: { hour: { from: $response.body#/now, match: 'T(\\\\d\\\\d)' } } }
        onSuccess: [{ name: enough, type: end, criteria: [{ condition: $response.body#/mode == 'frozen' }] }]
      - stepId: notReached
        operationId: $sourceDescriptions.go.getOrganisation
        successCriteria: [{ condition: $statusCode == 418 }]
  - workflowId: moves
    inputs: { type: object, required: [by], properties: { by: { type: string } } }
    outputs: { to: $steps.advance.outputs.to }
    steps:
      - stepId: advance
        operationId: $sourceDescriptions.sim.advanceClock
        requestBody: { payload: { by: PT1S }, replacements: [{ target: /by, value: $inputs.by }] }
        outputs: { to: $response.body#/to }
`
  const result = await played(text)
  expect(outcomes(result)).toEqual([['main', 'passed']])
  expect(result.cases[0]?.outputs).toEqual({ now: '2026-01-01T01:00:00.000Z' })
  expect(result.cases[0]?.steps.map(({ step }) => step)).toEqual(['advance', 'called', 'look'])
})

test('what goes round for ever is ended by its budget, and says so', async () => {
  const text = `  - workflowId: loops
    steps:
      - stepId: round
        operationId: $sourceDescriptions.sim.getClock
        onSuccess: [{ name: again, type: goto, stepId: round }]
`
  const result = await played(text)
  expect(result.cases[0]).toMatchObject({
    outcome: 'failed',
    reason: expect.stringMatching(/1000 steps/),
  })
})

test('a token is fetched for a bearer scheme, and again once the clock has passed its end', async () => {
  const text = `  - workflowId: tokens
    steps:
      - stepId: first
        operationId: $sourceDescriptions.wholesale.queryTransactionStatus
        parameters: [{ name: partnerTransactionId, in: query, value: none }]
        successCriteria: [{ condition: $statusCode == 404 }]
      - stepId: later
        operationId: $sourceDescriptions.sim.advanceClock
        requestBody: { payload: { by: P1D } }
      - stepId: second
        operationId: $sourceDescriptions.wholesale.queryTransactionStatus
        parameters: [{ name: partnerTransactionId, in: query, value: none }]
        successCriteria: [{ condition: $statusCode == 404 }]
`
  expect(outcomes(await played(text))).toEqual([['tokens', 'passed']])
})

test('the same seed gives the same answers, however many run at a time', async () => {
  const cases = `x-esimulator: { cases: [{ name: a }, { name: b }, { name: c }, { name: d }] }`
  const text = `  - workflowId: orders
    ${cases}
    steps:${ORDER}
`
  const told = ({ cases: all }: RunResult) =>
    all.map(({ steps }) => steps.map(({ exchange }) => exchange?.replyBody))
  const one = told(await played(text, { jobs: 1 }))
  expect(told(await played(text, { jobs: 4 }))).toEqual(one)
  expect(new Set(one.flat()).size).toBe(1)
  expect(told(await played(text, { seed: 'other' }))).not.toEqual(one)
})

test('the command line runs the shipped scenarios, and reports them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'esimulator-run-'))
  try {
    const scenarios = new URL('../../scenarios/', import.meta.url).pathname
    // One of them is skipped: it tests a receiver, and is told of none.
    const files = ['highland-*.yaml', 'esim-go-bad-*.yaml'].map((name) => scenarios + name)
    const reports = ['--report', 'junit:out.xml', '--report', 'json:out.json']
    const { code, stdout, stderr } = await run(['run', ...files, ...reports], {
      cwd: folder,
    })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/\n2 passed, 0 failed, 3 skipped in \d+ ms\n$/)
    expect(code).toBe(0)
    expect(await readFile(join(folder, 'out.xml'), 'utf8')).toMatch(
      /<testsuites name="esimulator" tests="5" failures="0" errors="0" skipped="3"/,
    )
    const result = JSON.parse(await readFile(join(folder, 'out.json'), 'utf8')) as RunResult
    expect(result.cases).toHaveLength(5)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('the command line ends with 1 for what failed, with 2 for what cannot be run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'esimulator-run-'))
  try {
    const failing = `${HEAD}  - workflowId: fails\n    steps:${ORDER}\n        successCriteria: [{ condition: $statusCode == 500 }]\n`
    await writeFile(join(folder, 'fails.yaml'), failing)
    await writeFile(join(folder, 'wrong.yaml'), failing.replace('createOrder', 'createOrdr'))
    const cli = (...args: string[]) => run(['run', ...args], { cwd: folder })
    expect(await cli('fails.yaml', '--report', 'github')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /✗ .*fails[\s\S]*fails\.yaml:13:\d+: [\s\S]*curl -i -X POST[\s\S]*::error file=fails\.yaml,line=13/,
      ),
    })
    const wrong = await cli('wrong.yaml')
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toMatch(
      /wrong\.yaml:11:\d+: there is no operation "createOrdr": did you mean createOrder\?/,
    )
    expect(await cli('none.yaml')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no such file/),
    })
    expect(await cli('fails.yaml', '--only', 'nothing')).toMatchObject({ code: 2 })
    expect(await cli('fails.yaml', '--dry-run')).toMatchObject({
      code: 0,
      stdout: 'fails.yaml.fails\n',
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})
