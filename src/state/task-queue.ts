// What is due: tasks in the order of their due time, then of their queueing.
import { type Collection, defineCollection, sortable } from './collection.ts'
import { byName, count, fields, instant, name, text } from './shape.ts'

/** What a task is told when its time comes; texts, so that it can be kept. */
export type TaskData = Readonly<Record<string, string>>

/** Something that will happen. */
export interface Task {
  readonly id: number
  /** The kind of its definition. */
  readonly kind: string
  /** Virtual ms since the epoch. */
  readonly due: number
  readonly data: TaskData
}

/**
 * As much of a task's definition as queueing needs: which kind it is, and what
 * it is told.
 */
export interface TaskKind<Data extends TaskData> {
  readonly kind: string
  perform?(world: never, data: Data): void
}

/**
 * The kind of task that attempts a callback: it is not performed, its receiver
 * is awaited.
 */
export const DELIVER = 'deliver-callback'

const dueOrder = (task: Task) => sortable(task.due) + sortable(task.id)

export const tasks = defineCollection<Task>({
  name: 'tasks',
  key: (task) => String(task.id),
  shape: fields<Task>({ id: count, kind: name, due: instant, data: byName(text) }),
  indexes: {
    performed: (task) => (task.kind === DELIVER ? undefined : dueOrder(task)),
    deliveries: (task) => (task.kind === DELIVER ? dueOrder(task) : undefined),
  },
})

/** What is due first, a callback's attempt or anything else. */
export function firstTask(queue: Collection<Task>): Task | undefined {
  const task = queue.first('performed')
  const attempt = queue.first('deliveries')
  if (!task || !attempt) return task ?? attempt
  return dueOrder(task) < dueOrder(attempt) ? task : attempt
}
