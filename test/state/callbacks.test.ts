// Callbacks: queued to where they go, tried on schedule, and written down where they are not sent.
import { expect, test } from 'vitest'
import {
  CALLBACKS_KEPT,
  callbacks,
  noteUnsent,
  queueCallback,
  recordAttempt,
  redeliver,
  targets,
  UNSENT_KEPT,
  unsentCallbacks,
} from '../../src/state/callbacks.ts'
import { FIXED_START } from '../../src/state/clock.ts'
import { deliveries } from '../../src/state/deliveries.ts'
import { DELIVER, firstTask, tasks } from '../../src/state/task-queue.ts'
import { openWorld, type World } from '../../src/state/world.ts'
import { emptyWorld } from '../../src/state/world-records.ts'

const URL = 'http://127.0.0.1:1/hook'
const told = { provider: 'p', type: 'T', iccid: '1', body: { of: 'this' } }

function freshWorld(): World {
  const identity = { name: 'w', seed: 's', start: { mode: 'frozen', rate: 1 } } as const
  return openWorld(emptyWorld(identity, 0), {
    wall: () => 0,
    react() {},
    beforeCommit() {},
    committed() {},
  })
}

/** A world whose provider `p` has a callback URL. */
function worldWithTarget(): World {
  const world = freshWorld()
  world.transaction(() => world.in(targets).put({ provider: 'p', url: URL }))
  return world
}

const queue = (world: World) => world.transaction(() => queueCallback(world, told))
const all = (world: World) => world.in(callbacks).page('queued', {}, 0, 10)
const unsent = (world: World) => world.in(unsentCallbacks).page('noted', {}, 0, 2 * UNSENT_KEPT)

test('a callback is queued as JSON for an attempt now, to where its provider’s callbacks go', () => {
  const world = worldWithTarget()
  world.transaction(() => queueCallback(world, { ...told, version: 2 }))
  expect(all(world)).toEqual([
    {
      id: `cb_${world.mark}_000001`,
      serial: 1,
      provider: 'p',
      type: 'T',
      iccid: '1',
      url: URL,
      body: '{"of":"this"}',
      version: 2,
      state: 'pending',
      queuedAt: FIXED_START,
      nextAt: FIXED_START,
      attempts: [],
      tries: 0,
    },
  ])
  expect(firstTask(world.in(tasks))).toEqual({
    id: 1,
    kind: DELIVER,
    due: FIXED_START,
    data: { callback: `cb_${world.mark}_000001` },
  })
})

test('what a callback does not have is no property of it', () => {
  const world = worldWithTarget()
  world.transaction(() => queueCallback(world, { ...told, iccid: undefined, version: undefined }))
  expect(Object.keys(all(world)[0] ?? {})).toEqual([
    'provider',
    'type',
    'url',
    'body',
    'id',
    'serial',
    'state',
    'queuedAt',
    'attempts',
    'tries',
    'nextAt',
  ])
})

test('a callback that goes nowhere is written down as unsent, with what would help', () => {
  const world = freshWorld()
  queue(world)
  expect(unsent(world)).toEqual([
    {
      id: 'un_000001',
      serial: 1,
      provider: 'p',
      type: 'T',
      iccid: '1',
      body: '{"of":"this"}',
      reason: 'no callback URL is set: PUT /_sim/callbacks/target/p sets where they go',
      at: FIXED_START,
    },
  ])
  expect([all(world), world.in(tasks).size]).toEqual([[], 0])
})

test('the target of another provider is none', () => {
  const world = freshWorld()
  world.transaction(() => world.in(targets).put({ provider: 'q', url: URL }))
  queue(world)
  expect(all(world)).toEqual([])
  expect(unsent(world)).toHaveLength(1)
})

test('what is not sent moves no id of what is sent, neither of callbacks nor of tasks', () => {
  const withUnsent = worldWithTarget()
  const without = worldWithTarget()
  for (const world of [withUnsent, without]) {
    queue(world)
    if (world === withUnsent)
      world.transaction(() => noteUnsent(world, { provider: 'p', type: 'T', reason: 'not now' }))
    queue(world)
  }
  expect(unsent(withUnsent).map(({ id }) => id)).toEqual(['un_000001'])
  expect(all(withUnsent)).toEqual(all(without))
  expect([...withUnsent.in(tasks).values()]).toEqual([...without.in(tasks).values()])
})

test('of what is not sent the latest thousand are kept, and their numbers go on', () => {
  const world = freshWorld()
  expect(UNSENT_KEPT).toBe(1000)
  world.transaction(() => {
    for (let at = 0; at < UNSENT_KEPT + 3; at += 1)
      noteUnsent(world, { provider: 'p', type: String(at), reason: 'none' })
  })
  const kept = unsent(world)
  expect(kept).toHaveLength(UNSENT_KEPT)
  expect(kept[0]).toEqual({
    id: 'un_000004',
    serial: 4,
    provider: 'p',
    type: '3',
    reason: 'none',
    at: FIXED_START,
  })
  expect(kept.at(-1)?.id).toBe('un_001003')
})

test('what is not sent of one provider takes no place from what is not sent of another', () => {
  const world = freshWorld()
  world.transaction(() => {
    for (const provider of ['q', ...Array(UNSENT_KEPT + 1).fill('p')])
      noteUnsent(world, { provider, type: 'T', reason: 'none' })
  })
  expect(unsent(world)).toHaveLength(UNSENT_KEPT + 1)
  expect(unsent(world)[0]).toMatchObject({ id: 'un_000001', provider: 'q' })
})

test('the oldest finished callbacks of a provider go, and none of another', () => {
  const world = worldWithTarget()
  world.transaction(() => world.in(targets).put({ provider: 'q', url: URL }))
  const deliver = (provider: string) => {
    const { id = '' } = queueCallback(world, { ...told, provider }) ?? {}
    recordAttempt(world, id, { at: world.now, outcomes: [{ status: 200 }] }, [])
  }
  world.transaction(() => {
    for (let at = 0; at < 3; at += 1) deliver('q')
    for (let at = 0; at < CALLBACKS_KEPT + 3; at += 1) deliver('p')
    queueCallback(world, told)
  })
  expect(world.in(callbacks).matching('finished', 'q')).toHaveLength(3)
  const ofP = world.in(callbacks).matching('finished', 'p')
  expect(ofP).toHaveLength(CALLBACKS_KEPT)
  expect(ofP[0]?.serial).toBe(3 + 3 + 1)
})

test('what left of a callback goes with it, when that is forgotten', () => {
  const world = worldWithTarget()
  const sent = { headers: {}, body: '{}', signature: 'none' } as const
  world.transaction(() => {
    for (let at = 0; at < CALLBACKS_KEPT + 2; at += 1) {
      const { id = '' } = queueCallback(world, told) ?? {}
      const outcomes =
        at < 3
          ? [
              { status: 500, sent },
              { status: 200, sent },
            ]
          : [{ status: 200 }]
      recordAttempt(world, id, { at: world.now, outcomes }, [])
    }
    queueCallback(world, told)
  })
  // Of the three that left something, two are forgotten.
  const left = [...world.in(deliveries).values()]
  expect(left.map(({ callback, attempt }) => [callback.slice(-1), attempt])).toEqual([
    ['3', 1],
    ['3', 2],
  ])
})

test('a failed attempt is followed by the next of the schedule, and after the last it is dead', () => {
  const world = worldWithTarget()
  queue(world)
  const attempt = (seconds: number, status: number) =>
    world.transaction(() =>
      recordAttempt(
        world,
        `cb_${world.mark}_000001`,
        { at: FIXED_START + seconds * 1000, outcomes: [{ status }] },
        ['PT5S'],
      ),
    ).result
  expect(attempt(0, 500)).toMatchObject({ state: 'retrying', nextAt: FIXED_START + 5000, tries: 1 })
  expect(attempt(5, 404)).toMatchObject({
    state: 'dead',
    attempts: [
      { at: FIXED_START, status: 500 },
      { at: FIXED_START + 5000, status: 404 },
    ],
  })
  expect(all(world)[0]?.nextAt).toBeUndefined()
})

test.each([200, 204, 299])('a receiver that answers %i has it', (status) => {
  const world = worldWithTarget()
  queue(world)
  const attempt = { at: FIXED_START, outcomes: [{ status }] }
  expect(
    world.transaction(() => recordAttempt(world, `cb_${world.mark}_000001`, attempt, ['PT5S']))
      .result?.state,
  ).toBe('delivered')
})

test.each([{ error: 'refused' }, { status: 199 }, { status: 300 }])(
  'after %j another attempt follows, unless it is final',
  (outcome) => {
    const state = (final: boolean) => {
      const world = worldWithTarget()
      queue(world)
      const attempt = { at: FIXED_START, outcomes: [{ ...outcome, final }] }
      return world.transaction(() =>
        recordAttempt(world, `cb_${world.mark}_000001`, attempt, ['PT5S']),
      ).result
    }
    expect(state(false)?.state).toBe('retrying')
    expect(state(true)).toMatchObject({
      state: 'dead',
      attempts: [{ at: FIXED_START, ...outcome }],
    })
    expect(state(true)?.attempts[0]).not.toHaveProperty('final')
  },
)

test('an attempt that took longer than its delay is followed by one that is due now', () => {
  const world = worldWithTarget()
  queue(world)
  const now = FIXED_START + 60_000
  world.transaction(() => {
    for (const { id } of world.in(tasks).values()) world.in(tasks).delete(String(id))
    const attempt = { at: FIXED_START, outcomes: [{ error: 'timed out' }] }
    recordAttempt(world, `cb_${world.mark}_000001`, attempt, ['PT5S'])
  }, now)
  expect(firstTask(world.in(tasks))?.due).toBe(now)
})

test('a callback is sent again to where its provider’s callbacks go now', () => {
  const world = worldWithTarget()
  queue(world)
  const sent = all(world)[0]
  if (!sent) throw new Error('nothing was queued')
  expect(() => world.transaction(() => redeliver(world, sent))).toThrow('still to come')
  world.transaction(() => {
    recordAttempt(world, sent.id, { at: FIXED_START, outcomes: [{ status: 500 }] }, [])
    world.in(targets).put({ provider: 'p', url: `${URL}/new` })
  })
  const dead = all(world)[0] ?? sent
  expect(world.transaction(() => redeliver(world, dead)).result).toMatchObject({
    url: `${URL}/new`,
    state: 'pending',
    tries: 0,
    nextAt: FIXED_START,
    attempts: [{ status: 500 }],
  })
})
