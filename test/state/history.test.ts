// The history of a world by itself: what is a step, what it undoes, and where it is cut.
import { expect, test } from 'vitest'
import type { Change } from '../../src/state/collection.ts'
import { HISTORY_BYTES, HISTORY_STEPS, openHistory } from '../../src/state/history.ts'

interface Source {
  readonly name: string
}

const open = () => openHistory((source: Source) => source.name)

const change = (key: string, before: string | undefined, after: string | undefined): Change => ({
  collection: 'things',
  key,
  before: before === undefined ? undefined : { before },
  after: after === undefined ? undefined : { after },
})

test('what one source changes is one step; what has none belongs to the latest', () => {
  const history = open()
  history.note([change('early', undefined, 'x')], 1)
  const source = { name: 'order' }
  history.within(source, () => history.note([change('a', undefined, '1')], 5))
  history.within(source, () => history.note([change('a', '1', '2')], 6))
  history.note([change('b', undefined, '1')], 7)
  history.within({ name: 'order' }, () => history.note([change('b', '1', undefined)], 8))
  expect(history.steps).toMatchObject([
    { id: 1, cause: 'order', at: 7, records: 3 },
    { id: 2, cause: 'order', at: 8, records: 1 },
  ])
})

test('of each record, what its first change found is what was before', () => {
  const history = open()
  history.within({ name: '1' }, () => history.note([change('a', undefined, '1')], 1))
  history.within({ name: '2' }, () =>
    history.note([change('a', '1', '2'), change('b', 'x', undefined)], 2),
  )
  history.within({ name: '3' }, () => history.note([change('a', '2', '3')], 3))
  const records = (step: number) =>
    Object.fromEntries(history.before(step).map(({ key, record }) => [key, record]))
  expect(records(3)).toEqual({})
  expect(records(2)).toEqual({ a: { before: '2' } })
  expect(records(1)).toEqual({ a: { before: '1' }, b: { before: 'x' } })
  expect(records(0)).toEqual({ a: undefined, b: { before: 'x' } })
})

test('the oldest steps go where there are too many', () => {
  const history = open()
  for (let at = 1; at <= HISTORY_STEPS + 3; at += 1)
    history.within({ name: String(at) }, () => history.note([change('a', 'x', 'y')], at))
  expect(history.steps).toHaveLength(HISTORY_STEPS)
  expect(history.steps[0]).toMatchObject({ id: 4, cause: '4' })
  expect(history.cut).toMatch(/1000 steps/)
})

test('the oldest steps go where they hold too much, also a single one', () => {
  const history = open()
  const large = 'x'.repeat(HISTORY_BYTES / 4)
  for (let at = 1; at <= 10; at += 1)
    history.within({ name: String(at) }, () => history.note([change('a', large, 'y')], at))
  expect(history.steps.map(({ id }) => id)).toEqual([8, 9, 10])
  const huge = change('a', 'x'.repeat(HISTORY_BYTES), 'y')
  history.within({ name: 'huge' }, () => history.note([huge], 11))
  expect(history.steps).toEqual([])
  expect(history.last).toBe(11)
  expect(history.cut).toMatch(/bytes/)
  history.within({ name: 'next' }, () => history.note([change('a', 'y', 'z')], 12))
  expect(history.steps).toMatchObject([{ id: 12 }])
})

test('a history goes on from the steps that were kept', () => {
  const history = open()
  const kept = { id: 4, cause: 'order', at: 5 }
  history.goOnFrom([
    { step: kept, changes: [change('a', '1', '2')] },
    { step: { ...kept, at: 6 }, changes: [change('a', '2', '3')] },
    { step: { id: 5, cause: 'time', at: 7 }, changes: [change('b', undefined, '1')] },
  ])
  expect(history.cut).toMatch(/older ones are gone/)
  history.note([change('b', '1', '2')], 8)
  history.within({ name: 'use' }, () => history.note([change('b', '2', '3')], 9))
  expect(history.steps).toEqual([
    expect.objectContaining({ id: 4, cause: 'order', at: 6, records: 2 }),
    expect.objectContaining({ id: 5, cause: 'time', at: 8, records: 2 }),
    expect.objectContaining({ id: 6, cause: 'use', at: 9, records: 1 }),
  ])
  const records = history.before(3).map(({ key, record }) => [key, record])
  expect(records).toEqual([
    ['a', { before: '1' }],
    ['b', undefined],
  ])
})
