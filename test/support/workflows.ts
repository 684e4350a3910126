// Workflows in tests: a text that is run against a simulator of its own.
import { startReceiver, startSimulator } from '../../src/index.ts'
import { compileText } from '../../src/workflows/compile.ts'
import type { RunResult } from '../../src/workflows/result.ts'
import {
  type Choice,
  planned,
  type RunOptions,
  runCases,
  withReceiver,
} from '../../src/workflows/runner.ts'
import { simulatorTarget } from '../../src/workflows/simulator-target.ts'

/** What workflows of tests begin with: the sources `go`, `wholesale`, `highland` and `sim`. */
export const HEAD = `arazzo: 1.0.1
info: { title: T, version: 1.0.0 }
sourceDescriptions:
  - { name: go, type: openapi, url: esimulator:esim-go }
  - { name: wholesale, type: openapi, url: esimulator:wholesale }
  - { name: highland, type: openapi, url: esimulator:highland }
  - { name: sim, type: openapi, url: esimulator:control }
workflows:
`

/** A step that sets a fault at the orders of eSIM Go. */
export const faultStep = (what: string) => `
      - stepId: fault
        operationId: $sourceDescriptions.sim.addFault
        requestBody: { payload: { provider: esim-go, operation: createOrder, ${what} } }
        successCriteria: [{ condition: $statusCode == 201 }]`

/** A step that orders one bundle. */
export const ORDER_STEP = `
      - stepId: order
        operationId: $sourceDescriptions.go.createOrder
        requestBody: { payload: { type: transaction, assign: true, order: [{ type: bundle, quantity: 1, item: esim_1GB_7D_GB_V2 }] } }`

/** Runs the workflows of a text; those that know it get the URL of a receiver as the input `receiver`. */
export async function played(
  text: string,
  options: Partial<RunOptions & Choice> = {},
): Promise<RunResult> {
  await using receiver = await startReceiver()
  await using sim = await startSimulator()
  const { jobs = 2, seed = 's', inputs = {}, ...more } = options
  const program = await compileText('test.arazzo.yaml', HEAD + text)
  const target = simulatorTarget({ url: sim.url, name: 'sim', seed, keep: false })
  const cases = planned([program], { inputs }).map((each) => ({
    ...each,
    inputs: withReceiver(each.workflow, each.inputs, receiver.url),
  }))
  const addresses = {
    [new URL(sim.url).host]: '127.0.0.1:4010',
    [new URL(receiver.url).host]: 'receiver.example',
  }
  return await runCases(cases, target, { jobs, seed, addresses, ...more })
}
