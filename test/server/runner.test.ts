// The runner: what is due happens in order, at its own time, whole, and in the life it belongs to.
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { MOST_LISTED, openRunner, type Runner, type RunnerDeps } from '../../src/server/runner.ts'
import { openWorldHistory } from '../../src/server/steps.ts'
import { wallNow } from '../../src/server/ticker.ts'
import { whenBuilt } from '../../src/server/when-built.ts'
import {
  type Callback,
  callbacks,
  holdBack,
  type Outcome,
  queueCallback,
  recordAttempt,
  redeliver,
  targets,
} from '../../src/state/callbacks.ts'
import { FIXED_START } from '../../src/state/clock.ts'
import { defineCollection } from '../../src/state/collection.ts'
import { Refusal } from '../../src/state/refusal.ts'
import { fields, text } from '../../src/state/shape.ts'
import { firstTask, LONGEST_CHAIN, tasks } from '../../src/state/task-queue.ts'
import { defineTask } from '../../src/state/tasks.ts'
import { openWorld, type World } from '../../src/state/world.ts'
import { emptyWorld, type Identity } from '../../src/state/world-records.ts'

interface Note {
  readonly id: string
}

const notes = defineCollection<Note>({
  name: 'notes',
  key: ({ id }) => id,
  shape: fields<Note>({ id: text }),
})
const identity: Identity = { name: 'w', seed: 's', start: { mode: 'frozen', rate: 1 } }

const runners: Runner[] = []
afterEach(() => {
  for (const runner of runners.splice(0)) runner.stop()
})

interface Options {
  readonly start?: Identity['start']
  readonly perform?: RunnerDeps['perform']
  /** How the one thing that is sent is taken. */
  readonly attempt?: (world: World, callback: Callback, signal: AbortSignal) => Promise<Outcome>
  readonly schedule?: readonly string[]
  readonly disturb?: RunnerDeps['disturb']
}

/** What a callback tells. */
function toldBy({ body }: Callback): string {
  return (JSON.parse(body) as { told: string }).told
}

/** A world with a runner; tasks note their name and when they were performed, callbacks are answered 200. */
function open({
  start = identity.start,
  perform = () => {},
  attempt = async () => ({ status: 200 }),
  schedule = ['PT5S', 'PT5M'],
  disturb = (_on, callback) => callback,
}: Options = {}) {
  const performed: [name: string, at: number][] = []
  const attempted: [body: string, at: number][] = []
  const reports: string[] = []
  const disk = { full: false }
  const world = openWorld(emptyWorld({ ...identity, start }, wallNow()), {
    wall: wallNow,
    react: () => {},
    beforeCommit: () => {
      if (disk.full) throw new Refusal('writes-refused', 'the disk is full')
    },
    committed: (_world, changes) => {
      if (changes.some(({ collection }) => collection === tasks.name)) runner.nudge()
    },
  })
  const runner: Runner = openRunner(world, {
    perform(on, task) {
      performed.push([task.kind, on.now - FIXED_START])
      perform(on, task)
    },
    disturb,
    async attempt(on, delivery, signal) {
      attempted.push([toldBy(delivery), on.now - FIXED_START])
      return [await attempt(on, delivery, signal)]
    },
    schedule: () => schedule,
    report: (sentence) => reports.push(sentence),
    history: openWorldHistory(),
  })
  runners.push(runner)
  return { world, runner, performed, attempted, reports, disk }
}

/** Queues a task within a transaction; what it does is up to the runner's `perform`. */
function schedule(world: World, kind: string, due: number): void {
  world.schedule(defineTask({ name: kind, perform: () => {} }), due, {})
}

/** Queues tasks `[kind, due]`, ms after the start. */
function queue(world: World, ...wanted: readonly [kind: string, due: number][]): void {
  world.transaction(() => {
    for (const [kind, due] of wanted) schedule(world, kind, FIXED_START + due)
  })
}

/** Queues a callback within a transaction. */
function tellOne(world: World, told: string): void {
  world.in(targets).put({ provider: 'p', url: 'http://127.0.0.1:1' })
  queueCallback(world, { provider: 'p', type: 'T', body: { told } })
}

/** Queues callbacks, and answers them as they were queued. */
function tell(world: World, ...told: string[]): Callback[] {
  world.transaction(() => {
    for (const each of told) tellOne(world, each)
  })
  return world.in(callbacks).page('queued', { descending: true }, 0, told.length).toReversed()
}

const names = (performed: readonly [name: string, at: number][]) => performed.map(([name]) => name)
const until = (ms: number) => FIXED_START + ms

/** A promise and how to keep it. */
function promised<T>() {
  let keep: (value: T) => void = () => {}
  const promise = new Promise<T>((resolve) => {
    keep = resolve
  })
  return { promise, keep }
}

test('tasks run in the order of their due time, then of their queueing, each at its own time', async () => {
  const { world, runner, performed } = open()
  queue(world, ['third', 20], ['first', 10], ['second', 10], ['last', 21])
  await runner.advance(until(30))
  expect(performed).toEqual([
    ['first', 10],
    ['second', 10],
    ['third', 20],
    ['last', 21],
  ])
})

test('tasks created on the way run in their place, and those due later wait', async () => {
  const { world, runner, performed } = open({
    perform: (on, task) => {
      if (task.kind !== 'maker') return
      schedule(on, 'between', until(15))
      schedule(on, 'at-once', until(10))
      schedule(on, 'too-late', until(31))
    },
  })
  queue(world, ['maker', 10], ['after', 20])
  await runner.advance(until(30))
  expect(performed).toEqual([
    ['maker', 10],
    ['at-once', 10],
    ['between', 15],
    ['after', 20],
  ])
  expect(firstTask(world.in(tasks))?.kind).toBe('too-late')
})

test('an advance leaves the clock where it was sent', async () => {
  const { runner, world } = open()
  expect(await runner.advance(until(5000))).toEqual({
    from: FIXED_START,
    to: until(5000),
    fired: [],
  })
  expect([world.now, world.clock.at, world.clock.mode]).toEqual([
    until(5000),
    until(5000),
    'frozen',
  ])
})

test('a running clock goes on from where it was sent', async () => {
  const { runner, world } = open({ start: { mode: 'running', rate: 1, at: FIXED_START } })
  await runner.advance(until(86_400_000))
  expect(world.now).toBeGreaterThanOrEqual(until(86_400_000))
  expect(world.now).toBeLessThan(until(86_460_000))
  expect(world.clock.mode).toBe('running')
})

test('the clock does not go back', async () => {
  const { runner, world } = open()
  await expect(runner.advance(FIXED_START - 1)).rejects.toMatchObject({ code: 'invalid-request' })
  expect(world.now).toBe(FIXED_START)
})

test('what is due now is not run before a wake, and then also while the clock is frozen', () => {
  const { world, runner, performed } = open()
  queue(world, ['now', 0], ['later', 1])
  expect([performed, runner.nudged]).toEqual([[], true])
  runner.wake()
  expect([performed, runner.nudged]).toEqual([[['now', 0]], true])
  runner.wake()
  expect([names(performed), runner.nudged]).toEqual([['now'], false])
})

test('catching up performs what is due and leaves callbacks to the wake', async () => {
  const { world, runner, performed, attempted } = open()
  queue(world, ['now', 0])
  tell(world, 'one')
  runner.catchUp()
  expect([names(performed), attempted]).toEqual([['now'], []])
  runner.wake()
  await runner.idle()
  expect(attempted).toEqual([['one', 0]])
})

test('whoever may wait catches up with much that is due in turns, and others have theirs', async () => {
  const { world, runner, performed } = open({
    perform() {
      const began = wallNow()
      while (wallNow() - began < 2);
    },
  })
  const many = Array.from({ length: 20 }, (_, at): [string, number] => [`task ${at}`, 0])
  queue(world, ...many)
  const caughtUp = whenBuilt(() => world.patiently(() => runner.catchUp()))
  const isBefore = performed.length < many.length
  await turn()
  expect([caughtUp instanceof Promise, isBefore]).toEqual([true, true])
  await caughtUp
  expect(names(performed)).toEqual(many.map(([kind]) => kind))
  // Who cannot wait has all of it done at once.
  queue(world, ...many)
  runner.catchUp()
  expect(performed).toHaveLength(2 * many.length)
})

test('while the clock runs a task runs when its time has come', async () => {
  const { world, runner, performed } = open({
    start: { mode: 'running', rate: 1000, at: FIXED_START },
  })
  queue(world, ['soon', 200_000])
  runner.wake()
  expect(performed).toEqual([])
  await vi.waitFor(() => expect(performed).toEqual([['soon', 200_000]]), 5000)
})

test('an advance answers when every callback due was attempted, retries at their own times', async () => {
  const { world, runner } = open({ attempt: async () => ({ status: 500 }) })
  queue(world, ['x', 1])
  const [queued] = tell(world, 'one')
  await runner.advance(until(3_600_000))
  const kept = world.in(callbacks).get(queued?.id ?? '')
  expect(kept?.state).toBe('dead')
  expect(kept?.attempts).toEqual([0, 5000, 305_000].map((at) => ({ at: until(at), status: 500 })))
})

test('an advance lists what fired, in order', async () => {
  const { world, runner } = open({
    perform: (on, task) => {
      if (task.kind === 'quiet') return
      on.emit({ type: 'bundle.expired', provider: 'p', iccid: '1' })
      on.emit({ type: 'sim.detached', provider: 'p', iccid: '1' })
      tellOne(on, 'told')
    },
  })
  queue(world, ['quiet', 5], ['loud', 10], ['quiet', 20])
  const { fired } = await runner.advance(until(30))
  expect(fired).toMatchObject([
    { kind: 'task', at: until(5), task: { kind: 'quiet' } },
    { kind: 'event', at: until(10), event: { type: 'bundle.expired' } },
    { kind: 'event', at: until(10), event: { type: 'sim.detached' } },
    {
      kind: 'callback',
      at: until(10),
      delivery: { state: 'delivered', attempts: [{ at: until(10), status: 200 }] },
    },
    { kind: 'task', at: until(20) },
  ])
})

test('a callback that was due before the advance is seen to first and not listed', async () => {
  const { world, runner, attempted } = open()
  tell(world, 'one')
  const { fired } = await runner.advance(until(10))
  expect([attempted, fired]).toEqual([[['one', 0]], []])
})

test('callbacks are attempted one after the other, however slow the first receiver is', async () => {
  const first = promised<Outcome>()
  const { world, runner, attempted } = open({
    attempt: async (_on, callback) =>
      toldBy(callback) === 'one' ? first.promise : { status: 200 },
  })
  tell(world, 'one', 'two')
  runner.wake()
  runner.wake()
  await turn()
  expect(attempted).toEqual([['one', 0]])
  first.keep({ status: 200 })
  await runner.idle()
  expect(attempted.map(([body]) => body)).toEqual(['one', 'two'])
})

test('a callback asked for again goes through its whole schedule anew', async () => {
  const { world, runner, attempted } = open({
    attempt: async () => ({ status: 500 }),
    schedule: ['PT5S'],
  })
  const [queued] = tell(world, 'one')
  await runner.advance(until(60_000))
  world.transaction(() => redeliver(world, world.in(callbacks).get(queued?.id ?? '') as Callback))
  await runner.advance(until(120_000))
  expect(attempted.map(([, at]) => at)).toEqual([0, 5000, 60_000, 65_000])
})

test('an outcome that no other attempt can better ends the callback at once', async () => {
  const { world, runner } = open({ attempt: async () => ({ error: 'not allowed', final: true }) })
  tell(world, 'one')
  await runner.advance(until(60_000))
  expect([...world.in(callbacks).values()]).toMatchObject([
    { state: 'dead', attempts: [{ error: 'not allowed' }] },
  ])
})

test('maxEvents stops an advance early, at the last thing that fired', async () => {
  const { world, runner, performed } = open()
  queue(world, ['a', 10], ['b', 20], ['c', 30])
  const { to, stopped } = await runner.advance(until(100), { maxEvents: 2 })
  expect(names(performed)).toEqual(['a', 'b'])
  expect([to, stopped]).toEqual([until(20), { at: until(20), reason: 'maxEvents 2 reached' }])
  expect(world.now).toBe(until(20))
  await runner.advance(until(100))
  expect(names(performed)).toEqual(['a', 'b', 'c'])
})

test('maxWall stops an advance early, at the last thing that fired', async () => {
  const spin = () => {
    const end = wallNow() + 3
    while (wallNow() < end);
  }
  const { world, runner, performed } = open({ perform: spin })
  queue(world, ...Array.from({ length: 500 }, (_, at): [string, number] => ['spin', at]))
  const { to, stopped } = await runner.advance(until(1000), { maxWall: 20 })
  expect(stopped).toEqual({ at: to, reason: 'maxWall 20 ms reached' })
  expect(performed.length).toBeLessThan(500)
  expect([world.now, performed.at(-1)?.[1] ?? 0]).toEqual([to, to - FIXED_START])
})

test('a long advance lets others have their turn', async () => {
  const spin = () => {
    const end = wallNow() + 3
    while (wallNow() < end);
  }
  const { world, runner, performed } = open({ perform: spin })
  queue(world, ...Array.from({ length: 20 }, (_, at): [string, number] => ['spin', at]))
  const advance = runner.advance(until(100))
  await turn()
  await turn()
  expect(performed.length).toBeLessThan(20)
  await advance
  expect(performed).toHaveLength(20)
})

test('a second advance is refused while one is under way', async () => {
  const answer = promised<Outcome>()
  const { world, runner, performed } = open({ attempt: () => answer.promise })
  queue(world, ['later', 50])
  tell(world, 'one')
  const advance = runner.advance(until(100))
  await expect(runner.advance(until(10))).rejects.toMatchObject({ code: 'busy' })
  expect([runner.advancing, names(performed)]).toEqual([true, []])
  answer.keep({ status: 200 })
  await advance
  expect([runner.advancing, names(performed), world.now]).toEqual([false, ['later'], until(100)])
})

test('a call that arrives during an attempt sees the clock at its stop, and what it queues runs in its place', async () => {
  const { world, runner, performed } = open({
    attempt: async (on) => {
      await turn()
      runner.catchUp()
      on.transaction(() => {
        schedule(on, 'called-back', on.now)
        on.in(notes).put({ id: String(on.now - FIXED_START) })
      })
      runner.wake()
      return { status: 200 }
    },
    perform: (on, task) => {
      if (task.kind === 'teller') tellOne(on, 'x')
    },
  })
  queue(world, ['teller', 10], ['after', 20])
  await runner.advance(until(100))
  expect(world.in(notes).has('10')).toBe(true)
  expect(performed).toEqual([
    ['teller', 10],
    ['called-back', 10],
    ['after', 20],
  ])
})

test('the outcome of an attempt that outlived its world is dropped', async () => {
  const answer = promised<Outcome>()
  const { world, runner, reports } = open({
    attempt: async (_on, { body }) =>
      body.includes('old life') ? answer.promise : { status: 200 },
  })
  tell(world, 'of the old life')
  runner.wake()
  await turn()
  world.replace(emptyWorld(identity, wallNow()))
  const [ours] = tell(world, 'of the new life')
  runner.wake()
  await runner.idle()
  answer.keep({ status: 500 })
  await turn()
  expect(world.in(callbacks).size).toBe(1)
  expect(world.in(callbacks).get(ours?.id ?? '')).toMatchObject({
    body: '{"told":"of the new life"}',
    attempts: [{ at: FIXED_START, status: 200 }],
  })
  expect(reports).toEqual([])
})

test('a new life waits for nothing of the old one, and can be advanced at once', async () => {
  const { world, runner } = open({ attempt: () => new Promise(() => {}) })
  tell(world, 'one')
  const advance = runner.advance(until(100))
  await turn()
  world.replace(emptyWorld(identity, wallNow()))
  runner.abandon()
  expect(runner.advancing).toBe(false)
  expect(await runner.advance(until(50))).toMatchObject({ to: until(50), fired: [] })
  expect((await advance).stopped?.reason).toBe('the world was replaced meanwhile')
  expect(world.now).toBe(until(50))
})

test('an attempt is told when its world begins anew', async () => {
  const told = promised<boolean>()
  const { world, runner } = open({
    attempt: (_on, _callback, signal) =>
      new Promise(() => signal.addEventListener('abort', () => told.keep(true))),
  })
  tell(world, 'one')
  runner.wake()
  await turn()
  world.replace(emptyWorld(identity, wallNow()))
  runner.abandon()
  expect(await told.promise).toBe(true)
})

test('what a removed world still does is not kept, and its advance ends', async () => {
  const answer = promised<Outcome>()
  const { world, runner } = open({ attempt: () => answer.promise })
  tell(world, 'one')
  const advance = runner.advance(until(100))
  await turn()
  runner.stop('the world was removed')
  world.end()
  answer.keep({ status: 200 })
  expect((await advance).stopped?.reason).toBe('the world was removed')
  expect(() => world.transaction(() => world.in(notes).put({ id: 'late' }))).toThrow(
    'the world "w" was removed meanwhile',
  )
  expect([...world.in(callbacks).values()]).toMatchObject([{ attempts: [] }])
})

test('maxWall holds in the middle of an attempt, and for what was due before', async () => {
  const answer = promised<Outcome>()
  const { world, runner, attempted } = open({
    attempt: () => answer.promise,
    perform: (on) => tellOne(on, 'on the way'),
  })
  tell(world, 'before')
  const limits = { maxWall: 30 }
  const stopped = { at: FIXED_START, reason: 'maxWall 30 ms reached' }
  expect(await runner.advance(until(100), limits)).toMatchObject({ to: FIXED_START, stopped })
  answer.keep({ status: 200 })
  await runner.idle()
  expect(attempted).toEqual([['before', 0]])
})

test('an attempt that an advance did not wait for goes on, and is not made twice', async () => {
  const answer = promised<Outcome>()
  const { world, runner, attempted } = open({
    attempt: () => answer.promise,
    perform: (on) => tellOne(on, 'one'),
  })
  queue(world, ['teller', 10])
  const { stopped } = await runner.advance(until(100), { maxWall: 30 })
  expect(stopped).toEqual({ at: until(10), reason: 'maxWall 30 ms reached' })
  const again = runner.advance(until(100))
  answer.keep({ status: 200 })
  expect((await again).to).toBe(until(100))
  expect(attempted).toEqual([['one', 10]])
  expect([...world.in(callbacks).values()]).toMatchObject([
    { state: 'delivered', attempts: [{ at: until(10), status: 200 }] },
  ])
})

test('an attempt that throws, and one that cannot be written down, is set aside: the others go on', async () => {
  const { world, runner, reports } = open({
    attempt: async (_on, { body }) => {
      if (body.includes('unknown')) throw new Error('nobody can sign it')
      return { status: 200 }
    },
  })
  const [, spoilt] = tell(world, 'unknown', 'spoilt', 'good')
  world.transaction(() =>
    world.in(callbacks).put({ ...(spoilt as Callback), attempts: 5 as never }),
  )
  await runner.advance(until(10))
  expect(world.in(callbacks).page('queued', {}, 0, 9)).toMatchObject([
    { state: 'dead', attempts: [{ error: 'nobody can sign it' }] },
    { state: 'dead', attempts: [{ error: expect.stringMatching(/iterable/) }] },
    { state: 'delivered' },
  ])
  expect(reports).toEqual([expect.stringMatching(/^callback cb_\w+ of world w was set aside: /)])
  expect(world.in(tasks).size).toBe(0)
})

test('an advance whose world is replaced meanwhile ends and leaves the new life alone', async () => {
  const answer = promised<Outcome>()
  const { world, runner, performed } = open({ attempt: () => answer.promise })
  queue(world, ['of-old', 50])
  tell(world, 'one')
  const advance = runner.advance(until(100))
  await turn()
  world.replace(emptyWorld(identity, wallNow()))
  queue(world, ['of-new', 60])
  answer.keep({ status: 200 })
  expect((await advance).stopped?.reason).toBe('the world was replaced meanwhile')
  expect(performed).toEqual([])
  expect([world.now, world.clock.at]).toEqual([FIXED_START, FIXED_START])
  expect(firstTask(world.in(tasks))?.kind).toBe('of-new')
})

test('a task that fails is dropped whole and reported, and the rest goes on', async () => {
  const { world, runner, reports, performed } = open({
    perform: (on, task) => {
      on.in(notes).put({ id: task.kind })
      if (task.kind === 'bad') throw new Error('it broke')
    },
  })
  queue(world, ['bad', 10], ['good', 20])
  const { fired } = await runner.advance(until(30))
  expect(fired).toMatchObject([
    { kind: 'task', at: until(10), task: { kind: 'bad' }, error: 'it broke' },
    { kind: 'task', at: until(20), task: { kind: 'good' } },
  ])
  expect([...world.in(notes).values()]).toEqual([{ id: 'good' }])
  expect(reports).toEqual(['task bad of world w failed and was dropped: it broke'])
  expect([world.in(tasks).size, names(performed)]).toEqual([0, ['bad', 'good']])
})

test('a task whose doing could not be kept is not dropped: it runs when writing works again', () => {
  const { world, runner, disk, reports, performed } = open()
  queue(world, ['now', 0])
  disk.full = true
  runner.wake()
  expect([reports, world.in(tasks).size]).toEqual([['world w: the disk is full'], 1])
  disk.full = false
  runner.wake()
  expect([names(performed), world.in(tasks).size]).toEqual([['now', 'now'], 0])
})

test('a callback whose outcome could not be kept is not sent again and again', async () => {
  const { world, runner, disk, reports, attempted } = open()
  const [queued] = tell(world, 'one')
  disk.full = true
  runner.wake()
  await runner.idle()
  for (let round = 0; round < 3; round += 1) {
    runner.wake()
    await runner.idle()
  }
  await turn()
  expect(new Set(reports)).toEqual(new Set(['world w: the disk is full']))
  expect(attempted).toEqual([['one', 0]])
  disk.full = false
  runner.wake()
  await runner.idle()
  expect(attempted).toEqual([['one', 0]])
  expect(world.in(callbacks).get(queued?.id ?? '')).toMatchObject({
    state: 'delivered',
    attempts: [{ at: FIXED_START, status: 200 }],
  })
})

test('an advance that cannot be kept says so, and the clock stays', async () => {
  const { world, runner, disk, performed } = open()
  queue(world, ['later', 10])
  disk.full = true
  await expect(runner.advance(until(20))).rejects.toThrow('the disk is full')
  expect([world.now, runner.advancing]).toEqual([FIXED_START, false])
  disk.full = false
  await runner.advance(until(20))
  expect(performed).toEqual([
    ['later', 10],
    ['later', 10],
  ])
})

test('a stopped runner runs nothing and keeps nothing of what is under way', async () => {
  const answer = promised<Outcome>()
  const { world, runner, performed } = open({ attempt: () => answer.promise })
  tell(world, 'one')
  runner.wake()
  await turn()
  queue(world, ['now', 0])
  runner.stop()
  answer.keep({ status: 200 })
  await runner.idle()
  runner.wake()
  expect(performed).toEqual([])
  expect([...world.in(callbacks).values()]).toMatchObject([{ state: 'pending', attempts: [] }])
})

test('stopping ends an advance under way', async () => {
  const answer = promised<Outcome>()
  const { world, runner, performed } = open({
    attempt: () => answer.promise,
    perform: (on, { kind }) => {
      if (kind === 'teller') tellOne(on, 'x')
    },
  })
  queue(world, ['teller', 5], ['later', 10])
  const advance = runner.advance(until(20))
  await turn()
  runner.stop()
  answer.keep({ status: 200 })
  expect((await advance).stopped).toEqual({ at: until(5), reason: 'the simulator is stopping' })
  expect(names(performed)).toEqual(['teller'])
})

test('a task for a callback that is gone is forgotten without an attempt', async () => {
  const { world, runner, attempted } = open()
  const [queued] = tell(world, 'one')
  world.transaction(() => world.in(callbacks).delete(queued?.id ?? ''))
  await runner.advance(until(10))
  expect([attempted, world.in(tasks).size]).toEqual([[], 0])
  expect(
    world.transaction(() => recordAttempt(world, queued?.id ?? '', { at: 0, outcomes: [] }, []))
      .result,
  ).toBeUndefined()
})

test('where faults cannot be looked at, the callback leaves without, and that is reported', async () => {
  const { world, runner, attempted, reports } = open({
    disturb: () => {
      throw new Error('a mistake')
    },
  })
  tell(world, 'one', 'two')
  await runner.advance(until(10))
  expect(names(attempted)).toEqual(['one', 'two'])
  expect(reports).toEqual([
    expect.stringMatching(/^faults of callback cb_\w+ of world w: a mistake$/),
    expect.stringMatching(/: a mistake$/),
  ])
})

test('a callback that is held back is neither attempted nor told, and the others go on', async () => {
  const { world, runner, attempted } = open({
    disturb(on, callback, task) {
      if (toldBy(callback) !== 'one' || callback.faults) return callback
      on.transaction(() => {
        on.in(tasks).delete(String(task.id))
        holdBack(on, { ...callback, faults: [] }, until(20), false)
      })
      return undefined
    },
  })
  tell(world, 'one', 'two')
  await runner.advance(until(10))
  const { fired } = await runner.advance(until(30))
  expect(attempted).toEqual([
    ['two', 0],
    ['one', 20],
  ])
  expect(fired).toMatchObject([{ kind: 'callback', at: until(20), attempt: 1 }])
})

test('a random heap of tasks runs sorted', async () => {
  const { world, runner, performed } = open()
  const dues = Array.from({ length: 3000 }, (_, at) => (at * 7919) % 1009)
  queue(world, ...dues.map((due, at): [string, number] => [String(at), due]))
  await runner.advance(until(2000))
  const wanted = dues
    .map((due, at) => ({ due, at }))
    .toSorted((a, b) => a.due - b.due || a.at - b.at)
  expect(performed).toEqual(wanted.map(({ due, at }): [string, number] => [String(at), due]))
})

test('tasks that would follow one another at one instant for ever are set aside, and the others go on', async () => {
  const { world, runner, performed, reports } = open({
    perform: (on, task) => {
      if (task.kind === 'again') schedule(on, 'again', on.now)
    },
  })
  queue(world, ['again', 10], ['after', 20])
  const { fired, stopped } = await runner.advance(until(30))
  expect([stopped, performed.at(-1)]).toEqual([undefined, ['after', 20]])
  expect(performed).toHaveLength(LONGEST_CHAIN + 2)
  const why = `${LONGEST_CHAIN + 1} tasks have followed one another at one instant, the last again`
  expect(fired.filter((each) => each.kind === 'task' && each.error)).toMatchObject([{ error: why }])
  expect(reports).toEqual([expect.stringContaining(why)])
})

test('tasks that follow one another as time passes are no such chain', async () => {
  const { world, runner, performed, reports } = open({
    perform: (on) => schedule(on, 'later', on.now + 1),
  })
  queue(world, ['later', 1])
  await runner.advance(until(2 * LONGEST_CHAIN))
  expect([performed.length, reports]).toEqual([2 * LONGEST_CHAIN, []])
})

test('many tasks of one instant are no chain: none led to the other', async () => {
  const { world, runner, performed, reports } = open()
  queue(world, ...Array.from({ length: 2 * LONGEST_CHAIN }, (): [string, number] => ['one', 5]))
  await runner.advance(until(5))
  expect([performed.length, reports]).toEqual([2 * LONGEST_CHAIN, []])
})

test('a task that is queued once is not queued for the same instant again', () => {
  const { world } = open()
  const task = defineTask({ name: 'once', perform: (_world, _data: { of: string }) => {} })
  world.transaction(() => {
    for (const of of ['a', 'b', 'a', 'a']) world.scheduleOnce(task, until(5), { of })
    world.scheduleOnce(task, until(6), { of: 'a' })
  })
  const queued = [...world.in(tasks).values()].map(({ due, data }) => [due, data.of])
  expect(queued).toEqual([
    [until(5), 'a'],
    [until(5), 'b'],
    [until(6), 'a'],
  ])
})

test('an advance lists so many things, and counts the others: all of them happen', async () => {
  const { world, runner, performed } = open()
  const queued = Array.from({ length: MOST_LISTED + 7 }, (_, at): [string, number] => ['one', at])
  queue(world, ...queued)
  const { fired, unlisted, to } = await runner.advance(until(MOST_LISTED + 7))
  expect([fired.length, unlisted, to]).toEqual([MOST_LISTED, 7, until(MOST_LISTED + 7)])
  expect(performed).toHaveLength(MOST_LISTED + 7)
  expect(await runner.advance(until(MOST_LISTED + 8))).not.toHaveProperty('unlisted')
}, 120_000)
