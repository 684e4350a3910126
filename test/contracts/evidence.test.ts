// Evidence of runs: what is added, what is withdrawn, and when a date moves.
import { expect, test } from 'vitest'
import {
  type Evidence,
  evidenceText,
  NO_EVIDENCE,
  type RunEvidence,
  SIMULATOR,
  withRun,
} from '../../src/contracts/evidence.ts'
import type { Proof } from '../../src/contracts/proofs.ts'

/** That a case of Highland's suite has proven statements about acquiring. */
const proof = (workflow: string, ...statements: string[]): Proof => ({
  provider: 'highland',
  operation: 'acquireEsim',
  file: `specs/contracts/highland.arazzo.yaml`,
  workflow,
  statements,
})

const run = (today: string, proofs: readonly Proof[], more: Partial<RunEvidence> = {}) => ({
  target: SIMULATOR,
  today,
  ran: proofs.map(({ workflow }) => `highland.arazzo.yaml#${workflow}`),
  proofs,
  isWhole: false,
  ...more,
})

const acquire = ({ providers }: Evidence) => providers.highland?.acquireEsim
const entries = (evidence: Evidence) => acquire(evidence)?.evidence

const first = withRun(NO_EVIDENCE, run('2026-01-01', [proof('buys', 'HLD-004', 'HLD-003')]))

test('a run tells the case, its statements, the target and the day', () => {
  expect(entries(first)).toEqual([
    {
      target: 'simulator',
      since: '2026-01-01',
      cases: { 'highland.arazzo.yaml#buys': ['HLD-003', 'HLD-004'] },
    },
  ])
  expect(acquire(first)).toMatchObject({ simulator: 'proven', real: 'not proven' })
  expect(acquire(first)?.withoutCase).toContain('HLD-005')
  expect(acquire(first)?.withoutCase).not.toContain('HLD-003')
})

test('the day stays while the same is proven, and moves when something else is', () => {
  const again = withRun(first, run('2026-02-02', [proof('buys', 'HLD-003', 'HLD-004')]))
  expect(evidenceText(again)).toBe(evidenceText(first))
  const less = withRun(first, run('2026-02-02', [proof('buys', 'HLD-003')]))
  expect(entries(less)).toMatchObject([{ since: '2026-02-02' }])
})

test('of a real endpoint the day it was last run against is told, too', () => {
  const target = 'api.example.com'
  const once = withRun(first, run('2026-02-02', [proof('buys', 'HLD-003')], { target }))
  const twice = withRun(once, run('2026-03-03', [proof('buys', 'HLD-003')], { target }))
  expect(entries(twice)).toMatchObject([
    { target, since: '2026-02-02', last: '2026-03-03' },
    { target: 'simulator', since: '2026-01-01' },
  ])
  expect(acquire(twice)?.real).toBe('proven')
})

test('a case that proves nothing any more takes back what it had proven', () => {
  const failed = withRun(first, run('2026-02-02', [], { ran: ['highland.arazzo.yaml#buys'] }))
  expect(acquire(failed)).toMatchObject({ simulator: 'not proven', evidence: [] })
})

test('cases that were not run keep what they have proven, unless a run was of all there are', () => {
  const other = [proof('looks', 'HLD-005')]
  expect(Object.keys(entries(withRun(first, run('2026-02-02', other)))?.[0]?.cases ?? {})).toEqual([
    'highland.arazzo.yaml#buys',
    'highland.arazzo.yaml#looks',
  ])
  const whole = withRun(first, run('2026-02-02', other, { isWhole: true }))
  expect(Object.keys(entries(whole)?.[0]?.cases ?? {})).toEqual(['highland.arazzo.yaml#looks'])
})

test('a case that merely calls an operation proves nothing of it', () => {
  const passed = withRun(NO_EVIDENCE, run('2026-01-01', [proof('buys')]))
  expect(acquire(passed)).toMatchObject({
    simulator: 'not proven',
    evidence: [{ cases: { 'highland.arazzo.yaml#buys': [] } }],
  })
})

test('of what is invented nothing is proven: it is unknown', () => {
  const barCode = { ...proof('buys', 'HLD-007'), operation: 'getBarCode' }
  const { providers } = withRun(NO_EVIDENCE, run('2026-01-01', [barCode]))
  expect(providers.highland?.getBarCode).toMatchObject({
    provenance: 'invented',
    simulator: 'unknown',
    real: 'unknown',
  })
})

test('the file has a case a line', () => {
  expect(evidenceText(first)).toContain(
    '\n              "highland.arazzo.yaml#buys": ["HLD-003", "HLD-004"]\n',
  )
  expect(JSON.parse(evidenceText(first))).toEqual(first)
})
