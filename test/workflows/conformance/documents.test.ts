// Documents of the language, right and wrong: what is read, what is refused by name, where, and whether the published schema says the same.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { compileFile, compileFiles, compileText } from '../../../src/workflows/compile.ts'
import type { MistakesError } from '../../../src/workflows/document.ts'
import { readSchema } from '../../../src/workflows/schema-files.ts'
import { API } from '../../support/echo-api.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'esimulator-documents-'))
  await writeFile(join(folder, 'api.yaml'), API)
  await writeFile(join(folder, 'an api.yaml'), API)
  await writeFile(join(folder, 'old.yaml'), 'swagger: "2.0"\n')
  await writeFile(join(folder, 'async.yaml'), 'asyncapi: 3.0.0\n')
  await writeFile(join(folder, 'flows.yaml'), FLOWS)
})
afterAll(() => rm(folder, { recursive: true }))

const FLOWS = `arazzo: 1.0.1
info: { title: Flows, version: 1.0.0 }
sourceDescriptions: [{ name: api, url: api.yaml }]
workflows:
  - workflowId: login
    inputs: { type: object, required: [user], properties: { user: { type: string } } }
    outputs: { token: $steps.in.outputs.t }
    steps: [{ stepId: in, operationId: listThings, outputs: { t: $response.body#/t } }]
`

const RIGHT = `arazzo: 1.0.1
info: { title: T, version: 1.0.0, summary: s, description: d, x-own: 1 }
x-own: { anything: [1] }
sourceDescriptions:
  - { name: api, type: openapi, url: api.yaml, x-own: 1 }
  - { name: twin, url: an%20api.yaml }
  - { name: flows, type: arazzo, url: flows.yaml }
workflows:
  - workflowId: main
    summary: s
    description: d
    dependsOn: [before]
    inputs: { type: object, properties: { n: { type: integer, default: 1 }, t: { $ref: '#/components/inputs/text' } } }
    parameters: [{ reference: $components.parameters.trace }]
    successActions: [{ reference: $components.successActions.done }]
    failureActions: [{ reference: $components.failureActions.again }]
    outputs: { n: $inputs.n, token: $steps.login.outputs.token }
    x-esimulator: { tags: [smoke], cases: [{ name: one, inputs: { n: 1 } }], needs: [$inputs.n], cleanup: [before] }
    steps:
      - stepId: list
        description: d
        operationId: $sourceDescriptions.api.listThings
        parameters: [{ name: tag, in: query, value: [a, $inputs.n] }]
        successCriteria:
          - condition: $statusCode == 200
          - { context: $response.body, condition: '$.name', type: jsonpath }
          - { context: $response.body, condition: '^x', type: regex }
        onSuccess: [{ name: on, type: goto, stepId: make, criteria: [{ condition: $inputs.n == 1 }] }]
        onFailure: [{ name: retry, type: retry, retryAfter: 0.5, retryLimit: 3 }]
        outputs: { name: $response.body#/name, all: $response.body }
      - stepId: make
        operationPath: '{$sourceDescriptions.api.url}#/paths/~1things/post'
        requestBody:
          contentType: application/json
          payload: { a: { b: $steps.list.outputs.name } }
          replacements: [{ target: /a/b, value: $inputs.n }]
      - stepId: login
        workflowId: $sourceDescriptions.flows.login
        parameters: [{ name: user, value: ada }]
  - workflowId: before
    steps: [{ stepId: only, operationId: $sourceDescriptions.twin.getThing, parameters: [{ name: id, in: path, value: 1 }] }]
components:
  inputs: { text: { type: string } }
  parameters: { trace: { name: trace, in: header, value: $inputs.n } }
  successActions: { done: { name: done, type: end, criteria: [{ condition: $statusCode == 204 }] } }
  failureActions: { again: { name: again, type: goto, stepId: list } }
`

const inFolder = (text: string) => compileText(join(folder, 'test.yaml'), text)
const isShaped = new Ajv2020({ strict: false }).compile(readSchema('workflow'))

/** Changes of the right document that leave it right: what is written, and what in its place. */
const FINE: readonly (readonly [what: string, written: string, other: string])[] = [
  ['1.0.0', 'arazzo: 1.0.1', 'arazzo: 1.0.0'],
  ['1.1.0 and $self', 'arazzo: 1.0.1', 'arazzo: 1.1.0\n$self: test.yaml'],
  [
    'any header and cookie',
    '[{ name: tag, in: query, value: [a, $inputs.n] }]',
    '[{ name: x-a, in: header, value: 1 }, { name: c, in: cookie, value: 1 }]',
  ],
  [
    'a context of type simple',
    'condition: $inputs.n == 1',
    'condition: $inputs.n == 1, type: simple, context: $inputs.n',
  ],
  ['the version of jsonpath (1.1)', 'type: jsonpath', 'type: { type: jsonpath, version: rfc9535 }'],
  [
    'a Selector Object as an output (1.1)',
    'all: $response.body',
    "all: { context: $response.body, selector: '$.a', type: jsonpath }",
  ],
  [
    'a Selector Object as a parameter (1.1)',
    'value: ada',
    'value: { context: $inputs.t, selector: /a, type: jsonpointer }',
  ],
  [
    'a target with its type (1.1)',
    'target: /a/b, value',
    'target: /a/b, targetSelectorType: jsonpointer, value',
  ],
  ['dependsOn of a step (1.1)', 'stepId: make\n', 'stepId: make\n        dependsOn: [list]\n'],
  ['timeout of a step (1.1)', 'stepId: make\n', 'stepId: make\n        timeout: 500\n'],
  [
    'parameters of an action (1.1)',
    'type: goto, stepId: make,',
    'type: goto, workflowId: $sourceDescriptions.flows.login, parameters: [{ name: user, value: $inputs.t }],',
  ],
  [
    'a reusable object with a value',
    'reference: $components.parameters.trace',
    'reference: $components.parameters.trace, value: 5',
  ],
  [
    'a reusable object with what has to be passed over',
    'reference: $components.parameters.trace',
    'reference: $components.parameters.trace, more: 5',
  ],
  ['what a case brings and a step names', '$inputs.n == 1', '$inputs.brought == 1'],
  [
    'a replacement in an expression',
    'payload: { a: { b: $steps.list.outputs.name } }',
    'payload: $inputs.t',
  ],
  [
    'a replacement in a JSON text',
    'payload: { a: { b: $steps.list.outputs.name } }',
    `payload: '{"a": {"b": 1}}'`,
  ],
  ['a new property by a replacement', 'target: /a/b', 'target: /a/new'],
  [
    '$sourceDescriptions.<name>.url',
    'b: $steps.list.outputs.name',
    'b: $sourceDescriptions.flows.url',
  ],
  ['inputs of the workflow itself', 'b: $steps.list.outputs.name', 'b: $workflows.main.inputs.n'],
  ['outputs above another', 'outputs: { n: $inputs.n,', 'outputs: { n: $inputs.n, m: $outputs.n,'],
  [
    'an expression within a text',
    'b: $steps.list.outputs.name',
    "b: 'x-{$steps.list.outputs.name}-{$inputs.n}'",
  ],
]

const right = (written: string, other: string) => {
  expect(RIGHT).toContain(written)
  const text = RIGHT.replace(written, () => other)
  return other.includes('$inputs.brought')
    ? text.replace('inputs: { n: 1 } }]', 'inputs: { brought: 1 } }]')
    : text
}

test.each(FINE)('read: %s', async (_, written, other) => {
  const text = right(written, other)
  const told = await inFolder(text).then(
    () => [],
    (error: MistakesError) => error.mistakes,
  )
  expect(told).toEqual([])
  expect(isShaped(parse(text)), JSON.stringify(isShaped.errors)).toBe(true)
})

/** The line a text stands in, and its column, from 1; what is before a bar is only to find it by. */
function placeIn(text: string, part: string) {
  const [lead = ''] = part.includes('|') ? part.split('|') : ['']
  const at = text.indexOf(part.replace('|', ''))
  expect(at, part).toBeGreaterThan(-1)
  const before = text.slice(0, at + lead.length).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

interface Mistaken {
  readonly written: string
  readonly wrong: string
  readonly told: RegExp
  /** What in the wrong text the mistake points at. */
  readonly at: string
  /** True for what the schema knows by itself. */
  readonly schema: boolean
}

const row = (written: string, wrong: string, told: RegExp, at: string): Mistaken => ({
  written,
  wrong,
  told,
  at,
  schema: false,
})
const shape = (written: string, wrong: string, told: RegExp, at: string): Mistaken => ({
  written,
  wrong,
  told,
  at,
  schema: true,
})

const GOTO = 'name: on, type: goto, stepId: make'
const RETRY = 'name: retry, type: retry, retryAfter: 0.5, retryLimit: 3'
const JSONPATH = "{ context: $response.body, condition: '$.name', type: jsonpath }"
const PAYLOAD = 'payload: { a: { b: $steps.list.outputs.name } }'

/** What the shape of a document may not be. */
const SHAPES: readonly Mistaken[] = [
  shape(
    'arazzo: 1.0.1',
    'arazzo: 1.2.0',
    /versions 1\.0 and 1\.1 of Arazzo are supported/,
    '1.2.0',
  ),
  shape(
    'summary: s, description: d, x-own',
    'sumary: s, x-own',
    /"info" has no field "sumary": did you mean summary\?/,
    's, x-own',
  ),
  shape('x-own: { anything', 'own: { anything', /the document has no field "own"/, 'own: {'),
  shape('type: openapi, url', 'type: asyncapi, url', /^asyncapi is not supported/, 'asyncapi'),
  shape(
    'type: openapi, url',
    'type: opnapi, url',
    /none of openapi, arazzo: did you mean openapi/,
    'opnapi',
  ),
  shape('workflowId: main', 'workflowId: my main', /must match pattern/, 'my main'),
  shape(
    'operationId: $sourceDescriptions.api.listThings',
    'operationId: listThings\n        workflowId: before',
    /step "list" needs exactly one of operationId, operationPath, workflowId, x-operation/,
    'stepId: list',
  ),
  shape(
    'operationId: $sourceDescriptions.api.listThings',
    'description: none',
    /is no YAML: Map keys must be unique|needs exactly one/,
    'description: none',
  ),
  shape(
    'stepId: make\n',
    'stepId: make\n        channelPath: x\n',
    /"channelPath" belongs to AsyncAPI, which is not supported/,
    'x\n        operationPath',
  ),
  shape(
    'stepId: make\n',
    'stepId: make\n        correlationId: x\n',
    /"correlationId" belongs to AsyncAPI/,
    'x\n        operationPath',
  ),
  shape(
    'stepId: make\n',
    'stepId: make\n        action: send\n',
    /"action" belongs to AsyncAPI/,
    'send',
  ),
  shape('stepId: make\n', 'stepId: make\n        timeout: 0.5\n', /must be integer/, '0.5\n'),
  shape('in: query, value: [a', 'in: body, value: [a', /"body" is none of path, query/, 'body'),
  shape(
    'name: tag, in: query, value: [a, $inputs.n]',
    'name: tag, in: query',
    /parameter "tag" needs the field "value"/,
    '{ name: tag',
  ),
  shape(
    GOTO,
    'name: on, type: goto',
    /the action "on" goes to exactly one of stepId and workflowId/,
    '{ name: on,',
  ),
  shape(
    GOTO,
    'name: on, type: goto, stepId: make, workflowId: before',
    /goes to exactly one of/,
    '{ name: on,',
  ),
  shape(
    GOTO,
    'name: on, type: end, stepId: make',
    /"stepId" is for goto and retry/,
    'make, criteria',
  ),
  shape(GOTO, 'name: on, type: retry', /"retry" is none of end, goto/, 'retry, criteria'),
  shape(
    GOTO,
    'name: on, type: goto, stepId: make, retryLimit: 1',
    /"retryLimit" is for actions of type retry/,
    '1, criteria',
  ),
  shape(
    GOTO,
    'name: on, type: goto, stepId: make, parameters: []',
    /has "parameters", which needs the field "workflowId"/,
    'parameters: [], criteria',
  ),
  shape(
    RETRY,
    'name: retry, type: goto, stepId: list, retryAfter: 1',
    /"retryAfter" is for actions of type retry/,
    'retryAfter: |1 }',
  ),
  shape(
    RETRY,
    'name: retry, type: retry, stepId: list, workflowId: before',
    /makes one of stepId and workflowId before it tries again, not both/,
    '{ name: retry',
  ),
  shape(RETRY, 'name: retry, type: retry, retryLimit: 1000', /must be <= 999/, '1000'),
  shape(RETRY, 'name: retry, type: retry, retryLimit: 1.5', /must be integer/, '1.5'),
  shape(
    'reference: $components.successActions.done',
    'reference: $components.successActions.done, value: 1',
    /"value" is for a parameter that is referred to/,
    'done, value: |1 }',
  ),
  shape(
    JSONPATH,
    "{ condition: '$.name', type: jsonpath }",
    /needs a context for its type/,
    "{ condition: '$.name",
  ),
  shape(
    JSONPATH,
    "{ context: $response.body, condition: '$.name' }",
    /has a context, which is for regex and jsonpath/,
    "{ context: $response.body, condition: '$.name",
  ),
  shape(
    JSONPATH,
    "{ context: $response.body, condition: '//name', type: xpath }",
    /^xpath is not supported: use jsonpath/,
    'xpath',
  ),
  shape(
    JSONPATH,
    "{ context: $response.body, condition: '//name', type: { type: xpath, version: xpath-30 } }",
    /^xpath is not supported/,
    'xpath, version',
  ),
  shape(
    JSONPATH,
    '{ context: $response.body, condition: $.name, type: { type: jsonpath, version: draft-goessner-dispatch-jsonpath-00 } }',
    /this jsonpath is not supported/,
    'draft-goessner',
  ),
  shape(
    JSONPATH,
    '{ context: $response.body, condition: $.name, type: { type: jsonpath, version: rfc9535, more: 1 } }',
    /"type" has no field "more"/,
    'more: |1 } }',
  ),
  shape(
    'all: $response.body',
    'all: { context: $response.body, selector: //a, type: xpath }',
    /^xpath is not supported/,
    'xpath',
  ),
  shape(
    'all: $response.body',
    'all: { context: $response.body, type: jsonpath }',
    /"all" needs the field "selector"/,
    'all: {',
  ),
  shape('all: $response.body', 'all: 5', /must be string/, '5 }'),
  shape('all: $response.body', 'a b: $response.body', /must match pattern/, 'outputs: { name'),
  shape(
    'target: /a/b, value',
    'target: //a, targetSelectorType: xpath, value',
    /^xpath is not supported/,
    'xpath',
  ),
  shape(
    'target: /a/b, value',
    'target: $.a, targetSelectorType: jsonpath, value',
    /"jsonpath" is none of jsonpointer/,
    'jsonpath,',
  ),
  shape(
    `          ${PAYLOAD}\n`,
    '',
    /has "replacements", which needs the field "payload"/,
    'replacements',
  ),
  shape(
    'workflowId: $sourceDescriptions.flows.login\n',
    'workflowId: $sourceDescriptions.flows.login\n        requestBody: { payload: 1 }\n',
    /"requestBody" is for operations/,
    'requestBody: { payload: 1',
  ),
  shape(
    'workflowId: $sourceDescriptions.flows.login\n',
    'workflowId: $sourceDescriptions.flows.login\n        timeout: 5\n',
    /"timeout" is for one answer/,
    '5\n',
  ),
  shape(
    'workflowId: $sourceDescriptions.flows.login\n',
    'workflowId: $sourceDescriptions.flows.login\n        x-esimulator: { expect: 1 }\n',
    /"expect" is held to an answer/,
    'expect: |1 }',
  ),
  shape(
    'tags: [smoke],',
    'tag: [smoke],',
    /has no field "tag": did you mean tags\?/,
    'tag: [smoke',
  ),
  shape(
    'x-own: { anything: [1] }',
    'x-esimulator: { tags: [a] }',
    /the document takes no "x-esimulator": it stands in a workflow or a step/,
    'x-esimulator: { tags: [a]',
  ),
  shape(
    'summary: s\n',
    'summary: s\n    x-operation: { method: get, url: x }\n',
    /takes no "x-operation": it stands in a step/,
    'x-operation: { method',
  ),
  shape(
    'inputs: { text: { type: string } }',
    'input: { text: { type: string } }',
    /"components" has no field "input": did you mean inputs\?/,
    'input: { text',
  ),
  shape(
    'dependsOn: [before]',
    'dependsOn: [before, before]',
    /must NOT have duplicate items/,
    'dependsOn: [before, before',
  ),
]

/** What names lead to, and what nobody would have looked at. */
const NAMES: readonly Mistaken[] = [
  row('url: api.yaml, x-own', 'url: old.yaml, x-own', /is no OpenAPI 3 document/, 'old.yaml'),
  row(
    'url: api.yaml, x-own',
    'url: async.yaml, x-own',
    /is an AsyncAPI document: only OpenAPI 3\.0 and 3\.1 are supported/,
    'async.yaml',
  ),
  row(
    'url: api.yaml, x-own',
    'url: flows.yaml, x-own',
    /is an Arazzo document: give the source "type: arazzo"/,
    'flows.yaml, x-own',
  ),
  row(
    'type: arazzo, url: flows.yaml',
    'type: arazzo, url: none.yaml',
    /there is no file/,
    'none.yaml',
  ),
  row(
    'type: arazzo, url: flows.yaml',
    'type: arazzo, url: test.yaml',
    /the documents name each other/,
    'test.yaml',
  ),
  row(
    'operationId: $sourceDescriptions.api.listThings',
    'operationId: listThings',
    /several sources have an operation "listThings": write \$sourceDescriptions\.api\.listThings or \$sourceDescriptions\.twin\.listThings/,
    'listThings',
  ),
  row(
    'operationId: $sourceDescriptions.api.listThings',
    'operationId: api.listThings',
    /did you mean \$sourceDescriptions\.api\.listThings\?/,
    'api.listThings',
  ),
  row(
    '~1things/post',
    '~1things',
    /write '\{\$sourceDescriptions\.<name>\.url\}#\/paths\/~1orders\/post'/,
    '{$sourceDescriptions.api.url}#',
  ),
  row(
    '~1things/post',
    '~1thing/post',
    /no operation "POST \/thing": did you mean POST \/things\?/,
    '{$sourceDescriptions.api.url}#',
  ),
  row(
    '$sourceDescriptions.flows.login',
    '$sourceDescriptions.flows.logn',
    /no workflow "logn": did you mean login\?/,
    '$sourceDescriptions.flows.logn',
  ),
  row(
    'dependsOn: [before]',
    'dependsOn: [befor]',
    /no workflow "befor": did you mean before\?/,
    'befor]',
  ),
  row(
    'dependsOn: [before]',
    'dependsOn: [$sourceDescriptions.flow.login]',
    /no arazzo source "flow": did you mean flows\?/,
    '$sourceDescriptions.flow.',
  ),
  row('dependsOn: [before]', 'dependsOn: [main]', /depends on itself/, 'workflowId: main'),
  row(
    'stepId: make\n',
    'stepId: make\n        dependsOn: [login]\n',
    /step "login" is not made before step "make"/,
    'login]',
  ),
  row(
    'stepId: make\n',
    'stepId: make\n        dependsOn: [lst]\n',
    /no step "lst": did you mean list\?/,
    'lst]',
  ),
  row(
    'stepId: make\n',
    'stepId: make\n        dependsOn: [$workflows.before.steps.only]\n',
    /others are not supported/,
    '$workflows.before.steps',
  ),
  row(
    '[{ name: tag, in: query, value: [a, $inputs.n] }]',
    '[{ name: tg, in: query, value: 1 }]',
    /no query parameter "tg": did you mean tag\?/,
    'tg',
  ),
  row(
    '[{ name: tag, in: query, value: [a, $inputs.n] }]',
    '[{ name: tag, value: 1 }]',
    /needs "in": query/,
    '{ name: tag',
  ),
  row(
    '[{ name: tag, in: query, value: [a, $inputs.n] }]',
    '[{ name: tag, in: query, value: 1 }, { name: tag, in: query, value: 2 }]',
    /given twice/,
    'tag, in: query, value: 2',
  ),
  row(
    'parameters: [{ name: id, in: path, value: 1 }]',
    'parameters: []',
    /needs the path parameter "id"/,
    '{ stepId: only',
  ),
  row(
    '$components.parameters.trace',
    '$components.parameters.trce',
    /no component "\$components\.parameters\.trce": did you mean/,
    '$components.parameters.trce',
  ),
  row(
    'reference: $components.successActions.done',
    'reference: $components.failureActions.again',
    /no component/,
    '$components.failureActions.again',
  ),
  row('value: $inputs.n } }', 'value: $inputs.m } }', /no input "m"/, '$inputs.m'),
  row(
    'value: $inputs.n } }',
    'value: $components.parameters.trace } }',
    /is worth itself/,
    'value: |$components.parameters.trace } }',
  ),
  row(
    'condition: $statusCode == 204',
    'condition: $statusCod == 204',
    /no \$statusCod/,
    '$statusCod ',
  ),
  row('condition: $statusCode == 204', 'condition: $inputs.m == 204', /no input "m"/, '$inputs.m'),
  row(
    'type: goto, stepId: list } }',
    'type: goto, stepId: lst } }',
    /no step "lst": did you mean list\?/,
    'lst }',
  ),
  row(
    RETRY,
    `${RETRY} }, { name: retry, type: end`,
    /two actions of this list are called "retry"/,
    '{ name: retry, type: end',
  ),
  row(
    RETRY,
    'name: retry, type: retry, stepId: list',
    /step "list" cannot be made before itself/,
    'list }',
  ),
  row(
    RETRY,
    'name: retry, type: retry, retryAfter: 9e7, retryLimit: 9',
    /would wait for more than 732 days/,
    '9e7',
  ),
  row(
    JSONPATH,
    "{ context: $response.body, condition: '$.name != null', type: jsonpath }",
    /this is no JSONPath \(RFC 9535\)/,
    '$.name != null',
  ),
  row("condition: '^x'", "condition: '^(x'", /Invalid regular expression/, '^(x'),
  row(
    "context: $response.body, condition: '^x'",
    "context: $respons.body, condition: '^x'",
    /no \$respons/,
    '$respons.body',
  ),
  row(
    'all: $response.body',
    "all: { context: $response.body, selector: '$[', type: jsonpath }",
    /this is no jsonpath/,
    '$[',
  ),
  row(
    'all: $response.body',
    'all: { context: $response.body, selector: a, type: jsonpointer }',
    /does not begin with \//,
    'a, type: jsonpointer',
  ),
  row(
    'all: $response.body',
    "all: '$response.body.items[0].id'",
    /write \$response\.body#\/items\/0\/id/,
    '$response.body.items',
  ),
  row(
    'all: $response.body',
    'all: $response.headers.Location',
    /write \$response\.body, .* or \$response\.header\.<name>/,
    '$response.headers',
  ),
  row(
    'all: $response.body',
    'all: $response.query.tag',
    /an answer has no query: write \$request\.query\.tag/,
    '$response.query',
  ),
  row(
    'all: $response.body',
    "all: '$response.header.a b'",
    /"a b" is no name of a header/,
    '$response.header.a b',
  ),
  row(
    'all: $response.body',
    'all: $outputs.name',
    /\$outputs are those of a workflow/,
    '$outputs.name',
  ),
  row(
    'all: $response.body',
    'all: $message.payload',
    /\$message belongs to AsyncAPI, which is not supported/,
    '$message',
  ),
  row('all: $response.body', 'all: $self', /the document has no \$self/, '$self'),
  row('outputs: { n: $inputs.n,', 'outputs: { n: $outputs.n,', /no output "n"/, '$outputs.n'),
  row(
    '$steps.login.outputs.token',
    '$steps.login.outputs.tokn',
    /step "login": there is no output "tokn": did you mean token\?/,
    '$steps.login.outputs.tokn',
  ),
  row(
    'b: $steps.list.outputs.name',
    'b: $workflows.befor.outputs.x',
    /no workflow "befor"/,
    '$workflows.befor',
  ),
  row(
    'b: $steps.list.outputs.name',
    'b: $workflows.before.outputs.x',
    /workflow "before": there is no output "x"/,
    '$workflows.before',
  ),
  row(
    'b: $steps.list.outputs.name',
    'b: $sourceDescriptions.api.listThings',
    /a source has values for its fields only/,
    '$sourceDescriptions.api.listThings }',
  ),
  row(
    'b: $steps.list.outputs.name',
    'b: $components.inputs.text',
    /no value in \$components\.inputs/,
    '$components.inputs',
  ),
  row('target: /a/b', 'target: /x/b', /the payload has no "x" for \/x\/b to lead into/, '/x/b'),
  row('target: /a/b', 'target: a/b', /a target is a JSON pointer/, 'a/b, value'),
  row(
    'contentType: application/json',
    'contentType: application/xml',
    /a payload of application\/xml is given as a text/,
    'payload: { a',
  ),
  row(
    'contentType: application/json',
    'contentType: multipart/form-data',
    /a payload of multipart\/form-data is given as a text/,
    'payload: { a',
  ),
  row(
    'name: user, value: ada',
    'name: usr, value: ada',
    /workflow "login": there is no input "usr": did you mean user\?/,
    'usr',
  ),
  row('name: user, value: ada', 'name: user, value: 5', /the input "user" must be string/, '5 }'),
  row(
    'parameters: [{ name: user, value: ada }]',
    'description: none',
    /the workflow "login" needs the input "user"/,
    'stepId: login',
  ),
  row(
    GOTO,
    'name: on, type: goto, workflowId: $sourceDescriptions.flows.login',
    /the workflow "login" needs the input "user"/,
    '{ name: on,',
  ),
  row('inputs: { n: 1 } }]', 'inputs: { m: 1 } }]', /no input "m"/, '1 } }]'),
  row('inputs: { n: 1 } }]', 'inputs: { n: x } }]', /the input "n" must be integer/, 'x } }]'),
  row(
    "$ref: '#/components/inputs/text'",
    "$ref: '#/components/inputs/txt'",
    /no input "#\/components\/inputs\/txt": did you mean #\/components\/inputs\/text\?/,
    '#/components/inputs/txt',
  ),
  row(
    'n: { type: integer',
    'n: { type: int',
    /this is no JSON Schema/,
    'inputs: { type: object, properties: { n',
  ),
  row(
    'cleanup: [before]',
    'cleanup: [bfore]',
    /no workflow "bfore": did you mean before\?/,
    'bfore',
  ),
]

test.each([...SHAPES, ...NAMES])(
  'refused: $wrong',
  async ({ written, wrong, told, at, schema }) => {
    expect(RIGHT).toContain(written)
    const text = RIGHT.replace(written, () => wrong)
    const mistakes = await inFolder(text).then(
      () => [],
      (error: MistakesError) => error.mistakes,
    )
    const found = mistakes.find(({ message }) => told.test(message))
    expect(found, JSON.stringify(mistakes, null, 1)).toBeDefined()
    const { line, column } = found ?? { line: 0, column: 0 }
    expect({ line, column }, JSON.stringify(text.split('\n')[line - 1])).toEqual(placeIn(text, at))
    if (schema && told.source.includes('is no YAML')) return
    expect(isShaped(parse(text)), 'the schema').toBe(!schema)
  },
)

test('outputs of a workflow that nobody runs before are told', async () => {
  const text = RIGHT.replace('dependsOn: [before]', 'dependsOn: []')
    .replace('stepId: only,', 'stepId: only, outputs: { x: $statusCode },')
    .replace(
      '- workflowId: before',
      '- workflowId: before\n    outputs: { x: $steps.only.outputs.x }',
    )
    .replace('b: $steps.list.outputs.name', 'b: $workflows.before.outputs.x')
  await expect(inFolder(text)).rejects.toThrow(/"before" is not run before: name it in dependsOn/)
  const named = text.replace('dependsOn: []', 'dependsOn: [before]')
  await expect(inFolder(named)).resolves.toBeDefined()
})

test('outputs of a step further down are told where no step leads back', async () => {
  const steps = (more: string) => `arazzo: 1.0.1
info: { title: T, version: 1.0.0 }
sourceDescriptions: [{ name: api, url: api.yaml }]
workflows:
  - workflowId: main
    steps:
      - { stepId: a, operationId: listThings, parameters: [{ name: tag, in: query, value: $steps.b.outputs.x }] }
      - { stepId: b, operationId: listThings, outputs: { x: $statusCode }${more} }
`
  await expect(inFolder(steps(''))).rejects.toThrow(/:7:\d+: step "b" has no outputs yet/)
  const back = ', onSuccess: [{ name: on, type: goto, stepId: a }]'
  await expect(inFolder(steps(back))).resolves.toBeDefined()
})

test('JSON is read as YAML is, with its lines', async () => {
  const json = JSON.stringify(parse(RIGHT), null, 2)
  await expect(inFolder(json)).resolves.toBeDefined()
  await expect(inFolder(json.replace('"/a/b"', '"a/b"'))).rejects.toThrow(
    /test\.yaml:\d+:\d+: a target is a JSON pointer/,
  )
})

test('sources are found by URL, relative ones by that of the document, which $self may say (1.1)', async () => {
  const files: Readonly<Record<string, string>> = {
    '/specs/api.yaml': API,
    '/flows/flows.yaml': FLOWS.replace('url: api.yaml', 'url: ../specs/api.yaml'),
  }
  const server = createServer(({ url = '' }, response) => {
    response.writeHead(files[url] === undefined ? 404 : 200).end(files[url])
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const text = RIGHT.replace('arazzo: 1.0.1', `arazzo: 1.1.0\n$self: ${base}/flows/main.yaml`)
      .replace('url: api.yaml', 'url: ../specs/api.yaml')
      .replace('url: an%20api.yaml', `url: ${base}/specs/api.yaml`)
    await expect(inFolder(text)).resolves.toBeDefined()
    await expect(inFolder(text.replace('../specs/api.yaml', 'api.yaml'))).rejects.toThrow(
      /:6:\d+: http:.*\/flows\/api\.yaml answered 404/,
    )
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('documents that name each other are told, wherever one begins', async () => {
  const naming = (other: string) =>
    FLOWS.replace(
      '[{ name: api, url: api.yaml }]',
      `[{ name: api, url: api.yaml }, { name: o, type: arazzo, url: ${other} }]`,
    )
  await writeFile(join(folder, 'one.yaml'), naming('two.yaml'))
  await writeFile(join(folder, 'two.yaml'), naming('one.yaml'))
  for (const file of ['one.yaml', 'two.yaml'])
    await expect(compileFile(join(folder, file))).rejects.toThrow(
      /:3:\d+: the documents name each other/,
    )
})

test('a workflow that a document of the same run calls is not run by itself', async () => {
  await writeFile(join(folder, 'calls.yaml'), RIGHT)
  const files = ['flows.yaml', 'calls.yaml'].map((file) => join(folder, file))
  const programs = await compileFiles(files)
  expect(programs.map(({ document }) => document.file)).toEqual(files)
  expect(programs[0]?.workflows.get('login')?.isCalled).toBe(true)
})
