// Documents of records, read however their bytes come: what JSON.parse makes of them, or refused as it refuses them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DocumentReader, NoDocument, readDocument } from '../../src/stores/record-document.ts'

type Collections = Record<string, unknown>

/** What was read, put together again. */
function read(bytes: Buffer, cuts: readonly number[] = []): unknown {
  const reader = new DocumentReader()
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length]
  let from = 0
  for (const to of ends.toSorted((a, b) => a - b)) {
    reader.write(bytes.subarray(from, to))
    from = to
  }
  const { value, collections } = reader.end()
  const document = value as { collections: Collections }
  for (const [name, records] of collections)
    Object.defineProperty(document.collections, name, { value: Object.fromEntries(records) })
  return value
}

/** What is in the collections, if there are any: objects as deep elsewhere are nobody's. */
function collectionsIn(value: unknown): unknown {
  const isObject = (each: unknown): each is object =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
  const { collections } = isObject(value) ? (value as { collections?: unknown }) : {}
  return isObject(collections) ? JSON.parse(JSON.stringify(collections)) : undefined
}

const cuts = fc.array(fc.nat(), { maxLength: 20 })
const record = fc.dictionary(fc.string(), fc.jsonValue())
const collections = fc.dictionary(
  fc.string(),
  fc.oneof(fc.dictionary(fc.string(), fc.oneof(record, fc.jsonValue())), fc.jsonValue()),
)
const document = fc.record({
  format: fc.jsonValue(),
  collections: fc.oneof(collections, fc.jsonValue()),
})

test('a document is what JSON.parse makes of it, wherever its bytes are cut', () => {
  fc.assert(
    fc.property(document, fc.constantFrom(0, 2), cuts, (value, indent, at) => {
      const text = JSON.stringify(value, null, indent)
      expect(collectionsIn(read(Buffer.from(text), at))).toEqual(collectionsIn(JSON.parse(text)))
    }),
    { numRuns: 500 },
  )
})

test('a text that was damaged is refused where JSON.parse refuses it', () => {
  const damage = fc.record({ at: fc.nat(), sign: fc.constantFrom(...'{}[]",:\\ 1a'.split(''), '') })
  fc.assert(
    fc.property(
      document,
      fc.array(damage, { minLength: 1, maxLength: 3 }),
      cuts,
      (value, all, at) => {
        let text = JSON.stringify(value)
        for (const { at: where, sign } of all) {
          const place = where % text.length
          text = text.slice(0, place) + sign + text.slice(place + 1)
        }
        let wanted: unknown
        try {
          wanted = collectionsIn(JSON.parse(text))
        } catch {
          expect(() => read(Buffer.from(text), at)).toThrow(NoDocument)
          return
        }
        expect(collectionsIn(read(Buffer.from(text), at))).toEqual(wanted)
      },
    ),
    { numRuns: 2000 },
  )
})

const many = (count: number) =>
  Array.from({ length: count }, (_, at) => `"k${at}":{"text":"${'x'.repeat(50)}","at":${at}}`)
const holding = (records: string) => Buffer.from(`{"format":1,"collections":{"a":{${records}}}}`)

test('records that are parsed in several pieces are all there, the last of a name counts', () => {
  const twice = '"k1":{"text":"again"}'
  const value = read(holding([...many(5000), twice].join(' ,\n'))) as { collections: Collections }
  expect(Object.keys(value.collections.a as object)).toHaveLength(5000)
  expect(value.collections.a).toMatchObject({ k1: { text: 'again' }, k4999: { at: 4999 } })
})

test.each([
  ['a comma too many at the end', `${many(5000).join()},`],
  ['a comma too many at the beginning', `,${many(5000).join()}`],
  ['two commas where a piece ends', many(5000).join(`,${' '.repeat(70_000)},`)],
  ['a record that ends as a list does', `${many(3000).join()},"b":[}`],
  ['a name without a record', `${many(3000).join()},"b"`],
])('%s is refused', (_what, records) => {
  expect(() => read(holding(records))).toThrow(NoDocument)
})

test('what is not UTF-8, ends too early or is too large for one turn is refused', () => {
  expect(() => read(Buffer.from(`{"a":"\xff"}`, 'latin1'))).toThrow(/it is not UTF-8/)
  const wrong = holding('"a":{"b":"?"}')
  wrong.writeUInt8(0xff, wrong.indexOf('?'))
  expect(() => read(wrong)).toThrow(/it is not UTF-8, behind byte 32/)
  expect(() => read(holding('"a":{').subarray(0, 37))).toThrow(/ends in the midst/)
  const large = 'x'.repeat(17 * 1_048_576)
  expect(() => read(holding(`"a":{"b":"${large}"}`))).toThrow(/a record has more than/)
  expect(() => read(Buffer.from(`{"a":"${large}"}`))).toThrow(/more than \d+ bytes are no record/)
})

test('others have their turn while a large one is read', async () => {
  let turns = 0
  let isRead = false
  const other = (async () => {
    for (; !isRead; turns += 1) await new Promise((resolve) => setImmediate(resolve))
  })()
  await readDocument([holding(many(100_000).join())])
  isRead = true
  await other
  expect(turns).toBeGreaterThan(3)
})
