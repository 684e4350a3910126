// What covers a statement: a workflow that names it, passed, and really exchanged with an operation it is about.
import { expect, test } from 'vitest'
import { openContractRun } from '../../src/contracts/contract-run.ts'
import { compileText } from '../../src/workflows/compile.ts'
import type { CoverageResult } from '../../src/workflows/result.ts'
import { HEAD, played } from '../support/workflows.ts'

/** Runs workflows, and tells what they have covered. */
async function coverageOf(workflows: string): Promise<CoverageResult> {
  const contract = openContractRun({ checks: ['none'], negative: false, known: [], now: 0 })
  const { cases } = await played(workflows, { inspect: contract.inspect })
  const { sources } = await compileText('test.arazzo.yaml', HEAD + workflows)
  return contract.coverage([...sources.values()], cases)
}

/** The workflows that have proven a statement. */
async function proofsOf(id: string, workflows: string): Promise<readonly string[] | undefined> {
  const { statements } = await coverageOf(workflows)
  return statements.find((each) => each.id === id)?.provenBy
}

/** A workflow that acquires an eSIM at Highland: HLD-003 is about that, HLD-024 about everything. */
const acquiring = (id: string, proves: string, status = 200) => `  - workflowId: ${id}
    x-esimulator: { proves: [${proves}] }
    steps:
      - stepId: acquire
        operationId: $sourceDescriptions.highland.acquireEsim
        requestBody: { payload: { company_id: 1a9a1d8ddc9311f09e024c50dd6c0d86 } }
        successCriteria: [{ condition: $statusCode == ${status} }]
`

const FAULT = `
      - stepId: fault
        operationId: $sourceDescriptions.sim.addFault
        requestBody: { payload: { provider: highland, operation: acquireEsim, kind: status, status: 503 } }
`

test('a workflow that passed covers what it says it proves of an operation it called', async () => {
  const { statements, operations } = await coverageOf(acquiring('acquires', 'HLD-003, HLD-024'))
  const proven = statements.filter(({ provenBy }) => provenBy.length > 0)
  expect(proven.map(({ id, provenBy }) => [id, provenBy])).toEqual([
    ['HLD-003', ['acquires']],
    ['HLD-024', ['acquires']],
  ])
  const acquire = operations.find(({ operationId }) => operationId === 'acquireEsim')
  expect(acquire?.unprovenStatements).not.toContain('HLD-003')
  expect(acquire?.unprovenStatements).toHaveLength((acquire?.statements ?? 0) - 1)
})

test('a workflow that failed covers no statement', async () => {
  expect(await proofsOf('HLD-003', acquiring('acquires', 'HLD-003', 201))).toEqual([])
})

test('a workflow of which one case failed covers no statement', async () => {
  const workflow = acquiring('acquires', 'HLD-003')
    .replace('{ proves', '{ cases: [{ name: a, inputs: { to: 200 } }, { name: b }], proves')
    .replace('== 200', '== $inputs.to')
    .replace('    steps:', '    inputs: { type: object, properties: { to: {} } }\n    steps:')
  expect(await proofsOf('HLD-003', workflow)).toEqual([])
  expect(await proofsOf('HLD-003', workflow.replace(', { name: b }', ''))).toEqual(['acquires'])
})

test('a workflow that called another operation covers no statement', async () => {
  expect(await proofsOf('HLD-011', acquiring('acquires', 'HLD-011'))).toEqual([])
})

test('a call that a fault has answered covers no statement', async () => {
  const workflow = acquiring('acquires', 'HLD-003, HLD-024', 503)
  const broken = workflow.replace('steps:\n', `steps:${FAULT}`)
  expect(await proofsOf('HLD-003', broken)).toEqual([])
  expect(await proofsOf('HLD-024', broken)).toEqual([])
})

/** A line is activated, and its notification leaves: WHL-005 is about that. */
const notified = (before = '') => `  - workflowId: notifies
    inputs: { type: object, properties: { receiver: { type: string } } }
    x-esimulator: { proves: [WHL-005] }
    steps:
      - stepId: listen
        operationId: $sourceDescriptions.sim.setCallbackTarget
        parameters: [{ name: slug, in: path, value: wholesale }]
        requestBody: { payload: { url: $inputs.receiver } }${before}
      - stepId: activate
        operationId: $sourceDescriptions.wholesale.activateSubscription
        requestBody: { payload: { partnerTransactionId: T1, subscriberId: S1, wholesalePlanId: Plan001, iccid: '8901313340000000011', location: { address: { zip: '80120' } } } }
        successCriteria: [{ condition: $statusCode == 200 }]
      - stepId: later
        operationId: $sourceDescriptions.sim.advanceClock
        requestBody: { payload: { by: PT2S } }
`

test('a callback that left covers a statement about it', async () => {
  expect(await proofsOf('WHL-005', notified())).toEqual(['notifies'])
})

test.each(['bad-signature', 'truncated', 'drop'])(
  'a callback that the fault %s has spoilt covers no statement',
  async (kind) => {
    const fault = `
      - stepId: fault
        operationId: $sourceDescriptions.sim.addFault
        requestBody: { payload: { provider: wholesale, callback: '*', kind: ${kind} } }
        successCriteria: [{ condition: $statusCode == 201 }]`
    expect(await proofsOf('WHL-005', notified(fault))).toEqual([])
  },
)

test('a callback that is no such message covers no statement, where none is signed', async () => {
  const unsigned = `
      - stepId: unsigned
        operationId: $sourceDescriptions.sim.changeSettings
        parameters: [{ name: slug, in: path, value: wholesale }]
        requestBody: { payload: { signing: none } }
        successCriteria: [{ condition: $statusCode == 200 }]`
  const fault = `
      - stepId: fault
        operationId: $sourceDescriptions.sim.addFault
        requestBody: { payload: { provider: wholesale, callback: '*', kind: truncated } }
        successCriteria: [{ condition: $statusCode == 201 }]`
  expect(await proofsOf('WHL-005', notified(unsigned))).toEqual(['notifies'])
  expect(await proofsOf('WHL-005', notified(unsigned + fault))).toEqual([])
})

test('operations are told by provider and version, in the order of their documents', async () => {
  const { operations } = await coverageOf(acquiring('acquires', 'HLD-003'))
  const sources = [...new Set(operations.map(({ source }) => source))]
  expect(sources).toEqual(['esim-go/v2.4', 'highland', 'wholesale'])
  expect(operations.find(({ source }) => source === 'highland')?.operationId).not.toBe(
    'acquireEsim',
  )
})
