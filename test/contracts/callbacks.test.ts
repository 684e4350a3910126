// Callbacks that are not what their document says: of an endpoint whose callbacks reach us, and of the simulator.
import { createHmac } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ReceivedCallback } from '../../src/contracts/real-target.ts'
import { openContract } from '../../src/library/contracts.ts'
import { planWorkflows, runPlanned } from '../../src/library/workflows.ts'
import { DEPOT_SPEC, type DepotApi, startDepotApi } from '../support/depot-api.ts'
import { found, messages, play, SECRET } from '../support/depot-play.ts'

let api: DepotApi

beforeAll(async () => {
  api = await startDepotApi()
})
afterAll(() => api[Symbol.asyncDispose]())

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
  expect(found(await play(api, { received }))).toEqual(checks)
})

function inHex(body: string) {
  const signature = createHmac('sha256', 'the-key').update(body).digest('hex')
  return { ...UNSIGNED, 'x-signature': signature }
}

function wide(): string {
  return '{"box":"b1","moved":true,"by":"me"}'
}

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
  return play(api, { received, credentials: `{ callbackSecret: '\${DEPOT_SECRET}' }`, spec })
}

function beside(headers: ReturnType<typeof standard>) {
  return { ...headers, 'webhook-signature': `v1,AAAA ${headers['webhook-signature']}` }
}

test('a signature that nobody can verify is told, and fails nothing', async () => {
  const received = [{ at: AT, headers: signed(MOVED), body: MOVED }]
  const [first] = await play(api, { received, credentials: `{ token: '\${DEPOT_KEY}' }` })
  expect(first?.outcome).toBe('passed')
  expect(messages(first ? [first] : [])).toEqual([
    expect.stringContaining('the target file gives no apiKey'),
  ])
})

const unsigned = (setting: string) => `arazzo: 1.0.1
info: { title: Unsigned, version: 1.0.0 }
sourceDescriptions:
  - { name: wholesale, type: openapi, url: 'esimulator:wholesale' }
  - { name: sim, type: openapi, url: 'esimulator:control' }
workflows:
  - workflowId: activate
    inputs: { type: object, properties: { receiver: { type: string } } }
    steps:
      - stepId: listen
        operationId: $sourceDescriptions.sim.setCallbackTarget
        parameters: [{ name: slug, in: path, value: wholesale }]
        requestBody: { payload: { url: $inputs.receiver } }
${setting}      - stepId: activate
        operationId: $sourceDescriptions.wholesale.activateSubscription
        requestBody:
          payload: { partnerTransactionId: T1, subscriberId: S1, wholesalePlanId: Plan001, location: { address: { zip: '80202' } }, eid: '89049032021008881300304741158317', eSIMDeliveryMethod: QR }
        successCriteria: [{ condition: $statusCode == 200 }]
      - stepId: settle
        operationId: $sourceDescriptions.sim.advanceClock
        requestBody: { payload: { by: PT1M } }
`
const SIGNS_NOTHING = `      - stepId: unsigned
        operationId: $sourceDescriptions.sim.changeSettings
        parameters: [{ name: slug, in: path, value: wholesale }]
        requestBody: { payload: { signing: none } }
        successCriteria: [{ condition: $statusCode == 200 }]
`

test.each([
  ['that are signed', '', 'genuine'],
  ['that a setting leaves unsigned', SIGNS_NOTHING, 'none'],
])('callbacks of the simulator %s give no finding', async (_what, setting, signature) => {
  const file = join(api.folder, 'unsigned.arazzo.yaml')
  await writeFile(file, unsigned(setting))
  await using contract = await openContract({ target: 'sim', isSuite: true })
  const { target, inspect } = contract
  const { cases } = await runPlanned(await planWorkflows([file]), { target, inspect })
  expect(found(cases)).toEqual([])
  expect(cases[0]).toMatchObject({ outcome: 'passed', callbacks: [{ signature }] })
})
