// What is found in an API that breaks its document in one way: by the check that proves the opposite, and by no other.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openContractRun } from '../../src/contracts/contract-run.ts'
import { realTarget } from '../../src/contracts/real-target.ts'
import { readTargetFile } from '../../src/contracts/target-file.ts'
import { compileText } from '../../src/workflows/compile.ts'
import type { RunResult } from '../../src/workflows/result.ts'
import { planned, runCases } from '../../src/workflows/runner.ts'
import { type Defect, KEY, type ShelfApi, startShelfApi } from '../support/shelf-api.ts'

let api: ShelfApi
let targetFile = ''

beforeAll(async () => {
  api = await startShelfApi()
  targetFile = join(api.folder, 'target.yaml')
  const text = `{ baseUrl: '${api.url}', credentials: { apiKey: '\${SHELF_KEY}' }, rate: 100000/s }`
  await writeFile(targetFile, text)
})
beforeEach(() => api.reset())
afterAll(() => api[Symbol.asyncDispose]())

const SUITE = `arazzo: 1.0.1
info: { title: Shelf, version: 1.0.0 }
sourceDescriptions: [{ name: shelf, type: openapi, url: shelf.yaml }]
workflows:
  - workflowId: life
    steps:
      - stepId: add
        operationId: addThing
        requestBody: { payload: { name: cup, weight: 3, note: small, tags: [blue] } }
        successCriteria: [{ condition: $statusCode == 201 || $statusCode == 202 || $statusCode == 503 }]
        outputs: { id: $response.body#/id }
      - stepId: read
        operationId: getThing
        parameters: [{ name: id, in: path, value: $steps.add.outputs.id }]
        successCriteria: [{ condition: $statusCode > 0 }]
      - stepId: list
        operationId: listThings
        parameters: [{ name: shelf, in: query, value: upper }]
        successCriteria: [{ condition: $statusCode > 0 }]
      - stepId: addAnother
        operationId: addThing
        requestBody: { payload: { name: pot, weight: 9 } }
        successCriteria: [{ condition: $statusCode > 0 }]
        outputs: { id: $response.body#/id }
      - stepId: readAnother
        operationId: getThing
        parameters: [{ name: id, in: path, value: $steps.addAnother.outputs.id }]
        successCriteria: [{ condition: $statusCode > 0 }]
      - stepId: remove
        operationId: removeThing
        parameters: [{ name: id, in: path, value: $steps.addAnother.outputs.id }]
        successCriteria: [{ condition: $statusCode > 0 }]
`

async function play(negative = false, volatile: readonly string[] = []): Promise<RunResult> {
  const file = await readTargetFile(targetFile, { SHELF_KEY: KEY })
  const program = await compileText(join(api.folder, 'suite.arazzo.yaml'), SUITE)
  const contract = openContractRun({
    checks: ['all'],
    negative,
    known: file.known,
    volatile,
    now: 0,
  })
  const target = realTarget({ file, allow: 'spends', maxWait: 0 })
  return runCases(planned([program], {}), target, { jobs: 1, seed: 's', inspect: contract.inspect })
}

/** The names of the checks that found something, each once. */
async function found(negative: boolean): Promise<string[]> {
  const { cases } = await play(negative)
  expect(cases[0]?.reason).toBeUndefined()
  return [...new Set((cases[0]?.findings ?? []).map(({ check }) => check))].toSorted()
}

test('an API that keeps to its document gives no finding, and is left as it was', async () => {
  expect(await found(false)).toEqual([])
  expect(await found(true)).toEqual([])
  expect(api.log.length).toBeGreaterThan(100)
})

const DEFECTS: Readonly<
  Record<Defect, { readonly by: readonly string[]; readonly negative?: true }>
> = {
  'undocumented status': { by: ['status'] },
  fails: { by: ['status'] },
  'other type': { by: ['content-type'] },
  'no type': { by: ['content-type'] },
  'header missing': { by: ['required-headers'] },
  'header of a wrong type': { by: ['required-headers'] },
  'field missing': { by: ['body-schema'] },
  'field of a wrong type': { by: ['body-schema'] },
  'no JSON': { by: ['body-schema'] },
  'extra field': { by: ['undocumented-fields'] },
  'lets in without a key': { by: ['auth-enforced'] },
  'lets in with any key': { by: ['auth-enforced'] },
  'takes any method': { by: ['unsupported-method'] },
  'no Allow': { by: ['unsupported-method'] },
  'needs no parameter': { by: ['required-parameters'] },
  'differs each time': { by: ['repeated-reads', 'undocumented-fields'] },
  'dead link': { by: ['links-lead-somewhere'] },
  'stays when removed': { by: ['removed-is-gone'] },
  'takes any body': { by: ['not-allowed-is-refused', 'refused-leaves-no-trace'], negative: true },
  'checks no bound': { by: ['not-allowed-is-refused'], negative: true },
  'fails on wrong types': { by: ['not-allowed-is-refused'], negative: true },
  'keeps what it refuses': { by: ['refused-leaves-no-trace'], negative: true },
  'refuses the maximum': { by: ['allowed-is-taken'], negative: true },
}

test.each(Object.entries(DEFECTS))('%s', async (defect, { by, negative = false }) => {
  api.reset(defect as Defect)
  expect(await found(negative)).toEqual(by)
})

test('a field that may differ does not tell one read from another', async () => {
  api.reset('differs each time')
  const { cases } = await play(false, ['/note', '/things/*/note', '/seen~1at'])
  const checks = (cases[0]?.findings ?? []).map(({ check }) => check)
  expect(checks).not.toContain('repeated-reads')
  expect(checks).toContain('undocumented-fields')
})
