// The result of a run: it has the shape its published schema says, tells no secret, and is the same at each run.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import type { RunResult } from '../../src/workflows/result.ts'
import { faultStep, ORDER_STEP, played } from '../support/workflows.ts'

const schema = JSON.parse(
  readFileSync(new URL('../../specs/run-result.schema.json', import.meta.url), 'utf8'),
)
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(
  schema,
)

/** What a schema says is wrong with a result. */
function wrongIn(result: unknown): string[] {
  return validate(result)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

/** One workflow for each way that a case can go. */
const WAYS = `  - workflowId: passes
    summary: A bundle is ordered
    x-esimulator: { tags: [smoke] }
    outputs: { reference: $steps.order.outputs.reference }
    steps:${ORDER_STEP}
        description: One bundle
        outputs: { reference: $response.body#/orderReference }
  - workflowId: fails
    x-esimulator: { cases: [{ name: one, inputs: { wanted: 2 } }] }
    inputs: { type: object, properties: { wanted: { type: integer } } }
    steps:${ORDER_STEP}
        successCriteria: [{ condition: $response.body#/status == 'done' }]
        x-esimulator: { expect: { order: [{ quantity: $inputs.wanted }] } }
  - workflowId: retries
    steps:${faultStep('kind: status, status: 503, retryAfter: 90, times: 1')}${ORDER_STEP}
        onFailure: [{ name: again, type: retry, retryAfter: 1, retryLimit: 1 }]
  - workflowId: calls
    steps:
      - stepId: called
        workflowId: inner
  - workflowId: inner
    steps:${ORDER_STEP}
        successCriteria: [{ condition: $response.body#/status == 'done' }]
  - workflowId: unanswered
    steps:${faultStep('kind: empty')}${ORDER_STEP}
        successCriteria: [{ condition: $statusCode == null }]
  - workflowId: noAnswer
    steps:${faultStep('kind: empty')}${ORDER_STEP}
  - workflowId: needs
    dependsOn: [inner]
    steps:${ORDER_STEP}
  - workflowId: waits
    steps:
      - stepId: forNothing
        operationId: $sourceDescriptions.sim.waitUntil
        requestBody: { payload: { callbacks: {}, within: PT1S } }
        successCriteria: [{ condition: $statusCode == 200 }]
  - workflowId: binary
    steps:
      - stepId: acquire
        operationId: $sourceDescriptions.highland.acquireEsim
        requestBody: { payload: { company_id: 1a9a1d8ddc9311f09e024c50dd6c0d86 } }
        outputs: { barCode: $response.body#/bar_code_url }
      - stepId: opens
        x-operation: { method: get, url: $steps.acquire.outputs.barCode }
  - workflowId: callbacks
    x-esimulator: { given: an assigned bundle }
    inputs: { type: object, properties: { receiver: { type: string } } }
    steps:
      - stepId: target
        operationId: $sourceDescriptions.sim.setCallbackTarget
        parameters: [{ name: slug, in: path, value: esim-go }]
        requestBody: { payload: { url: $inputs.receiver } }
      - stepId: sent
        operationId: $sourceDescriptions.sim.sendCallback
        requestBody: { payload: { provider: esim-go, type: Utilisation } }
`

const ways = await played(WAYS)
const caseOf = (workflow: string) => ways.cases.find((each) => each.workflow === workflow)

test('the result of every way a case can go has the shape that the published schema says', () => {
  expect(ways.cases.map(({ workflow, outcome }) => [workflow, outcome])).toEqual([
    ['passes', 'passed'],
    ['fails', 'failed'],
    ['retries', 'passed'],
    ['calls', 'failed'],
    ['unanswered', 'passed'],
    ['noAnswer', 'failed'],
    ['needs', 'failed'],
    ['waits', 'passed'],
    ['binary', 'passed'],
    ['callbacks', 'passed'],
  ])
  expect(wrongIn(ways)).toEqual([])
  const [first] = ways.cases
  const skipped = { ...first, outcome: 'skipped', reason: 'it needs the simulator', steps: [] }
  expect(wrongIn({ ...ways, cases: [skipped] })).toEqual([])
})

test('the schema refuses what is no result: a field that nobody knows, one that is missing', () => {
  const [first] = ways.cases
  expect(wrongIn({ ...ways, cases: [{ ...first, colour: 'red' }] })).toEqual([
    '/cases/0 must NOT have additional properties',
  ])
  const { seed: _, ...rest } = ways
  expect(wrongIn(rest)).toEqual([" must have required property 'seed'"])
})

/** Each object of a schema: none takes a field it does not name. */
function objectsIn(part: unknown): Readonly<Record<string, unknown>>[] {
  if (typeof part !== 'object' || part === null) return []
  const own = 'properties' in part ? [part as Readonly<Record<string, unknown>>] : []
  return [...own, ...Object.values(part).flatMap(objectsIn)]
}

test('no object of the schema takes a field that it does not name', () => {
  const objects = objectsIn(schema)
  expect(objects.length).toBeGreaterThan(6)
  expect(objects.filter((each) => each.additionalProperties !== false)).toEqual([])
})

test('a case tells its inputs, outputs, tags, world, clock and callbacks', () => {
  expect(caseOf('passes')).toMatchObject({
    summary: 'A bundle is ordered',
    tags: ['smoke'],
    outputs: { reference: expect.stringMatching(/./) },
    world: expect.stringMatching(/^test\.passes-/),
    steps: [{ description: 'One bundle', clock: '2026-01-01T00:00:00.000Z' }],
    callbacks: [],
  })
  expect(caseOf('fails')?.inputs).toEqual({ wanted: 2 })
  expect(caseOf('callbacks')?.inputs).toEqual({ receiver: 'http://receiver.example' })
  expect(caseOf('callbacks')?.callbacks).toMatchObject([
    {
      provider: 'esim-go',
      type: 'Utilisation',
      at: '2026-01-01T00:00:00.000Z',
      attempt: 1,
      url: 'http://receiver.example',
      status: 200,
      signature: 'genuine',
      body: expect.stringContaining('"iccid"'),
    },
  ])
})

test('what would have done stands beside what was seen', () => {
  expect(caseOf('fails')?.steps[0]?.failures).toMatchObject([
    { expectedValue: 'done', seen: [{ value: 'completed' }] },
    { expectedValue: 2, seen: [{ value: 1 }] },
  ])
})

test('a body that is no text is told by its size', () => {
  const opened = caseOf('binary')?.steps[1]?.exchange
  expect(opened).toMatchObject({ status: 200, replySize: expect.any(Number) })
  expect(opened).not.toHaveProperty('replyBody')
})

test('an answer of /_sim that refuses carries the time of its world, as every other does', async () => {
  const text = `  - workflowId: refused
    steps:
      - stepId: none
        operationId: $sourceDescriptions.sim.getSim
        parameters: [{ name: iccid, in: path, value: "8900000000000000000" }]
        successCriteria: [{ condition: $statusCode == 404 }]
`
  const { cases } = await played(text)
  expect(cases[0]?.steps[0]?.clock).toBe('2026-01-01T00:00:00.000Z')
})

test('a body is told as far as it can be read', async () => {
  const long = 'x'.repeat(40_000)
  const text = `  - workflowId: long
    steps:
      - stepId: order
        operationId: $sourceDescriptions.go.createOrder
        requestBody: { payload: { type: ${long} } }
        successCriteria: [{ condition: $statusCode == 400 }]
`
  const { cases } = await played(text)
  const body = cases[0]?.steps[0]?.exchange?.requestBody ?? ''
  expect(body).toHaveLength(32_768 + '... [cut: 40011 characters in all]'.length)
  expect(body).toMatch(/x\.\.\. \[cut: 40011 characters in all\]$/)
})

/** A result without what the wall clock says. */
function withoutWall(result: RunResult): string {
  return JSON.stringify(result, (name, value) =>
    name === 'duration' || name === 'startedAt' ? undefined : value,
  )
}

// ESIMULATOR_RUNS=50 for a long look.
const RUNS = Number(process.env.ESIMULATOR_RUNS ?? 2)

test('the same files give the same document, one case at a time or eight', async () => {
  for (let run = 0; run < RUNS; run += 1)
    expect(withoutWall(await played(WAYS, { jobs: run % 2 === 0 ? 8 : 1 }))).toBe(withoutWall(ways))
}, 600_000)
