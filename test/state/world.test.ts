// A world's transactions: whole or not at all; its epochs, clock, sequences and random streams.
import { expect, test } from 'vitest'
import { FIXED_START, freeze, read, resume } from '../../src/state/clock.ts'
import {
  type Change,
  defineCollection,
  type Records,
  SEPARATOR,
} from '../../src/state/collection.ts'
import { TIMELINE_LENGTH, timeline } from '../../src/state/events.ts'
import { openRandom } from '../../src/state/random.ts'
import { Refusal } from '../../src/state/refusal.ts'
import { chosenSettings, defineSettings, duration, flag } from '../../src/state/settings.ts'
import { fields, text } from '../../src/state/shape.ts'
import { firstTask, tasks } from '../../src/state/task-queue.ts'
import { defineTask } from '../../src/state/tasks.ts'
import { openWorld, type World, type WorldDeps } from '../../src/state/world.ts'
import { emptyWorld, type Identity } from '../../src/state/world-records.ts'

interface Thing {
  readonly id: string
  readonly colour: string
}

const things = defineCollection<Thing>({
  name: 'things',
  key: ({ id }) => id,
  shape: fields<Thing>({ id: text, colour: text }),
  indexes: { colour: ({ colour }) => colour },
})

const identity: Identity = { name: 'w', seed: 's', start: { mode: 'frozen', rate: 1 } }

/** A world whose wall clock the test moves, with everything it announced. */
function open(deps: Partial<WorldDeps> = {}, records: Records = emptyWorld(identity, 1000)) {
  const committed: { changes: readonly Change[] }[] = []
  const wall = { now: 1000 }
  const world = openWorld(records, {
    wall: () => wall.now,
    react: () => {},
    beforeCommit: () => {},
    committed: (_world, changes) => committed.push({ changes }),
    ...deps,
  })
  return { world, wall, committed }
}

/** All that a world holds and would draw next, as one comparable text. */
const stateOf = (world: World) =>
  JSON.stringify([
    world.random.state(),
    [...world.records].filter(([, kept]) => kept.size > 0).map(([name, kept]) => [name, [...kept]]),
  ])

const later = defineTask({ name: 'later', perform() {} })
const red: Thing = { id: 'a', colour: 'red' }
const event = { type: 'sim.installed', provider: 'p', iccid: '1' }

function failing(world: World, change: () => void): void {
  expect(() =>
    world.transaction(() => {
      change()
      throw new Error('halfway')
    }),
  ).toThrow('halfway')
}

test('a transaction returns what its change returned and the events it emitted', () => {
  const { world } = open()
  const { result, events } = world.transaction(() => {
    world.emit(event)
    return 42
  })
  expect(result).toBe(42)
  expect(events).toEqual([{ id: 1, at: FIXED_START, ...event }])
})

test('a throw undoes what was put, replaced and deleted', () => {
  const { world } = open()
  world.transaction(() => {
    world.in(things).put(red)
    world.in(things).put({ id: 'b', colour: 'blue' })
  })
  const before = stateOf(world)
  failing(world, () => {
    world.in(things).put({ id: 'a', colour: 'green' })
    world.in(things).put({ id: 'a', colour: 'grey' })
    world.in(things).delete('b')
    world.in(things).put({ id: 'b', colour: 'black' })
    world.in(things).put({ id: 'c', colour: 'white' })
  })
  expect(stateOf(world)).toBe(before)
})

test('a throw undoes what the indexes show', () => {
  const { world } = open()
  world.transaction(() => world.in(things).put(red))
  failing(world, () => {
    world.in(things).put({ id: 'a', colour: 'green' })
    world.in(things).put({ id: 'c', colour: 'amber' })
    expect(world.in(things).first('colour')?.id).toBe('c')
  })
  expect(world.in(things).page('colour', {}, 0, 10)).toEqual([red])
})

test('a throw undoes sequence numbers: the next one is used again', () => {
  const { world } = open()
  expect(world.transaction(() => world.next('order')).result).toBe(1)
  failing(world, () => expect([world.next('order'), world.next('order')]).toEqual([2, 3]))
  expect(world.transaction(() => world.next('order')).result).toBe(2)
})

test('a throw undoes random draws: the same are drawn again', () => {
  const { world } = open()
  let drawn = ''
  failing(world, () => {
    drawn = world.random.uuid() + world.random.text(8, 'abcdef')
  })
  expect(world.transaction(() => world.random.uuid() + world.random.text(8, 'abcdef')).result).toBe(
    drawn,
  )
})

test('a throw undoes draws from every stream, also from one that was never drawn from before', () => {
  const draws = (world: World) => [
    world.random.uuid(),
    world.withStream('p', () => world.random.uuid()),
    world.withStream('q', () => [world.random.integer(0, 99), world.random.fraction()]),
  ]
  const { world } = open()
  // Drawn and not kept: nothing was written.
  world.transaction(() => world.withStream('p', () => world.random.uuid()))
  const before = stateOf(world)
  let drawn: unknown
  failing(world, () => {
    drawn = draws(world)
    world.next('order')
  })
  expect(stateOf(world)).toBe(before)
  expect(world.transaction(() => draws(world)).result).toEqual(drawn)
})

test('a throw leaves no index pointing at what is gone, in whatever order it was written', () => {
  const { world } = open()
  world.transaction(() => world.in(things).put(red))
  expect(world.in(things).count('colour')).toBe(1)
  failing(world, () => {
    world.in(things).delete('a')
    world.in(things).put({ id: 'b', colour: 'amber' })
    world.in(things).put({ id: 'a', colour: 'azure' })
    world.in(things).delete('b')
    world.in(things).put({ id: 'b', colour: 'beige' })
  })
  expect(world.in(things).count('colour')).toBe(1)
  expect(world.in(things).matching('colour', '')).toEqual([red])
})

test('each provider has a random stream of its own: what one draws moves neither another nor the world', () => {
  const draw = (world: World, provider?: string) =>
    world.transaction(() =>
      provider === undefined
        ? world.random.uuid()
        : world.withStream(provider, () => world.random.uuid()),
    ).result
  const { world: alone } = open()
  const { world: shared } = open()
  draw(shared, 'q')
  draw(shared, 'q')
  expect([draw(shared, 'p'), draw(shared)]).toEqual([draw(alone, 'p'), draw(alone)])
  expect(new Set([draw(open().world), draw(open().world, 'p'), draw(open().world, 'q')]).size).toBe(
    3,
  )
})

test('the stream of a provider is kept, rolled back and gone back to as the world it is in', () => {
  const draw = (world: World) =>
    world
      .in(things)
      .put({ id: 'a', colour: world.withStream('p', () => world.random.text(8, 'abcdef')) }).colour
  const { world } = open()
  world.transaction(() => draw(world))
  const kept = structuredClone(world.records)
  failing(world, () => void draw(world))
  const drawn = world.transaction(() => draw(world)).result
  const { world: again } = open({}, kept)
  expect(again.transaction(() => draw(again)).result).toBe(drawn)
})

test('whoever reacts to an event draws from the stream of its provider', () => {
  const drawn: string[] = []
  const { world } = open({ react: (_event, on) => drawn.push(on.random.uuid()) })
  world.transaction(() => world.emit(event))
  const { world: other } = open()
  expect(drawn).toEqual([
    other.transaction(() => other.withStream('p', () => other.random.uuid())).result,
  ])
})

test('a throw undoes tasks, events and a set clock', () => {
  const { world } = open()
  const before = stateOf(world)
  failing(world, () => {
    world.schedule(later, world.now + 5, {})
    world.emit(event)
    world.setClock({ ...world.clock, at: 5 })
  })
  expect(stateOf(world)).toBe(before)
  expect(firstTask(world.in(tasks))).toBeUndefined()
})

test('a throw of the one who reacts to an event undoes the whole transaction', () => {
  const { world, committed } = open({
    react: () => {
      throw new Error('cannot react')
    },
  })
  const before = stateOf(world)
  expect(() =>
    world.transaction(() => {
      world.in(things).put(red)
      world.emit(event)
    }),
  ).toThrow('cannot react')
  expect(stateOf(world)).toBe(before)
  expect(committed).toEqual([])
})

test('after a throw the next transaction works as if nothing had been', () => {
  const { world } = open()
  failing(world, () => world.in(things).put(red))
  world.transaction(() => world.in(things).put({ ...red, colour: 'pink' }))
  expect(world.in(things).get('a')?.colour).toBe('pink')
})

test('changes are committed once, and of several writes to a key the last one counts', () => {
  const { world, committed } = open()
  world.transaction(() => {
    world.in(things).put(red)
    world.in(things).put({ id: 'a', colour: 'green' })
    world.in(things).put({ id: 'b', colour: 'blue' })
    world.in(things).delete('b')
  })
  expect(committed).toHaveLength(1)
  expect(committed[0]?.changes.filter(({ collection }) => collection === 'things')).toEqual([
    { collection: 'things', key: 'a', before: undefined, after: { id: 'a', colour: 'green' } },
    { collection: 'things', key: 'b', before: undefined, after: undefined },
  ])
})

/** The changes to things that a transaction commits, given those there were before. */
function thingsChanged(before: readonly Thing[], change: (world: World) => void) {
  const { world, committed } = open()
  if (before.length > 0)
    world.transaction(() => {
      for (const thing of before) world.in(things).put(thing)
    })
  committed.length = 0
  world.transaction(() => change(world))
  return committed
    .flatMap(({ changes }) => changes)
    .filter(({ collection }) => collection === 'things')
    .map(({ key, before: was, after }) => ({ key, was, is: after }))
}

const green: Thing = { id: 'a', colour: 'green' }
const blue: Thing = { id: 'b', colour: 'blue' }

test('a change tells what stood there before the transaction and what stands there after it', () => {
  const changes = thingsChanged([red, blue], (world) => {
    world.in(things).put({ id: 'a', colour: 'pink' })
    world.in(things).delete('b')
    world.in(things).put(green)
    world.in(things).put({ id: 'c', colour: 'white' })
  })
  expect(changes).toEqual([
    { key: 'a', was: red, is: green },
    { key: 'b', was: blue, is: undefined },
    { key: 'c', was: undefined, is: { id: 'c', colour: 'white' } },
  ])
})

test.each<[string, readonly Thing[], (world: World) => void, object]>([
  [
    'is created and deleted was and is not there',
    [],
    (world) => {
      world.in(things).put(red)
      world.in(things).delete('a')
    },
    { was: undefined, is: undefined },
  ],
  [
    'is deleted and created anew has been replaced',
    [red],
    (world) => {
      world.in(things).delete('a')
      world.in(things).put(green)
    },
    { was: red, is: green },
  ],
  [
    'is changed and changed back is as it was',
    [red],
    (world) => {
      world.in(things).put(green)
      world.in(things).put(red)
    },
    { was: red, is: red },
  ],
  [
    'is changed and deleted was there before',
    [red],
    (world) => {
      world.in(things).put(green)
      world.in(things).delete('a')
    },
    { was: red, is: undefined },
  ],
  [
    'is created, deleted and created again is new',
    [],
    (world) => {
      world.in(things).put(red)
      world.in(things).delete('a')
      world.in(things).put(green)
    },
    { was: undefined, is: green },
  ],
])('a record that within a transaction %s', (_what, before, change, expected) => {
  expect(thingsChanged(before, change)).toEqual([{ key: 'a', ...expected }])
})

test('the next transaction begins where the last one ended', () => {
  const { world, committed } = open()
  world.transaction(() => world.in(things).put(red))
  world.transaction(() => world.in(things).put(green))
  expect(committed.map(({ changes }) => changes[0])).toEqual([
    { collection: 'things', key: 'a', before: undefined, after: red },
    { collection: 'things', key: 'a', before: red, after: green },
  ])
})

test('a commit list put back from its befores leads to the world as it was', () => {
  const { world, committed } = open()
  world.transaction(() => [red, blue].map((thing) => world.in(things).put(thing)))
  const kept: Records = structuredClone(world.records)
  world.transaction(() => {
    world.emit(event)
    world.in(things).put({ id: world.random.text(5, 'abc'), colour: String(world.next('n')) })
    world.in(things).put(green)
    world.in(things).delete('b')
  })
  const after: Records = structuredClone(world.records)
  for (const { collection, key, before } of committed.at(-1)?.changes ?? []) {
    if (before) after.get(collection)?.set(key, before)
    else after.get(collection)?.delete(key)
  }
  const filled = (records: Records) => new Map([...records].filter(([, byKey]) => byKey.size > 0))
  expect(filled(after)).toEqual(filled(kept))
})

test('no key is committed twice, sequences, streams and clock included', () => {
  const { world, committed } = open()
  world.transaction(() => {
    world.next('order')
    world.next('order')
    world.random.uuid()
    world.emit(event)
  })
  const keys = committed[0]?.changes.map(({ collection, key }) => `${collection}/${key}`) ?? []
  expect(keys.toSorted()).toEqual(['timeline/1', 'world/clock', 'world/random', 'world/sequences'])
})

test('the world a commit list leads to is the world itself', () => {
  const { world, committed } = open()
  const kept: Records = structuredClone(world.records)
  world.transaction(() => world.in(things).put(red))
  world.transaction(() => {
    world.in(things).put({ id: world.random.text(5, 'abc'), colour: String(world.next('n')) })
    world.in(things).delete('a')
  })
  for (const { collection, key, after } of committed.flatMap(({ changes }) => changes)) {
    const byKey = kept.get(collection) ?? new Map<string, object>()
    kept.set(collection, byKey)
    if (after) byKey.set(key, after)
    else byKey.delete(key)
  }
  expect(kept).toEqual(world.records)
  expect(open({}, kept).world.random.state()).toEqual(world.random.state())
})

test('a transaction that changes nothing commits nothing', () => {
  const { world, committed } = open()
  world.transaction(() => world.in(things).get('a'))
  expect(committed).toEqual([])
})

test('what is announced after a commit is not undone when announcing fails', () => {
  const { world } = open({
    committed: () => {
      throw new Error('a listener failed')
    },
  })
  expect(() => world.transaction(() => world.in(things).put(red))).toThrow('a listener failed')
  expect(world.in(things).get('a')).toBe(red)
})

test.each<[string, (world: World) => void]>([
  ['a put', (world) => void world.in(things).put(red)],
  ['a delete', (world) => world.in(things).delete('a')],
  ['a sequence number', (world) => void world.next('order')],
  ['a task', (world) => void world.schedule(later, 5, {})],
  ['an event', (world) => world.emit(event)],
  ['the clock', (world) => world.setClock(freeze(world.clock, 0))],
  ['keeping the time', (world) => world.keepTime()],
])('%s outside a transaction is refused', (_what, write) => {
  const { world } = open()
  world.transaction(() => world.in(things).put(red))
  const before = stateOf(world)
  expect(() => write(world)).toThrow('outside a transaction')
  expect(stateOf(world)).toBe(before)
})

test.each<[string, (world: World) => void]>([
  ['an integer', (world) => void world.random.integer(0, 9)],
  ['a fraction', (world) => void world.random.fraction()],
  ['a text', (world) => void world.random.text(3, 'abc')],
  ['a UUID', (world) => void world.random.uuid()],
])('drawing %s outside a transaction is refused', (_what, draw) => {
  const { world } = open()
  expect(() => draw(world)).toThrow('a draw outside a transaction')
})

test('transactions do not nest, and the outer one goes on', () => {
  const { world } = open()
  world.transaction(() => {
    world.in(things).put(red)
    expect(() => world.transaction(() => world.in(things).delete('a'))).toThrow('do not nest')
  })
  expect(world.in(things).get('a')).toBe(red)
})

test('while nothing can be kept a write is refused and rolled back, and a read goes on', () => {
  const { world, committed } = open({
    beforeCommit: () => {
      throw new Refusal('writes-refused', 'the disk is full')
    },
  })
  const before = stateOf(world)
  expect(() =>
    world.transaction(() => {
      world.in(things).put(red)
      world.next('order')
      world.random.uuid()
    }),
  ).toThrow('the disk is full')
  expect(stateOf(world)).toBe(before)
  expect(committed).toEqual([])
  expect(world.transaction(() => world.in(things).has('a')).result).toBe(false)
})

test('whoever may refuse a commit sees what it would change', () => {
  const seen: Change[][] = []
  const { world, committed } = open({
    beforeCommit: (_world, changes) => void seen.push([...changes]),
  })
  world.transaction(() => world.in(things).put(red))
  expect(seen).toEqual([[{ collection: 'things', key: 'a', before: undefined, after: red }]])
  expect(committed[0]?.changes).toHaveLength(2)
  world.transaction(() => world.in(things).get('a'))
  expect(seen).toHaveLength(1)
})

test('the time stands still within a transaction', () => {
  const { world, wall } = open(
    {},
    emptyWorld({ ...identity, start: { mode: 'running', rate: 1, at: 5000 } }, 1000),
  )
  world.transaction(() => {
    const { now } = world
    wall.now += 500
    expect(world.now).toBe(now)
  })
  expect(world.now).toBe(5500)
})

test('a transaction can happen at another time than now', () => {
  const { world } = open()
  world.transaction(() => world.emit(event), FIXED_START - 5)
  expect(world.in(timeline).get('1')?.at).toBe(FIXED_START - 5)
  expect(world.now).toBe(FIXED_START)
})

test('a task is due at once at the earliest, and numbered in the order of queueing', () => {
  const { world } = open()
  const { result } = world.transaction(() => [
    world.schedule(defineTask({ name: 'a', perform() {} }), 0, {}),
    world.schedule(defineTask({ provider: 'p', name: 'b', perform() {} }), FIXED_START + 9, {
      of: 'x',
    }),
  ])
  expect(result).toEqual([
    { id: 1, kind: 'a', due: FIXED_START, data: {} },
    { id: 2, kind: 'p/b', due: FIXED_START + 9, data: { of: 'x' } },
  ])
})

test('a commit writes down what a running clock shows, so that it is there when the world is opened again', () => {
  const { world, wall } = open(
    {},
    emptyWorld({ ...identity, start: { mode: 'running', rate: 2 } }, 1000),
  )
  wall.now = 1250
  world.transaction(() => world.in(things).put(red))
  const again = openWorld(structuredClone(world.records), {
    wall: () => 99_000,
    react: () => {},
    beforeCommit: () => {},
    committed: () => {},
  })
  expect(again.now).toBe(1500)
  expect(read(again.clock, 99_010)).toBe(1520)
})

test('a running world without a start begins at the moment it is made, a frozen one always at the same instant', () => {
  expect(
    open({}, emptyWorld({ ...identity, start: { mode: 'running', rate: 1 } }, 1000.7)).world.now,
  ).toBe(1000)
  expect(open().world.now).toBe(FIXED_START)
})

test('a held clock shows the stop it is held at, and that is what is kept', () => {
  const { world, wall } = open(
    {},
    emptyWorld({ ...identity, start: { mode: 'running', rate: 1, at: 5000 } }, 1000),
  )
  world.holdTime(8000)
  wall.now += 400
  expect(world.now).toBe(8000)
  world.transaction(() => world.in(things).put(red))
  world.holdTime(undefined)
  wall.now += 10
  expect(world.now).toBe(8010)
})

test('the clock can be frozen, resumed and set in a transaction', () => {
  const { world, wall } = open()
  world.transaction(() => world.setClock(resume(world.clock, wall.now, 10)))
  wall.now += 5
  expect(world.now).toBe(FIXED_START + 50)
  world.transaction(() => world.setClock(freeze(world.clock, wall.now)))
  wall.now += 5
  expect(world.now).toBe(FIXED_START + 50)
})

test('replacing the records begins a new epoch with their clock, streams and collections', () => {
  const { world } = open()
  world.transaction(() => {
    world.in(things).put(red)
    world.random.uuid()
  })
  const epoch = world.epoch
  const other = { ...identity, seed: 'other', start: { mode: 'frozen', rate: 1, at: 77 } } as const
  world.replace(emptyWorld(other, 0))
  expect(world.epoch).toBeGreaterThan(epoch)
  expect(world.now).toBe(77)
  expect(world.in(things).size).toBe(0)
  const draw = (on: World) => on.transaction(() => on.random.uuid()).result
  expect(draw(world)).toBe(draw(open({}, emptyWorld(other, 0)).world))
})

test('a replaced world keeps its name and forgets that its clock was held', () => {
  const { world } = open()
  world.holdTime(FIXED_START + 999)
  world.replace(emptyWorld({ ...identity, name: 'another' }, 0))
  expect(world.name).toBe('w')
  expect(world.now).toBe(FIXED_START)
})

test('records that are no world are refused, and the world lives on in its old life', () => {
  const { world } = open()
  world.transaction(() => world.in(things).put(red))
  expect(() => world.replace(new Map())).toThrow('the state has no record')
  const torn = emptyWorld(identity, 0)
  torn.get('world')?.delete('random')
  expect(() => world.replace(torn)).toThrow('the state has no record "random"')
  expect(world.in(things).get('a')).toBe(red)
  world.transaction(() => world.in(things).delete('a'))
  expect(world.in(things).size).toBe(0)
})

test('a world cannot be replaced within a transaction', () => {
  const { world } = open()
  expect(() => world.transaction(() => world.replace(emptyWorld(identity, 0)))).toThrow(
    'within a transaction',
  )
})

test('records without a clock are not opened', () => {
  expect(() => open({}, new Map())).toThrow('the state has no record "clock"')
})

test('a world opened over kept records goes on with its numbers and its streams', () => {
  const { world } = open()
  world.transaction(() => [world.next('order'), world.random.uuid()])
  const again = open({}, structuredClone(world.records)).world
  const draw = (on: World) => on.transaction(() => [on.next('order'), on.random.uuid()]).result
  expect(draw(again)).toEqual(draw(world))
})

const settingsOf = (provider: string) =>
  defineSettings(provider, { delay: duration('PT0S', 'how long'), strict: flag(false, 'strictly') })

test('settings are what was set over the defaults', () => {
  const { world } = open()
  world.transaction(() => world.in(chosenSettings).put({ provider: 'p', values: { strict: true } }))
  expect(world.settings(settingsOf('p'))).toEqual({ delay: 'PT0S', strict: true })
  expect(world.settings(settingsOf('q'))).toEqual({ delay: 'PT0S', strict: false })
})

test('a timeline keeps the latest events of a SIM and leaves those of others alone', () => {
  const { world } = open()
  world.transaction(() => {
    world.emit({ ...event, iccid: '2' })
    for (let at = 0; at < TIMELINE_LENGTH + 3; at += 1) world.emit(event)
  })
  const kept = world.in(timeline).matching('sim', `p${SEPARATOR}1${SEPARATOR}`)
  expect(kept).toHaveLength(TIMELINE_LENGTH)
  expect(kept[0]?.id).toBe(5)
  expect(world.in(timeline).get('1')?.iccid).toBe('2')
})

/** What a new world draws first: from its own stream, and from those of two providers. */
const firstDraws = (of: Partial<Identity>) => {
  const { world } = open({}, emptyWorld({ ...identity, ...of }, 0))
  const draw = () => [world.random.uuid(), world.random.text(9, 'abc'), world.random.integer(0, 99)]
  return world.transaction(() => [
    draw(),
    ...['p', 'q'].map((provider) => world.withStream(provider, draw)),
  ]).result
}

test('worlds that share a seed draw differently, by their names', () => {
  expect(firstDraws({ name: 'a' })).toEqual(firstDraws({ name: 'a' }))
  expect(firstDraws({ name: 'a' })).not.toEqual(firstDraws({ name: 'b' }))
  expect(firstDraws({ name: 'a' })).toEqual(firstDraws({ name: 'a', ownSeed: false }))
  const random = openRandom('a/s')
  const own = [random.uuid(), random.text(9, 'abc'), random.integer(0, 99)]
  expect(firstDraws({ name: 'a' })[0]).toEqual(own)
})

test('worlds whose seed was chosen for them draw the same, whatever their names', () => {
  const own = { ownSeed: true, seed: 'chosen' }
  expect(firstDraws({ ...own, name: 'a' })).toEqual(firstDraws({ ...own, name: 'b' }))
  expect(firstDraws({ ...own, name: 'a' })).not.toEqual(firstDraws({ ...own, seed: 'another' }))
  expect(firstDraws({ ...own, name: 'a' })).not.toEqual(firstDraws({ name: 'a', seed: 'chosen' }))
})

test('records whose clock shows what no clock may are refused, and the old life goes on', () => {
  const { world } = open()
  const before = stateOf(world)
  const far = { ...identity, start: { mode: 'frozen', rate: 1, at: -1 } } as const
  expect(() => world.replace(emptyWorld(far, 0))).toThrow('the clock goes from 1970')
  expect([stateOf(world), world.epoch]).toEqual([before, 0])
})

test('a life that could not begin takes no time from a clock that runs', () => {
  const { world, wall } = open(
    {},
    emptyWorld({ ...identity, start: { mode: 'running', rate: 1, at: 5000 } }, 1000),
  )
  wall.now += 300
  expect(() => world.replace(new Map())).toThrow('the state has no record')
  wall.now += 200
  expect(world.now).toBe(5500)
})
