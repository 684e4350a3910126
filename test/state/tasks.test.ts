// Kinds of tasks, and what is due first.
import { expect, expectTypeOf, test } from 'vitest'
import { openCollection } from '../../src/state/collection.ts'
import { DELIVER, firstTask, type Task, type TaskKind, tasks } from '../../src/state/task-queue.ts'
import { defineTask, type TaskDef } from '../../src/state/tasks.ts'
import type { World } from '../../src/state/world.ts'

const perform = () => {}

test('a task is named for its provider, or alone where it is no provider’s', () => {
  expect(defineTask({ provider: 'p', name: 'lapse', perform })).toEqual({
    kind: 'p/lapse',
    provider: 'p',
    perform,
  })
  expect(defineTask({ name: 'lapse', perform })).toEqual({ kind: 'lapse', perform })
})

const task = (id: number, due: number, kind = 'any'): Task => ({ id, kind, due, data: {} })

test.each<[string, Task[], number | undefined]>([
  ['nothing', [], undefined],
  ['the earliest', [task(1, 20), task(2, 10), task(3, 30)], 2],
  ['of one instant the one that was queued first', [task(7, 10), task(3, 10)], 3],
  ['an attempt at a callback in its turn', [task(1, 20), task(2, 10, DELIVER)], 2],
  ['a task before an attempt of the same instant', [task(1, 10), task(2, 10, DELIVER)], 1],
  ['an attempt that was queued before a task', [task(2, 10), task(1, 10, DELIVER)], 1],
])('of what is queued %s comes first', (_what, queued, first) => {
  const queue = openCollection(tasks, new Map(), () => {})
  for (const each of queued) queue.put(each)
  expect(firstTask(queue)?.id).toBe(first)
})

test('a task is queued with what its definition is told, and nothing else', () => {
  const lapse = defineTask({
    provider: 'p',
    name: 'lapse',
    perform: (_world: World, { reference }: { reference: string }) => expect(reference),
  })
  type Told = Parameters<typeof lapse.perform>[1]
  expectTypeOf(lapse).toEqualTypeOf<TaskDef<{ reference: string }>>()
  expectTypeOf<Told>().toEqualTypeOf<{ reference: string }>()
  expectTypeOf<{ refrence: string }>().not.toExtend<Told>()

  type Schedule = typeof scheduled
  const scheduled = (world: World) => world.schedule<Told>
  expectTypeOf<Parameters<ReturnType<Schedule>>>().toEqualTypeOf<
    [task: TaskKind<Told>, due: number, data: Told]
  >()
  expectTypeOf(lapse).toExtend<TaskKind<Told>>()
  expectTypeOf(lapse).not.toExtend<TaskKind<{ refrence: string }>>()
})
