// Collections and their indexes: against a plain sorted array, whatever is put, deleted and undone.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Change,
  type CollectionDef,
  copyRecords,
  defineCollection,
  grouped,
  openCollection,
  type Records,
  SEPARATOR,
  sortable,
} from '../../src/state/collection.ts'
import { defined } from '../../src/state/defined.ts'
import { fields, optional, text } from '../../src/state/shape.ts'
import { SortedKeys } from '../../src/state/sorted-keys.ts'

interface Row {
  readonly id: string
  /** Absent: not in the index. */
  readonly rank?: string
}

const rows = defineCollection<Row>({
  name: 'rows',
  key: ({ id }) => id,
  shape: fields<Row>({ id: text, rank: optional(text) }),
  indexes: { rank: ({ rank }) => rank },
})

/** A collection of rows and the changes written to it. */
function open(initial: readonly Row[] = [], def: CollectionDef<Row> = rows) {
  const changes: Change[] = []
  const collection = openCollection(def, new Map(initial.map((row) => [row.id, row])), (change) =>
    changes.push(change),
  )
  return { collection, changes }
}

const ids = (found: readonly Row[]) => found.map(({ id }) => id)

/** Code units, as the index compares. */
const compare = (a: string, b: string) => Number(a > b) - Number(a < b)

const key = fc.integer({ min: 0, max: 4000 }).map((number) => `k${String(number).padStart(4, '0')}`)

test('sorted keys hold what a sorted array holds, at the same positions', () => {
  const operation = fc.record({ kind: fc.constantFrom('add', 'delete'), entry: key })
  fc.assert(
    fc.property(
      fc.uniqueArray(key, { maxLength: 3000 }),
      fc.array(operation, { maxLength: 300 }),
      key,
      fc.nat(3500),
      fc.nat(600),
      (...given) => {
        const [initial, operations, probe, from, length] = given
        const keys = new SortedKeys()
        for (const entry of initial) keys.add(entry)
        const model = new Set(initial)
        for (const { kind, entry } of operations) {
          if (kind === 'add') keys.add(entry)
          else keys.delete(entry)
          if (kind === 'add') model.add(entry)
          else model.delete(entry)
        }
        const sorted = [...model].sort(compare)
        expect(keys.size).toBe(sorted.length)
        expect(keys.slice(0, keys.size)).toEqual(sorted)
        expect(keys.slice(from, from + length)).toEqual(sorted.slice(from, from + length))
        expect(keys.position(probe)).toBe(sorted.filter((entry) => entry < probe).length)
        expect(keys.startingWith(probe.slice(0, 3))).toEqual(
          sorted.filter((entry) => entry.startsWith(probe.slice(0, 3))),
        )
      },
    ),
    { numRuns: 60 },
  )
})

test('sorted keys stay sorted while thousands are added at one end and taken from the other', () => {
  const keys = new SortedKeys()
  for (let at = 0; at < 5000; at += 1) keys.add(sortable(at))
  expect(keys.slice(2047, 2050)).toEqual([2047, 2048, 2049].map(sortable))
  for (let at = 0; at < 4999; at += 1) keys.delete(sortable(at))
  expect(keys.slice(0, 10)).toEqual([sortable(4999)])
  keys.delete(sortable(4999))
  expect([keys.size, keys.position('x'), keys.startingWith('')]).toEqual([0, 0, []])
  keys.add('again')
  expect(keys.slice(0, 1)).toEqual(['again'])
})

const row = fc
  .record({
    id: key,
    rank: fc.option(fc.constantFrom('', 'a', 'ab', 'b', 'ba', 'c\u0000', '\u{1f4f1}', '~'), {
      nil: undefined,
    }),
  })
  .map(({ id, rank }): Row => (rank === undefined ? { id } : { id, rank }))

const change = fc.oneof(
  row.map((put) => ({ put })),
  key.map((gone) => ({ gone })),
)

const bound = fc.option(fc.constantFrom('', 'a', 'ab', 'b', 'bb', 'z'), { nil: undefined })

test('an index pages, counts and matches as a sorted array does, forwards and backwards', () => {
  fc.assert(
    fc.property(
      fc.array(row),
      fc.array(change),
      bound,
      bound,
      fc.nat(40),
      fc.nat(40),
      fc.boolean(),
      (...given) => {
        const [initial, changes, from, to, offset, limit, descending] = given
        const { collection } = open(initial)
        const model = new Map(initial.map((each) => [each.id, each]))
        for (const step of changes) {
          if ('put' in step) collection.put(step.put)
          else collection.delete(step.gone)
          if ('put' in step) model.set(step.put.id, step.put)
          else model.delete(step.gone)
        }
        const sorted = [...model.values()]
          .filter(({ rank }) => rank !== undefined)
          .sort((a, b) => compare(a.rank + SEPARATOR + a.id, b.rank + SEPARATOR + b.id))
        const within = sorted.filter(
          ({ rank = '' }) =>
            (from === undefined || rank >= from) && (to === undefined || rank < to),
        )
        const range = defined({ from, to, descending })
        const wanted = (descending ? within.toReversed() : within).slice(offset, offset + limit)

        expect(collection.size).toBe(model.size)
        expect(collection.count('rank')).toBe(sorted.length)
        expect(collection.first('rank')).toBe(sorted[0])
        expect(collection.matching('rank', 'a')).toEqual(
          sorted.filter(({ rank }) => rank?.startsWith('a')),
        )
        expect(collection.page('rank', range, offset, limit)).toEqual(wanted)
        expect(new Set(collection.values())).toEqual(new Set(model.values()))
      },
    ),
    { numRuns: 300 },
  )
})

test('restoring every write in reverse leaves records and indexes as they were', () => {
  fc.assert(
    fc.property(fc.array(row), fc.array(change), (initial, changes) => {
      const undo: (() => void)[] = []
      const records = new Map(initial.map((each) => [each.id, each]))
      const before = new Map(records)
      const collection = openCollection(rows, records, ({ key, before }) => {
        undo.push(() => collection.restore(key, before as Row | undefined))
      })
      const ranked = collection.page('rank', {}, 0, 1000)
      for (const step of changes) {
        if ('put' in step) collection.put(step.put)
        else collection.delete(step.gone)
      }
      for (const step of undo.reverse()) step()
      expect(records).toEqual(before)
      expect(collection.page('rank', {}, 0, 1000)).toEqual(ranked)
    }),
  )
})

test('records of the same rank are read in the order of their keys', () => {
  const { collection } = open([
    { id: 'b', rank: '1' },
    { id: 'c', rank: '0' },
    { id: 'a', rank: '1' },
  ])
  expect(ids(collection.page('rank', {}, 0, 10))).toEqual(['c', 'a', 'b'])
  expect(ids(collection.page('rank', { descending: true }, 0, 10))).toEqual(['b', 'a', 'c'])
})

test('a record that changes its rank moves, and one that loses it leaves the index only', () => {
  const { collection } = open([
    { id: 'a', rank: '1' },
    { id: 'b', rank: '2' },
  ])
  collection.put({ id: 'a', rank: '3' })
  expect(ids(collection.page('rank', {}, 0, 10))).toEqual(['b', 'a'])
  collection.put({ id: 'b' })
  expect(ids(collection.page('rank', {}, 0, 10))).toEqual(['a'])
  expect(collection.get('b')).toEqual({ id: 'b' })
})

test('deleting what is not there writes nothing', () => {
  const { collection, changes } = open([{ id: 'a' }])
  collection.delete('b')
  collection.delete('a')
  expect(changes).toEqual([{ collection: 'rows', key: 'a', before: { id: 'a' }, after: undefined }])
})

test('a write that is refused changes neither records nor indexes', () => {
  const collection = openCollection(rows, new Map([['a', { id: 'a', rank: '1' } as Row]]), () => {
    throw new Error('no')
  })
  expect(() => collection.put({ id: 'a', rank: '2' })).toThrow('no')
  expect(() => collection.delete('a')).toThrow('no')
  expect(collection.page('rank', {}, 0, 10)).toEqual([{ id: 'a', rank: '1' }])
})

test('an index nobody defined is an error that names it', () => {
  expect(() => open().collection.first('colour')).toThrow('collection rows has no index colour')
})

test('numbers written sortably sort as numbers do', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
      expect(compare(sortable(a), sortable(b))).toBe(Math.sign(a - b))
    }),
  )
})

test('grouping keeps the order in which keys and records came', () => {
  expect([...grouped(['b1', 'a1', 'b2'], (text) => text[0] ?? '')]).toEqual([
    ['b', ['b1', 'b2']],
    ['a', ['a1']],
  ])
})

test('a copy of records holds the same records, and stays as it is while they go on', () => {
  const a = { id: 'a' }
  const b = { id: 'b' }
  const records: Records = new Map([
    ['rows', new Map([['a', a]])],
    ['none', new Map()],
  ])
  const copy = copyRecords(records)
  expect(copy).toEqual(records)
  expect(copy.get('rows')?.get('a')).toBe(a)

  records.get('rows')?.set('b', b)
  records.get('rows')?.delete('a')
  records.set('more', new Map([['b', b]]))
  expect(copy).toEqual(
    new Map([
      ['rows', new Map([['a', a]])],
      ['none', new Map()],
    ]),
  )
})
