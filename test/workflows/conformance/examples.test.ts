// Small documents that use what the examples of the Arazzo specification use, each in the way the standard has it; read and run.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EchoApi, HEAD, startEchoApi } from '../../support/echo-api.ts'

let api: EchoApi
beforeAll(async () => {
  api = await startEchoApi()
})
afterAll(() => api[Symbol.asyncDispose]())

/** Named by the example whose features a document has; with the steps that are made in its first workflow. */
const EXAMPLES: readonly (readonly [like: string, steps: string, workflows: string])[] = [
  [
    'LoginAndRetrievePets: what a header told goes into the next call, found by its path',
    'signIn fetch',
    `
  - workflowId: signInAndFetch
    summary: Signs in, then fetches
    inputs: { type: object, properties: { user: { type: string, default: ada }, secret: { type: string, default: s } } }
    steps:
      - stepId: signIn
        description: Tells a token
        operationId: $sourceDescriptions.api.listThings
        parameters:
          - { name: tag, in: query, value: $inputs.user }
          - { name: ids, in: query, value: $inputs.secret }
        successCriteria: [{ condition: $statusCode == 200 }]
        outputs: { left: $response.header.X-Count, token: $response.body }
      - stepId: fetch
        operationPath: '{$sourceDescriptions.api.url}#/paths/~1things~1{id}/get'
        parameters:
          - { name: id, in: path, value: available }
          - { name: Authorization, in: header, value: $steps.signIn.outputs.token#/name }
        successCriteria: [{ condition: $response.body#/headers/authorization == 'Ada' }]
        outputs: { found: $response.body }
    outputs: { found: $steps.fetch.outputs.found }
`,
  ],
  [
    'pet-coupons: inputs from components that refer to others, reusable parameters, a shared last workflow',
    'find offer order order',
    `
  - workflowId: applyOffer
    inputs: { $ref: '#/components/inputs/offer' }
    steps:
      - stepId: find
        operationId: listThings
        parameters:
          - { name: tag, in: query, value: $inputs.tags }
          - { reference: $components.parameters.ids, value: 1 }
        successCriteria: [{ condition: $statusCode == 200 }]
        outputs: { id: $response.body#/count }
      - stepId: offer
        operationId: getThing
        parameters: [{ name: id, in: path, value: $steps.find.outputs.id }]
        successCriteria: [{ condition: $statusCode == 200 }]
        outputs: { code: $response.body#/name }
      - stepId: order
        workflowId: order
        parameters: [{ name: id, value: $steps.find.outputs.id }, { name: code, value: $steps.offer.outputs.code }]
        successCriteria: [{ condition: $statusCode == 201 }]
        outputs: { id: $outputs.orderId }
    outputs: { id: $steps.order.outputs.id }
  - workflowId: order
    inputs: { type: object, properties: { id: { type: integer, format: int64 }, quantity: { type: integer }, code: { type: string } } }
    steps:
      - stepId: order
        operationId: makeThing
        requestBody:
          contentType: application/json
          payload: { id: $inputs.id, quantity: $inputs.quantity, code: $inputs.code, complete: false }
        successCriteria: [{ condition: $statusCode == 201 }]
        outputs: { id: $response.body#/count }
    outputs: { orderId: $steps.order.outputs.id }
components:
  inputs:
    offer: { type: object, properties: { tags: { type: array, items: { type: string }, default: [a] }, store: { $ref: '#/components/inputs/store' } } }
    store: { type: string, description: Whose shop it is }
  parameters:
    ids: { name: ids, in: query, value: 100 }
`,
  ],
  [
    'oauth: a flow within a flow, forms, a JSONPath that finds',
    'authorize token flow refresh',
    `
  - workflowId: refresh
    inputs: { type: object, properties: { client: { type: string, default: c } } }
    steps:
      - stepId: flow
        workflowId: code
        parameters: [{ name: client, value: $inputs.client }]
        outputs: { again: $outputs.again }
      - stepId: refresh
        operationId: makeThing
        requestBody:
          contentType: application/x-www-form-urlencoded
          payload: { grant_type: refresh_token, refresh_token: $steps.flow.outputs.again }
        successCriteria:
          - condition: $statusCode == 201
          - { context: $response.body, condition: $.name, type: jsonpath }
        outputs: { token: $response.body#/body }
    outputs: { token: $steps.refresh.outputs.token }
  - workflowId: code
    inputs: { type: object, properties: { client: { type: string } } }
    steps:
      - stepId: authorize
        operationId: listThings
        parameters: [{ name: tag, in: query, value: $inputs.client }, { name: ids, in: query, value: '12345' }]
        outputs: { code: $response.body#/name }
      - stepId: token
        operationId: makeThing
        requestBody:
          contentType: application/x-www-form-urlencoded
          payload: 'grant_type=authorization_code&code={$steps.authorize.outputs.code}'
        outputs: { again: $response.body#/body }
    outputs: { again: $steps.token.outputs.again }
`,
  ],
  [
    'FAPI-PAR: objects as inputs, a body that is one expression, a JSON text with expressions',
    'push token',
    `
  - workflowId: pushed
    inputs:
      type: object
      required: [pushed]
      properties:
        client: { type: string, default: c }
        assertion: { type: object, default: { iss: i }, properties: { iss: { type: string } } }
        pushed: { type: object, default: { scope: all }, required: [scope] }
    steps:
      - stepId: push
        operationId: $sourceDescriptions.api.makeThing
        requestBody: { payload: $inputs.pushed }
        successCriteria: [{ condition: $statusCode == 201 }]
        outputs: { uri: $response.body#/path }
      - stepId: token
        operationId: $sourceDescriptions.api.makeThing
        requestBody:
          payload: |
            {
              "uri": "{$steps.push.outputs.uri}",
              "client": "{$inputs.client}",
              "assertion": {$inputs.assertion}
            }
        successCriteria:
          - condition: $statusCode == 201
          - condition: $request.body#/assertion/iss == 'i' && $request.body#/uri == '/things'
    outputs: { token: $steps.push.outputs.uri }
`,
  ],
  [
    'bnpl: branches by criteria, an input that is one of two objects, a JSONPath with count()',
    'eligible start plan',
    `
  - workflowId: loan
    inputs:
      type: object
      required: [customer]
      properties:
        customer:
          default: { uri: /customers/1 }
          oneOf:
            - { type: object, required: [firstName], properties: { firstName: { type: string, minLength: 1 } } }
            - { type: object, required: [uri], properties: { uri: { type: string } }, additionalProperties: false }
    steps:
      - stepId: eligible
        operationId: listThings
        parameters: [{ name: tag, in: query, value: $inputs.customer.uri }]
        successCriteria: [{ condition: $statusCode == 200 }]
        onSuccess:
          - name: notEligible
            type: end
            criteria: [{ condition: $statusCode == 200 }, { condition: $response.body.name == 'nobody' }]
          - name: found
            type: goto
            stepId: start
            criteria: [{ context: $response.body, type: jsonpath, condition: '$[?count(@.*) > 0]' }]
          - name: notFound
            type: end
            criteria: [{ context: $response.body, type: jsonpath, condition: '$[?count(@.*) == 0]' }]
        outputs: { check: $response.body#/count }
      - { stepId: customer, operationId: makeThing, successCriteria: [{ condition: $statusCode == 200 || $statusCode == 201 }] }
      - stepId: start
        operationId: makeThing
        requestBody: { payload: { customer: $inputs.customer.uri } }
        successCriteria: [{ condition: $statusCode == 201 }]
        onSuccess:
          - { name: authorize, type: goto, stepId: customer, criteria: [{ condition: $response.body#/redirect != null }] }
          - { name: plan, type: goto, stepId: plan, criteria: [{ condition: $response.body#/redirect == null }] }
      - { stepId: plan, operationId: getThing, parameters: [{ name: id, in: path, value: $steps.eligible.outputs.check }] }
`,
  ],
  [
    'ExtendedParameters: cookies and headers of a whole workflow, and of a step',
    'post get',
    `
  - workflowId: animals
    parameters:
      - { in: cookie, name: one, value: some }
      - { in: header, name: two, value: other }
    steps:
      - stepId: post
        operationId: makeThing
        parameters: [{ in: cookie, name: authentication, value: secret }]
        successCriteria: [{ condition: "$response.body#/headers/cookie == 'one=some; authentication=secret'" }]
      - stepId: get
        operationId: $sourceDescriptions.api.getThing
        parameters: [{ in: path, name: id, value: 1 }]
        successCriteria: [{ condition: $response.body#/headers/two == 'other' && $response.body#/headers/cookie == 'one=some' }]
`,
  ],
]

test.each(EXAMPLES)('%s', async (_, steps, workflows) => {
  const { result } = await api.play(`${HEAD}workflows:${workflows}`)
  const [first] = result.cases
  const failures = first?.steps.flatMap((each) => each.failures.map(({ message }) => message))
  expect(failures).toEqual([])
  expect(first?.outcome, first?.reason).toBe('passed')
  expect(first?.steps.map(({ step }) => step).join(' ')).toBe(steps)
})
