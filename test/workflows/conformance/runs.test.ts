// What a document of the language does when it is run, row by row of the standard: against an API that answers with what it was asked.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EchoApi, HEAD, type Played, startEchoApi } from '../../support/echo-api.ts'

let api: EchoApi
beforeAll(async () => {
  api = await startEchoApi()
})
afterAll(() => api[Symbol.asyncDispose]())

/** What is compared of a run: how each case ended; of the first one its steps in order and its outputs. */
function told({ result, waits }: Played) {
  return {
    cases: result.cases.map(({ workflow, outcome }) => `${workflow} ${outcome}`),
    steps: (result.cases[0]?.steps ?? []).map(({ step, outcome }) =>
      outcome === 'passed' ? step : `${step}!`,
    ),
    outputs: result.cases[0]?.outputs,
    waits,
  }
}

interface Row {
  readonly what: string
  /** The workflows, or the whole document where it begins with `arazzo`. */
  readonly text: string
  readonly steps: string
  readonly outcome?: 'passed' | 'failed'
  readonly outputs?: object
  readonly waits?: readonly number[]
  /** How many cases there are, where that is the matter. */
  readonly cases?: number
  readonly reason?: RegExp
}

const LIST = 'operationId: listThings'
const FAIL = 'successCriteria: [{ condition: $statusCode == 418 }]'
const BUSY = (fails: number, after = '') =>
  `operationId: listThings, parameters: [{ name: fails, in: query, value: ${fails} }${
    after && `, { name: after, in: query, value: '${after}' }`
  }], successCriteria: [{ condition: $statusCode == 200 }]`
const one = (steps: string, more = '') => `
  - workflowId: main
    ${more}
    steps:
${steps
  .trim()
  .split('\n')
  .map((line) => `      ${line.trim()}`)
  .join('\n')}
`

const PARAMETERS: readonly Row[] = [
  {
    what: 'parameters in path, query, header and cookie; values keep their types in expressions',
    text: one(
      `- { stepId: get, operationId: getThing, parameters: [{ name: id, in: path, value: 'a/b c' }, { name: Trace, in: header, value: 7 }, { name: s, in: cookie, value: 1 }], outputs: { path: $response.body#/path, crumb: $response.body#/headers/cookie, trace: $response.body#/headers/trace, sent: $request.header.TRACE, id: $request.path.id, url: $url, method: $method } }`,
      'outputs: { path: $steps.get.outputs.path, crumb: $steps.get.outputs.crumb, trace: $steps.get.outputs.trace, sent: $steps.get.outputs.sent, id: $steps.get.outputs.id, method: $steps.get.outputs.method }',
    ),
    steps: 'get',
    outputs: {
      path: '/things/a%2Fb%20c',
      crumb: 's=1',
      trace: '7',
      sent: '7',
      id: 'a/b c',
      method: 'GET',
    },
  },
  {
    what: 'lists and objects of a query by style and explode; null is left out',
    text: one(
      `- { stepId: list, ${LIST}, parameters: [{ name: tag, in: query, value: [a, b] }, { name: ids, in: query, value: [1, 2] }, { name: filter, in: query, value: { name: x } }, { name: status, in: query, value: $response.body#/none }], outputs: { search: $response.body#/search, tags: $request.query.tag } }`,
      'outputs: { search: $steps.list.outputs.search, tags: $steps.list.outputs.tags }',
    ),
    steps: 'list',
    outputs: { search: '?tag=a&tag=b&ids=1%2C2&filter%5Bname%5D=x', tags: ['a', 'b'] },
  },
  {
    what: 'parameters of a workflow are those of all its steps, and a step overrides them',
    text: one(
      `- { stepId: a, ${LIST}, outputs: { tag: $request.query.tag } }
       - { stepId: b, ${LIST}, parameters: [{ name: tag, in: query, value: own }], outputs: { tag: $request.query.tag } }`,
      'outputs: { a: $steps.a.outputs.tag, b: $steps.b.outputs.tag }\n    parameters: [{ name: tag, in: query, value: shared }]',
    ),
    steps: 'a b',
    outputs: { a: 'shared', b: 'own' },
  },
  {
    what: 'reusable parameters, with a value of their own and over it; expressions in components',
    text: `${HEAD}workflows:${one(
      `- { stepId: a, ${LIST}, parameters: [{ reference: $components.parameters.tag }], outputs: { tag: $request.query.tag } }
       - { stepId: b, ${LIST}, parameters: [{ reference: $components.parameters.tag, value: over }], outputs: { tag: $request.query.tag, worth: $components.parameters.tag } }`,
      'outputs: { a: $steps.a.outputs.tag, b: $steps.b.outputs.tag, worth: $steps.b.outputs.worth }\n    inputs: { properties: { t: { default: given } } }',
    )}components:
  parameters:
    tag: { name: tag, in: query, value: $inputs.t }
`,
    steps: 'a b',
    outputs: { a: 'given', b: 'over', worth: 'given' },
  },
]

const BODIES: readonly Row[] = [
  ['an object', `{ payload: { n: $inputs.n, text: 'no {$inputs.n}' } }`, '{"n":5,"text":"no 5"}'],
  ['one expression', '{ payload: $inputs.whole }', '{"a":[1,2]}'],
  ['a JSON text with expressions', `{ payload: '{ "n": {$inputs.n} }' }`, '{ "n": 5 }'],
  [
    'a form',
    '{ contentType: application/x-www-form-urlencoded, payload: { a: $inputs.n, b: x y } }',
    'a=5&b=x+y',
  ],
  [
    'a form as a text',
    `{ contentType: application/x-www-form-urlencoded, payload: 'a={$inputs.n}' }`,
    'a=5',
  ],
  ['XML', `{ contentType: application/xml, payload: '<n>{$inputs.n}</n>' }`, '<n>5</n>'],
  [
    'replacements: a value, a new property, the end of a list',
    '{ payload: { a: { b: 1 }, l: [1] }, replacements: [{ target: /a/b, value: $inputs.n }, { target: /a/c~1d, value: 2 }, { target: /l/-, value: 3 }] }',
    '{"a":{"b":5,"c/d":2},"l":[1,3]}',
  ],
  [
    'a replacement in an expression, by a Selector Object (1.1)',
    `{ payload: $inputs.whole, replacements: [{ target: /a, targetSelectorType: jsonpointer, value: { context: $inputs.whole, selector: '$.a[1]', type: jsonpath } }] }`,
    '{"a":2}',
  ],
].map(([what, body, sent]) => ({
  what: `a body that is ${what}`,
  text: one(
    `- { stepId: make, operationId: makeThing, requestBody: ${body}, outputs: { sent: $response.body#/body } }`,
    'outputs: { sent: $steps.make.outputs.sent }\n    inputs: { properties: { n: { type: integer, default: 5 }, whole: { default: { a: [1, 2] } } } }',
  ),
  steps: 'make',
  outputs: { sent },
}))

const ACTIONS: readonly Row[] = [
  {
    what: 'onSuccess goto, end; the first action whose criteria hold is taken',
    text: one(
      `- { stepId: a, ${LIST}, onSuccess: [{ name: no, type: end, criteria: [{ condition: $statusCode == 418 }] }, { name: on, type: goto, stepId: c }, { name: late, type: end }] }
       - { stepId: b, ${LIST} }
       - { stepId: c, ${LIST}, onSuccess: [{ name: done, type: end }] }
       - { stepId: d, ${LIST} }`,
    ),
    steps: 'a c',
  },
  {
    what: 'all criteria of an action have to hold',
    text: one(
      `- { stepId: a, ${LIST}, onSuccess: [{ name: no, type: end, criteria: [{ condition: $statusCode == 200 }, { condition: $statusCode == 418 }] }] }
       - { stepId: b, ${LIST} }`,
    ),
    steps: 'a b',
  },
  {
    what: 'a failure without an action breaks the workflow off',
    text: one(`- { stepId: a, ${LIST}, ${FAIL} }\n- { stepId: b, ${LIST} }`),
    steps: 'a!',
    outcome: 'failed',
  },
  {
    what: 'a failure followed by goto does not fail the workflow',
    text: one(
      `- { stepId: a, ${LIST}, ${FAIL}, onFailure: [{ name: on, type: goto, stepId: c }] }
       - { stepId: b, ${LIST} }
       - { stepId: c, ${LIST} }`,
    ),
    steps: 'a! c',
  },
  {
    what: 'a failure followed by end fails it',
    text: one(`- { stepId: a, ${LIST}, ${FAIL}, onFailure: [{ name: stop, type: end }] }`),
    steps: 'a!',
    outcome: 'failed',
  },
  {
    what: 'retry: once unless said',
    text: one(`- { stepId: a, ${BUSY(2)}, onFailure: [{ name: again, type: retry }] }`),
    steps: 'a! a!',
    outcome: 'failed',
  },
  {
    what: 'retryLimit more attempts, retryAfter seconds between them',
    text: one(
      `- { stepId: a, ${BUSY(2)}, onFailure: [{ name: again, type: retry, retryAfter: 1.5, retryLimit: 5 }] }`,
    ),
    steps: 'a! a! a',
    waits: [1.5, 1.5],
  },
  {
    what: 'retryLimit 0 tries no more, and the next action is taken',
    text: one(
      `- { stepId: a, ${BUSY(1)}, onFailure: [{ name: again, type: retry, retryLimit: 0 }, { name: on, type: goto, stepId: b }] }
       - { stepId: b, ${LIST} }`,
    ),
    steps: 'a! b',
  },
  {
    what: 'a retryLimit is exhausted before the next action',
    text: one(
      `- { stepId: a, ${BUSY(9)}, onFailure: [{ name: again, type: retry, retryLimit: 2 }, { name: on, type: goto, stepId: b }] }
       - { stepId: b, ${LIST} }`,
    ),
    steps: 'a! a! a! b',
  },
  {
    what: 'Retry-After of the answer overrules retryAfter',
    text: one(
      `- { stepId: a, ${BUSY(1, '90')}, onFailure: [{ name: again, type: retry, retryAfter: 1 }] }`,
    ),
    steps: 'a! a',
    waits: [90],
  },
  {
    what: 'a retry may have a step made before',
    text: one(
      `- { stepId: a, ${LIST} }
       - { stepId: b, ${BUSY(1)}, onFailure: [{ name: again, type: retry, stepId: a }] }`,
    ),
    steps: 'a b! a b',
  },
  {
    what: 'a retry may have a workflow run before, with parameters (1.1)',
    text: `${one(
      `- { stepId: b, ${BUSY(1)}, onFailure: [{ name: again, type: retry, workflowId: other, parameters: [{ name: by, value: 3 }] }] }`,
      'outputs: { by: $workflows.other.outputs.by }',
    )}
  - { workflowId: other, inputs: { required: [by], properties: { by: {} } }, outputs: { by: $inputs.by }, steps: [{ stepId: login, ${LIST} }] }
`,
    steps: 'b! login b',
    outputs: { by: 3 },
  },
  {
    what: 'goto of a workflow does not come back',
    text: `${one(
      `- { stepId: a, ${LIST}, onSuccess: [{ name: on, type: goto, workflowId: other }] }
       - { stepId: b, ${LIST} }`,
    )}
  - { workflowId: other, steps: [{ stepId: x, ${LIST} }] }
`,
    steps: 'a x',
  },
  {
    what: 'actions of a workflow follow all its steps, behind those of a step, which override by name',
    text: one(
      `- { stepId: a, ${BUSY(1)}, onFailure: [{ name: again, type: retry, retryAfter: 5 }] }
       - { stepId: b, ${LIST}, parameters: [{ name: tag, in: query, value: b }], ${FAIL} }
       - { stepId: c, ${LIST} }`,
      'failureActions: [{ name: again, type: retry, retryAfter: 7 }, { name: on, type: goto, stepId: c }]',
    ),
    steps: 'a! a b! b! c',
    waits: [5, 7],
  },
  {
    what: 'reusable actions',
    text: `${HEAD}workflows:${one(
      `- { stepId: a, ${BUSY(1)}, onFailure: [{ reference: $components.failureActions.again }], onSuccess: [{ reference: $components.successActions.done }] }
       - { stepId: b, ${LIST} }`,
    )}components:
  failureActions: { again: { name: again, type: retry, retryAfter: 2, criteria: [{ condition: $statusCode == 503 }] } }
  successActions: { done: { name: done, type: end } }
`,
    steps: 'a! a',
    waits: [2],
  },
  {
    what: 'goto for ever is ended by its budget, and the workflow is named',
    text: one(`- { stepId: a, ${LIST}, onSuccess: [{ name: on, type: goto, stepId: a }] }`),
    steps: Array.from({ length: 1000 }, () => 'a').join(' '),
    outcome: 'failed',
    reason: /^1000 steps were made and "main" has not ended$/,
  },
  {
    what: 'waits of many retries have a budget of virtual time',
    text: one(
      `- { stepId: a, ${BUSY(9, '60000000')}, onFailure: [{ name: again, type: retry, retryLimit: 5 }] }`,
    ),
    steps: 'a! a!',
    outcome: 'failed',
    waits: [60000000],
    reason: /more than 732 days/,
  },
]

const CALLS: readonly Row[] = [
  {
    what: 'a step runs a workflow: its parameters are the inputs, $outputs what it came to',
    text: `${one(
      `- { stepId: call, workflowId: other, parameters: [{ name: n, value: 2 }], successCriteria: [{ condition: $outputs.twice == 2 }, { condition: $statusCode == 200 }], outputs: { mine: $outputs.twice } }`,
      'outputs: { mine: $steps.call.outputs.mine, also: $steps.call.outputs.twice }',
    )}
  - { workflowId: other, inputs: { properties: { n: { type: integer } } }, outputs: { twice: $inputs.n }, steps: [{ stepId: x, ${LIST} }] }
`,
    steps: 'x call',
    outputs: { mine: 2, also: 2 },
  },
  {
    what: 'a parameter of the whole workflow is handed over to workflows that know it',
    text: `${one(
      `- { stepId: a, ${LIST} }
       - { stepId: knows, workflowId: other }
       - { stepId: knowsNot, workflowId: third }`,
      'parameters: [{ name: tag, in: query, value: shared }]\n    outputs: { tag: $steps.knows.outputs.tag }',
    )}
  - { workflowId: other, inputs: { properties: { tag: {} } }, outputs: { tag: $inputs.tag }, steps: [{ stepId: x, ${LIST} }] }
  - { workflowId: third, inputs: { additionalProperties: false, properties: { n: {} } }, steps: [{ stepId: y, ${LIST} }] }
`,
    steps: 'a x knows y knowsNot',
    outputs: { tag: 'shared' },
  },
  {
    what: 'a workflow that fails fails the step that runs it; goto goes on',
    text: `${one(
      `- { stepId: call, workflowId: other, onFailure: [{ name: on, type: goto, stepId: b }] }
       - { stepId: b, ${LIST} }`,
    )}
  - { workflowId: other, steps: [{ stepId: x, ${LIST}, ${FAIL} }] }
`,
    steps: 'x! call! b',
  },
  {
    what: 'inputs that are not as the schema has them fail the step that hands them over',
    text: `${one(
      `- { stepId: a, ${LIST}, outputs: { name: $response.body#/name } }
       - { stepId: call, workflowId: other, parameters: [{ name: n, value: $steps.a.outputs.name }] }`,
    )}
  - { workflowId: other, inputs: { properties: { n: { type: integer } } }, steps: [{ stepId: x, ${LIST} }] }
`,
    steps: 'a call!',
    outcome: 'failed',
  },
  {
    what: 'dependsOn: run before, once, and $workflows has what it came to',
    text: `${one(`- { stepId: a, ${LIST} }`, 'dependsOn: [login, other]\n    outputs: { name: $workflows.login.outputs.name, user: $workflows.login.inputs.user }')}
  - { workflowId: login, inputs: { properties: { user: { default: ada } } }, outputs: { name: $steps.l.outputs.t }, steps: [{ stepId: l, ${LIST}, outputs: { t: $response.body#/name } }] }
  - { workflowId: other, dependsOn: [login], steps: [{ stepId: o, ${LIST} }] }
`,
    steps: 'l o a',
    outputs: { name: 'Ada', user: 'ada' },
  },
  {
    what: 'a workflow that is called runs what it depends on, too',
    text: `${one('- { stepId: call, workflowId: other }')}
  - { workflowId: login, steps: [{ stepId: l, ${LIST} }] }
  - { workflowId: other, dependsOn: [login], steps: [{ stepId: o, ${LIST} }] }
`,
    steps: 'l o call',
  },
  {
    what: 'what is depended on fails: so does the workflow, and it sends nothing',
    text: `${one(`- { stepId: a, ${LIST} }`, 'dependsOn: [login]')}
  - { workflowId: login, steps: [{ stepId: l, ${LIST}, ${FAIL} }] }
`,
    steps: 'l!',
    outcome: 'failed',
    reason: /^the workflow "login" it depends on failed$/,
  },
  {
    what: 'inputs: defaults, also within objects and behind $ref and allOf',
    text: `${HEAD}workflows:${one(
      `- { stepId: a, ${LIST} }`,
      `inputs: { allOf: [{ $ref: '#/components/inputs/page' }], properties: { who: { $ref: '#/components/inputs/who' }, deep: { type: object, default: {}, properties: { x: { default: 4 } } } } }
    outputs: { size: $inputs.size, who: $inputs.who, x: $inputs.deep.x }`,
    )}components: { inputs: { page: { properties: { size: { default: 10 } } }, who: { type: string, default: ada } } }
`,
    steps: 'a',
    outputs: { size: 10, who: 'ada', x: 4 },
  },
  {
    what: 'outputs of a workflow: Selector Objects (1.1), others above them, the document itself',
    text: `arazzo: 1.1.0
$self: ./test.arazzo.yaml
info: { title: T, version: 1.0.0 }
sourceDescriptions: [{ name: api, type: openapi, url: api.yaml }]
workflows:${one(
      `- { stepId: a, ${LIST}, parameters: [{ name: tag, in: query, value: { context: $inputs.l, selector: /1, type: jsonpointer } }], outputs: { whole: $response.body, tag: $request.query.tag } }`,
      `inputs: { properties: { l: { default: [x, y] } } }
    outputs:
      name: { context: $steps.a.outputs.whole, selector: $.name, type: jsonpath }
      also: $outputs.name
      count: { context: $steps.a.outputs.whole, selector: /count, type: { type: jsonpointer, version: rfc6901 } }
      all: { context: $inputs.l, selector: '$[*]', type: jsonpath }
      none: { context: $inputs.l, selector: '$.z', type: jsonpath }
      tag: $steps.a.outputs.tag
      self: $self
      source: $sourceDescriptions.api.url`,
    )}`,
    steps: 'a',
    outputs: {
      name: 'Ada',
      also: 'Ada',
      count: 1,
      all: ['x', 'y'],
      none: null,
      tag: 'y',
      self: './test.arazzo.yaml',
      source: 'api.yaml',
    },
  },
  {
    what: 'dependsOn of a step (1.1): one that was gone past fails it',
    text: one(
      `- { stepId: a, ${LIST}, onSuccess: [{ name: on, type: goto, stepId: c }] }
       - { stepId: b, ${LIST} }
       - { stepId: c, ${LIST}, dependsOn: [a, b] }`,
    ),
    steps: 'a c!',
    outcome: 'failed',
  },
  {
    what: 'operationPath, with a method and escapes',
    text: one(
      `- { stepId: a, operationPath: '{$sourceDescriptions.api.url}#/paths/~1things~1%7Bid%7D/get', parameters: [{ name: id, in: path, value: 1 }] }
       - { stepId: b, operationPath: $sourceDescriptions.api.url#/paths/~1unnamed/get }`,
    ),
    steps: 'a b',
  },
]

const SILENT: readonly Row[] = [
  {
    what: 'no answer at all: $statusCode is null, and criteria may expect that',
    text: one(
      `- { stepId: a, operationId: close, successCriteria: [{ condition: $statusCode == null && $response.body == null }] }
       - { stepId: b, operationId: close }`,
    ),
    steps: 'a b!',
    outcome: 'failed',
  },
  {
    what: 'a server that hangs is given up after the timeout of the step (1.1)',
    text: one(
      '- { stepId: a, operationId: hang, timeout: 50, successCriteria: [{ condition: $statusCode == null }] }',
    ),
    steps: 'a',
  },
  {
    what: 'without criteria the status has to be 2xx',
    text: one(`- { stepId: a, ${LIST}, parameters: [{ name: status, in: query, value: 503 }] }`),
    steps: 'a!',
    outcome: 'failed',
  },
  {
    what: 'without criteria the status has to be documented',
    text: one(`- { stepId: a, ${LIST}, parameters: [{ name: status, in: query, value: 202 }] }`),
    steps: 'a!',
    outcome: 'failed',
  },
  {
    what: 'a payload without the place that a replacement names fails the step, and sends nothing',
    text: one(
      `- { stepId: a, operationId: makeThing, requestBody: { payload: $inputs.whole, replacements: [{ target: /b/c, value: 1 }] } }`,
      'inputs: { properties: { whole: { default: { a: 1 } } } }',
    ),
    steps: 'a!',
    outcome: 'failed',
  },
  {
    what: 'a workflow that others call is not run by itself',
    text: `${one('- { stepId: call, workflowId: other }')}
  - { workflowId: other, steps: [{ stepId: x, ${LIST} }] }
`,
    steps: 'x call',
    cases: 1,
  },
]

test.each([...PARAMETERS, ...BODIES, ...ACTIONS, ...CALLS, ...SILENT])('$what', async (row) => {
  const text = row.text.startsWith('arazzo') ? row.text : `${HEAD}workflows:${row.text}`
  const played = await api.play(text)
  const { cases, steps, outputs, waits } = told(played)
  expect(steps.join(' ')).toBe(row.steps)
  expect(cases[0]).toBe(`main ${row.outcome ?? 'passed'}`)
  expect(waits).toEqual(row.waits ?? [])
  if (row.outputs) expect(outputs).toEqual(row.outputs)
  if (row.cases) expect(cases).toHaveLength(row.cases)
  if (row.reason) expect(played.result.cases[0]?.reason).toMatch(row.reason)
  expect(played.left).toEqual([])
})

/** Criteria of a step whose answer is `{"name": "Ada", "count": 1, ...}`, and whether they hold. */
test.each([
  ['{ condition: $response.body#/name == "ada" }', /single quotes/],
  ["{ condition: $response.body.name == 'ADA' }", true],
  [`{ condition: "$response.body.headers['user-agent'] == 'esimulator'" }`, true],
  ["{ type: simple, context: $response.body, condition: $response.body#/name == 'Ada' }", true],
  ["{ type: regex, context: $response.body#/name, condition: '^Ada$' }", true],
  ["{ type: regex, context: $response.body#/name, condition: '^ada$' }", false],
  ["{ type: regex, context: $statusCode, condition: '^2\\d\\d$' }", true],
  ["{ type: regex, context: $response.body#/none, condition: '^$' }", false],
  ["{ type: regex, context: $response.body#/name, condition: '^{$inputs.name}$' }", true],
  ["{ type: jsonpath, context: $response.body, condition: '$.name' }", true],
  ["{ type: jsonpath, context: $response.body, condition: '$.none' }", false],
  ['{ type: jsonpath, context: $response.body, condition: \'$.headers[?@ == "127"]\' }', false],
  [
    "{ type: { type: jsonpath, version: rfc9535 }, context: $inputs.list, condition: '$[?@.n > 1]' }",
    true,
  ],
  ['{ type: jsonpath, context: $inputs.list, condition: "$[?@.n == {$inputs.list#/1/n}]" }', true],
  ['{ type: jsonpath, context: $inputs.list, condition: "$[?@.n == {$inputs.name}]" }', false],
] as const)('the criterion %s: %s', async (criterion, holds) => {
  const text = `${HEAD}workflows:${one(
    `- { stepId: a, ${LIST}, successCriteria: [${criterion}] }`,
    'inputs: { properties: { name: { default: Ada }, list: { default: [{ n: 1 }, { n: 2 }] } } }',
  )}`
  if (typeof holds !== 'boolean') return expect(api.play(text)).rejects.toThrow(holds)
  const { result } = await api.play(text)
  expect(result.cases[0]?.outcome).toBe(holds ? 'passed' : 'failed')
})

test('workflows of another document have its sources and components, whatever they are called', async () => {
  await writeFile(
    join(api.folder, 'other.yaml'),
    `arazzo: 1.0.1
info: { title: Other, version: 1.0.0 }
sourceDescriptions: [{ name: theirs, type: openapi, url: api.yaml }]
workflows:
  - workflowId: main
    inputs: { properties: { n: { type: integer } } }
    outputs: { tag: $steps.a.outputs.tag, own: $workflows.main.inputs.n }
    steps:
      - { stepId: a, operationId: listThings, parameters: [{ reference: $components.parameters.tag }], outputs: { tag: $request.query.tag } }
components: { parameters: { tag: { name: tag, in: query, value: theirs } } }
`,
  )
  const text = `arazzo: 1.0.1
info: { title: T, version: 1.0.0 }
sourceDescriptions:
  - { name: api, type: openapi, url: api.yaml }
  - { name: other, type: arazzo, url: other.yaml }
workflows:${one(
    `- { stepId: a, ${LIST}, parameters: [{ reference: $components.parameters.tag }], outputs: { tag: $request.query.tag } }
     - { stepId: call, workflowId: $sourceDescriptions.other.main, parameters: [{ name: n, value: 2 }] }`,
    `inputs: { properties: { n: { default: 1 } } }
    outputs: { mine: $steps.a.outputs.tag, theirs: $steps.call.outputs.tag, n: $workflows.main.inputs.n, theirN: $steps.call.outputs.own }`,
  )}components: { parameters: { tag: { name: tag, in: query, value: mine } } }
`
  const { result } = await api.play(text)
  expect(result.cases[0]).toMatchObject({
    outcome: 'passed',
    outputs: { mine: 'mine', theirs: 'theirs', n: 1, theirN: 2 },
  })
})

test('what is equal but for case is said where a comparison fails by it', async () => {
  const text = one(
    `- { stepId: a, ${LIST}, successCriteria: [{ condition: $response.body#/name != 'ADA' }] }`,
  )
  const { result } = await api.play(`${HEAD}workflows:${text}`)
  const [failure] = result.cases[0]?.steps[0]?.failures ?? []
  expect(failure?.message).toBe(
    `$response.body#/name != 'ADA' does not hold: $response.body#/name is "Ada" (equal but for case)`,
  )
  expect(failure?.place).toMatchObject({ line: 9, column: 78 })
})

test('an x-operation calls a link; one without a host fails its step', async () => {
  const link = (url: string) =>
    `- { stepId: a, x-operation: { method: get, url: '${url}' }, parameters: [{ name: q, in: query, value: 1 }], outputs: { p: $response.body#/path } }`
  const outputs = 'outputs: { p: $steps.a.outputs.p }'
  const right = await api.play(`${HEAD}workflows:${one(link(`${api.url}/things?x=2`), outputs)}`)
  expect(right.result.cases[0]).toMatchObject({ outcome: 'passed', outputs: { p: '/things' } })
  expect(right.result.cases[0]?.steps[0]?.exchange).toMatchObject({
    operation: 'listThings',
    url: `${api.url}/things?x=2&q=1`,
  })
  const wrong = await api.play(`${HEAD}workflows:${one(link('/things'), outputs)}`)
  expect(wrong.result.cases[0]?.steps[0]?.failures[0]?.message).toMatch(
    /needs an absolute URL, and "\/things" is none/,
  )
})

test('a piece of a text is captured, and what is expected of an answer is held to leaf by leaf', async () => {
  const capture = `- { stepId: a, operationId: plain, x-esimulator: { capture: { code: { from: $response.body, match: '\\$(\\w+)$' } } } }`
  const expects = `- { stepId: b, ${LIST}, x-esimulator: { expect: { name: ada, count: 1 } } }`
  const { result } = await api.play(
    `${HEAD}workflows:${one(`${capture}\n${expects}`, 'outputs: { code: $steps.a.outputs.code }')}`,
  )
  expect(result.cases[0]).toMatchObject({ outcome: 'failed', outputs: { code: 'ABC' } })
  expect(result.cases[0]?.steps[1]?.failures.map(({ message }) => message)).toEqual([
    '$response.body#/name is "Ada", expected "ada"',
  ])
})

test('large replies are cut in the result, which says so; expressions see them whole', async () => {
  const text = one(
    `- { stepId: a, operationId: large, successCriteria: [{ type: regex, context: $response.body, condition: '^x{100000}$' }, { condition: $response.body == 'y' }] }`,
    'outputs: { whole: $response.body }',
  )
  const { result } = await api.play(`${HEAD}workflows:${text}`)
  const [step] = result.cases[0]?.steps ?? []
  expect(step?.failures).toHaveLength(1)
  expect(step?.exchange?.replyBody).toMatch(/^x{32768}\.\.\. \[cut: 100000 characters in all\]$/)
  expect(step?.failures[0]?.seen[0]?.value).toMatch(/\[cut: 100000 characters in all\]$/)
  expect(result.cases[0]?.outputs.whole).toMatch(/\[cut: 100000 characters in all\]$/)
  expect(JSON.stringify(result).length).toBeLessThan(150_000)
})

test('a case of many large replies keeps a bounded amount of them', async () => {
  const text = one(
    `- { stepId: a, operationId: large, onSuccess: [{ name: on, type: goto, stepId: a }] }`,
  )
  const { result } = await api.play(`${HEAD}workflows:${text}`)
  expect(result.cases[0]?.steps).toHaveLength(1000)
  expect(JSON.stringify(result).length).toBeLessThan(2_500_000)
})
