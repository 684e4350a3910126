// What is due: tasks in the order of their due time, then of their queueing.
import { defineCollection, sortable } from './collection.ts'
import type { World } from './world.ts'

/** Something that will happen. `kind` is a kernel task (`bundle-expires`) or a provider's (`esim-go/deliver-order`). */
export interface Task {
  readonly id: number
  readonly kind: string
  /** Virtual ms since the epoch. */
  readonly due: number
  readonly data: Readonly<Record<string, string>>
}

/** The kind of task that attempts a callback: it waits for a receiver, so it is not performed but awaited. */
export const DELIVER = 'deliver-callback'

const due = (task: Task) => sortable(task.due) + sortable(task.id)

export const tasks = defineCollection<Task>({
  name: 'tasks',
  key: (task) => String(task.id),
  indexes: {
    performed: (task) => (task.kind === DELIVER ? undefined : due(task)),
    deliveries: (task) => (task.kind === DELIVER ? due(task) : undefined),
  },
})

/** What is due first, a callback's attempt or anything else. */
export function firstTask(world: World): Task | undefined {
  const [task, attempt] = [world.in(tasks).first('performed'), world.in(tasks).first('deliveries')]
  if (!task || !attempt) return task ?? attempt
  return due(task) < due(attempt) ? task : attempt
}
