// The names in a request body: which the spec knows, how it spells them, and which nobody may send.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyShape, UnsafeBody, walkBody } from '../../src/server/body-shape.ts'

const schema = {
  properties: {
    type: {},
    order: { items: { properties: { item: {}, allowReassign: {} } } },
    size: { properties: { width: {} } },
    free: {},
  },
}
const shape = bodyShape(schema)

/** The walked body and what was found undocumented. */
function walk(value: unknown, freeCase = false, of = shape) {
  const undocumented: string[] = []
  return { body: walkBody(structuredClone(value), of, { freeCase, undocumented }), undocumented }
}

test('a body of known names is handed on as it is', () => {
  const value = { type: 'a', order: [{ item: 'x', allowReassign: true }], size: { width: 1 } }
  const undocumented: string[] = []
  expect(walkBody(value, shape, { freeCase: false, undocumented })).toBe(value)
  expect(undocumented).toEqual([])
})

test('names the spec does not know are told as paths, at every depth, and stay', () => {
  const value = { typ: 1, order: [{ item: 1 }, { itm: 2 }], size: { height: 3 } }
  expect(walk(value)).toEqual({
    body: value,
    undocumented: ['/typ', '/order/1/itm', '/size/height'],
  })
})

test('below a name without a shape nothing is undocumented', () => {
  expect(walk({ free: { anything: [{ goes: 1 }] } }).undocumented).toEqual([])
})

test('below an undocumented name nothing more is told', () => {
  expect(walk({ unknown: { deep: [{ er: 1 }] } }).undocumented).toEqual(['/unknown'])
})

test.each([1, 'text', true, null])('a body that is %j has no names', (value) => {
  expect(walk(value)).toEqual({ body: value, undocumented: [] })
})

test('names of all branches of a schema are known', () => {
  const branches = bodyShape({
    anyOf: [{ properties: { a: {} } }, { properties: { b: {} } }],
    oneOf: [{ properties: { c: {} } }],
    allOf: [{ properties: { d: {} } }, { anyOf: [{ properties: { e: {} } }] }],
  })
  expect(walk({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 }, false, branches).undocumented).toEqual(['/f'])
})

test('entries of a list have the shape of the object among their branches', () => {
  const list = bodyShape({
    properties: { bundles: { items: { anyOf: [{}, { properties: { name: {} } }] } } },
  })
  expect(walk({ bundles: ['a', { name: 'b' }, { nom: 'c' }] }, false, list).undocumented).toEqual([
    '/bundles/2/nom',
  ])
})

test('where case is free, names are spelled as in the spec, at every depth', () => {
  expect(walk({ Type: 1, ORDER: [{ Item: 'x', ALLOWREASSIGN: true }] }, true)).toEqual({
    body: { type: 1, order: [{ item: 'x', allowReassign: true }] },
    undocumented: [],
  })
})

test('where case is not free, another spelling is undocumented', () => {
  expect(walk({ Type: 1 })).toEqual({ body: { Type: 1 }, undocumented: ['/Type'] })
})

test('the name as the spec spells it wins over another spelling of it', () => {
  expect(walk({ type: 1, TYPE: 2 }, true).body).toMatchObject({ type: 1 })
  expect(walk({ TYPE: 2, type: 1 }, true).body).toMatchObject({ type: 1 })
})

test('unknown names keep their spelling where case is free', () => {
  expect(walk({ Colour: 1 }, true)).toEqual({ body: { Colour: 1 }, undocumented: ['/Colour'] })
})

test.each([
  ['{"__proto__":{"admin":true}}', '__proto__'],
  ['{"size":{"constructor":1}}', 'constructor'],
  ['{"order":[{"free":{"a":[{"prototype":1}]}}]}', 'prototype'],
])('%s is refused, and the error names %s', (text, name) => {
  expect(() => walkBody(JSON.parse(text), shape, { freeCase: true, undocumented: [] })).toThrow(
    UnsafeBody,
  )
  expect(() =>
    walkBody(JSON.parse(text), undefined, { freeCase: false, undocumented: [] }),
  ).toThrow(`the field name "${name}" is not allowed`)
})

test('a body may be nested 64 deep and no deeper', () => {
  const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown
  expect(() => walkBody(nested(64), shape, { freeCase: false, undocumented: [] })).not.toThrow()
  expect(() => walkBody(nested(70), shape, { freeCase: false, undocumented: [] })).toThrow(
    'the body is nested more than 64 deep',
  )
})

test('whatever is sent, walking keeps every value and only respells names', () => {
  const lower = (value: unknown): unknown => JSON.parse(JSON.stringify(value).toLowerCase())
  const names = fc.constantFrom('type', 'TYPE', 'Order', 'item', 'Free', 'x')
  const { body } = fc.letrec<{ body: unknown }>((tie) => ({
    body: fc.oneof(
      { maxDepth: 4 },
      fc.integer(),
      fc.array(tie('body'), { maxLength: 3 }),
      fc
        .uniqueArray(fc.tuple(names, tie('body')), {
          maxLength: 3,
          selector: ([name]) => name.toLowerCase(),
        })
        .map(Object.fromEntries),
    ),
  }))
  fc.assert(
    fc.property(body, (value) => {
      expect(lower(walk(value, true).body)).toEqual(lower(value))
    }),
  )
})
