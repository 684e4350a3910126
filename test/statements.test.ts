// Every numbered statement of a provider's document is proven by a test that carries its number, or is a declared gap.
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import {
  closedGaps,
  flaws,
  operationsOf,
  readStatements,
  testNames,
  testNamesBelow,
  unknownNumbers,
  unproven,
} from './support/statements.ts'

const files = await readStatements(fileURLToPath(new URL('../specs', import.meta.url)))
const names = testNamesBelow(fileURLToPath(new URL('.', import.meta.url)))
const all = files.flatMap(({ statements }) => statements)

const good = { id: 'ABC-001', place: 'somewhere', operations: ['getThing'], says: 'something' }

test('there are statements, and tests to prove them', () => {
  expect(all.length).toBeGreaterThan(100)
  expect(names.length).toBeGreaterThan(100)
})

test.each(files)(
  'every statement of $name has a gap or a test that carries its number',
  ({ statements }) => {
    expect(unproven(statements, names)).toEqual([])
  },
)

test.each(files)(
  'every statement of $name has a number of its own, a place, operations of the spec and a sentence',
  (file) => {
    expect(flaws(file.statements, file.operations)).toEqual([])
  },
)

test.each(files)(
  'no gap of $name is closed by a test without being taken off the list',
  ({ statements }) => {
    expect(closedGaps(statements, names)).toEqual([])
  },
)

test('no test names a statement that does not exist', () => {
  expect(unknownNumbers(all, names)).toEqual([])
})

test('no two files number a statement alike', () => {
  const ids = all.map(({ id }) => id)
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
})

test('a statement without gap or test is found', () => {
  expect(
    unproven(
      [good, { ...good, id: 'ABC-002' }, { ...good, id: 'ABC-003', gap: 'later' }],
      ['ABC-001 holds'],
    ),
  ).toEqual(['ABC-002'])
})

test('a number that no statement has is found', () => {
  expect(unknownNumbers([good], ['ABC-001 and ABC-004 hold', 'UTF-8 is no number'])).toEqual([
    'ABC-004',
  ])
})

test('a gap that a test proves is found', () => {
  expect(closedGaps([{ ...good, gap: 'later' }], ['ABC-001 holds'])).toEqual(['ABC-001'])
})

test.each([
  [[good], []],
  [[{ ...good, operations: ['*'] }], []],
  [[good, good], ['ABC-001 is there twice']],
  [[{ ...good, id: 'ABC1' }], ['ABC1 is no number of a statement']],
  [[{ ...good, place: undefined }], ['ABC-001 has no place']],
  [[{ ...good, says: ' ' }], ['ABC-001 says nothing']],
  [[{ ...good, gap: '' }], ['ABC-001 has a gap without a reason']],
  [[{ ...good, provenance: 'inferred' }], []],
  [
    [{ ...good, provenance: 'public' }],
    ['ABC-001 has a provenance that is not inferred: leave it out'],
  ],
  [[{ ...good, operations: [] }], ['ABC-001 names no operation']],
  [[{ ...good, operations: undefined }], ['ABC-001 names no operation']],
  [
    [{ ...good, operations: ['getThing', 'putThing'] }],
    ['ABC-001 names putThing, which is not in the spec'],
  ],
])('the flaws of %j are %j', (statements, expected) => {
  expect(flaws(statements, new Set(['getThing']))).toEqual(expected)
})

test('operations are those of paths and of webhooks', () => {
  const paths = {
    '/a': { parameters: [], get: { operationId: 'getThing' }, put: { operationId: 'putThing' } },
  }
  const webhooks = { told: { post: { operationId: 'thingHappened' } } }
  expect([...operationsOf({ paths, webhooks })]).toEqual(['getThing', 'putThing', 'thingHappened'])
})

test('names are those of plain and of repeated tests, whatever their quotes and lines', () => {
  const source = [
    "test('plain', () => {})",
    'test("it\'s quoted", async () => {})',
    "test.each([1])('each %i', () => {})",
    "test.each([\n  ['row', 1],\n])(\n  'broken over lines',\n  () => {},\n)",
    "test.skip('skipped', () => {})",
    "// ABC-009 in a comment, and expect(call()).toBe('ABC-008')",
  ]
  expect(testNames(source.join('\n'))).toEqual([
    'plain',
    "it's quoted",
    'each %i',
    'broken over lines',
  ])
})
