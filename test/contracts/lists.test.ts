// Lists, repeats and callbacks of an API that breaks its document in one way: found by the check that proves the opposite.
import { createHmac } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openContractRun } from '../../src/contracts/contract-run.ts'
import { type ReceivedCallback, realTarget } from '../../src/contracts/real-target.ts'
import { readTargetFile } from '../../src/contracts/target-file.ts'
import { compileText } from '../../src/workflows/compile.ts'
import type { Effect } from '../../src/workflows/effect.ts'
import type { CaseResult } from '../../src/workflows/result.ts'
import { planned, runCases } from '../../src/workflows/runner.ts'
import {
  DEPOT_SPEC,
  type DepotApi,
  type DepotDefect,
  LISTS,
  startDepotApi,
} from '../support/depot-api.ts'

let api: DepotApi

beforeAll(async () => {
  api = await startDepotApi()
})
beforeEach(() => api.reset())
afterAll(() => api[Symbol.asyncDispose]())

const step = (id: string, path: string, fields = '') => `      - stepId: ${id}
        operationPath: '{$sourceDescriptions.depot.url}#/paths/~1${path}'
${fields}        successCriteria: [{ condition: $statusCode < 300 }]
`
const ORDER = `        parameters: [{ name: Idempotency-Key, in: header, value: k1 }]
        requestBody: { payload: { box: b1 } }
`
const MOVE = '        requestBody: { payload: { reference: r1 } }\n'
const SUITE = `arazzo: 1.0.1
info: { title: Depot, version: 1.0.0 }
sourceDescriptions: [{ name: depot, type: openapi, url: depot.yaml }]
workflows:
  - workflowId: lists
    steps:
${LISTS.map((path, at) => step(`list${at}`, `${path.slice(1)}/get`)).join('')}  - workflowId: writes
    steps:
${step('order', 'orders/post', ORDER)}${step('move', 'moves/post', MOVE)}`

interface Played {
  readonly defect?: DepotDefect
  readonly allow?: Effect
  readonly received?: readonly ReceivedCallback[]
  readonly suite?: string
  readonly credentials?: string
  readonly spec?: string
}

async function play(played: Played): Promise<readonly CaseResult[]> {
  const { defect, allow = 'spends', received, suite = SUITE } = played
  const { credentials = `{ apiKey: '\${DEPOT_KEY}' }`, spec = DEPOT_SPEC } = played
  api.reset(defect)
  await writeFile(join(api.folder, 'depot.yaml'), spec)
  const targetFile = join(api.folder, 'target.yaml')
  await writeFile(
    targetFile,
    `{ baseUrl: '${api.url}', credentials: ${credentials}, rate: 100000/s }`,
  )
  const file = await readTargetFile(targetFile, { DEPOT_KEY: 'the-key', DEPOT_SECRET: SECRET })
  const program = await compileText(join(api.folder, 'suite.arazzo.yaml'), suite)
  const contract = openContractRun({ checks: CHECKS, negative: false, known: [], now: 0 })
  const options = { file, allow, maxWait: 0 }
  const target = realTarget(received ? { ...options, received } : options)
  const how = { jobs: 1, seed: 's', inspect: contract.inspect }
  const { cases } = await runCases(planned([program], {}), target, how)
  for (const { reason } of cases) if (reason?.includes('could not')) throw new Error(reason)
  return cases
}

const CHECKS = [
  'pages-concatenate',
  'filters-filter',
  'idempotent-repeat',
  'callback-body',
  'callback-signature',
]

/** What was found, each as `check METHOD /path`. */
function found(cases: readonly CaseResult[]): readonly string[] {
  const all = cases.flatMap(({ findings = [] }) => findings)
  return [...new Set(all.map(({ check, operation = '' }) => `${check} ${operation}`.trim()))]
}

const messages = (cases: readonly CaseResult[]) =>
  cases.flatMap(({ findings = [] }) => findings.map(({ message }) => message))

test('lists, filters and repeats that are as documented give no finding, and all are tried', async () => {
  expect(found(await play({}))).toEqual([])
  for (const path of LISTS)
    expect(api.log.filter((each) => each.startsWith(`GET ${path}`)).length).toBeGreaterThan(5)
  for (const filter of ['color=red', 'min-weight=60', 'size=huge', 'find=blue'])
    expect(api.log.some((each) => each.includes(filter))).toBe(true)
  expect(api.log.filter((each) => each.startsWith('POST'))).toHaveLength(4)
})

test.each(['loses an item between pages', 'shows an item on two pages'] as const)(
  'an API that %s is found out in every style of pages',
  async (defect) => {
    const lists = LISTS.map((path) => `pages-concatenate GET ${path}`)
    expect(found(await play({ defect }))).toEqual(expect.arrayContaining(lists))
  },
)

const OF_PAGES: Readonly<Partial<Record<DepotDefect, RegExp>>> = {
  'orders each page anew': /in another order/,
  'gives longer pages': /that may hold \d items has \d/,
  'goes on after its last page': /pages? is the same as the one before|comes twice|in all/,
  'has a box twice': /is in the list twice: b3/,
  'tells a wrong total': /it tells 8 items in all, and 7 were read/,
  'tells a wrong count of pages': /it tells \d pages of \d+ items, and 7 items make/,
}

test.each(Object.entries(OF_PAGES))('an API that %s is found out', async (defect, message) => {
  const told = await play({ defect: defect as DepotDefect })
  expect(found(told)).toContain('pages-concatenate GET /by-page')
  expect(messages(told).some((each) => message.test(each))).toBe(true)
})

test.each([
  ['ignores a filter', /color=red leaves an item that does not fit: .*b1/],
  ['filters too much', /color=red leaves out an item that fits: .*b6/],
  ['finds what is less', /min-weight=60 leaves an item that does not fit/],
] as const)('an API that %s is found out', async (defect, message) => {
  const told = await play({ defect })
  expect(found(told)).toEqual(['filters-filter GET /by-page'])
  expect(messages(told).some((each) => message.test(each))).toBe(true)
})

test.each([
  ['charges twice', 'POST /orders', /answered 201 as the first time, with another body/],
  ['charges twice in silence', 'POST /orders', /again has changed \/orders/],
  ['moves twice', 'POST /moves', /is answered 200, and a refusal is promised/],
] as const)('an API that %s is found out', async (defect, operation, message) => {
  const told = await play({ defect })
  expect(found(told)).toEqual([`idempotent-repeat ${operation}`])
  expect(messages(told).some((each) => message.test(each))).toBe(true)
})

test('a list that changes while it is looked at is no finding', async () => {
  expect(found(await play({ defect: 'grows while it is read' }))).toEqual([])
})

test('what is not allowed is not repeated, whatever its document promises', async () => {
  await play({ allow: 'changes' })
  expect(api.log.filter((each) => each.startsWith('POST /orders'))).toEqual([])
  await play({ allow: 'reads' })
  expect(api.log.filter((each) => !each.startsWith('GET '))).toEqual([])
})

test('of the same list with the same answer the pages are asked for once in a run', async () => {
  const twice = `${SUITE}  - workflowId: again
    steps:
${step('list', 'by-page/get')}`
  await play({})
  const once = api.log.length
  await play({ suite: twice })
  expect(api.log.length).toBe(once + 1)
})

const signed = (body: string, key = 'the-key') => ({
  'content-type': 'application/json',
  'x-signature': createHmac('sha256', key).update(body).digest('base64'),
})

const MOVED = '{"box":"b1","moved":true}'
const UNSIGNED = { 'content-type': 'application/json' }
const AT = Date.UTC(2026, 0, 1)

test.each([
  ['is as documented', MOVED, signed(MOVED), []],
  ['is signed in hex', MOVED, inHex(MOVED), []],
  ['is not signed', MOVED, UNSIGNED, ['callback-signature']],
  ['is signed with another key', MOVED, signed(MOVED, 'another'), ['callback-signature']],
  ['is signed over another body', MOVED, signed('{}'), ['callback-signature']],
  ['lacks a field', '{"box":"b1"}', signed('{"box":"b1"}'), ['callback-body']],
  ['has a field too many', wide(), signed(wide()), ['callback-body']],
  ['is no JSON', 'moved', signed('moved'), ['callback-body']],
] as const)('a callback that %s', async (_what, body, headers, checks) => {
  const received = [{ at: AT, headers, body }]
  expect(found(await play({ received }))).toEqual(checks)
})

function inHex(body: string) {
  const signature = createHmac('sha256', 'the-key').update(body).digest('hex')
  return { ...UNSIGNED, 'x-signature': signature }
}

function wide(): string {
  return '{"box":"b1","moved":true,"by":"me"}'
}

/** The secret, and below what was signed with it, that the libraries of Standard Webhooks print. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const SENT_AT = 1614265330
const standard = (body: string, timestamp = SENT_AT) => {
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', key).update(`msg_1.${timestamp}.${body}`).digest('base64')
  return {
    ...UNSIGNED,
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  }
}

test.each([
  ['is as Standard Webhooks has it', standard(MOVED), []],
  ['has another signature beside it', beside(standard(MOVED)), []],
  ['is not signed', UNSIGNED, ['callback-signature']],
  ['is signed over another body', standard('{}'), ['callback-signature']],
  [
    'is signed under another id',
    { ...standard(MOVED), 'webhook-id': 'm2' },
    ['callback-signature'],
  ],
  ['was signed long ago', standard(MOVED, SENT_AT - 600), ['callback-signature']],
] as const)('a callback with an id and a time that %s', async (_what, headers, checks) => {
  const received = [{ at: SENT_AT * 1000, headers, body: MOVED }]
  expect(found(await playStandard(received))).toEqual(checks)
})

test('the signature that the libraries of Standard Webhooks print is taken', async () => {
  const headers = {
    'content-type': 'application/json',
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': String(SENT_AT),
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  }
  const received = [{ at: SENT_AT * 1000, headers, body: '{"test": 2432232314}' }]
  expect(found(await playStandard(received))).toEqual(['callback-body'])
})

function playStandard(received: readonly ReceivedCallback[]) {
  const signature = '{ scheme: standard-webhooks, key: callbackSecret }'
  const spec = DEPOT_SPEC.replace(/(?<=x-signature: ).*/, signature)
  return play({ received, credentials: `{ callbackSecret: '\${DEPOT_SECRET}' }`, spec })
}

function beside(headers: ReturnType<typeof standard>) {
  return { ...headers, 'webhook-signature': `v1,AAAA ${headers['webhook-signature']}` }
}

test('a signature that nobody can verify is told, and fails nothing', async () => {
  const received = [{ at: AT, headers: signed(MOVED), body: MOVED }]
  const [first] = await play({ received, credentials: `{ token: '\${DEPOT_KEY}' }` })
  expect(first?.outcome).toBe('passed')
  expect(messages(first ? [first] : [])).toEqual([
    expect.stringContaining('the target file gives no apiKey'),
  ])
})
