// Views of records: what they show is of one moment, whatever is written, undone or replaced meanwhile.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { copyRecords, type Records } from '../../src/state/collection.ts'
import { lookAt, type RecordsView, viewOf } from '../../src/state/record-view.ts'
import { openWorld, type World } from '../../src/state/world.ts'
import { emptyWorld } from '../../src/state/world-records.ts'
import { things } from '../support/fake-provider.ts'

function open(): World {
  const identity = { name: 'w', seed: 's', start: { mode: 'frozen', rate: 1, at: 0 } } as const
  return openWorld(emptyWorld(identity, 0), {
    wall: () => 0,
    react: () => {},
    beforeCommit: () => {},
    committed: () => {},
  })
}

/** What a view shows, put together. */
function shown(view: RecordsView): Record<string, Record<string, unknown>> {
  const all = view.collections.map((name) => {
    const keys = view.keys(name)
    expect(new Set(keys).size).toBe(keys.length)
    return [name, Object.fromEntries(keys.map((key) => [key, view.get(name, key)]))]
  })
  return Object.fromEntries(all)
}

const thing = (id: string, serial: number) => ({ id, serial, colour: 'red', madeAt: 0 })
const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const write = fc.record({ key, isDeleted: fc.boolean(), serial: fc.nat(9) })
const step = fc.record({
  writes: fc.array(write, { maxLength: 5 }),
  ending: fc.constantFrom('commit', 'commit', 'undo', 'look', 'replace'),
})

test('a view goes on showing what was there when it was opened', () => {
  fc.assert(
    fc.property(fc.array(write), fc.array(step), (first, steps) => {
      const world = open()
      const put = ({
        key,
        isDeleted,
        serial,
      }: {
        key: string
        isDeleted: boolean
        serial: number
      }) => (isDeleted ? world.in(things).delete(key) : world.in(things).put(thing(key, serial)))
      world.transaction(() => first.forEach(put))
      const wanted = shown(viewOf(copyRecords(world.records)))
      const view = world.view()
      // One that is half read: its keys are those there were, too.
      const early = view.keys(things.name).toSorted()
      for (const { writes, ending } of steps) {
        if (ending === 'look') expect(shown(view)).toEqual(wanted)
        if (ending === 'replace') world.replace(copyRecords(world.records))
        try {
          world.transaction(() => {
            writes.forEach(put)
            if (ending === 'undo') throw new Error('undone')
          })
        } catch {}
      }
      expect(shown(view)).toEqual(wanted)
      expect(view.keys(things.name).toSorted()).toEqual(early)
      for (const id of ['a', 'b', 'c', 'd', 'e']) {
        const found = lookAt(view).in(things)
        expect(found.get(id)).toEqual(wanted[things.name]?.[id])
        expect(found.has(id)).toBe(wanted[things.name]?.[id] !== undefined)
      }
      view.close()
    }),
    { numRuns: 300 },
  )
})

test('a life that comes back is shown as it was, too', () => {
  const world = open()
  world.transaction(() => world.in(things).put(thing('a', 1)))
  const before: Records = world.records
  const view = world.view()
  world.replace(copyRecords(world.records))
  world.replace(before)
  world.transaction(() => world.in(things).put(thing('a', 2)))
  expect(view.get(things.name, 'a')).toEqual(thing('a', 1))
})

test('a view that is closed is told of nothing any more', () => {
  const world = open()
  world.transaction(() => world.in(things).put(thing('a', 1)))
  const view = world.view()
  view.close()
  world.transaction(() => world.in(things).put(thing('a', 2)))
  expect(view.get(things.name, 'a')).toEqual(thing('a', 2))
})
