// The grammar of simple conditions and of runtime expressions, right and wrong.
import { expect, test } from 'vitest'
import { ConditionError, holds, readCondition } from '../../src/workflows/conditions.ts'
import {
  ExpressionError,
  evaluate,
  readExpression,
  resolved,
  type Scope,
} from '../../src/workflows/expressions.ts'

const scopeBody = {
  id: 7,
  name: 'Ada',
  ok: true,
  off: false,
  items: [{ n: 1 }, { n: 2 }],
  'a/b': 5,
}

const scope: Scope = {
  self: 'https://flows.example/order',
  inputs: { plan: 'A', 'with.dot': 1, nested: { deep: [1, 2] } },
  outputs: { total: 3 },
  steps: { order: { id: 'O-1', lines: [{ item: 'x' }] } },
  workflows: { login: { inputs: { user: 'ada' }, outputs: { token: 't' } } },
  sources: { go: { name: 'go', url: 'https://go.example' } },
  components: { page: 7 },
  exchange: {
    url: 'https://go.example/orders?limit=1',
    method: 'POST',
    status: 201,
    request: {
      headers: { accept: 'application/json' },
      body: { item: 'x' },
      query: { limit: 1 },
      path: { id: '8' },
    },
    response: {
      headers: { 'content-type': 'application/json', 'x-rate': '10' },
      body: scopeBody,
    },
  },
}

test.each([
  ['$url', 'https://go.example/orders?limit=1'],
  ['$method', 'POST'],
  ['$statusCode', 201],
  ['$request.header.Accept', 'application/json'],
  ['$request.query.limit', 1],
  ['$request.path.id', '8'],
  ['$request.body#/item', 'x'],
  ['$response.header.X-Rate', '10'],
  ['$response.body#/items/1/n', 2],
  ['$response.body#/a~1b', 5],
  ['$response.body#/none/deep', null],
  ['$inputs.plan', 'A'],
  ['$inputs.with.dot', 1],
  ['$inputs.nested.deep', [1, 2]],
  ['$inputs.nested#/deep/1', 2],
  ['$workflows.login.outputs.token#/none', null],
  ['$self', 'https://flows.example/order'],
  ['$response.body#/', null],
  ['$response.body', scopeBody],
  ['$inputs.none', null],
  ['$outputs.total', 3],
  ['$steps.order.outputs.id', 'O-1'],
  ['$steps.order.outputs.lines#/0/item', 'x'],
  ['$workflows.login.outputs.token', 't'],
  ['$workflows.login.inputs.user', 'ada'],
  ['$sourceDescriptions.go.url', 'https://go.example'],
  ['$components.parameters.page', 7],
])('%s is worth %j', (text, worth) => {
  expect(evaluate(readExpression(text), scope)).toEqual(worth)
})

test.each([
  ['$statusCode.x', /nothing may follow/],
  ['$response.status', /write \$response\.body/],
  ['$respons.body', /there is no \$respons; there are \$url/],
  ['$steps.order.id', /write \$steps\.<stepId>\.outputs/],
  ['$response.body#id', /does not begin with \//],
  ['$response.body#/a~2', /neither ~0 nor ~1/],
  ['$workflows.login.token', /write \$workflows/],
  ['$inputs', /write \$inputs\.<name>/],
  ['$self.x', /nothing may follow/],
  ['$message.payload', /\$message belongs to AsyncAPI, which is not supported/],
  ['$response.query.limit', /an answer has no query: write \$request\.query\.limit/],
  ['$response.path.id', /an answer has no path/],
  ['$response.header.a b', /"a b" is no name of a header/],
  ['$response.body.items[1].n', /write \$response\.body#\/items\/1\/n/],
  ['$components.parameters', /write \$components/],
  ['$sourceDescriptions.go', /write \$sourceDescriptions/],
  ['$steps.a b.outputs.x', /write \$steps/],
])('%s is no expression, and what would be one is told', (text, told) => {
  expect(() => readExpression(text)).toThrow(ExpressionError)
  expect(() => readExpression(text)).toThrow(told)
})

test('expressions are worked out within texts, lists and objects, and keep their types alone', () => {
  const value = {
    id: '$response.body#/id',
    text: 'no. {$response.body#/id}',
    list: ['$inputs.plan', 5],
  }
  expect(resolved(value, scope)).toEqual({ id: 7, text: 'no. 7', list: ['A', 5] })
  expect(resolved('{$response.body#/items}', scope)).toBe('[{"n":1},{"n":2}]')
  expect(resolved('$5.00 and {braces}', scope)).toBe('$5.00 and {braces}')
})

test.each([
  ['$statusCode == 201', true],
  ['$statusCode == 200', false],
  ['$statusCode != 200', true],
  ['$statusCode >= 200 && $statusCode < 300', true],
  ['$statusCode < 200 || $statusCode > 200', true],
  ['!($statusCode == 200)', true],
  ['!$response.body#/off', true],
  ['$response.body#/ok', true],
  ['$response.body#/off', false],
  ['$response.body#/none', false],
  ['$response.body#/none == null', true],
  ["$response.body#/name == 'ada'", true],
  ["$response.body#/name == 'it''s'", false],
  ['$response.body#/items[1].n == 2', true],
  ["$response.body['name'] == 'Ada'", true],
  ['$response.body.items[1].n == 2', true],
  ['$response.body.none.deep == null', true],
  ["$steps.order.outputs.lines[0].item == 'X'", true],
  ['$inputs.nested.deep[1] >= 2', true],
  ['!$statusCode == 201', false],
  ['!!$statusCode', true],
  ['null == null && true', true],
  ["'10' == 10 && '1e1' == 10", true],
  ["'' == null", false],
  ['$response.body#/none < 5 || $response.body#/none >= 5', false],
  ['$response.body#/items[9] == null', true],
  ['$response.header.x-rate == 10', true],
  ["$response.header.x-rate > '9'", false],
  ['$response.header.x-rate > 9', true],
  ["'b' > 'A'", true],
  ["'B' < 'a'", false],
  ["$response.body#/ok == 'true'", true],
  ['$inputs.nested.deep == $inputs.nested.deep', true],
  ['$response.body#/items == $inputs.nested.deep', false],
  ['$statusCode == 1 || $statusCode == 2 && true', false],
  ['(true || false) && false', false],
  ['true || false && false', true],
  ['-1.5e1 == -15', true],
  ['$response.body < 5', false],
])('%s: %j', (text, expected) => {
  expect(holds(readCondition(text), scope)).toBe(expected)
})

test.each([
  ['', 0, /empty/],
  ['$statusCode = 200', 12, /compare with ==/],
  ['$statusCode == "x"', 15, /single quotes/],
  ["$statusCode == 'x", 15, /does not end/],
  ['{$statusCode} == 200', 0, /without braces/],
  ['statusCode == 200', 0, /write \$statusCode/],
  ['$statusCode ==', 14, /ends where a value is expected/],
  ['($statusCode == 200', 19, /a \) is missing/],
  ['$statusCode == 200)', 18, /not expected here/],
  ['$response.body[x] == 1', 15, /an index from 0/],
  ['$response.body#/a[0 == 1', 20, /a \] is missing/],
  ['$statusCode 200', 12, /not expected here/],
  ['$stepz.a.outputs.b == 1', 0, /there is no \$stepz/],
  ['$statusCode == 200 & true', 19, /has no meaning/],
])('%s is no condition: it is told where, and what to write', (text, at, told) => {
  const reading = () => readCondition(text)
  expect(reading).toThrow(ConditionError)
  expect(reading).toThrow(told)
  try {
    reading()
  } catch (error) {
    expect((error as ConditionError).at).toBe(at)
  }
})
