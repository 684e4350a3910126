// Plays a suite of the depot API against it, as against a real endpoint, and tells what its checks found.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openContractRun } from '../../src/contracts/contract-run.ts'
import { type ReceivedCallback, realTarget } from '../../src/contracts/real-target.ts'
import { readTargetFile } from '../../src/contracts/target-file.ts'
import { compileText } from '../../src/workflows/compile.ts'
import type { Effect } from '../../src/workflows/effect.ts'
import type { CaseResult } from '../../src/workflows/result.ts'
import { planned, runCases } from '../../src/workflows/runner.ts'
import { DEPOT_SPEC, type DepotApi, type DepotDefect, LISTS } from './depot-api.ts'

/** A step that calls an operation of the depot. */
export const step = (id: string, path: string, fields = '') => `      - stepId: ${id}
        operationPath: '{$sourceDescriptions.depot.url}#/paths/~1${path}'
${fields}        successCriteria: [{ condition: $statusCode < 300 }]
`
const ORDER = `        parameters: [{ name: Idempotency-Key, in: header, value: k1 }]
        requestBody: { payload: { box: b1 } }
`
const MOVE = '        requestBody: { payload: { reference: r1 } }\n'
/** Every operation of it. */
export const SUITE = `arazzo: 1.0.1
info: { title: Depot, version: 1.0.0 }
sourceDescriptions: [{ name: depot, type: openapi, url: depot.yaml }]
workflows:
  - workflowId: lists
    steps:
${LISTS.map((path, at) => step(`list${at}`, `${path.slice(1)}/get`)).join('')}  - workflowId: writes
    steps:
${step('order', 'orders/post', ORDER)}${step('move', 'moves/post', MOVE)}`

/** What is played, and how the API breaks its document. */
export interface Played {
  readonly defect?: DepotDefect
  readonly allow?: Effect
  readonly received?: readonly ReceivedCallback[]
  readonly suite?: string
  readonly credentials?: string
  readonly spec?: string
}

/** Plays a suite; the API begins anew. @throws Error where a case could not be looked at */
export async function play(api: DepotApi, played: Played): Promise<readonly CaseResult[]> {
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
export function found(cases: readonly CaseResult[]): readonly string[] {
  const all = cases.flatMap(({ findings = [] }) => findings)
  return [...new Set(all.map(({ check, operation = '' }) => `${check} ${operation}`.trim()))]
}

/** What was said of it. */
export const messages = (cases: readonly CaseResult[]) =>
  cases.flatMap(({ findings = [] }) => findings.map(({ message }) => message))

/** A secret that the libraries of Standard Webhooks print in their examples. */
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
