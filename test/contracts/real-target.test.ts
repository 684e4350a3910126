// A real endpoint as a target: what its file may say, what runs and what does not, and that nothing else is ever sent.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { openContractRun } from '../../src/contracts/contract-run.ts'
import { realTarget } from '../../src/contracts/real-target.ts'
import { suiteOfSpec } from '../../src/contracts/suite-of-spec.ts'
import { readTargetFile } from '../../src/contracts/target-file.ts'
import type { Permission } from '../../src/contracts/what-runs.ts'
import { compileText } from '../../src/workflows/compile.ts'
import type { Effect } from '../../src/workflows/effect.ts'
import { planned, runCases } from '../../src/workflows/runner.ts'
import type { Target } from '../../src/workflows/session.ts'
import { sourceOf } from '../../src/workflows/sources.ts'
import { KEY, type ShelfApi, SPEC, startShelfApi } from '../support/shelf-api.ts'

let api: ShelfApi

beforeAll(async () => {
  api = await startShelfApi()
})
beforeEach(() => api.reset())
afterAll(() => api[Symbol.asyncDispose]())

async function targetOf(text: string, env: NodeJS.ProcessEnv = {}) {
  const file = join(api.folder, 'target.yaml')
  await writeFile(file, text)
  return readTargetFile(file, env)
}

const GOOD = `provider: esim-go
baseUrl: https://api.example.com/v2.4/
credentials: { apiKey: "\${ESIM_GO_KEY}" }
rate: 30/min
volatile: [/esims/*/lastAction]
known:
  - { where: status GET /esims, reason: answers 206, until: 2027-01-31 }
`

test('a target file is read, its secrets out of the environment', async () => {
  expect(await targetOf(GOOD, { ESIM_GO_KEY: 'k' })).toEqual({
    file: join(api.folder, 'target.yaml'),
    provider: 'esim-go',
    baseUrl: 'https://api.example.com/v2.4',
    credentials: { apiKey: 'k' },
    rate: 0.5,
    volatile: ['/esims/*/lastAction'],
    known: [{ where: 'status GET /esims', reason: 'answers 206', until: '2027-01-31' }],
  })
})

test.each([
  ['baseUrl: https', 'baseUrl: htps', '2:10: baseUrl must be an http or https URL'],
  ['https://api', 'https://me:pass@api', '2:10: baseUrl must have no credential in it'],
  ['baseUrl', 'baseURL', '2:10: there is no field "baseURL": did you mean baseUrl?'],
  ['apiKey', 'apikey', '3:25: there is no field "apikey": did you mean apiKey?'],
  [`"\${ESIM_GO_KEY}"`, 'abc123', '3:24: credentials.apiKey must name a variable'],
  ['ESIM_GO_KEY', 'ESIM_NO_KEY', 'the variable ESIM_NO_KEY is not set'],
  ['30/min', 'fast', '4:7: rate must be as in 5/s or 60/min'],
  ['[/esims/*/lastAction]', '7', '5:11: volatile must be a list of texts'],
  ['reason: answers 206, ', '', '7:5: what is known has a where and a reason'],
  ['2027-01-31', 'soon', 'until must be a day'],
])('of a target file, %s as %s is told with its place', async (right, wrong, told) => {
  const reading = targetOf(GOOD.replace(right, wrong), { ESIM_GO_KEY: 'k' })
  await expect(reading).rejects.toThrow(told)
})

const HEAD = `arazzo: 1.0.1
info: { title: T, version: 1.0.0 }
sourceDescriptions:
  - { name: shelf, type: openapi, url: shelf.yaml }
  - { name: go, type: openapi, url: 'esimulator:esim-go' }
  - { name: sim, type: openapi, url: 'esimulator:control' }
workflows:
  - workflowId: w
    steps:
`
const step = (fields: string) => `      - { stepId: s, ${fields} }\n`
const READ = step('operationId: $sourceDescriptions.go.listEsims')
const advance = (by: string) =>
  step(`operationId: $sourceDescriptions.sim.advanceClock, requestBody: { payload: { by: ${by} } }`)
const order = (type: string) =>
  step(
    `operationId: $sourceDescriptions.go.createOrder, requestBody: { payload: { type: ${type} } }`,
  )

const READS: Permission = {
  provider: 'esim-go',
  allow: 'reads',
  maxWait: 60_000,
  hasReceiver: false,
}

test.each<[name: string, steps: string, permission: Partial<Permission>, why: RegExp | undefined]>([
  ['reads', READ, {}, undefined],
  ['an order that is only validated', order('validate'), {}, undefined],
  ['an order', order('transaction'), {}, /s: createOrder spends: --allow spends/],
  ['an order, with changes allowed', order('transaction'), { allow: 'changes' }, /--allow spends/],
  ['an order, allowed', order('transaction'), { allow: 'spends' }, undefined],
  ['an order of a type nobody knows yet', order('$inputs.type'), {}, /spends/],
  [
    'an order whose type is replaced',
    order('validate').replace(
      '} } }',
      '}, replacements: [{ target: /type, value: transaction }] } }',
    ),
    { allow: 'changes' },
    /--allow spends/,
  ],
  ['a minute', advance('PT1M'), {}, undefined],
  [
    'a poll that may last longer',
    READ.replace(
      ' }',
      ', onFailure: [{ name: again, type: retry, retryAfter: 2, retryLimit: 31 }] }',
    ),
    {},
    /it may take PT1M2S/,
  ],
  [
    'a poll that may last as long',
    READ.replace(
      ' }',
      ', onFailure: [{ name: again, type: retry, retryAfter: 2, retryLimit: 30 }] }',
    ),
    {},
    undefined,
  ],
  ['more than a minute', advance('PT61S'), {}, /would take PT1M1S .* --max-wait allows PT1M/],
  ['two waits', advance('PT40S') + advance('PT40S').replace('s,', 't,'), {}, /would take PT1M20S/],
  ['three days, allowed', advance('P3D'), { maxWait: 4 * 86_400_000 }, undefined],
  ['a wait nobody knows', advance('$inputs.by'), {}, /how long it waits is not told before/],
  [
    'a handset',
    step(
      'operationId: $sourceDescriptions.sim.saveSnapshot, parameters: [{ name: name, in: path, value: x }]',
    ),
    {},
    /needs the simulator/,
  ],
  ['callbacks', step('operationId: $sourceDescriptions.sim.listDeliveries'), {}, /--receiver URL/],
  [
    'callbacks that arrive',
    step('operationId: $sourceDescriptions.sim.listDeliveries'),
    { hasReceiver: true },
    undefined,
  ],
  [
    'another API',
    step('operationId: $sourceDescriptions.shelf.listThings'),
    {},
    /is not what the target is/,
  ],
  [
    'another provider',
    READ,
    { provider: 'highland' },
    /esim-go is not what the target is: highland/,
  ],
  [
    'another version',
    READ,
    { baseUrl: 'https://api.example.com/v2.5' },
    /it is of v2\.4, and the target is v2\.5/,
  ],
  ['a link', step('x-operation: { method: get, url: $inputs.link }'), {}, undefined],
  [
    'a link that changes',
    step('x-operation: { method: delete, url: $inputs.link }'),
    {},
    /--allow changes/,
  ],
])('%s', async (_, steps, permission, why) => {
  const { whySkipped } = await import('../../src/contracts/what-runs.ts')
  const inputs = '    inputs: { type: object, properties: { type: {}, by: {}, link: {} } }\n'
  const text = HEAD.replace('    steps:\n', `${inputs}    steps:\n`) + steps
  const program = await compileText(join(api.folder, 'w.arazzo.yaml'), text)
  const workflow = program.workflows.get('w')
  const told = workflow && whySkipped(workflow, { ...READS, ...permission })
  if (why === undefined) expect(told).toBeUndefined()
  else expect(told).toMatch(why)
})

test('a workflow is run only where what cleans up after it may be sent, and that is no case of its own', async () => {
  const { whySkipped } = await import('../../src/contracts/what-runs.ts')
  const cleaning = `  - workflowId: tidy\n    steps:\n${order('transaction')}`
  const text = HEAD.replace('    steps:\n', '    x-esimulator: { cleanup: [tidy] }\n    steps:\n')
  const program = await compileText(join(api.folder, 'w.arazzo.yaml'), text + READ + cleaning)
  expect(planned([program], {}).map(({ workflow }) => workflow.id)).toEqual(['w'])
  const workflow = program.workflows.get('w')
  expect(workflow && whySkipped(workflow, READS)).toMatch(/createOrder spends/)
  expect(workflow && whySkipped(workflow, { ...READS, allow: 'spends' })).toBeUndefined()
})

async function openShelf(allow: Effect) {
  const file = await targetOf(
    `{ baseUrl: '${api.url}', credentials: { apiKey: "\${K}" }, rate: 100000/s }`,
    { K: KEY },
  )
  const source = sourceOf('shelf', 'shelf.yaml', parse(SPEC), undefined)
  // The suite of all operations: what may not be called has to be skipped by the target.
  const { text } = suiteOfSpec(source, 'spends')
  const program = await compileText(join(api.folder, 'all.arazzo.yaml'), text)
  const contract = openContractRun({
    checks: ['all'],
    negative: true,
    known: [],
    now: 0,
  })
  const target = realTarget({ file, allow, maxWait: 0 })
  return { cases: planned([program], {}), target, inspect: contract.inspect }
}

async function playShelf(allow: Effect) {
  const { cases, target, inspect } = await openShelf(allow)
  return runCases(cases, target, { jobs: 2, seed: 's', inspect })
}

test('where only reading is allowed, nothing else is sent, probes and wrong inputs included', async () => {
  const { cases } = await playShelf('reads')
  expect(cases.map(({ workflow, outcome }) => `${workflow} ${outcome}`)).toContain(
    'addThing skipped',
  )
  expect(api.log.filter((line) => !line.startsWith('GET'))).toEqual([])
  expect(api.log.length).toBeGreaterThan(10)
})

test('what a session forbids is sent by no probe and no wrong input, reads included', async () => {
  const { cases, target, inspect } = await openShelf('spends')
  let areStepsDone = false
  const shut: Target = {
    ...target,
    async open(...about) {
      const session = await target.open(...about)
      session.forbids = () => (areStepsDone ? 'nothing is sent anymore' : undefined)
      return session
    },
  }
  const sentByCase: number[] = []
  const { outcome } = await runCases(cases, shut, {
    jobs: 1,
    seed: 's',
    async inspect(done) {
      areStepsDone = true
      const before = api.log.length
      const found = await inspect(done)
      sentByCase.push(api.log.length - before)
      areStepsDone = false
      return found
    },
  })
  expect(outcome).toBe('passed')
  expect(sentByCase).toEqual(cases.map(() => 0))
})

test('what is allowed is sent, and the answers are shown without the key', async () => {
  const { cases } = await playShelf('spends')
  expect(cases.every(({ outcome }) => outcome === 'passed')).toBe(true)
  expect(api.log).toContain('POST /things 201')
  expect(JSON.stringify(cases)).not.toContain(KEY)
})
