// Mistakes in a document: each is told with its line and column, and what was perhaps meant, before anything is sent.
import { expect, test } from 'vitest'
import { compileText } from '../../src/workflows/compile.ts'
import { MistakesError } from '../../src/workflows/document.ts'

const RIGHT = `arazzo: 1.0.1
info: { title: An order, version: 1.0.0 }
sourceDescriptions:
  - { name: go, type: openapi, url: esimulator:esim-go }
  - { name: sim, type: openapi, url: esimulator:control }
workflows:
  - workflowId: buys
    inputs: { type: object, properties: { item: { type: string, default: x } } }
    steps:
      - stepId: order
        operationId: $sourceDescriptions.go.createOrder
        requestBody: { payload: { type: transaction, order: [{ type: bundle, quantity: 1, item: $inputs.item }] } }
        successCriteria:
          - condition: $statusCode == 200
          - { context: $response.body, type: jsonpath, condition: '$.order[0]' }
        onFailure:
          - { name: again, type: retry, retryAfter: 1, retryLimit: 2 }
        outputs: { reference: $response.body#/orderReference }
      - stepId: look
        operationId: $sourceDescriptions.go.getOrder
        parameters: [{ name: orderReference, in: path, value: $steps.order.outputs.reference }]
      - stepId: called
        workflowId: waits
        parameters: [{ name: by, value: PT1S }]
  - workflowId: waits
    inputs: { type: object, required: [by], properties: { by: { type: string } } }
    steps:
      - stepId: advance
        operationId: $sourceDescriptions.sim.advanceClock
        requestBody: { payload: { by: $inputs.by } }
    x-esimulator: { proves: [ESG-126] }
`

async function mistakesIn(text: string) {
  try {
    await compileText('/scenarios/order.arazzo.yaml', text)
    return []
  } catch (error) {
    if (error instanceof MistakesError) return error.mistakes
    throw error
  }
}

test.each(['$[?count($.order[*]) == {$inputs.item}]', '$.{$inputs.item}', "$['{$inputs.item}']"])(
  'an expression in a JSONPath may be a number or a name: %s',
  async (path) => {
    const text = RIGHT.replace("'$.order[0]'", `"${path}"`)
    expect(await mistakesIn(text)).toEqual([])
  },
)

test('the document the mistakes are made in has none', async () => {
  expect(await mistakesIn(RIGHT)).toEqual([])
})

/** What is written, what in its place, and what is told: line, column, message. */
const MISTAKES: readonly (readonly [written: string, wrong: string, line: number, told: RegExp])[] =
  [
    ['arazzo: 1.0.1', 'arazzo: 2.0.0', 1, /versions 1\.0 and 1\.1 of Arazzo are supported/],
    [
      '  - workflowId: buys',
      '  - workflowId: buys\n    x-esimulator: { needs: [receiver] }',
      8,
      /^"receiver" is nothing to need: name an input, as in \$inputs.verifier/,
    ],
    [
      '  - workflowId: buys',
      '  - workflowId: buys\n    x-esimulator: { needs: [$inputs.itm] }',
      8,
      /^there is no input "itm": did you mean item\?/,
    ],
    ['version: 1.0.0 }', 'version: 1.0.0, titel: x }', 2, /no field "titel": did you mean title\?/],
    [
      'esimulator:esim-go }',
      'esimulator:esim-goo }',
      4,
      /no source "esimulator:esim-goo"; there are/,
    ],
    ['url: esimulator:control', 'url: ./none.yaml', 5, /there is no file/],
    ['name: sim,', 'name: go,', 5, /two sources are called "go"/],
    [
      'type: openapi, url: esimulator:control',
      'type: asyncapi, url: esimulator:control',
      5,
      /esimulator|asyncapi|AsyncAPI/,
    ],
    ['stepId: look', 'stepId: order', 19, /two steps are called "order"/],
    [
      'workflowId: waits\n    inputs',
      'workflowId: buys\n    inputs',
      25,
      /two workflows are called "buys"/,
    ],
    [
      'go.createOrder',
      'go.createOrdr',
      11,
      /no operation "createOrdr": did you mean createOrder\?/,
    ],
    ['go.getOrder', 'gone.getOrder', 20, /no source "gone"/],
    ['$inputs.item', '$inputs.itm', 12, /no input "itm": did you mean item\?/],
    ['$statusCode == 200', '$statusCode = 200', 14, /compare with ==/],
    ["'$.order[0]'", "'$.order['", 15, /no JSONPath/],
    ['type: jsonpath,', 'type: xpath,', 15, /xpath is not supported/],
    ['context: $response.body, type', 'type', 15, /needs a context/],
    [
      'type: retry,',
      'type: retri,',
      17,
      /"retri" is none of end, goto, retry: did you mean retry\?/,
    ],
    ['retryLimit: 2', 'retryLimit: -1', 17, /must be >= 0/],
    [
      'type: retry, retryAfter: 1, retryLimit: 2',
      'type: goto',
      17,
      /exactly one of stepId and workflowId/,
    ],
    ['type: retry,', 'type: retry, stepId: nowhere,', 17, /no step "nowhere"/],
    ['type: retry,', 'type: goto, stepId: look,', 17, /"retryAfter" is for actions of type retry/],
    ['outputs.reference', 'outputs.refrence', 21, /no output "refrence": did you mean reference\?/],
    ['$steps.order.outputs', '$steps.ordr.outputs', 21, /no step "ordr": did you mean order\?/],
    ['name: orderReference', 'name: orderRef', 21, /no path parameter "orderRef"/],
    ['in: path, value: $steps', 'value: $steps', 21, /needs "in": path/],
    [
      'workflowId: waits\n        parameters',
      'workflowId: wait\n        parameters',
      23,
      /no workflow "wait": did you mean waits\?/,
    ],
    ['[{ name: by, value: PT1S }]', '[]', 22, /needs the input "by"/],
    ['name: by, value: PT1S', 'name: bye, value: PT1S', 24, /no input "bye": did you mean by\?/],
    [
      'operationId: $sourceDescriptions.sim.advanceClock',
      'operationId: advanceClock\n        workflowId: waits',
      28,
      /one of operationId/,
    ],
    [
      'operationId: $sourceDescriptions.sim.advanceClock',
      'description: x',
      28,
      /needs exactly one of/,
    ],
    ['- stepId: advance', '- stepID: advance', 28, /no field "stepID": did you mean stepId\?/],
    [
      'requestBody: { payload: { by',
      'requestBody: { replacements: [{ target: by, value: 1 }], payload: { by',
      30,
      /JSON pointer/,
    ],
    ['proves: [ESG-126]', 'proves: [sentence 126]', 31, /must match pattern/],
    ['proves: [ESG-126]', 'prove: [ESG-126]', 31, /no field "prove": did you mean proves\?/],
    ['workflows:\n', 'workflows: [\n', 6, /this is no YAML/],
  ]

test.each(MISTAKES)('%j as %j is told at its line', async (written, wrong, line, told) => {
  expect(RIGHT).toContain(written)
  const mistakes = await mistakesIn(RIGHT.replace(written, () => wrong))
  const found = mistakes.find(({ message }) => told.test(message))
  expect(found, JSON.stringify(mistakes)).toBeDefined()
  if (wrong.includes('[\n')) return
  expect(found).toMatchObject({ file: '/scenarios/order.arazzo.yaml', line })
})

test('a workflow that would run itself for ever is told', async () => {
  const loop = RIGHT.replace(
    'operationId: $sourceDescriptions.sim.advanceClock\n        requestBody: { payload: { by: $inputs.by } }',
    'workflowId: buys',
  )
  expect((await mistakesIn(loop)).map(({ message }) => message).join()).toMatch(
    /call itself for ever/,
  )
})
