// specs/evidence.json: made of the suites, statements and specs as they are, and founded in them.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
// @ts-expect-error: a script without types
import * as script from '../scripts/evidence/parts.js'
import {
  type Evidence,
  SIMULATOR,
  type TargetEvidence,
  withoutCase,
  withRun,
} from '../src/contracts/evidence.ts'
import { simulators } from '../src/simulators/index.ts'

interface Parts {
  completed(root: string, evidence: Evidence): Evidence
  founded(root: string, evidence: Evidence): { lost: string[]; evidence: Evidence }
  unfounded(root: string, evidence: Evidence): string[]
}

const { completed, founded, unfounded }: Parts = script
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const evidence = JSON.parse(readFileSync(`${ROOT}specs/evidence.json`, 'utf8')) as Evidence

/** Where this fails: `npm run evidence`. */
test('the evidence is of these specs, suites, statements and tests', () => {
  expect(completed(ROOT, evidence)).toEqual(evidence)
})

test('every case of the evidence exists and says what it proves of that operation', () => {
  expect(unfounded(ROOT, evidence)).toEqual([])
})

test('no case cites a statement without an exchange that the statement is about', () => {
  const { citedInVain } = evidence as Evidence & { readonly citedInVain: readonly string[] }
  expect(citedInVain).toEqual([])
})

test('every operation has its verdict, and those there are', () => {
  const nothing = { target: SIMULATOR, today: '', ran: [], proofs: [], isWhole: false }
  expect(withRun(evidence, nothing).providers).toEqual(evidence.providers)
})

test('every operation has a case that passed at the simulator, or is a declared gap', () => {
  const gaps = simulators.flatMap(({ slug, gaps = {} }) =>
    Object.keys(gaps).map((id) => `${slug} ${id}`),
  )
  expect(withoutCase(evidence, SIMULATOR).filter((each) => !gaps.includes(each))).toEqual([])
})

/** The evidence with one operation of Highland's known from a target by these cases. */
function withAcquire(cases: TargetEvidence['cases'], target = SIMULATOR): Evidence {
  const { highland = {} } = evidence.providers
  const { acquireEsim } = highland
  if (!acquireEsim) throw new Error('there is no evidence of acquireEsim')
  const changed = { ...acquireEsim, evidence: [{ target, since: '2026-01-01', cases }] }
  const providers = { ...evidence.providers, highland: { ...highland, acquireEsim: changed } }
  return { ...evidence, providers }
}

test.each([
  [{ 'highland.arazzo.yaml#nowhere': [] }, /^there is no case highland.*#nowhere$/],
  [{ 'highland.arazzo.yaml#onboarding': ['HLD-003'] }, /#onboarding does not say.*HLD-003$/],
  [{ 'highland.arazzo.yaml#onboarding': ['HLD-001'] }, /^HLD-001 does not name acquireEsim$/],
])('evidence %j is found to be unfounded', (cases, told) => {
  expect(unfounded(ROOT, withAcquire(cases))).toEqual([expect.stringMatching(told)])
})

test('evidence from a real endpoint by a case that is gone is left out, and told', () => {
  const gone = withAcquire({ 'highland.arazzo.yaml#nowhere': [] }, 'api.example.com')
  const { lost, evidence: kept } = founded(ROOT, gone)
  expect(lost).toEqual(['api.example.com: acquireEsim by highland.arazzo.yaml#nowhere'])
  expect(kept.providers.highland?.acquireEsim?.evidence).toEqual([])
})

test('an operation that no case has called is found', () => {
  expect(withoutCase(withAcquire({}, 'api.example.com'), SIMULATOR)).toEqual([
    'highland acquireEsim',
  ])
})

test.each([
  'specs/highland.yaml',
  'specs/contracts/highland.arazzo.yaml',
  'specs/statements/highland.yaml',
])('the evidence is stale once %s has changed', (file) => {
  const copy = mkdtempSync(join(tmpdir(), 'esimulator-evidence-'))
  try {
    cpSync(`${ROOT}specs`, join(copy, 'specs'), { recursive: true })
    cpSync(`${ROOT}test`, join(copy, 'test'), { recursive: true })
    expect(completed(copy, evidence)).toEqual(evidence)
    writeFileSync(join(copy, file), `${readFileSync(join(copy, file), 'utf8')}# changed\n`)
    expect(completed(copy, evidence)).not.toEqual(evidence)
  } finally {
    rmSync(copy, { recursive: true })
  }
})
